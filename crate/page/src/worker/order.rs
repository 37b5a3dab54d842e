//! The order in which things were applied, and how a reload follows it again.
//!
//! Kept as runs of (topic, partition, from, to) with the ticks and hands between them, so that it stays small.
//! Topics of one log may arrive interleaved in another way after a reload; ticks come at other times. Both
//! are put back in their places.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use wire::{Record, RecordRef};

use super::desk::Item;

/// More steps than this are not remembered: a reload then applies what arrives as it arrives.
const STEPS_MAX: usize = 20_000;

/// Something that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Step {
    /// Topic (index), partition, first and last offset.
    Run(usize, i32, i64, i64),
    /// Lab time, ms.
    Tick([i64; 1]),
    /// The lane whose batch was closed by hand.
    Close(String),
}

/// Order of one log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The log that it belongs to.
    pub log_id: String,
    /// By topic, its own identity, where the log has one for each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub topic_ids: BTreeMap<String, String>,
    topics: Vec<String>,
    steps: Vec<Step>,
}

impl Order {
    /// Nothing of this log was applied yet.
    pub fn of_log(log_id: &str) -> Order {
        Order {
            log_id: log_id.to_owned(),
            ..Order::default()
        }
    }

    /// Reads what [`Order::text`] wrote; None where it is something else.
    pub fn parse(text: &str) -> Option<Order> {
        serde_json::from_str(text).ok()
    }

    /// The identities of those topics of which something was applied.
    pub fn ids_applied(&self) -> BTreeMap<String, String> {
        let mut ids = self.topic_ids.clone();
        ids.retain(|topic, _| self.topics.contains(topic));
        ids
    }

    /// Notes a record.
    pub fn record(&mut self, record: RecordRef<'_>) {
        let topic = self
            .topics
            .iter()
            .position(|topic| topic == record.topic)
            .unwrap_or_else(|| {
                self.topics.push(record.topic.to_owned());
                self.topics.len() - 1
            });
        match self.steps.last_mut() {
            Some(Step::Run(last_topic, partition, _, to))
                if (*last_topic, *partition) == (topic, record.partition) =>
            {
                *to = record.offset;
            }
            _ => self.push(Step::Run(
                topic,
                record.partition,
                record.offset,
                record.offset,
            )),
        }
    }

    /// Notes a tick; of ticks in a row only the latest counts.
    pub fn tick(&mut self, tick_ms: i64) {
        match self.steps.last_mut() {
            // A clock may be set back; lab time is not.
            Some(Step::Tick(last)) => *last = [tick_ms.max(last[0])],
            _ => self.push(Step::Tick([tick_ms])),
        }
    }

    /// Notes a batch closed by hand.
    pub fn close(&mut self, lane: &str) {
        self.push(Step::Close(lane.to_owned()));
    }

    /// The whole order as text: what was applied, then what is still to be followed.
    pub fn text(&self, following: &Following) -> Option<String> {
        let mut order = self.clone();
        for step in &following.order.steps[following.at..] {
            if let Step::Run(topic, partition, from, to) = step {
                let name = &following.order.topics[*topic];
                let topic = order
                    .topics
                    .iter()
                    .position(|known| known == name)
                    .unwrap_or_else(|| {
                        order.topics.push(name.clone());
                        order.topics.len() - 1
                    });
                order.steps.push(Step::Run(topic, *partition, *from, *to));
            } else {
                order.steps.push(step.clone());
            }
        }
        if order.steps.len() > STEPS_MAX {
            return None;
        }
        serde_json::to_string(&order).ok()
    }

    fn push(&mut self, step: Step) {
        // One beyond the bound is enough to know that it was exceeded.
        if self.steps.len() <= STEPS_MAX {
            self.steps.push(step);
        }
    }
}

/// An order from before a reload that is being followed.
#[derive(Clone, Debug, Default)]
pub struct Following {
    order: Order,
    /// The step that comes next.
    at: usize,
    /// Records that arrived before their turn, in order of arrival.
    early: VecDeque<Record>,
    /// Offsets that are gone: (topic, partition, last).
    gone: Vec<(String, i32, i64)>,
    /// Whether everything that there is has arrived: what has not is not waited for.
    all_arrived: bool,
}

impl Following {
    /// Follows this order, as far as its topics are read.
    pub fn new(mut order: Order, is_read: impl Fn(&str) -> bool) -> Following {
        let topics = std::mem::take(&mut order.topics);
        order.steps.retain(|step| match step {
            Step::Run(topic, ..) => topics.get(*topic).is_some_and(|topic| is_read(topic)),
            Step::Tick(_) | Step::Close(_) => true,
        });
        order.topics = topics;
        Following {
            order,
            ..Following::default()
        }
    }

    /// Whether all of it has been followed.
    pub fn is_done(&self) -> bool {
        self.at == self.order.steps.len() && self.early.is_empty()
    }

    /// Records that wait for their turn.
    pub fn early(&self) -> usize {
        self.early.len()
    }

    /// A record arrived.
    pub fn arrived(&mut self, record: Record) {
        self.early.push_back(record);
    }

    /// Records up to this offset are gone and need not be waited for.
    pub fn gap(&mut self, topic: &str, partition: i32, to: i64) {
        self.gone.push((topic.to_owned(), partition, to));
    }

    /// Everything that the log held when it was last read has arrived: what is missing is gone.
    pub fn all_arrived(&mut self) {
        self.all_arrived = true;
    }

    /// What comes next, if it is there.
    pub fn take_next(&mut self) -> Option<Item> {
        loop {
            match self.order.steps.get(self.at) {
                None => return self.early.pop_front().map(Item::Record),
                Some(Step::Tick([tick_ms])) => {
                    self.at += 1;
                    return Some(Item::Tick(*tick_ms));
                }
                Some(Step::Close(lane)) => {
                    self.at += 1;
                    return Some(Item::Close(lane.clone()));
                }
                Some(Step::Run(topic, partition, _, to)) => {
                    let (topic, partition, to) = (&self.order.topics[*topic], *partition, *to);
                    let of_run =
                        |record: &Record| *record.topic == **topic && record.partition == partition;
                    match self.early.iter().position(of_run) {
                        Some(i) if self.early[i].offset <= to => {
                            if self.early[i].offset == to {
                                self.at += 1;
                            }
                            return self.early.remove(i).map(Item::Record);
                        }
                        Some(_) => self.at += 1,
                        None if self.all_arrived || self.is_gone(topic, partition, to) => {
                            self.at += 1
                        }
                        None => return None,
                    }
                }
            }
        }
    }

    fn is_gone(&self, topic: &str, partition: i32, to: i64) -> bool {
        self.gone
            .iter()
            .any(|gone| gone.0 == topic && gone.1 == partition && gone.2 >= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(topic: &str, offset: i64) -> Record {
        Record {
            topic: topic.into(),
            partition: 0,
            offset,
            timestamp_ms: 0,
            headers: Vec::new(),
            key: None,
            value: None,
        }
    }

    fn order() -> Order {
        let mut order = Order {
            log_id: "x".to_owned(),
            ..Order::default()
        };
        for (topic, offset) in [("a", 0), ("a", 1), ("b", 0)] {
            order.record(record(topic, offset).as_ref());
        }
        order.tick(5);
        order.tick(9);
        order.record(record("a", 2).as_ref());
        order.close("Flink");
        order
    }

    fn say(item: Item) -> String {
        match item {
            Item::Record(record) => format!("{}{}", record.topic, record.offset),
            Item::Tick(ms) => format!("t{ms}"),
            Item::Close(lane) => lane,
            Item::Gap(gap) => format!("{gap:?}"),
        }
    }

    #[test]
    fn a_reload_applies_in_the_same_order() {
        let text = order().text(&Following::default()).unwrap();
        let mut following = Following::new(Order::parse(&text).unwrap(), |_| true);
        let mut said = Vec::new();
        for (topic, offset) in [("b", 0), ("b", 1), ("a", 0), ("a", 1), ("a", 2), ("a", 3)] {
            following.arrived(record(topic, offset));
            said.extend(std::iter::from_fn(|| following.take_next()).map(say));
        }
        assert_eq!(said, ["a0", "a1", "b0", "t9", "a2", "Flink", "b1", "a3"]);
        assert!(following.is_done());
    }

    #[test]
    fn what_is_gone_is_not_waited_for() {
        let mut following = Following::new(order(), |_| true);
        following.arrived(record("b", 0));
        assert!(following.take_next().is_none());
        following.gap("a", 0, 1);
        let said: Vec<String> = std::iter::from_fn(|| following.take_next())
            .map(say)
            .collect();
        assert_eq!(said, ["b0", "t9"]);
    }

    #[test]
    fn an_order_half_followed_is_kept_whole() {
        let mut following = Following::new(order(), |_| true);
        let mut again = Order {
            log_id: "x".to_owned(),
            ..Order::default()
        };
        following.arrived(record("a", 0));
        while let Some(Item::Record(record)) = following.take_next() {
            again.record(record.as_ref());
        }
        let text = again.text(&following).unwrap();
        let mut whole = Following::new(Order::parse(&text).unwrap(), |_| true);
        for (topic, offset) in [("a", 0), ("a", 1), ("a", 2), ("b", 0)] {
            whole.arrived(record(topic, offset));
        }
        let said: Vec<String> = std::iter::from_fn(|| whole.take_next()).map(say).collect();
        assert_eq!(said, ["a0", "a1", "b0", "t9", "a2", "Flink"]);
    }
}
