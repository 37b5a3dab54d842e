//! How fast old records are read, next to what the client alone reaches.

use std::time::{Duration, Instant};

use eddy_bridge::Source as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use super::cluster::{Cluster, at, produce, row};

/// Run with `--ignored --nocapture`, in a release build.
#[test]
#[ignore = "a measurement, not a check"]
fn reading_next_to_the_client_alone() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    // Java's batches, and large ones: a broker sends a batch whole, however little is asked for.
    for (count, size, batch) in [
        (1_000_000, 100, "16384"),
        (200_000, 3600, "16384"),
        (1_000_000, 100, "1000000"),
        (200_000, 3600, "1000000"),
    ] {
        let topic = cluster.topic(&format!("size{size}-batch{batch}"));
        cluster.create(&topic, 1, None);
        let producer = cluster.producer(&[("linger.ms", "20"), ("batch.size", batch)]);
        let value: String = "abcdefghij".repeat(size / 10);
        let rows = vec![row(&value); 10_000];
        for _ in 0..count / rows.len() {
            produce(&producer, &topic, &rows);
        }
        for round in 0..3 {
            let alone = client_alone(&cluster, &topic, count);
            let reading = reading(&cluster, &topic, count);
            let rate = |time: Duration| count as f64 / time.as_secs_f64() / 1e6;
            eprintln!(
                "{count} x {size} B in batches of {batch} B, round {round}: client alone {:.2} M/s, read {:.2} M/s",
                rate(alone),
                rate(reading)
            );
        }
    }
}

/// What a session that reads old records takes; run by itself.
#[test]
#[ignore = "a measurement, not a check"]
fn memory_of_readers() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("memory");
    cluster.create(&topic, 1, None);
    let value = "abcdefghij".repeat(360);
    cluster.produce(&topic, &vec![row(&value); 30_000]);
    let kafka = cluster.open(&[&topic]);
    let log_id = kafka.hello().expect("hello").log_id;
    let read = |offset| {
        let chunk = kafka.read(&log_id, &[at(&topic, 0, offset)], 256 << 10);
        assert!(!chunk.expect("a chunk").records.is_empty());
    };
    read(0);
    std::thread::sleep(Duration::from_millis(500));
    let before = resident_kb();
    let readers = 8;
    for reader in 1..=readers {
        read(reader * 100);
    }
    std::thread::sleep(Duration::from_millis(500));
    let each = (resident_kb() - before) / readers;
    eprintln!("{each} kB for each of {readers} readers");
}

fn resident_kb() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

fn client_alone(cluster: &Cluster, topic: &str, count: usize) -> Duration {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &cluster.broker.address)
        .set("group.id", "alone")
        .set("enable.auto.commit", "false")
        .create()
        .expect("a consumer");
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, 0, Offset::Beginning)
        .expect("an offset");
    let began = Instant::now();
    consumer.assign(&list).expect("assigned");
    let mut bytes = 0;
    for _ in 0..count {
        let message = consumer.poll(Duration::from_secs(10)).expect("a message");
        bytes += message.expect("no error").payload_len();
    }
    assert!(bytes > count);
    began.elapsed()
}

fn reading(cluster: &Cluster, topic: &str, count: usize) -> Duration {
    let kafka = cluster.open(&[topic]);
    let log_id = kafka.hello().expect("hello").log_id;
    let began = Instant::now();
    let mut positions = vec![at(topic, 0, 0)];
    let mut read = 0;
    while read < count {
        let chunk = kafka.read(&log_id, &positions, 256 << 10).expect("a chunk");
        positions = chunk.next;
        read += chunk.records.len();
    }
    began.elapsed()
}
