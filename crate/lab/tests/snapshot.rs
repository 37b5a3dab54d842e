//! The picture that the page draws, against the numbers of the published demo.
#![allow(clippy::unwrap_used)] // a test may

mod support;

use eddy_lab::Lab;
use eddy_lab::snapshot::{Axis, ComponentAxes, Playhead, Snapshot, View};
use eddy_lab::view::Follower;
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
    assert!(live.judged);
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
        row.shift, row.loss_before, row.loss_after
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

#[test]
fn a_lane_whose_clusters_stand_for_nothing_is_not_judged() {
    let order = &golden("seeds/orders_confirmed.json")["orders"][0];
    let mut file = iris_lab(10_000).config.file;
    file.lanes[0].cluster_labels = None;
    let mut lab = Lab::new(file).unwrap();
    let records = demo_records(order, 10_000);
    lab.apply(records[0].as_ref());
    let live = at(&lab, 0, Playhead::Live);
    assert!(!live.judged);
    // Colours that no label has.
    assert_eq!((live.labels.len(), live.cluster_labels), (3, vec![3, 4, 5]));
    assert!(at(&lab, 1, Playhead::Live).judged);
    lab.apply(records[1].as_ref());
    let live = at(&lab, 0, Playhead::Live);
    assert_eq!((live.predictions[0].right, live.judged), (Some(true), true));
}

#[test]
fn a_snapshot_says_which_axes_it_has() {
    let lab = demo();
    let view = |x, y| View {
        x: Axis::Feature(x),
        y: Axis::Feature(y),
        ..View::default()
    };
    let axes = |x, y| (Axis::Feature(x), Axis::Feature(y));
    assert_eq!(lab.snapshot(&view(1, 0)).axes, axes(1, 0));
    // Features that the lane does not have.
    let other = lab.snapshot(&view(0, 4));
    assert_eq!(other.axes, axes(2, 3));
    assert_eq!(other.stage.point_x, lab.snapshot(&view(2, 3)).stage.point_x);
}

fn along_components(components: Option<ComponentAxes>, lane: usize) -> View {
    View {
        lane,
        x: Axis::Component(0),
        y: Axis::Component(1),
        components,
        ..View::default()
    }
}

#[test]
fn rows_centroids_and_paths_are_shown_along_the_components_of_the_training_rows() {
    let lab = demo();
    let mut follower = Follower::default();
    let axes = follower.follow(&lab, 0).unwrap();
    let components = axes.components.clone();
    // All 277 training rows: most of their variance lies along the petals.
    assert_eq!(components.rows, 277);
    assert!(components.share[0] > 0.9 && components.share[1] < 0.1);
    let snapshot = lab.snapshot(&along_components(Some(axes), 0));
    assert_eq!(snapshot.axes, (Axis::Component(0), Axis::Component(1)));
    let stage = &snapshot.stage;
    let newest = snapshot
        .events
        .iter()
        .find(|event| event.role == 0)
        .unwrap();
    let at = stage
        .point_record
        .iter()
        .position(|record| u64::from(*record) == newest.record.unwrap())
        .unwrap();
    assert_eq!(
        stage.point_x[at],
        components.along(0, &newest.values) as f32
    );
    for (path, centroid) in stage.paths.iter().zip(stage.centroids.chunks(4)) {
        let (x, y) = *path.last().unwrap();
        assert_eq!(
            (x, y),
            (components.along(0, centroid), components.along(1, centroid))
        );
    }
    let (least, largest) = stage.x_range;
    assert!(
        stage
            .point_x
            .iter()
            .all(|x| (least..=largest).contains(&f64::from(*x)))
    );
    assert!(least > -5.0 && largest < 5.0, "{least} {largest}");
}

#[test]
fn the_axes_along_components_grow_only() {
    let order = &golden("seeds/orders_confirmed.json")["orders"][0];
    let mut lab = iris_lab(10_000);
    let mut follower = Follower::default();
    let mut reach: Option<(f64, f64)> = None;
    for record in demo_records(order, 10_000) {
        lab.apply(record.as_ref());
        let axes = follower.follow(&lab, 0).unwrap();
        let known = !axes.components.share[0].is_nan();
        let snapshot = lab.snapshot(&along_components(Some(axes), 0));
        follower.reached(&snapshot.stage, snapshot.axes);
        let now = snapshot.stage.x_range;
        if let Some(before) = reach {
            assert!(now.0 <= before.0 && now.1 >= before.1);
        }
        reach = known.then_some(now);
        assert!(!follower.is_behind(&lab));
    }
    // As if it had looked at the end only, but for how far the axes reach.
    let whole = Follower::default().follow(&lab, 0).unwrap();
    let steps = follower.follow(&lab, 0).unwrap();
    for (one, other) in steps.components.axes[0]
        .iter()
        .zip(&whole.components.axes[0])
    {
        assert!((one.abs() - other.abs()).abs() < 1e-12);
    }
    // Another lane, and a lab that began anew.
    assert_eq!(follower.follow(&lab, 1).unwrap().components.rows, 277);
    let fresh = follower.follow(&iris_lab(10_000), 1).unwrap();
    assert_eq!((fresh.components.rows, fresh.reach), (0, [None, None]));
}

#[test]
fn lanes_side_by_side_are_shown_along_the_same_components_with_the_same_ranges() {
    let lab = demo();
    let axes = Follower::default().follow(&lab, 1);
    let panels = lab.panels(&along_components(axes, 1));
    assert_eq!(panels.len(), 2);
    let [one, other] = [&panels[0].stage, &panels[1].stage];
    assert!(one.components.is_some());
    assert_eq!(one.components, other.components);
    assert_eq!((one.x_range, one.y_range), (other.x_range, other.y_range));
}

#[test]
fn components_that_are_not_known_leave_the_last_two_features() {
    let lab = demo();
    let view = along_components(None, 0);
    let axes = (Axis::Feature(2), Axis::Feature(3));
    assert_eq!(lab.snapshot(&view).axes, axes);
    assert_eq!(lab.snapshot(&view).stage.components, None);
}

#[test]
fn the_newest_points_bring_all_their_features_where_they_are_asked_for() {
    let lab = demo();
    assert!(at(&lab, 0, Playhead::Live).stage.values.is_empty());
    let snapshot = lab.snapshot(&View {
        values: 20,
        ..View::default()
    });
    let stage = &snapshot.stage;
    assert_eq!(stage.values.len(), 20 * 4);
    let petal_lengths = stage.values.iter().skip(2).step_by(4);
    let newest = stage.point_x.len() - 20;
    assert!(petal_lengths.eq(&stage.point_x[newest..]));
    assert_eq!(stage.value_ranges.len(), 4);
    assert_eq!(stage.value_ranges[2], stage.x_range);
}

#[test]
fn a_value_that_is_no_number_is_shown_as_it_arrived() {
    let mut lab = iris_lab(10_000);
    let long = "x".repeat(1_000);
    for (offset, row) in [
        r#"{"sepal_length":7.4,"sepal_width":2.8,"petal_length":6.1,"petal_width":"n/a"}"#
            .to_owned(),
        r#"{"sepal_length":7.4,"sepal_width":2.8,"petal_length":6.1}"#.to_owned(),
        format!(
            r#"{{"sepal_length":"{long}","sepal_width":true,"petal_length":null,"petal_width":1}}"#
        ),
    ]
    .iter()
    .enumerate()
    {
        let bad = wire::Record {
            topic: support::TRAIN.into(),
            partition: 0,
            offset: offset as i64,
            timestamp_ms: 0,
            headers: Vec::new(),
            key: None,
            value: Some(row.clone().into_bytes()),
        };
        let waiting = lab.peek(bad.as_ref(), 0).unwrap();
        lab.apply(bad.as_ref());
        let event = at(&lab, 0, Playhead::Live).events[0].clone();
        assert_eq!(event.texts, waiting.texts);
        match offset {
            0 => assert_eq!(
                (&event.values[..3], event.texts[3].as_str()),
                (&[7.4, 2.8, 6.1][..], "n/a")
            ),
            1 => assert_eq!(event.texts, ["", "", "", ""]),
            _ => {
                assert_eq!(event.texts[1..], ["true", "", ""]);
                assert_eq!(event.texts[0].chars().count(), 25);
            }
        }
        assert!(!event.note.is_empty());
    }
}

#[test]
fn rows_older_than_the_points_are_counted_where_they_lie() {
    let lab = demo();
    let points = |points| {
        lab.snapshot(&View {
            points,
            ..View::default()
        })
        .stage
    };
    assert_eq!(points(2_000).older.size, (0, 0));
    let stage = points(100);
    let older = &stage.older;
    assert_eq!(older.counts.len(), older.size.0 * older.size.1);
    // All 277 training rows: as a point, or in a cell.
    let tests = stage.point_test.iter().map(|test| u32::from(*test));
    assert_eq!(
        older.counts.iter().sum::<u32>(),
        277 - (100 - tests.sum::<u32>())
    );
    // The setosas lie in the lower left.
    let (across, down) = older.size;
    let corner =
        (0..down / 3).flat_map(|row| &older.counts[row * across..row * across + across / 3]);
    assert!(corner.sum::<u32>() > 50);
}
