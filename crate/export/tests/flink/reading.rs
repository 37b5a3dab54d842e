//! The job reads recorded events as the lab does.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use lab::rows::Verdict;
use lab::{Lab, LabFile};
use serde_json::{Value, json};
use wire::{Line, LineReader, Record};

use crate::support::{flink_jars, snapshots};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/debezium");
const READING: &str = include_str!("Reading.java");

/// Debezium Server's own forms do not come through Kafka Connect, and heartbeats have topics of their own.
const SKIPPED: [&str; 2] = ["debezium_server", "heartbeat"];

/// The job has no parser for dates and times that a schema says are texts: it counts and logs them.
fn is_iso_text(line: &str) -> bool {
    line.contains("Z\", not a number - the lab: ") || line.starts_with("times_isostring_schema ")
}

#[test]
fn recorded_events_are_read_as_the_lab_reads_them() {
    let mut lines = String::new();
    for entry in fs::read_dir(FOLDER).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let name = name.strip_suffix(".ndjson");
        if let Some(name) =
            name.filter(|name| !SKIPPED.iter().any(|skipped| name.starts_with(skipped)))
        {
            read(name, &fs::read_to_string(&path).unwrap(), &mut lines);
        }
    }
    assert!(lines.lines().count() > 300, "{}", lines.lines().count());
    let Some(said) = run(&lines) else { return };
    let other: Vec<&str> = said.lines().filter(|line| !is_iso_text(line)).collect();
    assert!(
        other.is_empty(),
        "{} differ:\n{}",
        other.len(),
        other.join("\n")
    );
}

/// Appends what the lab makes of each column of each record.
fn read(name: &str, text: &str, lines: &mut String) {
    let mut reader = LineReader::new();
    let mut records: Vec<Record> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        // Whatever trains is a table's topic.
        if let Some(Line::Record(record)) = reader.read(number, line).unwrap()
            && !record.topic.ends_with(".transaction")
        {
            records.push(record);
        }
    }
    let features: Vec<String> = columns(name).into_iter().collect();
    let mut lab = Lab::new(lab_file(&records, &features)).unwrap();
    for (i, record) in (0..).zip(&records) {
        lab.apply(record.as_ref());
        let numbers = features.iter().enumerate().map(|(column, name)| {
            let number = lab.rows.number(i, column);
            (name.clone(), json!(number.is_finite().then_some(number)))
        });
        let numbers: serde_json::Map<String, Value> = numbers.collect();
        // What was rejected without a number may be a row or not.
        let is_row = match lab.rows.meta(i).unwrap().verdict {
            Verdict::Shown => Some(false),
            _ => numbers
                .values()
                .any(|number| !number.is_null())
                .then_some(true),
        };
        let value = record.value.as_deref().map(String::from_utf8_lossy);
        let line = json!({"name": name, "offset": record.offset, "value": value, "is_row": is_row, "numbers": numbers});
        lines.push_str(&format!("{line}\n"));
    }
}

fn lab_file(records: &[Record], features: &[String]) -> LabFile {
    let topics: BTreeSet<&str> = records.iter().map(|record| &*record.topic).collect();
    let streams = topics
        .iter()
        .map(|topic| json!({"topic": topic, "role": "train"}));
    let centroid = vec![0; features.len()];
    let file = json!({
        "eddy": 1,
        "streams": streams.collect::<Vec<Value>>(),
        "features": features,
        "lanes": [{
            "name": "L",
            "model": {"kind": "kmeans", "engine": "flink", "initial": {"centroids": [centroid, centroid]}},
            "batch": {"by": "hand"}
        }]
    });
    serde_json::from_value(file).unwrap()
}

/// The columns of all rows.
fn columns(name: &str) -> BTreeSet<String> {
    let path = format!("{FOLDER}/{name}.expected.json");
    let events: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let rows = events.as_array().unwrap().iter();
    let rows = rows.filter_map(|event| event["after"].as_object());
    rows.flat_map(|row| row.keys().cloned()).collect()
}

/// What the job's class, compiled, says of these lines; None where it cannot be compiled here.
fn run(lines: &str) -> Option<String> {
    let jars = flink_jars().filter(|_| Command::new("javac").arg("-version").output().is_ok());
    let Some(jars) = jars else {
        eprintln!(
            "not run: javac or Flink's jars are not here (cargo xtask test --engines brings them)"
        );
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let in_folder = |name: &str| folder.path().join(name);
    fs::write(in_folder("LaneJob.java"), &snapshots("flink/iris")[0]).unwrap();
    fs::write(in_folder("Reading.java"), READING).unwrap();
    fs::write(in_folder("lines"), lines).unwrap();
    let classpath = format!("{}:{}/*", folder.path().display(), jars.display());
    let compiled = Command::new("javac")
        .args([
            "-proc:none",
            "-nowarn",
            "-J-Xmx256m",
            "-cp",
            &classpath,
            "-d",
        ])
        .arg(folder.path())
        .args(["LaneJob.java", "Reading.java"].map(in_folder))
        .output()
        .unwrap();
    assert!(
        compiled.status.success(),
        "{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    let said = Command::new("java")
        .args(["-Xmx256m", "-cp", &classpath, "eddy.Reading"])
        .stdin(Stdio::from(fs::File::open(in_folder("lines")).unwrap()))
        .output()
        .unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    Some(String::from_utf8(said.stdout).unwrap())
}
