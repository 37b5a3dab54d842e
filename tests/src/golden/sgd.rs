//! Spark's `StreamingLinearRegressionWithSGD` and `StreamingLogisticRegressionWithSGD`.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::data::{Labelled, count, dense, labelled, list, number, numbers, read, rows};
use super::record::{Recording, lab};
use super::{Case, Fields, LeftOut, TOLERANCE, WIDER};

/// Length of a window in these recordings.
const WINDOW_MS: usize = 1000;

pub(super) fn cases(cases: &mut Vec<Case>, left_out: &mut Vec<LeftOut>) -> Result<()> {
    for kind in ["linear", "logistic"] {
        for case in list(&read(&format!("spark/{kind}_sgd.json"))?["cases"])? {
            let name = format!(
                "spark/{kind}_sgd {}",
                case["name"].as_str().context("name")?
            );
            if case["mode"] == "errors" {
                refusals(&name, kind, case, cases, left_out).with_context(|| name.clone())?;
                continue;
            }
            // Batches of `update` end by hand, and before the first one the initial model predicts.
            let dstream = case["mode"] == "dstream";
            cases.push(of(&name, kind, case, dstream).with_context(|| name.clone())?);
        }
    }
    Ok(())
}

fn model(kind: &str, set: &Value) -> Value {
    let mut model = json!({"kind": format!("{kind}_regression"), "engine": "spark"});
    for (theirs, ours) in [
        ("stepSize", "step_size"),
        ("numIterations", "iterations"),
        ("regParam", "reg_param"),
        ("miniBatchFraction", "mini_batch_fraction"),
        ("convergenceTol", "convergence_tol"),
        ("intercept", "intercept"),
    ] {
        if let Some(value) = set.get(theirs) {
            model[ours] = value.clone();
        }
    }
    model
}

fn of(name: &str, kind: &str, case: &Value, dstream: bool) -> Result<Case> {
    let initial = &case["initial_weights"];
    let mut model = model(kind, &case["params_set"]);
    model["initial"] = json!({ "coefficients": initial });
    let batch = match dstream {
        true => json!({"by": "interval", "ms": WINDOW_MS}),
        false => json!({"by": "hand"}),
    };
    let mut made = Case {
        name: name.to_owned(),
        lab: lab(list(initial)?.len(), &model, &batch, &Value::Null),
        tolerance: TOLERANCE,
        ..Case::default()
    };
    let data = labelled(case.get("data"))?;
    let test = rows(&case["predict_rows"])?;
    let mut recording = Recording::default();
    let mut states = list(&case["states"])?.iter();
    if dstream {
        made.versions.push(None);
    } else {
        made.state(0, states.next(), &test, &mut recording)?;
    }
    for (i, batch) in list(&case["batches"])?.iter().enumerate() {
        recording.tick(i * WINDOW_MS);
        for Labelled { label, row } in rows_of(batch, &data)? {
            recording.train(i * WINDOW_MS + 1, &row, Some(label));
        }
        if !dstream {
            recording.close();
        }
        made.state(i * WINDOW_MS + 2, states.next(), &test, &mut recording)?;
    }
    made.events = recording.text;
    Ok(made)
}

impl Case {
    /// A version as recorded, and the test rows that it classifies.
    fn state(
        &mut self,
        time_ms: usize,
        state: Option<&Value>,
        test: &[Vec<f64>],
        recording: &mut Recording,
    ) -> Result<()> {
        let state = state.context("a state for each batch")?;
        let mut fields: Fields = vec![("coefficients", numbers(&state["weights"])?)];
        if let Some(intercept) = state.get("intercept") {
            fields.push(("intercept", vec![number(intercept)?]));
        }
        self.versions.push(Some(fields));
        let predictions = numbers(&state["predictions"])?;
        for (i, (row, prediction)) in test.iter().zip(predictions).enumerate() {
            recording.test(time_ms, row);
            let mut fields: Fields = vec![("prediction", vec![prediction])];
            if let Some(recorded) = state.get("probabilities") {
                fields.push(("probability", vec![number(&recorded[i])?]));
            }
            self.predictions.push(fields);
        }
        Ok(())
    }
}

fn rows_of(batch: &Value, data: &[Labelled]) -> Result<Vec<Labelled>> {
    if let Some(from) = batch.get("from") {
        return Ok(data[count(from)?..count(&batch["to"])?].to_vec());
    }
    list(batch)?.iter().map(row_of).collect()
}

/// A row of a recording: its label, then its numbers; or a sparse one, which names them.
fn row_of(row: &Value) -> Result<Labelled> {
    if let Some(label) = row.get("label") {
        let (label, row) = (number(label)?, dense(row)?);
        return Ok(Labelled { label, row });
    }
    let mut row = numbers(row)?;
    let label = row.remove(0);
    Ok(Labelled { label, row })
}

/// What the engine refuses: settings by the lab file's check, rows by the replay.
fn refusals(
    name: &str,
    kind: &str,
    case: &Value,
    cases: &mut Vec<Case>,
    left_out: &mut Vec<LeftOut>,
) -> Result<()> {
    for attempt in list(&case["attempts"])? {
        let what = attempt["what"].as_str().context("what")?;
        let name = format!("{name}: {what}");
        if let Some(set) = what.strip_prefix("params ") {
            let model = model(kind, &serde_json::from_str(set)?);
            cases.push(Case {
                lab: lab(2, &model, &Value::Null, &Value::Null),
                name,
                refused: true,
                ..Case::default()
            });
            continue;
        }
        let run = list(&case["bad_runs"])?
            .iter()
            .find(|run| run["what"] == what);
        let run = match run {
            Some(run) if run["params"].is_null() => run,
            Some(_) => {
                let why = "the engine's validation cannot be switched off here";
                left_out.push(LeftOut { name, why });
                continue;
            }
            None => {
                let why =
                    "there is no model without a start; a row has the columns that are asked for";
                left_out.push(LeftOut { name, why });
                continue;
            }
        };
        let refused = attempt["result"] == "refused";
        let case = bad_run(name, kind, run, refused)?;
        if refused && case.rejected.is_empty() {
            let (name, why) = (case.name, WIDER);
            left_out.push(LeftOut { name, why });
            continue;
        }
        cases.push(case);
    }
    Ok(())
}

/// Rows on which the engine's job fails, one by one: those that do not fit are rejected.
fn bad_run(name: String, kind: &str, run: &Value, refused: bool) -> Result<Case> {
    let initial = list(&run["initial_weights"])?;
    let mut model = model(kind, &Value::Null);
    model["initial"] = json!({ "coefficients": initial });
    let mut made = Case {
        name,
        lab: lab(initial.len(), &model, &json!({"by": "hand"}), &Value::Null),
        versions: vec![None],
        ..Case::default()
    };
    let mut recording = Recording::default();
    for row in list(&run["rows"])? {
        let Labelled { label, row } = row_of(row)?;
        // A row with more columns than the features is no other row: what is not named is not read.
        let bad_label = kind == "logistic" && label != 0.0 && label != 1.0;
        if refused && (bad_label || row.len() < initial.len()) {
            let offset = recording.next_train();
            let reason = if bad_label { "label" } else { "is missing" };
            made.rejected.push(("train".to_owned(), offset, reason));
        }
        recording.train(0, &row, Some(label));
    }
    made.events = recording.text;
    Ok(made)
}
