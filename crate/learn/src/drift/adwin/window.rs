//! The window: buckets of 1, 2, 4, .. values.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// The window since the last drift: all that a detector goes on with.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Values since the last drift, those that left the window included.
    pub values: u64,
    /// Values in the window.
    pub width: u64,
    /// Their sum.
    #[serde(with = "crate::number")]
    pub total: f64,
    /// The sum of their squared differences from their mean.
    #[serde(with = "crate::number")]
    pub variance: f64,
    /// Row `i` holds buckets of `2^i` values, oldest first.
    pub rows: Vec<VecDeque<Bucket>>,
    /// Whether the last value was a drift: the next one starts over.
    pub drift: bool,
}

/// Some consecutive values.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Their sum.
    #[serde(with = "crate::number")]
    pub total: f64,
    /// The sum of their squared differences from their mean.
    #[serde(with = "crate::number")]
    pub variance: f64,
}

impl State {
    /// Takes a value, and joins buckets of which there are too many.
    pub(super) fn insert(&mut self, value: f64, max_buckets: usize) {
        self.width += 1;
        if self.width > 1 {
            let before = (self.width - 1) as f64;
            let off = value - self.total / before;
            self.variance += before * off * off / self.width as f64;
        }
        self.total += value;
        let mut bucket = Bucket {
            total: value,
            variance: 0.0,
        };
        for i in 0.. {
            if i == self.rows.len() {
                self.rows.push(VecDeque::new());
            }
            let row = &mut self.rows[i];
            row.push_back(bucket);
            if row.len() <= max_buckets {
                return;
            }
            let (Some(older), Some(newer)) = (row.pop_front(), row.pop_front()) else {
                return;
            };
            bucket = older.joined(newer, size(i) as f64);
        }
    }

    /// Lets the oldest bucket go.
    pub(super) fn drop_oldest(&mut self) {
        let Some((last, row)) = self.rows.iter_mut().enumerate().next_back() else {
            return;
        };
        let Some(bucket) = row.pop_front() else {
            return;
        };
        // With one bucket a size, sizes in between are empty.
        while self.rows.last().is_some_and(VecDeque::is_empty) {
            self.rows.pop();
        }
        self.width -= size(last);
        self.total -= bucket.total;
        let (n, rest) = (size(last) as f64, self.width as f64);
        let apart = bucket.total / n - self.total / rest;
        self.variance -= bucket.variance + n * rest * apart * apart / (n + rest);
    }

    /// How many values all buckets hold; None where the rows cannot be a window's.
    pub(super) fn held(&self) -> Option<u64> {
        let good = self.rows.len() < 64 && self.rows.last().is_none_or(|row| !row.is_empty());
        let rows = self.rows.iter().enumerate().filter(|_| good);
        let held = rows.map(|(i, row)| u128::from(size(i)) * row.len() as u128);
        u64::try_from(held.sum::<u128>()).ok().filter(|_| good)
    }

    /// The buckets, each with how many values it holds.
    pub(super) fn oldest_first(&self) -> impl Iterator<Item = (u64, &Bucket)> {
        let rows = self.rows.iter().enumerate().rev();
        rows.flat_map(|(i, row)| row.iter().map(move |bucket| (size(i), bucket)))
    }
}

impl Bucket {
    /// Two buckets of so many values as one.
    fn joined(self, newer: Bucket, size: f64) -> Bucket {
        let apart = self.total / size - newer.total / size;
        Bucket {
            total: self.total + newer.total,
            variance: self.variance + newer.variance + size * size * apart * apart / (size + size),
        }
    }
}

/// How many values a bucket of a row holds.
fn size(row: usize) -> u64 {
    1 << row
}
