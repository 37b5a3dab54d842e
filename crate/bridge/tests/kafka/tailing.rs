//! Following what is new.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eddy_bridge::{News, Source as _};

use super::cluster::{Cluster, Row, at, produce, read_all, row, send, values, wait};
use super::following::Following;

#[test]
fn new_topics_and_partitions_are_followed_from_their_first_record() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let kafka = Arc::new(cluster.open_pattern("shop\\..*"));
    let mut following = Following::begin(&kafka);
    assert!(kafka.hello().expect("hello").topics.is_empty());

    let (wanted, other) = (cluster.topic("shop.orders"), cluster.topic("stock"));
    for topic in [&wanted, &other] {
        cluster.create(topic, 1, None);
        cluster.produce(topic, &[row("first"), row("second")]);
    }
    assert_eq!(values(&following.records(2)), ["first", "second"]);
    let hello = kafka.hello().expect("hello");
    assert_eq!(hello.topics.len(), 1, "{:?}", hello.topics);
    assert_eq!(hello.topics[0].end, 2);

    cluster.widen(&wanted, 3);
    let third = Row {
        partition: 2,
        ..row("third")
    };
    wait("the partitions", || {
        let listed = kafka.hello().expect("hello").topics;
        (listed.len() == 3).then_some(())
    });
    cluster.produce(&wanted, &[third]);
    let records = following.records(1);
    assert_eq!((records[0].partition, records[0].offset), (2, 0));
    following.stop();
}

#[test]
fn a_topic_that_was_made_anew_is_begun_anew() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("anew");
    cluster.create(&topic, 1, None);
    cluster.produce(&topic, &[row("old 0"), row("old 1"), row("old 2")]);
    let kafka = Arc::new(cluster.open(&[&topic]));
    let before = kafka.hello().expect("hello");
    let mut following = Following::begin(&kafka);
    cluster.delete(&topic);
    wait("the topic is gone", || {
        cluster.ends(&topic, 0).is_none().then_some(())
    });
    cluster.create(&topic, 1, None);
    cluster.produce(&topic, &[row("new 0")]);

    let ends = following.start();
    let after = kafka.hello().expect("hello");
    assert_eq!(before.log_id, after.log_id);
    assert_ne!(before.topic_ids[&topic], after.topic_ids[&topic]);
    assert_eq!((ends[0].start, ends[0].end), (0, 1));
    cluster.produce(&topic, &[row("new 1")]);
    assert_eq!(values(&following.records(1)), ["new 1"]);
    let (_, records) = read_all(&kafka, &mut vec![at(&topic, 0, 0)]);
    assert_eq!(values(&records), ["new 0", "new 1"]);
    following.stop();
}

#[test]
fn no_time_is_told_that_a_record_comes_after() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("ticks");
    cluster.create(&topic, 2, Some(("message.timestamp.type", "LogAppendTime")));
    let kafka = Arc::new(cluster.open(&[&topic]));
    let mut following = Following::begin(&kafka);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let producer = cluster.producer(&[]);
            let filler = "x".repeat(2000);
            for round in 0.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                // From single records to bursts that take a while to fetch.
                let burst = Row {
                    partition: round % 2,
                    ..row(&filler)
                };
                produce(&producer, &topic, &vec![burst; 1 << (round % 10)]);
            }
        });
        let began = Instant::now();
        let (mut told_ms, mut ticks, mut records, mut longest) = (0, 0, 0, Duration::ZERO);
        let mut told_at = Instant::now();
        while began.elapsed() < Duration::from_secs(4) {
            match following.next() {
                News::Idle { looked_at_ms } => {
                    assert!(looked_at_ms >= told_ms, "time goes on");
                    told_ms = looked_at_ms;
                    ticks += 1;
                    longest = longest.max(told_at.elapsed());
                    told_at = Instant::now();
                }
                News::Records(more) => {
                    records += more.len();
                    for record in more {
                        // The broker stamps a record shortly before others can see it.
                        assert!(
                            record.timestamp_ms + 50 >= told_ms,
                            "offset {}: {} came after {told_ms}",
                            record.offset,
                            record.timestamp_ms
                        );
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        stop.store(true, Ordering::Relaxed);
        assert!(
            ticks > 20 && records > 1000,
            "{ticks} ticks, {records} records"
        );
        eprintln!("{ticks} ticks, at most {longest:?} apart, and {records} records in 4 s");
    });
}

#[test]
fn a_record_comes_soon() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("soon");
    cluster.create(&topic, 1, None);
    let kafka = Arc::new(cluster.open(&[&topic]));
    let mut following = Following::begin(&kafka);
    let producer = cluster.producer(&[]);
    produce(&producer, &topic, &[row("warm")]);
    following.records(1);
    let mut took: Vec<Duration> = (0..200)
        .map(|_| {
            let sent = Instant::now();
            // Not flushed, which the wrapper does in steps of 100 ms.
            send(&producer, &topic, &row("x"));
            following.records(1);
            let took = sent.elapsed();
            std::thread::sleep(Duration::from_millis(7));
            took
        })
        .collect();
    took.sort_unstable();
    eprintln!(
        "from send to delivery: p50 {:?}, p99 {:?}",
        took[100], took[198]
    );
    assert!(
        took[100] < Duration::from_millis(20),
        "half within {:?}",
        took[100]
    );
    assert_eq!(kafka.hello().expect("hello").topics[0].end, 201);
    following.stop();
}
