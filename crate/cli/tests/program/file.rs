//! `eddy serve --file`.

use crate::support::Folder;

fn line(offset: u32, timestamp_ms: u64) -> String {
    format!(
        "{{\"topic\":\"t\",\"partition\":3,\"offset\":{offset},\"timestamp_ms\":{timestamp_ms},\"headers\":[],\"key\":null,\"value\":\"{offset}\"}}\n"
    )
}

fn records(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| line.contains("\"topic\""))
        .collect()
}

#[test]
fn a_recording_is_served_as_it_was_recorded() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    folder.good(&["dataset", "iris", "--out", "iris"]);
    for part in ["train1", "test", "train2", "test"] {
        folder.good(&["insert", "--file", &format!("iris/iris_{part}.sql")]);
    }
    let url = format!("ws://{}/ws", served.host());
    folder.good(&["record", "--url", &url, "--out", "first.ndjson.gz"]);
    folder.good(&["record", "--url", &url, "--out", "first.ndjson"]);
    drop(served);
    let mut log_ids = Vec::new();
    for file in ["first.ndjson", "first.ndjson.gz", "first.ndjson"] {
        let served = folder.serve(&["--file", file, "--speed", "max", "--scenario", "iris"]);
        let url = format!("ws://{}/ws", served.host());
        let _ = std::fs::remove_file(folder.path("again.ndjson"));
        folder.good(&["record", "--url", &url, "--out", "again.ndjson"]);
        let (first, again) = (folder.read("first.ndjson"), folder.read("again.ndjson"));
        assert_eq!(records(&first), records(&again));
        assert_eq!(records(&first).len(), 161);
        let health: serde_json::Value = serde_json::from_str(
            served
                .get("/health")
                .split("\r\n\r\n")
                .nth(1)
                .expect("a body"),
        )
        .expect("JSON");
        assert_eq!(health["source"]["kind"], "file");
        log_ids.push(health["log_id"].to_string());
        assert!(served.get("/lab.json").contains("flink.public.iris_train"));
    }
    assert_eq!(log_ids[0], log_ids[2], "a page goes on where it was");
}

#[test]
fn it_is_played_at_its_pace() {
    let folder = Folder::new();
    // Ten minutes at a time; the last record is hours away.
    folder.write(
        "r.ndjson",
        &[line(4, 0), line(5, 600_000), line(7, 90_000_000)].concat(),
    );
    let served = folder.serve(&["--file", "r.ndjson", "--speed", "2000"]);
    let url = format!("ws://{}/ws", served.host());
    let begun = std::time::Instant::now();
    loop {
        folder.good(&["record", "--url", &url, "--out", "played.ndjson"]);
        let played = folder.read("played.ndjson");
        match records(&played).len() {
            2 => {
                assert!(played.contains("\"partition\":3,\"offset\":5"), "{played}");
                break;
            }
            _ => assert!(begun.elapsed().as_secs() < 20, "{played}"),
        }
    }
    assert!(served.get("/health").contains(r#""start":4,"end":6"#));
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let folder = Folder::new();
    let serve = |file: &str| folder.bad(&["serve", "--port", "0", "--file", file]);
    assert!(serve("none.ndjson").contains("cannot read none.ndjson"));
    folder.write("twice.ndjson", &[line(1, 0), line(1, 0)].concat());
    assert!(
        serve("twice.ndjson")
            .contains("twice.ndjson, line 2: offset 1 of t, partition 3, comes after offset 1")
    );
    folder.write(
        "broken.ndjson",
        &[line(1, 0), "{\"topic\"\n{\"close\":\"Flink\"}\n".to_owned()].concat(),
    );
    let said = folder.said_while_serving(&["--file", "broken.ndjson"]);
    assert!(said.contains("broken.ndjson, line 2: not JSON"), "{said}");
    assert!(
        said.contains("1 broken lines are passed over; 1 records are played"),
        "{said}"
    );
    assert!(said.contains("1 batches were ended by hand"), "{said}");
}
