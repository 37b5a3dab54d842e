//! `eddy replay --checkpoint`, `--at`, `--from`, `eddy checkpoint diff`, and a lane that starts from a checkpoint.

use serde_json::{Value, json};

use crate::support::Folder;

/// Rows of one number, and a window's end after every seventh.
fn events() -> String {
    let mut text = String::new();
    for i in 0..40 {
        let value = json!({"x": f64::from(i % 8) / 3.0}).to_string();
        let topic = if i % 5 == 4 { "b" } else { "a" };
        let record = json!({"topic": topic, "partition": i % 2, "offset": i, "timestamp_ms": 1000 + i * 10,
            "headers": [], "key": null, "value": value});
        text += &format!("{record}\n");
        if i % 7 == 6 {
            text += &format!(
                "{{\"tick_ms\":{}}}\n{{\"close\":\"Hand\"}}\n",
                1000 + i * 10 + 9
            );
        }
    }
    text
}

fn lab(initial: Value) -> String {
    let lane = |name: &str, engine: &str, batch: Value| {
        json!({"name": name, "batch": batch, "scaler": {"kind": "standard"},
               "model": {"kind": "kmeans", "engine": engine, "k": 2, "initial": initial}})
    };
    let lab = json!({"eddy": 1, "features": ["x"],
        "streams": [{"topic": "a", "role": "train"}, {"topic": "b", "role": "classify"}],
        "lanes": [lane("Flink", "flink", json!({"by": "count", "rows": 4})),
                  lane("Spark", "spark", json!({"by": "interval", "ms": 50})),
                  lane("Hand", "flink", json!({"by": "hand"}))]});
    lab.to_string()
}

#[test]
fn a_replay_stops_and_goes_on() {
    let folder = Folder::new();
    let centroids = json!({"centroids": [[0.0], [2.0]], "weights": [1.0, 1.0]});
    folder.write("lab.json", &lab(centroids));
    let events = events();
    folder.write("all.ndjson", &events);
    let whole = folder.good(&["replay", "lab.json", "all.ndjson"]);

    // The first lines, then the rest: of a recording of all, and of one of the rest alone.
    let cut = events.match_indices('\n').nth(24).expect("a line").0 + 1;
    folder.write("first.ndjson", &events[..cut]);
    folder.write("rest.ndjson", &events[cut..]);
    let first = [
        "replay",
        "lab.json",
        "first.ndjson",
        "--checkpoint",
        "kept.json",
    ];
    let first = folder.good(&first);
    for rest in ["all.ndjson", "rest.ndjson"] {
        let rest = folder.good(&["replay", "lab.json", rest, "--from", "kept.json"]);
        assert!(!rest.contains("\"version\":1,"), "{rest}");
        let before = whole.strip_suffix(&rest).expect("the same rest");
        // But for the end of the first replay: windows that it closes, and its summary.
        assert!(first.starts_with(before), "{first}");
        assert!(!before.is_empty() && !rest.is_empty());
    }
    let again = folder.run(&["replay", "lab.json", "all.ndjson", "--from", "kept.json"]);
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(said.contains("21 records are behind kept.json"), "{said}");

    // At a version, and what changed since.
    let at = [
        "replay",
        "lab.json",
        "all.ndjson",
        "--checkpoint",
        "at.json",
        "--at",
        "Flink:3",
    ];
    assert_eq!(folder.good(&at), whole);
    let rest = folder.good(&["replay", "lab.json", "all.ndjson", "--from", "at.json"]);
    assert!(whole.ends_with(&rest));
    let changed = folder.good(&["checkpoint", "diff", "at.json", "kept.json", "--json"]);
    let changed: Vec<Value> = changed
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let version = changed
        .iter()
        .find(|changed| changed["lane"] == "Flink" && changed["what"] == "version");
    assert_eq!(version.map(|version| &version["before"]), Some(&json!(3)));
    let table = folder.good(&["checkpoint", "diff", "at.json", "kept.json"]);
    assert!(
        table.contains("\nFlink\n  version") && table.contains("centroid 0 x"),
        "{table}"
    );
    assert_eq!(
        folder.good(&["checkpoint", "diff", "at.json", "at.json"]),
        "nothing changed\n"
    );

    // A lane that starts from it: a file beside the lab file.
    std::fs::create_dir(folder.path("labs")).expect("a folder");
    folder.write("labs/lab.json", &lab(json!({"checkpoint": "../at.json"})));
    let started = folder.good(&["replay", "labs/lab.json", "rest.ndjson"]);
    let version = |lines: &str, nth: usize| -> Value {
        let line = lines
            .lines()
            .filter(|line| line.contains("\"lane\":\"Flink\""));
        let line = line
            .filter(|line| line.contains("\"event\":\"version\""))
            .nth(nth);
        serde_json::from_str(line.expect("a version")).expect("JSON")
    };
    for field in ["centroids", "weights", "mean", "std"] {
        assert_eq!(version(&started, 0)[field], version(&whole, 2)[field]);
    }
}

#[test]
fn what_cannot_be_gone_on_from_is_said() {
    let folder = Folder::new();
    let centroids = |second: f64| json!({"centroids": [[0.0], [second]], "weights": [1.0, 1.0]});
    folder.write("lab.json", &lab(centroids(2.0)));
    folder.write("other.json", &lab(centroids(3.0)));
    folder.write("events.ndjson", &events());
    folder.good(&[
        "replay",
        "lab.json",
        "events.ndjson",
        "--checkpoint",
        "kept.json",
    ]);
    let from =
        |lab: &str, from: &str| folder.bad(&["replay", lab, "events.ndjson", "--from", from]);
    for (said, wanted) in [
        (
            from("other.json", "kept.json"),
            "lanes[0].model.initial.centroids[1][0] (is 3.0, was 2.0)",
        ),
        (from("lab.json", "none.json"), "cannot open none.json"),
        (
            from("lab.json", "lab.json"),
            "cannot use lab.json: checkpoint: has no field eddy_checkpoint",
        ),
        (from("lab.json", "events.ndjson"), "is no JSON, or cut off"),
        (
            folder.bad(&[
                "replay",
                "lab.json",
                "events.ndjson",
                "--checkpoint",
                "x.json",
                "--at",
                "Flank:3",
            ]),
            "no lane is called \"Flank\"; there are Flink, Spark, Hand",
        ),
    ] {
        assert!(said.contains(wanted), "{said}");
    }
    let never = [
        "replay",
        "lab.json",
        "events.ndjson",
        "--checkpoint",
        "x.json",
        "--at",
        "Flink:99",
    ];
    let never = folder.run(&never);
    assert_eq!(never.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&never.stderr).contains("x.json was not written: Flink has"));
    assert!(!folder.path("x.json").exists());
}
