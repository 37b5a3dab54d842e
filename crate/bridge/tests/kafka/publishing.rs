//! Predictions into topics, each once.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eddy_bridge::embedded::{Embedded, EmbeddedConfig, PublishTable};
use eddy_bridge::kafka::{KafkaConfig, KafkaSink, Settings};
use eddy_bridge::{Sink as _, SinkError};
use rdkafka::producer::Producer as _;
use wire::{Header, Publication, Record};

use super::broker;
use super::cluster::{Cluster, SOON, at, produce, read_all, row};

#[test]
fn a_message_is_as_in_the_embedded_sink() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("alike");
    cluster.create(&topic, 1, None);
    let mut message = message(&topic, 1);
    message.headers.push(Header {
        name: "null".to_owned(),
        value: None,
    });
    let without_key = Publication {
        key: None,
        ..self::message(&topic, 2)
    };
    let both = [message.clone(), without_key];
    sink(&cluster, &topic).publish(&both).expect("published");
    let records = records(&cluster, &topic, 1);
    assert_eq!(records[0].key.as_deref(), message.key.as_deref());
    assert_eq!(records[0].value.as_deref(), Some(message.value.as_slice()));
    assert_eq!(records[0].headers, message.headers);
    assert_eq!(records[1].key, None);

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("eddy.db");
    let mut config = EmbeddedConfig::new(&path);
    config.publish = vec![PublishTable {
        table: "p".to_owned(),
        topic: topic.clone(),
    }];
    let embedded = Embedded::open(config).expect("a file");
    embedded.publish(&both).expect("published");
    let connection = rusqlite::Connection::open(&path).expect("the file");
    let mut rows = connection
        .prepare("SELECT key, value, headers FROM p ORDER BY id")
        .expect("a query");
    let rows: Vec<(Option<String>, String, String)> = rows
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .and_then(Iterator::collect)
        .expect("rows");
    let alike = records.iter().map(|record| {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers: serde_json::Map<String, serde_json::Value> = record
            .headers
            .iter()
            .map(|header| {
                let value = header.value.as_deref().map(text);
                (header.name.clone(), serde_json::json!(value))
            })
            .collect();
        (
            record.key.as_deref().map(text),
            text(record.value.as_deref().expect("a value")),
            serde_json::Value::Object(headers).to_string(),
        )
    });
    assert_eq!(alike.collect::<Vec<_>>(), rows);
}

#[test]
fn each_message_is_there_once_whoever_asks() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("once");
    cluster.create(&topic, 1, None);
    let messages: Vec<Publication> = (0..300).map(|n| message(&topic, n)).collect();
    let first = sink(&cluster, &topic);
    // A page that repeats itself, in one batch and in several.
    let mut twice = messages[..100].to_vec();
    twice.extend_from_slice(&messages[..100]);
    let ids = first.publish(&twice).expect("published");
    assert_eq!(ids.len(), 200);
    first.publish(&messages[50..150]).expect("published");
    // Two pages at once.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for batch in messages[100..200].chunks(10) {
                    first.publish(batch).expect("published");
                }
            });
        }
    });
    // Another bridge beside it, then the first again, then one that is started anew.
    let other = sink(&cluster, &topic);
    other.publish(&messages[150..250]).expect("published");
    first.publish(&messages[200..300]).expect("published");
    drop((first, other));
    let ids = sink(&cluster, &topic)
        .publish(&messages)
        .expect("published");
    assert_eq!(ids, ids_of(&messages));
    assert_eq!(ids_in(&records(&cluster, &topic, 1)), ids_of(&messages));
}

#[test]
fn keys_go_where_a_java_producer_puts_them_and_keep_their_order() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("order");
    cluster.create(&topic, 3, None);
    let sink = sink(&cluster, &topic);
    let messages: Vec<Publication> = (0..600)
        .map(|n| Publication {
            key: Some(format!(r#"{{"id":{}}}"#, n % 8).into_bytes()),
            ..message(&topic, n)
        })
        .collect();
    for batch in messages.chunks(7) {
        sink.publish(batch).expect("published");
    }
    let mut by_partition: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for (n, message) in messages.iter().enumerate() {
        // What org.apache.kafka.common.utils.Utils.murmur2 makes of the eight keys.
        let partition = PARTITIONS[n % 8];
        let ids = by_partition.entry(partition).or_default();
        ids.push(message.id.clone());
    }
    let mut found: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for record in records(&cluster, &topic, 3) {
        let ids = found.entry(record.partition).or_default();
        ids.extend(ids_in(std::slice::from_ref(&record)));
    }
    assert_eq!(found, by_partition);
}

#[test]
fn partitions_that_are_added_are_read_too() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("wider");
    cluster.create(&topic, 1, None);
    let messages: Vec<Publication> = (0..60).map(|n| message(&topic, n)).collect();
    let (first, other) = (sink(&cluster, &topic), sink(&cluster, &topic));
    first.publish(&messages[..20]).expect("published");
    cluster.widen(&topic, 4);
    // By then the producers know of them, or not: either is right, as what is read counts.
    for (sink, messages) in [
        (&other, &messages[20..40]),
        (&first, &messages[..]),
        (&other, &messages[..]),
    ] {
        insist(sink, messages);
    }
    let mut found = ids_in(&records(&cluster, &topic, 4));
    found.sort();
    let mut expected = ids_of(&messages);
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn only_the_newest_are_remembered() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("bounded");
    cluster.create(&topic, 1, None);
    let messages: Vec<Publication> = (0..30).map(|n| message(&topic, n)).collect();
    sink(&cluster, &topic)
        .publish(&messages)
        .expect("published");
    let mut config = config(&cluster.broker.address, &topic);
    config.remember_records = 10;
    let again = KafkaSink::open(&config).expect("a sink");
    again.publish(&messages[20..]).expect("published");
    assert_eq!(records(&cluster, &topic, 1).len(), 30);
    again.publish(&messages[..1]).expect("published");
    assert_eq!(records(&cluster, &topic, 1).len(), 31);
}

#[test]
fn a_topic_made_anew_holds_nothing_of_the_old_one() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("anew");
    cluster.create(&topic, 1, None);
    let messages: Vec<Publication> = (0..5).map(|n| message(&topic, n)).collect();
    let sink = sink(&cluster, &topic);
    sink.publish(&messages).expect("published");
    cluster.delete(&topic);
    cluster.create(&topic, 1, None);
    // The producer may learn of the new topic only after a refusal.
    insist(&sink, &messages);
    assert_eq!(ids_in(&records(&cluster, &topic, 1)), ids_of(&messages));
}

#[test]
fn somebody_elses_open_transaction_hides_nothing() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("open");
    cluster.create(&topic, 1, None);
    let id = cluster.topic("transaction");
    let producer = cluster.producer(&[("transactional.id", &id)]);
    producer.init_transactions(SOON).expect("transactions");
    producer.begin_transaction().expect("a transaction");
    produce(&producer, &topic, &[row("not from here")]);
    let messages: Vec<Publication> = (0..5).map(|n| message(&topic, n)).collect();
    sink(&cluster, &topic)
        .publish(&messages)
        .expect("published");
    sink(&cluster, &topic)
        .publish(&messages)
        .expect("published");
    producer.abort_transaction(SOON).expect("aborted");
    sink(&cluster, &topic)
        .publish(&messages)
        .expect("published");
    assert_eq!(ids_in(&records(&cluster, &topic, 1)), ids_of(&messages));
}

#[test]
fn a_topic_is_made_by_brokers_that_make_topics() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("made");
    let messages = [message(&topic, 1), message(&topic, 2)];
    let sink = sink(&cluster, &topic);
    insist(&sink, &messages);
    insist(&sink, &messages);
    assert_eq!(ids_in(&records(&cluster, &topic, 1)), ids_of(&messages));
}

#[test]
fn what_a_topic_cannot_hold_is_refused_for_good() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let (small, compacted) = (cluster.topic("small"), cluster.topic("compacted"));
    cluster.create(&small, 1, Some(("max.message.bytes", "2000")));
    cluster.create(&compacted, 1, Some(("cleanup.policy", "compact")));
    let large = Publication {
        value: vec![b'x'; 5_000],
        ..message(&small, 1)
    };
    let keyless = Publication {
        key: None,
        ..message(&compacted, 1)
    };
    for refused in [large, keyless] {
        let topic = refused.topic.clone();
        let sink = sink(&cluster, &topic);
        let error = sink.publish(&[refused]).expect_err("a refusal");
        assert!(matches!(error, SinkError::Refused { .. }), "{error:?}");
        assert!(error.to_string().contains(&topic), "{error}");
        let fits = message(&topic, 2);
        sink.publish(std::slice::from_ref(&fits))
            .expect("published");
        assert_eq!(ids_in(&records(&cluster, &topic, 1)), [fits.id]);
    }
}

#[test]
fn what_was_not_allowed_or_has_no_id_is_refused() {
    let sink = KafkaSink::open(&config("127.0.0.1:9", "allowed")).expect("a sink");
    assert!(sink.allowed("allowed") && !sink.allowed("other"));
    let error = sink.publish(&[message("other", 1)]).expect_err("a refusal");
    assert!(matches!(error, SinkError::NotAllowed { .. }), "{error:?}");
    let nameless = Publication {
        id: String::new(),
        ..message("allowed", 1)
    };
    let error = sink.publish(&[nameless]).expect_err("a refusal");
    assert!(matches!(error, SinkError::Refused { .. }), "{error:?}");
}

#[test]
fn a_broker_that_is_away_is_named_in_time() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let address = format!("127.0.0.1:{port}");
    let sink = KafkaSink::open(&config(&address, "t")).expect("a sink");
    let began = Instant::now();
    // Those who wait for the same broker wait once.
    std::thread::scope(|scope| {
        for n in 0..4 {
            let sink = &sink;
            let address = &address;
            scope.spawn(move || {
                let error = sink.publish(&[message("t", n)]).expect_err("no broker");
                assert!(matches!(error, SinkError::Unwritable { .. }), "{error:?}");
                assert!(error.to_string().contains(address.as_str()), "{error}");
            });
        }
    });
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[test]
fn a_killed_broker_loses_nothing_and_doubles_nothing() {
    let Some(broker) = broker::own() else {
        return;
    };
    let cluster = Cluster::at(Arc::new(broker));
    let topic = cluster.topic("killed");
    // Records are on disk before they are acknowledged: kill -9 then loses none.
    cluster.create(&topic, 2, Some(("flush.messages", "1")));
    let messages: Vec<Publication> = (0..1_000).map(|n| message(&topic, n)).collect();
    let sink = sink(&cluster, &topic);
    std::thread::scope(|scope| {
        let publishing = scope.spawn(|| {
            let mut failures = 0;
            for batch in messages.chunks(5) {
                let deadline = Instant::now() + Duration::from_secs(60);
                while let Err(error) = sink.publish(batch) {
                    assert!(matches!(error, SinkError::Unwritable { .. }), "{error:?}");
                    assert!(Instant::now() < deadline, "{error}");
                    failures += 1;
                }
            }
            failures
        });
        // The first time it is away longer than a call waits, so that one fails and is made again.
        for away in [Duration::from_secs(11), Duration::from_millis(300)] {
            std::thread::sleep(Duration::from_millis(400));
            cluster.broker.kill();
            std::thread::sleep(away);
            cluster.broker.restart();
        }
        let failures = publishing.join().expect("the page");
        assert!(failures > 0, "no call failed");
    });
    // A bridge that is started anew finds all of them.
    self::sink(&cluster, &topic)
        .publish(&messages)
        .expect("published");
    let mut found: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for record in records(&cluster, &topic, 2) {
        let ids = found.entry(record.partition).or_default();
        ids.extend(ids_in(std::slice::from_ref(&record)));
    }
    let mut all: Vec<String> = found.values().flatten().cloned().collect();
    all.sort();
    let mut expected = ids_of(&messages);
    expected.sort();
    assert_eq!(all, expected, "each once");
    for ids in found.values() {
        assert!(ids.is_sorted(), "in order");
    }
}

/// Where the keys {"id":0} .. {"id":7} go in a topic of three partitions.
const PARTITIONS: [i32; 8] = [1, 0, 1, 0, 2, 2, 1, 0];

/// A message as the page makes it.
pub(crate) fn message(topic: &str, number: usize) -> Publication {
    let id = format!("a1b2/1/flink.public.iris_test/0/{number:06}");
    let header = |name: &str, value: &str| Header {
        name: name.to_owned(),
        value: Some(value.as_bytes().to_vec()),
    };
    Publication {
        topic: topic.to_owned(),
        key: Some(format!(r#"{{"id":{number}}}"#).into_bytes()),
        value: b"[5.4, 3.7, 1.5, 0.2] is classified as 0".to_vec(),
        headers: vec![
            header("eddy.id", &id),
            header("eddy.lane", "Flink"),
            header("eddy.version", "1"),
            header("eddy.source", "flink.public.iris_test/0/1"),
        ],
        id,
    }
}

fn config(address: &str, topic: &str) -> KafkaConfig {
    let mut config = KafkaConfig::new(Settings::plaintext(address));
    config.publish = vec![topic.to_owned()];
    config
}

fn sink(cluster: &Cluster, topic: &str) -> KafkaSink {
    KafkaSink::open(&config(&cluster.broker.address, topic)).expect("a sink")
}

/// Publishes, and does so again as long as that fails.
fn insist(sink: &KafkaSink, messages: &[Publication]) {
    let deadline = Instant::now() + SOON;
    while let Err(error) = sink.publish(messages) {
        assert!(Instant::now() < deadline, "{error}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Everything that the topic holds.
fn records(cluster: &Cluster, topic: &str, partitions: i32) -> Vec<Record> {
    let mut from = (0..partitions)
        .map(|partition| at(topic, partition, 0))
        .collect();
    read_all(&cluster.open(&[topic]), &mut from).1
}

fn ids_of(messages: &[Publication]) -> Vec<String> {
    let id = |message: &Publication| message.id.clone();
    messages.iter().map(id).collect()
}

/// The ids in the headers.
pub(crate) fn ids_in(records: &[Record]) -> Vec<String> {
    records
        .iter()
        .flat_map(|record| &record.headers)
        .filter(|header| header.name == "eddy.id")
        .map(|header| String::from_utf8_lossy(header.value.as_deref().expect("an id")).into_owned())
        .collect()
}
