//! Publishing: each message once, and only to topics that were allowed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use eddy_bridge::{Config, Sink, SinkError};
use wire::{ClientFrame, From, Publication};

use crate::client::{Heard, Page};
use crate::memory::MemoryLog;
use crate::server::Bridge;

/// What was published, in memory.
pub(crate) struct Outbox {
    topics: Vec<String>,
    published: Mutex<Vec<Publication>>,
    away: AtomicBool,
    /// What the next call waits for.
    hold: Mutex<Option<mpsc::Receiver<()>>>,
}

impl Outbox {
    pub(crate) fn new(topics: &[&str]) -> Arc<Self> {
        Arc::new(Outbox {
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            published: Mutex::default(),
            away: AtomicBool::new(false),
            hold: Mutex::default(),
        })
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        let published = self.published.lock().unwrap();
        published
            .iter()
            .map(|publication| publication.id.clone())
            .collect()
    }
}

impl Sink for Outbox {
    fn allowed(&self, topic: &str) -> bool {
        self.topics.iter().any(|allowed| allowed == topic)
    }

    fn publish(&self, publications: &[Publication]) -> Result<Vec<String>, SinkError> {
        let hold = self.hold.lock().unwrap().take();
        if let Some(hold) = hold {
            let _ = hold.recv();
        }
        if self.away.load(Ordering::SeqCst) {
            return Err(SinkError::Unwritable {
                what: "the broker is away".to_owned(),
                remedy: "start it".to_owned(),
            });
        }
        if let Some(large) = publications.iter().find(|large| large.value.len() > 100) {
            return Err(SinkError::Refused {
                what: format!("message {} is too large", large.id),
                remedy: "let it be smaller".to_owned(),
            });
        }
        let mut published = self.published.lock().unwrap();
        for publication in publications {
            if !published.iter().any(|known| known.id == publication.id) {
                published.push(publication.clone());
            }
        }
        Ok(publications
            .iter()
            .map(|publication| publication.id.clone())
            .collect())
    }
}

pub(crate) fn publication(id: &str, topic: &str) -> Publication {
    Publication {
        id: id.to_owned(),
        topic: topic.to_owned(),
        key: Some(b"k".to_vec()),
        value: b"[5.4] is classified as 0".to_vec(),
        headers: Vec::new(),
    }
}

#[tokio::test]
async fn a_message_is_published_once_though_two_pages_ask() {
    let log = MemoryLog::new(&["a"]);
    let sink = Outbox::new(&["predictions"]);
    let bridge = Bridge::start_with(&log, Config::default(), |mut backend| {
        backend.sink = Some(sink.clone());
        backend
    })
    .await;
    for _ in 0..2 {
        let mut page = Page::open(bridge.address).await;
        let publications = vec![
            publication("1", "predictions"),
            publication("2", "predictions"),
        ];
        page.say(&ClientFrame::Publish(publications)).await;
        assert_eq!(
            page.hear_news().await,
            Heard::Published(vec!["1".to_owned(), "2".to_owned()])
        );
    }
    assert_eq!(sink.ids(), ["1", "2"]);
    assert_eq!(
        sink.published.lock().unwrap()[0],
        publication("1", "predictions")
    );
}

#[tokio::test]
async fn a_topic_that_was_not_allowed_is_refused_and_the_others_are_not() {
    let log = MemoryLog::new(&["a"]);
    let sink = Outbox::new(&["predictions"]);
    let bridge = Bridge::start_with(&log, Config::default(), |mut backend| {
        backend.sink = Some(sink.clone());
        backend
    })
    .await;
    let mut page = Page::open(bridge.address).await;
    let publications = vec![
        publication("1", "a"),
        publication("2", "predictions"),
        publication("3", "a"),
    ];
    page.say(&ClientFrame::Publish(publications)).await;
    let Heard::Refused(ids, error) = page.hear_news().await else {
        panic!("not refused")
    };
    assert_eq!(ids, ["1", "3"]);
    assert!(
        error.starts_with("topic a may not be published to"),
        "{error}"
    );
    assert_eq!(
        page.hear_news().await,
        Heard::Published(vec!["2".to_owned()])
    );
    assert_eq!(sink.ids(), ["2"]);
}

#[tokio::test]
async fn a_bridge_without_a_sink_says_so() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.say(&ClientFrame::Publish(vec![publication("1", "predictions")]))
        .await;
    let Heard::Refused(ids, error) = page.hear_news().await else {
        panic!("not refused")
    };
    assert_eq!(ids, ["1"]);
    assert!(error.contains("publishes nothing"), "{error}");
}

#[tokio::test]
async fn a_message_that_the_sink_cannot_hold_is_refused_and_the_others_are_not() {
    let log = MemoryLog::new(&["a"]);
    let sink = Outbox::new(&["predictions"]);
    let bridge = Bridge::start_with(&log, Config::default(), |mut backend| {
        backend.sink = Some(sink.clone());
        backend
    })
    .await;
    let mut page = Page::open(bridge.address).await;
    let mut publications: Vec<_> = (0..7)
        .map(|id| publication(&id.to_string(), "predictions"))
        .collect();
    publications[2].value = vec![b'x'; 101];
    page.say(&ClientFrame::Publish(publications)).await;
    let why = "message 2 is too large; let it be smaller".to_owned();
    assert_eq!(
        page.hear_news().await,
        Heard::Refused(vec!["2".to_owned()], why)
    );
    let others = ["0", "1", "3", "4", "5", "6"];
    assert_eq!(
        page.hear_news().await,
        Heard::Published(others.map(str::to_owned).into())
    );
    assert_eq!(sink.ids(), others);
}

#[tokio::test]
async fn a_sink_that_is_away_may_be_asked_again() {
    let log = MemoryLog::new(&["a"]);
    let sink = Outbox::new(&["predictions"]);
    let bridge = Bridge::start_with(&log, Config::default(), |mut backend| {
        backend.sink = Some(sink.clone());
        backend
    })
    .await;
    let mut page = Page::open(bridge.address).await;
    sink.away.store(true, Ordering::SeqCst);
    let publish = ClientFrame::Publish(vec![publication("1", "predictions")]);
    page.say(&publish).await;
    let ids = vec!["1".to_owned()];
    let why = "the broker is away; start it".to_owned();
    assert_eq!(page.hear_news().await, Heard::Unpublished(ids.clone(), why));
    sink.away.store(false, Ordering::SeqCst);
    page.say(&publish).await;
    assert_eq!(page.hear_news().await, Heard::Published(ids));
    assert_eq!(sink.ids(), ["1"]);
}

#[tokio::test]
async fn a_slow_sink_holds_up_no_record() {
    let log = MemoryLog::new(&["a"]);
    let sink = Outbox::new(&["predictions"]);
    let (release, hold) = mpsc::channel();
    *sink.hold.lock().unwrap() = Some(hold);
    let bridge = Bridge::start_with(&log, Config::default(), |mut backend| {
        backend.sink = Some(sink.clone());
        backend
    })
    .await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 1 << 30).await;
    let mut asked: Vec<String> = Vec::new();
    for id in 0..12 {
        asked.push(id.to_string());
        let publications = vec![publication(&id.to_string(), "predictions")];
        page.say(&ClientFrame::Publish(publications)).await;
    }
    // One is under way and eight wait; the others may be sent again.
    for id in 9..12 {
        let Heard::Unpublished(ids, why) = page.hear_news().await else {
            panic!("not held back")
        };
        assert_eq!(ids, [id.to_string()]);
        assert!(why.starts_with("the sink is slower"), "{why}");
    }
    log.append_many("a", 3);
    assert_eq!(page.records(3).await.len(), 3);
    release.send(()).unwrap();
    for id in &asked[..9] {
        assert_eq!(page.hear_news().await, Heard::Published(vec![id.clone()]));
    }
    assert_eq!(sink.ids(), asked[..9]);
}
