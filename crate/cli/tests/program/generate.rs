//! `eddy generate`, and its rows in a database.

use crate::support::Folder;

#[test]
fn a_made_up_stream_replays_and_is_always_the_same() {
    let folder = Folder::new();
    for (kind, lane) in [
        ("blobs", "Flink"),
        ("growing", "Spark"),
        ("plane", "Forgets"),
    ] {
        for out in ["a", "b"] {
            let args = [
                "generate",
                kind,
                "--out",
                out,
                "--rows",
                "500",
                "--updates",
                "0.1",
            ];
            folder.good(&args);
        }
        let events = folder.read("a/events.ndjson");
        assert_eq!(events, folder.read("b/events.ndjson"));
        assert_eq!(events.lines().count(), 501);
        let lines = folder.good(&["replay", "a/lab.json", "a/events.ndjson"]);
        let summary = lines.lines().find(|line| {
            line.contains("\"summary\"") && line.contains(&format!("\"lane\":\"{lane}\""))
        });
        let summary = summary.expect("a summary");
        assert!(summary.contains("\"rows\":400"), "{summary}");
        assert!(!summary.contains("\"versions\":0"), "{summary}");
    }
    folder.good(&[
        "generate", "blobs", "--out", "b", "--rows", "500", "--seed", "8",
    ]);
    assert_ne!(
        folder.read("a/events.ndjson"),
        folder.read("b/events.ndjson")
    );
}

#[test]
fn its_rows_go_into_a_database() {
    let folder = Folder::new();
    let _served = folder.serve(&["--table", "*"]);
    let insert = |more: &[&str]| folder.good(&[&["insert", "--generate", "blobs"], more].concat());
    insert(&["--rows", "200", "--updates", "0.2", "--deletes", "0.1"]);
    let count = |sql: &str| folder.count(sql);
    let ops = |op: &str| {
        count(&format!(
            "SELECT count(*) FROM _eddy_change WHERE op = '{op}'"
        ))
    };
    // All come as they were made, although the tables were new.
    let events = ops("c") + ops("u") + ops("d");
    assert_eq!((ops("r"), events), (0, 200));
    let there =
        count("SELECT count(*) FROM blobs_train") + count("SELECT count(*) FROM blobs_test");
    assert!((100..180).contains(&there), "{there}");
    // A second one is added to the first, whose ids go on.
    insert(&["--rows", "100", "--rate", "1000"]);
    assert_eq!(
        count("SELECT count(*) FROM blobs_train") + count("SELECT count(*) FROM blobs_test"),
        there + 100
    );
    assert_eq!(count("SELECT count(DISTINCT cluster) FROM blobs_train"), 3);
}

#[test]
fn what_makes_no_sense_is_said() {
    let folder = Folder::new();
    let bad = |args: &[&str]| folder.bad(args);
    let error = bad(&["generate", "blobs", "--out", "x", "--label-noise", "2"]);
    assert_eq!(error, "eddy: --label-noise is 2; give 0 to 1\n");
    let _served = folder.serve(&[]);
    let error = bad(&["insert", "iris_train", "sepal_length=1", "--seed", "3"]);
    assert!(error.contains("name its kind with --generate"), "{error}");
    folder.good(&[
        "insert",
        "--generate",
        "plane",
        "--rows",
        "10",
        "--name",
        "p",
    ]);
    let error = bad(&[
        "insert",
        "--generate",
        "blobs",
        "--name",
        "p",
        "--rows",
        "10",
    ]);
    assert!(
        error.contains("table p_train does not take the rows"),
        "{error}"
    );
    assert_eq!(folder.count("SELECT count(*) FROM p_train"), 10);
}
