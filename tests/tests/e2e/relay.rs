//! Database → bridge → lines → lab, without a page: the published demo, and a bridge that is killed in mid-stream.

use anyhow::Result;
use eddy_tests::demo::{Demo, STEPS, Tables, predictions, trained_versions};
use eddy_tests::program::{Eddy, eddy};

const LAB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/lab.json");

/// Plays the demo, with the bridge killed before this step; returns the replay of what `eddy record` got.
fn play(seed: u32, kill_before: Option<usize>) -> Result<String> {
    let demo = Demo::new(seed, 1_000)?;
    let args = demo.serve_args();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut running = Some(Eddy::serve(&args)?);
    let recording = demo.file("recording.ndjson").display().to_string();
    for step in 0..STEPS.len() {
        if kill_before == Some(step) {
            let port = running.as_ref().map_or(0, Eddy::port);
            record(running.as_ref(), &recording)?;
            if let Some(eddy) = running.take() {
                eddy.kill();
            }
            demo.insert(step)?;
            running = Some(Eddy::serve_at(port, &args)?);
        } else {
            demo.insert(step)?;
        }
    }
    record(running.as_ref(), &recording)?;
    let lab = std::fs::read_to_string(LAB)?.replace("10000", "1000");
    let lab_file = demo.file("lab.json");
    std::fs::write(&lab_file, lab)?;
    eddy(&["replay", &lab_file.display().to_string(), &recording])
}

fn record(running: Option<&Eddy>, out: &str) -> Result<()> {
    let port = running.map_or(0, Eddy::port);
    eddy(&[
        "record",
        "--url",
        &format!("ws://127.0.0.1:{port}/ws"),
        "--out",
        out,
    ])?;
    Ok(())
}

#[test]
fn both_orders_give_the_six_tables() -> Result<()> {
    let tables = Tables::read()?;
    for seed in [142_923, 1_489] {
        let lines = play(seed, None)?;
        assert_eq!(predictions(&lines, "Flink")?, tables.flink, "order {seed}");
        assert_eq!(predictions(&lines, "Spark")?, tables.spark, "order {seed}");
    }
    Ok(())
}

#[test]
fn a_bridge_killed_in_mid_stream_loses_and_repeats_nothing() -> Result<()> {
    let undisturbed = play(142_923, None)?;
    let disturbed = play(142_923, Some(4))?;
    assert_eq!(
        trained_versions(&disturbed, "Flink")?,
        trained_versions(&undisturbed, "Flink")?
    );
    assert_eq!(predictions(&disturbed, "Spark")?, Tables::read()?.spark);
    Ok(())
}
