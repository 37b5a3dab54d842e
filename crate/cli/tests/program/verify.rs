//! `eddy verify`.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::Folder;

/// The walk-through, and what a job of its lanes would have written.
fn walk_through() -> (Folder, Vec<Value>) {
    let folder = Folder::new();
    folder.good(&["dataset", "iris", "--out", "."]);
    let replayed = folder.good(&["replay", "lab.json", "events.ndjson"]);
    let lines = replayed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let versions = lines.filter(|line| line["event"] == "version");
    let models: Vec<Value> = versions.map(model_record).collect();
    folder.write("models.ndjson", &text(&models));
    (folder, models)
}

/// A version's line as a job would have written it.
fn model_record(mut line: Value) -> Value {
    let batch = line["batch"].take();
    line.as_object_mut().expect("an object").remove("batch");
    if batch.is_null() {
        return line;
    }
    let (first, last) = (&batch["first"], &batch["last"]);
    let span = json!({"topic": first["topic"], "partition": 0, "from": first["offset"], "to": last["offset"]});
    line["offsets"] = if first.is_null() {
        json!([])
    } else {
        json!([span])
    };
    line["batch"] = json!({"rows": batch["rows"]});
    line
}

fn text(models: &[Value]) -> String {
    models.iter().map(|model| format!("{model}\n")).collect()
}

#[test]
fn what_the_lanes_themselves_made_is_the_same() {
    let (folder, models) = walk_through();
    let said = folder.good(&["verify", "lab.json", "models.ndjson", "events.ndjson"]);
    assert!(said.contains("Flink version 1: begins with it\n"), "{said}");
    assert!(
        said.contains("Flink version 2: 32 rows, difference 0\n"),
        "{said}"
    );
    assert!(
        said.contains("Flink: the same: 8 versions, 256 rows; no difference\n"),
        "{said}"
    );
    assert!(said.contains("Spark: the same: "), "{said}");
    let said = folder.good(&[
        "verify",
        "lab.json",
        "models.ndjson",
        "events.ndjson",
        "--json",
        "--lane",
        "Flink",
    ]);
    let last: Value = serde_json::from_str(said.lines().last().expect("a line")).expect("JSON");
    let expected = json!({"event": "summary", "lane": "Flink", "same": true, "from": 1, "versions": 8, "rows": 256,
        "difference": 0, "version": 2, "at": "", "apart_from": null, "not_compared": 0, "lost": 0, "twice": 0,
        "remarked": 0, "rejected": 0, "waiting": 21});
    assert_eq!(last, expected);
    // One recording that holds both, and standard input.
    let record = |(offset, model): (usize, &Value)| {
        json!({"topic": "iris_models", "partition": 0, "offset": offset, "timestamp_ms": 0, "key": "Flink",
            "value": model.to_string()})
    };
    let records: Vec<Value> = models.iter().enumerate().map(record).collect();
    folder.write(
        "both.ndjson",
        &(folder.read("events.ndjson") + &text(&records)),
    );
    let both = folder.good(&[
        "verify",
        "lab.json",
        "both.ndjson",
        "both.ndjson",
        "--json",
        "--lane",
        "Flink",
    ]);
    assert_eq!(both, said);
    let mut child = folder
        .command(&[
            "verify",
            "lab.json",
            "-",
            "events.ndjson",
            "--json",
            "--lane",
            "Flink",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut input = child.stdin.take().expect("input");
    input.write_all(text(&records).as_bytes()).expect("written");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), said);
}

#[test]
fn what_is_not_the_same_is_said_and_the_status_is_1() {
    let (folder, mut models) = walk_through();
    let flink = |line: &&mut Value| line["lane"] == "Flink" && line["version"] == 5;
    let wrong = models.iter_mut().find(flink).expect("version 5");
    let number = wrong["centroids"][1][2].as_f64().expect("a number");
    wrong["centroids"][1][2] = json!(number * 1.000_000_1);
    models.push(json!({"event": "version", "lane": "Flink", "version": 3}));
    folder.write("wrong.ndjson", &text(&models));
    let output = folder.run(&["verify", "lab.json", "wrong.ndjson", "events.ndjson"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout);
    let marked =
        "Flink version 5: 32 rows, NOT THE SAME: difference 1.0e-7 (centroid 1, petal_length)\n";
    assert!(said.contains(marked), "{said}");
    assert!(
        said.contains("  from version 5 on: difference 1.0e-7 (centroid 1, petal_length)\n"),
        "{said}"
    );
    assert!(
        said.contains("  1 model record could not be used\n"),
        "{said}"
    );
    let error = String::from_utf8_lossy(&output.stderr);
    let line = models.len();
    assert!(
        error.contains(&format!("wrong.ndjson, line {line}: has no centroids")),
        "{error}"
    );
}

#[test]
fn what_cannot_be_compared_is_refused_by_name() {
    let (folder, _) = walk_through();
    folder.write(
        "other.ndjson",
        "{\"event\":\"version\",\"lane\":\"X\",\"version\":1}\n",
    );
    let said = folder.bad(&["verify", "lab.json", "other.ndjson", "events.ndjson"]);
    assert!(
        said.contains("of lane \"X\", and the lab file has Flink, Spark"),
        "{said}"
    );
    let said = folder.bad(&["verify", "lab.json", "events.ndjson", "events.ndjson"]);
    assert!(said.contains("there is no model record"), "{said}");
    let said = folder.bad(&[
        "verify",
        "lab.json",
        "models.ndjson",
        "events.ndjson",
        "--lane",
        "Y",
    ]);
    assert!(
        said.contains("no model record of lane \"Y\", but of Flink, Spark"),
        "{said}"
    );
    let said = folder.bad(&["verify", "lab.json", "-", "-"]);
    assert!(said.contains("standard input can be one of"), "{said}");
}
