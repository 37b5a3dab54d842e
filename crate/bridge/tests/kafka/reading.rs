//! Reading what is old.

use std::sync::Arc;

use eddy_bridge::{Source as _, SourceError};
use wire::{Header, Record};

use super::cluster::{Cluster, Row, at, produce, read_all, row, values, wait};
use super::following::Following;

#[test]
fn every_field_comes_back_in_every_codec() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("fields");
    cluster.create(&topic, 1, None);
    let kafka = Arc::new(cluster.open(&[&topic]));
    let mut following = Following::begin(&kafka);
    let headers: &[(&str, Option<&[u8]>)] = &[
        ("op", Some(b"c")),
        ("again", Some(b"1")),
        ("again", Some(b"")),
        ("größe", None),
    ];
    let long = "x".repeat(5000);
    let rows = [
        Row {
            timestamp_ms: Some(1_700_000_000_123),
            key: Some(b"key"),
            value: Some(long.as_bytes()),
            headers,
            ..Row::default()
        },
        Row {
            timestamp_ms: Some(1),
            key: Some(b""),
            value: Some(b""),
            ..Row::default()
        },
        Row {
            timestamp_ms: Some(5),
            ..Row::default()
        },
    ];
    let codecs = ["none", "gzip", "snappy", "lz4", "zstd"];
    for codec in codecs {
        produce(
            &cluster.producer(&[("compression.type", codec)]),
            &topic,
            &rows,
        );
    }
    let (gaps, records) = read_all(&kafka, &mut vec![at(&topic, 0, 0)]);
    assert!(gaps.is_empty());
    let expected: Vec<Record> = (0..codecs.len() * rows.len())
        .map(|offset| expected(&topic, offset, &rows[offset % rows.len()]))
        .collect();
    // Times do not grow along the partition, whose order is kept all the same.
    assert!(records == expected, "{:?}", shortened(&records));
    let followed = following.records(expected.len());
    assert!(followed == expected, "{:?}", shortened(&followed));
    following.stop();
}

/// What can be printed of records whose values are long.
fn shortened(records: &[Record]) -> Vec<Record> {
    let mut records = records.to_vec();
    for value in records
        .iter_mut()
        .filter_map(|record| record.value.as_mut())
    {
        value.truncate(3);
    }
    records
}

fn expected(topic: &str, offset: usize, row: &Row<'_>) -> Record {
    let header = |(name, value): &(&str, Option<&[u8]>)| Header {
        name: (*name).to_owned(),
        value: value.map(<[u8]>::to_vec),
    };
    Record {
        topic: Arc::from(topic),
        partition: 0,
        offset: offset as i64,
        timestamp_ms: row.timestamp_ms.unwrap_or_default(),
        headers: row.headers.iter().map(header).collect(),
        key: row.key.map(<[u8]>::to_vec),
        value: row.value.map(<[u8]>::to_vec),
    }
}

#[test]
fn records_of_several_partitions_come_by_their_time() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let (a, b) = (cluster.topic("a"), cluster.topic("b"));
    cluster.create(&a, 3, None);
    cluster.create(&b, 1, None);
    let mut expected = Vec::new();
    for number in 0..3000_i64 {
        // Partition 2 of `a` stays empty; `b` has only late records, and a must not be read to memory for them.
        let (topic, partition) = match number % 3 {
            _ if number >= 2000 => (&b, 0),
            0 => (&a, 1),
            _ => (&a, 0),
        };
        expected.push((
            1000 + number / 2,
            topic.clone(),
            partition,
            number.to_string(),
        ));
    }
    let filler = "·".repeat(500);
    for topic in [&a, &b] {
        let texts: Vec<_> = expected
            .iter()
            .filter(|(_, of, ..)| of == topic)
            .map(|(time, _, partition, text)| (*time, *partition, format!("{text} {filler}")))
            .collect();
        let rows: Vec<_> = texts
            .iter()
            .map(|(time, partition, text)| Row {
                timestamp_ms: Some(*time),
                partition: *partition,
                ..row(text)
            })
            .collect();
        cluster.produce(topic, &rows);
    }
    let kafka = cluster.open(&[&a, &b]);
    let mut positions = vec![at(&b, 0, 0), at(&a, 2, 0), at(&a, 1, 0), at(&a, 0, 0)];
    let (_, records) = read_all(&kafka, &mut positions);
    expected.sort_by(|x, y| (x.0, &x.1, x.2).cmp(&(y.0, &y.1, y.2)));
    let numbers = |text: String| text.split(' ').next().unwrap_or_default().to_owned();
    let read: Vec<_> = values(&records).into_iter().map(numbers).collect();
    let expected: Vec<_> = expected.into_iter().map(|(.., text)| text).collect();
    assert_eq!(read, expected);
    let ends = [(1000, &b), (0, &a), (667, &a), (1333, &a)];
    for (position, (end, topic)) in positions.iter().zip(ends) {
        assert_eq!((position.offset, &*position.topic), (end, topic.as_str()));
    }
}

#[test]
fn a_partition_of_later_records_waits_and_is_not_read_to_memory() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let (early, late) = (cluster.topic("early"), cluster.topic("late"));
    let filler = "x".repeat(3000);
    // More than is kept waiting of one partition, so that it rests and goes on.
    for (topic, count, time) in [(&early, 4000, 1), (&late, 3000, 2)] {
        cluster.create(topic, 1, None);
        let timed = Row {
            timestamp_ms: Some(time),
            ..row(&filler)
        };
        cluster.produce(topic, &vec![timed; count]);
    }
    let kafka = cluster.open(&[&early, &late]);
    let mut positions = vec![at(&early, 0, 0), at(&late, 0, 0)];
    let (gaps, records) = read_all(&kafka, &mut positions);
    assert!(gaps.is_empty());
    let places: Vec<_> = records
        .iter()
        .map(|record| (record.timestamp_ms, record.offset))
        .collect();
    let early = (0..4000).map(|offset| (1, offset));
    let expected: Vec<_> = early.chain((0..3000).map(|offset| (2, offset))).collect();
    assert!(places == expected, "{} records", places.len());
}

#[test]
fn a_time_is_found() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("times");
    cluster.create(&topic, 2, None);
    let rows = [(0, 1000), (0, 2000), (0, 3000), (1, 1500)].map(|(partition, time)| Row {
        partition,
        timestamp_ms: Some(time),
        ..row("x")
    });
    cluster.produce(&topic, &rows);
    let kafka = cluster.open(&[&topic]);
    let log_id = kafka.hello().expect("hello").log_id;
    let at = |time| kafka.offset_at(&log_id, &topic, time).expect("offsets");
    assert_eq!(at(-5), [(0, 0), (1, 0)]);
    assert_eq!(at(1000), [(0, 0), (1, 0)]);
    assert_eq!(at(1501), [(0, 1), (1, 1)]);
    assert_eq!(at(2000), [(0, 1), (1, 1)]);
    assert_eq!(at(3001), [(0, 3), (1, 1)]);
    let unknown = kafka.offset_at(&log_id, "no such topic", 0);
    assert_eq!(unknown, Ok(Vec::new()));
}

#[test]
fn another_cluster_and_another_topic_are_told() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("there");
    cluster.create(&topic, 1, None);
    let kafka = cluster.open(&[&topic]);
    let log_id = kafka.hello().expect("hello").log_id;
    let read = |log_id: &str, topic: &str| kafka.read(log_id, &[at(topic, 0, 0)], 1000);
    assert_eq!(
        read("another", &topic),
        Err(SourceError::MadeAnew {
            log_id: log_id.clone()
        })
    );
    let error = read(&log_id, "gone")
        .expect_err("no such topic")
        .to_string();
    assert!(error.contains("gone"), "{error}");
    let chunk = read(&log_id, &topic).expect("an empty chunk");
    assert_eq!((chunk.records.len(), chunk.next[0].offset), (0, 0));
}

#[test]
fn a_topic_that_is_named_is_listed_when_it_appears() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let (now, later) = (cluster.topic("now"), cluster.topic("later"));
    cluster.create(&now, 1, None);
    let kafka = cluster.open(&[&now, &later]);
    let listed = || {
        let hello = kafka.hello().expect("hello");
        hello
            .topics
            .into_iter()
            .map(|ends| ends.topic)
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(), [now.as_str()]);
    cluster.create(&later, 1, None);
    wait("the topic", || {
        (listed() == [later.as_str(), now.as_str()]).then_some(())
    });
    let hello = kafka.hello().expect("hello");
    assert_ne!(hello.topic_ids[&now], hello.topic_ids[&later]);
}
