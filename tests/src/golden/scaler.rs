//! Flink's `OnlineStandardScaler`, as the scaler of lanes.
//!
//! Version lines carry the scaler's mean and standard deviation. What a row becomes shows in the predictions of a
//! regression of one feature that never learns, with a coefficient of 1 behind the scaler.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::data::{Labelled, count, labelled, list, number, numbers, read, rows};
use super::logistic::fed;
use super::record::{Recording, features};
use super::{Case, Fields, LeftOut, TOLERANCE};

pub(super) fn cases(cases: &mut Vec<Case>, left_out: &mut Vec<LeftOut>) -> Result<()> {
    for case in list(&read("flink/online_standard_scaler.json")?["cases"])? {
        let plain = case["name"].as_str().context("name")?;
        let name = format!("flink/online_standard_scaler {plain}");
        let why = match plain {
            "event_tumbling_out_of_order" => {
                "a record that is late joins the window that is open in lab time"
            }
            "event_session1500" => "windows of a lab are aligned, there are no sessions",
            "bad_delay" => {
                "a lane has no delay to refuse: rows are scaled by the newest scaler model"
            }
            _ => {
                cases.extend(of(&name, case).with_context(|| name.clone())?);
                continue;
            }
        };
        left_out.push(LeftOut { name, why });
    }
    Ok(())
}

/// How the engine's windows are cut in a lab.
struct Cut {
    /// The scaler's.
    scaler: Value,
    /// The lane's: each scaler model is in a version.
    lane: Value,
    /// Length of a window on the engine's clock.
    clock_ms: Option<usize>,
}

fn cut(case: &Value) -> Result<Cut> {
    let window = &case["params_set"]["windows"];
    let size = &window["size"];
    let interval = || json!({"by": "interval", "ms": size});
    let one = json!({"by": "count", "rows": 1});
    Ok(match window["kind"].as_str() {
        None => Cut {
            scaler: Value::Null,
            lane: one,
            clock_ms: None,
        },
        Some("count") => Cut {
            scaler: json!({"by": "count", "rows": size}),
            lane: one,
            clock_ms: None,
        },
        // The quiet after a step ends a session too: a window for each step.
        Some("processing_tumbling" | "processing_session") => Cut {
            scaler: interval(),
            lane: interval(),
            clock_ms: Some(count(size)?),
        },
        Some(_) => Cut {
            scaler: interval(),
            lane: interval(),
            clock_ms: None,
        },
    })
}

/// A case as a lab of one lane, whose versions are compared, and as one for each feature, whose predictions are.
fn of(name: &str, case: &Value) -> Result<Vec<Case>> {
    let cut = cut(case)?;
    let data = labelled(case.get("data"))?;
    let dim = match &data[..] {
        [] => first_row(case)?.map_or(3, |row| row.len()),
        [row, ..] => row.row.len(),
    };
    let refused = case.get("error").is_some();
    let lab = lab(case, &cut, &features(dim), &json!({"iterations": 0}));
    let mut stats = Case {
        name: name.to_owned(),
        refused,
        lab,
        tolerance: TOLERANCE,
        ..Case::default()
    };
    if refused {
        return Ok(vec![stats]);
    }
    let (recording, asked, rejected) = recording(case, &cut, &data, dim)?;
    stats.rejected = rejected;
    stats.events = recording.text;
    let recorded = case.get("versions").map_or(Ok(&[][..]), list)?;
    stats.scalers = recorded
        .iter()
        .map(|version| {
            let (mean, std) = (numbers(&version["mean"])?, numbers(&version["std"])?);
            Ok(vec![("mean", mean), ("std", std)])
        })
        .collect::<Result<_>>()?;
    stats.more_versions = true;
    let mut cases = Vec::new();
    if !asked.is_empty() && !recorded.is_empty() && !waits_for_time(case) {
        for feature in 0..dim {
            cases.extend(of_feature(case, &cut, dim, feature, &stats)?);
        }
    }
    cases.push(stats);
    Ok(cases)
}

/// Rows with a time of their own wait in the engine until there is a model of their time; a lab does not let them.
fn waits_for_time(case: &Value) -> bool {
    case["event_time"] == true
        && (case["test_without_event_time"] != true
            || case["params_set"]["maxAllowedModelDelayMs"] != Value::Null)
}

/// A lane whose predictions are the feature as it is scaled; None where the first scaler model has no inverse, through which
/// the coefficient would have to come.
fn of_feature(
    case: &Value,
    cut: &Cut,
    dim: usize,
    feature: usize,
    stats: &Case,
) -> Result<Option<Case>> {
    let effective = &case["effective_params"];
    let first = &case["versions"][0];
    let (mean, std) = (
        number(&first["mean"][feature])?,
        number(&first["std"][feature])?,
    );
    let factor = if effective["withStd"] == true {
        1.0 / std
    } else {
        1.0
    };
    let centre = if effective["withMean"] == true {
        mean
    } else {
        0.0
    };
    if !factor.is_finite() || !centre.is_finite() {
        return Ok(None);
    }
    // A lane that sees no other feature: 0 times NaN is NaN.
    let alone = [features(dim)[feature].clone()];
    let initial = json!({"coefficients": [factor], "intercept": -(factor * centre)});
    let column = effective["modelVersionCol"].as_str();
    let output = effective["outputCol"].as_str().context("outputCol")?;
    let mut predictions = Vec::new();
    for step in list(&case["steps"])? {
        for row in step.get("output_rows").map_or(Ok(&[][..]), list)? {
            let scaled = numbers_of(row.get("output").unwrap_or(&row[output]), dim)?;
            let mut fields: Fields = vec![("prediction", vec![scaled[feature]])];
            let version = row.get("version").or_else(|| row.get(column?));
            if let Some(version) = version {
                fields.push(("scaler_version", vec![number(version)?]));
            }
            predictions.push(fields);
        }
    }
    Ok(Some(Case {
        name: format!("{}, feature {feature}", stats.name),
        lab: lab(
            case,
            cut,
            &alone,
            &json!({"iterations": 0, "initial": initial}),
        ),
        events: stats.events.clone(),
        rejected: stats.rejected.clone(),
        more_versions: true,
        predictions,
        tolerance: TOLERANCE,
        ..Case::default()
    }))
}

/// Sparse outputs stay sparse: what is absent is 0.
fn numbers_of(row: &Value, dim: usize) -> Result<Vec<f64>> {
    let row = super::data::dense(row)?;
    anyhow::ensure!(row.len() == dim, "{row:?}");
    Ok(row)
}

fn lab(case: &Value, cut: &Cut, features: &[String], settings: &Value) -> String {
    let mut scaler = json!({"kind": "standard", "engine": "flink"});
    for (theirs, ours) in [("withMean", "with_mean"), ("withStd", "with_std")] {
        if let Some(value) = case["params_set"].get(theirs) {
            scaler[ours] = value.clone();
        }
    }
    if !cut.scaler.is_null() {
        scaler["batch"] = cut.scaler.clone();
    }
    let mut model = json!({"kind": "linear_regression", "engine": "spark"});
    if let (Value::Object(model), Value::Object(settings)) = (&mut model, settings) {
        model.extend(settings.clone());
    }
    json!({"eddy": 1, "features": features, "target": "y",
        "streams": [{"topic": "train", "role": "train"}, {"topic": "test", "role": "classify"}],
        "lanes": [{"name": "lane", "model": model, "batch": cut.lane, "scaler": scaler, "not_finite": "as_engine"}]})
    .to_string()
}

type Fed = (Recording, Vec<Vec<f64>>, Vec<(String, u64, &'static str)>);

/// The rows of the case, those that are only asked about, and what is rejected.
fn recording(case: &Value, cut: &Cut, data: &[Labelled], dim: usize) -> Result<Fed> {
    let mut recording = Recording::default();
    let (mut asked, mut rejected) = (Vec::new(), Vec::new());
    let mut time_ms = 0;
    let mut models = 0;
    for step in list(&case["steps"])? {
        let time = |i: usize| step.get("times").map(|times| count(&times[i])).transpose();
        match step["op"].as_str() {
            Some("train") => {
                for (i, Labelled { row, .. }) in fed(step, data)?.into_iter().enumerate() {
                    time_ms = time(i)?.unwrap_or(time_ms);
                    if row.len() < dim {
                        rejected.push(("train".to_owned(), recording.next_train(), "is missing"));
                    }
                    recording.train(time_ms, &row, Some(0.0));
                }
                let made = count(&step["model_versions_so_far"])?;
                if let Some(clock_ms) = cut.clock_ms.filter(|_| made > models) {
                    time_ms += clock_ms;
                    recording.tick(time_ms);
                }
                models = made;
            }
            Some("predict") => {
                for row in rows(&step["rows"])? {
                    recording.test(time_ms, &row);
                    asked.push(row);
                }
            }
            _ => {}
        }
    }
    Ok((recording, asked, rejected))
}

fn first_row(case: &Value) -> Result<Option<Vec<f64>>> {
    for step in list(&case["steps"])? {
        let rows = step.get("rows").map_or(Ok(Vec::new()), rows)?;
        // The recording of rows of two sizes asks for the larger one's columns.
        if let Some(widest) = rows.into_iter().max_by_key(Vec::len) {
            return Ok(Some(widest));
        }
    }
    Ok(None)
}
