//! Spark MLlib's streaming regressions, batch by batch, as recorded from the engine.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use eddy_learn::spark_sgd::{Intercept, Loss, Params, SparkSgd, Spec, classify};
use eddy_learn::{Linear, Rows, SpecError};
use serde_json::Value;

#[test]
fn linear() {
    check("spark/linear_sgd.json", Loss::Squared, 29);
}

#[test]
fn logistic() {
    check("spark/logistic_sgd.json", Loss::Logistic, 26);
}

/// Runs every case of a recording. `partitions` changes the engine's order of summation only, so it changes nothing here.
fn check(path: &str, loss: Loss, cases: usize) {
    let file = load(path);
    check_defaults(&file["engine_defaults"], loss);
    let found = array(&file["cases"]);
    assert_eq!(found.len(), cases, "{path}");
    for case in found {
        match text(&case["mode"]) {
            "errors" => check_refused(case, loss),
            _ => check_case(case, loss),
        }
    }
}

fn check_defaults(recorded: &Value, loss: Loss) {
    let ours = Spec::defaults(loss, 1);
    let theirs = spec(recorded, loss, 1);
    assert_eq!(ours, theirs);
}

fn spec(effective: &Value, loss: Loss, dim: usize) -> Spec {
    Spec {
        loss,
        dim,
        step_size: number(&effective["stepSize"]),
        iterations: count(&effective["numIterations"]),
        reg_param: number(&effective["regParam"]),
        mini_batch_fraction: number(&effective["miniBatchFraction"]),
        convergence_tol: number(&effective["convergenceTol"]),
        intercept: match effective["intercept"] == true {
            true => Intercept::Restarts,
            false => Intercept::Off,
        },
    }
}

fn check_case(case: &Value, loss: Loss) {
    let name = text(&case["name"]);
    let initial = start(&case["initial_weights"]);
    let spec = spec(&case["effective_params"], loss, initial.coefficients.len());
    let mut model = SparkSgd::new(Params::new(spec).unwrap(), initial).unwrap();
    let data = case.get("data").map(labelled).unwrap_or_default();
    let mut states = array(&case["states"]).iter();
    if text(&case["mode"]) == "update" {
        check_state(
            &format!("{name}, start"),
            &model,
            case,
            states.next().unwrap(),
        );
    }
    for (i, batch) in array(&case["batches"]).iter().enumerate() {
        let at = format!("{name}, batch {i}");
        let rows = rows_of(batch, &data);
        let steps = fit_labelled(&mut model, &rows);
        let state = states.next().unwrap();
        if text(&case["mode"]) == "update" && !rows.is_empty() {
            assert_eq!(steps, count(&state["steps_taken"]), "{at}, steps");
            assert_eq!(rows.len(), count(&state["rows_in_batch"]), "{at}, rows");
        }
        check_state(&at, &model, case, state);
    }
    assert!(states.next().is_none(), "{name}");
}

fn start(weights: &Value) -> Linear {
    Linear {
        coefficients: numbers(weights),
        intercept: 0.0,
    }
}

fn rows_of(batch: &Value, data: &[Labelled]) -> Vec<Labelled> {
    if let Some(from) = batch.get("from") {
        return data[count(from)..count(&batch["to"])].to_vec();
    }
    array(batch).iter().map(labelled_row).collect()
}

/// A row of a recording: its label, then its numbers; or a sparse one, which names them.
fn labelled_row(row: &Value) -> Labelled {
    match row.get("label") {
        Some(label) => Labelled {
            label: number(label),
            row: dense(row),
        },
        None => {
            let numbers = numbers(row);
            Labelled {
                label: numbers[0],
                row: numbers[1..].to_vec(),
            }
        }
    }
}

fn fit_labelled(model: &mut SparkSgd, rows: &[Labelled]) -> usize {
    let dim = model.params().spec().dim;
    for Labelled { label, row } in rows {
        model.params().check_row(row, *label).unwrap();
    }
    let flat: Vec<f64> = rows.iter().flat_map(|row| row.row.clone()).collect();
    let labels: Vec<f64> = rows.iter().map(|row| row.label).collect();
    model
        .partial_fit(Rows::new(&flat, dim).unwrap(), &labels)
        .steps
}

fn check_state(at: &str, model: &SparkSgd, case: &Value, state: &Value) {
    let found = model.model();
    assert_numbers(at, &found.coefficients, &numbers(&state["weights"]));
    if let Some(intercept) = state.get("intercept") {
        assert_numbers(at, &[found.intercept], &[number(intercept)]);
    }
    let asked: Vec<Vec<f64>> = array(&case["predict_rows"]).iter().map(dense).collect();
    let predictions: Vec<f64> = asked.iter().map(|row| model.predict(row)).collect();
    assert_numbers(
        &format!("{at}, predictions"),
        &predictions,
        &numbers(&state["predictions"]),
    );
    if let Some(recorded) = state.get("probabilities") {
        let found: Vec<f64> = asked
            .iter()
            .map(|row| classify(found, row).probability)
            .collect();
        assert_numbers(&format!("{at}, probabilities"), &found, &numbers(recorded));
    }
}

/// What the engine refuses is refused here, with the same value in the message; what it takes is taken.
fn check_refused(case: &Value, loss: Loss) {
    let mut bad_runs = 0;
    for attempt in array(&case["attempts"]) {
        let what = text(&attempt["what"]);
        let refused = attempt["result"] == "refused";
        if let Some(set) = what.strip_prefix("params ") {
            check_setting(
                what,
                &serde_json::from_str(set).unwrap(),
                loss,
                text(&attempt["message"]),
            );
        } else if let Some(run) = array(&case["bad_runs"])
            .iter()
            .find(|run| run["what"] == what)
        {
            bad_runs += 1;
            check_bad_run(run, loss, refused);
        } else {
            check_other(what, refused, loss);
        }
    }
    assert_eq!(bad_runs, array(&case["bad_runs"]).len());
    if let Some(threshold) = case.get("threshold") {
        let weights = text(&threshold["initial_weights"])
            .split(", ")
            .map(|n| n.parse().unwrap())
            .collect();
        let model = Linear {
            coefficients: weights,
            intercept: 0.0,
        };
        let found = classify(&model, &[1.0, 2.0]).probability;
        assert_numbers(
            "threshold",
            &[found],
            &[number(&threshold["cleared_prediction_of_initial_model"])],
        );
    }
}

fn check_setting(what: &str, set: &Value, loss: Loss, message: &str) {
    let (name, value) = set.as_object().unwrap().iter().next().unwrap();
    let mut spec = Spec::defaults(loss, 1);
    match name.as_str() {
        "stepSize" => spec.step_size = number(value),
        "regParam" => spec.reg_param = number(value),
        "miniBatchFraction" => spec.mini_batch_fraction = number(value),
        "convergenceTol" => spec.convergence_tol = number(value),
        // A count cannot be below 0: the type refuses it.
        "numIterations" => return assert!(number(value) < 0.0, "{what}"),
        other => panic!("{other}"),
    }
    match Params::new(spec).expect_err(what) {
        SpecError::Setting { found, .. } => {
            let theirs: f64 = message.rsplit(' ').next().unwrap().parse().unwrap();
            assert_eq!(found, theirs, "{what}");
        }
        other => panic!("{what}: {other}"),
    }
}

fn check_bad_run(run: &Value, loss: Loss, refused: bool) {
    let initial = start(&run["initial_weights"]);
    let params = Params::new(Spec::defaults(loss, initial.coefficients.len())).unwrap();
    let rows: Vec<Labelled> = array(&run["rows"]).iter().map(labelled_row).collect();
    let check = |row: &Labelled| params.check_row(&row.row, row.label);
    // The engine's validation can be switched off; here it cannot.
    let unchecked = run["what"] == "a label 2 with validateData false";
    let ours = rows.iter().any(|row| check(row).is_err());
    assert_eq!(ours, refused || unchecked, "{run}");
}

fn check_other(what: &str, refused: bool, loss: Loss) {
    assert!(refused, "{what}");
    match what {
        "predict a row of another size than the weights" => {
            let params = Params::new(Spec::defaults(loss, 3)).unwrap();
            assert!(params.check_row(&[1.0, 1.0], 0.0).is_err());
        }
        // A model cannot be made without its start.
        what => assert!(what.ends_with("before setInitialWeights"), "{what}"),
    }
}

#[test]
fn an_intercept_that_continues_keeps_what_it_learned() {
    let learned = |intercept| {
        let spec = Spec {
            intercept,
            ..Spec::defaults(Loss::Squared, 1)
        };
        let mut model = SparkSgd::new(Params::new(spec).unwrap(), Linear::zeros(1)).unwrap();
        for _ in 0..40 {
            model.partial_fit(Rows::new(&[-1.0, 1.0], 1).unwrap(), &[48.0, 52.0]);
        }
        model.model().intercept
    };
    let (continued, restarted) = (learned(Intercept::Continues), learned(Intercept::Restarts));
    assert!((continued - 50.0).abs() < 0.1, "{continued}");
    assert!((restarted - 50.0).abs() > 1.0, "{restarted}");
}
