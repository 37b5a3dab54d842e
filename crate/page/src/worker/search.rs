//! A search through what was applied, newest first, in slices of time.
//!
//! What is known of an event without its bytes is looked up in the lab; bytes are in the recording, whose records are
//! told by walking both from their ends.

use lab::Lab;
use lab::filter::Filter;
use wire::RecordRef;

use super::applied::Applied;

/// So many records are looked at between two looks at the clock, where their bytes are not needed.
const STRIDE: u64 = 4_096;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Events that pass a filter.
    Passing(Filter),
    /// Events of a topic with this key.
    Key {
        /// Topic.
        topic: String,
        /// The key's bytes.
        key: Vec<u8>,
    },
}

/// A search under way.
#[derive(Clone, Debug)]
pub struct Search {
    /// What is looked for.
    pub wanted: Wanted,
    /// Numbers of what was found, newest first.
    pub found: Vec<u64>,
    /// At most so many are wanted.
    most: usize,
    /// Records below this number are, or were, looked at; those that come later are news.
    top: u64,
    news: Option<Walk>,
    old: Option<Walk>,
}

/// A way back through the records.
#[derive(Clone, Copy, Debug)]
struct Walk {
    /// The frame behind the next one to be unfolded.
    frame: u64,
    /// The number behind the next record's.
    number: u64,
    /// Here it ends.
    until: u64,
}

impl Search {
    /// Looks for the newest ones, at most so many.
    pub fn new(wanted: Wanted, most: usize) -> Search {
        Search {
            wanted,
            found: Vec::new(),
            most,
            top: 0,
            news: None,
            old: None,
        }
    }

    /// Begins anew: the records are others, or are read in another way.
    pub fn restart(&mut self) {
        *self = Search::new(self.wanted.clone(), self.most);
    }

    /// Goes on for as long as there is time; records from `upto` on are left out.
    pub fn go_on(
        &mut self,
        lab: &Lab,
        applied: &Applied,
        upto: u64,
        mut in_time: impl FnMut() -> bool,
    ) {
        if upto < self.top {
            self.restart();
        }
        if upto > self.top {
            let walk = Walk {
                frame: applied.frames().end,
                number: if self.needs_bytes() {
                    lab.rows.end()
                } else {
                    upto
                },
                until: self.top,
            };
            // The first one goes to the beginning; a later one goes to where the one before it began.
            match (self.top, &mut self.news) {
                (0, _) => self.old = Some(walk),
                (_, Some(news)) => {
                    *news = Walk {
                        until: news.until,
                        ..walk
                    }
                }
                (_, news) => *news = Some(walk),
            }
            self.top = upto;
        }
        while let Some(walk) = self.news.or(self.old) {
            if !in_time() {
                return;
            }
            let walk = self.step(walk, lab, applied);
            match &mut self.news {
                Some(_) => self.news = walk,
                None => self.old = walk.filter(|_| self.found.len() < self.most),
            }
        }
    }

    /// Whether all was looked at, or enough found.
    pub fn is_done(&self) -> bool {
        self.news.is_none() && self.old.is_none()
    }

    /// The oldest record that was looked at.
    pub fn down_to(&self, lab: &Lab) -> u64 {
        let to = self.old.map_or(lab.rows.first(), |walk| walk.number);
        match self.found.last() {
            Some(last) if self.found.len() >= self.most => to.max(*last),
            _ => to.min(self.top),
        }
    }

    fn needs_bytes(&self) -> bool {
        match &self.wanted {
            Wanted::Passing(filter) => filter.needs_bytes(),
            Wanted::Key { .. } => true,
        }
    }

    fn step(&mut self, walk: Walk, lab: &Lab, applied: &Applied) -> Option<Walk> {
        let walk = if self.needs_bytes() {
            self.look_into_frame(walk, lab, applied)?
        } else {
            self.look_up(walk, lab)
        };
        (walk.number > walk.until.max(lab.rows.first())).then_some(walk)
    }

    fn look_up(&mut self, walk: Walk, lab: &Lab) -> Walk {
        let least = walk.until.max(lab.rows.first());
        let down_to = walk.number.saturating_sub(STRIDE).max(least);
        for number in (down_to..walk.number).rev() {
            if let Wanted::Passing(filter) = &self.wanted
                && filter.may_take(lab, number)
            {
                self.take(number);
            }
        }
        Walk {
            number: down_to.min(walk.number),
            ..walk
        }
    }

    fn look_into_frame(&mut self, walk: Walk, lab: &Lab, applied: &Applied) -> Option<Walk> {
        let frame = walk.frame.checked_sub(1)?;
        if !applied.frames().contains(&frame) {
            return None;
        }
        let mut records = Vec::new();
        applied.each_of(frame, |record| {
            let streams = lab.config.streams.iter();
            let stream = streams
                .zip(0..)
                .find(|(stream, _)| stream.topic == record.topic);
            let stream = stream.map(|(_, stream): (_, u32)| stream);
            records.push((stream, record.partition, record.offset, self.fits(record)));
        });
        let mut number = walk.number;
        for (stream, partition, offset, fits) in records.into_iter().rev() {
            let Some(meta) = number
                .checked_sub(1)
                .and_then(|number| lab.rows.meta(number))
            else {
                break;
            };
            // One that the lab did not take has no number.
            if stream != Some(meta.stream) || (partition, offset) != (meta.partition, meta.offset) {
                continue;
            }
            number -= 1;
            if number < walk.until {
                break;
            }
            let takes = match &self.wanted {
                Wanted::Passing(filter) => {
                    filter.may_take(lab, number) && (fits || filter.takes_note(lab, number))
                }
                Wanted::Key { .. } => fits,
            };
            if takes {
                self.take(number);
            }
        }
        Some(Walk {
            frame,
            number,
            ..walk
        })
    }

    fn fits(&self, record: RecordRef<'_>) -> bool {
        match &self.wanted {
            Wanted::Passing(filter) => filter.takes_bytes(record),
            Wanted::Key { topic, key } => record.topic == topic && record.key == Some(key),
        }
    }

    fn take(&mut self, number: u64) {
        if number >= self.top {
            return;
        }
        let at = self.found.binary_search_by(|found| number.cmp(found));
        if let Err(at) = at {
            self.found.insert(at, number);
            self.found.truncate(self.most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::desk::Desk;
    use crate::worker::player;

    fn played() -> Desk {
        let mut desk = Desk::new(include_str!("../../../../www/lab.json"), false).unwrap();
        desk.set_flowing(false);
        desk.lay_out(player::read(include_str!("../../../../www/demo.ndjson")).items);
        while desk.step_row() {}
        desk
    }

    fn text(text: &str) -> Wanted {
        Wanted::Passing(Filter {
            text: text.to_owned(),
            ..Filter::default()
        })
    }

    fn run(search: &mut Search, desk: &Desk, upto: u64) -> Vec<u64> {
        let mut slices = 0;
        while slices == 0 || !search.is_done() {
            let mut first = true;
            search.go_on(&desk.lab, &desk.applied, upto, || {
                std::mem::take(&mut first)
            });
            slices += 1;
            assert!(slices < 1_000);
        }
        search.found.clone()
    }

    /// Records whose value says so, by reading the recording line by line.
    fn expected(wanted: &str, upto: u64) -> Vec<u64> {
        let lines = include_str!("../../../../www/demo.ndjson").lines();
        let records = lines.filter(|line| line.contains("\"topic\""));
        let mut found: Vec<u64> = (0..upto)
            .zip(records)
            .filter(|(_, line)| line.replace('\\', "").contains(wanted))
            .map(|(record, _)| record)
            .collect();
        found.reverse();
        found
    }

    #[test]
    fn a_text_is_found_wherever_it_is_newest_first() {
        let desk = played();
        let needle = "\"petal_width\":1.3,";
        let all = expected(needle, 310);
        assert!(all.len() > 10, "{all:?}");
        let mut search = Search::new(text(needle), 200);
        assert_eq!(run(&mut search, &desk, 310), all);
        assert_eq!(search.down_to(&desk.lab), 0);
        // In the past, and then further on: only what is new is looked at, and it comes before the rest.
        assert_eq!(run(&mut search, &desk, 100), expected(needle, 100));
        assert_eq!(run(&mut search, &desk, 250), expected(needle, 250));
        let mut few = Search::new(text(needle), 3);
        assert_eq!(run(&mut few, &desk, 310), all[..3]);
        assert_eq!(few.down_to(&desk.lab), all[2]);
    }

    #[test]
    fn what_the_lab_knows_needs_no_bytes() {
        let desk = played();
        let filter = Filter {
            topic: "flink.public.iris_test".to_owned(),
            ..Filter::default()
        };
        let mut search = Search::new(Wanted::Passing(filter), 200);
        let found = run(&mut search, &desk, 310);
        assert_eq!((found.len(), found[0], found[32]), (33, 309, 1));
    }

    #[test]
    fn other_forms_of_a_row_have_its_key() {
        let desk = played();
        let wanted = Wanted::Key {
            topic: "flink.public.iris_test".to_owned(),
            key: b"{\"id\":2}".to_vec(),
        };
        assert_eq!(run(&mut Search::new(wanted, 9), &desk, 310), [2]);
    }
}
