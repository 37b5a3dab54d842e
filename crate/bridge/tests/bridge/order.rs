//! Ticks: only to a page that has everything, never ahead of a record, not while it is paused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use eddy_bridge::Config;
use wire::{ClientFrame, From};

use crate::client::{Heard, Page};
use crate::memory::MemoryLog;
use crate::server::Bridge;

#[tokio::test]
async fn a_paused_page_gets_records_and_ends_but_no_ticks() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 1 << 20).await;
    while !matches!(page.hear().await, Heard::Tick(_)) {}

    page.say(&ClientFrame::Paused(true)).await;
    // What was on its way.
    page.listen(Duration::from_millis(300)).await;
    log.append_many("a", 10);
    let heard = page.listen(Duration::from_millis(700)).await;
    assert!(
        !heard.iter().any(|heard| matches!(heard, Heard::Tick(_))),
        "{heard:?}"
    );
    assert!(
        heard
            .iter()
            .any(|heard| matches!(heard, Heard::Records(records, _) if records.len() == 10))
    );
    assert!(
        heard
            .iter()
            .any(|heard| matches!(heard, Heard::Ends(ends) if ends[0].end == 10))
    );

    page.say(&ClientFrame::Paused(false)).await;
    while !matches!(page.hear().await, Heard::Tick(_)) {}
}

#[tokio::test]
async fn ticks_come_five_times_a_second_and_move_on() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Latest)], 1 << 20).await;
    let heard = page.listen(Duration::from_millis(2_000)).await;
    let ticks: Vec<_> = heard
        .iter()
        .filter_map(|heard| match heard {
            Heard::Tick(now_ms) => Some(*now_ms),
            _ => None,
        })
        .collect();
    assert!((4..=11).contains(&ticks.len()), "{ticks:?}");
    assert!(ticks.is_sorted_by(|a, b| a < b), "{ticks:?}");
}

/// Every reading of this clock is another time, so that any overtaking shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tick_never_overtakes_a_record() {
    let now = Arc::new(AtomicI64::new(0));
    let read = {
        let now = now.clone();
        move || now.fetch_add(1, Ordering::SeqCst)
    };
    let log = MemoryLog::new(&["a"]);
    let config = Config {
        clock: Arc::new(read.clone()),
        ..Config::default()
    };
    let bridge = Bridge::start_with(&log, config, |backend| backend).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 1 << 30).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writer = {
        let (stop, log) = (stop.clone(), log.clone());
        std::thread::spawn(move || {
            while !stop.load(Ordering::SeqCst) {
                log.append_at("a", "x", &read);
                std::thread::sleep(Duration::from_millis(7));
            }
        })
    };
    let heard = page.listen(Duration::from_secs(4)).await;
    stop.store(true, Ordering::SeqCst);
    writer.join().unwrap();
    let (mut latest, mut ticks, mut records) = (-1, 0, 0);
    for heard in heard {
        match heard {
            Heard::Tick(now_ms) => {
                latest = now_ms;
                ticks += 1;
            }
            Heard::Records(some, _) => {
                for record in some {
                    assert!(
                        record.timestamp_ms > latest,
                        "{} after {latest}",
                        record.timestamp_ms
                    );
                    records += 1;
                }
            }
            _ => {}
        }
    }
    assert!(
        ticks > 3 && records > 100,
        "{ticks} ticks, {records} records"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_goes_on_while_records_come_without_a_pause() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 1 << 30).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writer = {
        let (stop, log) = (stop.clone(), log.clone());
        std::thread::spawn(move || {
            while !stop.load(Ordering::SeqCst) {
                log.append("a", "x");
                std::thread::sleep(Duration::from_micros(300));
            }
        })
    };
    let heard = page.listen(Duration::from_secs(3)).await;
    stop.store(true, Ordering::SeqCst);
    writer.join().unwrap();
    let ticks = heard.iter().filter(|heard| matches!(heard, Heard::Tick(_)));
    assert!(ticks.count() >= 5);
}
