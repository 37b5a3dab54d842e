//! How a record would be read, without applying it: for records that wait.

use change::Change;
use wire::RecordRef;

use crate::apply::shown;
use crate::config::LaneConfig;
use crate::lab::Lab;
use crate::reading::Reading;
use crate::snapshot::EventRow;
use crate::view::{role_number, texts};

/// Whether a topic carries a job's models.
fn follows(lanes: &[LaneConfig], topic: &str) -> bool {
    let mut follows = lanes.iter().filter_map(|lane| lane.follows.as_ref());
    follows.any(|follows| follows.topic == topic)
}

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
            again: false,
            role: role_number(stream.role),
            values: Vec::new(),
            texts: Vec::new(),
            note: String::new(),
        };
        if follows(&self.config.lanes, record.topic) {
            row.op = 'v';
            return Some(row);
        }
        let read = change::read(record.topic, record.key, record.value).map(|mut change| {
            for (name, value) in record.headers.iter() {
                change.add_header(name, value);
            }
            change
        });
        match read {
            Err(unreadable) => (row.op, row.note) = ('!', unreadable.reason),
            Ok(change) => match (shown(&change), change.after) {
                (Some((op, note)), _) => (row.op, row.note) = (op, note.to_owned()),
                (None, Some(after)) => {
                    row.op = change.op.map_or('c', change::Op::letter);
                    let names = &self.lanes.get(lane)?.config.feature_names;
                    row.values = self.peek_features(&change, after, names);
                    row.texts = texts(&row.values, |i| after.get(&names[i])?.as_label());
                }
                (None, None) => row.op = '!',
            },
        }
        Some(row)
    }

    fn peek_features(
        &self,
        change: &Change<'_>,
        row: change::Row<'_>,
        names: &[String],
    ) -> Vec<f64> {
        let reading = Reading::of(change, &self.config);
        let code = |name: &String| {
            let column = self
                .config
                .columns
                .iter()
                .position(|column| column == name)?;
            let label = row.get(name)?.as_label()?;
            self.codes.get(&column)?.get(&label).copied()
        };
        let number = |name: &String| match reading.fault(change, row, name, &self.config) {
            Ok(number) => number,
            Err(_) => code(name).unwrap_or(f64::NAN),
        };
        names.iter().map(number).collect()
    }
}
