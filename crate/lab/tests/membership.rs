//! Which rows made a version: known of every cut, and after going on from a checkpoint too.

#![allow(clippy::unwrap_used)] // a test may

mod support;

use eddy_lab::checkpoint::Checkpoint;
use eddy_lab::config::Role;
use eddy_lab::timeline::Records;
use eddy_lab::{Lab, LabFile};
use serde_json::Value;
use support::golden;
use wire::Record;

fn demo_lab() -> LabFile {
    LabFile::parse(include_str!("../../../www/lab.json")).unwrap()
}

fn demo_records() -> Vec<Record> {
    support::demo_records(&golden("seeds/orders_confirmed.json")["orders"][0], 10_000)
}

fn apply(lab: &mut Lab, records: &[Record]) {
    for record in records {
        lab.apply(record.as_ref());
    }
}

/// The rows of a lane's versions, in order.
fn rows(lab: &Lab, lane: usize) -> Vec<u64> {
    let versions = lab.lanes[lane].timeline.versions();
    let rows = |version| lab.rows_of_version(lane, version).unwrap();
    (1..=versions)
        .flat_map(|version| rows(version).iter().collect::<Vec<_>>())
        .collect()
}

#[test]
fn the_demos_versions_know_their_rows() {
    let mut lab = Lab::new(demo_lab()).unwrap();
    apply(&mut lab, &demo_records());
    let trains =
        |record: &u64| lab.role(lab.rows.meta(*record).unwrap().stream as usize) == Role::Train;
    let trained: Vec<u64> = (0..lab.rows.end()).filter(trains).collect();
    let flink = rows(&lab, 0);
    assert_eq!(flink, trained[..flink.len()]);
    let second = lab.rows_of_version(0, 2).unwrap();
    assert_eq!(second.rows(), 32);
    // The first training row stands before the first test round, the others behind it.
    assert_eq!(
        second.ranges(),
        [(trained[0], trained[0]), (trained[1], trained[31])]
    );
    assert_eq!(lab.rows_of_version(0, 1), Some(&Records::default()));
    assert_eq!(lab.rows_of_version(0, 1_000), None);
    assert_eq!(lab.rows_of_version(9, 1), None);
    let spark = rows(&lab, 1);
    assert_eq!(spark, trained[..spark.len()]);
    for entry in lab.lanes.iter().flat_map(|lane| lane.timeline.entries()) {
        assert_eq!(entry.records.as_ref().unwrap().rows(), entry.rows);
    }
}

#[test]
fn a_batch_that_was_open_at_a_checkpoint_knows_its_rows() {
    let records = demo_records();
    let mut lab = Lab::new(demo_lab()).unwrap();
    apply(&mut lab, &records[..40]);
    let kept = lab.checkpoint().to_json();
    // As an earlier release would have written it.
    let mut old: Value = serde_json::from_str(&kept).unwrap();
    for lane in old["lanes"].as_array_mut().unwrap() {
        lane["batch"]
            .as_object_mut()
            .unwrap()
            .remove("records")
            .unwrap();
        lane["newest"]
            .as_object_mut()
            .unwrap()
            .remove("records")
            .unwrap();
    }
    let go_on = |kept: &str| {
        let mut lab = Lab::resume(demo_lab(), Checkpoint::parse(kept).unwrap()).unwrap();
        apply(&mut lab, &records[40..]);
        lab
    };
    apply(&mut lab, &records[40..]);
    let (again, old) = (go_on(&kept), go_on(&old.to_string()));
    let flink = lab.lanes[0].timeline.versions();
    for version in 2..=flink {
        assert_eq!(
            again.rows_of_version(0, version),
            lab.rows_of_version(0, version),
            "version {version}"
        );
    }
    assert_eq!(old.rows_of_version(0, 2), None);
    assert_eq!(old.rows_of_version(0, 3), lab.rows_of_version(0, 3));
}
