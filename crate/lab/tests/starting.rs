//! Initial models that are drawn, or chosen among the first rows.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

#[path = "support/replayed.rs"]
mod support;

use eddy_lab::snapshot::{Playhead, View};
use serde_json::{Value, json};
use support::*;

fn model(engine: &str, initial: &Value) -> Value {
    json!({"kind": "kmeans", "engine": engine, "initial": initial})
}

fn plus_plus(rows: usize) -> Value {
    json!({"kmeans++": {"seed": 7, "rows": rows}})
}

fn count(rows: usize) -> Value {
    json!({"by": "count", "rows": rows})
}

/// Rows in two heaps.
fn rows(from: usize, to: usize) -> Vec<In> {
    let row = |i: usize| vec![(i % 2 * 100) as f64 + i as f64, (i * 7 % 5) as f64];
    (from..to).map(|i| Train(i as i64, row(i))).collect()
}

/// The same lab, from the centroids of version 1 of these lines.
fn given(lab: &Value, lines: &[Value]) -> Value {
    let mut given = lab.clone();
    let centroids = of(lines, "version")[0]["centroids"].clone();
    given["lanes"][0]["model"]["initial"] = json!({ "centroids": centroids });
    given
}

#[test]
fn a_random_start_is_the_engines_distribution_and_the_seeds() {
    let first = |engine: &str, seed: u64| {
        let initial = json!({"random": {"seed": seed, "weight": 0.5}});
        let lines = replayed(&lab(2, &json!({"model": model(engine, &initial)})), &[]);
        let version = of(&lines, "version")[0].clone();
        assert_eq!(version["weights"], json!([0.5, 0.5]));
        let centroids: Vec<Vec<f64>> =
            serde_json::from_value(version["centroids"].clone()).unwrap();
        centroids.concat()
    };
    assert_eq!(first("flink", 3), first("flink", 3));
    assert_ne!(first("flink", 3), first("flink", 4));
    let of_many = |engine: &str| {
        (0..20)
            .flat_map(|seed| first(engine, seed))
            .collect::<Vec<_>>()
    };
    assert!(of_many("flink").iter().all(|x| (0.0..1.0).contains(x)));
    assert!(of_many("spark").iter().any(|x| *x < 0.0));
}

#[test]
fn the_first_rows_are_held_back_then_trained() {
    let lab = lab(
        2,
        &json!({"model": model("flink", &plus_plus(5)), "batch": count(2)}),
    );
    let mut input = rows(0, 3);
    input.push(Test(3, vec![1.0, 0.0]));
    input.extend(rows(4, 8));
    let lines = replayed(&lab, &input);
    let events: Vec<&Value> = lines.iter().map(|line| &line["event"]).collect();
    // Version 1, the batch of the first two rows, the row to classify that came after the third, and so on.
    let wanted = [
        "version",
        "version",
        "prediction",
        "version",
        "version",
        "summary",
    ];
    assert_eq!(events, wanted, "{lines:#?}");
    let versions = of(&lines, "version");
    assert_eq!(versions[0]["version"], json!(1));
    assert!(versions[0].get("batch").is_none());
    assert_eq!(versions[1]["batch"]["last"]["offset"], json!(1));
    assert_eq!(of(&lines, "prediction")[0]["version"], json!(2));
    let summary = of(&lines, "summary")[0].clone();
    assert_eq!(
        (&summary["rows"], &summary["waiting"]),
        (&json!(7), &json!(1))
    );
    // As if they had been given.
    assert_eq!(replayed(&given(&lab, &lines), &input), lines);
}

#[test]
fn of_several_draws_the_one_that_fits_the_first_rows_best_is_kept() {
    let input = rows(0, 8);
    let fits = |initial: Value| {
        let lab = lab(
            2,
            &json!({"model": model("spark", &initial), "batch": count(8)}),
        );
        let lines = replayed(&lab, &input);
        let versions = of(&lines, "version");
        // All rows are those that it starts with, so the batch's inertia by version 1 is what is compared.
        let inertia = versions[1]["batch"]["inertia_before"].as_f64().unwrap();
        (inertia, versions[0]["centroids"].clone())
    };
    let several = |restarts: usize| {
        let random = json!({"seed": 7, "restarts": restarts, "rows": 8});
        let chosen = json!({"seed": 7, "restarts": restarts, "rows": 8});
        [json!({ "random": random }), json!({ "kmeans++": chosen })]
    };
    let single = |seed: u64| {
        let chosen = json!({"seed": seed, "rows": 8});
        [
            json!({"random": {"seed": seed}}),
            json!({ "kmeans++": chosen }),
        ]
    };
    for way in 0..2 {
        let singles: Vec<_> = (7..17)
            .map(|seed| fits(single(seed)[way].clone()))
            .collect();
        let best = fits(several(10)[way].clone());
        let least = singles.iter().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        assert_eq!(&best, least);
        assert_ne!(best, singles[0], "the first draw is not the best by chance");
    }
}

#[test]
fn a_window_that_is_open_takes_the_rows_that_waited() {
    let batch = json!({"by": "interval", "ms": 10});
    let lab = lab(
        2,
        &json!({"model": model("spark", &plus_plus(5)), "batch": batch}),
    );
    let mut input = rows(0, 3);
    input.push(Tick(35));
    input.extend([
        Train(36, vec![1.0, 2.0]),
        Test(36, vec![0.0, 0.0]),
        Train(38, vec![103.0, 2.0]),
    ]);
    let lines = replayed(&lab, &input);
    let versions = of(&lines, "version");
    // No window makes a version before there is one.
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[1]["batch"]["rows"], json!(5));
    assert_eq!(of(&lines, "prediction")[0]["version"], json!(2));
}

#[test]
fn transactions_that_are_over_are_batches_and_a_hand_ends_what_waited() {
    let by_hand = lab(
        2,
        &json!({"model": model("flink", &plus_plus(4)), "batch": {"by": "hand"}}),
    );
    let mut input = rows(0, 3);
    input.push(Close);
    input.extend(rows(3, 5));
    input.push(Close);
    let lines = replayed(&by_hand, &input);
    assert_eq!(of(&lines, "version")[1]["batch"]["rows"], json!(5));
    // Rows without a transaction are each one of their own.
    let transaction = lab(
        2,
        &json!({"model": model("flink", &plus_plus(4)), "batch": {"by": "transaction"}}),
    );
    let lines = replayed(&transaction, &rows(0, 6));
    let batches: Vec<Value> = of(&lines, "version")
        .iter()
        .map(|line| line["batch"]["rows"].clone())
        .collect();
    assert_eq!(
        batches,
        [
            json!(null),
            json!(1),
            json!(1),
            json!(1),
            json!(1),
            json!(1),
            json!(1)
        ]
    );
}

#[test]
fn too_few_rows_that_differ_wait_for_more() {
    let file = lab(
        2,
        &json!({"model": model("flink", &plus_plus(2)), "batch": count(3)}),
    );
    let same = Train(0, vec![1.0, 1.0]);
    let mut input = vec![same.clone(), same.clone(), same];
    let applied = applied(&file, &input);
    assert_eq!(applied.lanes[0].timeline.versions(), 0);
    let note = applied.rows.note(1);
    assert!(
        note.starts_with("A waits for more rows: k-means++ takes 2 rows that differ"),
        "{note}"
    );
    assert_eq!(applied.rows.note(2), "");
    input.push(Train(0, vec![2.0, 1.0]));
    let lines = replayed(&file, &input);
    assert_eq!(of(&lines, "version").len(), 2);
}

#[test]
fn a_lane_without_a_version_is_summed_up_and_drawn() {
    let lanes = json!({"model": model("flink", &plus_plus(9)), "cluster_labels": ["a", "b"]});
    let file = lab(2, &lanes);
    let mut input = rows(0, 4);
    input.extend([Test(4, vec![0.0, 0.0]), Close, Tick(100)]);
    let lines = replayed(&file, &input);
    assert_eq!(
        lines,
        [json!({"event": "summary", "lane": "A", "versions": 0, "rows": 4, "waiting": 4})]
    );
    let lab = applied(&file, &input);
    for at in [Playhead::Live, Playhead::Version(1), Playhead::Record(2)] {
        let snapshot = lab.snapshot(&View {
            at,
            ..View::default()
        });
        assert_eq!((snapshot.version, snapshot.versions), (0, 0));
        assert!(snapshot.stage.centroids.is_empty());
        assert_eq!(snapshot.lanes[0].waiting, 4);
        assert_eq!((snapshot.batch.number, snapshot.batch.size), (0, Some(9)));
        assert!(!snapshot.lanes[0].ready);
    }
}

#[test]
fn with_a_scaler_rows_are_chosen_behind_it_and_given_before_it() {
    for scaler in [
        json!({"kind": "standard"}),
        json!({"kind": "min_max"}),
        json!({"kind": "fixed", "mean": [50.0, 2.0], "std": [50.0, 1.5]}),
        json!({"kind": "standard", "engine": "flink", "batch": count(4)}),
    ] {
        let lane =
            json!({"model": model("flink", &plus_plus(4)), "batch": count(3), "scaler": scaler});
        let file = lab(2, &lane);
        let input = rows(0, 9);
        let lines = replayed(&file, &input);
        let centroids: Vec<Vec<f64>> =
            serde_json::from_value(of(&lines, "version")[0]["centroids"].clone()).unwrap();
        // Two of the rows, in the columns' units.
        let is_row = |centroid: &Vec<f64>| {
            let near = |row: &Vec<f64>| row.iter().zip(centroid).all(|(a, b)| (a - b).abs() < 1e-9);
            input[..4]
                .iter()
                .any(|row| matches!(row, Train(_, row) if near(row)))
        };
        assert!(centroids.iter().all(is_row), "{scaler}: {centroids:?}");
        let models = |lines: &[Value]| -> Vec<Value> {
            let versions = of(lines, "version");
            versions[1..]
                .iter()
                .map(|line| line["centroids"].clone())
                .collect()
        };
        assert_eq!(
            models(&replayed(&given(&file, &lines), &input)),
            models(&lines),
            "{scaler}"
        );
    }
}

#[test]
fn a_row_that_cannot_be_a_start_goes_the_engines_way() {
    let cosine =
        json!({"kind": "kmeans", "engine": "flink", "distance": "cosine", "initial": plus_plus(2)});
    let lines = replayed(
        &lab(2, &json!({"model": cosine, "batch": count(2)})),
        &[[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]].map(|row| Train(0, row.to_vec())),
    );
    assert_eq!(of(&lines, "version").len(), 2);
    let rejected = of(&lines, "rejected")[0].clone();
    assert_eq!(rejected["offset"], json!(1));
    let nan = lab(
        2,
        &json!({"model": model("flink", &plus_plus(2)), "batch": count(3), "not_finite": "as_engine"}),
    );
    let lines = replayed(
        &nan,
        &[[f64::NAN, 0.0], [0.0, 0.0], [5.0, 1.0]].map(|row| Train(0, row.to_vec())),
    );
    let versions = of(&lines, "version");
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[1]["centroids"][0][0], json!("NaN"));
    // Nor does it spoil the scale in which the others are compared.
    let mut scaled = nan.clone();
    scaled["lanes"][0]["scaler"] = json!({"kind": "standard"});
    scaled["lanes"][0]["batch"] = count(9);
    let rows = [[f64::NAN, 0.0], [0.0, 0.0], [5.0, 1.0]].map(|row| Train(0, row.to_vec()));
    let lines = replayed(&scaled, &rows);
    assert_eq!(of(&lines, "version").len(), 1);
}

#[test]
fn a_start_that_cannot_be_is_refused() {
    let check = |initial: Value, reason: &str| {
        let refused = refused(&lab(2, &json!({"model": model("flink", &initial)})));
        assert!(refused.contains(reason), "{refused}");
    };
    check(
        plus_plus(1),
        "lanes[0].model.initial.kmeans++.rows: is 1; k is 2",
    );
    check(
        plus_plus(100_001),
        "lanes[0].model.initial.kmeans++.rows: is 100001; at most 100000",
    );
    check(
        json!({"random": {"seed": 1, "restarts": 3, "rows": 0}}),
        "initial.random.rows: is 0; restarts are measured on rows",
    );
    check(
        json!({"random": {"seed": 1, "rows": 9}}),
        "initial.random.rows: stands beside no restarts",
    );
    check(
        json!({"random": {"seed": 1, "restarts": 2, "rows": 100_001}}),
        "initial.random.rows: is 100001; at most 100000",
    );
    check(
        json!({"kmeans++": {"seed": 1, "restarts": 0, "rows": 9}}),
        "initial.kmeans++.restarts: is 0; give 1 to 100",
    );
    check(
        json!({"random": {"seed": 1, "weight": -1}}),
        "initial.random: an initial weight is 0 or more",
    );
    check(
        json!({"random": {"seed": 1}, "centroids": [[0, 0], [1, 1]]}),
        "initial: gives one of",
    );
}
