//! Standing notes: what holds for a stream as a whole, and how to mend it.
//!
//! Each is said once, with the record at which it was first seen.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::snapshot::StreamNote;

/// So many notes are kept; no more are made.
const NOTES_MAX: usize = 64;

/// What a note is about: each is made once for a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum About {
    /// Rows without a position, or snapshot rows without a key: repeats are not recognised.
    Repeats,
    /// More events than are remembered.
    Forgotten,
    /// A feature's column that is not there.
    Missing(String),
    /// A feature's column whose values are texts or truths.
    Undeclared(String),
    /// A column with a default.
    Defaults,
    /// A feature's column whose decimals come as base64.
    Base64(String),
    /// Values that were not sent.
    Unavailable,
    /// Values that are no JSON.
    NoJson,
    /// A topic that has no rows.
    NoRows,
    /// Events that have no transaction.
    NoTransaction,
    /// A transaction that did not come in one piece, or not to its end.
    CameApart,
}

/// The notes of a lab, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notes {
    about: Vec<(usize, About)>,
    notes: Vec<StreamNote>,
}

impl Notes {
    /// All notes, oldest first.
    pub(crate) fn all(&self) -> &[StreamNote] {
        &self.notes
    }

    /// The notes, and what each is about, oldest first.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&About, &StreamNote)> {
        self.about.iter().map(|(_, about)| about).zip(&self.notes)
    }

    /// Makes a note, if this was not said of the stream before.
    pub(crate) fn say(
        &mut self,
        stream: usize,
        about: About,
        (topic, partition, offset): (&Arc<str>, i32, i64),
        text: impl FnOnce() -> String,
    ) {
        let known = |(of, said): &(usize, About)| *of == stream && *said == about;
        if self.notes.len() == NOTES_MAX || self.about.iter().any(known) {
            return;
        }
        self.about.push((stream, about));
        self.notes.push(StreamNote {
            topic: topic.to_string(),
            partition,
            offset,
            text: text(),
        });
    }
}
