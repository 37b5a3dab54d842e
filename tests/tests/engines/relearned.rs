//! The cuts of a job's versions, learned again by a lane that ends its batches by hand.

use std::collections::HashMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use eddy_tests::program::eddy;
use serde_json::{Value, json};

use crate::support::{Engines, Version};

/// The largest relative difference between a job's versions and what `eddy replay` makes of the same cuts.
///
/// `lab` is the lab file's text. The lane starts from the first of the versions, behind a scaler of their mean and std.
pub(crate) fn largest_difference(
    engines: &Engines,
    lab: &str,
    lane: &str,
    chain: &[Version],
    events: &str,
) -> Result<f64> {
    let lab = by_hand(lab, lane, &chain[0].record)?;
    let lab = engines.file("by-hand.json", &lab.to_string())?;
    let cuts = engines.file("cuts.ndjson", &cuts(lane, chain, events)?)?;
    let lines = eddy(&["replay", &lab, &cuts])?;
    let mut learned = Vec::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line)?;
        if line["event"] == "version" {
            learned.push(line);
        }
    }
    ensure!(
        learned.len() == chain.len(),
        "{} versions were learned again, the job wrote {}",
        learned.len(),
        chain.len()
    );
    let pairs = chain.iter().zip(&learned);
    pairs
        .map(|(job, lane)| difference(&job.record, lane))
        .try_fold(0.0, |most: f64, next| Ok(most.max(next?)))
}

/// The lab with this lane alone, whose batches are ended by `close` lines.
fn by_hand(lab: &str, lane: &str, first: &Value) -> Result<Value> {
    let mut lab: Value = serde_json::from_str(lab)?;
    let lanes = lab["lanes"].as_array().context("lanes")?;
    let mut lane = lanes
        .iter()
        .find(|each| each["name"] == lane)
        .context("the lane")?
        .clone();
    lane["batch"] = json!({"by": "hand"});
    lane["changes"] = json!({"redelivered": "again"});
    let initial =
        ["centroids", "weights", "coefficients", "intercept"].map(|name| (name, &first[name]));
    let initial = initial
        .into_iter()
        .filter(|(_, numbers)| !numbers.is_null());
    lane["model"]["initial"] = initial
        .map(|(name, numbers)| (name.to_owned(), numbers.clone()))
        .collect();
    if !first["mean"].is_null() {
        lane["scaler"] = json!({"kind": "fixed", "mean": first["mean"], "std": first["std"]});
    }
    lab["lanes"] = json!([lane]);
    Ok(lab)
}

/// The events of each cut, and behind them the end of the batch.
fn cuts(lane: &str, chain: &[Version], events: &str) -> Result<String> {
    let text = fs::read_to_string(events)?;
    let mut by_place = HashMap::new();
    for line in text.lines() {
        let record: Value = serde_json::from_str(line)?;
        if let (Some(topic), Some(partition), Some(offset)) = (
            record["topic"].as_str(),
            record["partition"].as_i64(),
            record["offset"].as_i64(),
        ) {
            by_place.insert((topic.to_owned(), partition, offset), line);
        }
    }
    let mut out = String::new();
    let close = json!({"close": lane}).to_string();
    for version in chain
        .iter()
        .filter(|version| version.record.get("batch").is_some())
    {
        for (topic, partition, from, to) in &version.offsets {
            for offset in *from..=*to {
                let place = (topic.clone(), *partition, offset);
                let line = by_place
                    .remove(&place)
                    .with_context(|| format!("{place:?} was not recorded, or is in two cuts"))?;
                out.push_str(line);
                out.push('\n');
            }
        }
        out.push_str(&close);
        out.push('\n');
    }
    Ok(out)
}

/// The largest relative difference between two versions' numbers.
fn difference(job: &Value, lane: &Value) -> Result<f64> {
    let numbers = |record: &Value| {
        let mut found = Vec::new();
        for name in ["centroids", "weights", "coefficients", "intercept"] {
            numbers_in(&record[name], &mut found);
        }
        found
    };
    let (job, lane) = (numbers(job), numbers(lane));
    ensure!(
        !job.is_empty() && job.len() == lane.len(),
        "{job:?} beside {lane:?}"
    );
    let largest = job
        .iter()
        .chain(&lane)
        .fold(0.0, |most: f64, x| most.max(x.abs()));
    let relative = |(a, b): (&f64, &f64)| {
        let size = a.abs().max(b.abs());
        if a == b || a.is_nan() && b.is_nan() || size < 1e-12 * largest {
            return 0.0;
        }
        let relative = (a - b).abs() / size;
        // What is not a number beside one that is differs as much as can be.
        if relative.is_nan() {
            f64::INFINITY
        } else {
            relative
        }
    };
    Ok(job.iter().zip(&lane).map(relative).fold(0.0, f64::max))
}

fn numbers_in(value: &Value, found: &mut Vec<f64>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| numbers_in(item, found)),
        Value::String(text) => found.extend(text.parse::<f64>()),
        other => found.extend(other.as_f64()),
    }
}
