//! What a checkpoint keeps of the events of a stream: hashes and places, packed, in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::recent::Recent;
use super::{Repeats, Spot};

/// The memory of a stream's events; each list is entries of fixed length, in the order of their hashes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptRepeats {
    /// The young and the old half: hash (16 bytes, little endian as all here), partition (4), offset (8).
    events: [String; 2],
    /// The same by key: hash of the key (16), hash of the values (16), partition, offset.
    rows: [String; 2],
    /// The furthest position of an event that is remembered by it.
    furthest: Option<i64>,
    /// The position of the last event without a key.
    run: i64,
    /// Its events: hash (16), how often it came (4).
    run_events: String,
}

impl Repeats {
    pub(crate) fn to_kept(&self) -> KeptRepeats {
        let Repeats {
            events,
            rows,
            run,
            furthest,
            // Room.
            scratch: _,
            text: _,
        } = self;
        KeptRepeats {
            events: events.halves().map(pack),
            rows: rows.halves().map(pack),
            furthest: *furthest,
            run: run.0,
            run_events: pack(run.1.iter().map(|(hash, count)| (*hash, *count))),
        }
    }

    /// Goes on with what was kept, and remembers so many.
    pub(crate) fn from_kept(kept: &KeptRepeats, most: usize) -> Result<Repeats, String> {
        let KeptRepeats {
            events,
            rows,
            furthest,
            run,
            run_events,
        } = kept;
        let [events, old_events] = events;
        let [rows, old_rows] = rows;
        Ok(Repeats {
            events: Recent::of_halves([unpack(events)?, unpack(old_events)?], most),
            rows: Recent::of_halves([unpack(rows)?, unpack(old_rows)?], most),
            run: (*run, unpack(run_events)?.into_iter().collect()),
            furthest: *furthest,
            scratch: Vec::new(),
            text: String::new(),
        })
    }
}

/// A value of so many bytes.
trait Packed: Sized {
    const BYTES: usize;

    fn pack(self, out: &mut Vec<u8>);

    /// Of at least [`Packed::BYTES`].
    fn unpack(bytes: &mut &[u8]) -> Option<Self>;
}

macro_rules! packed {
    ($($int:ty),*) => {$(
        impl Packed for $int {
            const BYTES: usize = size_of::<$int>();

            fn pack(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn unpack(bytes: &mut &[u8]) -> Option<Self> {
                let (int, rest) = bytes.split_first_chunk()?;
                *bytes = rest;
                Some(<$int>::from_le_bytes(*int))
            }
        }
    )*};
}

packed!(u128, u32, i32, i64);

impl Packed for Spot {
    const BYTES: usize = i32::BYTES + i64::BYTES;

    fn pack(self, out: &mut Vec<u8>) {
        self.partition.pack(out);
        self.offset.pack(out);
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        Some(Spot {
            partition: i32::unpack(bytes)?,
            offset: i64::unpack(bytes)?,
        })
    }
}

impl<A: Packed, B: Packed> Packed for (A, B) {
    const BYTES: usize = A::BYTES + B::BYTES;

    fn pack(self, out: &mut Vec<u8>) {
        self.0.pack(out);
        self.1.pack(out);
    }

    fn unpack(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::unpack(bytes)?, B::unpack(bytes)?))
    }
}

fn pack<V: Packed>(entries: impl Iterator<Item = (u128, V)>) -> String {
    let mut entries: Vec<(u128, V)> = entries.collect();
    // Each hash is there once.
    entries.sort_unstable_by_key(|(hash, _)| *hash);
    let mut bytes = Vec::with_capacity(entries.len() * <(u128, V)>::BYTES);
    entries.into_iter().for_each(|entry| entry.pack(&mut bytes));
    STANDARD.encode(bytes)
}

fn unpack<V: Packed>(text: &str) -> Result<Vec<(u128, V)>, String> {
    let bytes = STANDARD
        .decode(text)
        .map_err(|error| format!("repeats: {error}"))?;
    let size = <(u128, V)>::BYTES;
    let mut entries = bytes.chunks_exact(size);
    let read: Option<Vec<(u128, V)>> = entries
        .by_ref()
        .map(|mut entry| Packed::unpack(&mut entry))
        .collect();
    match (read, entries.remainder()) {
        (Some(read), []) => Ok(read),
        _ => Err(format!(
            "repeats: {} bytes are no entries of {size}",
            bytes.len()
        )),
    }
}
