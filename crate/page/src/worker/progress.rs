//! Offsets received and applied, by partition.

use wire::{From, Subscription, TopicEnds};

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
            self.place(&at.topic, at.partition, at.start).end = at.end;
        }
    }

    /// Notes that a record was received; false where it is a repeat.
    pub fn received(&mut self, topic: &str, partition: i32, offset: i64) -> bool {
        let place = self.place(topic, partition, offset);
        if offset < place.received {
            return false;
        }
        (place.received, place.begun) = (offset.saturating_add(1), true);
        place.end = place.end.max(place.received);
        true
    }

    /// Notes that offsets up to this one are gone.
    pub fn gone(&mut self, topic: &str, partition: i32, to: i64) {
        let next = to.saturating_add(1);
        let place = self.place(topic, partition, next);
        (place.received, place.begun) = (place.received.max(next), true);
        place.applied = place.applied.max(next);
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

    /// Records that the log has and that were not applied (an upper bound where offsets have holes).
    pub fn behind(&self) -> u64 {
        self.places
            .iter()
            .map(|place| place.end.saturating_sub(place.applied).max(0) as u64)
            .sum()
    }

    /// Where to subscribe to a topic, given where the lab wants to start.
    pub fn subscription(&self, topic: &str, start: From) -> Subscription {
        let begun = self
            .places
            .iter()
            .filter(|place| place.topic == topic && place.begun);
        let offsets: Vec<(i32, i64)> = begun
            .map(|place| (place.partition, place.received))
            .collect();
        Subscription {
            topic: topic.to_owned(),
            from: if offsets.is_empty() {
                start
            } else {
                From::Offsets(offsets)
            },
        }
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
        progress.gone("t", 0, 3);
        assert_eq!(progress.behind(), 1);
        let subscription = progress.subscription("t", From::Earliest);
        assert_eq!(subscription.from, From::Offsets(vec![(0, 4)]));
        assert_eq!(
            progress.subscription("u", From::Earliest).from,
            From::Earliest
        );
    }
}
