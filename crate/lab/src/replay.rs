//! Replay output: one line of JSON for each thing that happened (FORMATS: "Replay output").
//!
//! Fields stand only where there is something to say: FORMATS.md says of each when, and what it is.

use std::fmt::Write;

use learn::online::{Answer, Numbers, Task};
use wire::{Line, LineError, LineReader};

use crate::config::{LabError, LabFile};
use crate::event::{
    BatchEvent, LabEvent, PredictionEvent, RoundEvent, Score, Source, Tested, VersionEvent,
};
use crate::follow::record::Span;
use crate::follow::told::{Compared, Followed};
use crate::lab::Lab;
use crate::lane::definitions::definitions;
use crate::lane::measures::Measured;
use crate::number;

/// A recording being replayed: lines of records in, lines of what happened out.
pub struct Replay {
    lab: Lab,
    reader: LineReader,
    line_number: u64,
    /// Records whose topic is no stream of the lab.
    pub foreign: u64,
}

impl Replay {
    /// Starts a replay; version 1 of each lane is written first.
    ///
    /// # Errors
    /// The lab file holds a value that cannot be.
    pub fn new(file: LabFile, out: &mut String) -> Result<Replay, LabError> {
        let lab = Lab::new(file)?;
        let mut replay = Replay {
            lab,
            reader: LineReader::new(),
            line_number: 0,
            foreign: 0,
        };
        replay.write_events(out);
        Ok(replay)
    }

    /// Whether topic and offsets were made up, because the lines hold bare values.
    pub fn made_up(&self) -> bool {
        self.reader.made_up()
    }

    /// Applies a line of the recording, and appends the lines of what happened.
    ///
    /// # Errors
    /// The line cannot be read; the replay goes on with the next.
    pub fn line(&mut self, line: &str, out: &mut String) -> Result<(), ReplayError> {
        self.line_number += 1;
        if let Some(line) = self.reader.read(self.line_number, line)? {
            let line_number = self.line_number;
            let applied = apply(&mut self.lab, line);
            self.foreign +=
                u64::from(!applied.map_err(|error| ReplayError::Close { line_number, error })?);
        }
        self.write_events(out);
        Ok(())
    }

    /// Ends the replay: open windows are closed and each lane is summed up.
    pub fn finish(mut self, out: &mut String) {
        self.lab.finish();
        self.write_events(out);
    }

    fn write_events(&mut self, out: &mut String) {
        for event in self.lab.drain() {
            write(&event, out);
            out.push('\n');
        }
    }
}

/// Applies what a line of a recording says; false where it is a record of no stream of the lab.
///
/// # Errors
/// It closes the batch of a lane that is not there.
pub fn apply(lab: &mut Lab, line: Line) -> Result<bool, LabError> {
    match line {
        Line::Record(record) => return Ok(lab.apply(record.as_ref())),
        Line::Tick { tick_ms } => lab.tick(tick_ms),
        Line::Close { close } => lab.close(&close)?,
        Line::Gap { gap } => lab.gap(gap),
        // What a bridge says of itself is no input.
        Line::Hello(_) | Line::Ends { .. } | Line::Error { .. } => {}
    }
    Ok(true)
}

/// A line of a recording that was skipped.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read.
    #[error(transparent)]
    Line(#[from] LineError),
    /// It closes the batch of a lane that is not there.
    #[error("line {line_number}: {error}")]
    Close {
        /// The line's number, from 1.
        line_number: u64,
        /// Which lanes there are.
        error: LabError,
    },
}

/// Appends the event's line, without a newline.
pub fn write(event: &LabEvent, out: &mut String) {
    match event {
        LabEvent::Version(version) => write_version(version, out),
        LabEvent::Prediction(prediction) => write_prediction(prediction, out),
        LabEvent::Rejected(rejected) => {
            out.push_str("{\"event\":\"rejected\",");
            write_source(&rejected.source, out);
            out.push_str(",\"column\":");
            match &rejected.column {
                Some(column) => write_text(column, out),
                None => out.push_str("null"),
            }
            out.push_str(",\"reason\":");
            write_text(&rejected.reason, out);
            if let Some(lane) = &rejected.lane_name {
                out.push_str(",\"lane\":");
                write_text(lane, out);
            }
            out.push('}');
        }
        LabEvent::Refused(refused) => {
            out.push_str("{\"event\":\"refused\",\"lane\":");
            write_text(&refused.lane_name, out);
            out.push(',');
            write_source(&refused.source, out);
            out.push_str(",\"reason\":");
            write_text(&refused.reason, out);
            out.push('}');
        }
        LabEvent::Round(round) => write_round(round, out),
        LabEvent::Drift(drift) => {
            out.push_str("{\"event\":\"drift\",\"lane\":");
            write_text(&drift.lane_name, out);
            let _ = write!(
                out,
                ",\"version\":{},\"detector\":\"{}\",\"error\":",
                drift.version, drift.detector
            );
            number::write(out, drift.error);
            out.push('}');
        }
        LabEvent::Gap(gap) => {
            out.push_str("{\"event\":\"gap\",\"topic\":");
            write_text(&gap.topic, out);
            let _ = write!(
                out,
                ",\"partition\":{},\"from\":{},\"to\":{}}}",
                gap.partition, gap.from, gap.to
            );
        }
        LabEvent::Summary(summary) => {
            out.push_str("{\"event\":\"summary\",\"lane\":");
            write_text(&summary.lane_name, out);
            let _ = write!(
                out,
                ",\"versions\":{},\"rows\":{},\"waiting\":{}",
                summary.versions, summary.rows, summary.waiting
            );
            if summary.redelivered > 0 {
                let _ = write!(out, ",\"redelivered\":{}", summary.redelivered);
            }
            if summary.corrected > 0 {
                let _ = write!(out, ",\"corrected\":{}", summary.corrected);
            }
            if summary.refused > 0 {
                let _ = write!(out, ",\"refused\":{}", summary.refused);
            }
            out.push('}');
        }
    }
}

fn write_version(version: &VersionEvent, out: &mut String) {
    let event = match version.revision {
        0 => "version",
        _ => "revised",
    };
    let _ = write!(out, "{{\"event\":\"{event}\",\"lane\":");
    write_text(&version.lane_name, out);
    let _ = match version.first == version.last {
        true => write!(out, ",\"version\":{}", version.last),
        false => write!(out, ",\"versions\":[{},{}]", version.first, version.last),
    };
    if version.revision > 0 {
        let _ = write!(out, ",\"revision\":{}", version.revision);
    }
    if let Some(engine_version) = version.engine_version {
        let _ = write!(out, ",\"engine_version\":{engine_version}");
    }
    match &version.numbers {
        Numbers::Clusters(model) => {
            out.push_str(",\"centroids\":[");
            for (i, centroid) in model.centroids.chunks(version.dim.max(1)).enumerate() {
                if i > 0 {
                    out.push(',');
                }
                number::write_all(out, centroid);
            }
            out.push_str("],\"weights\":");
            number::write_all(out, &model.weights);
        }
        Numbers::Linear(model) => {
            out.push_str(",\"coefficients\":");
            number::write_all(out, &model.coefficients);
            out.push_str(",\"intercept\":");
            number::write(out, model.intercept);
        }
    }
    if let Some(scale) = &version.scale {
        out.push_str(",\"mean\":");
        number::write_all(out, &scale.mean);
        out.push_str(",\"std\":");
        number::write_all(out, &scale.std);
        write_scaler_version(scale.version, out);
    }
    if let Some(batch) = &version.batch {
        write_batch(batch, out);
    }
    if let Some(followed) = &version.followed {
        write_followed(followed, out);
    }
    if let Some(truncate) = &version.restarted {
        out.push_str(",\"restarted\":{");
        write_source(truncate, out);
        out.push('}');
    }
    if let Some(metrics) = &version.metrics {
        out.push_str(",\"metrics\":{");
        write_measured(metrics, out);
        out.push('}');
    }
    out.push('}');
}

/// `,"offsets":[..],"difference":..`, and what else was found.
fn write_followed(followed: &Followed, out: &mut String) {
    if !followed.offsets.is_empty() || followed.difference().is_some() {
        out.push_str(",\"offsets\":[");
        for (i, span) in followed.offsets.iter().enumerate() {
            out.push_str(if i > 0 { ",{\"topic\":" } else { "{\"topic\":" });
            write_text(&span.topic, out);
            let Span {
                partition,
                from,
                to,
                ..
            } = span;
            let _ = write!(
                out,
                ",\"partition\":{partition},\"from\":{from},\"to\":{to}}}"
            );
        }
        out.push(']');
    }
    write_compared(followed, out);
}

/// Appends the line of `eddy verify` for a version.
pub fn write_verified(lane: &str, version: u64, rows: u64, followed: &Followed, out: &mut String) {
    out.push_str("{\"event\":\"verified\",\"lane\":");
    write_text(lane, out);
    let _ = write!(out, ",\"version\":{version},\"rows\":{rows}");
    write_compared(followed, out);
    out.push('}');
}

/// `,"difference":..`, why there is none, and what else was found.
fn write_compared(followed: &Followed, out: &mut String) {
    out.push_str(",\"difference\":");
    write_number(followed.difference(), out);
    match &followed.compared {
        Compared::Begins => out.push_str(",\"begins\":true"),
        Compared::By { place, .. } if place.is_empty() => {}
        Compared::By { place, .. } => {
            out.push_str(",\"at\":");
            write_text(place, out);
        }
        Compared::Not { reason } => {
            out.push_str(",\"not_compared\":");
            write_text(reason, out);
        }
    }
    if !followed.remarks.is_empty() {
        out.push_str(",\"remarks\":[");
        for (i, remark) in followed.remarks.iter().enumerate() {
            out.push_str(if i > 0 { "," } else { "" });
            write_text(&remark.to_string(), out);
        }
        out.push(']');
    }
}

fn write_round(round: &RoundEvent, out: &mut String) {
    out.push_str("{\"event\":\"round\",\"lane\":");
    write_text(&round.lane_name, out);
    let _ = write!(out, ",\"round\":{},\"first\":{{", round.round);
    write_source(&round.first, out);
    out.push_str("},\"last\":{");
    write_source(&round.last, out);
    out.push_str("},");
    write_measured(&round.metrics, out);
    out.push('}');
}

/// `"rows":200,"mse":1.5,..`
fn write_measured(measured: &Measured, out: &mut String) {
    let _ = write!(out, "\"rows\":{}", measured.rows);
    for (definition, value) in definitions(measured.task).iter().zip(&measured.values) {
        let _ = write!(out, ",\"{}\":", definition.name);
        number::write(out, *value);
    }
}

fn write_batch(batch: &BatchEvent, out: &mut String) {
    let _ = write!(out, ",\"batch\":{{\"rows\":{}", batch.rows);
    let loss = match batch.task {
        Task::Clustering => "inertia",
        Task::Regression => "mse",
        Task::Classification => "log_loss",
    };
    if batch.task != Task::Regression {
        out.push_str(",\"counts\":[");
        for (i, count) in batch.counts.iter().enumerate() {
            let _ = write!(out, "{}{count}", if i > 0 { "," } else { "" });
        }
        out.push(']');
    }
    out.push_str(",\"shift\":");
    number::write(out, batch.shift);
    // Per row: a batch without rows has no loss.
    for (when, value) in [("before", batch.loss_before), ("after", batch.loss_after)] {
        let _ = write!(out, ",\"{loss}_{when}\":");
        match batch.rows {
            0 => out.push_str("null"),
            _ => number::write(out, value),
        }
    }
    match &batch.span {
        Some((first, last)) => {
            out.push_str(",\"first\":{");
            write_source(first, out);
            out.push_str("},\"last\":{");
            write_source(last, out);
            out.push('}');
        }
        None => out.push_str(",\"first\":null,\"last\":null"),
    }
    if let Some(tested) = &batch.tested {
        write_tested(tested, out);
    }
    out.push('}');
}

fn write_tested(tested: &Tested, out: &mut String) {
    let _ = write!(out, ",\"test\":{{\"rows\":{}", tested.rows);
    let measures: &[(&str, f64)] = match tested.score {
        Score::Numbers { mse, mae, r2 } => &[("mse", mse), ("mae", mae), ("r2", r2)],
        Score::Classes { accuracy, log_loss } => &[("accuracy", accuracy), ("log_loss", log_loss)],
    };
    for (name, value) in measures {
        let _ = write!(out, ",\"{name}\":");
        number::write(out, *value);
    }
    out.push('}');
}

/// Appends a prediction's line; also the JSON form in which predictions are published.
pub fn write_prediction(prediction: &PredictionEvent, out: &mut String) {
    out.push_str("{\"event\":\"prediction\",\"lane\":");
    write_text(&prediction.lane_name, out);
    let _ = write!(out, ",\"version\":{}", prediction.version);
    write_scaler_version(prediction.scaler_version, out);
    out.push(',');
    write_source(&prediction.source, out);
    out.push_str(",\"features\":");
    number::write_all(out, &prediction.features);
    out.push(',');
    write_answer(&prediction.answer, out);
    match prediction.answer {
        Answer::Cluster(_) => {}
        Answer::Number(number) => {
            write_target(prediction.target, out);
            out.push_str(",\"error\":");
            write_number(prediction.target.map(|target| target - number), out);
        }
        Answer::Class(_) => write_target(prediction.target, out),
    }
    out.push_str(",\"label\":");
    match &prediction.label {
        Some(label) => write_text(label, out),
        None => out.push_str("null"),
    }
    out.push('}');
}

/// Appends what a model says: `"prediction":0,"distance":1.5,"runner_up":2`.
pub fn write_answer(answer: &Answer, out: &mut String) {
    match answer {
        Answer::Cluster(nearest) => {
            let _ = write!(out, "\"prediction\":{},\"distance\":", nearest.cluster);
            number::write(out, nearest.distance);
            out.push_str(",\"runner_up\":");
            match nearest.runner_up == nearest.cluster {
                false => out.push_str(itoa::Buffer::new().format(nearest.runner_up)),
                true => out.push_str("null"),
            }
        }
        Answer::Number(number) => {
            out.push_str("\"prediction\":");
            number::write(out, *number);
        }
        Answer::Class(class) => {
            let _ = write!(out, "\"prediction\":{},\"probability\":", class.class);
            number::write(out, class.probability);
        }
    }
}

fn write_scaler_version(version: Option<u64>, out: &mut String) {
    if let Some(version) = version {
        let _ = write!(out, ",\"scaler_version\":{version}");
    }
}

fn write_target(target: Option<f64>, out: &mut String) {
    out.push_str(",\"target\":");
    write_number(target, out);
}

fn write_number(value: Option<f64>, out: &mut String) {
    match value {
        Some(value) => number::write(out, value),
        None => out.push_str("null"),
    }
}

fn write_source(source: &Source, out: &mut String) {
    out.push_str("\"topic\":");
    write_text(&source.topic, out);
    let _ = write!(
        out,
        ",\"partition\":{},\"offset\":{}",
        source.partition, source.offset
    );
}

fn write_text(text: &str, out: &mut String) {
    // A string always serialises; the empty string stands in for what cannot happen.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}
