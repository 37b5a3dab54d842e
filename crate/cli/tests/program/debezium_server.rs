//! `eddy serve --debezium-server`.

use std::io::{Read, Write};

use crate::support::{Folder, Served};

/// The status of the answer to an event.
fn post(served: &Served, path: &str, body: &str) -> u16 {
    let mut stream = std::net::TcpStream::connect(served.host()).expect("connected");
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        served.host(),
        body.len()
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer[9..12].parse().expect("a status")
}

fn event(id: u32) -> String {
    format!(
        r#"{{"before":null,"after":{{"id":{id}}},"source":{{"name":"shop","schema":"public","table":"orders","lsn":{id}}},"op":"c","ts_ms":{id},"ts_ns":{id}000001}}"#
    )
}

#[test]
fn what_was_answered_outlives_a_kill() {
    let folder = Folder::new();
    let serve = ["--debezium-server", "--db", "received.db"];
    for id in 1..21 {
        let served = folder.serve(&serve);
        assert_eq!(post(&served, "/debezium", &event(id)), 200);
        // As `kill -9` would; and the event that was answered last comes again.
        drop(served);
        let served = folder.serve(&serve);
        assert_eq!(post(&served, "/debezium", &event(id)), 200);
    }
    folder.good(&["record", "--db", "received.db", "--out", "r.ndjson"]);
    let text = folder.read("r.ndjson");
    let ids: Vec<u32> = text
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            assert_eq!(line["topic"], "shop.public.orders");
            let value = line["value"].as_str().expect("a value");
            let value: serde_json::Value = serde_json::from_str(value).expect("JSON");
            value["after"]["id"].as_u64().expect("an id") as u32
        })
        .collect();
    assert_eq!(ids, (1..21).collect::<Vec<_>>());
    let served = folder.serve(&serve);
    let url = format!("ws://{}/ws", served.host());
    folder.good(&["record", "--url", &url, "--out", "wire.ndjson"]);
    let records = |text: String| -> Vec<String> {
        let lines = text.lines().filter(|line| line.contains("\"topic\""));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(records(folder.read("wire.ndjson")), records(text));
}

#[test]
fn tokens_and_files_are_checked() {
    let folder = Folder::new();
    let served = folder.serve(&[
        "--debezium-server",
        "--db",
        "received.db",
        "--debezium-token",
        "a b",
    ]);
    assert_eq!(post(&served, "/debezium", &event(1)), 401);
    assert_eq!(post(&served, "/debezium?token=a%20b", &event(1)), 200);
    assert!(
        served
            .get("/debezium?token=a%20b")
            .ends_with(r#"{"kept":1,"unreadable":0,"repeats":0}"#)
    );
    // The scenario's lab and its predictions do not depend on the source.
    drop(served);
    let served = folder.serve(&[
        "--debezium-server",
        "--db",
        "received.db",
        "--scenario",
        "iris",
    ]);
    assert!(served.get("/lab.json").contains("flink.public.iris_train"));
    drop(served);
    let error = folder.bad(&["serve", "--port", "0", "--db", "received.db"]);
    assert!(error.contains("serve it with --debezium-server"), "{error}");
    drop(folder.serve(&[]));
    let error = folder.bad(&["serve", "--port", "0", "--debezium-server"]);
    assert!(
        error.contains("eddy.db") && error.contains("name another file"),
        "{error}"
    );
}
