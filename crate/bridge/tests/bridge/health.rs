//! What `/health` says: whose trouble it is.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eddy_bridge::{Backend, Chunk, Config, News, Position, Sink, SinkError, Source, SourceError};
use serde_json::{Value, json};
use wire::{ClientFrame, Hello, Publication};

use crate::client::{Heard, PATIENCE, Page};
use crate::http::get;
use crate::memory::MemoryLog;
use crate::publish::publication;
use crate::server::Bridge;

async fn health(bridge: &Bridge) -> (u16, Value) {
    let (status, body) = get(bridge.address, "/health").await;
    (status, serde_json::from_str(&body).unwrap())
}

/// Asks until it is so.
async fn health_when(bridge: &Bridge, so: impl Fn(&Value) -> bool) -> (u16, Value) {
    // A silence is no trouble before 10 s.
    let until = Instant::now() + 2 * PATIENCE;
    loop {
        let (status, health) = health(bridge).await;
        if so(&health) {
            return (status, health);
        }
        assert!(Instant::now() < until, "{health}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn it_says_how_everything_is() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 3);
    let config = Config {
        clock: Arc::new(|| 5_000),
        ..Config::default()
    };
    let bridge = Bridge::start_with(&log, config, |backend| backend).await;
    let _page = Page::open(bridge.address).await;
    let (status, mut health) = health(&bridge).await;
    assert_eq!(status, 200);
    assert!(health["bridge"]["uptime_ms"].take().is_u64());
    let expected = json!({
        "status": "ok",
        "log_id": "log-1",
        "bridge": {"ok": true, "version": env!("CARGO_PKG_VERSION"), "uptime_ms": null},
        "source": {"kind": "memory", "ok": true, "since_ms": 5_000},
        "topics": [{"topic": "a", "partition": 0, "start": 0, "end": 3}],
        "sessions": 1,
        "ring_bytes": 0,
    });
    assert_eq!(health, expected);
}

#[tokio::test]
async fn a_source_in_trouble_fails_it_but_not_the_bridge() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    log.fail(Some("the broker is gone"));
    let (status, health) = health_when(&bridge, |health| {
        health["source"]["since_ms"].is_i64() && health["status"] == "failed"
    })
    .await;
    assert_eq!(status, 503);
    assert_eq!(health["source"]["error"], "the broker is gone; mend it");
    assert_eq!(health["bridge"]["ok"], true);
    let (status, live) = get(bridge.address, "/health/live").await;
    assert_eq!(status, 200, "{live}");
    assert!(live.starts_with(r#"{"ok":true,"#), "{live}");
    log.fail(None);
    let (status, _) = health_when(&bridge, |health| health["status"] == "ok").await;
    assert_eq!(status, 200);
}

/// A log that fails in ways that are no error, and that has something to note.
struct Brittle {
    log: Arc<MemoryLog>,
    tail_panics: AtomicBool,
    tail_is_silent: AtomicBool,
    hello_hangs: AtomicBool,
}

impl Brittle {
    async fn start() -> (Arc<Brittle>, Bridge) {
        let source = Arc::new(Brittle {
            log: MemoryLog::new(&["a"]),
            tail_panics: AtomicBool::new(false),
            tail_is_silent: AtomicBool::new(false),
            hello_hangs: AtomicBool::new(false),
        });
        let bridge = Bridge::start_with(&source.log, Config::default(), |backend| Backend {
            source: source.clone(),
            ..backend
        })
        .await;
        (source, bridge)
    }
}

/// Waits while this is set, but not for good: a test that fails must end.
fn wait_while(set: &AtomicBool) {
    let until = Instant::now() + 2 * PATIENCE;
    while set.load(Ordering::Relaxed) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Source for Brittle {
    fn kind(&self) -> &'static str {
        "brittle"
    }

    fn hello(&self) -> Result<Hello, SourceError> {
        wait_while(&self.hello_hangs);
        self.log.hello()
    }

    fn read(&self, log: &str, from: &[Position], max: usize) -> Result<Chunk, SourceError> {
        self.log.read(log, from, max)
    }

    fn note(&self) -> Option<String> {
        Some("an open transaction holds back topic a".to_owned())
    }

    fn offset_at(&self, log: &str, topic: &str, ms: i64) -> Result<Vec<(i32, i64)>, SourceError> {
        self.log.offset_at(log, topic, ms)
    }

    fn tail(
        &self,
        now_ms: &dyn Fn() -> i64,
        deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        self.log.tail(now_ms, &mut |news| {
            assert!(!self.tail_panics.load(Ordering::Relaxed), "a bug");
            wait_while(&self.tail_is_silent);
            deliver(news)
        })
    }
}

#[tokio::test]
async fn a_source_that_panics_is_in_trouble_and_is_followed_again() {
    let (source, bridge) = Brittle::start().await;
    let (_, well) = health(&bridge).await;
    assert_eq!(
        well["source"]["note"],
        "an open transaction holds back topic a"
    );
    source.tail_panics.store(true, Ordering::Relaxed);
    let (status, health) = health_when(&bridge, |health| health["status"] == "failed").await;
    assert_eq!(status, 503);
    let error = health["source"]["error"].as_str().unwrap();
    assert!(error.starts_with("the source panicked: a bug;"), "{error}");
    source.tail_panics.store(false, Ordering::Relaxed);
    health_when(&bridge, |health| health["status"] == "ok").await;
    // It relays again, too.
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", wire::From::Latest)], 1 << 20).await;
    page.listen(Duration::from_millis(50)).await;
    source.log.append("a", "after");
    assert_eq!(page.records(1).await.len(), 1);
}

#[tokio::test]
async fn a_source_that_hangs_holds_up_neither_answer_nor_bridge() {
    let (source, bridge) = Brittle::start().await;
    source.hello_hangs.store(true, Ordering::Relaxed);
    // Many at once: they share the one call that hangs.
    let many = (0..8).map(|_| get(bridge.address, "/health"));
    for (status, body) in futures_util::future::join_all(many).await {
        assert_eq!(status, 503, "{body}");
        assert!(body.contains("has not answered for 2 s"), "{body}");
    }
    assert_eq!(get(bridge.address, "/health/live").await.0, 200);
    source.hello_hangs.store(false, Ordering::Relaxed);
    health_when(&bridge, |health| health["status"] == "ok").await;
}

#[tokio::test]
async fn a_source_that_says_nothing_for_long_is_in_trouble() {
    let (source, bridge) = Brittle::start().await;
    source.tail_is_silent.store(true, Ordering::Relaxed);
    let (status, health) = health_when(&bridge, |health| health["status"] == "failed").await;
    assert_eq!(status, 503);
    let error = health["source"]["error"].as_str().unwrap();
    assert!(
        error.starts_with("the source has told nothing for 10 s"),
        "{error}"
    );
    source.tail_is_silent.store(false, Ordering::Relaxed);
    health_when(&bridge, |health| health["status"] == "ok").await;
}

/// A sink that is in trouble while this is set; it knows by itself only if it is told to.
struct Broken {
    broken: AtomicBool,
    knows: bool,
}

impl Sink for Broken {
    fn allowed(&self, _: &str) -> bool {
        true
    }

    fn trouble(&self) -> Option<String> {
        (self.knows && self.broken.load(Ordering::Relaxed))
            .then(|| "the sink's broker is gone".to_owned())
    }

    fn publish(&self, publications: &[Publication]) -> Result<Vec<String>, SinkError> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(SinkError::Unwritable {
                what: "topic p cannot be written".to_owned(),
                remedy: "start its broker".to_owned(),
            });
        }
        Ok(publications
            .iter()
            .map(|publication| publication.id.clone())
            .collect())
    }
}

async fn with_sink(log: &Arc<MemoryLog>, knows: bool) -> (Arc<Broken>, Bridge) {
    let sink = Arc::new(Broken {
        broken: AtomicBool::new(true),
        knows,
    });
    let bridge = Bridge::start_with(log, Config::default(), |backend| Backend {
        sink: Some(sink.clone()),
        ..backend
    })
    .await;
    (sink, bridge)
}

#[tokio::test]
async fn a_sink_in_trouble_degrades_it() {
    let log = MemoryLog::new(&["a"]);
    let (sink, bridge) = with_sink(&log, false).await;
    assert_eq!(health(&bridge).await.1["sink"]["ok"], true);
    let mut page = Page::open(bridge.address).await;
    page.say(&ClientFrame::Publish(vec![publication("1", "p")]))
        .await;
    assert!(matches!(page.hear_news().await, Heard::Unpublished(..)));
    let (status, degraded) = health(&bridge).await;
    assert_eq!((status, &degraded["status"]), (200, &json!("degraded")));
    assert_eq!(
        degraded["sink"]["error"],
        "topic p cannot be written; start its broker"
    );
    assert!(degraded["sink"]["since_ms"].is_i64());
    assert_eq!(degraded["source"]["ok"], true);

    sink.broken.store(false, Ordering::Relaxed);
    page.say(&ClientFrame::Publish(vec![publication("1", "p")]))
        .await;
    assert_eq!(
        page.hear_news().await,
        Heard::Published(vec!["1".to_owned()])
    );
    assert_eq!(health(&bridge).await.1["status"], "ok");
}

#[tokio::test]
async fn a_sink_may_know_its_trouble_before_anything_is_published() {
    let log = MemoryLog::new(&["a"]);
    let (sink, bridge) = with_sink(&log, true).await;
    let (_, degraded) = health(&bridge).await;
    assert_eq!(degraded["sink"]["error"], "the sink's broker is gone");
    sink.broken.store(false, Ordering::Relaxed);
    assert_eq!(health(&bridge).await.1["sink"], json!({"ok": true}));
}

#[tokio::test]
async fn a_bridge_without_a_free_seat_is_degraded() {
    let log = MemoryLog::new(&["a"]);
    let config = Config {
        max_sessions: 1,
        ..Config::default()
    };
    let bridge = Bridge::start_with(&log, config, |backend| backend).await;
    let _page = Page::open(bridge.address).await;
    let (status, health) = health(&bridge).await;
    assert_eq!((status, &health["status"]), (200, &json!("degraded")));
    let error = health["bridge"]["error"].as_str().unwrap();
    assert!(error.starts_with("all 1 sessions are taken"), "{error}");
}
