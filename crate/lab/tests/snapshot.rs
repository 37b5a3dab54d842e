//! The picture that the page draws, against the numbers of the published demo.
#![allow(clippy::unwrap_used)] // a test may

mod support;

use eddy_lab::Lab;
use eddy_lab::snapshot::{Playhead, Snapshot, View};
use support::{demo_records, golden, iris_lab};

fn demo() -> Lab {
    let order = &golden("seeds/orders_confirmed.json")["orders"][0];
    let mut lab = iris_lab(10_000);
    for record in demo_records(order, 10_000) {
        lab.apply(record.as_ref());
    }
    lab
}

fn at(lab: &Lab, lane: usize, at: Playhead) -> Snapshot {
    lab.snapshot(&View {
        lane,
        at,
        ..View::default()
    })
}

#[test]
fn live_shows_the_end_of_the_demo() {
    let lab = demo();
    let live = at(&lab, 0, Playhead::Live);
    assert_eq!((live.records, live.record, live.live), (310, 310, true));
    assert_eq!((live.version, live.versions), (9, 9));
    assert_eq!(
        (live.batch.number, live.batch.rows, live.batch.size),
        (9, 21, Some(32))
    );
    assert_eq!(live.batch.clusters.len(), 21);
    assert_eq!(live.predictions_total, 33);
    let scores: Vec<_> = live
        .rounds
        .iter()
        .map(|round| (round.first, round.right, round.of))
        .collect();
    assert_eq!(scores, [(1, 5, 11), (150, 7, 11), (299, 9, 11)]);
    assert_eq!(live.labels, ["setosa", "versicolor", "virginica"]);
    assert_eq!(live.cluster_labels, [0, 1, 2]);
    let wrong: Vec<_> = live
        .predictions
        .iter()
        .filter(|p| p.right == Some(false) && p.round == 3)
        .collect();
    assert_eq!(wrong.len(), 2);
    assert_eq!(wrong[0].label.as_deref(), Some("versicolor"));
    assert_eq!((wrong[0].cluster, wrong[0].offset), (2, 28));
    assert_eq!(
        format!(
            "{:.2} {:.2}",
            wrong[0].distance, wrong[0].runner_up_distance
        ),
        "0.74 1.12"
    );
    // All training rows and the newest round's test rows.
    assert_eq!(live.stage.point_x.len(), 277 + 11);
    assert_eq!(
        live.stage
            .point_test
            .iter()
            .filter(|test| **test == 1)
            .count(),
        11
    );
    assert_eq!(live.stage.paths[0].len(), 9);
    assert_eq!(live.events.len(), 200);
    assert_eq!(
        (
            live.events[0].offset,
            live.events[0].role,
            live.events[0].op
        ),
        (32, 1, 'c')
    );
}

#[test]
fn the_ledger_has_the_numbers_of_each_batch() {
    let lab = demo();
    let live = at(&lab, 0, Playhead::Live);
    let row = live.ledger.iter().find(|row| row.last == 5).unwrap();
    let numbers = format!(
        "{:.3} {:.2} {:.2}",
        row.shift, row.inertia_before, row.inertia_after
    );
    assert_eq!(
        (row.counts.as_slice(), numbers.as_str()),
        (&[8, 4, 20][..], "0.473 0.73 0.61")
    );
    assert_eq!(row.offsets, "iris_train 96–127");
    assert_eq!((row.from_record, row.to_record), (107, 139));
    assert_eq!(
        live.ledger.last().unwrap().note,
        "the initial model: it already answers test rows"
    );
    assert_eq!(
        live.ledger[live.ledger.len() - 2].note,
        "cluster 1 got no rows"
    );
}

#[test]
fn the_past_is_shown_as_it_was() {
    let lab = demo();
    let past = at(&lab, 0, Playhead::Version(5));
    assert_eq!(
        (past.version, past.versions, past.record, past.live),
        (5, 9, 139, false)
    );
    assert_eq!(past.predictions_total, 11);
    assert_eq!(past.batch.rows, 0);
    assert_eq!(past.ledger.len(), 5);
    assert_eq!(past.bars.len(), 9);
    // The rows that waited when the second test came.
    let past = at(&lab, 0, Playhead::Record(150));
    assert_eq!((past.version, past.batch.rows), (5, 11));
    let first = at(&lab, 0, Playhead::Version(1));
    assert_eq!((first.record, first.stage.point_x.len()), (0, 0));
    assert_eq!(first.stage.centroids[..4], [6.0, 3.0, 1.0, 0.0]);
}

#[test]
fn spark_waits_for_its_window() {
    let mut lab = demo();
    let live = at(&lab, 1, Playhead::Live);
    assert_eq!(
        (live.batch.held, live.lanes[1].ready, live.lanes[0].ready),
        (11, false, true)
    );
    assert_eq!(live.rounds[2].of, 0);
    lab.tick(live.lanes[1].window_end_ms.unwrap());
    let live = at(&lab, 1, Playhead::Live);
    assert!(live.lanes[1].ready);
    assert_eq!(live.lanes[1].rounds, [(5, 11), (8, 11), (11, 11)]);
    assert_eq!(live.cluster_labels, [1, 0, 2]);
    assert!(
        live.ledger
            .iter()
            .any(|row| row.note.starts_with("empty batch: cluster")),
        "{:?}",
        live.ledger
    );
}

#[test]
fn before_the_first_row_there_is_already_a_model() {
    let live = at(&iris_lab(10_000), 0, Playhead::Live);
    assert_eq!(
        (live.version, live.stage.slice.as_slice()),
        (1, &[6.0, 3.0, 2.0, 1.0][..])
    );
    assert_eq!(
        (live.stage.x_range, live.stage.y_range),
        ((1.0, 3.0), (0.0, 2.0))
    );
}
