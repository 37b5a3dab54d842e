use std::io::{Seek, Write};
use std::time::Instant;

use tempfile::NamedTempFile;

use super::*;

fn file(text: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(text).expect("written");
    file
}

fn line(topic: &str, partition: i32, offset: i64, timestamp_ms: i64) -> String {
    format!(
        r#"{{"topic":"{topic}","partition":{partition},"offset":{offset},"timestamp_ms":{timestamp_ms},"headers":[["h","1"]],"key":null,"value":"{offset}"}}"#
    )
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text).expect("packed");
    packer.finish().expect("packed")
}

fn from(topic: &str, partition: i32, offset: i64) -> Position {
    Position {
        topic: topic.into(),
        partition,
        offset,
    }
}

fn places(records: &[Record]) -> Vec<(&str, i32, i64)> {
    let place = |record: &'_ Record| (record.partition, record.offset);
    let with_topic = records.iter().map(|record| (&*record.topic, place(record)));
    with_topic
        .map(|(topic, (partition, offset))| (topic, partition, offset))
        .collect()
}

fn sample() -> String {
    [
        line("a", 0, 5, 1_000),
        line("b", 0, 0, 900),
        "{\"tick_ms\":2000}".to_owned(),
        line("a", 1, 0, 1_500),
        "{\"gap\":{\"topic\":\"a\",\"partition\":0,\"from\":6,\"to\":8}}".to_owned(),
        "{\"close\":\"Flink\"}".to_owned(),
        "not a line".to_owned(),
        line("a", 0, 9, 3_000),
    ]
    .join("\n")
}

#[test]
fn a_file_is_a_log_plain_or_packed() {
    let text = sample();
    for bytes in [text.clone().into_bytes(), packed(text.as_bytes())] {
        let file = file(&bytes);
        let source = FileSource::open(file.path(), Speed::Max).expect("opened");
        let report = source.report();
        assert_eq!((report.records, report.broken, report.closes), (4, 1, 1));
        assert!(
            report.complaints[0].starts_with("line 7: not JSON"),
            "{report:?}"
        );
        let hello = source.hello().expect("hello");
        let ends = |topic: &str, partition, start, end| TopicEnds {
            topic: topic.to_owned(),
            partition,
            start,
            end,
        };
        assert_eq!(
            hello.topics,
            [ends("a", 0, 5, 10), ends("b", 0, 0, 1), ends("a", 1, 0, 1)]
        );
        // The order of the lines, across topics; a gap comes before what follows it.
        let all = [from("a", 0, 0), from("b", 0, 0), from("a", 1, 0)];
        let chunk = source.read(&hello.log_id, &all, 1 << 20).expect("read");
        assert_eq!(
            places(&chunk.records),
            [("a", 0, 5), ("b", 0, 0), ("a", 1, 0)]
        );
        assert!(chunk.gaps.is_empty());
        let rest = source
            .read(&hello.log_id, &chunk.next, 1 << 20)
            .expect("read");
        assert_eq!((rest.gaps[0].from, rest.gaps[0].to), (6, 8));
        assert_eq!(places(&rest.records), [("a", 0, 9)]);
        assert_eq!(
            rest.next,
            [from("a", 0, 10), from("b", 0, 1), from("a", 1, 1)]
        );
        assert_eq!(rest.records[0].headers.len(), 1);
        let end = source
            .read(&hello.log_id, &rest.next, 1 << 20)
            .expect("read");
        assert_eq!(
            (end.records.len(), end.gaps.len(), end.next),
            (0, 0, rest.next)
        );
        // One at least, however small the limit.
        let one = source.read(&hello.log_id, &all[..1], 1).expect("read");
        assert_eq!(places(&one.records), [("a", 0, 5)]);
        let from_the_gap = source
            .read(&hello.log_id, &[from("a", 0, 7)], 1 << 20)
            .expect("read");
        assert_eq!(
            (from_the_gap.gaps[0].from, from_the_gap.records.len()),
            (7, 1)
        );
        let at = |ms| source.offset_at(&hello.log_id, "a", ms).expect("offsets");
        assert_eq!(at(1_200), [(0, 9), (1, 0)]);
        assert_eq!(at(9_000), [(0, 10), (1, 1)]);
        assert!(source.read("other", &all, 1).is_err());
    }
}

#[test]
fn the_content_is_the_identity_unless_it_is_played_at_a_pace() {
    let (one, same, other) = (
        file(sample().as_bytes()),
        file(&packed(sample().as_bytes())),
        file(line("a", 0, 0, 0).as_bytes()),
    );
    let log_id = |file: &NamedTempFile, speed| {
        let source = FileSource::open(file.path(), speed).expect("opened");
        source.hello().expect("hello").log_id
    };
    assert_eq!(log_id(&one, Speed::Max), log_id(&same, Speed::Max));
    assert_ne!(log_id(&one, Speed::Max), log_id(&other, Speed::Max));
    assert_ne!(
        log_id(&one, Speed::Times(1.0)),
        log_id(&one, Speed::Times(1.0))
    );
}

#[test]
fn offsets_that_do_not_ascend_are_named() {
    let check = |lines: &[String], complaint: &str| {
        let file = file(lines.join("\n").as_bytes());
        let error = FileSource::open(file.path(), Speed::Max)
            .expect_err("refused")
            .to_string();
        assert!(error.contains(complaint), "{error}");
    };
    check(
        &[line("a", 0, 3, 1), line("a", 1, 0, 1), line("a", 0, 3, 2)],
        "line 3: offset 3 of a, partition 0, comes after offset 3",
    );
    check(&["{}}".to_owned()], "holds no records (line 1: not JSON");
    check(&[], "holds no records (it has no lines)");
    let error = FileSource::open(Path::new("none.ndjson"), Speed::Max).expect_err("refused");
    assert!(
        error.to_string().contains("cannot read none.ndjson"),
        "{error}"
    );
}

#[test]
fn bare_values_and_kcat_lines_are_read_too() {
    let bare = file(b"{\"x\":1}\n\n{\"tick_ms\":5}\nnull\n3\n");
    let source = FileSource::open(bare.path(), Speed::Max).expect("opened");
    assert!(source.report().made_up);
    let log_id = source.hello().expect("hello").log_id;
    let chunk = source
        .read(&log_id, &[from("lines", 0, 1)], 1 << 20)
        .expect("read");
    let values: Vec<Option<&[u8]>> = chunk
        .records
        .iter()
        .map(|record| record.value.as_deref())
        .collect();
    assert_eq!(values, [Some(&b"{\"tick_ms\":5}"[..]), None, Some(b"3")]);
    let kcat = file(br#"{"topic":"t","partition":2,"offset":7,"tstype":"create","ts":12,"broker":1,"key":null,"payload":"v"}"#);
    let source = FileSource::open(kcat.path(), Speed::Max).expect("opened");
    let log_id = source.hello().expect("hello").log_id;
    let chunk = source
        .read(&log_id, &[from("t", 2, 0)], 1 << 20)
        .expect("read");
    assert_eq!(places(&chunk.records), [("t", 2, 7)]);
    assert_eq!(chunk.records[0].timestamp_ms, 12);
}

#[test]
fn packed_data_that_was_cut_is_read_as_far_as_it_goes() {
    let lines: Vec<String> = (0..5_000)
        .map(|offset| line("a", 0, offset, offset * 7_919 % 1_000))
        .collect();
    let whole = packed(lines.join("\n").as_bytes());
    let cut = file(&whole[..whole.len() / 2]);
    let source = FileSource::open(cut.path(), Speed::Max).expect("opened");
    let report = source.report();
    assert!(report.records > 100 && report.records < 5_000, "{report:?}");
    assert!(
        report
            .complaints
            .iter()
            .any(|said| said.contains("ends too early")),
        "{report:?}"
    );
}

#[test]
fn a_file_that_changes_is_not_read_wrong() {
    let mut file = file(sample().as_bytes());
    let source = FileSource::open(file.path(), Speed::Max).expect("opened");
    let log_id = source.hello().expect("hello").log_id;
    file.as_file_mut().set_len(0).expect("cut");
    file.rewind().expect("rewound");
    file.write_all(line("b", 0, 0, 1).as_bytes())
        .expect("written");
    let error = source
        .read(&log_id, &[from("a", 0, 0)], 1 << 20)
        .expect_err("changed");
    assert!(
        error.to_string().contains("was changed while it is played"),
        "{error}"
    );
}

#[test]
fn records_come_when_their_time_has_come_and_ticks_are_the_recordings() {
    // Two seconds of a recording in 200 ms; then the clock goes on.
    let file = file(
        [
            line("a", 0, 0, 10_000),
            line("a", 0, 1, 11_000),
            line("b", 0, 0, 10_500),
            line("a", 0, 2, 12_000),
        ]
        .join("\n")
        .as_bytes(),
    );
    let source = FileSource::open(file.path(), Speed::Times(10.0)).expect("opened");
    let begun = Instant::now();
    let mut heard: Vec<(&str, i64)> = Vec::new();
    let mut started = 0;
    let mut ticks: Vec<i64> = Vec::new();
    let mut deliver = |news: News| {
        match news {
            News::Start { ends, .. } => started = ends.iter().map(|ends| ends.end).sum(),
            News::Records(records) => {
                for record in records {
                    let topic = if *record.topic == *"a" { "a" } else { "b" };
                    assert!(
                        ticks
                            .iter()
                            .all(|tick| *tick < record.timestamp_ms.max(11_000)),
                        "{ticks:?}"
                    );
                    heard.push((topic, record.offset));
                }
            }
            News::Idle { looked_at_ms } => ticks.push(looked_at_ms),
            News::Gap(gap) => panic!("{gap:?}"),
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "too slow");
        match ticks.last() {
            Some(tick) if *tick > 13_000 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    };
    source.tail(&|| 0, &mut deliver).expect("played");
    assert!(begun.elapsed() >= Duration::from_millis(290));
    assert_eq!(started, 1, "what was due at once is there at once");
    assert_eq!(heard, [("a", 1), ("b", 0), ("a", 2)]);
    assert!(ticks.is_sorted() && ticks[0] >= 10_000, "{ticks:?}");
}
