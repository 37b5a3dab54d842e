//! Topics and records in a cluster.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use eddy_bridge::kafka::{Kafka, KafkaConfig, Settings};
use eddy_bridge::{Position, Source as _};
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::{Offset, TopicPartitionList};
use tokio::runtime::Runtime;
use wire::Record;

use super::broker::{self, Broker};

/// How long anything may take that is waited for.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// A broker, and names that no other test uses.
pub(crate) struct Cluster {
    pub(crate) broker: Arc<Broker>,
    admin: AdminClient<DefaultClientContext>,
    runtime: Runtime,
    prefix: String,
}

/// A record to produce.
#[derive(Clone, Default)]
pub(crate) struct Row<'a> {
    pub(crate) partition: i32,
    pub(crate) timestamp_ms: Option<i64>,
    pub(crate) key: Option<&'a [u8]>,
    pub(crate) value: Option<&'a [u8]>,
    pub(crate) headers: &'a [(&'a str, Option<&'a [u8]>)],
}

/// A row of a value alone.
pub(crate) fn row(value: &str) -> Row<'_> {
    Row {
        value: Some(value.as_bytes()),
        ..Row::default()
    }
}

/// Waits until `found` finds something.
pub(crate) fn wait<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < deadline, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Cluster {
    /// The shared broker; None where there is none.
    pub(crate) fn shared() -> Option<Self> {
        broker::shared().map(Self::at)
    }

    /// Names of our own at this broker.
    pub(crate) fn at(broker: Arc<Broker>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut random = [0; 4];
        getrandom::fill(&mut random).expect("random bytes");
        let random = u32::from_le_bytes(random);
        Cluster {
            admin: client(&broker.address).create().expect("an admin client"),
            runtime: Runtime::new().expect("a runtime"),
            prefix: format!("t{random:x}-{number}."),
            broker,
        }
    }

    /// The name of a topic of this test.
    pub(crate) fn topic(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Makes a topic with a setting or none.
    pub(crate) fn create(&self, topic: &str, partitions: i32, setting: Option<(&str, &str)>) {
        let mut new = NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
        if let Some((name, value)) = setting {
            new = new.set(name, value);
        }
        let made = self.admin.create_topics([&new], &AdminOptions::new());
        let made = self.runtime.block_on(made).expect("an answer");
        made[0].as_ref().expect("the topic is made");
        self.wait_for_leaders(topic, partitions);
    }

    /// A partition is announced before it has a leader.
    fn wait_for_leaders(&self, topic: &str, partitions: i32) {
        for partition in 0..partitions {
            wait("a leader", || self.ends(topic, partition));
        }
    }

    /// Removes a topic, and waits until it is gone.
    pub(crate) fn delete(&self, topic: &str) {
        let gone = self.admin.delete_topics(&[topic], &AdminOptions::new());
        let gone = self.runtime.block_on(gone).expect("an answer");
        gone[0].as_ref().expect("the topic is removed");
    }

    /// Gives a topic more partitions.
    pub(crate) fn widen(&self, topic: &str, partitions: usize) {
        let wider = NewPartitions::new(topic, partitions);
        let wider = self.admin.create_partitions([&wider], &AdminOptions::new());
        let wider = self.runtime.block_on(wider).expect("an answer");
        wider[0].as_ref().expect("the topic is widened");
        self.wait_for_leaders(topic, i32::try_from(partitions).expect("few partitions"));
    }

    /// Removes a partition's records before this offset, as retention would.
    pub(crate) fn delete_records(&self, topic: &str, partition: i32, before: i64) {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, partition, Offset::Offset(before))
            .expect("an offset");
        let gone = self.admin.delete_records(&list, &AdminOptions::new());
        self.runtime.block_on(gone).expect("records are removed");
    }

    /// A partition's start and end, open transactions and all.
    pub(crate) fn ends(&self, topic: &str, partition: i32) -> Option<(i64, i64)> {
        // A client that asked too early goes on believing that there is no such topic: each question has its own.
        let client: BaseConsumer = client(&self.broker.address).create().ok()?;
        client
            .fetch_watermarks(topic, partition, Duration::from_secs(5))
            .ok()
    }

    /// A producer with these settings.
    pub(crate) fn producer(&self, settings: &[(&str, &str)]) -> BaseProducer {
        let mut config = client(&self.broker.address);
        config.set("linger.ms", "0");
        for (name, value) in settings {
            config.set(*name, *value);
        }
        config.create().expect("a producer")
    }

    /// Produces rows, in order, and waits for the broker to have them.
    pub(crate) fn produce(&self, topic: &str, rows: &[Row<'_>]) {
        produce(&self.producer(&[]), topic, rows);
    }

    /// The source, over these topics.
    pub(crate) fn open(&self, topics: &[&str]) -> Kafka {
        let mut config = KafkaConfig::new(Settings::plaintext(&self.broker.address));
        config.topics = topics.iter().map(|&name| name.to_owned()).collect();
        Kafka::open(config).expect("the source opens")
    }

    /// The source, over topics of these patterns, after the name that is this test's own.
    pub(crate) fn open_pattern(&self, pattern: &str) -> Kafka {
        let mut config = KafkaConfig::new(Settings::plaintext(&self.broker.address));
        config.patterns = vec![format!("{}{pattern}", self.prefix.replace('.', "\\."))];
        Kafka::open(config).expect("the source opens")
    }
}

/// Produces rows with this producer, and waits for the broker to have them.
pub(crate) fn produce(producer: &BaseProducer, topic: &str, rows: &[Row<'_>]) {
    for row in rows {
        send(producer, topic, row);
    }
    producer.flush(SOON).expect("the broker has the records");
}

/// Hands a row to the producer.
pub(crate) fn send(producer: &BaseProducer, topic: &str, row: &Row<'_>) {
    let mut record = BaseRecord::<[u8], [u8]>::to(topic).partition(row.partition);
    record.key = row.key;
    record.payload = row.value;
    record.timestamp = row.timestamp_ms;
    if !row.headers.is_empty() {
        let mut headers = OwnedHeaders::new();
        for &(key, value) in row.headers {
            headers = headers.insert(Header { key, value });
        }
        record = record.headers(headers);
    }
    let mut unsent = Some(record);
    while let Some(record) = unsent.take() {
        if let Err((error, record)) = producer.send(record) {
            let full = rdkafka::types::RDKafkaErrorCode::QueueFull;
            assert_eq!(error.rdkafka_error_code(), Some(full));
            producer.poll(Duration::from_millis(10));
            unsent = Some(record);
        }
    }
}

/// Reads on from these positions until nothing more comes; moves them.
pub(crate) fn read_all(
    kafka: &Kafka,
    positions: &mut Vec<Position>,
) -> (Vec<wire::Gap>, Vec<Record>) {
    let hello = kafka.hello().expect("hello");
    let (mut gaps, mut records) = (Vec::new(), Vec::new());
    loop {
        let chunk = kafka
            .read(&hello.log_id, positions, 64 << 10)
            .expect("a chunk");
        *positions = chunk.next;
        if chunk.records.is_empty() && chunk.gaps.is_empty() {
            return (gaps, records);
        }
        gaps.extend(chunk.gaps);
        records.extend(chunk.records);
    }
}

/// The place of an offset.
pub(crate) fn at(topic: &str, partition: i32, offset: i64) -> Position {
    Position {
        topic: Arc::from(topic),
        partition,
        offset,
    }
}

/// The values as text.
pub(crate) fn values(records: &[Record]) -> Vec<String> {
    let value = |record: &Record| {
        String::from_utf8_lossy(record.value.as_deref().unwrap_or(b"null")).into_owned()
    };
    records.iter().map(value).collect()
}

fn client(address: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", address);
    config.set("reconnect.backoff.max.ms", "500");
    config.set("allow.auto.create.topics", "false");
    config
}
