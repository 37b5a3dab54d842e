//! Which of the applied events are wanted, and where one is.

use serde::{Deserialize, Serialize};
use wire::RecordRef;

use crate::lab::Lab;
use crate::lane::Lane;
use crate::snapshot::EventRow;

/// Which events are wanted; what is empty wants all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Of this topic.
    pub topic: String,
    /// With one of these operations' letters, as [`EventRow::op`] has them.
    pub ops: String,
    /// Only what was rejected, in all lanes or in one.
    pub rejected: bool,
    /// With this in the key.
    pub key: String,
    /// With this in topic, key, value, headers, or what is said of it; letters of ASCII in either case.
    pub text: String,
}

impl Filter {
    /// Whether all events are wanted.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    /// Whether the event's bytes have to be looked at.
    pub fn needs_bytes(&self) -> bool {
        !self.key.is_empty() || !self.text.is_empty()
    }

    /// Whether an applied event may be wanted, as far as that is known without its bytes.
    pub fn may_take(&self, lab: &Lab, record: u64) -> bool {
        let Some(meta) = lab.rows.meta(record) else {
            return false;
        };
        let refused = lab.rows.refused();
        (self.topic.is_empty() || *self.topic == **lab.topic(meta.stream as usize))
            && (self.ops.is_empty() || self.ops.contains(meta.op))
            && (!self.rejected || refused.binary_search(&record).is_ok())
    }

    /// Whether an event's bytes are those that are wanted.
    pub fn takes_bytes(&self, record: RecordRef<'_>) -> bool {
        self.takes_key(record) && (self.text.is_empty() || self.takes_text(record))
    }

    /// Whether what is said of an event has the text that is wanted, and its key is wanted.
    pub fn takes_note(&self, lab: &Lab, record: u64) -> bool {
        self.key.is_empty() && holds(lab.rows.note(record).as_bytes(), &self.text)
    }

    fn takes_key(&self, record: RecordRef<'_>) -> bool {
        self.key.is_empty() || record.key.is_some_and(|key| holds(key, &self.key))
    }

    fn takes_text(&self, record: RecordRef<'_>) -> bool {
        let in_headers = || {
            record.headers.iter().any(|(name, value)| {
                holds(name.as_bytes(), &self.text)
                    || value.is_some_and(|value| holds(value, &self.text))
            })
        };
        record.value.is_some_and(|value| holds(value, &self.text))
            || record.key.is_some_and(|key| holds(key, &self.text))
            || holds(record.topic.as_bytes(), &self.text)
            || in_headers()
    }
}

/// Whether a text stands in bytes, letters of ASCII in either case.
fn holds(bytes: &[u8], text: &str) -> bool {
    let Some((first, _)) = text.as_bytes().split_first() else {
        return false;
    };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let starts = bytes.iter().enumerate();
    let mut starts = starts.filter(|(_, byte)| **byte == lower || **byte == upper);
    starts.any(|(at, _)| {
        let here = bytes.get(at..at + text.len());
        here.is_some_and(|here| here.eq_ignore_ascii_case(text.as_bytes()))
    })
}

impl Lab {
    /// An applied event as the list of events has it, by a lane's features; None once it was let go.
    pub fn event_row(&self, record: u64, lane: usize) -> Option<EventRow> {
        let lane: &Lane = &self.lanes[lane.min(self.lanes.len() - 1)];
        self.event(lane, record)
    }

    /// The newest applied event at an offset, of a topic that is called so or ends so; empty for any.
    pub fn at_offset(&self, topic: &str, partition: Option<i32>, offset: i64) -> Option<u64> {
        let streams: Vec<bool> = (0..self.config.streams.len())
            .map(|stream| self.topic(stream).ends_with(topic))
            .collect();
        let mut records = (self.rows.first()..self.rows.end()).rev();
        records.find(|record| {
            self.rows.meta(*record).is_some_and(|meta| {
                meta.offset == offset
                    && partition.is_none_or(|partition| meta.partition == partition)
                    && streams[meta.stream as usize]
            })
        })
    }

    /// The first applied event whose record is not older than this time, ms since the epoch.
    pub fn at_time(&self, time_ms: i64) -> Option<u64> {
        let mut records = self.rows.first()..self.rows.end();
        records.find(|record| {
            let meta = self.rows.meta(*record);
            meta.is_some_and(|meta| meta.timestamp_ms >= time_ms)
        })
    }
}

#[cfg(test)]
mod tests {
    use wire::Record;

    use super::*;
    use crate::LabFile;

    fn event(offset: i64, key: &str, value: &str) -> Record {
        Record {
            topic: "shop.public.a".into(),
            partition: (offset % 2) as i32,
            offset,
            timestamp_ms: 100 * offset,
            headers: Vec::new(),
            key: Some(key.as_bytes().to_vec()),
            value: Some(value.as_bytes().to_vec()),
        }
    }

    #[test]
    fn events_are_found_by_what_they_are_and_say() {
        let file = r#"{"eddy":1,"streams":[{"topic":"shop.public.a","role":"train"}],"features":["x"],
            "lanes":[{"name":"L","model":{"kind":"kmeans","engine":"spark","k":1,"initial":{"centroids":[[0]]}}}]}"#;
        let mut lab = Lab::new(LabFile::parse(file).unwrap()).unwrap();
        let envelope = |op, x| {
            format!("{{\"before\":null,\"after\":{{\"x\":{x}}},\"source\":{{}},\"op\":\"{op}\"}}")
        };
        let events = [
            event(0, "{\"id\":1}", &envelope("c", "1")),
            event(1, "{\"id\":2}", &envelope("u", "2")),
            event(2, "{\"id\":12}", &envelope("c", "\"N/A\"")),
        ];
        for event in &events {
            lab.apply(event.as_ref());
        }
        let found = |filter: Filter| -> Vec<u64> {
            let records = (0..3).zip(&events);
            let takes = |(record, event): &(u64, &Record)| {
                filter.may_take(&lab, *record)
                    && (!filter.needs_bytes()
                        || filter.takes_bytes(event.as_ref())
                        || filter.takes_note(&lab, *record))
            };
            records.filter(takes).map(|(record, _)| record).collect()
        };
        let none = Filter::default();
        assert!(none.is_empty());
        assert_eq!(found(none.clone()), [0, 1, 2]);
        let text = |text: &str| Filter {
            text: text.to_owned(),
            ..none.clone()
        };
        assert_eq!(found(text("n/a")), [2]);
        assert_eq!(found(text("NOT A NUMBER")), [2]);
        assert_eq!(found(text("PUBLIC.A")), [0, 1, 2]);
        assert_eq!(found(text("y")), [0; 0]);
        assert_eq!(
            found(Filter {
                key: ":2".to_owned(),
                ..none.clone()
            }),
            [1]
        );
        assert_eq!(
            found(Filter {
                ops: "ud".to_owned(),
                ..none.clone()
            }),
            [1]
        );
        assert_eq!(
            found(Filter {
                rejected: true,
                ..none.clone()
            }),
            [2]
        );
        assert_eq!(
            found(Filter {
                topic: "shop.public.b".to_owned(),
                ..none
            }),
            [0; 0]
        );

        assert_eq!(lab.at_offset("", None, 1), Some(1));
        assert_eq!(lab.at_offset("a", Some(1), 1), Some(1));
        assert_eq!(
            (lab.at_offset("", Some(0), 1), lab.at_offset("b", None, 1)),
            (None, None)
        );
        assert_eq!(
            (lab.at_time(101), lab.at_time(0), lab.at_time(201)),
            (Some(2), Some(0), None)
        );
        assert_eq!(lab.event_row(2, 0).unwrap().note, lab.rows.note(2));
        assert_eq!(lab.event_row(3, 0), None);
    }
}
