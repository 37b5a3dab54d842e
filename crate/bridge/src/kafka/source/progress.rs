//! How far the end of the log has been delivered, so that it is never said to be behind that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::catalog::Ends;

/// What the tail has delivered of each partition since it began.
#[derive(Default)]
pub(super) struct Progress {
    delivered: Mutex<HashMap<Arc<str>, HashMap<i32, Delivered>>>,
}

/// What has been delivered of one partition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivered {
    /// The offset behind the last record.
    pub(super) next: i64,
    /// Everything before this offset has been delivered, or holds no record.
    pub(super) reached: i64,
}

impl Progress {
    /// Forgets everything: following begins anew.
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    /// Notes how far a partition has been delivered.
    pub(super) fn note(&self, topic: &Arc<str>, partition: i32, delivered: Delivered) {
        let mut topics = self.lock();
        match topics.get_mut(topic) {
            Some(partitions) => {
                partitions.insert(partition, delivered);
            }
            None => {
                topics.insert(topic.clone(), HashMap::from([(partition, delivered)]));
            }
        }
    }

    /// The end that somebody who follows can reach by records alone.
    ///
    /// Kafka's own end may lie behind marks of transactions, which nobody is ever handed.
    pub(super) fn end(&self, topic: &str, partition: i32, ends: Ends) -> i64 {
        let topics = self.lock();
        let delivered = topics.get(topic).and_then(|topic| topic.get(&partition));
        match delivered {
            Some(delivered) if delivered.reached >= ends.end => delivered.next.max(ends.start),
            _ => ends.end,
        }
    }

    /// The map is valid between any two statements that can panic.
    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, HashMap<i32, Delivered>>> {
        self.delivered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(delivered: Option<(i64, i64)>, end: i64) -> i64 {
        let progress = Progress::default();
        if let Some((next, reached)) = delivered {
            progress.note(&Arc::from("t"), 0, Delivered { next, reached });
        }
        progress.end("t", 0, Ends { start: 2, end })
    }

    #[test]
    fn marks_at_the_end_are_not_waited_for() {
        assert_eq!(end(Some((10, 11)), 11), 10);
    }

    #[test]
    fn an_end_that_was_passed_is_old() {
        assert_eq!(end(Some((12, 12)), 10), 12);
    }

    #[test]
    fn what_is_still_to_come_counts() {
        assert_eq!(end(Some((5, 5)), 10), 10);
        assert_eq!(end(None, 10), 10);
    }

    #[test]
    fn never_before_the_start() {
        assert_eq!(end(Some((1, 3)), 3), 2);
    }
}
