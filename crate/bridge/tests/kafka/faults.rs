//! Brokers that are away.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eddy_bridge::News;
use eddy_bridge::kafka::{Kafka, KafkaConfig, Settings};

use super::broker;
use super::cluster::{Cluster, at, produce, read_all, row, values};
use super::following::Following;

#[test]
fn a_broker_that_is_not_there_is_named() {
    // Taken and given back: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let address = format!("127.0.0.1:{port}");
    let began = Instant::now();
    let mut config = KafkaConfig::new(Settings::plaintext(&address));
    config.topics = vec!["any".to_owned()];
    let kafka = Kafka::open(config).expect("nothing is asked yet");
    let error = kafka.check().expect_err("no broker").to_string();
    assert!(
        began.elapsed() < Duration::from_secs(7),
        "{:?}",
        began.elapsed()
    );
    assert!(
        error.contains(&address) && error.contains("bootstrap.servers"),
        "{error}"
    );
}

#[test]
fn a_killed_broker_costs_nothing_but_time() {
    let Some(broker) = broker::own() else {
        return;
    };
    let cluster = Cluster::at(Arc::new(broker));
    let topic = cluster.topic("kept");
    // Records are on disk before they are acknowledged: kill -9 then loses none.
    cluster.create(&topic, 1, Some(("flush.messages", "1")));
    let kafka = Arc::new(cluster.open(&[&topic]));
    let mut following = Following::begin(&kafka);
    let stop = AtomicBool::new(false);
    let mut followed: Vec<String> = Vec::new();
    let count = std::thread::scope(|scope| {
        let producing = scope.spawn(|| {
            let producer = cluster.producer(&[("enable.idempotence", "true")]);
            let mut count = 0;
            while !stop.load(Ordering::Relaxed) {
                produce(&producer, &topic, &[row(&count.to_string())]);
                count += 1;
            }
            count
        });
        follow_for(&mut following, &mut followed, Duration::from_millis(500));
        cluster.broker.kill();
        follow_for(&mut following, &mut followed, Duration::from_millis(300));
        cluster.broker.restart();
        let back = Instant::now();
        let known = followed.len();
        while followed.len() == known {
            follow_for(&mut following, &mut followed, Duration::from_millis(10));
            assert!(
                back.elapsed() < Duration::from_secs(10),
                "it does not go on"
            );
        }
        eprintln!("goes on {:?} after the broker's return", back.elapsed());
        follow_for(&mut following, &mut followed, Duration::from_millis(500));
        stop.store(true, Ordering::Relaxed);
        producing.join().expect("the producer")
    });
    follow_for(&mut following, &mut followed, Duration::from_millis(500));
    let expected: Vec<String> = (0..count).map(|number: u32| number.to_string()).collect();
    assert_eq!(followed, expected, "nothing lost or twice for who follows");
    let (gaps, records) = read_all(&kafka, &mut vec![at(&topic, 0, 0)]);
    assert!(gaps.is_empty());
    assert_eq!(values(&records), expected, "nor for who reads");
    following.stop();
}

/// Takes in what is delivered for some time.
fn follow_for(following: &mut Following, followed: &mut Vec<String>, time: Duration) {
    let until = Instant::now() + time;
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        match following.next_within(left) {
            Some(News::Records(records)) => followed.extend(values(&records)),
            Some(News::Idle { .. }) | None => {}
            Some(other) => panic!("{other:?}"),
        }
    }
}
