//! Changes as Debezium's records.

use std::fmt::Write;

use wire::{Line, Record, write_line, write_record};

use crate::{Change, Form, Op, Row, Stream};

/// When the first row is inserted: the beginning of a window of Spark's, and a little.
const BEGIN_MS: i64 = 1_700_000_000_005;

/// A last tick comes so much later, so that whoever plays it live sees the last window end.
const END_MS: i64 = 20_000;

impl Stream {
    /// The topics: of rows to train, of rows to test; named as `eddy serve` names those of its own tables.
    pub fn topics(&self) -> [String; 2] {
        self.tables().map(|table| format!("flink.public.{table}"))
    }

    /// When a change happens, by a clock of its own, ms since the epoch.
    pub fn time_ms(&self, number: u64) -> i64 {
        let since_ms = number as f64 * 1_000.0 / self.settings().rate_per_s;
        BEGIN_MS + since_ms as i64
    }

    /// The whole stream as record lines.
    pub fn ndjson(&self) -> String {
        let mut out = String::new();
        let mut offsets = [0; 2];
        for change in self.changes() {
            let offset = &mut offsets[usize::from(change.is_test)];
            write_record(&mut out, self.record(&change, *offset).as_ref());
            out.push('\n');
            *offset += 1;
        }
        let tick_ms = self.time_ms(self.settings().rows) + END_MS;
        write_line(&mut out, &Line::Tick { tick_ms });
        out.push('\n');
        out
    }

    /// A change as a record at this offset of its topic.
    fn record(&self, change: &Change, offset: i64) -> Record {
        let [train, test] = self.topics();
        let value = match (self.settings().form, &change.after) {
            (Form::Envelope, _) => Some(self.envelope(change)),
            (Form::Unwrapped, Some(row)) => Some(self.image(change.id, row)),
            (Form::Unwrapped, None) => None,
        };
        Record {
            topic: if change.is_test { test } else { train }.into(),
            partition: 0,
            offset,
            timestamp_ms: self.time_ms(change.number),
            headers: Vec::new(),
            key: Some(format!("{{\"id\":{}}}", change.id).into_bytes()),
            value: value.map(String::into_bytes),
        }
    }

    fn envelope(&self, change: &Change) -> String {
        let image = |row: &Option<Row>| match row {
            Some(row) => self.image(change.id, row),
            None => "null".to_owned(),
        };
        let op = match change.op {
            Op::Insert => 'c',
            Op::Update => 'u',
            Op::Delete => 'd',
        };
        let (at_ms, lsn) = (self.time_ms(change.number), change.number + 1);
        let [train, test] = self.tables();
        format!(
            "{{\"before\":{},\"after\":{},\"source\":{{\"version\":\"{}\",\"connector\":\"eddy-generate\",\
             \"name\":\"flink\",\"ts_ms\":{at_ms},\"snapshot\":\"false\",\"schema\":\"public\",\"table\":\"{}\",\
             \"lsn\":{lsn}}},\"op\":\"{op}\",\"ts_ms\":{at_ms}}}",
            image(&change.before),
            image(&change.after),
            env!("CARGO_PKG_VERSION"),
            if change.is_test { test } else { train },
        )
    }

    fn image(&self, id: u64, row: &Row) -> String {
        let mut out = format!("{{\"id\":{id}");
        // Writing into a string cannot fail.
        for (i, value) in (1..).zip(&row.features) {
            let _ = write!(out, ",\"x{i}\":{}", number(*value));
        }
        let _ = match (row.target, row.label) {
            (Some(target), _) => write!(out, ",\"y\":{}", number(target)),
            (None, Some(label)) => write!(out, ",\"cluster\":\"{label}\""),
            (None, None) => write!(out, ",\"cluster\":null"),
        };
        out.push('}');
        out
    }
}

/// With the fewest digits that read back the same.
fn number(value: f64) -> String {
    ryu::Buffer::new().format(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Settings};

    fn stream(kind: Kind, change: fn(&mut Settings)) -> Stream {
        let mut settings = Settings::of(kind);
        change(&mut settings);
        Stream::new(settings).expect("settings")
    }

    #[test]
    fn the_first_lines_are_these_on_every_machine() {
        let blobs = stream(Kind::Blobs, |_| {}).ndjson();
        let line = blobs.lines().next().expect("a line");
        assert_eq!(line, FIRST);
        let plain = stream(Kind::Plane, |it| it.form = Form::Unwrapped).ndjson();
        let line = plain.lines().next().expect("a line");
        assert!(line.ends_with(PLAIN), "{line}");
    }

    const FIRST: &str = r#"{"topic":"flink.public.blobs_train","partition":0,"offset":0,"timestamp_ms":1700000000005,"headers":[],"key":"{\"id\":1}","value":"{\"before\":null,\"after\":{\"id\":1,\"x1\":-6.466,\"x2\":5.552,\"cluster\":\"C\"},\"source\":{\"version\":\"0.1.0\",\"connector\":\"eddy-generate\",\"name\":\"flink\",\"ts_ms\":1700000000005,\"snapshot\":\"false\",\"schema\":\"public\",\"table\":\"blobs_train\",\"lsn\":1},\"op\":\"c\",\"ts_ms\":1700000000005}"}"#;
    const PLAIN: &str = r#""value":"{\"id\":1,\"x1\":0.384,\"x2\":-1.204,\"y\":4.511}"}"#;

    #[test]
    fn time_goes_by_the_rate() {
        let stream = stream(Kind::Blobs, |it| it.rate_per_s = 4.0);
        assert_eq!(stream.time_ms(4) - stream.time_ms(0), 1_000);
        assert_eq!(stream.time_ms(1) - stream.time_ms(0), 250);
    }

    #[test]
    fn a_delete_is_a_tombstone_behind_the_unwrap_step() {
        let mut stream = stream(Kind::Blobs, |it| (it.updates, it.deletes) = (0.2, 0.2));
        let deletes =
            |text: &str, mark: &str| text.lines().filter(|line| line.contains(mark)).count();
        let envelopes = deletes(&stream.ndjson(), "\\\"op\\\":\\\"d\\\"");
        stream.0.form = Form::Unwrapped;
        assert_eq!(deletes(&stream.ndjson(), "\"value\":null"), envelopes);
        assert!(envelopes > 100);
    }
}
