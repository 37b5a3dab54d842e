//! What is answered beside sessions, and to whom.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;

use eddy_bridge::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Page, connect};
use crate::memory::MemoryLog;
use crate::server::Bridge;

const V1: (&str, &str) = ("sec-websocket-protocol", "eddy.v1");

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let answer = ask(address, "GET", path, &[], "").await;
    (answer.status, answer.body)
}

/// One request, spoken by hand, so that every header can be a lie.
pub(crate) async fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        request += &format!("host: {address}\r\n");
    }
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head[9..12].parse().unwrap(),
        head: head.to_lowercase(),
        body: body.to_owned(),
    }
}

fn with_page(config: Config) -> Config {
    Config {
        assets: Arc::new(|path| {
            match path {
            "index.html" => Some(Cow::Borrowed(
                b"<!doctype html><meta name=\"eddy-token\" content=\"\"><meta name=\"eddy-source\" content=\"\">\
                  <meta name=\"eddy-insert\" content=\"\"><title>Eddy</title>",
            )),
            "pkg/eddy_bg.wasm" => Some(Cow::Borrowed(b"\0asm")),
            "lab.json" => Some(Cow::Borrowed(b"{\"eddy\":1}")),
            _ => None,
        }
        }),
        ..config
    }
}

pub(crate) async fn token(address: SocketAddr, path: &str) -> String {
    let (_, page) = get(address, path).await;
    let (_, rest) = page.split_once("name=\"eddy-token\" content=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn the_page_is_told_its_source_and_whether_it_takes_rows() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start_with(&log, with_page(Config::default()), |backend| backend).await;
    let (_, page) = get(bridge.address, "/").await;
    assert!(
        page.contains(r#"name="eddy-source" content="memory""#),
        "{page}"
    );
    assert!(page.contains(r#"name="eddy-insert" content="""#), "{page}");
    let config = with_page(Config::default());
    let bridge = Bridge::start_with(&log, config, |mut backend| {
        backend.insert = Some(log.clone());
        backend
    })
    .await;
    let (_, page) = get(bridge.address, "/").await;
    assert!(
        page.contains(r#"name="eddy-insert" content="yes""#),
        "{page}"
    );
}

#[tokio::test]
async fn the_page_is_served_with_types_and_tags() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start_with(&log, with_page(Config::default()), |backend| backend).await;
    let wasm = ask(bridge.address, "GET", "/pkg/eddy_bg.wasm", &[], "").await;
    assert_eq!((wasm.status, wasm.body.as_str()), (200, "\0asm"));
    assert!(
        wasm.head.contains("content-type: application/wasm"),
        "{}",
        wasm.head
    );
    assert!(
        wasm.head.contains("cache-control: no-cache"),
        "{}",
        wasm.head
    );
    let (_, tag) = wasm.head.split_once("etag: ").unwrap();
    let tag = tag.split("\r\n").next().unwrap();
    let again = ask(
        bridge.address,
        "GET",
        "/pkg/eddy_bg.wasm",
        &[("if-none-match", tag)],
        "",
    )
    .await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));

    let index = ask(bridge.address, "GET", "/", &[], "").await;
    assert!(
        index.head.contains("cache-control: no-store"),
        "{}",
        index.head
    );
    assert_eq!(token(bridge.address, "/").await.len(), 32);
    assert_eq!(
        get(bridge.address, "/lab.json").await,
        (200, "{\"eddy\":1}".to_owned())
    );
    let (status, sentence) = get(bridge.address, "/nothing").await;
    assert_eq!(status, 404);
    assert!(sentence.contains("there is no"), "{sentence}");
}

#[tokio::test]
async fn a_lab_file_that_was_given_goes_before_the_pages_own() {
    let log = MemoryLog::new(&["a"]);
    let config = Config {
        lab_json: Some(b"{\"eddy\":1,\"mine\":true}".to_vec()),
        ..with_page(Config::default())
    };
    let bridge = Bridge::start_with(&log, config, |backend| backend).await;
    let lab = ask(bridge.address, "GET", "/lab.json", &[], "").await;
    assert_eq!(lab.body, "{\"eddy\":1,\"mine\":true}");
    assert!(
        lab.head.contains("content-type: application/json"),
        "{}",
        lab.head
    );
}

#[tokio::test]
async fn sessions_need_a_subprotocol_that_is_known() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    for headers in [&[][..], &[("sec-websocket-protocol", "graphql-ws")]] {
        let (status, sentence) = connect(bridge.address, "", headers).await.err().unwrap();
        assert_eq!(status, 400);
        assert!(
            sentence.contains("ask for the subprotocol eddy.json"),
            "{sentence}"
        );
    }
    let (status, sentence) = get(bridge.address, "/ws").await;
    assert_eq!(status, 426);
    assert!(
        sentence.contains("/ws is for WebSocket clients"),
        "{sentence}"
    );
}

#[tokio::test]
async fn foreign_origins_and_names_are_refused() {
    let log = MemoryLog::new(&["a"]);
    let config = Config {
        allow_origins: vec!["https://friend.example".to_owned()],
        allow_hosts: vec!["eddy.example".to_owned()],
        ..Config::default()
    };
    let bridge = Bridge::start_with(&log, config, |backend| backend).await;
    let own = format!("http://{}", bridge.address);
    let port = bridge.address.port();
    let origins = [
        (own.as_str(), true),
        ("https://friend.example", true),
        ("https://evil.example", false),
        ("http://127.0.0.1", false),
        ("null", false),
        ("", false),
    ];
    for (origin, welcome) in origins {
        let answer = connect(bridge.address, "", &[V1, ("origin", origin)]).await;
        assert_eq!(answer.is_ok(), welcome, "{origin}");
        if let Err((status, sentence)) = answer {
            assert_eq!(status, 403);
            assert!(sentence.contains("foreign"), "{sentence}");
        }
    }
    let hosts = [
        (format!("127.0.0.1:{port}"), 200),
        (format!("LocalHost:{port}"), 200),
        (format!("[::1]:{port}"), 200),
        ("eddy.example".to_owned(), 200),
        ("localhost".to_owned(), 403),
        (format!("localhost:{}", port ^ 1), 403),
        (format!("evil.example:{port}"), 403),
        (String::new(), 403),
    ];
    for (host, status) in hosts {
        let answer = ask(bridge.address, "GET", "/health", &[("host", &host)], "").await;
        assert_eq!(answer.status, status, "{host}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_bridge_with_a_token_wants_it() {
    let log = MemoryLog::new(&["a"]);
    let config = Config {
        token: Some("s3\"cret".to_owned()),
        ..with_page(Config::default())
    };
    let bridge = Bridge::start_with(&log, config, |backend| backend).await;
    for query in ["", "?token=", "?token=s3", "?token=s3%22creT"] {
        let (status, sentence) = connect(bridge.address, query, &[V1]).await.err().unwrap();
        assert_eq!(status, 403);
        assert!(sentence.contains("wants its token"), "{sentence}");
    }
    assert!(
        connect(bridge.address, "?token=s3%22cret", &[V1])
            .await
            .is_ok()
    );
    // The page learns it only from who knows it.
    assert_eq!(token(bridge.address, "/").await, "");
    assert_eq!(
        token(bridge.address, "/?token=s3%22cret").await,
        "s3&quot;cret"
    );
}

#[tokio::test]
async fn no_more_sessions_than_allowed() {
    let log = MemoryLog::new(&["a"]);
    let config = Config {
        max_sessions: 2,
        ..Config::default()
    };
    let bridge = Bridge::start_with(&log, config, |backend| backend).await;
    let (_one, other) = (
        Page::open(bridge.address).await,
        Page::open(bridge.address).await,
    );
    let (status, sentence) = connect(bridge.address, "", &[V1]).await.err().unwrap();
    assert_eq!(status, 503);
    assert!(sentence.contains("all 2 sessions are taken"), "{sentence}");
    drop(other);
    // The seat is free as soon as the bridge has noticed.
    for _ in 0..100 {
        if connect(bridge.address, "", &[V1]).await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the seat was not given back");
}

#[tokio::test]
async fn rows_are_inserted_by_the_page_alone() {
    let log = MemoryLog::new(&["iris"]);
    let bridge = Bridge::start_with(&log, with_page(Config::default()), |mut backend| {
        backend.insert = Some(log.clone());
        backend
    })
    .await;
    let token = token(bridge.address, "/").await;
    let own = format!("http://{}", bridge.address);
    let body = r#"{"sets":[{"table":"iris","rows":[{"x":5.1},{"x":null}]}]}"#;
    let list = r#" [{"table":"iris","rows":[{"x":5.1}]}]"#;
    let large = format!("{}[]", " ".repeat(1 << 20));
    let page = [("origin", own.as_str()), ("x-eddy-token", token.as_str())];
    let evil = [
        ("origin", "https://evil.example"),
        ("x-eddy-token", token.as_str()),
    ];
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, u16, &'a str);
    let cases: [Case<'_>; 11] = [
        (&page, body, 200, r#"{"inserted":2}"#),
        (&page, list, 200, r#"{"inserted":1}"#),
        // No browser: curl, with the token.
        (&page[1..], list, 200, r#"{"inserted":1}"#),
        (&page[..1], body, 403, "x-eddy-token"),
        (
            &[page[0], ("x-eddy-token", "wrong")],
            body,
            403,
            "x-eddy-token",
        ),
        (&evil, body, 403, "foreign"),
        (
            &[page[1], ("sec-fetch-site", "cross-site")],
            body,
            403,
            "foreign",
        ),
        (
            &page,
            r#"{"sets":[{"table":"other","rows":[]}]}"#,
            400,
            "table other takes no rows",
        ),
        (
            &page,
            r#"{"sets":[{"table":"iris","row":[]}]}"#,
            400,
            "unknown field `row`",
        ),
        (&page, "x", 400, "the body is not"),
        (&page, &large, 413, ""),
    ];
    for (headers, body, status, expected) in cases {
        let answer = ask(bridge.address, "POST", "/insert", headers, body).await;
        assert_eq!(answer.status, status, "{headers:?} {}", answer.body);
        assert!(answer.body.contains(expected), "{}", answer.body);
    }
    assert_eq!(log.end("iris"), 4);

    let refused = ask(bridge.address, "POST", "/start-over", &evil, "").await;
    assert_eq!(refused.status, 403);
    let answer = ask(bridge.address, "POST", "/start-over", &page, "").await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, r#"{"log_id":"log-2"}"#)
    );
}

#[tokio::test]
async fn a_source_that_takes_no_rows_says_so() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start_with(&log, with_page(Config::default()), |backend| backend).await;
    let token = token(bridge.address, "/").await;
    for path in ["/insert", "/start-over"] {
        let answer = ask(
            bridge.address,
            "POST",
            path,
            &[("x-eddy-token", &token)],
            "[]",
        )
        .await;
        assert_eq!(answer.status, 404);
        assert!(
            answer.body.contains("the memory source takes no rows"),
            "{}",
            answer.body
        );
    }
}
