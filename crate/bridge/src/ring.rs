//! The recent records of all topics, kept once for all sessions.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use wire::{Gap, Record, TopicEnds};

use crate::{News, Position};

/// How much one fetch hands out, in bytes of records.
const FETCH_BYTES: usize = 256 << 10;

/// How many items one fetch looks at, so that it does not keep others waiting.
const FETCH_ITEMS: u64 = 4096;

/// What a session is to be sent, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Record(Arc<Record>),
    Gap(Gap),
}

/// A place in the ring: the next item's running number, in the ring of this epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) epoch: u64,
    pub(crate) next: u64,
}

/// What a ring holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) bytes: usize,
    pub(crate) items: usize,
    /// The timestamp of the oldest record; none where there is no record.
    pub(crate) oldest_ms: Option<i64>,
}

/// Recent records in the source's order, bounded in bytes; the oldest go first.
pub(crate) struct Ring {
    state: Mutex<State>,
    /// The place behind the newest item; sessions wait for it to change.
    head: watch::Sender<Place>,
    max_bytes: usize,
}

#[derive(Default)]
struct State {
    /// The log that is followed; none before the source has told.
    log_id: Option<String>,
    /// Counts how often following began.
    epoch: u64,
    items: VecDeque<Item>,
    /// The running number of the oldest item.
    first: u64,
    bytes: usize,
    /// For each partition, the offset from which on the ring holds every record. A partition that is not listed was
    /// new after following began, and is held from its first record on.
    starts: HashMap<Arc<str>, Vec<(i32, i64)>>,
    /// The clock before the last look that reached the log's end, and the running number behind what was there then.
    looked_at: Option<(i64, u64)>,
}

impl Ring {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Ring {
            state: Mutex::default(),
            head: watch::Sender::new(Place { epoch: 0, next: 0 }),
            max_bytes,
        }
    }

    /// Takes in what the source tells.
    pub(crate) fn take(&self, news: News) {
        let mut state = self.lock();
        match news {
            News::Start { log_id, ends } => state.start(log_id, &ends),
            News::Records(records) => {
                for record in records {
                    state.push(Item::Record(Arc::new(record)), self.max_bytes);
                }
            }
            News::Gap(gap) => state.push(Item::Gap(gap), self.max_bytes),
            News::Idle { looked_at_ms } => {
                state.looked_at = Some((looked_at_ms, state.next()));
                return;
            }
        }
        let head = Place {
            epoch: state.epoch,
            next: state.next(),
        };
        // Within the lock, so that heads are told in order.
        self.head.send_replace(head);
    }

    /// The place behind the newest item, and its changes.
    pub(crate) fn head(&self) -> watch::Receiver<Place> {
        self.head.subscribe()
    }

    /// How much is held, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// What is held.
    pub(crate) fn held(&self) -> Held {
        let state = self.lock();
        let oldest_ms = state.items.iter().find_map(|item| match item {
            Item::Record(record) => Some(record.timestamp_ms),
            Item::Gap(_) => None,
        });
        Held {
            bytes: state.bytes,
            items: state.items.len(),
            oldest_ms,
        }
    }

    /// Where to go on in the ring, if it holds everything from these positions on.
    pub(crate) fn join(&self, log_id: &str, positions: &[Position]) -> Option<Place> {
        let state = self.lock();
        let held = state.log_id.as_deref() == Some(log_id)
            && positions.iter().all(|position| state.holds(position));
        held.then_some(Place {
            epoch: state.epoch,
            next: state.first,
        })
    }

    /// The next items of these partitions; moves place and positions on. `None` where the place is no longer held.
    pub(crate) fn fetch(&self, place: &mut Place, positions: &mut [Position]) -> Option<Vec<Item>> {
        let state = self.lock();
        if place.epoch != state.epoch || place.next < state.first {
            return None;
        }
        let mut items = Vec::new();
        let mut bytes = 0;
        let skip = usize::try_from(place.next - state.first).unwrap_or(usize::MAX);
        for item in state.items.iter().skip(skip).take(FETCH_ITEMS as usize) {
            if bytes >= FETCH_BYTES {
                break;
            }
            place.next += 1;
            if let Some(item) = wanted(item, positions) {
                bytes += item.size_bytes();
                items.push(item);
            }
        }
        Some(items)
    }

    /// The clock before the last look that reached the log's end, and the place that lies behind what was there then.
    ///
    /// Every record that was committed before that time lies before that place.
    pub(crate) fn looked_at(&self) -> Option<(i64, Place)> {
        let state = self.lock();
        let (looked_at_ms, next) = state.looked_at?;
        let epoch = state.epoch;
        Some((looked_at_ms, Place { epoch, next }))
    }

    /// The state is valid between any two statements that can panic, so a poisoned lock is no reason to stop.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Whether what lies before `other` was passed.
    pub(crate) fn has_reached(self, other: Place) -> bool {
        self.epoch == other.epoch && self.next >= other.next
    }
}

impl State {
    fn next(&self) -> u64 {
        self.first + self.items.len() as u64
    }

    fn start(&mut self, log_id: String, ends: &[TopicEnds]) {
        // A number is left out, so that no place is taken for the new beginning.
        self.first = self.next() + 1;
        self.epoch += 1;
        self.log_id = Some(log_id);
        self.items.clear();
        self.bytes = 0;
        self.looked_at = None;
        self.starts.clear();
        for end in ends {
            self.set_start(&Arc::from(end.topic.as_str()), end.partition, end.end);
        }
    }

    fn push(&mut self, item: Item, max_bytes: usize) {
        self.bytes += item.size_bytes();
        self.items.push_back(item);
        while self.bytes > max_bytes
            && let Some(oldest) = self.items.pop_front()
        {
            self.first += 1;
            self.bytes -= oldest.size_bytes();
            match oldest {
                Item::Record(record) => {
                    self.set_start(
                        &record.topic,
                        record.partition,
                        record.offset.saturating_add(1),
                    );
                }
                Item::Gap(gap) => {
                    self.set_start(
                        &Arc::from(gap.topic),
                        gap.partition,
                        gap.to.saturating_add(1),
                    );
                }
            }
        }
    }

    fn set_start(&mut self, topic: &Arc<str>, partition: i32, start: i64) {
        let partitions = match self.starts.get_mut(topic) {
            Some(partitions) => partitions,
            None => self.starts.entry(topic.clone()).or_default(),
        };
        match partitions.iter_mut().find(|(known, _)| *known == partition) {
            Some((_, known)) => *known = start,
            None => partitions.push((partition, start)),
        }
    }

    fn holds(&self, position: &Position) -> bool {
        self.starts
            .get(&position.topic)
            .and_then(|partitions| {
                partitions
                    .iter()
                    .find(|(known, _)| *known == position.partition)
            })
            .is_none_or(|(_, start)| *start <= position.offset)
    }
}

impl Item {
    pub(crate) fn size_bytes(&self) -> usize {
        size_of::<Item>()
            + match self {
                Item::Record(record) => record.size_bytes(),
                Item::Gap(gap) => gap.topic.len(),
            }
    }
}

/// The item, or what of it lies beyond the positions, which move on.
fn wanted(item: &Item, positions: &mut [Position]) -> Option<Item> {
    let (topic, partition, last) = match item {
        Item::Record(record) => (&*record.topic, record.partition, record.offset),
        Item::Gap(gap) => (gap.topic.as_str(), gap.partition, gap.to),
    };
    let position = positions
        .iter_mut()
        .find(|position| position.partition == partition && *position.topic == *topic)?;
    if last < position.offset {
        return None;
    }
    let from = position.offset;
    position.offset = last.saturating_add(1);
    Some(match item {
        Item::Record(record) => Item::Record(record.clone()),
        Item::Gap(gap) => Item::Gap(Gap {
            from: gap.from.max(from),
            ..gap.clone()
        }),
    })
}

#[cfg(test)]
mod tests;
