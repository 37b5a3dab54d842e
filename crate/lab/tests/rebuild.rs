//! Labs that take another's place.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

#[path = "support/replayed.rs"]
mod support;

use eddy_lab::snapshot::{Axis, View};
use eddy_lab::{Lab, LabFile, replay};
use serde_json::{Value, json};
use support::*;
use wire::{Line, LineReader};

fn kmeans(decay: f64) -> Value {
    json!({"kind": "kmeans", "engine": "flink", "decay_factor": decay,
        "initial": {"centroids": [[0, 0], [9, 9]], "weights": [1, 1]}})
}

/// A lab file of these lanes: names and decay factors.
fn file(lanes: &[(&str, f64)]) -> LabFile {
    let mut file = lab(2, &json!({"model": kmeans(0.0)}));
    file["label"] = json!("y");
    let lane = |(name, decay): &(&str, f64)| json!({"name": name, "model": kmeans(*decay), "batch": {"by": "count", "rows": 3}});
    file["lanes"] = lanes.iter().map(lane).collect();
    LabFile::parse(&file.to_string()).unwrap()
}

fn input() -> Vec<Line> {
    let rows: Vec<In> = (0..60)
        .map(|i| {
            let row = vec![f64::from(i * 7 % 11), f64::from(i * 5 % 13)];
            match i % 6 {
                4 | 5 => Test(i.into(), row),
                _ => Train(i.into(), row),
            }
        })
        .collect();
    let mut reader = LineReader::new();
    let lines = lines(&rows);
    let lines = (1..).zip(&lines);
    lines
        .map(|(number, line)| reader.read(number, line).unwrap().unwrap())
        .collect()
}

fn feed(lab: &mut Lab, lines: &[Line]) {
    for line in lines {
        replay::apply(lab, line.clone()).unwrap();
    }
}

#[test]
fn lanes_that_are_as_they_were_stay_and_others_learn_from_what_is_there() {
    let lines = input();
    let mut old = Lab::new(file(&[("A", 0.5), ("B", 0.0)])).unwrap();
    feed(&mut old, &lines[..40]);
    let old_lanes: Vec<_> = old.lanes.iter().map(|lane| lane.version()).collect();
    let changed = file(&[("C", 1.0), ("B", 0.0), ("A", 0.25)]);
    let mut lab = Lab::behind(changed, &old, 18).unwrap();
    feed(&mut lab, &lines[18..40]);
    assert_eq!(lab.take_over(old), ["C", "A"]);
    assert_eq!(lab.lanes[1].version(), old_lanes[1]);
    // The new one knows the rows from the 18th on, and nothing else.
    let mut alone = Lab::new(file(&[("C", 1.0)])).unwrap();
    feed(&mut alone, &lines[18..40]);
    assert_eq!(lab.lanes[0].version(), alone.lanes[0].version());
    // All go on together, with one count of records and rounds, and can be drawn and kept.
    feed(&mut lab, &lines[40..]);
    let mut whole = Lab::new(file(&[("A", 0.5), ("B", 0.0)])).unwrap();
    feed(&mut whole, &lines);
    assert_eq!(lab.lanes[1].version(), whole.lanes[1].version());
    assert_eq!(lab.rows.end(), whole.rows.end());
    assert_eq!(lab.rounds, whole.rounds);
    for lane in 0..3 {
        let snapshot = lab.snapshot(&View {
            lane,
            x: Axis::Feature(0),
            y: Axis::Feature(1),
            ..View::default()
        });
        let of: u32 = snapshot.rounds.iter().map(|round| round.of).sum();
        assert_eq!(of, if lane == 1 { 20 } else { 14 }, "lane {lane}");
        let predictions: Vec<u64> = snapshot.predictions.iter().map(|row| row.record).collect();
        assert_eq!(predictions[0], 59);
    }
    let kept = lab.checkpoint();
    let resumed = Lab::resume(file(&[("C", 1.0), ("B", 0.0), ("A", 0.25)]), kept).unwrap();
    assert_eq!(resumed.lanes[0].version(), lab.lanes[0].version());
}

#[test]
fn nothing_stays_where_rows_mean_something_else() {
    let lines = input();
    let mut old = Lab::new(file(&[("A", 0.5)])).unwrap();
    feed(&mut old, &lines[..40]);
    let mut changed = file(&[("A", 0.5)]);
    changed.features = vec!["x1".to_owned(), "x0".to_owned()];
    let mut lab = Lab::behind(changed, &old, 18).unwrap();
    feed(&mut lab, &lines[18..40]);
    assert_eq!(lab.take_over(old), ["A"]);
}
