//! `eddy lint`.

use serde_json::Value;

use crate::support::Folder;

const LAB: &str = r#"{"eddy":1,"streams":[{"topic":"t","role":"train"}],"features":["x","y"],"lanes":[{"name":"Flink",
  "model":{"kind":"kmeans","engine":"flink","k":2,"initial":{"centroids":[[0,0],[1,1]],"weights":[1,1]}},
  "batch":{"by":"count","rows":2}}]}"#;
const EVENTS: &str = r#"{"topic":"t","partition":0,"offset":4,"timestamp_ms":5,"key":null,"value":"{\"x\":1,\"y\":2}"}
{"topic":"t","partition":0,"offset":5,"timestamp_ms":6,"key":null,"value":"{\"x\":2,\"y\":2}"}
{"topic":"t","partition":0,"offset":6,"timestamp_ms":7,"key":null,"value":"{\"x\":0,\"y\":1}"}
"#;

#[test]
fn what_was_found_in_lab_file_and_events() {
    let folder = Folder::new();
    folder.write("lab.json", LAB);
    folder.write("events.ndjson", EVENTS);
    let found = folder.good(&["lint", "lab.json"]);
    assert!(
        found.starts_with("warning  Flink: Decay 0 forgets every earlier batch. [decay-zero]\n"),
        "{found}"
    );
    assert!(found.ends_with("\n1 warning\n"), "{found}");
    let found = folder.good(&["lint", "lab.json", "events.ndjson"]);
    assert!(
        found.contains("version 2 rests on the 2 of its batch."),
        "{found}"
    );
    assert!(found.contains("The last of them is t/0/6."), "{found}");
    let found = folder.good(&["lint", "lab.json", "events.ndjson", "--json"]);
    let lines: Vec<Value> = found
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let rules: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["rule"].as_str())
        .collect();
    assert_eq!(rules, ["decay-zero", "left-over", "repeats-unknown"]);
    assert_eq!(lines[0]["fix"]["words"], "Use 0.5");
    assert_eq!(lines[0]["fix"]["change"]["decay"], 0.5);
    assert_eq!(lines[2]["stream"], "t");
}

#[test]
fn a_lab_file_that_cannot_be_used_is_an_error() {
    let folder = Folder::new();
    folder.write("lab.json", &LAB.replace("\"k\":2", "\"k\":3"));
    folder.write(
        "good.json",
        &LAB.replace("\"k\":2", "\"k\":2,\"decay_factor\":1"),
    );
    folder.write("events.ndjson", "{\n");
    let output = folder.run(&["lint", "lab.json"]);
    let found = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(found.contains("k is 3, but 2 initial centroids"), "{found}");
    assert_eq!(folder.good(&["lint", "good.json"]), "nothing to remark\n");
    let output = folder.run(&["lint", "good.json", "events.ndjson"]);
    assert_eq!(output.status.code(), Some(1));
    let refused = String::from_utf8_lossy(&output.stderr);
    assert!(refused.contains("1 line could not be read"), "{refused}");
}
