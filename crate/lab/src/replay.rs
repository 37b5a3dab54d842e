//! Replay output: one line of JSON for each thing that happened (FORMATS: "Replay output").

use std::fmt::Write;

use crate::event::{BatchEvent, LabEvent, PredictionEvent, Source, VersionEvent};
use crate::number;

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
                ",\"versions\":{},\"rows\":{},\"waiting\":{}}}",
                summary.versions, summary.rows, summary.waiting
            );
        }
    }
}

fn write_version(version: &VersionEvent, out: &mut String) {
    out.push_str("{\"event\":\"version\",\"lane\":");
    write_text(&version.lane_name, out);
    let _ = match version.first == version.last {
        true => write!(out, ",\"version\":{},\"centroids\":[", version.last),
        false => write!(
            out,
            ",\"versions\":[{},{}],\"centroids\":[",
            version.first, version.last
        ),
    };
    for (i, centroid) in version.centroids.chunks(version.dim.max(1)).enumerate() {
        if i > 0 {
            out.push(',');
        }
        number::write_all(out, centroid);
    }
    out.push_str("],\"weights\":");
    number::write_all(out, &version.weights);
    if let Some(batch) = &version.batch {
        write_batch(batch, out);
    }
    out.push('}');
}

fn write_batch(batch: &BatchEvent, out: &mut String) {
    let _ = write!(out, ",\"batch\":{{\"rows\":{},\"counts\":[", batch.rows);
    for (i, count) in batch.counts.iter().enumerate() {
        let _ = write!(out, "{}{count}", if i > 0 { "," } else { "" });
    }
    out.push_str("],\"shift\":");
    number::write(out, batch.shift);
    // Per row: a batch without rows has no inertia.
    for (name, value) in [
        ("inertia_before", batch.inertia_before),
        ("inertia_after", batch.inertia_after),
    ] {
        let _ = write!(out, ",\"{name}\":");
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
            out.push_str("}}");
        }
        None => out.push_str(",\"first\":null,\"last\":null}"),
    }
}

/// Appends a prediction's line; also the JSON form in which predictions are published.
pub fn write_prediction(prediction: &PredictionEvent, out: &mut String) {
    out.push_str("{\"event\":\"prediction\",\"lane\":");
    write_text(&prediction.lane_name, out);
    let _ = write!(out, ",\"version\":{},", prediction.version);
    write_source(&prediction.source, out);
    out.push_str(",\"features\":");
    number::write_all(out, &prediction.features);
    let _ = write!(out, ",\"prediction\":{},\"distance\":", prediction.cluster);
    number::write(out, prediction.distance);
    out.push_str(",\"runner_up\":");
    match prediction.runner_up {
        Some(cluster) => out.push_str(itoa::Buffer::new().format(cluster)),
        None => out.push_str("null"),
    }
    out.push_str(",\"label\":");
    match &prediction.label {
        Some(label) => write_text(label, out),
        None => out.push_str("null"),
    }
    out.push('}');
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
