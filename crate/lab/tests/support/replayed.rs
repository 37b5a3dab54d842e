//! A lab file and rows in, replay lines out.
#![allow(dead_code)] // each test binary uses its part
#![allow(clippy::unwrap_used)] // a test may

use eddy_lab::replay::Replay;
use eddy_lab::{Lab, LabFile, replay};
use serde_json::{Value, json};
use wire::{Line, LineReader};

/// What comes in.
#[derive(Clone, Debug)]
pub(crate) enum In {
    /// A row of the topic `train`: its time, x, and y.
    Train(i64, Vec<f64>),
    /// A row of the topic `test`.
    Test(i64, Vec<f64>),
    /// The clock moved on.
    Tick(i64),
    /// The batch of lane A was ended by hand.
    Close,
}

pub(crate) use In::{Close, Test, Tick, Train};

/// The record lines.
pub(crate) fn lines(input: &[In]) -> Vec<String> {
    let mut offset = 0;
    let mut row = |topic: &str, time_ms: i64, row: &[f64]| {
        let value: serde_json::Map<String, Value> = row
            .iter()
            .enumerate()
            .map(|(i, x)| (format!("x{i}"), number(*x)))
            .chain([("y".to_owned(), json!(1))])
            .collect();
        offset += 1;
        json!({"topic": topic, "partition": 0, "offset": offset - 1, "timestamp_ms": time_ms, "headers": [],
            "key": null, "value": Value::Object(value).to_string()})
    };
    input
        .iter()
        .map(|input| match input {
            Train(time_ms, x) => row("train", *time_ms, x),
            Test(time_ms, x) => row("test", *time_ms, x),
            Tick(time_ms) => json!({ "tick_ms": time_ms }),
            Close => json!({"close": "A"}),
        })
        .map(|line| line.to_string())
        .collect()
}

fn number(x: f64) -> Value {
    match x.is_finite() {
        true => json!(x),
        false => json!(x.to_string()),
    }
}

/// A lab file of lane A on features x0, x1, ..; `lane` are its fields.
pub(crate) fn lab(dim: usize, lane: &Value) -> Value {
    let mut named = json!({"name": "A"});
    named
        .as_object_mut()
        .unwrap()
        .extend(lane.as_object().unwrap().clone());
    let features: Vec<String> = (0..dim).map(|i| format!("x{i}")).collect();
    json!({"eddy": 1, "features": features, "target": "y", "lanes": [named],
        "streams": [{"topic": "train", "role": "train"}, {"topic": "test", "role": "classify"}]})
}

/// The lines of a replay.
pub(crate) fn replayed(lab: &Value, input: &[In]) -> Vec<Value> {
    text(lab, input)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The lines of a replay, as they are written.
pub(crate) fn text(lab: &Value, input: &[In]) -> String {
    let mut out = String::new();
    let mut replay = Replay::new(LabFile::parse(&lab.to_string()).unwrap(), &mut out).unwrap();
    for line in lines(input) {
        replay.line(&line, &mut out).unwrap();
    }
    replay.finish(&mut out);
    out
}

/// A lab after what came in.
pub(crate) fn applied(lab: &Value, input: &[In]) -> Lab {
    let mut applied = Lab::new(LabFile::parse(&lab.to_string()).unwrap()).unwrap();
    let mut reader = LineReader::new();
    for (line, number) in lines(input).iter().zip(1..) {
        let line: Line = reader.read(number, line).unwrap().unwrap();
        replay::apply(&mut applied, line).unwrap();
    }
    applied
}

/// Why a lab file is refused.
pub(crate) fn refused(lab: &Value) -> String {
    let file = LabFile::parse(&lab.to_string());
    file.and_then(|file| Lab::new(file).map(drop))
        .unwrap_err()
        .to_string()
}

pub(crate) fn of<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}
