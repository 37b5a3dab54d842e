//! What the reader looks at closer: an event, a centroid, the events that pass a filter.
//!
//! Everything is worked out when it is asked for; an event's bytes are sent once, what became of it whenever that
//! changes.

use lab::filter::Filter;
use lab::inspect::EventView;
use lab::snapshot::{Life, Why};
use serde::Serialize;
use wire::Record;

use super::desk::Desk;
use super::search::{Search, Wanted};
use crate::protocol::{Closer, Form, Found, Look};

/// At most so many forms of a row are listed.
const FORMS_MOST: usize = 8;

/// What is looked at.
#[derive(Default)]
pub struct Looking {
    filter: Option<Search>,
    open: Option<Open>,
    /// Why nothing was opened.
    missing: Option<String>,
    /// The desk's lab that all of it is of.
    edition: u64,
}

enum Open {
    Event(Box<Event>),
    Centroid { cluster: u32, sent: Vec<u8> },
}

struct Event {
    topic: String,
    partition: i32,
    offset: i64,
    /// Its record's number, once it was applied.
    record: Option<u64>,
    /// Records applied when that was last looked up.
    looked_up: u64,
    forms: Option<Search>,
    /// The lane that it was read for, and whether its record was known then.
    read_for: Option<(usize, bool)>,
    sent: Vec<u8>,
}

impl Looking {
    /// Looks at something else.
    pub fn look(&mut self, look: Look, desk: &Desk) {
        self.missing = None;
        let record = match look {
            Look::Nothing => {
                self.open = None;
                return;
            }
            Look::Centroid { cluster } => {
                let sent = Vec::new();
                self.open = Some(Open::Centroid { cluster, sent });
                return;
            }
            Look::Event {
                topic,
                partition,
                offset,
            } => {
                self.open = Some(Open::Event(Box::new(Event::new(topic, partition, offset))));
                return;
            }
            Look::Record { record } => Some(record),
            Look::Offset {
                ref topic,
                partition,
                offset,
            } => desk.lab.at_offset(topic, partition, offset),
            Look::Time { ms } => desk.lab.at_time(ms),
        };
        match record.and_then(|record| Some((record, *desk.lab.rows.meta(record)?))) {
            Some((record, meta)) => {
                let topic = desk.lab.topic(meta.stream as usize).to_string();
                let mut event = Event::new(topic, meta.partition, meta.offset);
                event.record = Some(record);
                self.open = Some(Open::Event(Box::new(event)));
            }
            None => self.missing = Some(missing(&look, desk)),
        }
    }

    /// Lists events that pass this filter; all of them again where it is empty.
    pub fn filter(&mut self, filter: Filter, desk: &Desk) {
        let most = desk.view.rows;
        self.filter = (!filter.is_empty()).then(|| Search::new(Wanted::Passing(filter), most));
    }

    /// Forgets what was found: the lab is another.
    fn lab_changed(&mut self) {
        if let Some(search) = &mut self.filter {
            search.restart();
        }
        if let Some(Open::Event(event)) = &mut self.open {
            let (topic, partition, offset) = (event.topic.clone(), event.partition, event.offset);
            **event = Event::new(topic, partition, offset);
        }
    }

    /// Whether a search goes on.
    pub fn is_searching(&self) -> bool {
        let forms = match &self.open {
            Some(Open::Event(event)) => event.forms.as_ref(),
            _ => None,
        };
        let searches = self.filter.iter().chain(forms);
        searches.into_iter().any(|search| !search.is_done())
    }

    /// What there is to say, after some more searching.
    pub fn answer(&mut self, desk: &Desk, upto: u64, mut in_time: impl FnMut() -> bool) -> Closer {
        if self.edition != desk.edition {
            self.edition = desk.edition;
            self.lab_changed();
        }
        let mut closer = Closer {
            tally: desk.lab.rows.tally(upto),
            missing: self.missing.take(),
            ..Closer::default()
        };
        if let Some(search) = &mut self.filter {
            search.go_on(&desk.lab, &desk.applied, upto, &mut in_time);
            closer.found = found(search, desk, upto);
        }
        match &mut self.open {
            None => {}
            Some(Open::Centroid { cluster, sent }) => {
                let view = &desk.view;
                let life = desk.lab.life(view.lane, *cluster, view.at, view.rows);
                closer.life = news::<Life>(life, sent);
            }
            Some(Open::Event(event)) => event.answer(desk, upto, &mut in_time, &mut closer),
        }
        closer
    }
}

impl Event {
    fn new(topic: String, partition: i32, offset: i64) -> Event {
        Event {
            topic,
            partition,
            offset,
            record: None,
            looked_up: 0,
            forms: None,
            read_for: None,
            sent: Vec::new(),
        }
    }

    fn answer(
        &mut self,
        desk: &Desk,
        upto: u64,
        in_time: &mut impl FnMut() -> bool,
        closer: &mut Closer,
    ) {
        self.look_up(desk);
        let view = &desk.view;
        let read_for = Some((view.lane, self.record.is_some()));
        if self.read_for != read_for {
            self.read_for = read_for;
            self.read(desk, closer);
        }
        let Some(record) = self.record else { return };
        let why = desk.lab.why(record, view.lane, view.at);
        closer.why = news::<Why>(why, &mut self.sent);
        if let Some(forms) = &mut self.forms {
            let was_done = forms.is_done() && !forms.found.is_empty();
            forms.go_on(&desk.lab, &desk.applied, upto, in_time);
            if closer.why.is_some() || !was_done {
                let others = forms.found.iter().filter(|other| **other != record);
                closer.forms = Some(others.filter_map(|other| form(*other, desk)).collect());
            }
        }
    }

    /// Finds the number of a record that was waiting, or whose lab was made anew.
    fn look_up(&mut self, desk: &Desk) {
        let is_there = |record: u64| {
            let meta = desk.lab.rows.meta(record);
            meta.is_some_and(|meta| {
                (meta.partition, meta.offset) == (self.partition, self.offset)
                    && **desk.lab.topic(meta.stream as usize) == *self.topic
            })
        };
        if self.record.is_some_and(is_there) {
            return;
        }
        let rows = &desk.lab.rows;
        if rows.end() < self.looked_up {
            self.looked_up = 0;
        }
        let mut news = (self.looked_up.max(rows.first())..rows.end()).rev();
        self.record = news.find(|record| is_there(*record));
        self.looked_up = rows.end();
    }

    fn read(&mut self, desk: &Desk, closer: &mut Closer) {
        let raw: Option<Record> = desk
            .applied
            .find(&self.topic, self.partition, self.offset)
            .or_else(|| desk.waiting_at(&self.topic, self.partition, self.offset));
        closer.event = Some(Box::new(match &raw {
            Some(raw) => desk.lab.inspect(raw.as_ref(), self.record, desk.view.lane),
            None => EventView {
                topic: self.topic.clone(),
                partition: self.partition,
                offset: self.offset,
                record: self.record,
                ..EventView::default()
            },
        }));
        let key = raw.and_then(|raw| raw.key);
        let wanted = key.map(|key| Wanted::Key {
            topic: self.topic.clone(),
            key,
        });
        self.forms = wanted.map(|wanted| Search::new(wanted, FORMS_MOST));
        self.sent.clear();
    }
}

fn found(search: &Search, desk: &Desk, upto: u64) -> Option<Found> {
    let Wanted::Passing(filter) = &search.wanted else {
        return None;
    };
    let records = search.found.iter().filter(|record| **record < upto);
    let rows = records.filter_map(|record| desk.lab.event_row(*record, desk.view.lane));
    Some(Found {
        filter: filter.clone(),
        rows: rows.collect(),
        searched: upto.saturating_sub(search.down_to(&desk.lab)),
        of: upto,
        done: search.is_done(),
        bytes_let_go: filter.needs_bytes() && desk.applied.let_go,
    })
}

fn form(record: u64, desk: &Desk) -> Option<Form> {
    let why = desk.lab.why(record, desk.view.lane, desk.view.at)?;
    let meta = desk.lab.rows.meta(record)?;
    Some(Form {
        record,
        offset: meta.offset,
        partition: meta.partition,
        op: meta.op,
        again: meta.again,
        batch: why.trained.map(|trained| trained.batch),
        version: why.trained.and_then(|trained| trained.version),
    })
}

/// Something, where it is other than what was sent last.
fn news<T: Serialize>(value: Option<T>, sent: &mut Vec<u8>) -> Option<Box<T>> {
    // It is written the same way when it is sent.
    let bytes = postcard::to_stdvec(&value).unwrap_or_default();
    if *sent == bytes {
        return None;
    }
    *sent = bytes;
    value.map(Box::new)
}

fn missing(look: &Look, desk: &Desk) -> String {
    let kept = match desk.lab.rows.first() {
        0 => "Nothing else was read".to_owned(),
        first => format!(
            "Of {} events read, the first {first} are no longer kept",
            desk.lab.rows.end()
        ),
    };
    match look {
        Look::Offset { topic, offset, .. } if topic.is_empty() => {
            format!("No event has the offset {offset}. {kept}.")
        }
        Look::Offset { topic, offset, .. } => {
            format!("{topic} has no event with the offset {offset}. {kept}.")
        }
        Look::Time { .. } => "No event is as late as that.".to_owned(),
        _ => format!("This event is not there. {kept}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::player;

    fn laid_out(steps: usize) -> Desk {
        let mut desk = Desk::new(include_str!("../../../../www/lab.json"), false).unwrap();
        desk.set_flowing(false);
        desk.lay_out(player::read(include_str!("../../../../www/demo.ndjson")).items);
        (0..steps).for_each(|_| assert!(desk.step_row()));
        desk
    }

    fn answer(looking: &mut Looking, desk: &Desk) -> Closer {
        looking.answer(desk, desk.lab.rows.end(), || true)
    }

    #[test]
    fn an_event_that_waits_is_read_and_then_explained() {
        let mut desk = laid_out(5);
        let mut looking = Looking::default();
        let look = Look::Event {
            topic: "flink.public.iris_train".to_owned(),
            partition: 0,
            offset: 1,
        };
        looking.look(look, &desk);
        let closer = answer(&mut looking, &desk);
        let event = closer.event.unwrap();
        assert_eq!(
            (event.record, event.offset, event.features.len()),
            (None, 1, 4)
        );
        assert_eq!((closer.why, closer.life), (None, None));
        assert_eq!(
            answer(&mut looking, &desk),
            Closer {
                tally: desk.lab.rows.tally(5),
                ..Closer::default()
            }
        );
        (0..8).for_each(|_| assert!(desk.step_row()));
        let closer = answer(&mut looking, &desk);
        assert_eq!(closer.event.unwrap().record, Some(12));
        let why = closer.why.unwrap();
        assert_eq!((why.record, why.trained.unwrap().row), (12, 2));
        assert_eq!(closer.forms, Some(Vec::new()));
        // Nothing is said twice, until it changes.
        assert_eq!(answer(&mut looking, &desk).why, None);
        assert!(desk.step_row());
        assert_eq!(
            answer(&mut looking, &desk)
                .why
                .unwrap()
                .trained
                .unwrap()
                .rows,
            3
        );
        desk.start_over();
        let closer = answer(&mut looking, &desk);
        assert_eq!(closer.event.unwrap().record, None);
        looking.look(Look::Nothing, &desk);
        assert_eq!(answer(&mut looking, &desk), Closer::default());
    }

    #[test]
    fn an_event_is_found_by_offset_and_time_or_said_to_be_missing() {
        let desk = laid_out(310);
        let mut looking = Looking::default();
        let mut at = |topic: &str, offset| {
            let topic = topic.to_owned();
            looking.look(
                Look::Offset {
                    topic,
                    partition: None,
                    offset,
                },
                &desk,
            );
            let closer = answer(&mut looking, &desk);
            closer.event.map(|event| event.topic).ok_or(closer.missing)
        };
        assert_eq!(at("test", 3).as_deref(), Ok("flink.public.iris_test"));
        assert_eq!(at("", 276).as_deref(), Ok("flink.public.iris_train"));
        assert_eq!(
            at("test", 99),
            Err(Some(
                "test has no event with the offset 99. Nothing else was read.".to_owned()
            ))
        );
        let ms = desk.lab.rows.meta(40).unwrap().timestamp_ms;
        looking.look(Look::Time { ms }, &desk);
        assert_eq!(answer(&mut looking, &desk).event.unwrap().timestamp_ms, ms);
        looking.look(Look::Time { ms: i64::MAX }, &desk);
        assert!(answer(&mut looking, &desk).missing.is_some());
    }

    #[test]
    fn a_centroid_is_told_while_it_is_looked_at() {
        let desk = laid_out(310);
        let mut looking = Looking::default();
        looking.look(Look::Centroid { cluster: 2 }, &desk);
        assert_eq!(answer(&mut looking, &desk).life.unwrap().entries, 9);
        assert_eq!(answer(&mut looking, &desk).life, None);
        let filter = Filter {
            ops: "u".to_owned(),
            ..Filter::default()
        };
        looking.filter(filter.clone(), &desk);
        let found = answer(&mut looking, &desk).found.unwrap();
        assert_eq!(
            (found.rows.len(), found.searched, found.done),
            (0, 310, true)
        );
        looking.filter(Filter::default(), &desk);
        assert_eq!(answer(&mut looking, &desk).found, None);
    }
}
