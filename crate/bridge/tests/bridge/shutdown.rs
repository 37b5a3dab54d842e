//! Shutting down: sessions are told, and nothing keeps it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use eddy_bridge::{Config, Sink, SinkError};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use wire::{ClientFrame, From, Publication};

use crate::client::{Heard, PATIENCE, Page, connect};
use crate::http::get;
use crate::memory::MemoryLog;
use crate::publish::publication;
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

/// A sink whose calls come back when they are let go.
struct Slow {
    begun: watch::Sender<bool>,
    go: Mutex<mpsc::Receiver<()>>,
    published: AtomicUsize,
}

impl Sink for Slow {
    fn allowed(&self, _: &str) -> bool {
        true
    }

    fn publish(&self, publications: &[Publication]) -> Result<Vec<String>, SinkError> {
        self.begun.send_replace(true);
        // A sender that is gone lets it go, too.
        let _ = self.go.lock().unwrap().recv();
        self.published
            .fetch_add(publications.len(), Ordering::Relaxed);
        let ids = publications
            .iter()
            .map(|publication| publication.id.clone());
        Ok(ids.collect())
    }
}

/// A bridge that has begun to publish a message of this page; it is let go by the sender.
async fn publishing() -> (Arc<Slow>, mpsc::Sender<()>, Bridge, Page) {
    let log = MemoryLog::new(&["a"]);
    let (go, wait) = mpsc::channel();
    let sink = Arc::new(Slow {
        begun: watch::Sender::new(false),
        go: Mutex::new(wait),
        published: AtomicUsize::new(0),
    });
    let bridge = Bridge::start_with(&log, Config::default(), |mut backend| {
        backend.sink = Some(sink.clone());
        backend
    })
    .await;
    let mut page = Page::open(bridge.address).await;
    page.say(&ClientFrame::Publish(vec![publication("1", "p")]))
        .await;
    sink.begun
        .subscribe()
        .wait_for(|begun| *begun)
        .await
        .unwrap();
    (sink, go, bridge, page)
}

#[tokio::test]
async fn what_is_being_published_is_published_and_confirmed() {
    let (sink, go, mut bridge, mut page) = publishing().await;
    bridge.ask_to_stop();
    // It has stopped to listen before it waits for the message.
    let until = Instant::now() + AT_ONCE;
    while TcpStream::connect(bridge.address).await.is_ok() {
        assert!(Instant::now() < until, "it still listens");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    go.send(()).unwrap();
    assert_eq!(
        page.hear_news().await,
        Heard::Published(vec!["1".to_owned()])
    );
    assert!(matches!(page.hear_news().await, Heard::Closed(1001, _)));
    bridge.stopped().await;
    assert_eq!(sink.published.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn what_a_page_left_behind_is_published_too() {
    let (sink, go, mut bridge, page) = publishing().await;
    let address = bridge.address;
    drop(page);
    let until = Instant::now() + PATIENCE;
    while !get(address, "/health").await.1.contains("\"sessions\":0") {
        assert!(Instant::now() < until, "the session has not ended");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bridge.ask_to_stop();
    while TcpStream::connect(address).await.is_ok() {
        assert!(Instant::now() < until, "it still listens");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    go.send(()).unwrap();
    bridge.stopped().await;
    assert_eq!(sink.published.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_sink_that_hangs_does_not_keep_it() {
    let (sink, _go, mut bridge, mut page) = publishing().await;
    let asked = Instant::now();
    bridge.ask_to_stop();
    assert!(matches!(page.hear_news().await, Heard::Closed(1001, _)));
    bridge.stopped().await;
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(
        sink.published.load(Ordering::Relaxed),
        0,
        "neither there nor confirmed"
    );
}
