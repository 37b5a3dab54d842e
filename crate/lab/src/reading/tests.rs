//! Reading and keeping rows allocates nothing, but for the growth of what is retained.

use std::ops::Range;

use wire::Record;

use super::*;
use crate::config::LabFile;
use crate::redelivery::{Repeats, Spot};
use crate::rows::{Meta, Verdict};

/// What a record meets on its way into the lab's rows.
struct Way {
    config: Config,
    rows: Rows,
    reading: Reading,
    repeats: Repeats,
    codes: ColumnCodes,
}

impl Way {
    fn new() -> Way {
        let file = LabFile::parse(include_str!("../../../../www/lab.json")).unwrap();
        let config = Config::check(file).unwrap();
        Way {
            rows: Rows::new(&config.columns, 100_000),
            config,
            reading: Reading::new(),
            repeats: Repeats::new(500),
            codes: ColumnCodes::new(),
        }
    }

    fn take(&mut self, record: &Record) {
        self.rows.push(Meta {
            stream: 0,
            partition: 0,
            offset: record.offset,
            timestamp_ms: 0,
            op: 'c',
            verdict: Verdict::Row,
            again: false,
        });
        let record = record.as_ref();
        let change = self.reading.read(record, &self.config).unwrap();
        let spot = Spot {
            partition: 0,
            offset: record.offset,
        };
        let first = self.repeats.first(&change, record.key, record.value, spot);
        assert_eq!(first, None);
        let row = change.after.unwrap();
        let codes = Some(&mut self.codes);
        self.reading.keep(row, &mut self.rows, codes, &self.config);
    }

    /// Allocations while these records are taken.
    fn allocations(&mut self, records: &[Record], range: Range<usize>) -> u64 {
        let take = || records[range].iter().for_each(|record| self.take(record));
        allocation_counter::measure(take).count_total
    }
}

/// Records like the first one that is recorded of a row, each of another key and position.
fn records(name: &str) -> Vec<Record> {
    let path = format!(
        "{}/../../tests/golden/debezium/{name}.ndjson",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).unwrap();
    let line = text
        .lines()
        .find(|line| line.contains("sepal_length"))
        .unwrap();
    let Some(wire::Line::Record(record)) = wire::LineReader::new().read(1, line).unwrap() else {
        panic!("{line}");
    };
    let text = |bytes: &Option<Vec<u8>>| String::from_utf8(bytes.clone().unwrap()).unwrap();
    let (key, value) = (text(&record.key), text(&record.value));
    let lsn = change::read("", None, Some(value.as_bytes())).unwrap().lsn;
    let lsn = lsn.map_or("no position".to_owned(), |lsn| format!("sn\":{lsn}"));
    (0..8192)
        .map(|i| {
            let id = format!("\"id\":{i}");
            let value = value.replace(&lsn, &format!("sn\":{i}"));
            Record {
                offset: i,
                key: Some(key.replace("\"id\":1", &id).into_bytes()),
                value: Some(value.replace("\"id\":1", &id).into_bytes()),
                ..record.clone()
            }
        })
        .collect()
}

fn check(name: &str) {
    let records = records(name);
    let mut way = Way::new();
    let warm = way.allocations(&records, 0..2100);
    assert_ne!(warm, 0, "{name}: the counter counts");
    // Now the columns have room for a chunk.
    assert_eq!(way.allocations(&records, 2100..4096), 0, "{name}");
    // The next chunk: each column doubles its room some ten times.
    let columns = 2 * way.rows.columns().len() as u64 + 1;
    let grown = way.allocations(&records, 4096..8192);
    assert!(
        grown <= columns * 12,
        "{name}: {grown} for {columns} columns"
    );
    let (first, last) = (way.rows.number(1, 0), way.rows.number(8191, 0));
    assert!(first > 0.0 && first == last, "{name}: {first} {last}");
}

#[test]
fn nothing_is_allocated_for_a_row() {
    check("unwrap_plain");
    check("unwrap_schema");
    check("unwrap_rewrite_plain");
    check("unwrap_rewrite_schema");
    check("envelope_plain");
    check("key_change_schema");
    check("tx_plain");
}
