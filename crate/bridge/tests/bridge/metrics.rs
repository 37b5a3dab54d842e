//! What `/metrics` says, read as strictly as Prometheus reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use eddy_bridge::Config;
use wire::{ClientFrame, From};

use crate::client::{Heard, PATIENCE, Page, connect};
use crate::http::{Answer, ask};
use crate::memory::MemoryLog;
use crate::publish::{Outbox, publication};
use crate::server::Bridge;

/// Every sample, under its name and labels as they were written.
struct Report(BTreeMap<String, f64>);

impl Report {
    async fn of(bridge: &Bridge) -> Self {
        let answer: Answer = ask(bridge.address, "GET", "/metrics", &[], "").await;
        assert_eq!(answer.status, 200);
        let kind = "content-type: text/plain; version=0.0.4; charset=utf-8";
        assert!(answer.head.contains(kind), "{}", answer.head);
        Report(read(&answer.body))
    }

    fn get(&self, sample: &str) -> f64 {
        *self
            .0
            .get(sample)
            .unwrap_or_else(|| panic!("no {sample} in {:#?}", self.0.keys()))
    }
}

/// Reads version 0.0.4 of the format: each metric's HELP and TYPE once, then its samples, each once, and nothing else.
fn read(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with('\n'));
    let (mut samples, mut metrics) = (BTreeMap::new(), BTreeSet::new());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let help = line
            .strip_prefix("# HELP ")
            .unwrap_or_else(|| panic!("{line}"));
        let (name, help) = help.split_once(' ').unwrap();
        assert!(is_name(name) && !help.is_empty(), "{line}");
        assert!(metrics.insert(name.to_owned()), "{name} stands twice");
        let kind = lines
            .next()
            .and_then(|line| line.strip_prefix(&format!("# TYPE {name} ")));
        let counter = name.ends_with("_total");
        assert_eq!(
            kind,
            Some(if counter { "counter" } else { "gauge" }),
            "{name}"
        );
        while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            assert!(sample == name || is_labelled(sample, name), "{line}");
            let value: f64 = value.parse().unwrap();
            assert!(!counter || value >= 0.0, "{line}");
            assert!(
                samples.insert(sample.to_owned(), value).is_none(),
                "{line} stands twice"
            );
        }
    }
    samples
}

fn is_name(name: &str) -> bool {
    name.starts_with("eddy_")
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn is_labelled(sample: &str, name: &str) -> bool {
    let Some(mut rest) = sample
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('{'))
    else {
        return false;
    };
    loop {
        let Some((label, after)) = rest.split_once("=\"") else {
            return false;
        };
        let mut escaped = false;
        let end = after.bytes().position(|byte| {
            let end = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            end
        });
        let Some(end) = end else { return false };
        match &after[end + 1..] {
            _ if !label.bytes().all(|byte| byte.is_ascii_lowercase()) => return false,
            "}" => return true,
            more => match more.strip_prefix(',') {
                Some(more) => rest = more,
                None => return false,
            },
        }
    }
}

#[tokio::test]
async fn records_sessions_and_messages_are_counted() {
    let log = MemoryLog::new(&["a", "odd \"name\"\\"]);
    log.append_many("a", 5);
    let sink = Outbox::new(&["predictions"]);
    let bridge = Bridge::start_with(&log, Config::default(), |mut backend| {
        backend.sink = Some(sink.clone());
        backend
    })
    .await;
    let before = Report::of(&bridge).await;
    assert_eq!(before.get("eddy_source_up"), 1.0);
    assert_eq!(before.get("eddy_sink_up"), 1.0);
    assert_eq!(
        before.get("eddy_topic_end_offset{topic=\"a\",partition=\"0\"}"),
        5.0
    );
    assert_eq!(
        before.get("eddy_topic_end_offset{topic=\"odd \\\"name\\\"\\\\\",partition=\"0\"}"),
        0.0
    );
    assert_eq!(
        before.get("eddy_source_records_total"),
        0.0,
        "those were there before"
    );

    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 1 << 20).await;
    page.records(5).await;
    log.append_many("a", 3);
    page.records(3).await;
    page.subscribe(&[("a", From::Offsets(vec![(0, 8)]))], 1 << 20)
        .await;
    let messages = vec![publication("1", "predictions"), publication("2", "secret")];
    page.say(&ClientFrame::Publish(messages)).await;
    assert!(matches!(page.hear_news().await, Heard::Refused(..)));
    assert!(matches!(page.hear_news().await, Heard::Published(_)));
    let reader = connect(
        bridge.address,
        "?topic=a",
        &[("sec-websocket-protocol", "eddy.json")],
    );
    let _reader = reader.await.unwrap();

    let until = Instant::now() + PATIENCE;
    let report = loop {
        let report = Report::of(&bridge).await;
        if report.get("eddy_session_records_total{protocol=\"eddy.json\"}") >= 8.0 {
            break report;
        }
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    for (sample, value) in [
        ("eddy_source_records_total", 3.0),
        ("eddy_source_gaps_total", 0.0),
        ("eddy_ring_items", 3.0),
        ("eddy_ring_oldest_timestamp_seconds", 1.0),
        ("eddy_sessions{protocol=\"eddy.v1\"}", 1.0),
        ("eddy_session_records_total{protocol=\"eddy.v1\"}", 8.0),
        (
            "eddy_session_resubscriptions_total{protocol=\"eddy.v1\"}",
            1.0,
        ),
        ("eddy_published_total", 1.0),
        ("eddy_publish_rejected_total{reason=\"not_allowed\"}", 1.0),
        ("eddy_publish_calls", 0.0),
    ] {
        assert_eq!(report.get(sample), value, "{sample}");
    }
    let ring_bytes = report.get("eddy_ring_bytes");
    assert!(
        ring_bytes > report.get("eddy_source_bytes_total"),
        "{ring_bytes}"
    );
    assert!(report.get("eddy_session_bytes_total{protocol=\"eddy.v1\"}") > 0.0);
    assert!(report.get("eddy_source_news_age_seconds") < 1.0);
}

#[tokio::test]
async fn a_page_that_takes_nothing_lags() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 5);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 0).await;
    let lag = "eddy_session_lag_records{protocol=\"eddy.v1\"}";
    let until = Instant::now() + PATIENCE;
    while Report::of(&bridge).await.get(lag) != 5.0 {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    page.say(&ClientFrame::Credit { bytes: 1 << 20 }).await;
    page.records(5).await;
    while Report::of(&bridge).await.get(lag) != 0.0 {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(page);
    while Report::of(&bridge)
        .await
        .get("eddy_sessions{protocol=\"eddy.v1\"}")
        != 0.0
    {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn troubles_are_numbers_too() {
    let log = MemoryLog::new(&["a"]);
    let config = Config {
        max_sessions: 1,
        token: Some("secret".to_owned()),
        ..Config::default()
    };
    let bridge = Bridge::start_with(&log, config, |backend| backend).await;
    log.fail(Some("the broker is gone"));
    let until = Instant::now() + PATIENCE;
    loop {
        // No token is asked for.
        let report = Report::of(&bridge).await;
        if report.get("eddy_source_errors_total{kind=\"unreadable\"}") >= 1.0 {
            assert_eq!(report.get("eddy_source_up"), 0.0);
            assert_eq!(report.get("eddy_topic_partitions"), 0.0);
            assert!(!report.0.contains_key("eddy_sink_up"), "there is no sink");
            break;
        }
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let foreign = ask(
        bridge.address,
        "GET",
        "/metrics",
        &[("host", "evil.example")],
        "",
    )
    .await;
    assert_eq!(foreign.status, 403);
}

#[tokio::test]
async fn a_read_that_fails_for_a_session_is_counted() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 5);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 0).await;
    let failed = "eddy_source_errors_total{kind=\"read\"}";
    // It is subscribed, and was sent nothing yet.
    let lag = "eddy_session_lag_records{protocol=\"eddy.v1\"}";
    let until = Instant::now() + PATIENCE;
    while Report::of(&bridge).await.get(lag) != 5.0 {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    log.fail(Some("the disk is gone"));
    page.say(&ClientFrame::Credit { bytes: 1 << 20 }).await;
    while Report::of(&bridge).await.get(failed) == 0.0 {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
