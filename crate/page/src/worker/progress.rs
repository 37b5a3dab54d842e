//! Offsets received and applied, by partition.

use wire::{From, Gap, Subscription, TopicEnds};

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    topic: String,
    partition: i32,
    received: i64,
    applied: i64,
    end: i64,
    /// Whether reading has begun.
    begun: bool,
    /// Whether a record of it was received, or heard to be gone.
    read: bool,
    /// Whether it lost records that were received: nothing more is read from it.
    cut: bool,
}

/// How far reading has come.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    places: Vec<Place>,
}

impl Progress {
    /// Notes where the log ends.
    pub fn ends(&mut self, ends: &[TopicEnds], wanted: impl Fn(&str) -> bool) {
        for at in ends.iter().filter(|at| wanted(&at.topic)) {
            let place = self.place(&at.topic, at.partition, at.start);
            if !place.cut {
                // What is told may be older than what was received.
                place.end = at.end.max(place.received);
            }
        }
    }

    /// Notes that a record was received; false where it is a repeat.
    pub fn received(&mut self, topic: &str, partition: i32, offset: i64) -> bool {
        let place = self.place(topic, partition, offset);
        if place.cut || offset < place.received {
            return false;
        }
        (place.received, place.begun, place.read) = (offset.saturating_add(1), true, true);
        place.end = place.end.max(place.received);
        true
    }

    /// Notes that offsets are gone; answers those that were not received before.
    pub fn gone(&mut self, gap: &Gap) -> Option<Gap> {
        let next = gap.to.saturating_add(1);
        let place = self.place(&gap.topic, gap.partition, gap.from);
        let from = if place.begun {
            gap.from.max(place.received)
        } else {
            gap.from
        };
        (place.received, place.begun, place.read) = (place.received.max(next), true, true);
        place.applied = place.applied.max(next);
        place.end = place.end.max(next);
        (from <= gap.to).then(|| Gap {
            from,
            ..gap.clone()
        })
    }

    /// Notes that a record was applied.
    pub fn applied(&mut self, topic: &str, partition: i32, offset: i64) {
        let place = self.place(topic, partition, offset);
        // What came before a gap may be applied after the gap was heard of.
        place.applied = place.applied.max(offset.saturating_add(1));
    }

    /// Notes that everything up to the log's end was handed out and applied: an offset that did not come holds nothing.
    pub fn reached_the_end(&mut self) {
        for place in &mut self.places {
            place.applied = place.applied.max(place.end);
        }
    }

    /// Leaves out what a topic holds by now.
    pub fn skip_to_end(&mut self, topic: &str) {
        for place in self
            .places
            .iter_mut()
            .filter(|place| place.topic == topic && !place.begun)
        {
            (place.received, place.applied, place.begun) = (place.end, place.end, true);
        }
    }

    /// Reads nothing more from a partition; answers up to where it was read.
    pub fn cut(&mut self, topic: &str, partition: i32) -> i64 {
        let place = self.place(topic, partition, 0);
        (place.cut, place.end) = (true, place.received);
        place.received
    }

    /// Whether nothing more is read from a partition.
    pub fn is_cut(&self, topic: &str, partition: i32) -> bool {
        (self.of_topic(topic)).any(|place| place.partition == partition && place.cut)
    }

    /// Whether a record of this topic was received, or heard to be gone.
    pub fn has_read(&self, topic: &str) -> bool {
        self.of_topic(topic).any(|place| place.read)
    }

    /// Forgets a topic.
    pub fn forget(&mut self, topic: &str) {
        self.places.retain(|place| place.topic != topic);
    }

    /// Records that the log has and that were not applied (an upper bound where offsets have holes).
    pub fn behind(&self) -> u64 {
        self.places
            .iter()
            .map(|place| place.end.saturating_sub(place.applied).max(0) as u64)
            .sum()
    }

    /// Where to subscribe to a topic, given where the lab wants to start.
    pub fn subscription(&self, topic: &str, start: From) -> Subscription {
        let known = self
            .of_topic(topic)
            .filter(|place| place.begun || place.cut);
        let mut offsets: Vec<(i32, i64)> = known
            .map(|place| match place.cut {
                true => (place.partition, From::LEFT_OUT),
                false => (place.partition, place.received),
            })
            .collect();
        let from = match start {
            start if offsets.is_empty() => start,
            From::TimestampMs(timestamp_ms) => From::OffsetsOrTimestamp {
                offsets,
                timestamp_ms,
            },
            From::Offsets(starts) => {
                let is_new = |(at, _): &(i32, i64)| offsets.iter().all(|(known, _)| known != at);
                let new: Vec<_> = starts.into_iter().filter(is_new).collect();
                offsets.extend(new);
                From::Offsets(offsets)
            }
            // A partition that appeared since is wanted whole.
            _ => From::Offsets(offsets),
        };
        Subscription {
            topic: topic.to_owned(),
            from,
        }
    }

    fn of_topic<'a>(&'a self, topic: &'a str) -> impl Iterator<Item = &'a Place> {
        self.places.iter().filter(move |place| place.topic == topic)
    }

    fn place(&mut self, topic: &str, partition: i32, start: i64) -> &mut Place {
        let found = self
            .places
            .iter()
            .position(|place| place.topic == topic && place.partition == partition);
        let at = found.unwrap_or_else(|| {
            let place = Place {
                topic: topic.to_owned(),
                partition,
                received: start,
                applied: start,
                end: start,
                begun: false,
                read: false,
                cut: false,
            };
            self.places.push(place);
            self.places.len() - 1
        });
        &mut self.places[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(from: i64, to: i64) -> Gap {
        Gap {
            topic: "t".to_owned(),
            partition: 0,
            from,
            to,
        }
    }

    #[test]
    fn repeats_are_skipped_and_what_is_left_is_counted() {
        let mut progress = Progress::default();
        let ends = [TopicEnds {
            topic: "t".to_owned(),
            partition: 0,
            start: 0,
            end: 5,
        }];
        progress.ends(&ends, |_| true);
        assert!(progress.received("t", 0, 0));
        assert!(!progress.received("t", 0, 0));
        progress.applied("t", 0, 0);
        assert_eq!(progress.behind(), 4);
        assert_eq!(progress.gone(&gap(0, 3)), Some(gap(1, 3)));
        assert_eq!(progress.gone(&gap(1, 3)), None);
        assert_eq!(progress.behind(), 1);
        let subscription = progress.subscription("t", From::Earliest);
        assert_eq!(subscription.from, From::Offsets(vec![(0, 4)]));
        assert_eq!(
            progress.subscription("u", From::Earliest).from,
            From::Earliest
        );
    }

    #[test]
    fn partitions_that_were_not_read_begin_where_the_lab_wants() {
        let mut progress = Progress::default();
        progress.received("t", 1, 6);
        let from = |start| progress.subscription("t", start).from;
        let offsets = || vec![(1, 7)];
        assert_eq!(from(From::Earliest), From::Offsets(offsets()));
        assert_eq!(from(From::Latest), From::Offsets(offsets()));
        assert_eq!(
            from(From::TimestampMs(9)),
            From::OffsetsOrTimestamp {
                offsets: offsets(),
                timestamp_ms: 9
            }
        );
        assert_eq!(
            from(From::Offsets(vec![(0, 4), (1, 4)])),
            From::Offsets(vec![(1, 7), (0, 4)])
        );
    }

    #[test]
    fn nothing_more_is_read_from_what_was_cut() {
        let mut progress = Progress::default();
        progress.received("t", 0, 8);
        progress.applied("t", 0, 8);
        assert_eq!(progress.cut("t", 0), 9);
        let ends = [TopicEnds {
            topic: "t".to_owned(),
            partition: 0,
            start: 0,
            end: 50,
        }];
        progress.ends(&ends, |_| true);
        assert_eq!(progress.behind(), 0);
        assert!(!progress.received("t", 0, 20));
        let from = progress.subscription("t", From::Earliest).from;
        assert_eq!(from, From::Offsets(vec![(0, From::LEFT_OUT)]));
    }
}
