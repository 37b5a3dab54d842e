//! Readers that wait where their sessions will go on.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::reader::Reader;
use crate::Position;

/// How many wait at most.
const MOST: usize = 16;

/// How long one waits: a session that is slower is served by a new one.
const KEEP: Duration = Duration::from_secs(5);

/// A bounded number of readers that are not in use.
#[derive(Default)]
pub(super) struct Pool {
    readers: Mutex<Vec<Reader>>,
}

impl Pool {
    /// Takes the reader that stands at these positions.
    pub(super) fn take(&self, from: &[Position]) -> Option<Reader> {
        let mut readers = self.lock();
        let found = readers.iter().position(|reader| reader.stands_at(from))?;
        Some(readers.swap_remove(found))
    }

    /// Keeps a reader for its session's next read.
    pub(super) fn keep(&self, reader: Reader) {
        let mut readers = self.lock();
        readers.push(reader);
        if readers.len() > MOST
            && let Some(oldest) = (0..readers.len()).min_by_key(|&number| readers[number].used_at)
        {
            let oldest = readers.swap_remove(oldest);
            drop(readers);
            dispose(oldest);
        }
    }

    /// Lets go of readers that nobody came back for; blocks while they close.
    pub(super) fn let_go(&self) {
        let mut readers = self.lock();
        let old: Vec<Reader> = readers
            .extract_if(.., |reader| reader.used_at.elapsed() >= KEEP)
            .collect();
        drop(readers);
        drop(old);
    }

    /// The list is valid between any two statements that can panic.
    fn lock(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes a reader, which takes 100 ms, while its session goes on.
pub(super) fn dispose(reader: Reader) {
    let closing = std::thread::Builder::new().name("kafka-close".to_owned());
    // Without a thread it is closed here.
    let _ = closing.spawn(move || drop(reader));
}
