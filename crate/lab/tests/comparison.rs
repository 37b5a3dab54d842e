//! Lanes side by side: what they are, and the rows on which they disagree.
#![allow(clippy::unwrap_used)] // a test may

mod support;

use eddy_lab::snapshot::{BatchEnd, Comparison, EmptyCluster, Playhead, View};
use eddy_lab::{Lab, LabFile};
use serde_json::{Value, json};
use support::{demo_records, golden, iris_lab};

const WINDOW_MS: i64 = 10_000;

fn fed(mut lab: Lab) -> Lab {
    let order = &golden("seeds/orders_confirmed.json")["orders"][0];
    for record in demo_records(order, WINDOW_MS) {
        lab.apply(record.as_ref());
    }
    let end_ms = lab.time_ms.unwrap() + 2 * WINDOW_MS;
    lab.tick(end_ms);
    lab
}

/// The demo's lab file, changed.
fn changed(change: impl FnOnce(&mut Value)) -> Lab {
    let mut file: Value = serde_json::from_str(include_str!("../../../www/lab.json")).unwrap();
    change(&mut file);
    Lab::new(LabFile::parse(&file.to_string()).unwrap()).unwrap()
}

fn live(lab: &Lab) -> Comparison {
    lab.comparison(&View::default())
}

#[test]
fn the_demos_lanes_disagree_on_two_of_the_last_eleven_rows() {
    let lab = fed(iris_lab(WINDOW_MS));
    let differences = live(&lab).differences;
    assert_eq!((differences.round, differences.in_round), (3, (2, 11)));
    assert_eq!(differences.of, 33);
    let newest = &differences.rows[0];
    assert_eq!((newest.offset, newest.round), (28, 3));
    assert_eq!(newest.features, [6.7, 3.1, 4.7, 1.5]);
    assert_eq!(newest.label.as_deref(), Some("versicolor"));
    let given: Vec<_> = newest.given.iter().flatten().collect();
    let said: Vec<_> = given
        .iter()
        .map(|given| (given.cluster, given.right, given.version))
        .collect();
    // Spark's cluster 0 stands for versicolor.
    assert_eq!(said[0], (2, Some(false), 9));
    assert_eq!((said[1].0, said[1].1), (0, Some(true)));
    assert_eq!(differences.rows[1].offset, 26);
}

#[test]
fn the_past_shows_the_differences_of_then() {
    let lab = fed(iris_lab(WINDOW_MS));
    let view = View {
        at: Playhead::Record(161),
        ..View::default()
    };
    let differences = lab.comparison(&view).differences;
    // 7 and 8 of 11 are right: at least one row differs.
    assert_eq!(differences.round, 2);
    assert!(differences.in_round.0 >= 1, "{differences:?}");
    assert!(differences.rows.iter().all(|row| row.record < 161));
}

#[test]
fn facts_say_why_lanes_differ() {
    let lab = fed(iris_lab(WINDOW_MS));
    let [flink, spark] = &live(&lab).lanes[..] else {
        panic!("two lanes");
    };
    assert_eq!(flink.batch_end, BatchEnd::Rows(32));
    assert_eq!(spark.batch_end, BatchEnd::Ms(WINDOW_MS));
    assert_eq!((flink.left_over, spark.left_over), (21, 0));
    assert_eq!((flink.versions, flink.empty_versions), (9, 0));
    assert!(spark.empty_versions > 0);
    let decay = |facts: &eddy_lab::snapshot::LaneFacts| facts.decay.map(|decay| decay.factor);
    assert_eq!((decay(flink), decay(spark)), (Some(0.0), Some(1.0)));
    assert_eq!(flink.empty_cluster, Some(EmptyCluster::Stays));
    assert_eq!(spark.empty_cluster, Some(EmptyCluster::Splits));
    assert_eq!(flink.weights, [9.0, 17.0, 6.0]);
    assert_eq!(spark.weights.iter().sum::<f64>(), 277.0);
}

#[test]
fn a_copy_of_a_lane_differs_nowhere() {
    let lab = fed(changed(|file| {
        let mut twin = file["lanes"][0].clone();
        twin["name"] = json!("Twin");
        twin["cluster_labels"] = json!(["0", "1", "2"]);
        file["lanes"] = json!([file["lanes"][0], twin]);
    }));
    let differences = live(&lab).differences;
    assert_eq!((differences.differ, differences.of), (0, 33));
    assert_eq!(differences.rows, []);
}

#[test]
fn without_labels_ids_are_matched_first() {
    // The same model with its clusters in another order: nothing but ids differs.
    let lab = fed(changed(|file| {
        file.as_object_mut().unwrap().remove("label");
        let lane = file["lanes"][0].as_object_mut().unwrap();
        lane.remove("cluster_labels");
        let mut twin = file["lanes"][0].clone();
        twin["name"] = json!("Twin");
        twin["model"]["initial"]["centroids"] = json!([[6, 3, 3, 2], [6, 3, 1, 0], [6, 3, 2, 1]]);
        file["lanes"] = json!([file["lanes"][0], twin]);
    }));
    let differences = live(&lab).differences;
    assert_eq!((differences.differ, differences.of), (0, 33));
    // Spark's model is another one.
    let lab = fed(changed(|file| {
        file.as_object_mut().unwrap().remove("label");
        for lane in file["lanes"].as_array_mut().unwrap() {
            lane.as_object_mut().unwrap().remove("cluster_labels");
        }
    }));
    assert!(live(&lab).differences.differ > 0);
}

#[test]
fn numbers_differ_by_a_share_of_the_targets_range() {
    let lane = |name: &str, step: f64| {
        json!({"name": name, "batch": {"by": "count", "rows": 8}, "target": "petal_width", "features": ["petal_length"],
               "model": {"kind": "linear_regression", "solver": "sgd", "step_size": step}})
    };
    let lab = fed(changed(|file| {
        file["lanes"] = json!([lane("slow", 0.001), lane("fast", 0.01), lane("twin", 0.01)]);
    }));
    let comparison = live(&lab);
    let differences = &comparison.differences;
    // Petals are 0.1 to 2.5 wide.
    assert!((differences.apart - 0.12).abs() < 1e-12, "{differences:?}");
    assert!(differences.differ > 0 && differences.differ < differences.of);
    let row = &differences.rows[0];
    let given: Vec<f64> = row
        .given
        .iter()
        .flatten()
        .map(|given| given.value)
        .collect();
    assert!((given[0] - given[1]).abs() > 0.12, "{given:?}");
    assert_eq!(given[1], given[2]);
    assert_eq!(row.features.len(), 1);
    assert_eq!(comparison.lanes[0].coefficients.len(), 2);
    assert_eq!(comparison.lanes[0].decay, None);
}

#[test]
fn lanes_of_another_kind_have_no_part_in_it() {
    let lab = fed(changed(|file| {
        let linear = json!({"name": "linear", "target": "petal_width", "features": ["petal_length"],
            "model": {"kind": "linear_regression", "solver": "rls"}});
        file["lanes"].as_array_mut().unwrap().push(linear);
    }));
    let differences = live(&lab).differences;
    assert_eq!(differences.in_round, (2, 11));
    assert_eq!(differences.rows[0].given[2], None);
    let of_linear = lab.comparison(&View {
        lane: 2,
        ..View::default()
    });
    assert_eq!(of_linear.differences.of, 0);
}
