//! `eddy replay` against the engines' recordings: every case as lab file and record lines.

use anyhow::{Context, Result, ensure};
use eddy_tests::golden::{Case, cases};
use lab::LabFile;
use lab::replay::Replay;
use serde_json::Value;

#[test]
fn every_recorded_case_replays_as_the_engine_did() -> Result<()> {
    let (cases, left_out) = cases()?;
    for case in &cases {
        check(case).with_context(|| case.name.clone())?;
    }
    // Refusals, failures and numbers that are not finite are held in crate/learn/tests.
    println!("left out: {}", left_out.join(", "));
    assert!(
        cases.len() >= 65,
        "{} cases, left out: {}",
        cases.len(),
        left_out.join(", ")
    );
    Ok(())
}

fn check(case: &Case) -> Result<()> {
    let mut out = String::new();
    let mut replay = Replay::new(LabFile::parse(&case.lab)?, &mut out)?;
    for line in case.events.lines() {
        replay.line(line, &mut out)?;
    }
    replay.finish(&mut out);
    let mut versions = Vec::new();
    let mut predictions = Vec::new();
    for line in out.lines() {
        let line: Value = serde_json::from_str(line)?;
        match line["event"].as_str() {
            Some("version") => versions.push(state(&line)?),
            Some("prediction") => {
                predictions.push(line["prediction"].as_i64().context("a number")?)
            }
            Some("summary") => {}
            other => anyhow::bail!("{other:?}: {line}"),
        }
    }
    ensure!(
        versions.len() == case.versions.len(),
        "{} versions, not {}",
        versions.len(),
        case.versions.len()
    );
    for (version, (ours, theirs)) in versions.iter().zip(&case.versions).enumerate() {
        for (ours, theirs) in ours.iter().zip(theirs) {
            let near = (ours - theirs).abs() <= 1e-12 * theirs.abs();
            ensure!(
                near,
                "version {}: {ours}, the engine has {theirs}",
                version + 1
            );
        }
    }
    ensure!(
        predictions == case.predictions,
        "{predictions:?}, the engine has {:?}",
        case.predictions
    );
    Ok(())
}

fn state(version: &Value) -> Result<Vec<f64>> {
    let mut numbers: Vec<f64> =
        serde_json::from_value::<Vec<Vec<f64>>>(version["centroids"].clone())?.concat();
    numbers.extend(serde_json::from_value::<Vec<f64>>(
        version["weights"].clone(),
    )?);
    Ok(numbers)
}
