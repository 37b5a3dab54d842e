//! Where another program goes on behind a version.

#![allow(clippy::unwrap_used)] // a test may

use eddy_lab::lab::Bounds;
use eddy_lab::positions::Position;
use eddy_lab::{Lab, LabFile};
use serde_json::json;
use wire::Record;

fn lab(bounds: Bounds) -> Lab {
    let lane = |name: &str, batch| {
        json!({"name": name, "batch": batch, "model": {"kind": "kmeans", "engine": "flink", "k": 2,
               "initial": {"centroids": [[0.0], [10.0]], "weights": [1.0, 1.0]}}})
    };
    let file = json!({
        "eddy": 1, "features": ["x"],
        "streams": [{"topic": "a", "role": "train"}, {"topic": "b", "role": "classify"}, {"topic": "c", "role": "ignore"}],
        "lanes": [lane("count", json!({"by": "count", "rows": 3})), lane("window", json!({"by": "interval", "ms": 100}))],
    });
    Lab::with_bounds(LabFile::parse(&file.to_string()).unwrap(), bounds).unwrap()
}

fn apply(lab: &mut Lab, topic: &str, partition: i32, offset: i64, timestamp_ms: i64) {
    let record = Record {
        topic: topic.into(),
        partition,
        offset,
        timestamp_ms,
        headers: Vec::new(),
        key: None,
        value: Some(b"{\"x\":1}".to_vec()),
    };
    lab.apply(record.as_ref());
    lab.drain().for_each(drop);
}

fn behind(lab: &Lab, lane: usize, version: u64) -> Vec<(String, i32, i64)> {
    let positions = lab.positions_behind(lane, version).unwrap();
    let parts = |at: Position| (at.topic, at.partition, at.next_offset);
    positions.into_iter().map(parts).collect()
}

fn at(topic: &str, partition: i32, next_offset: i64) -> (String, i32, i64) {
    (topic.to_owned(), partition, next_offset)
}

#[test]
fn rows_that_wait_come_again_and_classified_ones_do_not() {
    let mut lab = lab(Bounds::default());
    // Two partitions that begin at 5 and 70; the third row, of partition 1, fills the batch.
    apply(&mut lab, "c", 0, 900, 5);
    apply(&mut lab, "a", 0, 5, 10);
    apply(&mut lab, "b", 0, 40, 11);
    apply(&mut lab, "a", 0, 6, 12);
    apply(&mut lab, "a", 1, 70, 13);
    apply(&mut lab, "b", 0, 41, 14);
    apply(&mut lab, "a", 1, 71, 15);
    apply(&mut lab, "a", 0, 7, 16);
    assert_eq!(
        behind(&lab, 0, 1),
        [at("a", 0, 5), at("a", 1, 70), at("b", 0, 40)]
    );
    assert_eq!(
        behind(&lab, 0, 2),
        [at("a", 0, 7), at("a", 1, 71), at("b", 0, 41)]
    );
    // The window ends with this record, which is of the next one.
    apply(&mut lab, "a", 0, 8, 120);
    assert_eq!(lab.lanes[1].timeline.versions(), 2);
    assert_eq!(
        behind(&lab, 1, 2),
        [at("a", 0, 8), at("a", 1, 72), at("b", 0, 42)]
    );
    assert_eq!(
        behind(&lab, 0, 3),
        [at("a", 0, 9), at("a", 1, 72), at("b", 0, 42)]
    );
}

#[test]
fn what_is_no_longer_retained_is_not_guessed() {
    let mut lab = lab(Bounds {
        rows: 1,
        ..Bounds::default()
    });
    for offset in 0..20_000 {
        apply(&mut lab, "a", 0, offset, 10);
    }
    assert!(lab.rows.first() > 0);
    let refused = lab.positions_behind(0, 2).unwrap_err().to_string();
    assert!(
        refused.starts_with("the records around version 2"),
        "{refused}"
    );
    let newest = lab.lanes[0].timeline.versions();
    assert_eq!(behind(&lab, 0, newest), [at("a", 0, 19_998)]);
}
