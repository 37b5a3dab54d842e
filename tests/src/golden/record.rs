//! Rows as record lines with bare JSON rows as values, and the lab files that read them.

use std::fmt::Write;

use serde_json::{Value, json};

/// Record lines of the topics `train` and `test`.
#[derive(Default)]
pub(super) struct Recording {
    pub(super) text: String,
    offsets: [u64; 2],
}

impl Recording {
    pub(super) fn train(&mut self, time_ms: usize, row: &[f64], target: Option<f64>) {
        self.row("train", time_ms, row, target);
    }

    pub(super) fn test(&mut self, time_ms: usize, row: &[f64]) {
        self.row("test", time_ms, row, None);
    }

    pub(super) fn tick(&mut self, time_ms: usize) {
        self.line(&json!({ "tick_ms": time_ms }));
    }

    pub(super) fn close(&mut self) {
        self.line(&json!({"close": "lane"}));
    }

    /// The offset that the next training row has.
    pub(super) fn next_train(&self) -> u64 {
        self.offsets[0]
    }

    fn row(&mut self, topic: &str, time_ms: usize, row: &[f64], target: Option<f64>) {
        let mut value = String::new();
        for (i, x) in row.iter().enumerate() {
            let _ = write!(value, ",\"x{i}\":{}", written(*x));
        }
        if let Some(target) = target {
            let _ = write!(value, ",\"y\":{}", written(target));
        }
        let value = format!("{{{}}}", value.trim_start_matches(','));
        let offset = &mut self.offsets[usize::from(topic == "test")];
        let record = json!({"topic": topic, "partition": 0, "offset": *offset, "timestamp_ms": time_ms, "headers": [],
            "key": null, "value": value});
        *offset += 1;
        self.line(&record);
    }

    fn line(&mut self, line: &Value) {
        self.text += &line.to_string();
        self.text.push('\n');
    }
}

fn written(number: f64) -> String {
    match number.is_finite() {
        true => format!("{number:?}"),
        false => format!(
            "\"{}\"",
            if number.is_nan() {
                "NaN"
            } else if number > 0.0 {
                "inf"
            } else {
                "-inf"
            }
        ),
    }
}

/// A lab file of one lane, which takes numbers that are not finite as the engine does; `extra` are more of its fields.
pub(super) fn lab(dim: usize, model: &Value, batch: &Value, extra: &Value) -> String {
    let mut lane = json!({"name": "lane", "model": model, "not_finite": "as_engine"});
    if !batch.is_null() {
        lane["batch"] = batch.clone();
    }
    if let (Value::Object(lane), Value::Object(extra)) = (&mut lane, extra) {
        lane.extend(extra.clone());
    }
    let mut lab = json!({"eddy": 1, "features": features(dim), "lanes": [lane],
        "streams": [{"topic": "train", "role": "train"}, {"topic": "test", "role": "classify"}]});
    if model["kind"] != "kmeans" {
        lab["target"] = "y".into();
    }
    lab.to_string()
}

pub(super) fn features(dim: usize) -> Vec<String> {
    (0..dim).map(|i| format!("x{i}")).collect()
}
