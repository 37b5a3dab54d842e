//! A lab that was kept at any point goes on as if it had never stopped.

#![allow(clippy::unwrap_used)] // a test may

mod support;

use eddy_lab::checkpoint::{Checkpoint, Past, diff};
use eddy_lab::{Lab, LabFile, replay};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{demo_records, golden, lines};
use wire::{Gap, Line, LineReader};

const IRIS: [&str; 4] = ["sepal_length", "sepal_width", "petal_length", "petal_width"];

fn apply(lab: &mut Lab, line: &Line) {
    replay::apply(lab, line.clone()).unwrap();
}

/// The lines of a whole replay.
fn whole(file: &LabFile, input: &[Line]) -> Vec<String> {
    let mut lab = Lab::new(file.clone()).unwrap();
    input.iter().for_each(|line| apply(&mut lab, line));
    lab.finish();
    lines(&mut lab)
}

/// The lines of a replay that stops after so many lines of input, is kept as text, and goes on from that: with the rest
/// of the recording, or with all of it.
fn in_two(file: &LabFile, input: &[Line], cut: usize, with_all: bool) -> Vec<String> {
    let mut lab = Lab::new(file.clone()).unwrap();
    input[..cut].iter().for_each(|line| apply(&mut lab, line));
    let mut said = lines(&mut lab);
    let json = lab.checkpoint().to_json();
    let kept = Checkpoint::parse(&json).unwrap();
    let mut lab = Lab::resume(file.clone(), kept.clone()).unwrap();
    assert_eq!(lab.checkpoint().to_json(), json);
    match with_all {
        false => input[cut..].iter().for_each(|line| apply(&mut lab, line)),
        true => {
            let mut past = Past::of(&kept);
            for line in input {
                past.take(line.clone())
                    .iter()
                    .for_each(|line| apply(&mut lab, line));
            }
            past.end().iter().for_each(|line| apply(&mut lab, line));
        }
    }
    lab.finish();
    said.extend(lines(&mut lab));
    said
}

#[track_caller]
fn check(file: &LabFile, input: &[Line], cuts: impl IntoIterator<Item = usize>) {
    let wanted = whole(file, input);
    for cut in cuts {
        let found = in_two(file, input, cut, cut % 2 == 0);
        let differ = found
            .iter()
            .zip(&wanted)
            .find(|(found, wanted)| found != wanted);
        assert!(differ.is_none(), "cut {cut}: {differ:#?}");
        assert_eq!(found.len(), wanted.len(), "cut {cut}");
    }
}

/// Lanes of every kind of model, cut and scaler over these features and this target.
fn lanes() -> Value {
    let centroids = json!({"centroids": [[5, 3, 1, 0], [6, 3, 5, 2]], "weights": [1, 1]});
    let kmeans = |engine: &str| json!({"kind": "kmeans", "engine": engine, "initial": centroids});
    let target = json!({"features": ["sepal_length", "petal_length"], "target": "petal_width", "not_finite": "as_engine"});
    let class = json!({"features": ["sepal_length", "petal_length"], "target": "is_long"});
    let flink_scaler = json!({"kind": "standard", "engine": "flink", "with_mean": true, "batch": {"by": "count", "rows": 3}});
    let flink_scaler_by_time =
        json!({"kind": "standard", "engine": "flink", "batch": {"by": "interval", "ms": 400}});
    let parts = [
        json!({"model": kmeans("flink"), "batch": {"by": "count", "rows": 2}, "changes": {"truncate": "restart"}}),
        json!({"model": kmeans("spark"), "batch": {"by": "interval", "ms": 700}, "cluster_labels": ["setosa", "versicolor"]}),
        json!({"model": kmeans("spark"), "batch": {"by": "transaction"}, "changes": {"truncate": "restart", "redelivered": "again"}}),
        json!({"model": {"kind": "kmeans", "engine": "flink", "parallelism": 2, "initial": centroids},
               "batch": {"by": "hand"}, "not_finite": "as_engine"}),
        json!({"model": kmeans("flink"), "batch": {"by": "count", "rows": 2}, "scaler": {"kind": "standard", "freeze_after": 5}}),
        json!({"model": kmeans("spark"), "batch": {"by": "interval", "ms": 900}, "scaler": {"kind": "min_max"}}),
        json!({"model": kmeans("flink"), "batch": {"by": "count", "rows": 3}, "scaler": flink_scaler}),
        json!({"model": {"kind": "linear_regression", "solver": "rls"}, "batch": {"by": "count", "rows": 2}, "with": target}),
        json!({"model": {"kind": "linear_regression", "solver": "sgd"}, "batch": {"by": "transaction"}, "with": target}),
        json!({"model": {"kind": "linear_regression", "engine": "spark", "step_size": 0.01},
               "batch": {"by": "interval", "ms": 500}, "with": target, "scaler": {"kind": "standard"}}),
        json!({"model": {"kind": "kmeans", "engine": "flink", "k": 2, "initial": {"kmeans++": {"seed": 7, "rows": 3}}},
               "batch": {"by": "count", "rows": 2}, "scaler": flink_scaler_by_time, "metrics": {"window": 3},
               "drift": {"page_hinkley": {"min_instances": 2, "threshold": 0.5}}, "changes": {"truncate": "restart"}}),
        json!({"model": {"kind": "kmeans", "engine": "spark", "k": 2, "initial": {"kmeans++": {"seed": 7, "rows": 4}}},
               "batch": {"by": "interval", "ms": 600}, "metrics": {"fading": 0.9}, "drift": {"adwin": {}}}),
        json!({"model": {"kind": "kmeans", "engine": "spark", "k": 2, "initial": {"kmeans++": {"seed": 7, "rows": 2}}},
               "batch": {"by": "transaction"}, "scaler": {"kind": "standard"}, "metrics": {}}),
        json!({"model": kmeans("flink"), "batch": {"by": "count", "rows": 2}, "changes": {"update": "correct", "delete": "correct"}}),
        json!({"model": kmeans("spark"), "batch": {"by": "interval", "ms": 800}, "scaler": {"kind": "standard"},
               "changes": {"update": "correct", "delete": "correct", "truncate": "restart", "redelivered": "again"}}),
        json!({"model": {"kind": "linear_regression", "solver": "rls"}, "batch": {"by": "transaction"}, "with": target,
               "changes": {"update": "as_row", "delete": "correct"}}),
        json!({"model": {"kind": "logistic_regression", "engine": "spark"}, "batch": {"by": "count", "rows": 2}, "with": class}),
        json!({"model": kmeans("spark"), "batch": {"by": "count", "rows": 3}, "fork": {"of": "0", "version": 2}}),
        json!({"model": kmeans("spark"), "batch": {"by": "interval", "ms": 300}, "cluster_labels": ["setosa", "versicolor"],
               "fork": {"of": "1", "version": 4}}),
        json!({"model": {"kind": "logistic_regression", "engine": "flink"}, "batch": {"by": "count", "rows": 3}, "with": class,
               "scaler": {"kind": "min_max"}}),
    ];
    let named = parts.into_iter().enumerate().map(|(i, mut lane)| {
        lane["name"] = format!("{i}").into();
        if let Some(Value::Object(more)) = lane.as_object_mut().unwrap().remove("with") {
            lane.as_object_mut().unwrap().extend(more);
        }
        lane
    });
    named.collect()
}

/// A lab of all these topics.
fn lab_of(input: &[Line]) -> LabFile {
    let mut topics: Vec<&str> = Vec::new();
    for line in input {
        if let Line::Record(record) = line
            && !topics.contains(&&*record.topic)
        {
            topics.push(&record.topic);
        }
    }
    let stream = |topic: &&str| {
        let role = match topic.rsplit('.').next().unwrap() {
            "transaction" => "ignore",
            "iris_test" => "classify",
            "iris_full" => "both",
            _ => "train",
        };
        json!({"topic": topic, "role": role})
    };
    let streams: Vec<Value> = topics.iter().map(stream).collect();
    let columns = json!({"is_long": {"as": "enum"}});
    let file = json!({"eddy": 1, "streams": streams, "features": IRIS, "label": "class", "columns": columns,
        "rename": {"class": "is_long"}, "lanes": lanes()});
    LabFile::parse(&file.to_string()).unwrap()
}

/// The records of a recording, with ticks, gaps and closed batches between them.
fn with_more(text: &str) -> Vec<Line> {
    let mut reader = LineReader::new();
    let mut input = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let Some(line) = reader.read(number, line).unwrap() else {
            continue;
        };
        let Line::Record(record) = &line else {
            panic!("{line:?}")
        };
        let tick_ms = record.timestamp_ms + 100;
        let gap = Gap {
            topic: record.topic.to_string(),
            partition: 0,
            from: 7,
            to: 8,
        };
        input.push(line);
        match number % 7 {
            1 => input.push(Line::Tick { tick_ms }),
            2 => input.extend([
                Line::Close {
                    close: "3".to_owned(),
                },
                Line::Tick {
                    tick_ms: tick_ms + 900,
                },
            ]),
            4 => input.extend([
                Line::Gap { gap },
                Line::Close {
                    close: "2".to_owned(),
                },
            ]),
            6 => input.push(Line::Tick {
                tick_ms: tick_ms + 200_000,
            }),
            _ => {}
        }
    }
    input
}

#[test]
fn every_recording_goes_on_from_any_point() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/debezium");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".ndjson") || name.starts_with("debezium_server") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let input = with_more(&text);
        check(&lab_of(&input), &input, 0..=input.len());
        count += 1;
    }
    assert!(count > 40, "{count}");
}

fn iris() -> (LabFile, Vec<Line>) {
    let order = &golden("seeds/orders_confirmed.json")["orders"][0];
    let records = demo_records(order, 10_000);
    let mut input = Vec::new();
    for (i, record) in records.into_iter().enumerate() {
        let tick_ms = record.timestamp_ms + 9_000;
        input.push(Line::Record(record));
        if i % 40 == 39 {
            input.push(Line::Tick { tick_ms });
        }
    }
    let file = LabFile::parse(include_str!("../../../www/lab.json")).unwrap();
    (file, input)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_demo_goes_on_from_any_point(cut in 0usize..320, every in 5usize..40, at in 0usize..300) {
        let (file, mut input) = iris();
        // Some of it comes again.
        let again: Vec<Line> = input.iter().step_by(every).cloned().collect();
        input.splice(at..at, again);
        let mut offsets = std::collections::HashMap::new();
        for line in &mut input {
            if let Line::Record(record) = line {
                let next = offsets.entry(record.topic.clone()).or_insert(0);
                record.offset = *next;
                *next += 1;
            }
        }
        check(&file, &input, [cut.min(input.len())]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn every_kind_of_lane_goes_on_from_any_point_of_the_demo(cut in 0usize..317) {
        let (demo, input) = iris();
        let mut file = serde_json::to_value(&demo).unwrap();
        (file["lanes"], file["label"]) = (lanes(), json!("is_long"));
        // Of three classes, the last one is refused by lanes that know two.
        file["rename"] = json!({"iris_class": "is_long"});
        let file = LabFile::parse(&file.to_string()).unwrap();
        check(&file, &input, [cut.min(input.len())]);
        let mut lab = Lab::new(file).unwrap();
        input.iter().for_each(|line| apply(&mut lab, line));
        // All have learned, but for the one whose batches are closed by hand.
        let still = lab.lanes.iter().filter(|lane| lane.timeline.versions() < 3);
        let still: Vec<&str> = still.map(|lane| lane.config.name.as_str()).collect();
        assert_eq!(still, ["3"]);
    }
}

#[test]
fn a_version_is_stopped_at_and_nothing_is_changed_by_that() {
    let (file, input) = iris();
    let wanted = whole(&file, &input);
    let names: Vec<String> = file.lanes.iter().map(|lane| lane.name.clone()).collect();
    for (lane, version) in (0..names.len()).flat_map(|lane| [(lane, 2), (lane, 4), (lane, 5)]) {
        let mut lab = Lab::new(file.clone()).unwrap();
        let mut kept = None;
        for line in &input {
            if kept.is_none() && lab.approach(lane, version, line) {
                kept = Some(lab.checkpoint());
            }
            apply(&mut lab, line);
            if kept.is_none() && lab.lanes[lane].timeline.versions() >= version {
                kept = Some(lab.checkpoint());
            }
        }
        lab.finish();
        assert_eq!(lines(&mut lab), wanted);
        let kept = kept.unwrap();
        assert_eq!(kept.lanes().nth(lane).unwrap().1, version);
        let mut lab = Lab::resume(file.clone(), kept.clone()).unwrap();
        let mut past = Past::of(&kept);
        for line in &input {
            past.take(line.clone())
                .iter()
                .for_each(|line| apply(&mut lab, line));
        }
        past.end().iter().for_each(|line| apply(&mut lab, line));
        lab.finish();
        let rest = lines(&mut lab);
        assert!(wanted.ends_with(&rest), "{} {version}", names[lane]);
        assert!(rest.len() < wanted.len());
    }
}

#[test]
fn what_is_no_checkpoint_or_of_another_lab_is_refused_with_its_place() {
    let (file, input) = iris();
    let mut lab = Lab::new(file.clone()).unwrap();
    input[..50].iter().for_each(|line| apply(&mut lab, line));
    let json = lab.checkpoint().to_json();
    let refused = |json: &str| match Checkpoint::parse(json) {
        Err(error) => error.to_string(),
        Ok(kept) => Lab::resume(file.clone(), kept).err().unwrap().to_string(),
    };
    let with = |path: &str, value: Value| {
        let mut changed: Value = serde_json::from_str(&json).unwrap();
        *changed.pointer_mut(path).unwrap() = value;
        refused(&changed.to_string())
    };
    for (found, wanted) in [
        (
            refused(&json[..json.len() / 2]),
            "is no JSON, or cut off: EOF",
        ),
        (refused("{}"), "has no field eddy_checkpoint"),
        (refused("[1]"), "has no field eddy_checkpoint"),
        (
            with("/eddy_checkpoint", json!(7)),
            "is of form 7; this release reads form 1",
        ),
        (
            with("/rejected", json!("x")),
            "is damaged: invalid type: string",
        ),
        (
            with("/lab/features/0", json!("x")),
            "lab_hash is not that of lab",
        ),
        (
            with("/lanes/0/name", json!("x")),
            "damaged: lanes: is not of its lab",
        ),
        (
            with("/lanes/0/batch/features", json!([1])),
            "lanes[0].batch: is not of a lane with 4 features",
        ),
        (
            with("/lanes/0/test_rows/next", json!(9)),
            "lanes[0].test_rows",
        ),
        (with("/lanes/0/model/weights", json!([1])), "lanes[0].model"),
        (
            with("/streams/0/repeats/events/0", json!("AAAA")),
            "repeats: 3 bytes are no entries of 28",
        ),
        (
            with("/offsets/0/topic", json!("x")),
            "offsets: x is no stream",
        ),
    ] {
        assert!(found.contains(wanted), "{found}");
    }
    let kept = Checkpoint::parse(&json).unwrap();
    let mut other = file.clone();
    other.label_names.clear();
    other.lanes[0].publish = None;
    assert!(Lab::resume(other.clone(), kept.clone()).is_ok());
    other.lanes[0].name = "F".to_owned();
    other.features.pop();
    for lane in &mut other.lanes {
        lane.features = Some(file.features.clone());
    }
    let error = Lab::resume(other, kept).err().unwrap().to_string();
    assert!(error.contains("features"), "{error}");
    assert!(
        error.contains("lanes[0].name (is \"F\", was \"Flink\")"),
        "{error}"
    );
}

#[test]
fn any_change_to_a_checkpoint_is_taken_or_refused_and_never_panics() {
    // Numbers that cannot be, one place at a time.
    fn places(value: &Value, at: String, all: &mut Vec<String>) {
        match value {
            Value::Array(list) => {
                let some = list.iter().enumerate().take(2);
                some.for_each(|(i, value)| places(value, format!("{at}/{i}"), all));
            }
            Value::Object(fields) => fields
                .iter()
                .filter(|(name, _)| *name != "lab")
                .for_each(|(name, value)| places(value, format!("{at}/{name}"), all)),
            _ => all.push(at),
        }
    }
    let (file, input) = iris();
    let mut lab = Lab::new(file.clone()).unwrap();
    input[..50].iter().for_each(|line| apply(&mut lab, line));
    let value: Value = serde_json::from_str(&lab.checkpoint().to_json()).unwrap();
    let mut all = Vec::new();
    places(&value, String::new(), &mut all);
    let rest: Vec<Line> = input[50..].iter().step_by(9).cloned().collect();
    let others = [json!(null), json!(i64::MAX), json!(-1), json!("NaN")];
    for (place, other) in all
        .iter()
        .flat_map(|place| others.iter().map(move |other| (place, other)))
    {
        let mut changed = value.clone();
        *changed.pointer_mut(place).unwrap() = other.clone();
        if let Ok(kept) = Checkpoint::parse(&changed.to_string())
            && let Ok(mut lab) = Lab::resume(file.clone(), kept)
        {
            rest.iter().for_each(|line| apply(&mut lab, line));
            lab.finish();
            lab.snapshot(&eddy_lab::snapshot::View::default());
        }
    }
    assert!(all.len() > 100, "{}", all.len());
}

#[test]
fn a_list_says_what_changed() {
    let (file, input) = iris();
    let mut lab = Lab::new(file).unwrap();
    let first = lab.checkpoint();
    input[..60].iter().for_each(|line| apply(&mut lab, line));
    let second = lab.checkpoint();
    assert_eq!(diff::diff(&second, &second), []);
    let changed = diff::diff(&first, &second);
    let line = |what: &str| {
        let found = changed.iter().find(|changed| changed.what == what);
        serde_json::to_value(found.unwrap_or_else(|| panic!("{what}: {changed:#?}"))).unwrap()
    };
    // One of the lines is a tick.
    assert_eq!(line("records")["by"], json!(59));
    assert_eq!(line("version")["lane"], json!("Flink"));
    assert_eq!(
        line("offset flink.public.iris_train/0")["before"],
        json!(null)
    );
    let centroid = line("centroid 0 sepal_length");
    let number = |field: &str| centroid[field].as_f64().unwrap();
    assert_eq!(number("by"), number("after") - number("before"));
    assert!(line("centroid 0 moved")["by"].as_f64().unwrap() >= number("by").abs());
}

#[test]
fn a_lane_starts_from_a_checkpoint() {
    let (file, input) = iris();
    let scaled = |from: Value| {
        let mut lab = serde_json::to_value(&file).unwrap();
        let scaler = json!({"kind": "standard"});
        let model = json!({"kind": "kmeans", "engine": "flink", "k": 3, "decay_factor": 1.0, "initial": from});
        lab["lanes"] = json!([{"name": "A", "model": model, "batch": {"by": "count", "rows": 8}, "scaler": scaler}]);
        LabFile::parse(&lab.to_string())
            .and_then(|file| Lab::new(file.clone()).map(|lab| (lab, file)))
    };
    let centroids =
        json!({"centroids": [[5, 3, 1, 0], [6, 3, 5, 2], [7, 3, 6, 2]], "weights": [1, 1, 1]});
    let (mut first, _) = scaled(centroids).unwrap();
    input[..100].iter().for_each(|line| apply(&mut first, line));
    lines(&mut first);
    let whole: Value = serde_json::from_str(&first.checkpoint().to_json()).unwrap();
    let first_numbers = first.lanes[0].version();
    for kept in [whole.clone(), whole["lanes"][0].clone()] {
        let (lab, file) = scaled(json!({ "checkpoint": kept })).unwrap();
        assert_eq!(lab.lanes[0].version(), first_numbers);
        assert_eq!(lab.lanes[0].timeline.versions(), 1);
        assert_eq!(
            lab.lanes[0].initial(),
            first_numbers.in_columns().into_owned()
        );
        // Rows that follow move both alike, but for what waits.
        let (mut one, mut other) = (lab, Lab::new(file).unwrap());
        for line in &input[100..140] {
            apply(&mut one, line);
            apply(&mut other, line);
        }
        assert_eq!(lines(&mut one), lines(&mut other));
    }
    // The state alone is in the columns' units.
    let state = json!({"centroids": [5, 3, 1, 0, 6, 3, 5, 2, 7, 3, 6, 2], "weights": [1, 1, 1]});
    let (bare, _) = scaled(json!({ "checkpoint": state })).unwrap();
    assert_eq!(bare.lanes[0].version().scale, None);
    for (kept, reason) in [
        (json!("kept.json"), "is the name \"kept.json\""),
        (json!({"centroids": [1]}), "missing field `weights`"),
        (
            json!({"model": {"centroids": [1], "weights": [1]}, "scaler": 3}),
            "scaler: invalid type",
        ),
        (
            json!({"eddy_checkpoint": 1, "lanes": [{"name": "x", "model": 1}, {"name": "y"}]}),
            "has no lane \"A\", but x, y",
        ),
    ] {
        let error = scaled(json!({ "checkpoint": kept }))
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains(reason) && error.contains("lanes[0].model.initial"),
            "{error}"
        );
    }
}

#[test]
fn texts_that_are_labels_go_on_where_there_are_too_many() {
    let centroids = json!({"centroids": [[0.0], [9.0]], "weights": [1, 1]});
    let model = json!({"kind": "kmeans", "engine": "flink", "initial": centroids});
    let file = json!({"eddy": 1, "features": ["x"], "label": "name", "streams": [{"topic": "t", "role": "classify"}],
        "lanes": [{"name": "A", "model": model}]});
    let file = LabFile::parse(&file.to_string()).unwrap();
    let line = |(offset, name): (i64, i64)| {
        Line::Record(wire::Record {
            topic: "t".into(),
            partition: 0,
            offset,
            timestamp_ms: offset,
            headers: Vec::new(),
            key: None,
            value: Some(format!("{{\"x\":1,\"name\":\"n{name}\"}}").into_bytes()),
        })
    };
    // So many texts have room; of those after that, the first are known still.
    let names = (0..4_200).chain(4_000..4_300);
    let input: Vec<Line> = (0..).zip(names).map(line).collect();
    check(&file, &input, [4_200]);
    let lines = whole(&file, &input);
    let known = |line: &String| line.contains("\"label\":\"n4000\"");
    assert_eq!(lines.iter().filter(|line| known(line)).count(), 2);
    assert!(lines.iter().any(|line| line.contains("\"label\":null")));
}
