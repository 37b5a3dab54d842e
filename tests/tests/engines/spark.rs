//! Jobs for Spark, on PySpark.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::job::Job;
use crate::relearned::largest_difference;
use crate::support::{Engines, SOON, chain, made_lab, made_rows, rows_of};
use crate::{DEMO, LAB, named};

const ECOMMERCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/ecommerce.ndjson.gz");
const ECOMMERCE_LAB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/ecommerce.lab.json");

#[test]
fn the_iris_lane_learns_as_the_lab_does_and_classifies_by_the_version_it_made() -> Result<()> {
    let Some(engines) = Engines::start()? else {
        return Ok(());
    };
    engines.replay_into_topics(DEMO)?;
    let folder = engines.export(LAB, "Spark", "spark", &[])?;
    let job = start(&engines, &folder, &["--once", "--max-offsets", "60"])?;
    job.finish(SOON)?;
    let versions = chain(&engines.versions("Spark_models")?)?;
    assert_eq!((versions.len(), rows_of(&versions)), (7, 277));
    let events = engines.record(&["flink.public.iris_train"], "events.ndjson")?;
    let lab = fs::read_to_string(LAB)?;
    let difference = largest_difference(&engines, &lab, "Spark", &versions, &events)?;
    assert!(difference <= 1e-12, "{difference}");
    engines.verify(&folder, "Spark_models", &events)?;
    let told = engines.messages("iris_predictions")?;
    assert_eq!(told.len(), 33, "{told:#?}");
    let headers = json!([
        ["eddy.lane", "Spark"],
        ["eddy.version", "2"],
        ["eddy.source", "flink.public.iris_test/0/0"]
    ]);
    assert_eq!(
        (&told[0]["headers"], &told[0]["key"]),
        (&headers, &json!("{\"id\":1}"))
    );
    let text = told[0]["value"].as_str().unwrap_or_default();
    assert!(
        text.starts_with("[5.4, 3.7, 1.5, 0.2] is classified as "),
        "{text}"
    );
    Ok(())
}

#[test]
fn the_regression_goes_on_behind_the_scaler_that_the_lab_had_learned() -> Result<()> {
    let Some(engines) = Engines::start()? else {
        return Ok(());
    };
    let unpacked = Command::new("gzip")
        .args(["-dc", ECOMMERCE])
        .output()
        .context("gzip does not start")?;
    let shop = engines.file("shop.ndjson", &String::from_utf8(unpacked.stdout)?)?;
    engines.replay_into_topics(&shop)?;
    let folder = engines.export(
        ECOMMERCE_LAB,
        "Spark",
        "spark",
        &["--events", &shop, "--version", "2"],
    )?;
    start(&engines, &folder, &["--once", "--max-offsets", "300"])?.finish(SOON)?;
    let versions = chain(&engines.versions("Spark_models")?)?;
    assert!(
        versions.len() > 3 && versions[0].number == 2,
        "{versions:#?}"
    );
    let train = "flink.public.ecommerce_train";
    let events = engines.record(&[train], "events.ndjson")?;
    assert_eq!(versions[versions.len() - 1].offsets[0].3, 799, "every row");
    let lab = fs::read_to_string(ECOMMERCE_LAB)?;
    let difference = largest_difference(&engines, &lab, "Spark", &versions, &events)?;
    assert!(difference <= 1e-12, "{difference}");
    engines.verify(&folder, "Spark_models", &events)?;
    let told = engines.messages("ecommerce_predictions")?;
    let text = told
        .first()
        .and_then(|line| line["value"].as_str())
        .unwrap_or_default();
    assert!(
        told.len() > 100 && text.contains("] is predicted as "),
        "{told:#?}"
    );
    Ok(())
}

/// Envelopes with a declared decimal: inserts, updates that the lane ignores, deletes, tombstones, and what cannot be read.
fn orders(rows: usize) -> Vec<(String, String)> {
    let order = |id: usize| {
        let (age, cents) = (id * 37 % 60, id * 7919 % 128);
        let returned = u8::from(age * 3 + cents > 150);
        let amount = match id % 50 {
            49 => "n/a".to_owned(),
            _ => BASE64_STANDARD.encode([u8::try_from(cents).unwrap_or_default()]),
        };
        let row =
            json!({"id": id, "age": age as f64 / 60.0, "amount": amount, "returned": returned});
        let op = ["c", "r", "u", "d", "c"][id % 5];
        let event = match op {
            "d" => json!({"before": row, "after": null, "source": {"lsn": id}, "op": op}),
            _ => json!({"before": null, "after": row, "source": {"lsn": id}, "op": op}),
        };
        let value = if id.is_multiple_of(20) {
            "NULL".to_owned()
        } else {
            event.to_string()
        };
        (json!({"id": id}).to_string(), value)
    };
    (0..rows).map(order).collect()
}

#[test]
fn a_logistic_lane_classifies_rows_before_it_learns_them_and_reads_what_the_lab_reads() -> Result<()>
{
    let Some(engines) = Engines::start()? else {
        return Ok(());
    };
    engines.topic("orders", 1, orders(1000))?;
    let lab = json!({
        "eddy": 1,
        "streams": [{"topic": "orders", "role": "both"}],
        "features": ["age", "amount"],
        "target": "returned",
        "columns": {"amount": {"as": "decimal", "scale": 2}},
        "lanes": [{
            "name": "Returns",
            "model": {"kind": "logistic_regression", "engine": "spark", "step_size": 0.5, "reg_param": 0.01,
                      "mini_batch_fraction": 0.5, "intercept": true},
            "batch": {"by": "interval", "ms": 1000},
            "changes": {"update": "ignore"},
            "publish": {"topic": "returns", "form": "json"}
        }]
    })
    .to_string();
    let lab_file = engines.file("lab.json", &lab)?;
    let folder = engines.export(&lab_file, "Returns", "spark", &[])?;
    let job = start(&engines, &folder, &["--once", "--max-offsets", "300"])?;
    job.finish(SOON)?;
    let events = engines.record(&["orders"], "events.ndjson")?;
    engines.verify(&folder, "Returns_models", &events)?;
    let versions = chain(&engines.versions("Returns_models")?)?;
    let readable =
        |id: &usize| !id.is_multiple_of(20) && id % 50 != 49 && matches!(id % 5, 0 | 1 | 4);
    let readable = (0..1000).filter(readable).count();
    assert_eq!((versions.len(), rows_of(&versions)), (5, readable as u64));
    let told = engines.messages("returns")?;
    assert_eq!(told.len(), readable);
    let first: Value = serde_json::from_str(told[0]["value"].as_str().unwrap_or_default())?;
    let wanted = json!({"event": "prediction", "lane": "Returns", "version": 1, "topic": "orders", "partition": 0, "offset": 1,
                        "features": [37.0 / 60.0, 1.11], "prediction": 0});
    assert_eq!(first, wanted);
    let log = fs::read_to_string(engines.path("spark.log"))?;
    assert!(
        log.contains("not learned: orders/0/99: amount is \"n/a\", not a number"),
        "{log}"
    );
    Ok(())
}

#[test]
fn a_job_killed_in_mid_stream_goes_on_from_its_checkpoint_and_learns_every_row_once() -> Result<()>
{
    const ROWS: usize = 200_000;
    let Some(engines) = Engines::start()? else {
        return Ok(());
    };
    engines.topic("made", 4, made_rows(ROWS))?;
    let lab = made_lab("made", "spark", &json!({"by": "interval", "ms": 1000}));
    let lab_file = engines.file("lab.json", &lab)?;
    let folder = engines.export(&lab_file, "Made", "spark", &[])?;
    let flags = ["--max-offsets", "16000", "--trigger", "0 seconds"];
    let mut job = start(&engines, &folder, &flags)?;
    let before = engines.wait_for_versions("Made_models", &mut job, |versions| {
        rows_of(versions) >= 40_000
    })?;
    job.kill()?;
    assert!(rows_of(&before) < ROWS as u64, "killed too late");
    let mut job = start(&engines, &folder, &flags)?;
    let all = engines.wait_for_versions("Made_models", &mut job, |versions| {
        rows_of(versions) >= ROWS as u64
    })?;
    job.kill()?;
    for (i, version) in all.iter().enumerate() {
        let again = all[..i]
            .iter()
            .find(|before| before.number == version.number);
        assert!(
            again.is_none_or(|before| before.record == version.record),
            "{version:?}"
        );
    }
    let versions = chain(&all)?;
    assert_eq!(rows_of(&versions), ROWS as u64);
    let events = engines.record(&["made"], "events.ndjson")?;
    let difference = largest_difference(&engines, &lab, "Made", &versions, &events)?;
    assert!(difference <= 1e-12, "{difference}");
    engines.verify(&folder, "Made_models", &events)?;
    Ok(())
}

/// Rows per second of the job of a lab's one lane, which is called so, behind its first batch.
pub(crate) fn rows_per_second(engines: &Engines, lab: &str, lane: &str, rows: u64) -> Result<f64> {
    let folder = engines.export(lab, lane, "spark", &["--force"])?;
    let job = start(engines, &folder, &["--once", "--max-offsets", "250000"])?;
    job.finish(SOON)?;
    let versions = chain(&engines.versions(&format!("{lane}_models"))?)?;
    ensure!(rows_of(&versions) == rows, "{} rows", rows_of(&versions));
    let (first, last) = (&versions[1], &versions[versions.len() - 1]);
    let behind: u64 = versions[2..].iter().map(|version| version.rows).sum();
    let ms = last.timestamp_ms - first.timestamp_ms;
    Ok(behind as f64 / ms as f64 * 1000.0)
}

/// Runs a job on this machine.
pub(crate) fn start(engines: &Engines, folder: &Path, more: &[&str]) -> Result<Job> {
    let (python, jars) = (python()?, named("EDDY_SPARK_JARS")?);
    let mut files = Vec::new();
    for jar in fs::read_dir(&jars)? {
        let jar = jar?.path();
        if jar.extension().is_some_and(|is| is == "jar") {
            files.push(jar.display().to_string());
        }
    }
    let submit = Path::new(&python).with_file_name("spark-submit");
    let mut command = Command::new(submit);
    command
        .current_dir(folder)
        .env("PYSPARK_PYTHON", &python)
        .env("SPARK_LOCAL_DIRS", engines.path("spark-local"))
        .args(["--master", "local[2]", "--driver-memory", "1g"])
        .args(["--jars", &files.join(",")])
        .args(["--conf", "spark.ui.enabled=false"])
        .args(["--py-files", "change_events.py", "job.py"])
        .args(["--bootstrap-servers", &engines.stack.kafka()?])
        .args(more);
    Job::start(command, engines.path("spark.log"))
}

/// The Python that has PySpark.
pub(crate) fn python() -> Result<OsString> {
    named("EDDY_SPARK_PYTHON")
}
