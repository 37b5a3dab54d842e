//! A reader with a memory reads every record as one without.

#![allow(clippy::unwrap_used)]

use std::borrow::Cow;
use std::collections::BTreeMap;

use eddy_change::{Reader, Row, Value, read};
use proptest::prelude::*;
use serde_json::Value as Json;

struct Record {
    topic: String,
    key: Option<String>,
    value: Option<String>,
}

/// All recorded records, in order of file and line.
fn recorded() -> Vec<Record> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/debezium");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "ndjson")
    });
    files.sort();
    let texts: Vec<String> = files
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    let lines = lines.map(|line| serde_json::from_str::<Json>(line).unwrap());
    let text = |json: &Json| json.as_str().map(str::to_owned);
    lines
        .map(|line| Record {
            topic: text(&line["topic"]).unwrap_or_default(),
            key: text(&line["key"]),
            value: text(&line["value"]).or(text(&line["body"])),
        })
        .collect()
}

/// A reader, and the names that the rows of each of its layouts have.
#[derive(Default)]
struct Checked {
    reader: Reader,
    layouts: BTreeMap<u64, Vec<String>>,
}

impl Checked {
    fn check(&mut self, topic: &str, key: Option<&[u8]>, value: Option<&[u8]>) {
        let found = self.reader.read(topic, key, value);
        assert_eq!(found, read(topic, key, value));
        let Ok(change) = found else { return };
        // The key is a row that the reader has not noted the columns of.
        for row in [change.before, change.after, change.key, change.after] {
            row.into_iter().for_each(|row| self.check_cells(row));
        }
    }

    /// The cells are the columns, and a layout says which they are.
    fn check_cells(&mut self, row: Row<'_>) {
        let cells = self.reader.cells(row);
        let layout = cells.layout();
        let (names, values): (Vec<_>, Vec<_>) = row.columns().unzip();
        let found: Vec<Value<'_>> = cells.clone().map(|cell| cell.value()).collect();
        assert_eq!(found, values, "{row:?}");
        for (cell, value) in cells.zip(&values) {
            let wanted = value.as_number().ok().map(f64::to_bits);
            assert_eq!(cell.number().map(f64::to_bits), wanted, "{row:?}");
        }
        let names: Vec<String> = names.into_iter().map(Cow::into_owned).collect();
        let known = self.layouts.entry(layout).or_insert_with(|| names.clone());
        assert_eq!(*known, names, "{row:?}");
    }
}

#[test]
fn recorded_streams() {
    let mut of_all = Checked::default();
    let mut of_topic: BTreeMap<String, Checked> = BTreeMap::new();
    let records = recorded();
    assert_eq!(records.len(), 521);
    // Twice: the second time the readers have seen all.
    for record in records.iter().chain(&records) {
        let key = record.key.as_deref().map(str::as_bytes);
        let value = record.value.as_deref().map(str::as_bytes);
        of_all.check(&record.topic, key, value);
        let of_topic = of_topic.entry(record.topic.clone()).or_default();
        of_topic.check(&record.topic, key, value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// A broken record is refused as before, and leaves a reader that reads the next one right.
    #[test]
    fn broken_in_between(
        index in any::<prop::sample::Index>(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..4u8, 0..15usize), 1..3),
    ) {
        let records = recorded_once();
        let at = index.index(records.len());
        let values = records[at..].iter().filter_map(|record| record.value.as_deref());
        let mut reader = Checked::default();
        for (whole, next) in values.clone().zip(values.skip(1)).take(4) {
            reader.check("", None, Some(whole.as_bytes()));
            let mut broken = next.as_bytes().to_vec();
            for (place, edit, byte) in &edits {
                let place = place.index(broken.len() + 1).min(broken.len().saturating_sub(1));
                match edit {
                    0 => broken.truncate(place),
                    1 => broken.insert(place, b"{}[]\",:\\nu0e-. "[*byte]),
                    2 if !broken.is_empty() => broken[place] = b"{}[]\",:\\nu0e-. "[*byte],
                    _ if !broken.is_empty() => drop(broken.remove(place)),
                    _ => {}
                }
            }
            reader.check("", Some(&broken), Some(&broken));
        }
    }
}

fn recorded_once() -> &'static [Record] {
    static RECORDED: std::sync::OnceLock<Vec<Record>> = std::sync::OnceLock::new();
    RECORDED.get_or_init(recorded)
}

/// Rows that look alike, written in every way: the reader's memory is put to the test.
fn object() -> impl Strategy<Value = String> {
    let name = prop_oneof!["a|b|id|op|ts_ms|after|__op", "[a-c\\u{e9}]{0,20}"];
    let space = prop_oneof![4 => Just(""), 1 => Just(" ")];
    let value = prop_oneof![
        4 => "-?(0|[1-9][0-9]{0,3})([.][0-9]{1,3})?",
        2 => "-?(0|[1-9][0-9]{0,21})([.][0-9]{1,21})?([eE][+-]?[0-9]{1,3})?",
        1 => "(null|true|false|\"\"|\"\\\\u00e9\"|\"[a-z]{1,9}\"|\\[1,2\\]|\\{\"a\":1\\}|\\{ \\})",
    ];
    proptest::collection::vec((name, space, value), 0..5).prop_map(|members| {
        let member = |(name, space, value)| format!("{space}\"{name}\":{space}{value}{space}");
        let members: Vec<String> = members.into_iter().map(member).collect();
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn rows_one_after_the_other(objects in proptest::collection::vec((object(), 0..4u8), 1..12)) {
        let mut reader = Checked::default();
        for (object, shape) in objects.iter().chain(&objects) {
            let value = match shape {
                0 | 1 => object.clone(),
                2 => format!("{{\"schema\":{{}},\"payload\":{object}}}"),
                _ => format!("{{\"before\":{object},\"after\":{object},\"source\":{{}},\"op\":\"u\"}}"),
            };
            reader.check("", Some(object.as_bytes()), Some(value.as_bytes()));
        }
    }
}

#[test]
fn an_image_is_not_taken_for_the_last_records_that_stood_in_its_place() {
    // Records come in buffers that are used again.
    let update = r#"{"before":{"x":1.5},"after":{"x":2.5},"op":"u","source":{},"ts_ms":1}"#;
    let insert = r#"{"after": {"x":7.5},"before":null,"op":"c","source":{},"ts_ms":12}"#;
    let place = |text: &str, image: &str| text.find(image).unwrap();
    assert_eq!(place(update, r#"{"x":1.5}"#), place(insert, r#"{"x":7.5}"#));
    let mut buffer = vec![b' '; 100];
    let mut reader = Reader::new();
    let mut read = |text: &str| {
        buffer.fill(b' ');
        buffer[..text.len()].copy_from_slice(text.as_bytes());
        let row = reader
            .read("t", None, Some(&buffer))
            .unwrap()
            .after
            .unwrap();
        reader.cells(row).next().unwrap().number()
    };
    assert_eq!(read(update), Some(2.5));
    assert_eq!(read(insert), Some(7.5));
}
