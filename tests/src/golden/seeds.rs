//! The published demo's runs, by the two training orders that made both real engines print its tables.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::data::{count, list, points, read};
use super::kmeans::{model_fields, predictions};
use super::record::{Recording, lab};
use super::{Case, TOLERANCE};

const WINDOW_MS: usize = 1000;

/// An interval of Spark's: rows to train on, then whether the test rows are classified.
type Interval<'a> = (&'a [Vec<f64>], bool);

pub(super) fn cases(cases: &mut Vec<Case>) -> Result<()> {
    let tables = read("seeds/tables.json")?;
    let test = points(&tables["test_rows"])?;
    let iris = points(&json!({"file": "data/iris.json"}))?;
    for order in list(&read("seeds/orders_confirmed.json")?["orders"])? {
        let name = format!("seeds {}", order["seed"]);
        let indices = list(&order["order"])?.iter();
        let rows = indices.map(|i| Ok(iris[count(i)?].clone()));
        let rows: Vec<Vec<f64>> = rows.collect::<Result<_>>()?;
        cases.push(flink(&name, &order["flink"], &tables, &rows, &test)?);
        for run in list(&order["spark"])? {
            cases.push(spark(&name, run, &tables, &rows, &test)?);
        }
    }
    Ok(())
}

fn model(engine: &str, tables: &Value) -> Value {
    json!({"kind": "kmeans", "engine": engine, "k": 3,
        "initial": {"centroids": tables["initial_centers"], "weights": tables["initial_weights"]}})
}

fn flink(
    name: &str,
    recorded: &Value,
    tables: &Value,
    rows: &[Vec<f64>],
    test: &[Vec<f64>],
) -> Result<Case> {
    let mut recording = Recording::default();
    let mut made = Case {
        name: format!("{name}, Flink"),
        lab: lab(4, &model("flink", tables), &Value::Null, &Value::Null),
        tolerance: TOLERANCE,
        ..Case::default()
    };
    for (i, train) in [&rows[..1], &rows[1..], &rows[1..]].into_iter().enumerate() {
        train.iter().for_each(|row| recording.train(0, row, None));
        test.iter().for_each(|row| recording.test(0, row));
        let seen = &recorded["versions_seen_at_each_test"][i];
        for mut fields in predictions(&recorded["real_engine_predictions"][i])? {
            fields.push(("version", vec![count(seen)? as f64]));
            made.predictions.push(fields);
        }
    }
    for version in list(&recorded["versions"])? {
        let fields = model_fields(&version["centroids"], &version["weights"])?;
        made.versions.push(Some(fields));
    }
    made.events = recording.text;
    Ok(made)
}

fn spark(
    name: &str,
    run: &Value,
    tables: &Value,
    rows: &[Vec<f64>],
    test: &[Vec<f64>],
) -> Result<Case> {
    let run_name = run["run"].as_str().context("run")?;
    let (from_initial, intervals) = intervals(run_name, rows)?;
    let mut made = Case {
        name: format!("{name}, Spark {run_name}"),
        lab: lab(
            4,
            &model("spark", tables),
            &json!({"by": "interval", "ms": WINDOW_MS}),
            &Value::Null,
        ),
        tolerance: TOLERANCE,
        ..Case::default()
    };
    let mut recording = Recording::default();
    for (i, (train, tests)) in intervals.iter().enumerate() {
        recording.tick(i * WINDOW_MS);
        let time_ms = i * WINDOW_MS + 1;
        train
            .iter()
            .for_each(|row| recording.train(time_ms, row, None));
        if *tests {
            test.iter().for_each(|row| recording.test(time_ms, row));
        }
    }
    for recorded in list(&run["real_engine_predictions"])? {
        made.predictions.extend(predictions(recorded)?);
    }
    match run.get("states_after_each_interval_or_batch") {
        Some(states) => {
            if !from_initial {
                made.versions.push(None);
            }
            for state in list(states)? {
                let centers = state.get("centers").unwrap_or(&state["centroids"]);
                made.versions
                    .push(Some(model_fields(centers, &state["weights"])?));
            }
        }
        None => made.versions = vec![None; intervals.len() + 1],
    }
    made.events = recording.text;
    Ok(made)
}

/// The intervals of a run, and whether its recorded states begin with the initial model.
fn intervals<'a>(name: &str, rows: &'a [Vec<f64>]) -> Result<(bool, Vec<Interval<'a>>)> {
    let (train1, train2) = rows.split_at(1);
    let idle: &[Vec<f64>] = &[];
    Ok(match name {
        "dstream with idle intervals" => {
            let trained = [
                idle, train1, idle, idle, idle, train2, idle, idle, train2, idle,
            ];
            let tests = [3, 6, 9];
            let with_tests = trained.into_iter().enumerate();
            let intervals = with_tests.map(|(i, train)| (train, tests.contains(&i)));
            (false, intervals.collect())
        }
        "dstream, test rows in the same interval as the training rows" => (
            false,
            vec![
                (train1, false),
                (idle, true),
                (train2, true),
                (train2, true),
            ],
        ),
        "dstream, no idle interval before the first test" => {
            (false, vec![(train1, true), (train2, true), (train2, true)])
        }
        _ => (true, update_intervals(name, train1, train2)?),
    })
}

/// `update e1=a e2=b partitions=p`: a empty batches after train1, b after each train2, and a test after those.
fn update_intervals<'a>(
    name: &str,
    train1: &'a [Vec<f64>],
    train2: &'a [Vec<f64>],
) -> Result<Vec<Interval<'a>>> {
    let parts: Vec<&str> = name.split(' ').collect();
    ensure!(parts.len() == 4 && parts[0] == "update", "{name}");
    let empty = |part: &str, of: &str| -> Result<usize> {
        Ok(part.strip_prefix(of).context("e1= and e2=")?.parse()?)
    };
    let (e1, e2) = (empty(parts[1], "e1=")?, empty(parts[2], "e2=")?);
    let mut intervals: Vec<Interval<'a>> = Vec::new();
    for (train, empty) in [(train1, e1), (train2, e2), (train2, e2)] {
        intervals.push((train, false));
        intervals.extend((0..empty).map(|_| (&[][..], false)));
        if let Some(last) = intervals.last_mut() {
            last.1 = true;
        }
    }
    Ok(intervals)
}
