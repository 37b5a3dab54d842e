//! Debezium Server's recorded requests against a bridge that keeps them, and what others then read of it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use eddy_bridge::debezium_server::{DebeziumServer, DebeziumServerConfig};
use eddy_bridge::{Backend, Config, Ingestion, serve};
use futures_util::StreamExt;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use wire::{From, Line, LineReader, Record};

use crate::client::{Heard, PATIENCE, Page, connect, places, run};
use crate::http::{ask, get};

const JSON: (&str, &str) = ("content-type", "application/json");

/// A bridge that keeps what is posted in a file of its own, under a clock that stands still.
struct Server {
    address: SocketAddr,
    now_ms: Arc<AtomicI64>,
    folder: TempDir,
}

impl Server {
    async fn start() -> Self {
        Self::with(|config, _| config, None).await
    }

    async fn with(
        change: impl FnOnce(Config, &mut DebeziumServerConfig) -> Config,
        token: Option<&str>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now_ms = Arc::new(AtomicI64::new(1_000_000));
        let clock = {
            let now_ms = now_ms.clone();
            Arc::new(move || now_ms.load(Ordering::SeqCst))
        };
        let mut kept = DebeziumServerConfig::new(folder.path().join("received.db"));
        kept.clock = clock.clone();
        let config = Config {
            clock,
            ..Config::default()
        };
        let config = change(config, &mut kept);
        let log = Arc::new(DebeziumServer::open(kept).unwrap());
        let config = Config {
            ingest: Some(Ingestion {
                log: log.clone(),
                token: token.map(str::to_owned),
            }),
            ..config
        };
        let backend = Backend {
            source: log.clone(),
            sink: Some(log),
            insert: None,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, config, backend, std::future::pending()));
        Server {
            address,
            now_ms,
            folder,
        }
    }

    async fn post(&self, body: &str) -> (u16, Value) {
        self.send(&[JSON], body.as_bytes()).await
    }

    /// One request with these headers, and the answer's status and body.
    async fn send(&self, headers: &[(&str, &str)], body: &[u8]) -> (u16, Value) {
        send(self.address, "/debezium", headers, body).await
    }

    /// Sends a recorded request as it came, but for whom it is addressed to.
    async fn replay(&self, request: &Value) -> (u16, Value) {
        let headers: Vec<(&str, &str)> = request["headers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|header| (header[0].as_str().unwrap(), header[1].as_str().unwrap()))
            .filter(|(name, _)| *name != "Host" && *name != "Content-Length")
            .collect();
        let body = request["body"].as_str().unwrap();
        self.send(&headers, body.as_bytes()).await
    }

    /// So many records of a topic, over `eddy.json`.
    async fn records(&self, topic: &str, count: usize) -> Vec<Record> {
        let query = format!("?topic={topic}&from=earliest");
        let protocol = ("sec-websocket-protocol", "eddy.json");
        let mut socket = connect(self.address, &query, &[protocol]).await.unwrap();
        let mut reader = LineReader::new();
        let mut records = Vec::new();
        loop {
            let message = tokio::time::timeout(PATIENCE, socket.next()).await;
            let Message::Text(text) = message.expect("a line").unwrap().unwrap() else {
                panic!("the session of {topic} was closed");
            };
            match reader.read(1, &text).unwrap() {
                Some(Line::Record(record)) => records.push(record),
                // The bridge tells its clock only when it has sent what it knows of.
                Some(Line::Tick { .. }) if count == 0 => return records,
                // Errors may be of a trouble that is over a moment later.
                _ => {}
            }
            if count > 0 && records.len() == count {
                return records;
            }
        }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("received.db")
    }
}

async fn send(
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> (u16, Value) {
    let mut request = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("Content-Length: {}\r\n\r\n", body.len());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&answer).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let line = line.to_ascii_lowercase();
                line.strip_prefix("content-length: ")?.parse().ok()
            });
            if body.len() >= length.unwrap_or(0) {
                let body = serde_json::from_str(body).unwrap_or_else(|_| json!(body));
                return (head[9..12].parse().unwrap(), body);
            }
        }
        assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "{text:?}");
    }
}

fn recorded(name: &str) -> Vec<Value> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/debezium");
    let file = golden.join(format!("debezium_server_{name}.ndjson"));
    let text = std::fs::read_to_string(file).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn kept(taken: &Value) -> (u64, u64, u64) {
    let number = |name: &str| taken[name].as_u64().unwrap();
    (number("kept"), number("unreadable"), number("repeats"))
}

fn headers(record: &Record) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    for header in &record.headers {
        let value = header.value.as_deref().unwrap();
        pairs.push((header.name.as_str(), std::str::from_utf8(value).unwrap()));
    }
    pairs
}

#[tokio::test]
async fn every_recorded_request_is_kept_as_it_came() {
    for (name, topic) in [
        ("json", "dbzs_json.public.iris_train"),
        ("plain", "dbzs_plain.public.iris_train"),
        ("cloudevents", "dbzs_cloudevents.public.iris_train"),
        (
            "cloudevents_plain",
            "dbzs_cloudevents_plain.public.iris_train",
        ),
        // Unwrapped, and no field or header says of which table.
        ("headers", "dbzs_headers.rows"),
    ] {
        let server = Server::start().await;
        let requests = recorded(name);
        for request in &requests {
            assert_eq!(
                server.replay(request).await,
                (200, json!({"kept":1,"unreadable":0,"repeats":0})),
                "{name}"
            );
        }
        let records = server.records(topic, requests.len()).await;
        assert_eq!(records.len(), requests.len());
        for ((offset, record), request) in (0..).zip(&records).zip(&requests) {
            assert_eq!((record.offset, record.timestamp_ms), (offset, 1_000_000));
            assert_eq!(record.key, None);
            let body = request["body"].as_str().unwrap();
            assert_eq!(record.value.as_deref(), Some(body.as_bytes()), "{name}");
            let headers = headers(record);
            let context: Vec<&str> = headers.iter().map(|(name, _)| *name).take(4).collect();
            let expected = ["connectorLogicalName", "connectorName", "runId", "taskId"];
            assert_eq!(
                context,
                expected.map(|name| format!("__debezium.context.{name}"))
            );
            assert!(headers[1].1.contains("\"postgresql\""), "{headers:?}");
        }
        if name == "headers" {
            let ops: Vec<&str> = records
                .iter()
                .map(|record| {
                    headers(record)
                        .into_iter()
                        .find(|(name, _)| *name == "__op")
                        .unwrap()
                        .1
                })
                .collect();
            assert_eq!(ops, ["\"r\"", "\"c\"", "\"u\"", "\"d\"", "\"c\"", "\"d\""]);
        }
    }
}

#[tokio::test]
async fn repeats_are_answered_and_kept_once() {
    // What was refused, cut off or answered too late comes again; so does the last event after a restart, made anew.
    let server = Server::start().await;
    let mut sum = (0, 0);
    for request in recorded("retry") {
        let (status, taken) = server.replay(&request).await;
        assert_eq!(status, 200);
        let (kept, _, repeats) = kept(&taken);
        sum = (sum.0 + kept, sum.1 + repeats);
    }
    assert_eq!(sum, (11, 13));
    let records = server.records("dbzs_retry.public.iris_train", 11).await;
    let ids: Vec<u64> = records
        .iter()
        .map(|record| {
            let value: Value = serde_json::from_slice(record.value.as_ref().unwrap()).unwrap();
            value["after"]["id"].as_u64().unwrap()
        })
        .collect();
    assert_eq!(ids, (1..=11).collect::<Vec<_>>());
    let (status, state) = get(server.address, "/debezium").await;
    assert_eq!(
        (status, &*state),
        (200, r#"{"kept":11,"unreadable":0,"repeats":13}"#)
    );
    let (_, metrics) = get(server.address, "/metrics").await;
    for sample in ["kept_total 11", "unreadable_total 0", "repeats_total 13"] {
        let line = format!("\neddy_debezium_{sample}\n");
        assert!(metrics.contains(&line), "{sample}: {metrics}");
    }
}

#[tokio::test]
async fn a_second_later_every_form_with_a_place_in_the_log_is_known() {
    for (name, known) in [
        ("json", 6),
        ("plain", 6),
        ("cloudevents_plain", 5),
        ("headers", 5),
    ] {
        let server = Server::start().await;
        let mut repeats = 0;
        for pass in 0..2 {
            for request in recorded(name) {
                repeats += kept(&server.replay(&request).await.1).2;
            }
            server.now_ms.fetch_add(1_000, Ordering::SeqCst);
            assert_eq!(repeats, pass * known, "{name}");
        }
    }
}

#[tokio::test]
async fn equal_rows_of_one_place_are_not_repeats() {
    let server = Server::start().await;
    let event = |op: &str, made: u32| {
        format!(
            r#"{{"before":null,"after":{{"x":1}},"source":{{"name":"s","schema":"p","table":"t","lsn":7}},"op":"{op}","ts_ms":{made},"ts_ns":{made}000001}}"#
        )
    };
    // COPY into a table without a primary key, then the same after a restart of the server.
    for (made, counts) in [
        (10, (1, 0, 0)),
        (11, (1, 0, 0)),
        (5_000, (0, 0, 1)),
        (5_001, (0, 0, 1)),
    ] {
        assert_eq!(
            kept(&server.post(&event("c", made)).await.1),
            counts,
            "{made}"
        );
    }
    // A snapshot takes its time.
    for (made, counts) in [(10, (1, 0, 0)), (90_000, (1, 0, 0)), (90_000, (0, 0, 1))] {
        assert_eq!(
            kept(&server.post(&event("r", made)).await.1),
            counts,
            "{made}"
        );
    }
    // Nothing tells such rows apart.
    for _ in 0..2 {
        assert_eq!(kept(&server.post(r#"{"x":1}"#).await.1), (1, 0, 0));
    }
}

#[tokio::test]
async fn an_array_is_taken_whole() {
    let server = Server::start().await;
    let events: Vec<Value> = recorded("plain");
    let bodies: Vec<&str> = events
        .iter()
        .map(|event| event["body"].as_str().unwrap())
        .collect();
    let array = format!("[{},\n 12 ]", bodies.join(" , "));
    let context = (
        "X-DEBEZIUM-__DEBEZIUM.CONTEXT.CONNECTORLOGICALNAME",
        "ImRienNfcGxhaW4i",
    );
    let answer = server
        .send(
            &[JSON, context, ("X-DEBEZIUM-__OP", "ImMi")],
            array.as_bytes(),
        )
        .await;
    assert_eq!(answer, (200, json!({"kept":7,"unreadable":1,"repeats":0})));
    let records = server.records("dbzs_plain.public.iris_train", 6).await;
    assert_eq!(records.len(), 6);
    for (record, body) in records.iter().zip(bodies) {
        assert_eq!(record.value.as_deref(), Some(body.as_bytes()));
        // What holds for one event only is not said of all.
        assert_eq!(
            headers(record),
            [("__debezium.context.connectorLogicalName", "\"dbzs_plain\"")]
        );
    }
    assert_eq!(
        server.records("dbzs_plain.unreadable", 1).await[0]
            .value
            .as_deref(),
        Some(&b"12"[..])
    );
    assert_eq!(kept(&server.post("[]").await.1), (0, 0, 0));
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_and_listed() {
    let server = Server::start().await;
    let bodies: [&[u8]; 5] = [
        b"",
        b"{\"before\":",
        b"[{\"a\":1},",
        b"\0\0\0\0\x05avro\xff",
        b"17",
    ];
    for body in bodies {
        let answer = server
            .send(&[("content-type", "application/avro")], body)
            .await;
        assert_eq!(answer, (200, json!({"kept":1,"unreadable":1,"repeats":0})));
    }
    let records = server.records("debezium-server.unreadable", 5).await;
    for (record, body) in records.iter().zip(bodies) {
        assert_eq!(record.value.as_deref(), Some(body));
        let headers = headers(record);
        assert_eq!(headers[0].0, "eddy.unreadable");
        assert!(
            headers[0].1.contains("JSON") || headers[0].1.contains("UTF-8"),
            "{headers:?}"
        );
    }
    let (_, health) = get(server.address, "/health").await;
    assert!(
        health
            .contains(r#"{"topic":"debezium-server.unreadable","partition":0,"start":0,"end":5}"#),
        "{health}"
    );
}

#[tokio::test]
async fn a_body_without_end_is_listed_with_its_beginning() {
    let server = Server::start().await;
    let body = vec![b'x'; (64 << 20) + 1];
    assert_eq!(
        server.send(&[JSON], &body).await,
        (200, json!({"kept":1,"unreadable":1,"repeats":0}))
    );
    let records = server.records("debezium-server.unreadable", 1).await;
    assert_eq!(records[0].value.as_ref().map(Vec::len), Some(64 << 10));
    assert!(
        headers(&records[0])[0]
            .1
            .contains("the body has 67108865 bytes")
    );
}

#[tokio::test]
async fn what_cannot_be_kept_is_answered_503_and_taken_later() {
    let server = Server::start().await;
    assert_eq!(server.post(r#"{"x":1}"#).await.0, 200);
    let other = Connection::open(server.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (status, answer) = server.post(r#"{"x":2}"#).await;
    let error = answer["error"].as_str().unwrap();
    assert_eq!(status, 503);
    assert!(
        error.contains("received.db") && error.contains("another process holds"),
        "{error}"
    );
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(server.post(r#"{"x":2}"#).await.0, 200);
    // A file that is gone would take events along.
    let away = server.folder.path().join("away.db");
    std::fs::rename(server.file(), &away).unwrap();
    let (status, answer) = server.post(r#"{"x":3}"#).await;
    assert_eq!(status, 503);
    assert!(
        answer["error"].as_str().unwrap().contains("put it back"),
        "{answer}"
    );
    std::fs::rename(&away, server.file()).unwrap();
    assert_eq!(server.post(r#"{"x":3}"#).await.0, 200);
    assert_eq!(server.records("debezium-server.rows", 3).await.len(), 3);
}

#[tokio::test]
async fn nobody_else_may_post() {
    let open = Server::start().await;
    let guarded = Server::with(|config, _| config, Some("secret")).await;
    let of_the_bridge = Server::with(
        |config, _| Config {
            token: Some("secret".to_owned()),
            ..config
        },
        None,
    )
    .await;
    type Case<'a> = (&'a Server, &'a str, &'a [(&'a str, &'a str)], u16);
    let cases: [Case<'_>; 12] = [
        (&open, "", &[("origin", "http://evil.example"), JSON], 403),
        (&open, "", &[("sec-fetch-site", "cross-site"), JSON], 403),
        (&open, "", &[("content-type", "text/plain")], 415),
        (
            &open,
            "",
            &[("content-type", "application/x-www-form-urlencoded")],
            415,
        ),
        (&open, "", &[], 415),
        (
            &open,
            "",
            &[("content-type", "application/json; charset=utf-8")],
            200,
        ),
        (&guarded, "", &[JSON], 401),
        (&guarded, "?token=wrong", &[JSON], 401),
        (&guarded, "?token=secret", &[JSON], 200),
        (
            &guarded,
            "",
            &[JSON, ("authorization", "Bearer secret")],
            200,
        ),
        (&of_the_bridge, "", &[JSON], 401),
        (&of_the_bridge, "?token=secret", &[JSON], 200),
    ];
    for (server, query, headers, status) in cases {
        let path = format!("/debezium{query}");
        let answer = send(server.address, &path, headers, b"{\"x\":1}").await;
        assert_eq!(answer.0, status, "{path} {headers:?}: {}", answer.1);
    }
    let answer = ask(
        open.address,
        "POST",
        "/debezium",
        &[("host", "evil.example"), JSON],
        "{}",
    )
    .await;
    assert_eq!(answer.status, 403);
    // A page that asks first hears no yes.
    let preflight = [
        ("origin", "http://evil.example"),
        ("access-control-request-method", "POST"),
    ];
    let answer = ask(open.address, "OPTIONS", "/debezium", &preflight, "").await;
    assert_eq!(answer.status, 405);
    assert!(!answer.head.contains("access-control-allow"));
    let none = crate::server::Bridge::start(&crate::memory::MemoryLog::new(&["a"])).await;
    let (status, answer) = send(none.address, "/debezium", &[JSON], b"{}").await;
    assert_eq!(status, 404);
    assert!(
        answer["error"]
            .as_str()
            .unwrap()
            .contains("--debezium-server")
    );
}

#[tokio::test]
async fn pages_follow_what_is_posted_and_retention_leaves_gaps() {
    let server = Server::with(
        |config, kept| {
            kept.retention_rows = Some(100);
            config
        },
        None,
    )
    .await;
    server.post(r#"{"x":0}"#).await;
    let mut page = Page::open(server.address).await;
    let topic = "debezium-server.rows";
    page.subscribe(&[(topic, From::Earliest)], 1 << 20).await;
    assert_eq!(places(&page.records(1).await), [(topic, 0)]);
    server.now_ms.fetch_add(1, Ordering::SeqCst);
    while !matches!(page.hear().await, Heard::Tick(_)) {}
    server.post(r#"{"x":1}"#).await;
    assert_eq!(places(&page.records(1).await), [(topic, 1)]);
    // A topic that was not there when it began is told of, too.
    server.post(r#"{"ts_ms":1}"#).await;
    let Heard::Hello(hello) = page.hear_news().await else {
        panic!("no hello");
    };
    assert_eq!(hello.topics.len(), 2);
    let rows: Vec<&str> = vec![r#"{"x":2}"#; 700];
    server.post(&format!("[{}]", rows.join(","))).await;
    // More at once than is kept: what is gone is said.
    let Heard::Gap(gap) = page.hear_news().await else {
        panic!("no gap");
    };
    assert_eq!((gap.from, gap.to), (2, 410));
    assert_eq!(places(&page.records(291).await), run(topic, 411..702));
    let (_, health) = get(server.address, "/health").await;
    let health: Value = serde_json::from_str(&health).unwrap();
    let ends = &health["topics"][0];
    assert_eq!((&ends["start"], &ends["end"]), (&json!(411), &json!(702)));
    let heartbeat = server
        .records("__debezium-heartbeat.debezium-server", 0)
        .await;
    assert!(heartbeat.is_empty(), "removed with the oldest");
}

#[tokio::test]
async fn other_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("eddy.db");
    let embedded = eddy_bridge::embedded::EmbeddedConfig::new(&path);
    drop(eddy_bridge::embedded::Embedded::open(embedded.clone()).unwrap());
    let error = DebeziumServer::open(DebeziumServerConfig::new(&path))
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .contains("eddy.db: this file holds tables that are watched"),
        "{error}"
    );
    let path = folder.path().join("received.db");
    drop(DebeziumServer::open(DebeziumServerConfig::new(&path)).unwrap());
    let embedded = eddy_bridge::embedded::EmbeddedConfig { path, ..embedded };
    let error = eddy_bridge::embedded::Embedded::open(embedded)
        .err()
        .unwrap();
    assert!(error.to_string().contains("--debezium-server"), "{error}");
}
