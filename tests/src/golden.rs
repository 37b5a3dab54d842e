//! The engines' recorded k-means cases, as a lab file and a recording each: what `eddy replay` would be given.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// A recorded case.
pub struct Case {
    /// File and name.
    pub name: String,
    /// The lab file.
    pub lab: String,
    /// The recording, line by line.
    pub events: String,
    /// The engine's model of each version: centroids in one row, then weights.
    pub versions: Vec<Vec<f64>>,
    /// The engine's predictions, in order.
    pub predictions: Vec<i64>,
}

const FILES: [&str; 7] = [
    "flink/iris_defaults",
    "flink/iris_decay_x_batch",
    "flink/distances",
    "flink/edges",
    "spark/iris_decay",
    "spark/half_life",
    "spark/empty_and_dying",
];

/// Length of a Spark window in these recordings.
const WINDOW_MS: usize = 1000;

/// Every recorded case that a lab takes; the names of those that it does not (the engine refuses or fails, or numbers are not
/// finite) come second.
///
/// # Errors
///
/// If a recording is not what it was.
pub fn cases() -> Result<(Vec<Case>, Vec<String>)> {
    let mut cases = Vec::new();
    let mut left_out = Vec::new();
    for file in FILES {
        for case in read(&format!("{file}.json"))?["cases"]
            .as_array()
            .context("cases")?
        {
            let name = format!("{file} {}", case["name"].as_str().unwrap_or_default());
            let made = if file.starts_with("flink") {
                flink(&name, case)
            } else {
                spark(&name, case)
            };
            match made.with_context(|| name.clone())? {
                Some(case) => cases.push(case),
                None => left_out.push(name),
            }
        }
    }
    Ok((cases, left_out))
}

fn read(name: &str) -> Result<Value> {
    let path = format!("{}/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).with_context(|| path.clone())?;
    serde_json::from_str(&text).context(path)
}

fn flink(name: &str, case: &Value) -> Result<Option<Case>> {
    // `large_offset` hangs on the engine's fused multiply-add and is there to show it.
    let refused =
        case["versions"].as_array().is_none_or(Vec::is_empty) || case["name"] == "large_offset";
    if refused
        || case.to_string().contains("\"NaN\"")
        || case["steps"].to_string().contains("expect_failure")
    {
        return Ok(None);
    }
    let mut recording = Recording::default();
    let mut predictions = Vec::new();
    for step in case["steps"].as_array().context("steps")? {
        // The engine drops what a batch lacks to be full; the lab keeps it waiting. Neither makes a version.
        if step["op"] == "end_train" {
            continue;
        }
        let train = step["op"] == "train";
        let rows = if step["rows"].is_array() {
            rows(&step["rows"])?
        } else {
            points(&step["points"])?
        };
        recording.rows(if train { "train" } else { "test" }, 0, &rows)?;
        if !train {
            predictions.extend(integers(&step["observed"]["predictions"])?);
        }
    }
    let model = json!({
        "kind": "kmeans", "engine": "flink",
        "k": case["initial"]["centroids"].as_array().context("centroids")?.len(),
        "decay_factor": case["effective_decayFactor"], "distance": case["effective_distanceMeasure"],
        "initial": {"centroids": case["initial"]["centroids"], "weights": case["initial"]["weights"]},
    });
    let batch = json!({"by": "count", "rows": case["effective_globalBatchSize"]});
    let versions = case["versions"].as_array().context("versions")?;
    Ok(Some(Case {
        name: name.to_owned(),
        lab: lab(&model, &batch, &case["initial"]["centroids"])?,
        events: recording.text,
        versions: versions
            .iter()
            .map(|version| state(&version["centroids"], &version["weights"]))
            .collect::<Result<_>>()?,
        predictions,
    }))
}

fn spark(name: &str, case: &Value) -> Result<Option<Case>> {
    if case.to_string().contains("\"NaN\"") || !case["states"].is_array() {
        return Ok(None);
    }
    let mut recording = Recording::default();
    let mut predictions = Vec::new();
    let test = if case["predict_rows"].is_array() {
        rows(&case["predict_rows"])?
    } else {
        Vec::new()
    };
    let states = case["states"].as_array().context("states")?;
    for (i, batch) in case["batches"]
        .as_array()
        .context("batches")?
        .iter()
        .enumerate()
    {
        writeln!(recording.text, "{{\"tick_ms\":{}}}", i * WINDOW_MS)?;
        let training = if batch.is_array() {
            rows(batch)?
        } else {
            points(batch)?
        };
        recording.rows("train", i * WINDOW_MS + 1, &training)?;
        if states[i + 1]["predictions"].is_array() {
            recording.rows("test", i * WINDOW_MS + 2, &test)?;
            predictions.extend(integers(&states[i + 1]["predictions"])?);
        }
    }
    let mut model = json!({
        "kind": "kmeans", "engine": "spark",
        "k": case["initial"]["centers"].as_array().context("centers")?.len(),
        "time_unit": case["effective_timeUnit"],
        "initial": {"centroids": case["initial"]["centers"], "weights": case["initial"]["weights"]},
    });
    match &case["params_set"]["halfLife"] {
        Value::Null => model["decay_factor"] = case["effective_decayFactor"].clone(),
        half_life => model["half_life"] = half_life.clone(),
    }
    Ok(Some(Case {
        name: name.to_owned(),
        lab: lab(
            &model,
            &json!({"by": "interval", "ms": WINDOW_MS}),
            &case["initial"]["centers"],
        )?,
        events: recording.text,
        versions: states
            .iter()
            .map(|at| state(&at["centers"], &at["weights"]))
            .collect::<Result<_>>()?,
        predictions,
    }))
}

fn lab(model: &Value, batch: &Value, centroids: &Value) -> Result<String> {
    let dim = centroids[0].as_array().context("a centroid")?.len();
    let features: Vec<String> = (0..dim).map(|i| format!("x{i}")).collect();
    let lab = json!({
        "eddy": 1,
        "streams": [{"topic": "train", "role": "train"}, {"topic": "test", "role": "classify"}],
        "features": features,
        "lanes": [{"name": "lane", "model": model, "batch": batch}],
    });
    Ok(lab.to_string())
}

/// Record lines with bare rows as values.
#[derive(Default)]
struct Recording {
    text: String,
    offsets: [u64; 2],
}

impl Recording {
    fn rows(&mut self, topic: &str, timestamp_ms: usize, rows: &[Vec<f64>]) -> Result<()> {
        for row in rows {
            let columns: Vec<String> = row
                .iter()
                .enumerate()
                .map(|(i, x)| format!("\\\"x{i}\\\":{x:?}"))
                .collect();
            let offset = &mut self.offsets[usize::from(topic == "test")];
            writeln!(
                self.text,
                "{{\"topic\":\"{topic}\",\"partition\":0,\"offset\":{offset},\"timestamp_ms\":{timestamp_ms},\
                 \"headers\":[],\"key\":null,\"value\":\"{{{}}}\"}}",
                columns.join(",")
            )?;
            *offset += 1;
        }
        Ok(())
    }
}

fn points(range: &Value) -> Result<Vec<Vec<f64>>> {
    let data = read(range["file"].as_str().context("a file")?)?;
    let all = rows(&data["points"])?;
    let ordered = match range["order"].as_str() {
        Some(order) => integers(&data[order])?
            .into_iter()
            .map(|i| all[i as usize].clone())
            .collect(),
        None => all,
    };
    let from = range["from"].as_u64().unwrap_or(0) as usize;
    let to = range["to"].as_u64().map_or(ordered.len(), |to| to as usize);
    Ok(ordered[from..to].to_vec())
}

fn rows(value: &Value) -> Result<Vec<Vec<f64>>> {
    serde_json::from_value(value.clone()).context("rows of numbers")
}

fn integers(value: &Value) -> Result<Vec<i64>> {
    serde_json::from_value(value.clone()).context("integers")
}

fn state(centroids: &Value, weights: &Value) -> Result<Vec<f64>> {
    let mut numbers = rows(centroids)?.concat();
    numbers.extend(serde_json::from_value::<Vec<f64>>(weights.clone())?);
    Ok(numbers)
}
