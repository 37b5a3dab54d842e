//! Shutting down: sessions are told, and nothing keeps it.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use wire::From;

use crate::client::{Heard, Page, connect};
use crate::memory::MemoryLog;
use crate::server::Bridge;

const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn sessions_are_closed_with_a_close_frame() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 10);
    let mut bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 1 << 20).await;
    page.records(10).await;
    let json = [("sec-websocket-protocol", "eddy.json")];
    let mut reader = connect(bridge.address, "?topic=a", &json).await.unwrap();

    let asked = Instant::now();
    bridge.ask_to_stop();
    let farewell = Heard::Closed(1001, "the bridge shuts down".to_owned());
    assert_eq!(page.hear_news().await, farewell);
    let close = loop {
        if let Message::Close(Some(frame)) = reader.next().await.unwrap().unwrap() {
            break frame;
        }
    };
    assert_eq!(u16::from(close.code), 1001);
    drop((page, reader));
    bridge.stopped().await;
    assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
}

#[tokio::test]
async fn nobody_keeps_it_from_shutting_down() {
    let log = MemoryLog::new(&["a"]);
    let value = "x".repeat(10_000);
    for _ in 0..2_000 {
        log.append("a", &value);
    }
    let mut bridge = Bridge::start(&log).await;
    // One that does not read and so never sees the close frame, one that never answers it, and one that never ends
    // its request.
    let json = [("sec-websocket-protocol", "eddy.json")];
    let _stuck = connect(bridge.address, "?topic=a", &json).await.unwrap();
    let _silent = Page::open(bridge.address).await;
    let mut endless = TcpStream::connect(bridge.address).await.unwrap();
    let head = format!(
        "POST /insert HTTP/1.1\r\nhost: {}\r\ncontent-length: 9\r\n\r\n",
        bridge.address
    );
    endless.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;

    let asked = Instant::now();
    bridge.ask_to_stop();
    bridge.stopped().await;
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
}
