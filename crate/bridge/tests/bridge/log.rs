//! A log that is made anew, or that cannot be read, is noticed and said.

use std::time::Duration;

use wire::{ClientFrame, From, Publication};

use crate::client::{Heard, Page, places, run};
use crate::memory::MemoryLog;
use crate::server::Bridge;

const MUCH: u64 = 1 << 30;

#[tokio::test]
async fn a_log_made_anew_is_said_and_nothing_more_comes_until_a_new_subscription() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 5);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], MUCH).await;
    assert_eq!(page.records(5).await.len(), 5);

    log.make_anew("log-2");
    log.append_many("a", 9);
    let Heard::Hello(hello) = page.hear_news().await else {
        panic!("no hello")
    };
    assert_eq!(hello.log_id, "log-2");
    assert_eq!(page.listen(Duration::from_millis(500)).await, []);

    // A subscription that was on its way when the log was made anew: its offsets are of the old one.
    page.subscribe_to("log-1", &[("a", From::Offsets(vec![(0, 5)]))], MUCH)
        .await;
    assert!(matches!(page.hear_news().await, Heard::Hello(hello) if hello.log_id == "log-2"));
    assert_eq!(page.listen(Duration::from_millis(300)).await, []);

    page.subscribe_to("log-2", &[("a", From::Earliest)], MUCH)
        .await;
    assert_eq!(places(&page.records(9).await), run("a", 0..9));
    log.append("a", "z");
    assert_eq!(places(&page.records(1).await), [("a", 9)]);
}

#[tokio::test]
async fn a_page_without_credit_hears_of_it_too() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 5);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 0).await;
    page.listen(Duration::from_millis(300)).await;
    log.make_anew("log-2");
    assert!(matches!(page.hear_news().await, Heard::Hello(hello) if hello.log_id == "log-2"));
}

#[tokio::test]
async fn what_was_learned_from_the_old_log_is_not_published() {
    let log = MemoryLog::new(&["a"]);
    let sink = crate::publish::Outbox::new(&["predictions"]);
    let bridge = Bridge::start_with(&log, eddy_bridge::Config::default(), |mut backend| {
        backend.sink = Some(sink.clone());
        backend
    })
    .await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], MUCH).await;
    // The subscription holds: one that comes after the log was made anew would be answered by one more Hello.
    while !matches!(page.hear().await, Heard::Ends(_)) {}
    let publication = Publication {
        id: "1".to_owned(),
        topic: "predictions".to_owned(),
        key: None,
        value: b"x".to_vec(),
        headers: Vec::new(),
    };
    log.make_anew("log-2");
    assert!(matches!(page.hear_news().await, Heard::Hello(_)));
    page.say(&ClientFrame::Publish(vec![publication.clone()]))
        .await;
    let Heard::Refused(ids, error) = page.hear_news().await else {
        panic!("not refused")
    };
    assert_eq!(ids, ["1"]);
    assert!(error.contains("made anew"), "{error}");
    assert_eq!(sink.ids(), [""; 0]);

    page.subscribe_to("log-2", &[("a", From::Earliest)], MUCH)
        .await;
    page.say(&ClientFrame::Publish(vec![publication])).await;
    assert_eq!(
        page.hear_news().await,
        Heard::Published(vec!["1".to_owned()])
    );
}

#[tokio::test]
async fn a_source_in_trouble_is_said_once_and_read_again_when_it_is_back() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 5);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], MUCH).await;
    assert_eq!(page.records(5).await.len(), 5);
    log.fail(Some("the disk is gone"));
    log.append_many("a", 3);
    assert_eq!(
        page.hear_news().await,
        Heard::Error("the disk is gone; mend it".to_owned(), false)
    );
    let heard = page.listen(Duration::from_millis(600)).await;
    assert!(
        !heard.iter().any(|heard| matches!(heard, Heard::Error(..))),
        "{heard:?}"
    );
    let (status, health) = crate::http::get(bridge.address, "/health").await;
    assert_eq!(status, 503);
    assert!(health.contains("the disk is gone; mend it"), "{health}");

    log.fail(None);
    // The tail begins anew at the end; what came meanwhile is read from the source.
    assert_eq!(places(&page.records(3).await), run("a", 5..8));
    log.append("a", "z");
    assert_eq!(places(&page.records(1).await), [("a", 8)]);
    let (status, _) = crate::http::get(bridge.address, "/health").await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_topic_that_comes_later_is_said_and_can_be_subscribed_to() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], MUCH).await;
    while !matches!(page.hear().await, Heard::Ends(_)) {}
    log.add_topic("b");
    log.append("a", "goes on");
    let (mut records, mut hello) = (Vec::new(), None);
    while records.is_empty() || hello.is_none() {
        match page.hear_news().await {
            Heard::Hello(said) => hello = Some(said),
            Heard::Records(some, _) => records.extend(some),
            other => panic!("{other:?}"),
        }
    }
    let hello = hello.unwrap();
    assert_eq!(hello.log_id, "log-1");
    assert_eq!(hello.topics.len(), 2);
    let from = From::Offsets(vec![(0, 1)]);
    page.subscribe(&[("a", from), ("b", From::Earliest)], MUCH)
        .await;
    log.append("b", "new");
    assert_eq!(places(&page.records(1).await), [("b", 0)]);
}

#[tokio::test]
async fn a_topic_made_anew_is_said_and_nothing_more_comes_until_a_new_subscription() {
    let log = MemoryLog::new(&["a", "b"]);
    log.identify("a", "id 1");
    log.append_many("a", 5);
    let sink = crate::publish::Outbox::new(&["predictions"]);
    let bridge = Bridge::start_with(&log, eddy_bridge::Config::default(), |mut backend| {
        backend.sink = Some(sink.clone());
        backend
    })
    .await;
    let mut page = Page::open(bridge.address).await;
    assert_eq!(page.hello.topic_ids["a"], "id 1");
    page.subscribe(&[("a", From::Earliest), ("b", From::Earliest)], MUCH)
        .await;
    assert_eq!(page.records(5).await.len(), 5);

    log.make_topic_anew("a", "id 2");
    log.append_many("a", 9);
    let hello = page.hello().await;
    assert_eq!(
        (hello.log_id.as_str(), hello.topic_ids["a"].as_str()),
        ("log-1", "id 2")
    );
    assert_eq!(page.listen(Duration::from_millis(500)).await, []);
    let publication = Publication {
        id: "1".to_owned(),
        topic: "predictions".to_owned(),
        key: None,
        value: b"x".to_vec(),
        headers: Vec::new(),
    };
    page.say(&ClientFrame::Publish(vec![publication])).await;
    assert!(matches!(page.hear_news().await, Heard::Refused(..)));
    assert_eq!(sink.ids(), [""; 0]);

    // A subscription whose offsets are of the topic as it was.
    page.subscribe(&[("a", From::Offsets(vec![(0, 5)]))], 0)
        .await;
    assert_eq!(page.hello().await.topic_ids["a"], "id 2");
    assert_eq!(page.listen(Duration::from_millis(300)).await, []);

    page.hello = hello;
    page.subscribe(&[("a", From::Earliest)], 0).await;
    assert_eq!(places(&page.records(9).await), run("a", 0..9));
}

#[tokio::test]
async fn other_topics_may_get_and_change_identities() {
    let log = MemoryLog::new(&["a", "b"]);
    log.append_many("a", 5);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], MUCH).await;
    assert_eq!(page.records(5).await.len(), 5);
    log.identify("b", "id 1");
    assert_eq!(page.hello().await.topic_ids["b"], "id 1");
    log.make_topic_anew("b", "id 2");
    assert_eq!(page.hello().await.topic_ids["b"], "id 2");
    // The log could not tell before: that is no other topic.
    log.identify("a", "id 3");
    assert_eq!(page.hello().await.topic_ids["a"], "id 3");
    log.append("a", "goes on");
    assert_eq!(places(&page.records(1).await), [("a", 5)]);
}

#[tokio::test]
async fn a_partition_that_appears_is_said_and_sent_from_its_start() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 5);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], MUCH).await;
    assert_eq!(page.records(5).await.len(), 5);
    log.add_partition("a", 1);
    log.append_to("a", 1, "first of partition 1", &|| 1);
    let hello = page.hello().await;
    assert_eq!(hello.topics.len(), 2);
    page.subscribe(&[("a", From::Offsets(vec![(0, 5)]))], 0)
        .await;
    let records = page.records(1).await;
    assert_eq!((records[0].partition, records[0].offset), (1, 0));
    log.append_to("a", 1, "second", &|| 1);
    log.append("a", "sixth of partition 0");
    let records = page.records(2).await;
    assert_eq!((records[0].partition, records[0].offset), (1, 1));
    assert_eq!((records[1].partition, records[1].offset), (0, 5));
}

#[tokio::test]
async fn a_page_that_cannot_be_served_is_told_and_sent_away() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    log.fail(Some("the disk is gone"));
    page.subscribe(&[("a", From::Earliest)], MUCH).await;
    let told = Heard::Error("the disk is gone; mend it".to_owned(), true);
    let mut heard = page.hear_news().await;
    if heard == Heard::Error("the disk is gone; mend it".to_owned(), false) {
        // The tail may have met the trouble first.
        heard = page.hear_news().await;
    }
    assert_eq!(heard, told);
    assert!(matches!(page.hear_news().await, Heard::Closed(1011, _)));
}
