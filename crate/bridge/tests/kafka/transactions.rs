//! Transactions: what is aborted is never seen, and what is open is waited for.

use std::sync::Arc;

use eddy_bridge::Source as _;
use rdkafka::producer::{BaseProducer, Producer as _};

use super::cluster::{Cluster, SOON, at, produce, read_all, row, values, wait};
use super::following::Following;

fn transactional(cluster: &Cluster) -> BaseProducer {
    let id = cluster.topic("transactions");
    let producer = cluster.producer(&[("transactional.id", &id)]);
    producer.init_transactions(SOON).expect("a producer id");
    producer
}

#[test]
fn only_what_is_committed_is_seen() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("committed");
    cluster.create(&topic, 1, None);
    let kafka = Arc::new(cluster.open(&[&topic]));
    let mut following = Following::begin(&kafka);
    let producer = transactional(&cluster);
    for (value, commit) in [("a", true), ("aborted", false), ("b", true), ("no", false)] {
        producer.begin_transaction().expect("begun");
        produce(&producer, &topic, &[row(value)]);
        match commit {
            true => producer.commit_transaction(SOON),
            false => producer.abort_transaction(SOON),
        }
        .expect("ended");
    }
    assert_eq!(values(&following.records(2)), ["a", "b"]);
    assert!(following.until_idle().is_empty(), "and nothing else");

    // Offsets 0 to 7: each transaction has a record and a mark.
    let end = cluster.ends(&topic, 0).expect("ends").1;
    assert_eq!(end, 8);
    let mut positions = vec![at(&topic, 0, 0)];
    let (gaps, records) = read_all(&kafka, &mut positions);
    assert_eq!(
        (gaps.len(), values(&records)),
        (0, vec!["a".into(), "b".into()])
    );
    assert_eq!(
        positions[0].offset, end,
        "reading passes over the last marks"
    );
    let hello = kafka.hello().expect("hello");
    assert_eq!(
        hello.topics[0].end, 5,
        "who follows is not behind for a mark"
    );
    following.stop();

    // Nobody follows any more, and nothing is known of what lies before the end.
    let kafka = cluster.open(&[&topic]);
    assert_eq!(kafka.hello().expect("hello").topics[0].end, end);
    let mut positions = vec![at(&topic, 0, 6)];
    let (_, records) = read_all(&kafka, &mut positions);
    assert_eq!((records.len(), positions[0].offset), (0, end));
}

#[test]
fn an_open_transaction_holds_back_what_is_behind_it() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("open");
    cluster.create(&topic, 1, None);
    let kafka = Arc::new(cluster.open(&[&topic]));
    let mut following = Following::begin(&kafka);
    let producer = transactional(&cluster);
    producer.begin_transaction().expect("begun");
    produce(&producer, &topic, &[row("in it")]);
    cluster.produce(&topic, &[row("behind it")]);

    assert!(following.until_idle().is_empty(), "time goes on meanwhile");
    let hello = kafka.hello().expect("hello");
    assert_eq!(hello.topics[0].end, 0, "what can be reached");
    let chunk = kafka.read(&hello.log_id, &[at(&topic, 0, 0)], 1000);
    assert!(chunk.expect("a chunk").records.is_empty());
    let note = wait("a note", || kafka.note());
    assert!(
        note.contains("open transaction") && note.contains(&topic),
        "{note}"
    );

    producer.commit_transaction(SOON).expect("ended");
    assert_eq!(values(&following.records(2)), ["in it", "behind it"]);
    wait("no note", || kafka.note().is_none().then_some(()));
    wait("the end", || {
        let hello = kafka.hello().expect("hello");
        (hello.topics[0].end == 2).then_some(())
    });
    following.stop();
}
