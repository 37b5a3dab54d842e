//! A sample of a stream of unknown length.

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// So many items of those seen so far, each of them as likely as another to be among them.
///
/// Vitter, "Random sampling with a reservoir" (1985), algorithm R. The same seed and items give the same sample.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reservoir<T> {
    capacity: usize,
    seen: u64,
    random: Random,
    items: Vec<T>,
}

impl<T> Reservoir<T> {
    /// An empty reservoir; one without room stays empty.
    pub fn new(capacity: usize, seed: u64) -> Self {
        Self {
            capacity,
            seen: 0,
            random: Random::new(seed),
            items: Vec::new(),
        }
    }

    /// Sees an item, and hands back what is not kept: it, or the one whose place it takes.
    pub fn add(&mut self, item: T) -> Option<T> {
        self.seen += 1;
        if self.items.len() < self.capacity {
            self.items.push(item);
            return None;
        }
        let place = self.random.below(self.seen);
        let kept = usize::try_from(place)
            .ok()
            .and_then(|place| self.items.get_mut(place));
        Some(match kept {
            Some(kept) => std::mem::replace(kept, item),
            None => item,
        })
    }

    /// The sample, in no order that means anything.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// How many items were seen.
    pub fn seen(&self) -> u64 {
        self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_everything_while_there_is_room() {
        let mut reservoir = Reservoir::new(3, 1);
        assert_eq!([5, 6, 7].map(|item| reservoir.add(item)), [None; 3]);
        assert_eq!((reservoir.items(), reservoir.seen()), (&[5, 6, 7][..], 3));
        assert!(reservoir.add(8).is_some());
        assert_eq!((reservoir.items().len(), reservoir.seen()), (3, 4));
        assert_eq!(Reservoir::new(0, 1).add(5), Some(5));
    }

    #[test]
    fn every_item_is_as_likely_as_another() {
        let mut kept = [0_u32; 20];
        for seed in 0..4000 {
            let mut reservoir = Reservoir::new(5, seed);
            for item in 0..20_usize {
                reservoir.add(item);
            }
            reservoir.items().iter().for_each(|&item| kept[item] += 1);
        }
        // 1000 each; five standard deviations are 137.
        assert!(kept.iter().all(|n| (863..=1137).contains(n)), "{kept:?}");
    }
}
