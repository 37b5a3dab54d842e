//! The candidates are what lanes with their k would be.

use serde_json::{Value, json};
use wire::Record;

use super::*;
use crate::config::LabFile;

/// Three heaps, far apart; rows repeat after a while.
fn row(i: i64) -> [f64; 2] {
    let heap = i % 3;
    let (x, y) = ((i * 7 % 13) as f64 / 10.0, (i * 5 % 11) as f64 / 10.0);
    [20.0 * heap as f64 + x, 9.0 * (heap % 2) as f64 + y]
}

fn file(lane: &Value) -> LabFile {
    let lab = json!({"eddy": 1, "streams": [{"topic": "t", "role": "train"}], "features": ["x", "y"], "lanes": [lane]});
    LabFile::parse(&lab.to_string()).unwrap()
}

fn lane(engine: &str, batch: Value) -> Value {
    json!({"name": "L", "batch": batch,
           "model": {"kind": "kmeans", "engine": engine, "k": 2, "decay_factor": 0.7,
                     "initial": {"centroids": [[0, 0], [9, 9]]}}})
}

fn feed(lab: &mut Lab, offsets: std::ops::Range<i64>) {
    for offset in offsets {
        let [x, y] = row(offset);
        let value = json!({"before": null, "after": {"x": x, "y": y}, "op": "c", "source": {"lsn": offset + 1}});
        let record = Record {
            topic: "t".into(),
            partition: 0,
            offset,
            timestamp_ms: 500 * offset,
            headers: Vec::new(),
            key: None,
            value: Some(value.to_string().into_bytes()),
        };
        lab.apply(record.as_ref());
    }
}

fn lab(file: LabFile, rows: i64) -> Lab {
    let mut lab = Lab::new(file).unwrap();
    feed(&mut lab, 0..rows);
    lab
}

fn worked(lab: &Lab) -> Elbow {
    let mut elbow = Elbow::new(Start::default());
    while elbow.step(lab, 0) {}
    elbow
}

/// As text: curves hold NaN.
fn told(elbow: &Elbow, lab: &Lab) -> String {
    format!("{:?}", elbow.view(lab, 0))
}

#[test]
fn a_lane_with_that_k_is_what_the_candidate_was() {
    let standard = json!({"kind": "standard"});
    let mut scaled = lane("flink", json!({"by": "count", "rows": 16}));
    scaled["scaler"] = standard;
    for (lane, within) in [
        (lane("flink", json!({"by": "count", "rows": 16})), 0.0),
        (lane("spark", json!({"by": "count", "rows": 40})), 0.0),
        (scaled, 1e-9),
    ] {
        let lab = lab(file(&lane), 200);
        let elbow = worked(&lab);
        let view = elbow.view(&lab, 0);
        assert_eq!(view.version, lab.lanes[0].timeline.versions());
        for k in [2, 3, 5] {
            let mut changed = lab.config.file.clone();
            use_k(&mut changed, "L", k, (view.start, view.start_rows));
            let restarted = super::tests::lab(changed, 200);
            let found = restarted.lanes[0].model().numbers();
            let wanted = elbow.candidates[k - 1].model().unwrap();
            let found = found.clusters().unwrap();
            let far = |a: &[f64], b: &[f64]| {
                let pairs = a.iter().zip(b);
                pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
            };
            assert_eq!(found.weights.len(), k);
            assert!(
                far(&found.centroids, &wanted.centroids) <= within,
                "{found:?} {wanted:?}"
            );
            assert!(far(&found.weights, &wanted.weights) <= within);
        }
    }
}

#[test]
fn three_heaps_are_found() {
    let lab = lab(
        file(&lane("flink", json!({"by": "count", "rows": 16}))),
        200,
    );
    let view = worked(&lab).view(&lab, 0);
    assert_eq!((view.highest, view.bends, view.k), (Some(3), Some(3), 2));
    assert_eq!(
        view.says,
        "Silhouette is highest at k = 3, and inertia bends there."
    );
    assert_eq!((view.points.len(), view.rows), (8, 192));
    let inertia: Vec<f64> = view.points.iter().map(|point| point.inertia).collect();
    assert!(inertia[0] > 200.0 && inertia[2] < 1.0, "{inertia:?}");
    // Flink has no k of 1, and one cluster no silhouette.
    assert!(!view.points[0].is_allowed && view.points[0].silhouette.is_nan());
    assert!(
        view.points[1..]
            .iter()
            .all(|point| point.is_allowed && point.silhouette > 0.0)
    );
}

#[test]
fn it_goes_on_as_if_it_had_seen_all_at_once() {
    for batch in [
        json!({"by": "count", "rows": 16}),
        json!({"by": "interval", "ms": 5_000}),
    ] {
        let mut lab = lab(file(&lane("spark", batch)), 90);
        let mut elbow = worked(&lab);
        let before = told(&elbow, &lab);
        feed(&mut lab, 90..140);
        // Ten windows without a row: the past fades.
        lab.tick(500 * 140 + 55_000);
        for _ in 0..5 {
            elbow.step(&lab, 0);
        }
        feed(&mut lab, 260..290);
        while elbow.step(&lab, 0) {}
        let wanted = worked(&lab);
        assert_eq!(told(&elbow, &lab), told(&wanted, &lab));
        assert_ne!(told(&elbow, &lab), before);
    }
}

#[test]
fn another_lane_or_past_begins_anew() {
    let first = lab(
        file(&lane("spark", json!({"by": "count", "rows": 16}))),
        100,
    );
    let mut elbow = worked(&first);
    for other in [
        lab(
            file(&lane("spark", json!({"by": "count", "rows": 20}))),
            100,
        ),
        lab(file(&lane("spark", json!({"by": "count", "rows": 16}))), 40),
        {
            let mut lab = Lab::new(first.config.file.clone()).unwrap();
            feed(&mut lab, 50..170);
            lab
        },
    ] {
        while elbow.step(&other, 0) {}
        assert_eq!(told(&elbow, &other), told(&worked(&other), &other));
    }
}

#[test]
fn there_is_a_reason_where_there_are_no_curves() {
    let few = lab(file(&lane("flink", json!({"by": "count", "rows": 16}))), 15);
    let view = worked(&few).view(&few, 0);
    assert!(view.points.is_empty());
    assert_eq!(
        view.says,
        "The curves begin after 16 training rows that were learned."
    );
    let regression = json!({"name": "L", "target": "y", "features": ["x"],
                            "model": {"kind": "linear_regression", "solver": "rls"}});
    let lab = lab(file(&regression), 50);
    let mut elbow = Elbow::new(Start::default());
    assert!(!elbow.step(&lab, 0));
    let says = elbow.view(&lab, 0).says;
    assert_eq!(
        says,
        "L is a regression: it has no clusters to choose a number of."
    );
}

#[test]
fn rows_that_are_all_alike_have_one_cluster() {
    let mut same = Lab::new(file(&lane("spark", json!({"by": "count", "rows": 10})))).unwrap();
    for offset in 0..20 {
        let record = Record {
            topic: "t".into(),
            partition: 0,
            offset,
            timestamp_ms: offset,
            headers: Vec::new(),
            key: None,
            value: Some(br#"{"x":1,"y":2}"#.to_vec()),
        };
        same.apply(record.as_ref());
    }
    let view = worked(&same).view(&same, 0);
    assert_eq!(view.points[0].inertia, 0.0);
    assert!(view.points[0].is_allowed);
    assert!(view.points[1..].iter().all(|point| point.inertia.is_nan()));
    assert_eq!(
        view.says,
        "Too few rows differ for any k to be better than another."
    );
}

#[test]
fn a_corrected_past_is_gone_through_anew() {
    let mut corrected = lane("spark", json!({"by": "count", "rows": 16}));
    corrected["changes"] = json!({"update": "correct"});
    let mut lab = lab(file(&corrected), 64);
    let mut elbow = worked(&lab);
    let before = told(&elbow, &lab);
    // The row of the second batch was far away, says an update.
    let [x, y] = row(20);
    let value = json!({"before": {"x": x, "y": y}, "after": {"x": -500.0, "y": y}, "op": "u", "source": {"lsn": 1_000}});
    let update = Record {
        topic: "t".into(),
        partition: 0,
        offset: 64,
        timestamp_ms: 50_000,
        headers: Vec::new(),
        key: None,
        value: Some(value.to_string().into_bytes()),
    };
    lab.apply(update.as_ref());
    feed(&mut lab, 65..80);
    while elbow.step(&lab, 0) {}
    let wanted = worked(&lab);
    assert_eq!(told(&elbow, &lab), told(&wanted, &lab));
    assert_ne!(told(&elbow, &lab), before);
}
