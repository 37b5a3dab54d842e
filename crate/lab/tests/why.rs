//! Why a record got what it got, and the life of a centroid, against the numbers of the published demo.
#![allow(clippy::unwrap_used)] // a test may

mod support;

use eddy_lab::config::{Policy, Update};
use eddy_lab::snapshot::{Playhead, View};
use eddy_lab::{Lab, LabFile};
use support::{TRAIN, demo_records, golden, iris_lab, record};

fn demo() -> Lab {
    let order = &golden("seeds/orders_confirmed.json")["orders"][0];
    let mut lab = iris_lab(10_000);
    for record in demo_records(order, 10_000) {
        lab.apply(record.as_ref());
    }
    lab
}

#[test]
fn a_prediction_is_made_of_distances_by_the_version_of_its_time() {
    let lab = demo();
    let live = lab.snapshot(&View::default());
    let wrong = live
        .predictions
        .iter()
        .find(|row| row.offset == 28)
        .unwrap();
    let why = lab.why(wrong.record, 0, Playhead::Live).unwrap();
    assert_eq!((why.lane.as_str(), why.offset, why.role), ("Flink", 28, 1));
    assert_eq!(
        (why.trained, why.waits, why.left_out.as_str()),
        (None, false, "")
    );
    let answer = why.answer.unwrap();
    assert_eq!(
        (answer.version, answer.given, answer.right),
        (9, true, Some(false))
    );
    assert_eq!(answer.label.as_deref(), Some("versicolor"));
    let told: Vec<String> = answer
        .distances
        .iter()
        .map(|(cluster, distance)| format!("{cluster} {distance:.2}"))
        .collect();
    assert_eq!(told[..2], ["2 0.74", "1 1.12"]);
    assert_eq!(told.len(), 3);
    assert_eq!(answer.cluster, 2);
    assert_eq!(format!("{:.2}", answer.margin), "0.38");
    assert!(!answer.scaled_since && !answer.let_go);
    // Version 9 was made by batch 8, which moved the centroid.
    let moved = answer.moved.unwrap();
    let entry = live.ledger.iter().find(|row| row.last == 9).unwrap();
    assert_eq!(
        (moved.batch, moved.version, moved.to_record),
        (8, 9, entry.to_record)
    );
    assert_eq!(
        (moved.rows, moved.shift),
        (entry.counts[2], entry.shifts[2])
    );
}

#[test]
fn a_training_row_has_its_place_in_a_batch() {
    let lab = demo();
    // Record 0 is the first training row; 11 test rows follow.
    let place = |record, at| lab.why(record, 0, at).unwrap().trained.unwrap();
    let first = place(0, Playhead::Live);
    assert_eq!(
        (first.batch, first.row, first.rows, first.version),
        (1, 1, 32, Some(2))
    );
    let second = place(12, Playhead::Live);
    assert_eq!((second.batch, second.row, second.version), (1, 2, Some(2)));
    let last = place(298, Playhead::Live);
    assert_eq!((last.batch, last.row, last.rows), (9, 21, 21));
    assert_eq!((last.size, last.version), (Some(32), None));
    // Seen from a time when its batch was still open.
    let then = place(12, Playhead::Record(20));
    assert_eq!(
        (then.batch, then.row, then.rows, then.version),
        (1, 2, 9, None)
    );
    let why = lab.why(12, 0, Playhead::Live).unwrap();
    let answer = why.answer.unwrap();
    assert_eq!((answer.version, answer.given), (9, false));
    let later = lab.why(200, 0, Playhead::Record(20)).unwrap();
    assert_eq!(later.left_out, "It comes after the version that is shown.");
    assert_eq!((later.trained, later.answer), (None, None));
    assert_eq!(lab.why(310, 0, Playhead::Live), None);
}

#[test]
fn what_a_lane_leaves_out_has_a_reason() {
    let mut file = LabFile::parse(include_str!("../../../www/lab.json")).unwrap();
    file.lanes[1].changes.update = Update::Ignore;
    let mut lab = Lab::new(file).unwrap();
    let mut event = record(TRAIN, 0, 1, &[5.0, 3.0, 1.0, 0.2], 0);
    lab.apply(event.as_ref());
    let updated = String::from_utf8(event.value.take().unwrap()).unwrap();
    let updated = updated
        .replace("\"op\":\"c\"", "\"op\":\"u\"")
        .replace("\"lsn\":0", "\"lsn\":9");
    (event.offset, event.value) = (1, Some(updated.clone().into_bytes()));
    lab.apply(event.as_ref());
    event.offset = 2;
    lab.apply(event.as_ref());
    let bad = updated.replace("\"petal_width\":0.2", "\"petal_width\":\"n/a\"");
    (event.offset, event.value) = (3, Some(bad.into_bytes()));
    lab.apply(event.as_ref());
    (event.offset, event.value) = (4, None);
    lab.apply(event.as_ref());
    let why = |record, lane| lab.why(record, lane, Playhead::Live).unwrap();
    assert_eq!(
        (why(1, 0).left_out.as_str(), why(1, 0).policy.as_str()),
        ("", "as_rows")
    );
    assert_eq!(why(1, 0).trained.unwrap().row, 2);
    assert_eq!(
        why(1, 1).left_out,
        "Spark takes inserts only: updates are not learned."
    );
    assert_eq!(why(1, 1).policy, "inserts_only");
    assert_eq!(why(2, 0).left_out, "It came again: Flink counts it once.");
    assert_eq!(why(3, 0).left_out, "Rejected: nothing is learned from it.");
    assert_eq!(why(4, 0).left_out, "Shown only: it changes no model.");
    // By topic, updates, and rejected ones.
    let tally = lab.rows.tally(5);
    assert_eq!(
        (tally.by_stream, tally.changed, tally.rejected),
        (vec![5], 2, 1)
    );
}

#[test]
fn a_row_that_was_corrected_is_in_no_batch() {
    let mut file = LabFile::parse(include_str!("../../../www/lab.json")).unwrap();
    Policy::Corrected.put(&mut file.lanes[0].changes);
    let mut lab = Lab::new(file).unwrap();
    let mut event = record(TRAIN, 0, 1, &[5.0, 3.0, 1.0, 0.2], 0);
    lab.apply(event.as_ref());
    let inserted = String::from_utf8(event.value.take().unwrap()).unwrap();
    let row =
        &inserted[inserted.find("\"after\":").unwrap() + 8..inserted.find(",\"source\"").unwrap()];
    let updated = inserted
        .replace("\"before\":null", &format!("\"before\":{row}"))
        .replace("\"op\":\"c\"", "\"op\":\"u\"")
        .replace("\"lsn\":0", "\"lsn\":9");
    (event.offset, event.value) = (1, Some(updated.into_bytes()));
    lab.apply(event.as_ref());
    let why = |record| lab.why(record, 0, Playhead::Live).unwrap();
    assert_eq!(
        why(0).left_out,
        "Taken out again: a later change corrected it."
    );
    assert_eq!((why(0).trained, why(1).trained.unwrap().row), (None, 1));
    assert_eq!(
        (why(1).policy.as_str(), why(1).left_out.as_str()),
        ("corrected", "")
    );
    assert_eq!(why(0).answer.unwrap().distances.len(), 3);
}

#[test]
fn a_centroid_has_a_life() {
    let lab = demo();
    let live = lab.snapshot(&View::default());
    let life = lab.life(0, 1, Playhead::Live, 200).unwrap();
    assert_eq!((life.entries, life.rows.len(), life.curve.len()), (9, 9, 9));
    assert_eq!(life.rows[0].place, live.stage.centroids[4..8]);
    assert_eq!(life.rows[0].weight, live.stage.weights[1]);
    let row = |version: u64| life.rows.iter().find(|row| row.last == version).unwrap();
    assert_eq!(
        (row(2).counts.0, row(2).note.as_str()),
        (0, "no rows: it stayed")
    );
    let without = |row: &&eddy_lab::snapshot::LedgerRow| row.rows > 0 && row.counts[1] == 0;
    assert_eq!(
        life.empty,
        live.ledger.iter().filter(without).count() as u64
    );
    assert_eq!(row(2).shift, 0.0);
    assert_eq!(
        (row(5).counts, row(1).note.as_str()),
        ((4, 32), "the initial model")
    );
    assert_eq!(life.curve[4], (139, row(5).shift));
    let few = lab.life(0, 1, Playhead::Version(5), 2).unwrap();
    assert_eq!((few.rows.len(), few.entries, few.curve.len()), (2, 5, 2));
    assert_eq!(lab.life(0, 3, Playhead::Live, 200), None);
}

#[test]
fn a_linear_answer_is_made_of_products() {
    let file = r#"{"eddy":1,"streams":[{"topic":"t","role":"both"}],"features":["a","b"],"target":"y",
        "lanes":[{"name":"L","model":{"kind":"linear_regression","solver":"rls",
                  "initial":{"coefficients":[2,0.5],"intercept":-1}},
                  "scaler":{"kind":"fixed","mean":[1,2],"std":[2,4]},"batch":{"by":"count","rows":2}}]}"#;
    let mut lab = Lab::new(LabFile::parse(file).unwrap()).unwrap();
    let mut event = record("t", 0, 1, &[0.0; 4], 0);
    event.value = Some(br#"{"a":3,"b":4,"y":9}"#.to_vec());
    lab.apply(event.as_ref());
    let why = lab.why(0, 0, Playhead::Live).unwrap();
    let answer = why.answer.unwrap();
    let linear = answer.linear.unwrap();
    let parts: Vec<f64> = linear.products.iter().map(|part| part.product).collect();
    for (found, wanted) in parts
        .iter()
        .chain([&linear.intercept, &linear.sum])
        .zip([6.0, 2.0, -1.0, 7.0])
    {
        assert!((found - wanted).abs() < 1e-12, "{linear:?}");
    }
    assert_eq!(
        (linear.target, linear.differs, answer.given),
        (9.0, false, true)
    );
    assert!((linear.predicted - 7.0).abs() < 1e-12);
    assert_eq!(why.trained.unwrap().row, 1);
    assert_eq!(lab.life(0, 0, Playhead::Live, 9), None);
}
