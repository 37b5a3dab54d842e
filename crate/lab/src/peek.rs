//! How a record would be read, without applying it: for records that wait.

use wire::RecordRef;

use crate::lab::{Lab, shown};
use crate::snapshot::EventRow;
use crate::view::{role_number, texts};

impl Lab {
    /// Reads a record for the list of events; None where its topic is no stream of this lab.
    pub fn peek(&self, record: RecordRef<'_>, lane: usize) -> Option<EventRow> {
        let stream = self
            .config
            .streams
            .iter()
            .find(|stream| stream.topic == record.topic)?;
        let mut row = EventRow {
            record: None,
            topic: record.topic.to_owned(),
            partition: record.partition,
            offset: record.offset,
            op: 'c',
            role: role_number(stream.role),
            values: Vec::new(),
            texts: Vec::new(),
            note: String::new(),
        };
        match change::read(record.topic, record.key, record.value) {
            Err(unreadable) => (row.op, row.note) = ('!', unreadable.reason),
            Ok(change) => match (shown(&change), change.after) {
                (Some((op, note)), _) => (row.op, row.note) = (op, note.to_owned()),
                (None, Some(after)) => {
                    row.op = change.op.map_or('c', change::Op::letter);
                    let names = &self.lanes.get(lane)?.config.feature_names;
                    let number =
                        |name: &String| after.get(name).and_then(|value| value.as_number().ok());
                    row.values = names
                        .iter()
                        .map(|name| number(name).unwrap_or(f64::NAN))
                        .collect();
                    row.texts = texts(&row.values, |i| after.get(&names[i])?.as_label());
                }
                (None, None) => row.op = '!',
            },
        }
        Some(row)
    }
}
