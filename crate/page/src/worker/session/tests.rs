//! Session and desk against a bridge that loses connections, cuts frames anywhere and makes its log anew.

#![allow(clippy::unwrap_used)] // A test may panic.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use lab::config::LabFile;
use lab::replay::Replay;
use proptest::prelude::*;
use wire::{Record, RecordsEncoder, Subscription, TopicEnds, encode_server_frame};

use super::*;

const LAB: &str = r#"{"eddy":1,
  "streams":[{"topic":"a","role":"train"},{"topic":"b","role":"classify"}],
  "features":["x"],
  "lanes":[
    {"name":"Flink","model":{"kind":"kmeans","engine":"flink","k":2,"decay_factor":0.5,
      "initial":{"centroids":[[0],[9]],"weights":[0,0]}},"batch":{"by":"count","rows":3},
      "publish":{"topic":"out","form":"json"}},
    {"name":"Spark","model":{"kind":"kmeans","engine":"spark","k":2,"decay_factor":0.75,"time_unit":"batches",
      "initial":{"centroids":[[0],[9]],"weights":[1,1]}},"batch":{"by":"interval","ms":1000}}]}"#;

/// A credit that a few records use up.
const AHEAD_BYTES: u64 = 400;

#[derive(Clone, Debug)]
enum Op {
    Insert(bool, u8),
    /// The bridge sends a frame of at most about so many bytes.
    Send(u16),
    /// So many frames arrive.
    Arrive(u8),
    Beat(u16),
    Break,
    Pause(bool),
    StepRow,
    StepBatch,
    Close,
    /// So many of the oldest records are removed.
    Trim(u8),
    /// With a time in which nothing else happens, or without.
    Reload(bool),
    NewLog,
}

fn ops(losses: bool) -> impl Strategy<Value = Vec<Op>> {
    let loss = match losses {
        true => prop_oneof![(1..6_u8).prop_map(Op::Trim), Just(Op::NewLog)].boxed(),
        false => Just(Op::Break).boxed(),
    };
    let op = prop_oneof![
        6 => (any::<bool>(), 1..9_u8).prop_map(|(a, n)| Op::Insert(a, n)),
        8 => (1..300_u16).prop_map(Op::Send),
        8 => (1..5_u8).prop_map(Op::Arrive),
        3 => (1..3000_u16).prop_map(Op::Beat),
        1 => Just(Op::Break),
        2 => any::<bool>().prop_map(Op::Pause),
        2 => Just(Op::StepRow),
        1 => Just(Op::StepBatch),
        1 => Just(Op::Close),
        1 => any::<bool>().prop_map(Op::Reload),
        2 => loss,
    ];
    proptest::collection::vec(op, 1..120)
}

/// The bridge's side of a connection.
#[derive(Default)]
struct Connection {
    encoder: RecordsEncoder,
    /// By topic, the offset that comes next; none before Subscribe.
    positions: Option<BTreeMap<String, i64>>,
    /// Below 0 when the last frame overdrew it.
    credit_bytes: i64,
    paused: bool,
    to_page: VecDeque<Vec<u8>>,
}

struct World {
    log_id: String,
    /// In commit order.
    log: Vec<Record>,
    /// Records removed from the front.
    trimmed: usize,
    clock_ms: i64,
    line: Connection,
    published: BTreeSet<String>,
    desk: Desk,
    session: Session,
    other_log: bool,
    /// The most that pages before a reload have said.
    said: String,
}

impl World {
    fn new() -> World {
        World::of(LAB)
    }

    fn of(lab: &str) -> World {
        let mut world = World {
            log_id: "log 1".to_owned(),
            log: Vec::new(),
            trimmed: 0,
            clock_ms: 10_000,
            line: Connection::default(),
            published: BTreeSet::new(),
            desk: Desk::new(lab, true).unwrap(),
            session: Session::new(None),
            other_log: false,
            said: String::new(),
        };
        world.session.ahead_bytes = AHEAD_BYTES;
        world.connect();
        world
    }

    fn connect(&mut self) {
        self.line = Connection::default();
        self.line.paused = !self.desk.flowing;
        self.session.connected();
        self.hello();
    }

    fn hello(&mut self) {
        let hello = Hello {
            log_id: self.log_id.clone(),
            topics: self.ends(),
            ..Hello::default()
        };
        self.tell(&ServerFrame::Hello(hello));
    }

    fn tell(&mut self, frame: &ServerFrame<'_>) {
        self.line.to_page.push_back(encode_server_frame(frame));
    }

    fn ends(&self) -> Vec<TopicEnds> {
        let ends = |topic: &str| {
            let of = |records: &[Record]| records.iter().filter(|r| *r.topic == *topic).count();
            TopicEnds {
                topic: topic.to_owned(),
                partition: 0,
                start: of(&self.log[..self.trimmed]) as i64,
                end: of(&self.log) as i64,
            }
        };
        vec![ends("a"), ends("b"), ends("not of this lab")]
    }

    fn insert(&mut self, topic: &str, count: u8) {
        for _ in 0..count {
            self.clock_ms += 37;
            let offset = self.log.iter().filter(|r| *r.topic == *topic).count() as i64;
            let x = (self.log.len() * 7 % 11) as f64 / 2.0;
            self.log.push(Record {
                topic: Arc::from(topic),
                partition: 0,
                offset,
                timestamp_ms: self.clock_ms,
                headers: Vec::new(),
                key: Some(vec![offset as u8]),
                value: Some(format!("{{\"x\":{x}}}").into_bytes()),
            });
        }
    }

    /// Gaps, then one frame of records, as long as credit and `limit` allow; false when there was nothing to send.
    fn send(&mut self, limit: u16) -> bool {
        let starts = self.ends();
        let line = &mut self.line;
        let Some(positions) = &mut line.positions else {
            return false;
        };
        if line.credit_bytes <= 0 {
            return false;
        }
        for at in &starts {
            if let Some(next) = positions.get_mut(&at.topic)
                && *next < at.start
            {
                let (topic, from) = (at.topic.clone(), *next);
                let gap = Gap {
                    topic,
                    partition: 0,
                    from,
                    to: at.start - 1,
                };
                *next = at.start;
                line.to_page
                    .push_back(encode_server_frame(&ServerFrame::Gap(gap)));
            }
        }
        let limit = line.credit_bytes.min(i64::from(limit)) as usize;
        for record in &self.log[self.trimmed..] {
            if let Some(next) = positions.get_mut(&*record.topic)
                && *next == record.offset
                && line.encoder.len() < limit
            {
                *next += 1;
                line.encoder.push(record.as_ref()).unwrap();
            }
        }
        if line.encoder.is_empty() {
            return false;
        }
        let frame = line.encoder.finish();
        line.credit_bytes -= frame.len() as i64;
        line.to_page.push_back(frame);
        true
    }

    fn at_end(&self) -> bool {
        let ends = self.ends();
        (self.line.positions.as_ref()).is_some_and(|positions| {
            ends.iter()
                .all(|at| positions.get(&at.topic).is_none_or(|next| *next == at.end))
        })
    }

    fn beat(&mut self, ms: u16) {
        self.clock_ms += i64::from(ms);
        if self.line.positions.is_none() {
            return;
        }
        let mut ends = self.ends();
        ends.pop();
        self.tell(&ServerFrame::Ends(ends));
        if self.at_end() && !self.line.paused {
            let now_ms = self.clock_ms;
            self.tell(&ServerFrame::Tick { now_ms });
        }
    }

    fn arrive(&mut self) -> bool {
        let Some(frame) = self.line.to_page.pop_front() else {
            return false;
        };
        let (answers, notices) = self.session.frame(&mut self.desk, &frame).unwrap();
        for notice in notices {
            match notice {
                Notice::OtherLog => self.other_log = true,
                Notice::OtherLogSinceReload | Notice::Gone(_) => {}
                notice => panic!("{notice:?}"),
            }
        }
        self.answer(answers);
        true
    }

    fn answer(&mut self, answers: Vec<ClientFrame>) {
        for answer in answers {
            match answer {
                ClientFrame::Subscribe {
                    log_id,
                    streams,
                    credit_bytes,
                } => {
                    self.line.credit_bytes = credit_bytes as i64;
                    self.line.positions = None;
                    if log_id == self.log_id {
                        self.line.positions = Some(self.begin(&streams));
                    } else {
                        self.hello();
                    }
                }
                ClientFrame::Credit { bytes } => self.line.credit_bytes += bytes as i64,
                ClientFrame::Paused(paused) => self.line.paused = paused,
                ClientFrame::Publish(publications) => {
                    assert!(self.session.caught_up);
                    let ids: Vec<String> = publications.into_iter().map(|p| p.id).collect();
                    self.published.extend(ids.iter().cloned());
                    self.tell(&ServerFrame::Published { ids });
                }
            }
        }
    }

    fn begin(&self, streams: &[Subscription]) -> BTreeMap<String, i64> {
        let position = |stream: &Subscription| {
            let end = self.ends().into_iter().find(|at| at.topic == stream.topic);
            let (start, end) = end.map(|at| (at.start, at.end)).unwrap();
            let next = match &stream.from {
                From::Earliest => start,
                From::Offsets(offsets) => offsets[0].1,
                from => panic!("{from:?}"),
            };
            assert!(next <= end, "{stream:?} lies beyond {end}");
            (stream.topic.clone(), next)
        };
        streams.iter().map(position).collect()
    }

    fn say_what_follows(&mut self) {
        let answers = self.session.after_apply(&mut self.desk);
        self.answer(answers);
    }

    fn pause(&mut self, paused: bool) {
        self.desk.set_flowing(!paused);
        self.line.paused = paused;
        self.say_what_follows();
    }

    fn start_over(&mut self) {
        self.desk.start_over();
        self.session.start_over();
        self.desk.order.log_id.clear();
        self.said.clear();
        self.other_log = false;
        self.connect();
    }

    fn new_log(&mut self) {
        self.log_id.push('+');
        (self.log, self.trimmed) = (Vec::new(), 0);
        self.said.clear();
        self.line.positions = None;
        self.hello();
    }

    /// A new page follows the order that the old one kept, and comes to say what that one said.
    fn reload(&mut self, rest: bool) {
        let paused = self.line.paused;
        let said = self.desk.lines.clone().unwrap();
        let text = self.desk.order_text();
        if said.starts_with(&self.said) {
            self.said = said;
        }
        if self.other_log || self.desk.order.log_id != self.log_id || self.trimmed > 0 {
            self.said.clear();
        }
        self.desk = Desk::new(LAB, true).unwrap();
        self.desk.set_flowing(!paused);
        self.session = Session::new(text.and_then(|text| Order::parse(&text)));
        self.session.ahead_bytes = AHEAD_BYTES;
        self.other_log = false;
        self.connect();
        if rest {
            self.pause(false);
            self.settle(false);
            self.check_said();
            self.pause(paused);
        }
    }

    fn check_said(&self) {
        let (before, after) = (&self.said, self.desk.lines.as_ref().unwrap());
        assert!(
            self.trimmed > 0 || self.other_log || after.starts_with(before),
            "before:\n{before}\nafter:\n{after}"
        );
    }

    /// Everything that can still be sent is sent and applied.
    fn settle(&mut self, beats: bool) {
        for _ in 0..100_000 {
            let sent = self.send(90);
            let arrived = self.arrive();
            if !sent && !arrived {
                if !beats || self.session.caught_up && self.line.to_page.is_empty() {
                    return;
                }
                self.beat(200);
            }
        }
        panic!("it never comes to rest");
    }

    fn run(&mut self, op: &Op) {
        match op {
            Op::Insert(a, count) => self.insert(if *a { "a" } else { "b" }, *count),
            Op::Send(limit) => drop(self.send(*limit)),
            Op::Arrive(frames) => drop((0..*frames).all(|_| self.arrive())),
            Op::Beat(ms) => self.beat(*ms),
            Op::Break => self.connect(),
            Op::Pause(paused) => self.pause(*paused),
            Op::StepRow => {
                self.pause(true);
                self.desk.step_row();
                self.say_what_follows();
            }
            Op::StepBatch => {
                self.pause(true);
                self.desk.step_batch();
                self.say_what_follows();
            }
            Op::Close => {
                // While an order is still followed this makes another one of it.
                self.said.clear();
                self.desk.take(Item::Close("Flink".to_owned()));
                self.say_what_follows();
            }
            Op::Trim(count) => {
                self.trimmed = (self.trimmed + usize::from(*count)).min(self.log.len());
            }
            Op::Reload(rest) => self.reload(*rest),
            Op::NewLog => self.new_log(),
        }
        if !self.desk.flowing && self.desk.following.is_done() {
            // What waits is bounded: a frame may overdraw the credit by one record.
            assert!(self.session.owed_bytes() <= AHEAD_BYTES + 200);
        }
    }

    /// At rest nothing is missing, nothing came twice, and all credit is back.
    fn check(&mut self) {
        self.pause(false);
        self.settle(false);
        self.check_said();
        if self.other_log {
            self.start_over();
        }
        self.settle(true);
        // What was removed before it was subscribed to is known to be nothing after the next tick.
        self.beat(200);
        self.settle(false);
        assert_eq!(self.desk.waiting(), 0);
        assert_eq!(self.desk.progress.behind(), 0);
        assert!(self.session.unconfirmed.is_empty());
        assert!(self.at_end());
        assert_eq!(self.line.credit_bytes, AHEAD_BYTES as i64);
        let recording = self.desk.applied.ndjson();
        let mut places = BTreeSet::new();
        let mut lines = String::new();
        let mut replay = Replay::new(LabFile::parse(LAB).unwrap(), &mut lines).unwrap();
        for line in recording.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let topic = |value: &serde_json::Value| value["topic"].as_str().unwrap().to_owned();
            if let Some(offset) = value["offset"].as_i64() {
                assert!(places.insert((topic(&value), offset)), "{line}");
            }
            let gap = &value["gap"];
            if let Some(from) = gap["from"].as_i64() {
                for offset in from..=gap["to"].as_i64().unwrap() {
                    assert!(places.insert((topic(gap), offset)), "{line}");
                }
            }
            replay.line(line, &mut lines).unwrap();
        }
        for (i, record) in self.log.iter().enumerate() {
            // What was removed before it was subscribed to is no gap.
            let place = (record.topic.to_string(), record.offset);
            assert!(places.contains(&place) || i < self.trimmed, "{place:?}");
        }
        replay.finish(&mut lines);
        assert_eq!(lines, self.desk.lines_to_the_end().unwrap());
    }
}

fn check(ops: &[Op]) {
    let mut world = World::new();
    for op in ops {
        world.run(op);
    }
    world.check();
}

proptest! {
    #[test]
    fn every_record_is_applied_once_and_credit_returns(ops in ops(false)) {
        check(&ops);
    }

    #[test]
    fn gaps_and_new_logs_are_survived(ops in ops(true)) {
        check(&ops);
    }
}

#[test]
fn an_order_whose_records_never_come_holds_up_nothing() {
    let mut world = World::new();
    world.insert("b", 9);
    let mut order = Order::of_log(&world.log_id);
    for record in &world.log {
        order.record(record.as_ref());
    }
    // A copy of the log from before those were written, say.
    world.log.clear();
    world.insert("a", 3);
    world.session.stored = Some(order);
    world.settle(false);
    assert_eq!(world.desk.lab.rows.end(), 0);
    world.beat(200);
    world.settle(false);
    assert_eq!(world.desk.lab.rows.end(), 3);
    world.check();
}

#[test]
fn topics_of_an_order_that_are_no_longer_read_are_not_waited_for() {
    let mut world = World::new();
    world.insert("of another lab file", 3);
    let mut order = Order::of_log(&world.log_id);
    for record in &world.log {
        order.record(record.as_ref());
    }
    world.log.clear();
    world.insert("a", 3);
    world.session.stored = Some(order);
    world.settle(false);
    assert_eq!(world.desk.lab.rows.end(), 3);
}

#[test]
fn a_stream_that_starts_at_the_logs_end_is_caught_up_with() {
    let from = r#""role":"train","from":{"offset":4}"#;
    let mut world = World::of(&LAB.replace(r#""role":"train""#, from));
    world.line.to_page.clear();
    world.insert("a", 4);
    world.connect();
    world.settle(false);
    world.beat(200);
    world.settle(false);
    assert!(world.session.caught_up);
    assert_eq!(world.desk.progress.behind(), 0);
}

#[test]
fn a_clock_that_is_set_back_takes_nothing_back() {
    let mut order = Order::of_log("log 1");
    order.tick(9);
    let later = order.clone();
    order.tick(5);
    assert_eq!(order, later);
}

#[test]
fn a_broken_frame_leaves_the_account_of_credit_right() {
    let mut world = World::new();
    world.insert("a", 4);
    world.settle(false);
    world.insert("a", 4);
    assert!(world.send(300));
    let mut broken = world.line.to_page.pop_back().unwrap();
    broken.truncate(broken.len() - 1);
    assert!(world.session.frame(&mut world.desk, &broken).is_err());
    world.connect();
    world.check();
}
