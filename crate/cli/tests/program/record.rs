//! `eddy record`, `eddy replay`, `eddy schema`.

use crate::support::Folder;

#[test]
fn a_recording_replays_to_the_published_tables() {
    let folder = Folder::new();
    let served = folder.serve(&["--window", "1h"]);
    folder.good(&["dataset", "iris", "--out", "iris"]);
    for part in ["train1", "test", "train2", "test", "train2", "test"] {
        folder.good(&["insert", "--file", &format!("iris/iris_{part}.sql")]);
    }
    let url = format!("ws://{}/ws", served.host());
    folder.good(&["record", "--url", &url, "--out", "wire.ndjson"]);
    folder.good(&["record", "--db", "eddy.db", "--out", "file.ndjson"]);
    let records = |name: &str| {
        let text = folder.read(name);
        let lines: Vec<String> = text
            .lines()
            .filter(|line| line.contains("\"topic\""))
            .map(str::to_owned)
            .collect();
        lines
    };
    assert_eq!(records("wire.ndjson").len(), 310);
    assert_eq!(records("wire.ndjson"), records("file.ndjson"));
    folder.write("lab.json", include_str!("../../../../www/lab.json"));
    let lines = folder.good(&["replay", "lab.json", "file.ndjson"]);
    let predicted: String = lines
        .lines()
        .filter(|line| line.contains(r#""event":"prediction","lane":"Flink""#))
        .filter_map(|line| line.split_once(r#""prediction":"#)?.1.chars().next())
        .collect();
    // The article's three tables of Flink.
    assert_eq!(
        predicted,
        ["00222222202", "00222221201", "00222121101"].concat()
    );
    assert!(
        lines
            .contains(r#"{"event":"summary","lane":"Flink","versions":9,"rows":277,"waiting":21}"#)
    );
}

#[test]
fn a_recording_is_gone_on_with() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let url = format!("http://{}", served.host());
    let both: [&[&str]; 2] = [&["record", "--url", &url], &["record", "--db", "eddy.db"]];
    for (i, record) in both.into_iter().enumerate() {
        let record = [record, &["--out", "r.ndjson"]].concat();
        for rows in 1..=3 {
            folder.good(&["insert", "iris_train", "iris_class=1"]);
            folder.good(&["insert", "iris_test", "iris_class=1"]);
            folder.good(&record);
            let text = folder.read("r.ndjson");
            let records = text
                .lines()
                .filter(|line| line.contains("\"topic\""))
                .count();
            assert_eq!(records, 2 * (rows + 3 * i), "{text}");
        }
    }
    let one = [
        "record",
        "--db",
        "eddy.db",
        "--topic",
        "flink.public.iris_test",
        "--out",
        "test.ndjson",
    ];
    folder.good(&one);
    assert_eq!(folder.read("test.ndjson").lines().count(), 6);
    // Made anew: the same offsets, other rows.
    drop(served);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.path(&format!("eddy.db{suffix}")));
    }
    let served = folder.serve(&[]);
    folder.good(&["insert", "iris_test", "iris_class=0"]);
    assert!(
        folder
            .bad(&one)
            .contains("was made anew; record it to another file")
    );
    let url = format!("ws://{}", served.host());
    let wire = [
        "record",
        "--url",
        &url,
        "--topic",
        "flink.public.iris_test",
        "--out",
    ];
    folder.good(&[&wire[..], &["anew.ndjson"]].concat());
    assert_eq!(folder.read("anew.ndjson").lines().count(), 1);
}

#[test]
fn what_cannot_be_recorded_says_why() {
    let folder = Folder::new();
    let served = folder.serve(&["--token", "secret"]);
    let url = format!("ws://{}/ws", served.host());
    for (arguments, complaint) in [
        (
            &["--url", "ws://127.0.0.1:1/ws"][..],
            "cannot connect to ws://127.0.0.1:1/ws; is `eddy serve` running there?",
        ),
        (&["--url", "127.0.0.1:8080"], "write ws://HOST:PORT/ws"),
        (&["--url", &url], "the bridge refuses: 403"),
        (
            &["--url", &url, "--token", "secret", "--topic", "nope"],
            "there is no topic nope; there are flink.public.iris_test",
        ),
        (
            &["--db", "none.db"],
            "none.db has no change log; watch its tables first",
        ),
        (
            &["--db", "eddy.db", "--topic", "nope"],
            "there is no topic nope; there are flink.public.iris_test",
        ),
    ] {
        let error = folder.bad(&[&["record", "--out", "r.ndjson"], arguments].concat());
        assert!(error.contains(complaint), "{arguments:?}: {error}");
        assert!(!folder.path("r.ndjson").exists());
    }
}

#[test]
fn replay_reads_on_behind_a_broken_line() {
    let folder = Folder::new();
    folder.write("lab.json", include_str!("../../../../www/lab.json"));
    let line = |offset: u32| {
        format!(
            r#"{{"topic":"flink.public.iris_train","partition":0,"offset":{offset},"timestamp_ms":1,"headers":[],"key":null,"value":"{{\"sepal_length\":1,\"sepal_width\":1,\"petal_length\":1,\"petal_width\":1}}"}}"#
        )
    };
    folder.write(
        "events.ndjson",
        &format!("{}\n{{\"topic\":\n{}\n", line(0), line(1)),
    );
    let output = folder.run(&["replay", "lab.json", "events.ndjson"]);
    let (out, error) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(
        error.contains("events.ndjson, line 2: ") && error.contains("1 of 3 lines"),
        "{error}"
    );
    assert!(
        out.contains(r#""lane":"Flink","versions":1,"rows":2,"waiting":2"#),
        "{out}"
    );
    assert!(
        folder
            .bad(&["replay", "none.json", "events.ndjson"])
            .contains("cannot open none.json; check the name")
    );
    assert!(
        folder
            .bad(&["replay", "lab.json", "none"])
            .contains("cannot open none; check the name")
    );
    folder.write("lab.json", "{}");
    assert!(
        folder
            .bad(&["replay", "lab.json", "events.ndjson"])
            .contains("cannot use lab.json")
    );
}

#[test]
fn the_schema_is_of_lab_files() {
    let schema = Folder::new().good(&["schema"]);
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    assert_eq!(schema["title"], "LabFile");
    assert!(schema["properties"]["lanes"].is_object());
}
