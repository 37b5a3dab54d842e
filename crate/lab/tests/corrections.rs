//! Lanes that correct: an old row is taken out of the batch that held it, and later versions are made anew.

#![allow(clippy::unwrap_used)] // a test may

mod support;

use eddy_lab::lab::Bounds;
use eddy_lab::snapshot::View;
use eddy_lab::timeline::Entry;
use eddy_lab::{Lab, LabFile};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::lines;
use wire::Record;

const TOPIC: &str = "shop.public.points";
const TEST: &str = "shop.public.tests";

/// What happens to a table of points.
#[derive(Clone, Debug)]
enum Do {
    Insert([f64; 2]),
    /// Of the row that was inserted as this one, counted around.
    Update(usize, [f64; 2]),
    Delete(usize),
    /// A row to classify.
    Test([f64; 2]),
    /// Nothing, for so many ms.
    Wait(i64),
}

/// The change events of a table, as Debezium writes them.
#[derive(Default)]
struct Table {
    /// By id: the values, while it is there.
    rows: Vec<Option<[f64; 2]>>,
    offset: i64,
    now_ms: i64,
    /// Whether records have a key.
    keyless: bool,
    /// Whether old images are whole.
    full: bool,
}

impl Table {
    fn new() -> Table {
        Table {
            now_ms: 1_000,
            full: true,
            ..Table::default()
        }
    }

    fn image(&self, id: usize, row: [f64; 2]) -> Value {
        json!({"id": id, "x": row[0], "y": row[1], "z": 2.0 * row[0] - row[1] + 1.0})
    }

    fn record(
        &mut self,
        topic: &str,
        id: usize,
        op: &str,
        old: Option<[f64; 2]>,
        new: Option<[f64; 2]>,
    ) -> Record {
        let before = old.filter(|_| self.full).map(|row| self.image(id, row));
        let value = json!({
            "before": before, "after": new.map(|row| self.image(id, row)), "op": op,
            "source": {"lsn": 1_000 + self.offset, "txId": self.offset}, "ts_ms": self.now_ms,
        });
        let key = (!self.keyless).then(|| json!({"id": id}).to_string().into_bytes());
        self.offset += 1;
        Record {
            topic: topic.into(),
            partition: 0,
            offset: self.offset - 1,
            timestamp_ms: self.now_ms,
            headers: Vec::new(),
            key,
            value: Some(value.to_string().into_bytes()),
        }
    }

    /// The id of a row that is there.
    fn there(&self, at: usize) -> Option<usize> {
        let there: Vec<usize> = (0..self.rows.len())
            .filter(|id| self.rows[*id].is_some())
            .collect();
        (!there.is_empty()).then(|| there[at % there.len()])
    }

    fn record_of(&mut self, what: &Do) -> Option<Record> {
        match what {
            Do::Insert(row) => {
                self.rows.push(Some(*row));
                Some(self.record(TOPIC, self.rows.len() - 1, "c", None, Some(*row)))
            }
            Do::Update(at, row) => {
                let id = self.there(*at)?;
                let old = self.rows[id].replace(*row);
                Some(self.record(TOPIC, id, "u", old, Some(*row)))
            }
            Do::Delete(at) => {
                let id = self.there(*at)?;
                let old = self.rows[id].take();
                Some(self.record(TOPIC, id, "d", old, None))
            }
            Do::Test(row) => Some(self.record(TEST, 0, "c", None, Some(*row))),
            Do::Wait(ms) => {
                self.now_ms += ms;
                None
            }
        }
    }
}

fn kmeans(engine: &str, decay: f64) -> Value {
    json!({"kind": "kmeans", "engine": engine, "decay_factor": decay,
           "initial": {"centroids": [[0, 0], [4, 4]], "weights": [1, 1]}})
}

fn file(lane: &Value) -> LabFile {
    let file = json!({
        "eddy": 1, "features": ["x", "y"],
        "streams": [{"topic": TOPIC, "role": "train"}, {"topic": TEST, "role": "classify"}],
        "lanes": [lane],
    });
    LabFile::parse(&file.to_string()).unwrap()
}

fn lane(more: &Value) -> Value {
    let mut lane = json!({
        "name": "L", "model": kmeans("flink", 0.5), "batch": {"by": "count", "rows": 4},
        "changes": {"update": "correct", "delete": "correct"},
    });
    for (name, value) in more.as_object().unwrap() {
        lane[name] = value.clone();
    }
    lane
}

fn lab(more: &Value) -> Lab {
    Lab::new(file(&lane(more))).unwrap()
}

fn apply(lab: &mut Lab, table: &mut Table, all: &[Do]) {
    for what in all {
        match table.record_of(what) {
            Some(record) => {
                lab.apply(record.as_ref());
            }
            None => lab.tick(table.now_ms),
        }
    }
}

fn parsed(lab: &mut Lab) -> Vec<Value> {
    lines(lab)
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn row(i: usize) -> [f64; 2] {
    [(i * 7 % 11) as f64 * 0.5, (i * 5 % 13) as f64 * 0.25]
}

fn inserts(rows: std::ops::Range<usize>) -> Vec<Do> {
    rows.map(|i| Do::Insert(row(i))).collect()
}

#[test]
fn a_deleted_row_is_taken_out_of_its_version_and_later_ones_are_made_anew() {
    let (mut lab, mut table) = (lab(&json!({})), Table::new());
    apply(&mut lab, &mut table, &inserts(0..14));
    assert_eq!(lab.lanes[0].timeline.versions(), 4);
    let was: Vec<Entry> = lab.lanes[0].timeline.entries().to_vec();
    lines(&mut lab);
    apply(&mut lab, &mut table, &[Do::Delete(5)]);
    assert_eq!(
        lab.rows.note(14),
        "corrected: the row of offset 5 was taken out of version 3"
    );
    // Nothing is told before the model is used, however often somebody looks.
    lab.settle();
    assert!(lines(&mut lab).is_empty());
    let lane = &lab.lanes[0];
    let revisions: Vec<u64> = lane
        .timeline
        .entries()
        .iter()
        .map(|entry| entry.revision)
        .collect();
    assert_eq!(revisions, [0, 0, 1, 1]);
    assert_eq!(lane.timeline.entries()[..2], was[..2]);
    assert_eq!(lane.timeline.entries()[2].rows, 3);
    assert_eq!(
        lab.rows_of_version(0, 3).unwrap().ranges(),
        [(4, 4), (6, 7)]
    );
    let mut model = kmeans_after(&[&[0, 1, 2, 3], &[4, 6, 7], &[8, 9, 10, 11]]);
    assert_eq!(lane.version().numbers, model.pop().unwrap());
    assert_eq!(
        lane.timeline.entries()[2].model.as_ref().unwrap().numbers,
        model.pop().unwrap()
    );
    // The cut stays: two rows wait, and two more make version 5.
    apply(&mut lab, &mut table, &inserts(14..16));
    assert_eq!(lab.lanes[0].timeline.versions(), 5);
    let told = parsed(&mut lab);
    let told: Vec<(&str, u64, Option<u64>)> = told
        .iter()
        .map(|line| {
            (
                line["event"].as_str().unwrap(),
                line["version"].as_u64().unwrap(),
                line["revision"].as_u64(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("revised", 3, Some(1)),
            ("revised", 4, Some(1)),
            ("version", 5, None)
        ]
    );
    lab.finish();
    let end = parsed(&mut lab);
    assert_eq!(end[0]["corrected"], 1);
    assert_eq!(end[0]["refused"], Value::Null);
}

/// The models after batches of these rows.
fn kmeans_after(batches: &[&[usize]]) -> Vec<learn::online::Numbers> {
    let config = eddy_lab::config::Config::check(file(&lane(&json!({})))).unwrap();
    let mut model = config.lanes[0].model.clone();
    let fit = |batch: &&[usize]| {
        let rows: Vec<f64> = batch.iter().flat_map(|i| row(*i)).collect();
        model.partial_fit(learn::Rows::new(&rows, 2).unwrap(), &[]);
        model.numbers()
    };
    batches.iter().map(fit).collect()
}
