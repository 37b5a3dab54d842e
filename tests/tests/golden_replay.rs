//! `eddy replay` against the engines' recordings: every case as lab file and record lines.

use anyhow::{Context, Result, ensure};
use eddy_tests::golden::{Case, Fields, cases};
use lab::LabFile;
use lab::config::Config;
use lab::replay::Replay;
use serde_json::Value;

/// The cases that a lab has no form for are named with the reason: this many, and none more unseen.
const LEFT_OUT: usize = 26;

#[test]
fn every_recorded_case_replays_as_the_engine_did() -> Result<()> {
    let (cases, left_out) = cases()?;
    let failed = |case: &Case| {
        let error = check(case).err()?;
        Some(format!("{}: {error:#}", case.name))
    };
    let failed: Vec<String> = cases.iter().filter_map(failed).collect();
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    println!("{} cases", cases.len());
    for left_out in &left_out {
        println!("left out: {}: {}", left_out.name, left_out.why);
    }
    ensure!(
        left_out.len() == LEFT_OUT,
        "{} are left out",
        left_out.len()
    );
    Ok(())
}

fn check(case: &Case) -> Result<()> {
    let lab =
        match LabFile::parse(&case.lab).and_then(|lab| Config::check(lab.clone()).map(|_| lab)) {
            Ok(lab) => lab,
            Err(refused) => {
                ensure!(case.refused, "{refused}");
                println!("{}: {refused}", case.name);
                return Ok(());
            }
        };
    ensure!(!case.refused, "the engine refuses this");
    let mut out = String::new();
    let mut replay = Replay::new(lab, &mut out)?;
    for line in case.events.lines() {
        replay.line(line, &mut out)?;
    }
    replay.finish(&mut out);
    let lines = out.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines.collect::<Result<_, _>>()?;
    let of = |event: &str| -> Vec<&Value> {
        let of = lines.iter().filter(|line| line["event"] == event);
        of.collect()
    };
    check_versions(case, &of("version"))?;
    check_scalers(case, &of("version"))?;
    let predictions = of("prediction");
    ensure!(
        predictions.len() == case.predictions.len() || !case.scalers.is_empty(),
        "{} predictions, not {}",
        predictions.len(),
        case.predictions.len()
    );
    for (i, (line, fields)) in predictions.iter().zip(&case.predictions).enumerate() {
        check_fields(line, fields, case.tolerance).with_context(|| format!("prediction {i}"))?;
    }
    check_rejected(case, &of("rejected"))
}

fn check_versions(case: &Case, versions: &[&Value]) -> Result<()> {
    let (found, recorded) = (versions.len(), case.versions.len());
    let as_many = found == recorded || case.more_versions && found > recorded;
    ensure!(as_many, "{found} versions, not {recorded}");
    for (line, fields) in versions.iter().zip(&case.versions) {
        if let Some(fields) = fields {
            let at = || format!("version {}", line["version"]);
            check_fields(line, fields, case.tolerance).with_context(at)?;
        }
    }
    Ok(())
}

/// Every recorded scaler model is in a version, and each version's is as recorded.
fn check_scalers(case: &Case, versions: &[&Value]) -> Result<()> {
    let mut seen = vec![false; case.scalers.len()];
    for line in versions {
        let Some(version) = line["scaler_version"].as_u64() else {
            continue;
        };
        // The window that is open at the end makes a model here, where the engine drops its rows.
        if let Some(fields) = case.scalers.get(version as usize) {
            check_fields(line, fields, case.tolerance)
                .with_context(|| format!("scaler version {version}"))?;
            seen[version as usize] = true;
        }
    }
    let missing = seen.iter().position(|seen| !seen);
    ensure!(
        missing.is_none(),
        "no version has scaler version {missing:?}"
    );
    Ok(())
}

fn check_rejected(case: &Case, rejected: &[&Value]) -> Result<()> {
    ensure!(rejected.len() == case.rejected.len(), "{rejected:?}");
    for (line, (topic, offset, reason)) in rejected.iter().zip(&case.rejected) {
        let same = line["topic"] == **topic && line["offset"] == *offset;
        let said = line["reason"].as_str().unwrap_or_default();
        ensure!(same && said.contains(reason), "{line}: {reason}");
    }
    Ok(())
}

fn check_fields(line: &Value, fields: &Fields, tolerance: f64) -> Result<()> {
    for (name, theirs) in fields {
        let mut ours = Vec::new();
        flatten(&line[name], &mut ours)?;
        ensure!(
            ours.len() == theirs.len(),
            "{name}: {ours:?}, the engine has {theirs:?}"
        );
        for (ours, theirs) in ours.iter().zip(theirs) {
            let same = ours == theirs || ours.is_nan() && theirs.is_nan();
            let near = (ours - theirs).abs() <= tolerance * ours.abs().max(theirs.abs());
            ensure!(same || near, "{name}: {ours:e}, the engine has {theirs:e}");
        }
    }
    Ok(())
}

fn flatten(value: &Value, numbers: &mut Vec<f64>) -> Result<()> {
    match value {
        Value::Array(values) => values
            .iter()
            .try_for_each(|value| flatten(value, numbers))?,
        Value::String(text) => numbers.push(text.parse()?),
        value => numbers.push(value.as_f64().with_context(|| value.to_string())?),
    }
    Ok(())
}
