//! Jobs for Flink, in one JVM each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::job::Job;
use crate::relearned::largest_difference;
use crate::support::{Engines, Version, chain, made_lab, made_rows, rows_of};
use crate::{DEMO, LAB, named};

/// Where jobs keep checkpoints, in their folder.
const CHECKPOINTS: &str = "checkpoints";

#[test]
fn the_iris_lane_is_built_by_maven_and_learns_as_the_lab_does() -> Result<()> {
    let Some(engines) = Engines::start()? else {
        return Ok(());
    };
    engines.replay_into_topics(DEMO)?;
    let folder = engines.export(LAB, "Flink", "flink", &[])?;
    let mut job = start(&engines, &folder, &package(&folder)?, &[])?;
    let versions =
        engines.wait_for_versions("Flink_models", &mut job, |versions| versions.len() >= 9)?;
    let predictions = engines.stack.consume("iris_predictions", 33)?;
    job.kill()?;
    let versions = chain(&versions)?;
    assert_eq!((versions.len(), rows_of(&versions)), (9, 256));
    assert_same(
        &engines,
        &folder,
        &fs::read_to_string(LAB)?,
        "Flink",
        &versions,
        "flink.public.iris_train",
    )?;
    assert_eq!(predictions.len(), 33, "{predictions:#?}");
    assert!(
        predictions[0].contains("eddy.source:flink.public.iris_test/0/0")
            && predictions[0].contains("\t{\"id\":1}\t[5.4, 3.7, 1.5, 0.2] is classified as "),
        "{}",
        predictions[0]
    );
    Ok(())
}

#[test]
fn a_job_killed_in_mid_stream_goes_on_from_its_checkpoint_and_learns_every_row_once() -> Result<()>
{
    const ROWS: u64 = 200_000;
    let Some(engines) = Engines::start()? else {
        return Ok(());
    };
    let batch = json!({"by": "count", "rows": 32});
    let lab = made_lab("made", "flink", &batch);
    let folder = made_job(&engines, &lab, ROWS as usize)?;
    let classes = compile(&folder)?;
    let often = ["--checkpoint-ms", "200"];
    let mut job = start(&engines, &folder, &classes, &often)?;
    let before = engines.wait_for_versions("Made_models", &mut job, |versions| {
        rows_of(versions) >= 10_000 && newest_checkpoint(&folder).is_ok()
    })?;
    job.kill()?;
    assert!(rows_of(&before) < ROWS, "killed too late");
    let checkpoint = format!("file://{}", newest_checkpoint(&folder)?.display());
    let from = [&often[..], &["--execution.savepoint.path", &checkpoint]].concat();
    let mut job = start(&engines, &folder, &classes, &from)?;
    let all = engines.wait_for_versions("Made_models", &mut job, |versions| {
        rows_of(versions) >= ROWS
    })?;
    job.kill()?;
    let started = all.iter().filter(|version| version.offsets.is_empty());
    assert_eq!(started.count(), 1, "it went on, and did not start again");
    let versions = chain(&all)?;
    assert_eq!(rows_of(&versions), ROWS);
    assert_same(&engines, &folder, &lab, "Made", &versions, "made")
}

#[test]
fn two_subtasks_learn_the_batches_that_they_tell() -> Result<()> {
    const ROWS: u64 = 32_000;
    let Some(engines) = Engines::start()? else {
        return Ok(());
    };
    let lab = made_lab("made", "flink", &json!({"by": "count", "rows": 32}));
    let lab = lab.replace(
        "\"engine\":\"flink\"",
        "\"engine\":\"flink\",\"parallelism\":2",
    );
    ensure!(lab.contains("parallelism"), "{lab}");
    let folder = made_job(&engines, &lab, ROWS as usize)?;
    let mut job = start(&engines, &folder, &compile(&folder)?, &[])?;
    let versions = engines.wait_for_versions("Made_models", &mut job, |versions| {
        rows_of(versions) >= ROWS
    })?;
    job.kill()?;
    assert_same(&engines, &folder, &lab, "Made", &chain(&versions)?, "made")
}

#[test]
fn the_logistic_regression_learns_as_the_lab_does() -> Result<()> {
    const ROWS: u64 = 3_200;
    let Some(engines) = Engines::start()? else {
        return Ok(());
    };
    let lab = json!({
        "eddy": 1,
        "streams": [{"topic": "made", "role": "train"}],
        "features": ["a", "b", "c"],
        "target": "d",
        "lanes": [{
            "name": "Made",
            "model": {"kind": "logistic_regression", "engine": "flink", "alpha": 0.2, "reg": 0.01, "elastic_net": 0.5},
            "batch": {"by": "count", "rows": 32},
            "changes": {"redelivered": "again"}
        }]
    })
    .to_string();
    let folder = made_job(&engines, &lab, ROWS as usize)?;
    let mut job = start(&engines, &folder, &compile(&folder)?, &[])?;
    let versions = engines.wait_for_versions("Made_models", &mut job, |versions| {
        rows_of(versions) >= ROWS
    })?;
    job.kill()?;
    assert_eq!(rows_of(&chain(&versions)?), ROWS);
    let events = engines.record(&["made"], "events.ndjson")?;
    let told = engines.verify(&folder, "Made_models", &events)?;
    assert!(
        told.contains("the same: 100 versions, 3,200 rows"),
        "{told}"
    );
    Ok(())
}

/// Rows per second of the job of a lab's one lane, which is called so, from its first version on.
pub(crate) fn rows_per_second(
    engines: &Engines,
    lab: &str,
    lane: &str,
    (batch_rows, rows): (u64, u64),
) -> Result<f64> {
    let folder = engines.export(lab, lane, "flink", &["--force"])?;
    let mut job = start(engines, &folder, &compile(&folder)?, &[])?;
    let whole = rows / batch_rows * batch_rows;
    let topic = format!("{lane}_models");
    let versions =
        engines.wait_for_versions(&topic, &mut job, |versions| rows_of(versions) >= whole)?;
    job.kill()?;
    let versions = chain(&versions)?;
    let ms = versions[versions.len() - 1].timestamp_ms - versions[0].timestamp_ms;
    Ok(whole as f64 / ms as f64 * 1000.0)
}

/// Holds that a job's versions are those that its cuts make, in the lab and as `eddy verify` says.
fn assert_same(
    engines: &Engines,
    folder: &Path,
    lab: &str,
    lane: &str,
    versions: &[Version],
    topic: &str,
) -> Result<()> {
    let events = engines.record(&[topic], "events.ndjson")?;
    let difference = largest_difference(engines, lab, lane, versions, &events)?;
    assert!(difference <= 1e-12, "{difference}");
    engines.verify(folder, &format!("{lane}_models"), &events)?;
    Ok(())
}

/// Exports the lane of made-up rows, on a topic of four partitions.
fn made_job(engines: &Engines, lab: &str, rows: usize) -> Result<PathBuf> {
    engines.topic("made", 4, made_rows(rows))?;
    let lab = engines.file("lab.json", lab)?;
    engines.export(&lab, "Made", "flink", &[])
}

/// Builds a job as its README says; returns what it is run with.
pub(crate) fn package(folder: &Path) -> Result<String> {
    let mut maven = Command::new(named("EDDY_MAVEN")?);
    maven
        .args(["--batch-mode", "--quiet", "package"])
        .current_dir(folder);
    run(maven)?;
    let target = folder.join("target");
    Ok(format!(
        "{}/flink-job.jar:{}/flink/*",
        target.display(),
        target.display()
    ))
}

/// Compiles a job against the jars that are here, which takes less long.
fn compile(folder: &Path) -> Result<String> {
    let jars = format!("{}/*", PathBuf::from(named("EDDY_FLINK_JARS")?).display());
    let classes = folder.join("classes");
    let mut javac = Command::new("javac");
    javac
        .args(["-proc:none", "--release", "11", "-cp", &jars, "-d"])
        .arg(&classes)
        .arg(folder.join("src/main/java/eddy/LaneJob.java"));
    run(javac)?;
    Ok(format!("{}:{jars}", classes.display()))
}

fn run(mut command: Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("{name} does not start"))?;
    ensure!(
        output.status.success(),
        "{name}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// Runs a job in one JVM, by the line of its README.
pub(crate) fn start(
    engines: &Engines,
    folder: &Path,
    classpath: &str,
    more: &[&str],
) -> Result<Job> {
    let mut java = Command::new(named("EDDY_JAVA")?);
    java.current_dir(folder)
        .args(["-Xmx1g", "-XX:+UseSerialGC"])
        .args([
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
        ])
        .args([
            "-Dlog4j2.configurationFile=log4j2.properties",
            "-cp",
            classpath,
            "eddy.LaneJob",
        ])
        .args(["--bootstrap-servers", &engines.stack.kafka()?])
        .arg("--state.checkpoints.dir")
        .arg(format!("file://{}", folder.join(CHECKPOINTS).display()))
        .args(more);
    Job::start(java, engines.path("flink.log"))
}

/// The newest checkpoint of a job's folder that is whole.
fn newest_checkpoint(folder: &Path) -> Result<PathBuf> {
    let mut whole = Vec::new();
    for job in fs::read_dir(folder.join(CHECKPOINTS))? {
        for checkpoint in fs::read_dir(job?.path())? {
            let path = checkpoint?.path();
            if let Ok(metadata) = fs::metadata(path.join("_metadata")) {
                whole.push((metadata.modified()?, path));
            }
        }
    }
    let newest = whole
        .into_iter()
        .max()
        .context("there is no checkpoint yet")?;
    Ok(newest.1)
}
