//! The whole way with the real source: a row is committed to a SQLite file, and a page has it.

use std::borrow::Cow;
use std::sync::Arc;

use eddy_bridge::embedded::{Embedded, EmbeddedConfig};
use eddy_bridge::{Backend, Config, serve};
use rusqlite::Connection;
use tokio::net::TcpListener;
use wire::From;

use crate::client::{Heard, Page, places};
use crate::http::{ask, token};

const TOPIC: &str = "flink.public.iris";

#[tokio::test]
async fn rows_of_any_process_reach_the_page_and_starting_over_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("eddy.db");
    let outside = Connection::open(&path).unwrap();
    let create = "PRAGMA journal_mode = WAL; CREATE TABLE iris (id INTEGER PRIMARY KEY, x REAL);";
    outside.execute_batch(create).unwrap();
    let source = Arc::new(
        Embedded::open(EmbeddedConfig {
            tables: vec!["iris".to_owned()],
            insert_tables: vec!["iris".to_owned()],
            ..EmbeddedConfig::new(&path)
        })
        .unwrap(),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let backend = Backend {
        source: source.clone(),
        sink: Some(source.clone()),
        insert: Some(source),
    };
    let config = Config {
        assets: Arc::new(|path| {
            let page = br#"<meta name="eddy-token" content="">"#;
            (path == "index.html").then_some(Cow::Borrowed(&page[..]))
        }),
        ..Config::default()
    };
    let serving = tokio::spawn(serve(listener, config, backend, std::future::pending()));

    outside
        .execute("INSERT INTO iris (x) VALUES (0.1 + 0.2)", [])
        .unwrap();
    let mut page = Page::open(address).await;
    page.subscribe(&[(TOPIC, From::Earliest)], 1 << 20).await;
    let records = page.records(1).await;
    assert_eq!(places(&records), [(TOPIC, 0)]);
    let value = String::from_utf8(records[0].value.clone().unwrap()).unwrap();
    assert!(value.contains("0.30000000000000004"), "{value}");
    // It has caught up: from now on it is served from the ring.
    while !matches!(page.hear().await, Heard::Tick(_)) {}
    outside
        .execute("INSERT INTO iris (x) VALUES (2)", [])
        .unwrap();
    assert_eq!(places(&page.records(1).await), [(TOPIC, 1)]);

    let token = token(address, "/").await;
    let headers = [("x-eddy-token", token.as_str())];
    let body = r#"{"sets":[{"table":"iris","rows":[{"x":3},{"x":4}]}]}"#;
    let inserted = ask(address, "POST", "/insert", &headers, body).await;
    assert_eq!(inserted.body, r#"{"inserted":2}"#);
    assert_eq!(places(&page.records(2).await), [(TOPIC, 2), (TOPIC, 3)]);

    let started_over = ask(address, "POST", "/start-over", &headers, "").await;
    let Heard::Hello(hello) = page.hear_news().await else {
        panic!("no hello")
    };
    assert_eq!(
        started_over.body,
        format!(r#"{{"log_id":"{}"}}"#, hello.log_id)
    );
    assert_ne!(hello.log_id, page.log_id);
    assert_eq!((hello.topics[0].start, hello.topics[0].end), (0, 0));
    serving.abort();
}
