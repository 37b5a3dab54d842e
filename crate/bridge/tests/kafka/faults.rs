//! Brokers that are away.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eddy_bridge::kafka::{Kafka, KafkaConfig, Settings};
use eddy_bridge::{News, Position};
use rdkafka::producer::Producer as _;
use wire::Record;

use super::broker;
use super::cluster::{Cluster, SOON, at, read_all, row, send, values};
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
    cluster.create(&topic, 1, None);
    let kafka = Arc::new(cluster.open(&[&topic]));
    let following = Following::begin(&kafka);
    let mut session = Session {
        kafka: &kafka,
        following,
        place: vec![at(&topic, 0, 0)],
        values: Vec::new(),
    };
    let stop = AtomicBool::new(false);
    let count = std::thread::scope(|scope| {
        let producing = scope.spawn(|| produce_until(&stop, &cluster, &topic));
        session.go_on_for(Duration::from_millis(500));
        cluster.broker.kill();
        session.go_on_for(Duration::from_millis(300));
        let known = session.values.len();
        cluster.broker.restart();
        let back = Instant::now();
        while session.values.len() == known && back.elapsed() < SOON {
            session.go_on_for(Duration::from_millis(10));
        }
        eprintln!("goes on {:?} after the broker is back", back.elapsed());
        session.go_on_for(Duration::from_millis(500));
        stop.store(true, Ordering::Relaxed);
        producing.join().expect("the producer")
    });
    session.go_on_for(Duration::from_millis(500));
    let expected: Vec<String> = (0..count).map(|number| number.to_string()).collect();
    assert!(expected.len() > 10, "{count} records");
    assert_eq!(session.values, expected, "nothing lost or twice");
    let (gaps, records) = read_all(&kafka, &mut vec![at(&topic, 0, 0)]);
    assert!(gaps.is_empty());
    assert_eq!(values(&records), expected, "nor for who reads");
    session.following.stop();
}

/// Produces numbers, each once, however long the broker is away.
fn produce_until(stop: &AtomicBool, cluster: &Cluster, topic: &str) -> u32 {
    let producer = cluster.producer(&[("enable.idempotence", "true")]);
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        send(&producer, topic, &row(&count.to_string()));
        producer.poll(Duration::from_millis(2));
        count += 1;
    }
    producer.flush(SOON).expect("the broker has the records");
    count
}

/// What a session does: it goes on in what is followed, and where that begins anew, it reads up to there.
struct Session<'a> {
    kafka: &'a Kafka,
    following: Following,
    place: Vec<Position>,
    values: Vec<String>,
}

impl Session<'_> {
    fn go_on_for(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match self.following.next_within(left) {
                Some(News::Records(mut records)) => {
                    records.retain(|record| record.offset >= self.place[0].offset);
                    self.take(&records);
                }
                Some(News::Start { .. }) => {
                    eprintln!("following begins anew");
                    let (gaps, records) = read_all(self.kafka, &mut self.place.clone());
                    assert!(gaps.is_empty());
                    self.take(&records);
                }
                Some(News::Idle { .. }) | None => {}
                Some(other) => panic!("{other:?}"),
            }
        }
    }

    fn take(&mut self, records: &[Record]) {
        for record in records {
            assert_eq!(record.offset, self.place[0].offset, "nothing is left out");
            self.place[0].offset += 1;
        }
        self.values.extend(values(records));
    }
}
