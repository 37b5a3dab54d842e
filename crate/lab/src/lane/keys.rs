//! Which row a key stands for: the newest training row of each, bounded.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What makes a row known again: the hash of its key, or of all its values where it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowId {
    pub(crate) hash: u128,
    /// Whether it is of a key. Rows without one may be there twice.
    pub(crate) is_key: bool,
}

/// The newest rows by what makes them known again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Kept", into = "Kept")]
pub(super) struct Keys {
    by_record: BTreeMap<u64, u128>,
    /// More than one only of rows without a key.
    by_hash: HashMap<u128, Vec<u64>>,
    most: usize,
}

impl Keys {
    pub(super) fn new(most: usize) -> Keys {
        Keys {
            by_record: BTreeMap::new(),
            by_hash: HashMap::new(),
            most,
        }
    }

    /// Goes on with these, and so many at most.
    pub(super) fn going_on(self, most: usize) -> Keys {
        Keys { most, ..self }
    }

    /// Notes a row: from now on its key stands for it alone.
    pub(super) fn note(&mut self, id: RowId, record: u64) {
        if id.is_key {
            while self.take(id).is_some() {}
        }
        self.by_record.insert(record, id.hash);
        self.by_hash.entry(id.hash).or_default().push(record);
        if self.by_record.len() > self.most
            && let Some((oldest, hash)) = self.by_record.pop_first()
            && let Some(records) = self.by_hash.get_mut(&hash)
        {
            records.retain(|record| *record != oldest);
            if records.is_empty() {
                self.by_hash.remove(&hash);
            }
        }
    }

    /// Whether a row is known by it.
    pub(super) fn knows(&self, id: RowId) -> bool {
        self.by_hash.contains_key(&id.hash)
    }

    /// Takes the newest row that is known by it.
    pub(super) fn take(&mut self, id: RowId) -> Option<u64> {
        let records = self.by_hash.get_mut(&id.hash)?;
        let newest = records.pop()?;
        if records.is_empty() {
            self.by_hash.remove(&id.hash);
        }
        self.by_record.remove(&newest);
        Some(newest)
    }
}

/// By row, ascending: its record's number (8 bytes, little endian) and its hash (16), in base64.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Kept(String);

impl From<Keys> for Kept {
    fn from(keys: Keys) -> Kept {
        let mut bytes = Vec::with_capacity(ENTRY * keys.by_record.len());
        for (record, hash) in keys.by_record {
            bytes.extend_from_slice(&record.to_le_bytes());
            bytes.extend_from_slice(&hash.to_le_bytes());
        }
        Kept(STANDARD.encode(bytes))
    }
}

/// Bytes of a row.
const ENTRY: usize = size_of::<u64>() + size_of::<u128>();

impl TryFrom<Kept> for Keys {
    type Error = String;

    fn try_from(Kept(text): Kept) -> Result<Keys, String> {
        let bytes = STANDARD.decode(text).map_err(|e| format!("keys: {e}"))?;
        let mut entries = bytes.chunks_exact(ENTRY);
        let mut keys = Keys::new(usize::MAX);
        for entry in entries.by_ref() {
            if let Some((record, hash)) = entry.split_first_chunk()
                && let Some((hash, _)) = hash.split_first_chunk()
            {
                let id = RowId {
                    hash: u128::from_le_bytes(*hash),
                    // Of a key there is one row at most: none of the others is taken away.
                    is_key: false,
                };
                keys.note(id, u64::from_le_bytes(*record));
            }
        }
        match entries.remainder() {
            [] => Ok(keys),
            rest => Err(format!("keys: {} bytes are left over", rest.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(hash: u128) -> RowId {
        RowId { hash, is_key: true }
    }

    fn values(hash: u128) -> RowId {
        RowId {
            hash,
            is_key: false,
        }
    }

    #[test]
    fn a_key_stands_for_its_newest_row_and_equal_rows_go_one_by_one() {
        let mut keys = Keys::new(10);
        keys.note(key(1), 3);
        keys.note(key(1), 5);
        keys.note(values(2), 6);
        keys.note(values(2), 7);
        let json = serde_json::to_string(&keys).unwrap();
        let again: Keys = serde_json::from_str(&json).unwrap();
        for mut keys in [keys, again.going_on(10)] {
            assert_eq!((keys.take(key(1)), keys.take(key(1))), (Some(5), None));
            assert_eq!(
                (keys.take(values(2)), keys.take(values(2))),
                (Some(7), Some(6))
            );
            assert!(!keys.knows(values(2)));
        }
    }

    #[test]
    fn the_oldest_are_let_go() {
        let mut keys = Keys::new(3);
        for record in 0..100 {
            keys.note(key(u128::from(record % 7)), record);
        }
        assert_eq!((keys.by_record.len(), keys.by_hash.len()), (3, 3));
        assert_eq!(keys.take(key(99 % 7)), Some(99));
        assert_eq!(keys.take(key(96 % 7)), None);
    }
}
