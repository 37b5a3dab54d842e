//! Records that retention has removed.

use std::sync::Arc;

use eddy_bridge::News;
use wire::Gap;

use super::cluster::{Cluster, Row, at, read_all, row, values};
use super::following::Following;

#[test]
fn what_was_removed_is_told_to_who_reads() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("removed");
    cluster.create(&topic, 2, None);
    let texts: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    let rows: Vec<_> = texts.iter().map(|text| row(text)).collect();
    cluster.produce(&topic, &rows);
    cluster.produce(
        &topic,
        &[Row {
            partition: 1,
            ..row("p1")
        }],
    );
    cluster.delete_records(&topic, 0, 4);
    let kafka = cluster.open(&[&topic]);
    let gap = |from, to| Gap {
        topic: topic.clone(),
        partition: 0,
        from,
        to,
    };
    let mut positions = vec![at(&topic, 0, 1), at(&topic, 1, 0)];
    let (gaps, records) = read_all(&kafka, &mut positions);
    assert_eq!(gaps, [gap(1, 3)]);
    assert_eq!(values(&records), ["4", "5", "6", "7", "8", "9", "p1"]);

    // From the first offset that is kept there is no gap; and where everything is gone, nothing but one.
    let (gaps, records) = read_all(&kafka, &mut vec![at(&topic, 0, 4)]);
    assert_eq!((gaps.len(), records.len()), (0, 6));
    cluster.delete_records(&topic, 0, 10);
    let mut positions = vec![at(&topic, 0, 4)];
    let (gaps, records) = read_all(&kafka, &mut positions);
    assert_eq!((gaps, records.len()), (vec![gap(4, 9)], 0));
    assert_eq!(positions[0].offset, 10);
}

#[test]
fn what_was_removed_is_told_to_who_follows() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let topic = cluster.topic("overtaken");
    cluster.create(&topic, 1, None);
    let kafka = Arc::new(cluster.open(&[&topic]));
    let mut following = Following::begin(&kafka);
    following.until_idle();

    // Nobody takes anything in, until more is there than is fetched ahead, and most of it is removed.
    following.hold(true);
    let filler = "x".repeat(100_000);
    let rows = vec![row(&filler); 1000];
    cluster.produce(&topic, &rows);
    cluster.delete_records(&topic, 0, 990);
    following.hold(false);

    let mut next = 0;
    let mut told = Vec::new();
    while next < 1000 {
        match following.next() {
            News::Records(records) => {
                for record in records {
                    assert_eq!(record.offset, next);
                    next += 1;
                }
            }
            News::Gap(gap) => {
                assert_eq!((gap.from, gap.to), (next, 989), "{gap:?}");
                next = gap.to + 1;
                told.push(gap);
            }
            News::Idle { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told.len(), 1, "100 MB are not fetched ahead");
    cluster.produce(&topic, &[row("after")]);
    assert_eq!(values(&following.records(1)), ["after"]);
    following.stop();
}
