//! How rows are cut into batches, and what happens to rows that cannot be used.

#![allow(clippy::unwrap_used)] // a test may

mod support;

use eddy_lab::replay::Replay;
use eddy_lab::{Lab, LabFile};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{demo_records, golden, iris_lab, lines};
use wire::Record;

/// A lab with one feature, streams a (train), b (classify), c (both), and these lanes.
fn file(lanes: Value) -> LabFile {
    let lab = json!({
        "eddy": 1,
        "streams": [{"topic": "a", "role": "train"}, {"topic": "b", "role": "classify"}, {"topic": "c", "role": "both"}],
        "features": ["x"], "lanes": lanes,
    });
    LabFile::parse(&lab.to_string()).unwrap()
}

fn lane(name: &str, engine: &str, batch: Value) -> Value {
    json!({
        "name": name, "batch": batch,
        "model": {"kind": "kmeans", "engine": engine, "k": 2, "initial": {"centroids": [[0.0], [10.0]], "weights": [1.0, 1.0]}},
    })
}

fn row(topic: &str, offset: i64, timestamp_ms: i64, value: &str) -> Record {
    Record {
        topic: topic.into(),
        partition: 0,
        offset,
        timestamp_ms,
        headers: Vec::new(),
        key: None,
        value: Some(format!("{{\"x\":{value}}}").into_bytes()),
    }
}

/// What happened, as short words: "v2 3" a version with its rows, "p1 0" a prediction with its version, "r" a rejection.
fn say(lab: &mut Lab) -> Vec<String> {
    let word = |line: &String| {
        let value: Value = serde_json::from_str(line).unwrap();
        match value["event"].as_str().unwrap() {
            "version" => match value.get("versions") {
                Some(run) => format!("v{}-{}", run[0], run[1]),
                None => format!("v{} {}", value["version"], value["batch"]["rows"]),
            },
            "prediction" => format!("p{} {}", value["version"], value["prediction"]),
            "rejected" => format!("r {} {}", value["column"], value["reason"]),
            other => other.to_owned(),
        }
    };
    lines(lab).iter().map(word).collect()
}

#[test]
fn a_count_batch_ends_when_it_is_full() {
    let mut lab = Lab::new(file(json!([lane(
        "F",
        "flink",
        json!({"by": "count", "rows": 2})
    )])))
    .unwrap();
    for (i, topic) in ["a", "b", "a", "b", "a"].into_iter().enumerate() {
        lab.apply(row(topic, i as i64, 0, "1.0").as_ref());
    }
    lab.finish();
    assert_eq!(
        say(&mut lab),
        ["v1 null", "p1 0", "v2 2", "p2 0", "summary"]
    );
}

#[test]
fn a_window_trains_first_and_then_classifies() {
    let mut lab = Lab::new(file(json!([lane(
        "S",
        "spark",
        json!({"by": "interval", "ms": 100})
    )])))
    .unwrap();
    lab.apply(row("b", 0, 1_010, "1.0").as_ref());
    lab.apply(row("a", 0, 1_050, "2.0").as_ref());
    // An older record joins the open window.
    lab.apply(row("a", 1, 900, "2.0").as_ref());
    lab.tick(1_099);
    assert_eq!(say(&mut lab), ["v1 null"]);
    lab.tick(1_100);
    assert_eq!(say(&mut lab), ["v2 2", "p2 0"]);
    lab.tick(1_350);
    lab.apply(row("b", 1, 1_360, "9.0").as_ref());
    lab.finish();
    // Two windows passed without rows; the open one is closed at the end.
    assert_eq!(say(&mut lab), ["v3 0", "v4 0", "v5 0", "p5 1", "summary"]);
}

#[test]
fn both_classifies_by_the_model_before_the_rows_batch() {
    for batch in [
        json!({"by": "count", "rows": 1}),
        json!({"by": "interval", "ms": 100}),
    ] {
        let mut lab = Lab::new(file(json!([lane("S", "spark", batch)]))).unwrap();
        lab.apply(row("c", 0, 10, "1.0").as_ref());
        lab.finish();
        assert_eq!(say(&mut lab)[..3], ["v1 null", "p1 0", "v2 1"]);
    }
}

#[test]
fn a_batch_ends_by_hand() {
    let mut lab = Lab::new(file(json!([lane("H", "flink", json!({"by": "hand"}))]))).unwrap();
    lab.apply(row("a", 0, 0, "1.0").as_ref());
    lab.close("H").unwrap();
    assert!(
        lab.close("X")
            .unwrap_err()
            .to_string()
            .contains("there are H")
    );
    lab.finish();
    assert_eq!(say(&mut lab), ["v1 null", "v2 1", "summary"]);
}

#[test]
fn what_cannot_be_used_is_rejected_by_name_and_the_rest_goes_on() {
    let mut lab = Lab::new(file(json!([lane(
        "F",
        "flink",
        json!({"by": "count", "rows": 1})
    )])))
    .unwrap();
    for (offset, value) in ["\"n/a\"", "null", "1.0"].into_iter().enumerate() {
        lab.apply(row("a", offset as i64, 0, value).as_ref());
    }
    let mut broken = row("a", 3, 0, "1");
    broken.value = Some(b"{\"y\":1}".to_vec());
    lab.apply(broken.as_ref());
    broken.value = Some(b"{\"x\":".to_vec());
    lab.apply(broken.as_ref());
    let said = say(&mut lab);
    assert_eq!(
        said[..4],
        [
            "v1 null",
            "r \"x\" \"is \\\"n/a\\\", not a number\"",
            "r \"x\" \"is null\"",
            "v2 1"
        ]
    );
    assert_eq!(said[4], "r \"x\" \"is missing\"");
    assert!(said[5].starts_with("r null"), "{said:?}");
    assert_eq!(lab.rejected, 4);
}

#[test]
fn a_long_run_of_empty_batches_is_one_line_and_a_short_one_is_many() {
    let spark = || {
        Lab::new(file(json!([lane(
            "S",
            "spark",
            json!({"by": "interval", "ms": 10})
        )])))
        .unwrap()
    };
    // The open window, closed at the end, is one more of them.
    for (passed, version_lines) in [(99, 1 + 100), (100, 1 + 1), (3_000_000_000_i64, 1 + 1)] {
        let mut lab = spark();
        lab.tick(0);
        lab.tick(passed * 10);
        lab.finish();
        let said = say(&mut lab);
        assert_eq!(said.len(), version_lines + 1, "{passed}");
        assert_eq!(lab.lanes[0].timeline.versions(), 1 + passed as u64 + 1);
        assert_eq!(lab.lanes[0].timeline.entries().len(), 2);
    }
}

#[test]
fn names_that_are_not_built_yet_are_refused_by_name() {
    let mut lab = serde_json::from_str::<Value>(include_str!("../../../www/lab.json")).unwrap();
    lab["lanes"][1]["columns"] = json!({});
    let error = LabFile::parse(&lab.to_string()).unwrap_err().to_string();
    assert!(
        error.contains("lanes[1].columns") && error.contains("not built yet"),
        "{error}"
    );
    let mut lab = serde_json::from_str::<Value>(include_str!("../../../www/lab.json")).unwrap();
    lab["lanes"][0]["modle"] = json!(1);
    let error = LabFile::parse(&lab.to_string()).unwrap_err().to_string();
    assert!(error.contains("modle"), "{error}");
    let mut lab = serde_json::from_str::<Value>(include_str!("../../../www/lab.json")).unwrap();
    lab["lanes"][0]["model"]["k"] = json!(2);
    let error = Lab::new(LabFile::parse(&lab.to_string()).unwrap())
        .unwrap_err()
        .to_string();
    assert!(error.contains("3 initial centroids"), "{error}");
}

#[test]
fn a_broken_line_is_named_and_the_replay_goes_on() {
    let mut out = String::new();
    let mut replay = Replay::new(
        file(json!([lane(
            "F",
            "flink",
            json!({"by": "count", "rows": 1})
        )])),
        &mut out,
    )
    .unwrap();
    let mut errors = Vec::new();
    for line in [
        r#"{"topic":"a","partition":0,"offset":0,"timestamp_ms":0,"headers":[],"key":null,"value":"{\"x\":1}"}"#,
        r#"{"topic":"a","partition":"#,
        r#"{"close":"nobody"}"#,
        r#"{"topic":"a","partition":0,"offset":1,"timestamp_ms":0,"headers":[],"key":null,"value":"{\"x\":2}"}"#,
        r#"{"topic":"z","partition":0,"offset":1,"timestamp_ms":0,"headers":[],"key":null,"value":"{\"x\":2}"}"#,
    ] {
        if let Err(error) = replay.line(line, &mut out) {
            errors.push(error.to_string());
        }
    }
    assert_eq!(replay.foreign, 1);
    replay.finish(&mut out);
    assert!(
        errors[0].contains("line 2") && errors[1].contains("line 3"),
        "{errors:?}"
    );
    assert_eq!(out.lines().count(), 4, "{out}");
}

proptest! {
    /// The outcome hangs on what was applied, never on how often the clock ticked.
    #[test]
    fn ticks_between_records_change_nothing(extra in prop::collection::vec((0usize..310, 0i64..20_000), 0..60)) {
        let order = &golden("seeds/orders_confirmed.json")["orders"][0];
        let records = demo_records(order, 1_000);
        let mut plain = iris_lab(1_000);
        let mut ticked = iris_lab(1_000);
        for (i, record) in records.iter().enumerate() {
            plain.apply(record.as_ref());
            ticked.apply(record.as_ref());
            for (_, ms) in extra.iter().filter(|(at, _)| *at == i) {
                // Up to the next record's own time, a tick says nothing new.
                let until = records.get(i + 1).map_or(record.timestamp_ms, |next| next.timestamp_ms);
                ticked.tick((record.timestamp_ms + ms).min(until));
            }
        }
        plain.finish();
        ticked.finish();
        prop_assert_eq!(lines(&mut plain), lines(&mut ticked));
    }
}

#[test]
fn a_jump_in_time_is_passed_quickly_and_gives_what_many_ticks_give() {
    let fading = |name: &str, ms: i64, decay: f64| {
        let mut lane = lane(name, "spark", json!({"by": "interval", "ms": ms}));
        lane["model"]["decay_factor"] = json!(decay);
        lane
    };
    let lanes = json!([
        fading("A", 1, 0.999),
        fading("B", 7, 0.9999),
        fading("C", 1_000, 0.5)
    ]);
    let run = |step_ms: usize| {
        let mut lab = Lab::new(file(lanes.clone())).unwrap();
        lab.apply(row("a", 0, 1_000, "3").as_ref());
        lab.apply(row("b", 0, 1_004, "4").as_ref());
        for ms in (1_004..=60_000).step_by(step_ms) {
            lab.tick(ms);
        }
        lab.tick(60_000);
        lab.apply(row("a", 1, 60_001, "5").as_ref());
        lab.finish();
        lines(&mut lab)
    };
    let at_once = run(1_000_000);
    assert_eq!(at_once, run(3));
    assert_eq!(at_once, run(977));

    // A timestamp in another century, or one that is nonsense.
    for ms in [10 * 365 * 86_400_000, i64::MAX] {
        let mut lab = Lab::new(file(json!([fading("A", 1, 0.999_999_999)]))).unwrap();
        let begun = std::time::Instant::now();
        lab.apply(row("a", 0, 1_000, "3").as_ref());
        lab.apply(row("a", 1, ms, "3").as_ref());
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }
}
