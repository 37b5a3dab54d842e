//! Recursive least squares against its closed form, and scikit-learn's fit of the same rows.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::data::{Labelled, count, ecommerce, list, number, numbers, read, scaled};
use super::record::{Recording, lab};
use super::{Case, Fields};

/// As near as the recursion has to be to the closed form.
const NEAR: f64 = 1e-9;

pub(super) fn cases(cases: &mut Vec<Case>) -> Result<()> {
    let (train, test) = split()?;
    for run in list(&read("linreg/rls.json")?["runs"])? {
        cases.push(of(run, &train)?);
    }
    cases.push(sklearn(&train, &test)?);
    Ok(())
}

fn split() -> Result<(Vec<Labelled>, Vec<Labelled>)> {
    let split = &read("linreg/sklearn.json")?["split"];
    let rows = ecommerce()?;
    let part = |name: &str| -> Result<Vec<Labelled>> {
        let indices = list(&split[name])?.iter();
        indices.map(|i| Ok(rows[count(i)?].clone())).collect()
    };
    Ok((part("train_indices")?, part("test_indices")?))
}

/// A run, row by row: each is a batch.
fn of(run: &Value, train: &[Labelled]) -> Result<Case> {
    let name = run["name"].as_str().context("name")?;
    let raw = name.contains("raw");
    let model = json!({"kind": "linear_regression", "solver": "rls",
        "forgetting": number(&run["lambda"])?, "ridge": 1.0 / number(&run["P0"])?});
    let mut versions = vec![None; train.len() + 1];
    for recorded in list(&run["checkpoints"])? {
        let rows = count(&recorded["after_rows"])?;
        // One raw row against the ridge alone has squares of 1e10 beside 1e-6: the recorded solution has not the digits.
        if !(raw && rows == 1) {
            versions[rows] = Some(fields(&numbers(&recorded["closed_form_w"])?));
        }
    }
    let mut recording = Recording::default();
    for Labelled { label, row } in train {
        let row = if raw { row.clone() } else { scaled(row) };
        recording.train(0, &row, Some(*label));
    }
    Ok(Case {
        name: format!("linreg/rls {name}"),
        lab: lab(3, &model, &json!({"by": "count", "rows": 1}), &Value::Null),
        events: recording.text,
        versions,
        tolerance: NEAR,
        ..Case::default()
    })
}

/// Intercept first, as the recordings list them.
fn fields(numbers: &[f64]) -> Fields {
    vec![
        ("coefficients", numbers[1..].to_vec()),
        ("intercept", vec![numbers[0]]),
    ]
}

fn sklearn(train: &[Labelled], test: &[Labelled]) -> Result<Case> {
    let file = read("linreg/sklearn.json")?;
    let mut recording = Recording::default();
    for Labelled { label, row } in train {
        recording.train(0, row, Some(*label));
    }
    recording.close();
    test.iter().for_each(|row| recording.test(0, &row.row));
    let exact = "exact_rational_solution_intercept_age_income_buy";
    let predictions = numbers(&file["test_predictions_in_test_order"])?;
    Ok(Case {
        name: "linreg/sklearn".to_owned(),
        lab: lab(
            3,
            &json!({"kind": "linear_regression", "solver": "rls"}),
            &json!({"by": "hand"}),
            &Value::Null,
        ),
        events: recording.text,
        versions: vec![None, Some(fields(&numbers(&file[exact])?))],
        predictions: predictions
            .into_iter()
            .map(|number| vec![("prediction", vec![number])])
            .collect(),
        tolerance: NEAR,
        ..Case::default()
    })
}
