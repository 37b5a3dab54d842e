//! What a record shows of its stream as a whole: standing notes.

use change::{Change, Kind, Op, Shape};

use super::Arrived;
use crate::config::Redelivered;
use crate::lab::Lab;
use crate::notes::About;
use crate::reading::{Fault, FaultKind};

/// So many columns are named in a note.
const NAMED: usize = 12;

impl Lab {
    /// Rows that cannot be recognised when they come again.
    pub(super) fn remark_repeats(&mut self, arrived: Arrived<'_>, change: &Change<'_>) {
        let stream = &mut self.streams[arrived.stream];
        if stream.repeats_remarked || change.kind != Kind::Row {
            return;
        }
        let snapshot = change.op == Some(Op::Read) || change.snapshot == Some(true);
        let has_key = change.key.is_some() || arrived.record.key.is_some();
        let text = match (snapshot, has_key, change.lsn, change.shape) {
            (true, true, ..) | (false, _, Some(_), _) => return,
            (true, false, ..) => {
                "Rows of a snapshot come without a key, so rows of a snapshot that comes again are learned again, \
                 as in the engines. Give the table a primary key, or the connector message.key.columns."
            }
            (false, _, None, Some(Shape::Unwrapped)) => {
                "Rows carry no LSN, so one that comes again is learned again, as in the engines. To have \
                 it counted once, let the unwrap step add what tells: add.fields=op,lsn,source.ts_ms."
            }
            (false, _, None, _) => {
                "Events carry no LSN in `source`, so one that comes again is learned again, as in the engines."
            }
        };
        stream.repeats_remarked = true;
        let once = |lane: &crate::lane::Lane| lane.config.changes.redelivered == Redelivered::Once;
        if self.lanes.iter().any(once) {
            self.remark(arrived, About::Repeats, || text.to_owned());
        }
    }

    /// More events than are remembered.
    pub(super) fn remark_forgotten(&mut self, arrived: Arrived<'_>) {
        let events = self.bounds.events;
        self.remark(arrived, About::Forgotten, || {
            format!(
                "Of the events that came, the newest {events} are remembered; an older one that comes again is \
                 learned again."
            )
        });
    }

    /// Records that are none of rows, in a topic that should have them.
    pub(super) fn remark_kind(&mut self, arrived: Arrived<'_>, change: &Change<'_>) {
        let what = match change.kind {
            Kind::Heartbeat => "heartbeats",
            Kind::Transaction => "begins and ends of transactions",
            Kind::Message => "messages",
            Kind::Row | Kind::Tombstone | Kind::Truncate => return,
        };
        self.remark(arrived, About::NoRows, || {
            format!("The topic carries {what}, no rows. Give the stream the role ignore.")
        });
    }

    /// Values in another format than JSON.
    pub(super) fn remark_unreadable(&mut self, arrived: Arrived<'_>, reason: &str) {
        if arrived
            .record
            .value
            .is_some_and(|value| value.first() == Some(&0))
        {
            self.remark(arrived, About::NoJson, || format!("A value {reason}."));
        }
    }

    /// Features whose nulls may have come as their defaults.
    pub(super) fn remark_defaults(&mut self, arrived: Arrived<'_>) {
        let columns = self.config.number_columns.iter();
        let names = columns.map(|column| self.config.columns[*column].as_str());
        let reading = &self.streams[arrived.stream].reading;
        let Some(name) = reading.defaulted(names).map(str::to_owned) else {
            return;
        };
        self.remark(arrived, About::Defaults, || {
            format!(
                "{name} has a default, and a NULL may have come as that: the two cannot be told apart here. Set \
                 value.converter.replace.null.with.default=false to tell them apart."
            )
        });
    }

    /// Features that are decimals in base64: whatever reads JSON by itself sees texts.
    pub(super) fn remark_decimals(&mut self, arrived: Arrived<'_>, change: &Change<'_>) {
        let Some(row) = change.after else { return };
        let names = self.streams[arrived.stream]
            .reading
            .decimals_as_bytes(row, &self.config);
        for name in names {
            self.remark(arrived, About::Base64(name.clone()), || {
                format!(
                    "{name} is sent as the bytes of a whole number: here it is read as the number that it means, but a job that \
                     takes the JSON as it is sees a text. Set decimal.handling.mode=double, or string, on the connector."
                )
            });
        }
    }

    /// A feature that is no number, where the stream as a whole is to be mended.
    pub(super) fn remark_fault(&mut self, arrived: Arrived<'_>, column: usize, fault: &Fault) {
        let name = self.config.columns[column].clone();
        match fault.kind {
            FaultKind::Value | FaultKind::NotFinite(_) => {}
            FaultKind::Missing => {
                let names = self.streams[arrived.stream].reading.names();
                let there: Vec<&str> = names.take(NAMED).collect();
                let there = there.join(", ");
                self.remark(arrived, About::Missing(name.clone()), || {
                    format!(
                        "Rows have no {name}: they are rejected until a column is mapped to it, \
                         \"rename\": {{\"NEW\": \"{name}\"}}. There are {there}."
                    )
                });
            }
            FaultKind::Unavailable => self.remark(arrived, About::Unavailable, || {
                format!(
                    "Updates come without {name}, because they left it as it was (TOAST). Such rows are rejected. \
                     Set REPLICA IDENTITY FULL on the table to have it sent."
                )
            }),
            FaultKind::Undeclared => {
                self.remark(arrived, About::Undeclared(name.clone()), || {
                    format!(
                        "{name} {}, and nothing says what its values mean. Declare it: \"columns\": {{\"{name}\": \
                         {{\"as\": \"decimal\", \"scale\": 2}}}} for numeric in base64, else \"number\", \"boolean\" or \"enum\". Numeric comes as a number with decimal.handling.mode=double on the connector.",
                        fault.reason
                    )
                });
            }
        }
    }

    pub(super) fn remark(
        &mut self,
        arrived: Arrived<'_>,
        about: About,
        text: impl FnOnce() -> String,
    ) {
        let topic = self.streams[arrived.stream].topic.clone();
        let place = (&topic, arrived.record.partition, arrived.record.offset);
        self.notes.say(arrived.stream, about, place, text);
    }
}
