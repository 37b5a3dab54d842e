//! Rows as the change events that inserting them gives.

use std::collections::BTreeMap;
use std::fmt::Write;

use wire::{Line, Record, write_line, write_record};

use super::rows::Rows;
use crate::scenario::Scenario;

/// When the first row is inserted: the beginning of a window of Spark's, and a little.
const BEGIN_MS: i64 = 1_700_000_000_000;
const INTO_WINDOW_MS: i64 = 5;

/// The length of Spark's windows in the scenarios' lab files.
const WINDOW_MS: i64 = 10_000;

/// Record lines, as Debezium would write them: each step begins in a window of its own, with an empty one before it.
pub(super) fn file(scenario: Scenario, rows: &Rows) -> String {
    let names: Vec<&str> = scenario.columns().iter().map(|(name, _)| *name).collect();
    let mut offsets: BTreeMap<&str, i64> = BTreeMap::new();
    let (mut out, mut lsn, mut window_ms) = (String::new(), 0, BEGIN_MS);
    for part in rows.steps.iter().filter_map(|part| rows.parts.get(*part)) {
        let offset = offsets.entry(part.table).or_default();
        let mut now_ms = window_ms + INTO_WINDOW_MS;
        for row in &part.rows {
            lsn += 1;
            let values: Vec<&str> = row.split(',').collect();
            let event = Event {
                table: part.table,
                offset: *offset,
                lsn,
                now_ms,
            };
            write_record(&mut out, event.record(&names, &values).as_ref());
            out.push('\n');
            *offset += 1;
            now_ms += rows.pace_ms;
        }
        let last_ms = now_ms - rows.pace_ms;
        window_ms = (last_ms / WINDOW_MS + 2) * WINDOW_MS;
    }
    // So that whoever plays it live sees the last window end.
    write_line(&mut out, &Line::Tick { tick_ms: window_ms });
    out.push('\n');
    out
}

/// One insert.
struct Event<'a> {
    table: &'a str,
    offset: i64,
    lsn: i64,
    now_ms: i64,
}

impl Event<'_> {
    fn record(&self, names: &[&str], values: &[&str]) -> Record {
        let Event {
            table, now_ms, lsn, ..
        } = self;
        let id = self.offset + 1;
        let mut after = format!("{{\"id\":{id}");
        for (name, value) in names.iter().zip(values) {
            // Writing into a string cannot fail.
            let _ = write!(after, ",\"{name}\":{value}");
        }
        let value = format!(
            "{{\"before\":null,\"after\":{after}}},\"source\":{{\"version\":\"{}\",\"connector\":\"eddy-dataset\",\
             \"name\":\"flink\",\"ts_ms\":{now_ms},\"snapshot\":\"false\",\"schema\":\"public\",\"table\":\"{table}\",\
             \"lsn\":{lsn}}},\"op\":\"c\",\"ts_ms\":{now_ms}}}",
            env!("CARGO_PKG_VERSION"),
        );
        Record {
            topic: format!("flink.public.{table}").into(),
            partition: 0,
            offset: self.offset,
            timestamp_ms: *now_ms,
            headers: Vec::new(),
            key: Some(format!("{{\"id\":{id}}}").into_bytes()),
            value: Some(value.into_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use lab::replay::Replay;
    use lab::{Lab, LabFile};
    use serde_json::Value;
    use wire::LineReader;

    use super::super::rows;
    use super::*;

    fn events(scenario: Scenario, seed: Option<u64>) -> String {
        file(scenario, &rows::of(scenario, seed).expect("rows"))
    }

    /// The replay lines of a scenario's own lab file and events.
    fn replayed(scenario: Scenario, seed: Option<u64>) -> Vec<Value> {
        let mut out = String::new();
        let lab = LabFile::parse(scenario.lab()).expect("a lab file");
        let mut replay = Replay::new(lab, &mut out).expect("a lab");
        for line in events(scenario, seed).lines() {
            replay.line(line, &mut out).expect("a line");
        }
        assert_eq!(replay.foreign, 0);
        replay.finish(&mut out);
        let parse = |line| serde_json::from_str(line).expect("JSON");
        out.lines().map(parse).collect()
    }

    #[test]
    fn iris_gives_the_six_tables() {
        for seed in [142_923, 1_489] {
            let mut lab =
                Lab::new(LabFile::parse(Scenario::Iris.lab()).expect("a lab file")).expect("a lab");
            let mut reader = LineReader::new();
            for (number, line) in (1..).zip(events(Scenario::Iris, Some(seed)).lines()) {
                let line = reader.read(number, line).expect("a line").expect("a line");
                lab::replay::apply(&mut lab, line).expect("applied");
            }
            lab.finish();
            let scores = |lane: usize| -> Vec<(u32, u32)> {
                let scores = lab.lanes[lane].scores.iter();
                scores.map(|score| (score.right, score.of)).collect()
            };
            let (flink, spark) = (scores(0), scores(1));
            assert_eq!(flink, [(5, 11), (7, 11), (9, 11)], "{seed}");
            assert_eq!(spark, [(5, 11), (8, 11), (11, 11)], "{seed}");
        }
    }

    #[test]
    fn every_row_is_an_event_of_its_own() {
        for (scenario, counts) in [
            (Scenario::Iris, [277, 33]),
            (Scenario::Ecommerce, [800, 200]),
            (Scenario::Virginica, [80, 40]),
        ] {
            let lines = replayed(scenario, None);
            let summaries: Vec<&Value> = lines
                .iter()
                .filter(|line| line["event"] == "summary")
                .collect();
            assert_eq!(summaries.len(), 2);
            for summary in summaries {
                assert_eq!(summary["rows"], counts[0], "{summary}");
                assert_eq!(summary["redelivered"], Value::Null, "{summary}");
                let given = lines.iter().filter(|line| {
                    line["event"] == "prediction" && line["lane"] == summary["lane"]
                });
                assert_eq!(given.count(), counts[1], "{summary}");
            }
        }
    }
}
