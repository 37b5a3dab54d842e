//! A small stream through a small lab.

use lab::snapshot::Axis;

use super::Experiment;

const LAB: &str = r#"{"eddy":1,"streams":[{"topic":"t","role":"both"}],"features":["x","y"],"lanes":[{"name":"A",
    "model":{"kind":"kmeans","engine":"flink","k":2,"initial":{"centroids":[[0,0],[9,9]]}},"batch":{"by":"count","rows":2}}]}"#;

fn record(offset: i64, x: f64, y: f64) -> String {
    let value = serde_json::json!({"x": x, "y": y}).to_string();
    serde_json::json!({"topic": "t", "partition": 0, "offset": offset, "timestamp_ms": 1000 + offset, "key": null,
        "value": value})
    .to_string()
}

/// Three rows: a batch, and one that waits.
fn applied() -> Experiment {
    let mut lab = Experiment::new(LAB).unwrap();
    assert!(
        lab.events()
            .starts_with(r#"[{"event":"version","lane":"A","version":1,"centroids":[[0,0],[9,9]]"#)
    );
    for (offset, (x, y)) in [(1.0, 2.0), (8.0, 10.0), (2.0, 2.0)]
        .into_iter()
        .enumerate()
    {
        lab.apply(&record(offset as i64, x, y)).unwrap();
    }
    lab
}

#[test]
fn events_come_once_and_in_order() {
    let mut lab = Experiment::new(LAB).unwrap();
    let first = lab.apply(&record(0, 1.0, 2.0)).unwrap();
    let events: Vec<serde_json::Value> = serde_json::from_str(&first).unwrap();
    let kinds: Vec<&str> = events
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect();
    assert_eq!(kinds, ["version", "prediction"]);
    assert_eq!(lab.events(), "[]");
    assert_eq!(lab.versions(), r#"{"A":1}"#);
}

#[test]
fn a_row_is_asked_of_any_version() {
    let mut lab = applied();
    assert_eq!(lab.versions(), r#"{"A":2}"#);
    // The centroid of the first version's cluster 0 is at 0, 0; that of the second's, the batch's only row there, at 1, 2.
    let mut distance = |version: Option<u64>| {
        let said = lab.predict("A", &[1.0, 5.0], version).unwrap();
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            (&said["prediction"], &said["runner_up"]),
            (&0.into(), &1.into())
        );
        (
            said["version"].as_u64().unwrap(),
            said["distance"].as_f64().unwrap(),
        )
    };
    assert!(matches!(distance(None), (2, far) if (far - 3.0).abs() < 1e-12));
    assert!(matches!(distance(Some(1)), (1, far) if (far * far - 26.0).abs() < 1e-12));
}

#[test]
fn what_cannot_be_is_said() {
    let mut lab = applied();
    let refused = |outcome: super::Result<String>| outcome.unwrap_err().to_string();
    for (said, why) in [
        (
            refused(lab.predict("B", &[1.0, 1.0], None)),
            "predict: no lane is called \"B\"; there are A",
        ),
        (
            refused(lab.predict("A", &[1.0], None)),
            "predict: A has 2 features (x, y); 1 numbers were given",
        ),
        (
            refused(lab.predict("A", &[1.0, f64::NAN], None)),
            "predict: y is no finite number",
        ),
        (
            refused(lab.predict("A", &[1.0, 1.0], Some(3))),
            "predict: A keeps no model of version 3; it keeps those of 1 to 2",
        ),
        (
            refused(lab.close("B")),
            "lab file: close: no lane is called \"B\"; there are A",
        ),
        (
            refused(lab.tick(1.5)),
            "tick: 1.5 is no time; give whole milliseconds since the epoch",
        ),
        (
            refused(lab.tick(f64::NAN)),
            "tick: NaN is no time; give whole milliseconds since the epoch",
        ),
        (
            refused(lab.apply(r#"{"x":1}"#)),
            "record: is none: a record has topic, partition, offset, timestamp_ms, key and value",
        ),
        (
            refused(lab.line("nonsense")),
            "line 1: not JSON (expected ident at column 2); one JSON value a line is wanted",
        ),
    ] {
        assert_eq!(said, why);
    }
    let missing =
        refused(lab.apply(r#"{"topic":"t","partition":0,"offset":1,"key":null,"value":null}"#));
    assert!(
        missing.contains("missing field `timestamp_ms`"),
        "{missing}"
    );
    let view = lab.snapshot(r#"{"lane":"B"}"#).unwrap_err().to_string();
    assert_eq!(view, "snapshot: lane: there is no lane \"B\"; there are A");
    let view = lab.snapshot(r#"{"axis":"x"}"#).unwrap_err().to_string();
    assert!(view.contains("unknown field `axis`"), "{view}");
}

#[test]
fn nothing_comes_after_the_end() {
    let mut lab = applied();
    let end = lab.finish().unwrap();
    assert_eq!(
        end,
        r#"[{"event":"summary","lane":"A","versions":2,"rows":3,"waiting":1}]"#
    );
    for outcome in [lab.finish(), lab.tick(1.0), lab.checkpoint(), lab.line("")] {
        assert!(
            outcome
                .unwrap_err()
                .to_string()
                .starts_with("the lab has finished")
        );
    }
    assert!(lab.predict("A", &[1.0, 1.0], None).is_ok());
}

#[test]
fn a_checkpoint_goes_on_alike() {
    let mut lab = applied();
    let mut resumed = Experiment::resume(LAB, &lab.checkpoint().unwrap()).unwrap();
    assert_eq!(resumed.events(), "[]");
    let next = record(3, 9.0, 9.0);
    assert_eq!(lab.apply(&next).unwrap(), resumed.apply(&next).unwrap());
    assert_eq!(lab.finish().unwrap(), resumed.finish().unwrap());
}

#[test]
fn records_of_other_topics_are_counted() {
    let mut lab = applied();
    lab.apply(&record(0, 1.0, 1.0).replace("\"t\"", "\"u\""))
        .unwrap();
    assert_eq!(lab.foreign(), 1);
}

#[test]
fn a_picture_is_asked_for_by_names() {
    let mut lab = applied();
    let picture = lab
        .snapshot(r#"{"lane":"A","x":"y","y":"x","at":{"version":1}}"#)
        .unwrap();
    assert_eq!(picture.axes, (Axis::Feature(1), Axis::Feature(0)));
    assert_eq!(picture.version, 1);
    assert_eq!(picture.stage.centroids, [0.0, 0.0, 9.0, 9.0]);
    let picture = lab.snapshot("{}").unwrap();
    assert_eq!(
        (picture.axes, picture.version, picture.live),
        ((Axis::Feature(0), Axis::Feature(1)), 2, true)
    );
}
