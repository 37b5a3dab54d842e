//! What whoever runs `eddy serve` sees of it: signals, the log, the numbers.

#![cfg(unix)]

use std::net::TcpStream;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use rusqlite::Connection;
use serde_json::Value;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use wire::{ClientFrame, Publication, ServerFrame, decode_server_frame, encode_client_frame};

use crate::support::{Folder, Served};

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until it is so.
async fn until(what: &str, so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn next(socket: &mut Socket) -> Option<Message> {
    let next = tokio::time::timeout(PATIENCE, socket.next());
    next.await.expect("nothing was said").and_then(Result::ok)
}

/// A page that has asked to publish a message, while the file is locked: it is under way until the lock is gone.
async fn publishing(folder: &Folder, served: &Served) -> (Socket, Connection) {
    let address = format!("ws://{}/ws", served.host())
        .parse()
        .expect("an address");
    let request = ClientRequestBuilder::new(address).with_sub_protocol("eddy.v1");
    let (mut socket, _) = connect_async(request).await.expect("a session");
    let Some(Message::Binary(_hello)) = next(&mut socket).await else {
        panic!("no hello");
    };
    let lock = Connection::open(folder.path("eddy.db")).expect("the file");
    lock.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let frame = ClientFrame::Publish(vec![Publication {
        id: "1".to_owned(),
        topic: "iris_predictions".to_owned(),
        key: None,
        value: b"[5.4, 3.7, 1.5, 0.2] is classified as 0".to_vec(),
        headers: Vec::new(),
    }]);
    let bytes = encode_client_frame(&frame);
    socket.send(Message::binary(bytes)).await.expect("sent");
    until("the message is not being published", || {
        served.get("/metrics").contains("\neddy_publish_calls 1\n")
    })
    .await;
    (socket, lock)
}

/// The ids that are confirmed before the session is closed.
async fn confirmed(socket: &mut Socket) -> Vec<String> {
    let mut confirmed = Vec::new();
    while let Some(message) = next(socket).await {
        match message {
            Message::Binary(bytes) => {
                if let Ok(ServerFrame::Published { ids }) = decode_server_frame(&bytes) {
                    confirmed.extend(ids);
                }
            }
            Message::Close(_) => break,
            _ => {}
        }
    }
    confirmed
}

const PUBLISHED: &str = "SELECT count(*) FROM iris_predictions WHERE eddy_id = '1'";

#[tokio::test]
async fn what_is_being_published_when_it_is_stopped_is_there_and_confirmed() {
    let folder = Folder::new();
    let mut served = folder.serve(&["--log", "info"]);
    let (mut socket, lock) = publishing(&folder, &served).await;
    // Twice at once, as `timeout` does it, is one signal.
    served.send(&["-TERM", "-TERM"]);
    let host = served.host().to_owned();
    until("it still listens", || TcpStream::connect(&host).is_err()).await;
    lock.execute_batch("ROLLBACK")
        .expect("the lock is given up");
    assert_eq!(confirmed(&mut socket).await, ["1"]);
    assert_eq!(served.ended(), (Some(0), String::new()));
    assert_eq!(folder.count(PUBLISHED), 1);
    let log = folder.read("log");
    for line in [
        "signal=\"SIGTERM\"",
        "stopping sessions=1 publishing=1",
        "everything under way was finished",
    ] {
        assert!(log.contains(line), "{line}: {log}");
    }
}

#[tokio::test]
async fn what_cannot_be_published_in_time_is_neither_there_nor_confirmed() {
    let folder = Folder::new();
    let mut served = folder.serve(&[]);
    let (mut socket, lock) = publishing(&folder, &served).await;
    let told = Instant::now();
    served.send(&["-TERM"]);
    assert_eq!(confirmed(&mut socket).await, [""; 0]);
    assert_eq!(served.ended(), (Some(0), String::new()));
    let took = told.elapsed();
    assert!(took < Duration::from_millis(2500), "{took:?}");
    drop(lock);
    assert_eq!(folder.count(PUBLISHED), 0);
    let log = folder.read("log");
    assert!(
        log.contains("stopped before everything under way was finished"),
        "{log}"
    );
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let folder = Folder::new();
    let mut served = folder.serve(&[]);
    let (_socket, _lock) = publishing(&folder, &served).await;
    let told = Instant::now();
    // Again and again, as an impatient hand: one that comes too early is taken for the first.
    while !served.has_ended() {
        assert!(told.elapsed() < PATIENCE, "it does not end");
        served.send(&["-TERM"]);
    }
    assert_eq!(served.ended(), (Some(143), String::new()));
}

#[tokio::test]
async fn the_log_has_fields_and_keeps_payloads_and_tokens_to_itself() {
    let folder = Folder::new();
    folder.write("eddy.toml", "log = \"trace\"\nlog-format = \"json\"");
    let mut served = folder.serve(&["--config", "eddy.toml", "--token", "topsecret"]);
    folder.good(&["insert", "iris_train", "sepal_length=7.654321"]);
    let address = format!(
        "ws://{}/ws?topic=flink.public.iris_train&token=topsecret",
        served.host()
    );
    let request = ClientRequestBuilder::new(address.parse().expect("an address"));
    let request = request.with_sub_protocol("eddy.json");
    let (mut socket, _) = connect_async(request).await.expect("a session");
    let payload = loop {
        let line = next(&mut socket).await.expect("a line").to_string();
        if line.contains("\"offset\"") {
            break line;
        }
    };
    assert!(payload.contains("7.654321"), "{payload}");
    drop(socket);
    until("the session is not closed", || {
        folder.read("log").contains("session closed")
    })
    .await;
    assert_eq!(served.end("-INT").0, Some(0));
    let log = folder.read("log");
    assert!(
        !log.contains("topsecret") && !log.contains("7.654321"),
        "{log}"
    );
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let find = |message: &str| {
        let found = lines.iter().find(|line| line["message"] == message);
        found.unwrap_or_else(|| panic!("no {message:?} in {log}"))
    };
    assert_eq!(find("serving")["address"], served.host());
    let subscribed = find("subscribed");
    assert_eq!(subscribed["topics"], "flink.public.iris_train");
    assert_eq!(subscribed["span"]["protocol"], "eddy.json");
    assert!(subscribed["span"]["session"].is_u64() && subscribed["span"]["peer"].is_string());
    assert_eq!(find("session closed")["records"], 1);
    assert_eq!(
        find("told to stop; a second signal ends it at once")["signal"],
        "SIGINT"
    );
}

#[test]
fn it_says_nothing_where_all_is_well() {
    let folder = Folder::new();
    let mut served = folder.serve(&[]);
    assert!(served.get("/metrics").contains("\neddy_source_up 1\n"));
    assert!(served.get("/health/live").starts_with("HTTP/1.1 200"));
    served.end("-TERM");
    assert_eq!(folder.read("log"), "");
}
