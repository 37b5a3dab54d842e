//! The published demo's six tables, from the two training orders that made both real engines print them.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use eddy_learn::kmeans::{Kmeans, Model, Params, Spec};
use serde_json::Value;

/// An interval of Spark's: rows to train on, then whether the test rows are classified.
type Interval = (Vec<Vec<f64>>, bool);

#[test]
fn flink_orders() {
    let tables = load("seeds/tables.json");
    check_orders(|order, rows| check_flink(order, rows, &tables));
}

#[test]
fn spark_orders() {
    let tables = load("seeds/tables.json");
    check_orders(|order, rows| {
        let runs = array(&order["spark"]);
        assert_eq!(runs.len(), 11);
        for run in runs {
            check_spark(run, rows, &tables);
        }
    });
}

/// Calls `check` with every order and its rows: train1 is the first, train2 the other 138.
fn check_orders(check: impl Fn(&Value, &[Vec<f64>])) {
    let file = load("seeds/orders_confirmed.json");
    let orders = array(&file["orders"]);
    assert_eq!(orders.len(), 2);
    for order in orders {
        let rows = rows_of(order);
        assert_eq!(rows.len(), 139);
        assert_eq!(order["order"][0], order["train1_iris_index"]);
        check(order, &rows);
    }
}

fn rows_of(order: &Value) -> Vec<Vec<f64>> {
    let iris = points(&serde_json::json!({"file": "data/iris.json"}));
    clusters(&order["order"])
        .into_iter()
        .map(|index| iris[index].clone())
        .collect()
}

fn demo(spec: Spec, tables: &Value) -> Kmeans {
    let initial = Model {
        centroids: flat(&tables["initial_centers"]),
        weights: numbers(&tables["initial_weights"]),
    };
    Kmeans::new(
        Params::new(Spec {
            k: 3,
            dim: 4,
            ..spec
        })
        .unwrap(),
        initial,
    )
    .unwrap()
}

fn check_flink(order: &Value, rows: &[Vec<f64>], tables: &Value) {
    let seed = &order["seed"];
    let recorded = &order["flink"];
    let test_rows = points(&tables["test_rows"]);
    let mut kmeans = demo(FLINK, tables);
    let mut versions = vec![kmeans.model().clone()];
    let mut waiting: Vec<Vec<f64>> = Vec::new();
    for (i, train) in [&rows[..1], &rows[1..], &rows[1..]].into_iter().enumerate() {
        for row in train {
            waiting.push(row.clone());
            if waiting.len() == 32 {
                fit(&mut kmeans, &std::mem::take(&mut waiting));
                versions.push(kmeans.model().clone());
            }
        }
        let at = format!("seed {seed}, test {i}");
        assert_eq!(waiting.len(), [1, 11, 21][i], "{at}");
        assert_eq!(
            versions.len(),
            count(&recorded["versions_seen_at_each_test"][i]),
            "{at}"
        );
        let found = predict(&kmeans, &test_rows);
        assert_eq!(
            found,
            clusters(&recorded["real_engine_predictions"][i]),
            "{at}"
        );
        let table = clusters(&tables["flink_after_train1_train2_train2"][i]);
        assert_eq!(found == table, recorded["equal_to_the_blog"][i], "{at}");
        assert_eq!(
            right(&found, tables),
            count(&tables["flink_right_of_11"][i]),
            "{at}"
        );
    }
    let expected = array(&recorded["versions"]);
    assert_eq!(versions.len(), expected.len());
    for (found, expected) in versions.iter().zip(expected) {
        assert_model(
            &format!("seed {seed}, version {}", expected["version"]),
            found,
            expected,
        );
    }
}

fn check_spark(run: &Value, rows: &[Vec<f64>], tables: &Value) {
    let name = text(&run["run"]);
    let (states_from_initial, intervals) = intervals(name, rows);
    let test_rows = points(&tables["test_rows"]);
    let mut kmeans = demo(SPARK, tables);
    let mut states = Vec::new();
    if states_from_initial {
        states.push(kmeans.model().clone());
    }
    let mut found = Vec::new();
    for (train, test) in &intervals {
        fit(&mut kmeans, train);
        states.push(kmeans.model().clone());
        if *test {
            found.push(predict(&kmeans, &test_rows));
        }
    }
    if let Some(recorded) = run.get("states_after_each_interval_or_batch") {
        assert_eq!(states.len(), array(recorded).len(), "{name}");
        for (i, (found, expected)) in states.iter().zip(array(recorded)).enumerate() {
            assert_model(&format!("{name}, state {i}"), found, expected);
        }
    }
    check_spark_tables(name, run, &found, tables);
}

/// Compares the three tests with the engine's, and how those compare with the two printed forms of the tables.
fn check_spark_tables(name: &str, run: &Value, found: &[Vec<usize>], tables: &Value) {
    assert_eq!(found.len(), 3, "{name}");
    for (i, found) in found.iter().enumerate() {
        let at = format!("{name}, test {i}");
        assert_eq!(*found, clusters(&run["real_engine_predictions"][i]), "{at}");
        let readme = clusters(&tables["spark_README_after_train1_train2_train2"][i]);
        let blog = clusters(&tables["spark_blog_after_train1_train2_train2"][i]);
        let swapped: Vec<usize> = found.iter().map(|&c| [1, 0, 2][c]).collect();
        assert_eq!(*found == readme, run["equal_to_the_demo_README"][i], "{at}");
        let with_ids_swapped = &run["equal_to_the_blog_with_ids_0_and_1_swapped"][i];
        assert_eq!(swapped == blog, *with_ids_swapped, "{at}");
        assert_eq!(
            *found == blog,
            run["equal_to_the_blog_as_printed"][i],
            "{at}"
        );
        if swapped == blog {
            let expected = count(&tables["spark_right_of_11_blog_ids"][i]);
            assert_eq!(right(&swapped, tables), expected, "{at}");
        }
    }
}

/// The intervals of a run, and whether its recorded states begin with the initial model.
fn intervals(name: &str, rows: &[Vec<f64>]) -> (bool, Vec<Interval>) {
    let train1 = || rows[..1].to_vec();
    let train2 = || rows[1..].to_vec();
    let idle = Vec::new;
    match name {
        "dstream with idle intervals" => {
            let trained = [
                idle(),
                train1(),
                idle(),
                idle(),
                idle(),
                train2(),
                idle(),
                idle(),
            ];
            let more = [train2(), idle()];
            let tests = [3, 6, 9];
            let intervals = trained.into_iter().chain(more).enumerate();
            (
                false,
                intervals
                    .map(|(i, train)| (train, tests.contains(&i)))
                    .collect(),
            )
        }
        "dstream, test rows in the same interval as the training rows" => {
            let first = [(train1(), false), (idle(), true)];
            (
                false,
                first
                    .into_iter()
                    .chain([(train2(), true), (train2(), true)])
                    .collect(),
            )
        }
        "dstream, no idle interval before the first test" => (
            false,
            vec![(train1(), true), (train2(), true), (train2(), true)],
        ),
        _ => (true, update_intervals(name, train1(), train2())),
    }
}

/// `update e1=a e2=b partitions=p`: a empty batches after train1, b after each train2, and a test after those.
fn update_intervals(name: &str, train1: Vec<Vec<f64>>, train2: Vec<Vec<f64>>) -> Vec<Interval> {
    let parts: Vec<&str> = name.split(' ').collect();
    let ["update", e1, e2, _] = parts[..] else {
        panic!("{name}")
    };
    let empty = |part: &str, of: &str| -> usize { part.strip_prefix(of).unwrap().parse().unwrap() };
    let (e1, e2) = (empty(e1, "e1="), empty(e2, "e2="));
    let mut intervals = Vec::new();
    for (train, empty) in [(train1, e1), (train2.clone(), e2), (train2, e2)] {
        intervals.push((train, false));
        intervals.extend((0..empty).map(|_| (Vec::new(), false)));
        intervals.last_mut().unwrap().1 = true;
    }
    intervals
}

fn right(found: &[usize], tables: &Value) -> usize {
    found
        .iter()
        .zip(clusters(&tables["labels"]))
        .filter(|&(&cluster, label)| cluster == label)
        .count()
}

/// The numbers beside the versions in the design's picture of this run, as it rounds them.
#[test]
fn summaries_of_the_recommended_order() {
    let file = load("seeds/orders_confirmed.json");
    let rows = rows_of(&file["orders"][0]);
    let mut kmeans = demo(FLINK, &load("seeds/tables.json"));
    let found: Vec<String> = rows
        .chunks_exact(32)
        .map(|batch| fit(&mut kmeans, batch))
        .map(|b| {
            let (before, after) = (b.inertia_before, b.inertia_after);
            format!(
                "{:?} shift {:.3}, inertia {before:.2} -> {after:.2}",
                b.counts, b.shift
            )
        })
        .collect();
    let expected = [
        "[10, 0, 22] shift 2.109, inertia 4.69 -> 1.20",
        "[15, 0, 17] shift 0.216, inertia 0.77 -> 0.73",
        "[9, 1, 22] shift 1.783, inertia 0.93 -> 0.67",
        "[8, 4, 20] shift 0.473, inertia 0.73 -> 0.61",
    ];
    assert_eq!(found, expected);
}
