//! Flink's `OnlineLogisticRegression`.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::data::{Labelled, count, dense, labelled, list, number, numbers, read, rows};
use super::record::{Recording, lab};
use super::{Case, Fields, LeftOut, TOLERANCE};

pub(super) fn cases(cases: &mut Vec<Case>, left_out: &mut Vec<LeftOut>) -> Result<()> {
    for case in list(&read("flink/online_logistic.json")?["cases"])? {
        let name = format!(
            "flink/online_logistic {}",
            case["name"].as_str().context("name")?
        );
        if let Some(why) = why_left_out(case) {
            left_out.push(LeftOut { name, why });
            continue;
        }
        cases.push(of(&name, case).with_context(|| name.clone())?);
        if case.get("probe_rows").is_some() {
            cases.push(probes(&name, case).with_context(|| name.clone())?);
        }
    }
    Ok(())
}

fn why_left_out(case: &Value) -> Option<&'static str> {
    let sparse =
        "sparse rows, whose absent coordinates count otherwise than zeros: rows of a lab are dense";
    match case["name"].as_str()? {
        "sparse_rows" | "sparse_initial_model" | "sparse_explicit_zero" => Some(sparse),
        "mixed_dense_and_sparse" | "weights_sparse" | "weights_sparse_zero" => Some(sparse),
        "parallelism2_batches" => Some("the recording itself says that it is not reproducible"),
        "batch_smaller_than_parallelism" => Some("a lane of this model has no parallelism"),
        "size_mismatch" => Some(super::WIDER),
        "no_initial_model" => Some("there is no model without a start"),
        _ => None,
    }
}

/// The lab of a case, and the features of a row.
fn lab_of(case: &Value, engine_defects: bool) -> Result<(String, usize)> {
    let set = &case["params_set"];
    let initial = &case["initial"]["coefficient"];
    let mut model = json!({"kind": "logistic_regression", "engine": "flink",
        "initial": {"coefficients": initial}});
    for (theirs, ours) in [
        ("alpha", "alpha"),
        ("beta", "beta"),
        ("reg", "reg"),
        ("elasticNet", "elastic_net"),
    ] {
        if let Some(value) = set.get(theirs) {
            model[ours] = value.clone();
        }
    }
    let batch = match set.get("globalBatchSize") {
        Some(rows) => json!({"by": "count", "rows": rows}),
        None => Value::Null,
    };
    let extra = match engine_defects {
        true => Value::Null,
        false => json!({"engine_defects": false}),
    };
    let dim = list(initial)?.len();
    Ok((lab(dim, &model, &batch, &extra), dim))
}

fn of(name: &str, case: &Value) -> Result<Case> {
    let (lab, dim) = lab_of(case, true)?;
    let mut made = Case {
        name: name.to_owned(),
        lab,
        refused: case.get("error").is_some(),
        // The initial model is none of the engine's versions.
        versions: vec![None],
        tolerance: TOLERANCE,
        ..Case::default()
    };
    let data = labelled(case.get("data"))?;
    let mut recording = Recording::default();
    for step in list(&case["steps"])? {
        match step["op"].as_str() {
            Some("train") => {
                for Labelled { label, row } in fed(step, &data)? {
                    if row.len() < dim {
                        let offset = recording.next_train();
                        made.rejected
                            .push(("train".to_owned(), offset, "is missing"));
                    }
                    recording.train(0, &row, Some(label));
                }
            }
            Some("predict") => rows(&step["rows"])?
                .iter()
                .for_each(|row| recording.test(0, row)),
            _ => {}
        }
        for output in step.get("output_rows").map_or(Ok(&[][..]), list)? {
            made.predictions.push(prediction(case, output)?);
        }
    }
    for (i, version) in case
        .get("versions")
        .map_or(Ok(&[][..]), list)?
        .iter()
        .enumerate()
    {
        made.versions.push(Some(vec![
            ("coefficients", numbers(&version["coefficient"])?),
            ("engine_version", vec![(i + 1) as f64]),
        ]));
    }
    made.events = recording.text;
    Ok(made)
}

/// A row that the engine gave out, whose columns may have been renamed.
fn prediction(case: &Value, output: &Value) -> Result<Fields> {
    let effective = &case["effective_params"];
    let column = |plain: &str, param: &str| {
        let renamed = effective[param].as_str().unwrap_or(plain);
        output.get(plain).unwrap_or(&output[renamed]).clone()
    };
    let raw = column("rawPrediction", "rawPredictionCol");
    let version = number(&column("version", "modelVersionCol"))?;
    Ok(vec![
        (
            "prediction",
            vec![number(&column("prediction", "predictionCol"))?],
        ),
        ("probability", vec![number(&raw[1])?]),
        ("version", vec![version + 1.0]),
    ])
}

/// The rows that were shown to each version, which predicts as it is meant, without the engine's defect.
fn probes(name: &str, case: &Value) -> Result<Case> {
    let (lab, _) = lab_of(case, false)?;
    let mut made = Case {
        name: format!("{name}, probes"),
        lab,
        versions: vec![None],
        more_versions: true,
        tolerance: TOLERANCE,
        ..Case::default()
    };
    let data = labelled(case.get("data"))?;
    let batch = case["effective_params"]["globalBatchSize"].as_u64();
    let batch = usize::try_from(batch.context("a batch size")?)?;
    let probes = rows(&case["probe_rows"])?;
    let mut versions = list(&case["versions"])?.iter();
    let mut recording = Recording::default();
    let mut trained = 0;
    for step in list(&case["steps"])?
        .iter()
        .filter(|step| step["op"] == "train")
    {
        for Labelled { label, row } in fed(step, &data)? {
            recording.train(0, &row, Some(label));
            trained += 1;
            if trained % batch != 0 {
                continue;
            }
            let version = versions.next().context("a version for each batch")?;
            let classes = numbers(&version["probe_predictions"])?;
            let raw = list(&version["probe_rawPredictions"])?;
            for ((row, class), raw) in probes.iter().zip(classes).zip(raw) {
                recording.test(0, row);
                made.predictions.push(vec![
                    ("prediction", vec![class]),
                    ("probability", vec![number(&raw[1])?]),
                ]);
            }
        }
    }
    anyhow::ensure!(versions.next().is_none(), "{name}");
    made.events = recording.text;
    Ok(made)
}

pub(super) fn fed(step: &Value, data: &[Labelled]) -> Result<Vec<Labelled>> {
    if let Some(range) = step.get("range") {
        return Ok(data[count(&range["from"])?..count(&range["to"])?].to_vec());
    }
    let mut fed = Vec::new();
    for (i, row) in list(&step["rows"])?.iter().enumerate() {
        let label = step
            .get("labels")
            .map_or(Ok(0.0), |labels| number(&labels[i]))?;
        let row = dense(row)?;
        fed.push(Labelled { label, row });
    }
    Ok(fed)
}
