//! What the lab makes of a recorded stream's changes: repeats, truncates, transactions, new schemas.
#![allow(clippy::unwrap_used)] // a test may

use eddy_lab::snapshot::{Playhead, Snapshot, View};
use eddy_lab::{Lab, LabFile};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{debezium, golden, lines};
use wire::Record;

mod support;

const IRIS: [&str; 4] = ["sepal_length", "sepal_width", "petal_length", "petal_width"];

/// A lane of one model over the iris columns.
fn lane(name: &str, more: Value) -> Value {
    let mut lane = json!({
        "name": name, "batch": {"by": "count", "rows": 2},
        "model": {"kind": "kmeans", "engine": "flink", "decay_factor": 1.0,
                  "initial": {"centroids": [[5, 3, 1, 0], [6, 3, 5, 2]], "weights": [1, 1]}},
    });
    merge(&mut lane, more);
    lane
}

fn merge(into: &mut Value, more: Value) {
    for (name, value) in more.as_object().unwrap() {
        into[name] = value.clone();
    }
}

/// A lab whose streams are these topics of a recording, with their roles.
fn lab(recording: &str, streams: &[(&str, &str)], lanes: Value, more: Value) -> Lab {
    let stream = |(topic, role): &(&str, &str)| json!({"topic": format!("{recording}.{topic}"), "role": role});
    let streams: Vec<Value> = streams.iter().map(stream).collect();
    let mut file = json!({"eddy": 1, "streams": streams, "features": IRIS, "lanes": lanes});
    merge(&mut file, more);
    Lab::new(LabFile::parse(&file.to_string()).unwrap()).unwrap()
}

fn parsed(lab: &mut Lab) -> Vec<Value> {
    let lines = lines(lab);
    lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn run(mut lab: Lab, records: &[Record]) -> (Lab, Vec<Value>) {
    for record in records {
        lab.apply(record.as_ref());
    }
    lab.finish();
    let lines = parsed(&mut lab);
    (lab, lines)
}

fn versions<'l>(lines: &'l [Value], lane: &'l str) -> impl Iterator<Item = &'l Value> {
    lines
        .iter()
        .filter(move |line| line["event"] == "version" && line["lane"] == lane)
}

/// Models of a lane without where their rows stood.
fn models(lines: &[Value], lane: &str) -> Vec<Value> {
    let models = versions(lines, lane);
    models
        .map(|line| json!([line["version"], line["centroids"], line["weights"]]))
        .collect()
}

fn summary(lines: &[Value], lane: &str) -> Value {
    let mut lines = lines.iter();
    let found = lines.find(|line| line["event"] == "summary" && line["lane"] == lane);
    found.unwrap().clone()
}

fn snapshot(lab: &Lab, at: Playhead) -> Snapshot {
    lab.snapshot(&View {
        at,
        ..View::default()
    })
}

/// The events, oldest first: what is said of each.
fn notes(lab: &Lab) -> Vec<String> {
    let events = snapshot(lab, Playhead::Live).events;
    events.into_iter().rev().map(|event| event.note).collect()
}

#[test]
fn what_comes_again_counts_once_or_again() {
    let records = debezium("redelivery_plain");
    let expected = golden("debezium/redelivery_plain.expected.json");
    let is_repeat = |i: usize| expected[i]["duplicate"] == true;
    let streams = [("public.iris_train", "both")];
    let lanes = json!([
        lane("once", json!({})),
        lane("again", json!({"changes": {"redelivered": "again"}}))
    ]);
    let (lab, lines) = run(redelivery_lab(&streams, &lanes), &records);
    let fresh: Vec<Record> = (0..records.len())
        .filter(|i| !is_repeat(*i))
        .map(|i| records[i].clone())
        .collect();
    let (_, undisturbed) = run(redelivery_lab(&streams, &lanes), &fresh);
    assert_eq!(models(&lines, "once"), models(&undisturbed, "once"));
    assert_ne!(models(&lines, "again"), models(&undisturbed, "again"));
    // Rows: r c (r r) c c c u d 0 (c c u d 0) c c.
    assert_eq!(summary(&lines, "once")["redelivered"], 5);
    assert_eq!(summary(&lines, "once")["rows"], 8);
    assert_eq!(summary(&lines, "again")["rows"], 13);
    assert_eq!(summary(&undisturbed, "once").get("redelivered"), None);
    let live = snapshot(&lab, Playhead::Live);
    assert_eq!(live.redelivered, 6);
    for (i, note) in notes(&lab).iter().enumerate() {
        // Nothing tells a tombstone from another.
        let wanted = is_repeat(i) && !expected[i]["kind"].eq("tombstone");
        assert_eq!(note.contains("came again"), wanted, "{i}: {note}");
    }
    assert_eq!(
        notes(&lab)[10],
        "came again (offset 5 first): counted again in again"
    );
    assert_eq!(
        notes(&lab)[13],
        "deleted: not unlearned; came again: counted once (offset 8 first)"
    );
    assert!(lab.notes().is_empty(), "{:?}", lab.notes());
}

fn redelivery_lab(streams: &[(&str, &str)], lanes: &Value) -> Lab {
    lab("redelivery_plain", streams, lanes.clone(), json!({}))
}

#[test]
fn a_truncate_starts_a_lane_again_or_is_shown() {
    let records = debezium("truncate_plain");
    let streams = [
        ("public.iris_train", "train"),
        ("public.iris_test", "train"),
        ("public.iris_child", "train"),
    ];
    let by = |rows: usize| json!({"batch": {"by": "count", "rows": rows}, "changes": {"truncate": "restart"}});
    let lanes = json!([
        lane("restart", by(3)),
        lane("wide", by(100)),
        lane("ignore", json!({}))
    ]);
    let (lab, lines) = run(lab("truncate_plain", &streams, lanes, json!({})), &records);
    let found: Vec<_> = versions(&lines, "restart").collect();
    // Batch of three, four truncates, and a row that waits.
    assert_eq!(found.len(), 1 + 1 + 4);
    assert_eq!(found[1]["batch"]["rows"], 3);
    for version in &found[2..] {
        assert_eq!(version["centroids"], found[0]["centroids"]);
        assert_eq!(version.get("batch"), None);
    }
    assert_eq!(
        found[4]["restarted"],
        json!({"topic": "truncate_plain.public.iris_train", "partition": 0, "offset": 3})
    );
    assert_eq!(summary(&lines, "restart")["waiting"], 1);
    // The first truncate drops the one row of its own topic, and not those of another.
    assert_eq!(summary(&lines, "wide")["waiting"], 1);
    assert_eq!(summary(&lines, "wide")["rows"], 5);
    let after_first = snapshot(&lab, Playhead::Record(5));
    assert_eq!((after_first.batch.rows, after_first.version), (0, 3));
    let wide = View {
        lane: 1,
        at: Playhead::Record(5),
        ..View::default()
    };
    assert_eq!(lab.snapshot(&wide).batch.rows, 3);
    assert!(
        after_first.ledger[0]
            .note
            .contains("iris_test was truncated")
    );
    assert_eq!(versions(&lines, "ignore").count(), 1 + 2);
    assert!(notes(&lab)[4].contains("started again in restart, wide"));
}

#[test]
fn a_batch_is_a_transaction() {
    let records = debezium("tx_plain");
    let by = json!({"batch": {"by": "transaction"}});
    let tables = [
        ("public.iris_train", "train"),
        ("public.iris_test", "train"),
    ];
    let told: Vec<_> = tables
        .into_iter()
        .chain([("transaction", "ignore")])
        .collect();
    for streams in [&tables[..], &told] {
        let lab = || {
            lab(
                "tx_plain",
                streams,
                json!([lane("tx", by.clone())]),
                json!({}),
            )
        };
        let (_, lines) = run(lab(), &records);
        // The snapshot, then two transactions; the second one's delete is not learned.
        let rows: Vec<_> = versions(&lines, "tx")
            .map(|line| line["batch"]["rows"].clone())
            .collect();
        assert_eq!(rows, [Value::Null, json!(1), json!(3), json!(2)]);
    }
    // Topic by topic, as they come when a page catches up: the ends tell what belongs together.
    let mut apart = records.clone();
    apart.sort_by_key(|record| record.topic.clone());
    let (lab_told, lines) = run(
        lab(
            "tx_plain",
            &told,
            json!([lane("tx", by.clone())]),
            json!({}),
        ),
        &apart,
    );
    let mut rows: Vec<_> = versions(&lines, "tx")
        .filter_map(|line| line["batch"]["rows"].as_u64())
        .collect();
    rows.sort_unstable();
    assert_eq!(rows, [1, 2, 3]);
    assert!(lab_told.notes().is_empty());
    let (untold, lines) = run(
        lab(
            "tx_plain",
            &tables,
            json!([lane("tx", by.clone())]),
            json!({}),
        ),
        &apart,
    );
    assert_eq!(versions(&lines, "tx").count(), 1 + 4);
    assert!(
        untold.notes()[0]
            .text
            .contains("provide.transaction.metadata=true")
    );
}

#[test]
fn a_transaction_whose_end_is_not_told_is_over_after_a_while_of_quiet() {
    let records = debezium("tx_plain");
    let by = json!({"batch": {"by": "transaction"}});
    let streams = [
        ("public.iris_train", "train"),
        ("public.iris_test", "train"),
    ];
    let mut lab = lab("tx_plain", &streams, json!([lane("tx", by)]), json!({}));
    lab.apply(records[2].as_ref());
    let at_ms = records[2].timestamp_ms;
    lab.tick(at_ms + 999);
    assert_eq!(lab.lanes[0].timeline.versions(), 1);
    lab.tick(at_ms + 1_000);
    assert_eq!(lab.lanes[0].timeline.versions(), 2);
}

#[test]
fn events_without_a_transaction_are_each_one() {
    let records = debezium("unwrap_plain");
    let lanes = json!([lane("tx", json!({"batch": {"by": "transaction"}}))]);
    let (lab, lines) = run(
        lab(
            "unwrap_plain",
            &[("public.iris_train", "train")],
            lanes,
            json!({}),
        ),
        &records,
    );
    assert_eq!(
        versions(&lines, "tx").count() as u64,
        1 + summary(&lines, "tx")["rows"].as_u64().unwrap()
    );
    let said: Vec<_> = lab.notes().iter().map(|note| note.text.as_str()).collect();
    assert!(
        said.iter()
            .any(|text| text.contains("add.fields=op,lsn,source.ts_ms")),
        "{said:?}"
    );
    assert!(
        said.iter()
            .any(|text| text.contains("each is a batch of its own")),
        "{said:?}"
    );
}

#[test]
fn a_feature_that_vanishes_is_rejected_until_it_is_mapped() {
    let records = debezium("schema_change_plain");
    let streams = [("public.iris_train", "classify")];
    let run_with = |lanes: Value, more: Value| {
        run(lab("schema_change_plain", &streams, lanes, more), &records)
    };
    let predicted = |lines: &[Value], lane: &str| {
        let of_lane = |line: &&Value| line["event"] == "prediction" && line["lane"] == lane;
        lines
            .iter()
            .filter(of_lane)
            .map(|line| line["offset"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    let narrow = json!({"features": ["sepal_length", "w"], "model": {"kind": "kmeans", "engine": "flink",
                        "initial": {"centroids": [[0, 0], [1, 1]]}}});
    let (lab, lines) = run_with(
        json!([lane("wide", json!({})), lane("narrow", narrow)]),
        json!({}),
    );
    // Offset 2 has a null, 6 and later no sepal_width; the last two rows have other nulls.
    assert_eq!(predicted(&lines, "wide"), [0, 1, 2, 3, 4, 5]);
    // The column came later; the row that one lane cannot use is the other's all the same.
    assert_eq!(predicted(&lines, "narrow"), [4, 5, 6, 7, 8, 9, 12]);
    let rejected: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "rejected")
        .collect();
    assert_eq!(
        (rejected[0]["lane"].as_str(), rejected[0]["column"].as_str()),
        (Some("narrow"), Some("w"))
    );
    assert_eq!(rejected.last().unwrap()["lane"], "wide");
    let text = &lab
        .notes()
        .iter()
        .find(|note| note.offset == 6)
        .unwrap()
        .text;
    assert!(
        text.contains("\"rename\": {\"NEW\": \"sepal_width\"}"),
        "{text}"
    );
    // Mapped, and the column whose type was changed is declared: a number or base64 as it comes.
    let more = json!({"rename": {"w": "sepal_width"}, "columns": {"petal_length": {"as": "decimal", "scale": 2}}});
    let (_, lines) = run_with(json!([lane("wide", json!({}))]), more);
    let found = lines.iter().filter(|line| line["event"] == "prediction");
    let found: Vec<_> = found
        .map(|line| (line["offset"].as_i64().unwrap(), line["features"].clone()))
        .collect();
    assert_eq!(found[6], (6, json!([4.9, 7, 1.4, 0.1])));
    assert_eq!(found.last().unwrap(), &(9, json!([4.9, 1, 1.4, 0.1])));
    let only = json!({"features": ["petal_length"], "model": {"kind": "kmeans", "engine": "flink",
                      "initial": {"centroids": [[0], [1]]}}});
    let more = json!({"columns": {"petal_length": {"as": "decimal", "scale": 2}}});
    let (_, lines) = run_with(json!([lane("one", only)]), more);
    assert_eq!(predicted(&lines, "one"), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn a_column_is_read_as_another_where_that_is_not_there() {
    let lanes = json!([lane("a", json!({}))]);
    let more = json!({"rename": {"y": "x", "v": "vector"}, "features": ["x", "vector[1]"], "lanes": [{
        "name": "a", "model": {"kind": "kmeans", "engine": "flink", "initial": {"centroids": [[0, 0], [1, 1]]}}}]});
    let mut lab = lab("t", &[("t", "classify")], lanes, more);
    let rows = [
        (r#"{"y":2,"x":1,"v":[5,6]}"#, json!([1, 6])),
        (r#"{"y":2}"#, Value::Null),
        (r#"{"y":2,"v":[5,6]}"#, json!([2, 6])),
        (r#"{"x":1,"y":2,"vector":[7,8]}"#, json!([1, 8])),
    ];
    for (offset, (row, wanted)) in rows.into_iter().enumerate() {
        lab.apply(record("t.t", offset as i64, "1", row).as_ref());
        let lines = parsed(&mut lab);
        let found = lines.iter().find(|line| line["event"] == "prediction");
        assert_eq!(
            found.map_or(Value::Null, |line| line["features"].clone()),
            wanted,
            "{row}"
        );
    }
}

#[test]
fn texts_and_truths_are_features_where_asked() {
    let columns = json!({"size": {"as": "enum"}, "sold": {"as": "boolean"}, "kind": {"as": "enum", "codes": ["a", "b"]}});
    let initial = json!({"centroids": [[0, 0, 0], [1, 1, 1]]});
    let lane =
        json!({"name": "a", "model": {"kind": "kmeans", "engine": "flink", "initial": initial}});
    let more = json!({"columns": columns, "features": ["size", "sold", "kind"], "lanes": [lane], "label": "size"});
    let mut lab = lab("t", &[("t", "classify")], json!([lane]), more);
    let rows = [
        (
            r#"{"size":"small","sold":true,"kind":"b"}"#,
            json!([0, 1, 1]),
        ),
        (
            r#"{"size":"large","sold":false,"kind":"a"}"#,
            json!([1, 0, 0]),
        ),
        (
            r#"{"size":"small","sold":"t","kind":"a"}"#,
            json!([0, 1, 0]),
        ),
        (
            r#"{"size":"small","sold":true,"kind":"c"}"#,
            json!("is \"c\", which has no code"),
        ),
        (r#"{"size":null,"sold":true,"kind":"a"}"#, json!("is null")),
        (
            r#"{"size":"__debezium_unavailable_value","sold":true,"kind":"a"}"#,
            json!(
                "is unavailable (TOAST: the update left it as it was, and so it was not sent); set REPLICA IDENTITY FULL on the table"
            ),
        ),
    ];
    for (offset, (row, wanted)) in rows.into_iter().enumerate() {
        lab.apply(record("t.t", offset as i64, "1", row).as_ref());
        let line = parsed(&mut lab).pop().unwrap();
        let found = if line["event"] == "prediction" {
            &line["features"]
        } else {
            &line["reason"]
        };
        assert_eq!(found, &wanted, "{row}");
        if line["event"] == "prediction" {
            assert_eq!(
                line["label"],
                serde_json::from_str::<Value>(row).unwrap()["size"]
            );
        }
    }
}

#[test]
fn schemaless_values_mean_what_is_declared() {
    let decimals = json!({"n31": {"as": "decimal", "scale": 1}, "nun": {"as": "decimal"}, "m": {"as": "decimal", "scale": 2},
                          "i8": {"as": "number"}});
    let times = json!({"d": {"as": "date_days"}, "ts": {"as": "timestamp", "unit": "us"}, "ts3": {"as": "timestamp", "unit": "ms"},
                       "tstz": {"as": "timestamp"}});
    for (recording, topic, columns, features) in [
        (
            "decimals_precise_plain",
            "public.nums",
            &decimals,
            ["n31", "nun", "m", "i8"],
        ),
        (
            "decimals_numeric_plain",
            "public.nums",
            &decimals,
            ["n31", "nun", "m", "i8"],
        ),
        (
            "decimals_double_plain",
            "public.nums",
            &json!({}),
            ["n31", "nun", "m", "i8"],
        ),
        (
            "times_adaptive_plain",
            "public.times",
            &times,
            ["d", "ts", "ts3", "tstz"],
        ),
    ] {
        let records = debezium(recording);
        let expected = golden(&format!("debezium/{recording}.expected.json"));
        let initial = json!({"centroids": [[0, 0, 0, 0], [1, 1, 1, 1]]});
        let model = json!({"kind": "kmeans", "engine": "flink", "initial": initial});
        let more = json!({"columns": columns, "features": features});
        let lanes = json!([{"name": "a", "model": model}]);
        let mut lab = lab(recording, &[(topic, "classify")], lanes, more);
        let mut compared = 0;
        for (record, expected) in records.iter().zip(expected.as_array().unwrap()) {
            lab.apply(record.as_ref());
            for line in parsed(&mut lab)
                .iter()
                .filter(|line| line["event"] == "prediction")
            {
                let wanted = features.map(|name| {
                    let value = &expected["after"][name];
                    let decimal = value["decimal"]
                        .as_str()
                        .map(|digits| digits.parse().unwrap());
                    let whole = value["timestamp_us"]
                        .as_f64()
                        .or(value["date_days"].as_f64());
                    decimal.or(whole).or(value.as_f64()).unwrap()
                });
                let found = line["features"].as_array().unwrap();
                let found: Vec<f64> = found.iter().map(|value| value.as_f64().unwrap()).collect();
                assert_eq!(found, wanted, "{recording} {}", record.offset);
                compared += 1;
            }
        }
        assert!(compared >= 2, "{recording}: {compared}");
    }
}

#[test]
fn a_stream_says_what_is_to_be_mended() {
    let avro = Record {
        value: Some(vec![0, 0, 0, 0, 1]),
        ..record("t.t", 0, "1", "")
    };
    let heartbeat = record(
        "__debezium-heartbeat.t",
        0,
        r#"{"serverName":"t"}"#,
        r#"{"ts_ms":1}"#,
    );
    let defaults = r#"{"schema":{"type":"struct","fields":[{"type":"double","default":5.0,"field":"x"}]},"payload":{"x":5.0}}"#;
    for (record, topic, wanted) in [
        (avro, "t.t", "set the connector's value.converter to"),
        (
            heartbeat,
            "__debezium-heartbeat.t",
            "Give the stream the role ignore",
        ),
        (
            record("t.t", 0, "1", r#"{"x":"AIw="}"#),
            "t.t",
            "x is \"AIw=\", not a number, and nothing says what",
        ),
        (record("t.t", 0, "1", r#"{"y":1}"#), "t.t", "Rows have no x"),
        (
            record("t.t", 0, "1", r#"{"x":1}"#),
            "t.t",
            "carry no LSN, so one that comes again is learned again",
        ),
        (
            record("t.t", 0, "1", defaults),
            "t.t",
            "replace.null.with.default=false",
        ),
    ] {
        let lane = json!({"name": "a", "model": {"kind": "kmeans", "engine": "flink", "initial": {"centroids": [[0], [1]]}}});
        let file = json!({"eddy": 1, "streams": [{"topic": topic, "role": "train"}], "features": ["x"], "lanes": [lane]});
        let mut lab = Lab::new(LabFile::parse(&file.to_string()).unwrap()).unwrap();
        for _ in 0..3 {
            lab.apply(record.as_ref());
        }
        let said: Vec<_> = lab
            .notes()
            .iter()
            .filter(|note| note.text.contains(wanted))
            .collect();
        assert_eq!(said.len(), 1, "{wanted}: {:?}", lab.notes());
        assert_eq!((said[0].topic.as_str(), said[0].offset), (topic, 0));
    }
}

fn record(topic: &str, offset: i64, key: &str, value: &str) -> Record {
    Record {
        topic: topic.into(),
        partition: 0,
        offset,
        timestamp_ms: 1_000 + offset,
        headers: Vec::new(),
        key: Some(key.into()),
        value: Some(value.into()),
    }
}

proptest! {
    /// What a crash sends again, anywhere and in any stretch, changes nothing.
    #[test]
    fn stretches_that_come_again_change_nothing(again in prop::collection::vec((0usize..310, 1usize..40), 1..6)) {
        let order = &golden("seeds/orders_confirmed.json")["orders"][0];
        let records = support::demo_records(order, 1_000);
        let mut disturbed = Vec::new();
        for (i, record) in records.iter().enumerate() {
            disturbed.push(record.clone());
            for (_, length) in again.iter().filter(|(at, _)| *at == i) {
                let from = (i + 1).saturating_sub(*length);
                // The same events with another time of sending.
                disturbed.extend(records[from..=i].iter().map(|record| {
                    let value = String::from_utf8(record.value.clone().unwrap()).unwrap();
                    let (event, _) = value.rsplit_once("\"ts_ms\":").unwrap();
                    Record { value: Some(format!("{event}\"ts_ms\":1}}").into()), ..record.clone() }
                }));
            }
        }
        let mut offsets = std::collections::HashMap::new();
        for record in &mut disturbed {
            let offset = offsets.entry(record.topic.clone()).or_insert(0);
            record.offset = *offset;
            *offset += 1;
        }
        let demo = || support::iris_lab(1_000);
        let (lab, lines) = run(demo(), &disturbed);
        let (_, undisturbed) = run(demo(), &records);
        prop_assert_eq!(models(&lines, "Flink"), models(&undisturbed, "Flink"));
        prop_assert_eq!(lab.redelivered as usize, disturbed.len() - records.len());
        let given = |lines: &[Value]| lines.iter().filter(|line| line["event"] == "prediction" && line["lane"] == "Flink")
            .map(|line| json!([line["version"], line["prediction"], line["features"]])).collect::<Vec<_>>();
        prop_assert_eq!(given(&lines), given(&undisturbed));
    }

    /// Whatever the bytes are, a record is a row, shown, or rejected.
    #[test]
    fn any_bytes_are_taken(
        records in prop::collection::vec((0usize..3, prop::option::of(any_value()), prop::option::of(any_value())), 0..40),
        placed in prop::collection::vec((0usize..400, any_value()), 0..4),
    ) {
        let streams = [("public.a", "both"), ("public.b", "train"), ("transaction", "ignore")];
        let lanes = json!([
            lane("tx", json!({"batch": {"by": "transaction"}, "changes": {"truncate": "restart"}})),
            lane("vector", json!({"features": ["v[0]", "v[2]", "size", "at"], "changes": {"redelivered": "again"}})),
        ]);
        let columns = json!({"size": {"as": "enum"}, "at": {"as": "timestamp"}, "petal_width": {"as": "decimal", "scale": 1}});
        let mut lab = lab("t", &streams, lanes, json!({"columns": columns, "rename": {"w": "petal_width"}}));
        for (i, (stream, key, value)) in records.into_iter().enumerate() {
            let mut value = value;
            for (at, bytes) in &placed {
                if let Some(value) = &mut value {
                    let at = at % (value.len() + 1);
                    value.splice(at..at, bytes.iter().take(3).copied());
                }
            }
            let topic = format!("t.{}", streams[stream].0);
            let record = Record { key, value, ..record(&topic, i as i64, "", "") };
            prop_assert!(lab.apply(record.as_ref()));
            lab.tick(900 + 97 * i as i64);
        }
        lab.snapshot(&View::default());
        lab.finish();
        for line in lines(&mut lab) {
            serde_json::from_str::<Value>(&line).unwrap();
        }
    }
}

/// Events of every kind, and bytes of none.
fn any_value() -> impl Strategy<Value = Vec<u8>> {
    let row = || {
        prop_oneof![
        Just("null".to_owned()),
        (0..4, 0..3).prop_map(|(id, x)| format!(
            r#"{{"id":{id},"sepal_length":{x},"sepal_width":1,"petal_length":2,"petal_width":"Mw==","v":[1,2,{x}],"size":"s{x}","at":{x}}}"#
        )),
        Just(r#"{"id":1,"w":null,"v":{"dimensions":3,"vector":[[1,2]]},"size":true,"at":"infinity"}"#.to_owned()),
    ]
    };
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        row().prop_map(String::into_bytes),
        (row(), row(), "[crudtmx]", 0..4i64, prop::option::of(0..3)).prop_map(|(before, after, op, lsn, tx)| {
            let transaction = tx.map_or("null".to_owned(), |tx| format!(r#"{{"id":"{tx}:{lsn}"}}"#));
            format!(
                r#"{{"before":{before},"after":{after},"source":{{"lsn":{lsn},"txId":{lsn}}},"op":"{op}","transaction":{transaction}}}"#
            ).into_bytes()
        }),
        (0..3, 0..4, any::<bool>()).prop_map(|(tx, count, end)| {
            let status = if end { "END" } else { "BEGIN" };
            format!(
                r#"{{"status":"{status}","id":"{tx}:1","event_count":{count},"data_collections":[{{"data_collection":"public.a","event_count":{count}}}],"ts_ms":1}}"#
            ).into_bytes()
        }),
    ]
}
