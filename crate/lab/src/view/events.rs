//! Change events up to the playhead, as they were read.

use super::Place;
use crate::config::Role;
use crate::lab::Lab;
use crate::lane::Lane;
use crate::rows::Verdict;
use crate::snapshot::EventRow;

/// Longer texts in the place of a number are cut.
const TEXT_CHARS: usize = 24;

impl Lab {
    pub(super) fn events(&self, place: &Place<'_>, most: usize) -> Vec<EventRow> {
        let oldest = self
            .rows
            .first()
            .max(place.record.saturating_sub(most as u64));
        (oldest..place.record)
            .rev()
            .filter_map(|record| self.event(place.lane, record))
            .collect()
    }

    pub(crate) fn event(&self, lane: &Lane, record: u64) -> Option<EventRow> {
        let meta = self.rows.meta(record)?;
        let values = match meta.verdict {
            Verdict::Shown => Vec::new(),
            Verdict::Row | Verdict::Rejected => self.features(lane, record),
        };
        let texts = texts(&values, |i| {
            self.rows.label(record, lane.config.features[i])
        });
        Some(EventRow {
            record: Some(record),
            topic: self.topic(meta.stream as usize).to_string(),
            partition: meta.partition,
            offset: meta.offset,
            op: meta.op,
            again: meta.again,
            role: role_number(self.role(meta.stream as usize)),
            values,
            texts,
            note: self.rows.note(record).to_owned(),
        })
    }

    pub(crate) fn features(&self, lane: &Lane, record: u64) -> Vec<f64> {
        lane.config
            .features
            .iter()
            .map(|column| self.rows.number(record, *column))
            .collect()
    }
}

/// What stands in the place of each value that is no number, at most so long; nothing where all are numbers.
pub(crate) fn texts(values: &[f64], text: impl Fn(usize) -> Option<String>) -> Vec<String> {
    if values.iter().all(|value| value.is_finite()) {
        return Vec::new();
    }
    let shown = |(i, value): (usize, &f64)| {
        let text = text(i).filter(|_| !value.is_finite()).unwrap_or_default();
        match text.char_indices().nth(TEXT_CHARS) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    };
    values.iter().enumerate().map(shown).collect()
}

/// 0 train, 1 classify, 2 both, 3 ignore.
pub fn role_number(role: Role) -> u8 {
    match role {
        Role::Train => 0,
        Role::Classify => 1,
        Role::Both => 2,
        Role::Ignore => 3,
    }
}
