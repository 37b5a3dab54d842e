//! An event as it arrived, beside how it is read.
//!
//! What it is, is said by [`change::inspect`], as `eddy inspect` says it; what its columns are as numbers by the
//! lab's own reading.
//!
//! - `layout`: JSON in lines; `conversion`: what arrived and the number that it is

use change::{Change, Inspected, Op};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::RecordRef;

use crate::config::Cut;
use crate::lab::Lab;
use crate::reading::Reading;
use crate::view::role_number;

mod conversion;
mod layout;

use conversion::Columns;
pub use conversion::Conversion;
pub use layout::RawLine;
use layout::{Used, layout};

/// Values that are longer are not handed out whole.
const TEXT_BYTES_MOST: usize = 1 << 20;

/// An event as it arrived, and how it is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EventView {
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
    /// The record's time, ms since the epoch.
    pub timestamp_ms: i64,
    /// The record's number, counted from 0; None while it waits.
    pub record: Option<u64>,
    /// 0 train, 1 classify, 2 both, 3 ignored topic; None where the lab does not read its topic.
    pub role: Option<u8>,
    /// Size of the value in bytes; None where it is null.
    pub value_bytes: Option<u64>,
    /// The value in lines.
    pub value: Vec<RawLine>,
    /// Whether there were more lines.
    pub cut: bool,
    /// The value as it arrived, to be copied; empty where it is null, no text, or larger than 1 MiB.
    pub text: String,
    /// Size of the key in bytes; None where it is null.
    pub key_bytes: Option<u64>,
    /// The key in lines.
    pub key: Vec<RawLine>,
    /// Headers, each with its value as text.
    pub headers: Vec<(String, String)>,
    /// "row", "tombstone", "truncate", "message", "heartbeat", "transaction", "unreadable".
    pub kind: String,
    /// "envelope", "unwrapped"; empty where there is no such choice.
    pub shape: String,
    /// The operation's letter; empty where the event says none.
    pub op: String,
    /// The key as it was read, as JSON; empty without.
    pub read_key: String,
    /// Position in the database's log.
    pub lsn: Option<i64>,
    /// The database transaction's number.
    pub transaction: Option<i64>,
    /// When the database made the change, ms since the epoch.
    pub source_ts_ms: Option<i64>,
    /// Whether the row was read from the table.
    pub snapshot: Option<bool>,
    /// Whether types come from the event's own schema.
    pub has_schema: bool,
    /// Where the features come from: "after"; "the row" of an unwrapped event; empty where there is none.
    pub image: String,
    /// The lane's features.
    pub features: Vec<Conversion>,
    /// The label's column.
    pub label: Option<Conversion>,
    /// The target's column.
    pub target: Option<Conversion>,
    /// Why it could not be read; empty where it could.
    pub unreadable: String,
}

impl Lab {
    /// Reads an event to look at it; `number` is its record's number, where it was applied.
    ///
    /// Nothing of the lab changes. Codes of texts are those that the lab has given so far.
    pub fn inspect(&self, record: RecordRef<'_>, number: Option<u64>, lane: usize) -> EventView {
        let lane = &self.lanes[lane.min(self.lanes.len() - 1)];
        let streams = &self.config.streams;
        let stream = streams.iter().find(|stream| stream.topic == record.topic);
        let said = said(record, self);
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        let mut view = EventView {
            topic: record.topic.to_owned(),
            partition: record.partition,
            offset: record.offset,
            timestamp_ms: record.timestamp_ms,
            record: number,
            role: stream.map(|stream| role_number(stream.role)),
            value_bytes: record.value.map(|value| value.len() as u64),
            key_bytes: record.key.map(|key| key.len() as u64),
            headers: record.headers.iter().map(header).collect(),
            kind: text("kind"),
            shape: text("shape"),
            op: text("op"),
            read_key: match &said["key"] {
                Value::Null => String::new(),
                key => key.to_string(),
            },
            lsn: said["lsn"].as_i64(),
            transaction: said["tx_id"].as_i64(),
            source_ts_ms: said["source_ts_ms"].as_i64(),
            snapshot: said["snapshot"].as_bool(),
            ..EventView::default()
        };
        if let Some(reason) = said["reason"].as_str() {
            let column = said["column"].as_str();
            view.unreadable =
                column.map_or(reason.to_owned(), |column| format!("{column} {reason}"));
        }
        let read = change::read(record.topic, record.key, record.value);
        let mut used = Used {
            image: None,
            columns: Vec::new(),
            position: view.lsn.is_some(),
            transaction: lane.config.cut == Cut::Transaction,
        };
        if let Ok(mut change) = read {
            for (name, value) in record.headers.iter() {
                change.add_header(name, value);
            }
            view.has_schema = change.schema.is_some();
            self.convert(&change, &said, number, lane, &mut view, &mut used);
        }
        lay_out(record, &mut view, &used);
        view
    }

    fn convert<'a>(
        &self,
        change: &Change<'a>,
        said: &Value,
        number: Option<u64>,
        lane: &crate::lane::Lane,
        view: &mut EventView,
        used: &mut Used<'a>,
    ) {
        // A deleted row has no new image, whatever its event holds.
        let Some(row) = change.after.filter(|_| change.op != Some(Op::Delete)) else {
            return;
        };
        let enveloped = view.shape == "envelope";
        view.image = if enveloped { "after" } else { "the row" }.to_owned();
        let columns = Columns {
            lab: self,
            reading: Reading::of(change, &self.config),
            change,
            row,
            said: &said["after"],
            before: &said["before"],
            number,
        };
        let config = &lane.config;
        view.features = config
            .features
            .iter()
            .map(|column| columns.number(*column))
            .collect();
        view.label = config.label.map(|column| columns.label(column));
        view.target = config.target.map(|column| columns.number(column));
        let all = view.features.iter().chain(&view.label).chain(&view.target);
        used.columns = all.map(|conversion| conversion.written.clone()).collect();
        used.image = Some(row);
    }
}

/// What `eddy inspect` says of it.
fn said(record: RecordRef<'_>, lab: &Lab) -> Value {
    let mut line = String::new();
    let inspected = Inspected {
        topic: record.topic,
        partition: record.partition,
        offset: record.offset,
        key: record.key,
        value: record.value,
    };
    let reading = change::Reading {
        columns: lab.config.declared.clone(),
        ..change::Reading::default()
    };
    change::inspect(&mut line, inspected, record.headers.iter(), &reading);
    // It was written as JSON.
    serde_json::from_str(&line).unwrap_or_default()
}

fn lay_out(record: RecordRef<'_>, view: &mut EventView, used: &Used<'_>) {
    let none = Used {
        image: None,
        columns: Vec::new(),
        position: false,
        transaction: false,
    };
    if let Some(value) = record.value {
        (view.value, view.cut) = layout(value, used);
        if value.len() <= TEXT_BYTES_MOST {
            view.text = std::str::from_utf8(value).unwrap_or_default().to_owned();
        }
    }
    if let Some(key) = record.key {
        view.key = layout(key, &none).0;
    }
}

fn header((name, value): (&str, Option<&[u8]>)) -> (String, String) {
    let text = match value {
        None => "null".to_owned(),
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    };
    (name.to_owned(), text)
}
