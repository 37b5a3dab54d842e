//! A bounded memory.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The newest entries, by a hash of what they are about.
///
/// There are two halves: the young one takes what is new, and becomes the old one when it is full.
#[derive(Clone, Debug)]
pub(super) struct Recent<V> {
    young: HashMap<u128, V, BuildHasherDefault<AlreadyHashed>>,
    old: HashMap<u128, V, BuildHasherDefault<AlreadyHashed>>,
    most: usize,
    /// Whether entries have been let go of.
    pub(super) forgot: bool,
}

impl<V: Copy> Recent<V> {
    /// One that keeps at least so many of the newest, and at most twice as many.
    pub(super) fn new(most: usize) -> Recent<V> {
        Recent {
            young: HashMap::default(),
            old: HashMap::default(),
            most: most.max(1),
            forgot: false,
        }
    }

    /// The young half and the old one, in any order.
    pub(super) fn halves(&self) -> [impl Iterator<Item = (u128, V)> + '_; 2] {
        let Recent {
            young,
            old,
            most: _,
            // Is asked after each event.
            forgot: _,
        } = self;
        [young, old].map(|half| half.iter().map(|(hash, value)| (*hash, *value)))
    }

    /// Goes on with two halves.
    pub(super) fn of_halves([young, old]: [Vec<(u128, V)>; 2], most: usize) -> Recent<V> {
        Recent {
            young: young.into_iter().collect(),
            old: old.into_iter().collect(),
            ..Recent::new(most)
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    pub(super) fn get(&self, hash: u128) -> Option<V> {
        self.young
            .get(&hash)
            .or_else(|| self.old.get(&hash))
            .copied()
    }

    /// What is there already; else it is put there.
    pub(super) fn first(&mut self, hash: u128, value: V) -> Option<V> {
        let first = self.get(hash);
        if first.is_none() {
            self.insert(hash, value);
        }
        first
    }

    pub(super) fn insert(&mut self, hash: u128, value: V) {
        self.young.insert(hash, value);
        if self.young.len() >= self.most {
            self.forgot |= !self.old.is_empty();
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
    }

    pub(super) fn remove(&mut self, hash: u128) {
        self.young.remove(&hash);
        self.old.remove(&hash);
    }

    pub(super) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

/// The keys are hashes: their own bits serve.
#[derive(Clone, Debug, Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_le_bytes(word);
        }
    }

    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64;
    }
}
