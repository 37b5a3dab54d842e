//! A reader with a memory reads every record as one without.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use eddy_change::{Reader, read};
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

fn check(reader: &mut Reader, topic: &str, key: Option<&[u8]>, value: Option<&[u8]>) {
    assert_eq!(reader.read(topic, key, value), read(topic, key, value));
}

#[test]
fn recorded_streams() {
    let mut of_all = Reader::new();
    let mut of_topic: BTreeMap<String, Reader> = BTreeMap::new();
    let records = recorded();
    assert_eq!(records.len(), 521);
    // Twice: the second time the readers have seen all.
    for record in records.iter().chain(&records) {
        let key = record.key.as_deref().map(str::as_bytes);
        let value = record.value.as_deref().map(str::as_bytes);
        check(&mut of_all, &record.topic, key, value);
        check(
            of_topic.entry(record.topic.clone()).or_default(),
            &record.topic,
            key,
            value,
        );
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
        let mut reader = Reader::new();
        for (whole, next) in values.clone().zip(values.skip(1)).take(4) {
            check(&mut reader, "", None, Some(whole.as_bytes()));
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
            check(&mut reader, "", Some(&broken), Some(&broken));
        }
    }
}

fn recorded_once() -> &'static [Record] {
    static RECORDED: std::sync::OnceLock<Vec<Record>> = std::sync::OnceLock::new();
    RECORDED.get_or_init(recorded)
}
