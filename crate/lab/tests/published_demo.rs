//! The published demo's six tables, from records, for both orders that the real engines confirmed.

#![allow(clippy::unwrap_used)] // a test may

mod support;

use serde_json::{Value, json};
use support::{demo_records, golden, iris_lab, lines, predictions};

#[test]
fn both_lanes_give_the_six_tables() {
    let tables = golden("seeds/tables.json");
    for order in golden("seeds/orders_confirmed.json")["orders"]
        .as_array()
        .unwrap()
    {
        let mut lab = iris_lab(10_000);
        for record in demo_records(order, 10_000) {
            assert!(lab.apply(record.as_ref()));
        }
        lab.finish();
        let lines = lines(&mut lab);
        assert_eq!(
            json!(predictions(&lines, "Flink", 11)),
            tables["flink_after_train1_train2_train2"]
        );
        assert_eq!(
            json!(predictions(&lines, "Spark", 11)),
            tables["spark_README_after_train1_train2_train2"]
        );
        assert_eq!(scores(&lab.lanes[0]), [(5, 11), (7, 11), (9, 11)]);
        assert_eq!(scores(&lab.lanes[1]), [(5, 11), (8, 11), (11, 11)]);
        let last: Value = serde_json::from_str(&lines[lines.len() - 2]).unwrap();
        assert_eq!(
            last,
            json!({"event": "summary", "lane": "Flink", "versions": 9, "rows": 277, "waiting": 21})
        );
    }
}

#[test]
fn flinks_versions_are_the_engines() {
    for order in golden("seeds/orders_confirmed.json")["orders"]
        .as_array()
        .unwrap()
    {
        let mut lab = iris_lab(10_000);
        let mut buffered = Vec::new();
        let mut versions = Vec::new();
        let records = demo_records(order, 10_000);
        for (i, record) in records.iter().enumerate() {
            let opens_a_round = record.topic.as_ref() == support::TEST
                && records[i - 1].topic.as_ref() == support::TRAIN;
            if opens_a_round {
                buffered.push(lab.lanes[0].batch_rows());
                versions.push(lab.lanes[0].timeline.versions());
            }
            lab.apply(record.as_ref());
        }
        assert_eq!(buffered, [1, 11, 21]);
        assert_eq!(
            json!(versions),
            order["flink"]["versions_seen_at_each_test"]
        );
        let recorded = order["flink"]["versions"].as_array().unwrap();
        let entries = lab.lanes[0].timeline.entries();
        assert_eq!(entries.len(), recorded.len());
        for (entry, recorded) in entries.iter().zip(recorded) {
            let version = entry.model.as_ref().unwrap();
            let model = version.numbers.clusters().unwrap();
            let centroids = recorded["centroids"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|c| c.as_array().unwrap());
            for (ours, theirs) in model.centroids.iter().zip(centroids) {
                let theirs = theirs.as_f64().unwrap();
                assert!(
                    (ours - theirs).abs() <= 1e-12 * theirs.abs(),
                    "version {}: {ours} {theirs}",
                    entry.last
                );
            }
            assert_eq!(json!(model.weights), recorded["weights"]);
        }
    }
}

fn scores(lane: &eddy_lab::lane::Lane) -> Vec<(u32, u32)> {
    let score = |score: &eddy_lab::lane::RoundScore| (score.right, score.of);
    lane.scores.iter().map(score).collect()
}
