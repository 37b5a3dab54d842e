//! How many records there are of each kind.

use serde::{Deserialize, Serialize};

use crate::rows::Meta;

/// Counts over records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Records of each stream, by index; it ends with the last stream that has any.
    pub by_stream: Vec<u64>,
    /// Updates and deletes.
    pub changed: u64,
    /// Records that were rejected, in all lanes or in one.
    pub rejected: u64,
}

impl Tally {
    pub(crate) fn count(&mut self, meta: &Meta) {
        let stream = meta.stream as usize;
        if self.by_stream.len() <= stream {
            self.by_stream.resize(stream + 1, 0);
        }
        self.by_stream[stream] += 1;
        self.changed += u64::from(matches!(meta.op, 'u' | 'd'));
    }
}
