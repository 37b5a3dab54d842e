//! Which messages a topic holds already.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// What stands for a message's topic and id: 128 bits in place of a hundred bytes.
pub(super) type Mark = u128;

/// Makes marks; those of different `Marks` have nothing in common.
#[derive(Default)]
pub(super) struct Marks(RandomState, RandomState);

impl Marks {
    /// The mark of a message.
    pub(super) fn of(&self, topic: &str, id: &[u8]) -> Mark {
        let half = |state: &RandomState| u128::from(state.hash_one((topic, id)));
        half(&self.0) << 64 | half(&self.1)
    }
}

/// The newest of the messages that a topic holds.
pub(super) struct Known {
    marks: HashSet<Mark>,
    oldest_first: VecDeque<Mark>,
    capacity: usize,
}

impl Known {
    /// Remembers as many messages as that.
    pub(super) fn new(capacity: usize) -> Self {
        Known {
            marks: HashSet::new(),
            oldest_first: VecDeque::new(),
            capacity: capacity.max(1),
        }
    }

    /// Remembers a message, and forgets the oldest where there are too many.
    pub(super) fn insert(&mut self, mark: Mark) {
        if !self.marks.insert(mark) {
            return;
        }
        self.oldest_first.push_back(mark);
        if self.oldest_first.len() > self.capacity
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.marks.remove(&oldest);
        }
    }

    pub(super) fn contains(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }

    /// How many there may be.
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.marks.clear();
        self.oldest_first.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_known() {
        let mut known = Known::new(3);
        for mark in [1, 2, 2, 3, 1, 4] {
            known.insert(mark);
        }
        let found: Vec<bool> = (1..=4).map(|mark| known.contains(mark)).collect();
        assert_eq!(found, [false, true, true, true]);
        known.clear();
        assert!(!known.contains(4));
    }

    #[test]
    fn marks_tell_topics_and_ids_apart() {
        let marks = Marks::default();
        assert_eq!(marks.of("t", b"a"), marks.of("t", b"a"));
        assert_ne!(marks.of("t", b"a"), marks.of("t", b"b"));
        assert_ne!(marks.of("t", b"a"), marks.of("u", b"a"));
        assert_ne!(marks.of("ta", b""), marks.of("t", b"a"));
    }
}
