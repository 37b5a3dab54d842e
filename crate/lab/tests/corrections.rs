//! Lanes that correct: an old row is taken out of the batch that held it, and later versions are made anew.

#![allow(clippy::unwrap_used)] // a test may

mod support;

use eddy_lab::checkpoint::Checkpoint;
use eddy_lab::lab::Bounds;
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
        json!({"id": id, "x": row[0], "y": row[1], "z": 2.0 * row[0] - row[1] + 1.0, "c": i32::from(row[0] > 2.0)})
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
    let role = lane
        .get("role")
        .and_then(Value::as_str)
        .unwrap_or("train")
        .to_owned();
    let mut lane = lane.clone();
    lane.as_object_mut().unwrap().remove("role");
    let file = json!({
        "eddy": 1, "features": ["x", "y"],
        "streams": [{"topic": TOPIC, "role": role}, {"topic": TEST, "role": "classify"}],
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
    let bits = |entries: &[Entry]| serde_json::to_string(entries).unwrap();
    assert_eq!(bits(&lane.timeline.entries()[..2]), bits(&was[..2]));
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

/// Lanes of every kind that can correct: what each has beside the defaults.
fn kinds() -> Vec<Value> {
    let linear = |solver: &str| json!({"kind": "linear_regression", "solver": solver});
    let spark =
        json!({"kind": "linear_regression", "engine": "spark", "iterations": 5, "step_size": 0.01});
    let flink_logistic = json!({"kind": "logistic_regression", "engine": "flink"});
    vec![
        json!({"model": kmeans("flink", 0.0)}),
        json!({"model": kmeans("flink", 0.5), "scaler": {"kind": "standard"}}),
        json!({"model": kmeans("spark", 0.9), "batch": {"by": "interval", "ms": 50}}),
        json!({"model": kmeans("spark", 0.0), "batch": {"by": "interval", "ms": 70}, "scaler": {"kind": "min_max"}}),
        json!({"model": {"kind": "kmeans", "engine": "flink", "parallelism": 2,
                         "initial": {"centroids": [[0, 0], [4, 4]], "weights": [0, 0]}},
               "batch": {"by": "count", "rows": 3}}),
        json!({"model": linear("rls"), "target": "z", "batch": {"by": "count", "rows": 3}}),
        json!({"model": linear("rls"), "target": "z", "scaler": {"kind": "standard", "freeze_after": 7}}),
        json!({"model": linear("sgd"), "target": "z", "batch": {"by": "count", "rows": 1}, "scaler": {"kind": "standard"}}),
        json!({"model": spark, "target": "z", "batch": {"by": "interval", "ms": 60}, "scaler": {"kind": "standard"}}),
        json!({"model": flink_logistic, "target": "c", "batch": {"by": "count", "rows": 2}}),
        json!({"model": kmeans("spark", 0.5), "batch": {"by": "interval", "ms": 40}, "role": "both"}),
        json!({"model": linear("rls"), "target": "z", "batch": {"by": "count", "rows": 2}, "role": "both"}),
    ]
}

/// The lane whose batches never had the rows that are gone at the end: of the same cut, but ended by hand.
///
/// Says by version what the timeline says.
fn without_the_gone(more: &Value, all: &[Do]) -> Lab {
    let batch = lane(more)["batch"].clone();
    let mut by_hand = lane(more);
    by_hand["batch"] = json!({"by": "hand"});
    by_hand.as_object_mut().unwrap().remove("changes").unwrap();
    let mut lab = Lab::new(file(&by_hand)).unwrap();
    let mut table = Table::new();
    // By image: which id it is of, and whether it is there at the end.
    let mut images: Vec<(usize, Record)> = Vec::new();
    let mut newest = std::collections::HashMap::new();
    let mut steps = Vec::new();
    for what in all {
        let record = table.record_of(what);
        let image = match what {
            Do::Insert(_) | Do::Update(..) => record.clone(),
            _ => None,
        };
        if let Some(image) = image {
            let value: Value = serde_json::from_slice(image.value.as_ref().unwrap()).unwrap();
            let id = value["after"]["id"].as_u64().unwrap() as usize;
            newest.insert(id, images.len());
            images.push((id, image));
        }
        let is_test = matches!(what, Do::Test(_));
        let image =
            matches!(what, Do::Insert(_) | Do::Update(..)).then(|| images.len().wrapping_sub(1));
        steps.push((
            table.now_ms,
            image.filter(|_| record.is_some()),
            record.filter(|_| is_test),
        ));
    }
    let stays =
        |image: usize| newest[&images[image].0] == image && table.rows[images[image].0].is_some();
    let (mut came, mut window, mut held) = (0, None, Vec::new());
    for (now_ms, image, test) in steps {
        if let Some(ms) = batch["ms"].as_i64() {
            let now = now_ms.div_euclid(ms);
            let open = *window.get_or_insert(now);
            for _ in open..now {
                lab.close("L").unwrap();
                for test in held.drain(..) {
                    let test: Record = test;
                    lab.apply(test.as_ref());
                }
            }
            window = Some(now);
        }
        match test {
            Some(test) if batch["ms"].is_i64() => held.push(test),
            Some(test) => {
                lab.apply(test.as_ref());
            }
            None => {}
        }
        let Some(image) = image else { continue };
        if stays(image) {
            let (_, record) = &images[image];
            let mut value: Value = serde_json::from_slice(record.value.as_ref().unwrap()).unwrap();
            value["op"] = json!("c");
            let record = Record {
                value: Some(value.to_string().into_bytes()),
                ..record.clone()
            };
            lab.apply(record.as_ref());
        }
        came += 1;
        if batch["rows"].as_u64().is_some_and(|rows| came % rows == 0) {
            lab.close("L").unwrap();
        }
    }
    lab
}

/// What a version is, to the bit, but for its place in the stream and how it does on test rows.
fn is(entry: &Entry) -> String {
    let mut value = serde_json::to_value(entry).unwrap();
    let fields = value.as_object_mut().unwrap();
    for field in [
        "first",
        "from_record",
        "to_record",
        "span",
        "records",
        "tested",
        "revision",
    ] {
        fields.remove(field);
    }
    value.to_string()
}

fn check_against_the_gone(more: &Value, all: &[Do]) -> Lab {
    let (mut lab, mut table) = (lab(more), Table::new());
    apply(&mut lab, &mut table, all);
    lab.settle();
    let wanted = without_the_gone(more, all);
    let (found, wanted) = (&lab.lanes[0], &wanted.lanes[0]);
    assert_eq!(
        found.timeline.versions(),
        wanted.timeline.versions(),
        "{more}"
    );
    for entry in found
        .timeline
        .entries()
        .iter()
        .filter(|entry| entry.last > 1)
    {
        let other = &wanted.timeline.entries()[wanted.timeline.of_version(entry.last)];
        if entry.rows > 0 || other.last == entry.last {
            assert_eq!(is(entry), is(other), "version {} of {more}", entry.last);
        }
    }
    assert_eq!(found.model().state(), wanted.model().state(), "{more}");
    assert_eq!(found.corrections_refused(), 0);
    lab
}

fn a_change() -> impl Strategy<Value = Do> {
    // Few different numbers, so that equal rows come too.
    let number = (0_i32..20).prop_map(|number| f64::from(number) * 0.25);
    let row = [number.clone(), number];
    prop_oneof![
        6 => row.clone().prop_map(Do::Insert),
        3 => (0_usize..1000, row.clone()).prop_map(|(at, row)| Do::Update(at, row)),
        2 => (0_usize..1000).prop_map(Do::Delete),
        1 => row.prop_map(Do::Test),
        3 => (1_i64..120).prop_map(Do::Wait),
        // Hundreds of empty batches.
        1 => (5_000_i64..20_000).prop_map(Do::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn versions_are_those_of_batches_that_never_had_the_row(
        kind in 0..kinds().len(),
        all in prop::collection::vec(a_change(), 1..80),
    ) {
        check_against_the_gone(&kinds()[kind], &all);
    }

    #[test]
    fn looking_and_stopping_change_no_line(
        kind in 0..kinds().len(),
        all in prop::collection::vec(a_change(), 1..60),
        looks in prop::collection::vec(0..8_u8, 60),
    ) {
        let more = &kinds()[kind];
        let (mut plain, mut table) = (lab(more), Table::new());
        apply(&mut plain, &mut table, &all);
        plain.finish();
        let wanted = lines(&mut plain);
        let (mut lab, mut table) = (lab(more), Table::new());
        let mut found = Vec::new();
        for (what, look) in all.iter().zip(looks) {
            apply(&mut lab, &mut table, std::slice::from_ref(what));
            match look {
                0 => lab.settle(),
                1 => found.extend(lines(&mut lab)),
                2 => {
                    found.extend(lines(&mut lab));
                    let json = lab.checkpoint().to_json();
                    lab = Lab::resume(file(&lane(more)), Checkpoint::parse(&json).unwrap()).unwrap();
                    prop_assert_eq!(lab.checkpoint().to_json(), json);
                }
                _ => {}
            }
        }
        lab.finish();
        found.extend(lines(&mut lab));
        let differ = found.iter().zip(&wanted).find(|(found, wanted)| found != wanted);
        prop_assert_eq!(differ, None);
        prop_assert_eq!(found.len(), wanted.len());
        let [a, b] = [&lab, &plain].map(|lab| lab.checkpoint().to_json());
        let at = a.bytes().zip(b.bytes()).position(|(a, b)| a != b);
        let around = |text: &str| at.map(|at| text[at.saturating_sub(300)..(at + 100).min(text.len())].to_owned());
        prop_assert_eq!(around(&a), around(&b));
        prop_assert_eq!(a.len(), b.len());
    }
}

#[test]
fn a_burst_costs_one_rebuild_and_is_one_revision() {
    let (mut lab, mut table) = (lab(&json!({"scaler": {"kind": "standard"}})), Table::new());
    apply(&mut lab, &mut table, &inserts(0..100));
    let burst: Vec<Do> = (0..40)
        .map(|i| match i % 2 {
            0 => Do::Delete(i * 3),
            _ => Do::Update(i * 7, row(i + 200)),
        })
        .collect();
    // Three of the updates' new images fill no batch: nothing uses the model.
    let few = &burst[..6];
    apply(&mut lab, &mut table, few);
    assert_eq!(lab.lanes[0].rebuilds(), 0);
    apply(&mut lab, &mut table, &[Do::Test([1.0, 1.0])]);
    assert_eq!((lab.lanes[0].rebuilds(), lab.lanes[0].corrected()), (1, 6));
    let revisions = |lab: &Lab| {
        lab.lanes[0]
            .timeline
            .entries()
            .iter()
            .map(|entry| entry.revision)
            .max()
    };
    assert_eq!(revisions(&lab), Some(1));
    // Another use without corrections costs nothing.
    apply(&mut lab, &mut table, &[Do::Test([1.0, 1.0])]);
    assert_eq!(lab.lanes[0].rebuilds(), 1);
    apply(&mut lab, &mut table, &burst[6..]);
    lab.settle();
    let versions_made = 26 + (20 / 4) - 1;
    assert_eq!(lab.lanes[0].timeline.versions(), versions_made + 1);
    check_against_the_gone(&json!({}), &[inserts(0..100), burst].concat());
}

#[test]
fn what_is_no_longer_kept_is_refused_and_listed() {
    let bounds = Bounds {
        corrections: 40,
        ..Bounds::default()
    };
    let mut lab = Lab::with_bounds(file(&lane(&json!({}))), bounds).unwrap();
    let mut table = Table::new();
    apply(&mut lab, &mut table, &inserts(0..100));
    lines(&mut lab);
    apply(&mut lab, &mut table, &[Do::Delete(3), Do::Delete(95)]);
    let refused = "its old row is not among the newest 40 rows, by key: it came before reading began, or is no longer kept";
    assert_eq!(lab.rows.note(100), format!("corrected: refused, {refused}"));
    assert_eq!(
        lab.rows.note(101),
        "corrected: the row of offset 96 was taken out of version 26"
    );
    let told = parsed(&mut lab);
    assert_eq!(
        told,
        [
            json!({"event": "refused", "lane": "L", "topic": TOPIC, "partition": 0, "offset": 100, "reason": refused})
        ]
    );
    let lane = &lab.lanes[0];
    assert_eq!((lane.corrected(), lane.corrections_refused()), (1, 1));
    let listed: Vec<(i64, &str)> = lane
        .refused_corrections()
        .map(|refused| (refused.source.offset, refused.reason.as_str()))
        .collect();
    assert_eq!(listed, [(100, refused)]);
    // A refused update's new image is one more row, as the engines have it.
    let rows = lab.lanes[0].rows_trained();
    apply(&mut lab, &mut table, &[Do::Update(0, [1.0, 1.0])]);
    assert_eq!(lab.lanes[0].rows_trained(), rows + 1);
    lab.finish();
    let end = parsed(&mut lab).pop().unwrap();
    assert_eq!((&end["corrected"], &end["refused"]), (&json!(1), &json!(2)));
}

#[test]
fn a_batch_that_is_larger_than_what_is_kept_is_refused_too() {
    let bounds = Bounds {
        corrections: 10,
        ..Bounds::default()
    };
    let by_hand = json!({"batch": {"by": "hand"}});
    let mut lab = Lab::with_bounds(file(&lane(&by_hand)), bounds).unwrap();
    let mut table = Table::new();
    for from in [0, 12, 24] {
        apply(&mut lab, &mut table, &inserts(from..from + 12));
        lab.close("L").unwrap();
    }
    apply(&mut lab, &mut table, &[Do::Delete(30), Do::Delete(22)]);
    assert_eq!(
        lab.rows.note(36),
        "corrected: the row of offset 30 was taken out of version 4"
    );
    assert!(
        lab.rows.note(37).starts_with("corrected: refused, "),
        "{}",
        lab.rows.note(37)
    );
}

#[test]
fn half_empty_images_are_looked_up_by_key_or_refused() {
    let mut table = Table {
        full: false,
        ..Table::new()
    };
    let mut by_key = lab(&json!({}));
    apply(&mut by_key, &mut table, &inserts(0..8));
    // An update of an update, then its delete.
    apply(
        &mut by_key,
        &mut table,
        &[
            Do::Update(2, row(30)),
            Do::Update(2, row(31)),
            Do::Delete(2),
        ],
    );
    let notes: Vec<&str> = (8..11).map(|record| by_key.rows.note(record)).collect();
    assert_eq!(
        notes,
        [
            "corrected: the row of offset 2 was taken out of version 2",
            "corrected: the row of offset 8 was taken out of the open batch",
            "corrected: the row of offset 9 was taken out of the open batch",
        ]
    );
    // Without a key and without the old row there is nothing to go by.
    let mut table = Table {
        full: false,
        keyless: true,
        ..Table::new()
    };
    let mut blind = lab(&json!({}));
    apply(&mut blind, &mut table, &inserts(0..8));
    apply(&mut blind, &mut table, &[Do::Update(2, row(30))]);
    assert_eq!(
        blind.rows.note(8),
        "corrected: refused, it has neither a key nor the old row; give the table a primary key, or set ALTER TABLE .. \
         REPLICA IDENTITY FULL"
    );
    // Zeros in the place of what was not sent are no row that there is.
    let mut hollow = table.record(TOPIC, 5, "d", None, None);
    hollow.value = Some(
        json!({"before": {"id": 5, "x": 0.0, "y": 0.0, "z": 0.0, "c": 0}, "after": null, "op": "d",
                               "source": {"lsn": 9_999}})
        .to_string()
        .into_bytes(),
    );
    blind.apply(hollow.as_ref());
    assert!(
        blind
            .rows
            .note(9)
            .contains("no row that is kept is the same as its old image"),
        "{}",
        blind.rows.note(9)
    );
    assert_eq!(blind.lanes[0].corrections_refused(), 2);
}

#[test]
fn rows_without_a_key_are_known_by_their_old_image() {
    let all = [
        inserts(0..10),
        vec![
            Do::Delete(1),
            Do::Update(5, row(40)),
            Do::Update(5, row(41)),
            Do::Delete(0),
        ],
    ]
    .concat();
    let mut table = Table {
        keyless: true,
        ..Table::new()
    };
    let mut lab = lab(&json!({}));
    apply(&mut lab, &mut table, &all);
    assert_eq!(
        (lab.lanes[0].corrected(), lab.lanes[0].corrections_refused()),
        (4, 0)
    );
    let mut with_key = Lab::new(file(&lane(&json!({})))).unwrap();
    apply(&mut with_key, &mut Table::new(), &all);
    for lab in [&mut lab, &mut with_key] {
        lab.settle();
    }
    assert_eq!(lab.lanes[0].version(), with_key.lanes[0].version());
}

#[test]
fn bare_rows_and_tombstones_behind_the_unwrap_step_correct_by_key() {
    let mut lab = lab(&json!({}));
    let mut offset = 0;
    let mut bare = |lab: &mut Lab, id: i64, row: Option<[f64; 2]>| {
        let value = row.map(|row| {
            json!({"id": id, "x": row[0], "y": row[1]})
                .to_string()
                .into_bytes()
        });
        let record = Record {
            topic: TOPIC.into(),
            partition: 0,
            offset,
            timestamp_ms: 1_000,
            headers: Vec::new(),
            key: Some(json!({"id": id}).to_string().into_bytes()),
            value,
        };
        offset += 1;
        lab.apply(record.as_ref());
        lab.rows.note(lab.rows.end() - 1).to_owned()
    };
    for id in 0..6 {
        assert_eq!(bare(&mut lab, id, Some(row(id as usize))), "");
    }
    assert_eq!(
        bare(&mut lab, 1, Some(row(20))),
        "corrected: the row of offset 1 was taken out of version 2"
    );
    assert_eq!(
        bare(&mut lab, 1, None),
        "corrected: the row of offset 6 was taken out of the open batch"
    );
    // Said once more, or of a row that was never there: no correction.
    assert_eq!(bare(&mut lab, 1, None), "tombstone: ignored");
    assert_eq!(lab.lanes[0].corrections_refused(), 0);
}

#[test]
fn each_lane_has_its_own_policy_and_the_note_says_which() {
    let mut others = lane(&json!({"name": "Deletes", "changes": {"delete": "correct"}}));
    others["batch"] = json!({"by": "count", "rows": 3});
    let engines = json!({"name": "Engines", "model": kmeans("flink", 0.5), "batch": {"by": "count", "rows": 4}});
    let text = serde_json::to_value(file(&lane(&json!({})))).unwrap();
    let mut text = text;
    text["lanes"] = json!([lane(&json!({})), others, engines]);
    let mut lab = Lab::new(LabFile::parse(&text.to_string()).unwrap()).unwrap();
    let mut table = Table::new();
    apply(&mut lab, &mut table, &inserts(0..8));
    apply(
        &mut lab,
        &mut table,
        &[Do::Update(1, row(20)), Do::Delete(1)],
    );
    assert_eq!(
        lab.rows.note(8),
        "corrected in L: the row of offset 1 was taken out of version 2"
    );
    assert_eq!(
        lab.rows.note(9),
        "deleted: not unlearned; corrected in L: the row of offset 8 was taken out of the open batch; \
         corrected in Deletes: the row of offset 8 was taken out of version 4"
    );
    // The old image was learned as a row, as the lane's updates say, and stays.
    lab.settle();
    let rows = |lane: usize| {
        lab.lanes[lane]
            .timeline
            .entries()
            .iter()
            .map(|entry| entry.rows)
            .sum::<u64>()
    };
    assert_eq!((rows(0), rows(1), rows(2)), (7, 8, 8));
}

#[test]
fn predictions_that_were_made_stand() {
    let (mut lab, mut table) = (lab(&json!({})), Table::new());
    apply(
        &mut lab,
        &mut table,
        &[
            inserts(0..8),
            vec![Do::Test([1.0, 1.0]), Do::Delete(0), Do::Test([1.0, 1.0])],
        ]
        .concat(),
    );
    let told = parsed(&mut lab);
    let predictions: Vec<&Value> = told
        .iter()
        .filter(|line| line["event"] == "prediction")
        .collect();
    assert_eq!(predictions[0]["version"], predictions[1]["version"]);
    assert_ne!(predictions[0]["distance"], predictions[1]["distance"]);
    assert_eq!(lab.lanes[0].predictions.len(), 2);
    // What is published of the second says nothing of a revision: the version is the same.
    let events: Vec<&str> = told
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        events,
        [
            "version",
            "version",
            "version",
            "prediction",
            "revised",
            "revised",
            "prediction"
        ]
    );
}

#[test]
fn repeats_and_restarts_are_no_corrections() {
    let changes = json!({"update": "correct", "delete": "correct", "truncate": "restart"});
    let (mut lab, mut table) = (lab(&json!({"changes": changes})), Table::new());
    apply(&mut lab, &mut table, &inserts(0..8));
    let deleted = table.record_of(&Do::Delete(1)).unwrap();
    lab.apply(deleted.as_ref());
    let again = Record {
        offset: 50,
        ..deleted
    };
    lab.apply(again.as_ref());
    assert_eq!(
        lab.rows.note(9),
        "deleted: not unlearned; came again: counted once (offset 8 first)"
    );
    assert_eq!(
        (lab.lanes[0].corrected(), lab.lanes[0].corrections_refused()),
        (1, 0)
    );
    let truncate = Record {
        value: Some(
            json!({"op": "t", "source": {"lsn": 5_000}, "ts_ms": 1})
                .to_string()
                .into_bytes(),
        ),
        key: None,
        offset: 51,
        ..again
    };
    table.offset = 52;
    lab.apply(truncate.as_ref());
    assert_eq!(
        lab.lanes[0]
            .timeline
            .newest()
            .restarted
            .as_ref()
            .map(|restart| restart.source.offset),
        Some(51)
    );
    apply(&mut lab, &mut table, &[Do::Delete(3)]);
    assert_eq!(
        lab.rows.note(11),
        "corrected: refused, the batch that held its old row is no longer kept: about the newest 10000 rows are, none \
         from before a lane starts again or leaves another"
    );
    lab.settle();
    assert_eq!(
        lab.lanes[0].version(),
        lab.lanes[0].timeline.entries()[0].model.clone().unwrap()
    );
}

#[test]
fn a_scaler_with_windows_of_its_own_is_refused_beside_it() {
    let scaler =
        json!({"kind": "standard", "engine": "flink", "batch": {"by": "count", "rows": 3}});
    let error = Lab::new(file(&lane(&json!({"scaler": scaler}))))
        .err()
        .unwrap()
        .to_string();
    assert!(error.starts_with("lab file: lanes[0].changes: "), "{error}");
}

#[test]
fn a_row_that_waits_for_the_first_version_is_taken_out_there() {
    let start = json!({"kind": "kmeans", "engine": "flink", "k": 2, "initial": {"kmeans++": {"seed": 7, "rows": 3}}});
    let (mut lab, mut table) = (lab(&json!({"model": start})), Table::new());
    apply(&mut lab, &mut table, &inserts(0..2));
    apply(&mut lab, &mut table, &[Do::Delete(0)]);
    assert_eq!(
        lab.rows.note(2),
        "corrected: the row of offset 0 was taken out of the rows that wait"
    );
    apply(&mut lab, &mut table, &inserts(2..3));
    assert_eq!(lab.lanes[0].timeline.versions(), 0);
    apply(&mut lab, &mut table, &inserts(3..6));
    let versions: Vec<u64> = parsed(&mut lab)
        .iter()
        .filter_map(|line| line["version"].as_u64())
        .collect();
    assert_eq!(versions, [1, 2]);
    apply(&mut lab, &mut table, &[Do::Delete(0)]);
    assert_eq!(
        lab.rows.note(7),
        "corrected: the row of offset 1 was taken out of version 2"
    );
}

#[test]
fn a_row_that_is_gone_is_drawn_no_more() {
    let (mut lab, mut table) = (lab(&json!({})), Table::new());
    apply(&mut lab, &mut table, &inserts(0..8));
    let points = |lab: &Lab| {
        lab.snapshot(&eddy_lab::snapshot::View::default())
            .stage
            .point_x
            .len()
    };
    let before = points(&lab);
    apply(
        &mut lab,
        &mut table,
        &[Do::Delete(1), Do::Update(3, row(50))],
    );
    lab.settle();
    // One less, and one in another place.
    assert_eq!(points(&lab), before - 1);
    let snapshot = lab.snapshot(&eddy_lab::snapshot::View::default());
    let revisions: Vec<u64> = snapshot.ledger.iter().map(|row| row.revision).collect();
    assert_eq!(revisions, [1, 1, 0]);
    assert_eq!(
        (
            snapshot.lanes[0].corrected,
            snapshot.lanes[0].corrections_refused
        ),
        (2, 0)
    );
}
