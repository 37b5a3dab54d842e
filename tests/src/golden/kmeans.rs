//! Flink's `OnlineKMeans` and Spark's `StreamingKMeans`.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::data::{list, numbers, points, read, rows};
use super::record::{Recording, lab};
use super::{Case, Fields, LeftOut, TOLERANCE};

const FLINK: [&str; 4] = ["iris_defaults", "iris_decay_x_batch", "distances", "edges"];
const SPARK: [&str; 3] = ["iris_decay", "half_life", "empty_and_dying"];

/// Length of a Spark window in these recordings.
const WINDOW_MS: usize = 1000;

pub(super) fn cases(cases: &mut Vec<Case>, left_out: &mut Vec<LeftOut>) -> Result<()> {
    for file in FLINK {
        for case in list(&read(&format!("flink/{file}.json"))?["cases"])? {
            let name = format!("flink/{file} {}", text(&case["name"])?);
            if case["name"] == "large_offset" {
                let why = "hangs on the engine's fused multiply-add, and is there to show it";
                left_out.push(LeftOut { name, why });
                continue;
            }
            let case = flink(&name, case).with_context(|| name.clone())?;
            cases.push(case);
        }
    }
    for file in SPARK {
        for case in list(&read(&format!("spark/{file}.json"))?["cases"])? {
            let name = format!("spark/{file} {}", text(&case["name"])?);
            cases.push(spark(&name, case, false).with_context(|| name.clone())?);
            cases.push(spark(&name, case, true).with_context(|| name.clone())?);
        }
    }
    Ok(())
}

fn flink(name: &str, case: &Value) -> Result<Case> {
    let set = &case["params_set"];
    let centroids = list(&case["initial"]["centroids"])?;
    // A parameter that is not set is left out, for the engine's default.
    let mut model = json!({"kind": "kmeans", "engine": "flink", "k": centroids.len(),
        "initial": {"centroids": centroids, "weights": case["initial"]["weights"]}});
    for (theirs, ours) in [
        ("k", "k"),
        ("decayFactor", "decay_factor"),
        ("distanceMeasure", "distance"),
    ] {
        if let Some(value) = set.get(theirs) {
            model[ours] = value.clone();
        }
    }
    if let Some(parallelism) = case.get("parallelism_of_training") {
        model["parallelism"] = parallelism.clone();
    }
    let batch = match set.get("globalBatchSize") {
        Some(rows) => json!({"by": "count", "rows": rows}),
        None => Value::Null,
    };
    let mut made = Case {
        name: name.to_owned(),
        lab: lab(list(&centroids[0])?.len(), &model, &batch, &Value::Null),
        tolerance: TOLERANCE,
        // As many centroids as k is asked for by the engine only when its job runs.
        refused: case.get("error").is_some() || case["name"] == "k_mismatch",
        ..Case::default()
    };
    let mut recording = Recording::default();
    for step in list(&case["steps"])? {
        let named = step.get("points").unwrap_or(&step["rows"]);
        match text(&step["op"])? {
            "train" => {
                for row in points(named)? {
                    if case["name"] == "cosine_zero_point" && row.iter().all(|x| *x == 0.0) {
                        let offset = recording.next_train();
                        made.rejected.push(("train".to_owned(), offset, "cosine"));
                    }
                    recording.train(0, &row, None);
                }
            }
            "predict" => {
                points(named)?.iter().for_each(|row| recording.test(0, row));
                made.predictions
                    .extend(predictions(&step["observed"]["predictions"])?);
            }
            // The engine drops what a batch lacks to be full; the lab keeps it waiting. Neither makes a version.
            "end_train" | "expect_failure" => {}
            other => anyhow::bail!("{other}"),
        }
    }
    for version in list(&case["versions"])? {
        let fields = model_fields(&version["centroids"], &version["weights"])?;
        made.versions.push(Some(fields));
    }
    made.events = recording.text;
    Ok(made)
}

/// A Spark case; its batches end by interval, or by hand.
fn spark(name: &str, case: &Value, by_hand: bool) -> Result<Case> {
    let centers = list(&case["initial"]["centers"])?;
    let set = &case["params_set"];
    let mut model = json!({"kind": "kmeans", "engine": "spark", "k": centers.len(),
        "initial": {"centroids": centers, "weights": case["initial"]["weights"]}});
    for (theirs, ours) in [("decayFactor", "decay_factor"), ("halfLife", "half_life")] {
        if let Some(value) = set.get(theirs) {
            model[ours] = value.clone();
        }
    }
    model["time_unit"] = case["effective_timeUnit"].clone();
    let batch = match by_hand {
        true => json!({"by": "hand"}),
        false => json!({"by": "interval", "ms": WINDOW_MS}),
    };
    let mut made = Case {
        name: format!("{name}{}", if by_hand { " by hand" } else { "" }),
        lab: lab(list(&centers[0])?.len(), &model, &batch, &Value::Null),
        tolerance: TOLERANCE,
        ..Case::default()
    };
    let test = case.get("predict_rows").map_or(Ok(Vec::new()), rows)?;
    let mut recording = Recording::default();
    let states = list(&case["states"])?;
    for (i, batch) in list(&case["batches"])?.iter().enumerate() {
        recording.tick(i * WINDOW_MS);
        for row in points(batch)? {
            recording.train(i * WINDOW_MS + 1, &row, None);
        }
        if by_hand {
            recording.close();
        }
        if let Some(recorded) = states[i + 1].get("predictions") {
            let row = |row: &Vec<f64>| recording.test(i * WINDOW_MS + 2, row);
            test.iter().for_each(row);
            made.predictions.extend(predictions(recorded)?);
        }
    }
    for state in states {
        let fields = model_fields(&state["centers"], &state["weights"])?;
        made.versions.push(Some(fields));
    }
    made.events = recording.text;
    Ok(made)
}

pub(super) fn model_fields(centroids: &Value, weights: &Value) -> Result<Fields> {
    Ok(vec![
        ("centroids", rows(centroids)?.concat()),
        ("weights", numbers(weights)?),
    ])
}

pub(super) fn predictions(list: &Value) -> Result<Vec<Fields>> {
    let each = numbers(list)?.into_iter();
    Ok(each
        .map(|cluster| vec![("prediction", vec![cluster])])
        .collect())
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().context("a text")
}
