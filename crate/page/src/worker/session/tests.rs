//! Session and desk against a bridge that loses connections, cuts frames anywhere and makes its log anew.

#![allow(clippy::unwrap_used)] // A test may panic.

mod cases;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use lab::config::LabFile;
use lab::replay::Replay;
use proptest::prelude::*;
use wire::{From, Hello, Record, RecordsEncoder, Subscription, encode_server_frame};

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

/// A topic that no stream of the lab reads.
const OTHER: &str = "not of this lab";

#[derive(Clone, Debug)]
enum Op {
    /// Topic (a or b), partition (of those that there are), how many.
    Insert(bool, u8, u8),
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
    /// The topic that is missing appears, or another partition does.
    Appear(bool),
    /// The sink goes away, or comes back.
    Sink(bool),
    /// The wait before the sink is tried again has passed.
    Retry,
    /// So many of the oldest records are removed.
    Trim(u8),
    /// With a time in which nothing else happens, or without.
    Reload(bool),
    NewLog,
    NewTopic(bool),
    /// The last so many records of a partition are lost.
    LoseTail(bool, u8, u8),
}

fn ops(losses: bool) -> impl Strategy<Value = Vec<Op>> {
    let loss = match losses {
        true => prop_oneof![
            (1..6_u8).prop_map(Op::Trim),
            Just(Op::NewLog),
            any::<bool>().prop_map(Op::NewTopic),
            (any::<bool>(), 0..4_u8, 1..4_u8).prop_map(|(a, p, n)| Op::LoseTail(a, p, n)),
        ]
        .boxed(),
        false => Just(Op::Break).boxed(),
    };
    let op = prop_oneof![
        6 => (any::<bool>(), 0..4_u8, 1..9_u8).prop_map(|(a, p, n)| Op::Insert(a, p, n)),
        8 => (1..300_u16).prop_map(Op::Send),
        8 => (1..5_u8).prop_map(Op::Arrive),
        3 => (1..3000_u16).prop_map(Op::Beat),
        1 => Just(Op::Break),
        2 => any::<bool>().prop_map(Op::Pause),
        2 => Just(Op::StepRow),
        1 => Just(Op::StepBatch),
        1 => Just(Op::Close),
        1 => any::<bool>().prop_map(Op::Appear),
        1 => any::<bool>().prop_map(Op::Sink),
        1 => Just(Op::Retry),
        1 => any::<bool>().prop_map(Op::Reload),
        2 => loss,
    ];
    proptest::collection::vec(op, 1..120)
}

type Partition = (String, i32);

/// The bridge's side of a connection.
#[derive(Default)]
struct Connection {
    encoder: RecordsEncoder,
    /// By partition, the offset that comes next; none without a subscription.
    positions: Option<BTreeMap<Partition, i64>>,
    /// So many records were there when it was subscribed to: they come partition by partition, as a source that has no
    /// order across them may hand them out.
    backlog: usize,
    /// Below 0 when the last frame overdrew it.
    credit_bytes: i64,
    paused: bool,
    /// Whether what the page has read is no more.
    stale: bool,
    to_page: VecDeque<Vec<u8>>,
}

struct World {
    log_id: String,
    topic_ids: BTreeMap<String, String>,
    /// Starts and ends.
    partitions: BTreeMap<Partition, (i64, i64)>,
    /// In commit order, what is left of it.
    log: Vec<Record>,
    /// Whether records were ever removed.
    trimmed: bool,
    clock_ms: i64,
    line: Connection,
    is_sink_away: bool,
    /// Whether the page waits before it tries the sink again.
    sink_wait: bool,
    published: BTreeSet<String>,
    desk: Desk,
    session: Session,
    /// Whether the page was told that it must start over.
    is_over: bool,
    missing: Vec<String>,
    /// The most that pages before a reload have said.
    said: String,
}

impl World {
    fn new() -> World {
        World::of(LAB, true)
    }

    fn of(lab: &str, has_b: bool) -> World {
        let partitions = [("a", 0), ("a", 1), (OTHER, 0), ("b", 0)];
        let partitions = partitions.iter().take(if has_b { 4 } else { 3 });
        let mut world = World {
            log_id: "log 1".to_owned(),
            topic_ids: BTreeMap::new(),
            partitions: partitions
                .map(|(topic, partition)| (((*topic).to_owned(), *partition), (0, 0)))
                .collect(),
            log: Vec::new(),
            trimmed: false,
            clock_ms: 10_000,
            line: Connection::default(),
            is_sink_away: false,
            sink_wait: false,
            published: BTreeSet::new(),
            desk: Desk::new(lab, true).unwrap(),
            session: Session::new(None),
            is_over: false,
            missing: Vec::new(),
            said: String::new(),
        };
        world.session.ahead_bytes = AHEAD_BYTES;
        for topic in ["a", "b", OTHER] {
            world.topic_ids.insert(topic.to_owned(), "id".to_owned());
        }
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
            topics: self.ends(|_| true),
            topic_ids: self.topic_ids.clone(),
        };
        self.tell(&ServerFrame::Hello(hello));
    }

    fn tell(&mut self, frame: &ServerFrame<'_>) {
        self.line.to_page.push_back(encode_server_frame(frame));
    }

    fn ends(&self, is_wanted: impl Fn(&Partition) -> bool) -> Vec<TopicEnds> {
        let ends = |((topic, partition), (start, end)): (&Partition, &(i64, i64))| TopicEnds {
            topic: topic.clone(),
            partition: *partition,
            start: *start,
            end: *end,
        };
        let partitions = self.partitions.iter();
        partitions
            .filter(|(at, _)| is_wanted(at))
            .map(ends)
            .collect()
    }

    /// One of the partitions that this topic has.
    fn pick(&self, a: bool, n: u8) -> Option<Partition> {
        let topic = if a { "a" } else { "b" };
        let of_topic: Vec<_> = self.partitions.keys().filter(|at| at.0 == topic).collect();
        let at = of_topic.get(usize::from(n) % of_topic.len().max(1))?;
        Some((*at).clone())
    }

    fn insert(&mut self, topic: &str, count: u8) {
        self.insert_into((topic.to_owned(), 0), count);
    }

    fn insert_into(&mut self, at: Partition, count: u8) {
        for _ in 0..count {
            self.clock_ms += 37;
            let end = &mut self.partitions.get_mut(&at).unwrap().1;
            let offset = *end;
            *end += 1;
            let x = (self.log.len() * 7 % 11) as f64 / 2.0;
            self.log.push(Record {
                topic: Arc::from(at.0.as_str()),
                partition: at.1,
                offset,
                timestamp_ms: self.clock_ms,
                headers: Vec::new(),
                key: Some(vec![offset as u8]),
                value: Some(format!("{{\"x\":{x}}}").into_bytes()),
            });
        }
    }

    /// Removes records from the log; the starts and ends are the caller's.
    fn remove(&mut self, is_removed: impl Fn(usize, &Record) -> bool) {
        let log = std::mem::take(&mut self.log);
        let backlog = self.line.backlog;
        for (i, record) in log.into_iter().enumerate() {
            if is_removed(i, &record) {
                self.line.backlog -= usize::from(i < backlog);
            } else {
                self.log.push(record);
            }
        }
    }

    /// Gaps, then one frame of records, as long as credit and `limit` allow; false when there was nothing to send.
    fn send(&mut self, limit: u16) -> bool {
        let line = &mut self.line;
        let Some(positions) = &mut line.positions else {
            return false;
        };
        if line.credit_bytes <= 0 {
            return false;
        }
        for (at, next) in positions.iter_mut() {
            let start = self.partitions[at].0;
            if *next < start {
                let gap = Gap {
                    topic: at.0.clone(),
                    partition: at.1,
                    from: *next,
                    to: start - 1,
                };
                *next = start;
                line.to_page
                    .push_back(encode_server_frame(&ServerFrame::Gap(gap)));
            }
        }
        let limit = line.credit_bytes.min(i64::from(limit)) as usize;
        let (backlog, live) = self.log.split_at(line.backlog);
        let mut backlog: Vec<&Record> = backlog.iter().collect();
        backlog.sort_by_key(|record| (&record.topic, record.partition, record.offset));
        for record in backlog.into_iter().chain(live) {
            if let Some(next) = positions.get_mut(&place(record))
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
        (self.line.positions.as_ref()).is_some_and(|positions| {
            (positions.iter()).all(|(at, next)| *next == self.partitions[at].1)
        })
    }

    fn beat(&mut self, ms: u16) {
        self.clock_ms += i64::from(ms);
        let Some(positions) = &self.line.positions else {
            return;
        };
        let ends = self.ends(|at| positions.contains_key(at));
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
                Notice::OtherLog | Notice::OtherTopic(_) | Notice::Truncated { .. } => {
                    self.is_over = true;
                }
                Notice::Missing { topics, .. } => self.missing = topics,
                Notice::OtherLogSinceReload
                | Notice::OtherTopicSinceReload(_)
                | Notice::Gone(_)
                | Notice::NotPublished { .. }
                | Notice::SinkAway { .. }
                | Notice::SinkBack => {}
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
                    topic_ids,
                    streams,
                    credit_bytes,
                } => {
                    self.line.credit_bytes += credit_bytes as i64;
                    self.line.positions = None;
                    let same = |(topic, id)| self.topic_ids.get(topic) == Some(id);
                    if log_id == self.log_id && topic_ids.iter().all(same) {
                        self.subscribe(&streams);
                    } else {
                        self.line.stale = true;
                        self.hello();
                    }
                }
                ClientFrame::Credit { bytes } => self.line.credit_bytes += bytes as i64,
                ClientFrame::Paused(paused) => self.line.paused = paused,
                ClientFrame::Publish(publications) => self.publish(publications),
            }
        }
        self.sink_wait |= self.session.outbox.take_wait_ms().is_some();
    }

    fn publish(&mut self, publications: Vec<Publication>) {
        assert!(self.session.caught_up);
        let ids: Vec<String> = publications.into_iter().map(|p| p.id).collect();
        let message = String::new();
        if self.line.stale {
            return self.tell(&ServerFrame::Refused { ids, message });
        }
        if self.is_sink_away {
            return self.tell(&ServerFrame::Unpublished { ids, message });
        }
        // Some are none that this sink can hold.
        let (refused, ids): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| id.ends_with('7'));
        self.published.extend(ids.iter().cloned());
        for frame in [
            ServerFrame::Refused {
                ids: refused,
                message,
            },
            ServerFrame::Published { ids },
        ] {
            let (ServerFrame::Refused { ids, .. } | ServerFrame::Published { ids }) = &frame else {
                continue;
            };
            if !ids.is_empty() {
                self.tell(&frame);
            }
        }
    }

    fn retry(&mut self) {
        if std::mem::take(&mut self.sink_wait) {
            let answer = self.session.outbox.try_again();
            self.answer(answer.into_iter().collect());
        }
    }

    fn subscribe(&mut self, streams: &[Subscription]) {
        let mut positions = BTreeMap::new();
        let mut truncated = Vec::new();
        for stream in streams {
            for at in self.ends(|at| at.0 == stream.topic) {
                let From::Offsets(offsets) = &stream.from else {
                    assert_eq!(stream.from, From::Earliest);
                    positions.insert((at.topic, at.partition), at.start);
                    continue;
                };
                let named = offsets
                    .iter()
                    .find(|(partition, _)| *partition == at.partition);
                match named.map_or(at.start, |(_, offset)| *offset) {
                    From::LEFT_OUT => {}
                    offset if offset > at.end => truncated.push(at),
                    offset => drop(positions.insert((at.topic, at.partition), offset)),
                }
            }
        }
        self.line.backlog = self.log.len();
        self.line.positions = Some(positions);
        self.line.stale = false;
        truncated.iter().for_each(|at| self.tell_truncated(at));
    }

    fn tell_truncated(&mut self, at: &TopicEnds) {
        self.tell(&ServerFrame::Truncated {
            topic: at.topic.clone(),
            partition: at.partition,
            end: at.end,
        });
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
        self.is_over = false;
        self.missing.clear();
        self.connect();
    }

    fn new_log(&mut self) {
        self.log_id.push('+');
        self.remove(|_, _| true);
        for ends in self.partitions.values_mut() {
            *ends = (0, 0);
        }
        self.said.clear();
        (self.line.positions, self.line.stale) = (None, true);
        self.hello();
    }

    /// A topic is deleted, and made anew with as many partitions.
    fn new_topic(&mut self, topic: &str) {
        if let Some(id) = self.topic_ids.get_mut(topic) {
            id.push('+');
        }
        self.remove(|_, record| *record.topic == *topic);
        for (at, ends) in &mut self.partitions {
            if at.0 == topic {
                *ends = (0, 0);
            }
        }
        self.trimmed = true;
        let positions = self.line.positions.as_ref();
        if positions.is_some_and(|positions| positions.keys().any(|at| at.0 == topic)) {
            (self.line.positions, self.line.stale) = (None, true);
        }
        self.hello();
    }

    fn trim(&mut self, count: usize) {
        for record in self.log.iter().take(count) {
            self.partitions.get_mut(&place(record)).unwrap().0 = record.offset + 1;
            self.trimmed = true;
        }
        self.remove(|i, _| i < count);
    }

    fn lose_tail(&mut self, at: &Partition, count: i64) {
        let (start, end) = self.partitions[at];
        let end = (end - count).max(start);
        self.remove(|_, record| place(record) == *at && record.offset >= end);
        self.partitions.insert(at.clone(), (start, end));
        self.trimmed = true;
        if let Some(positions) = &mut self.line.positions
            && positions.get(at).is_some_and(|next| *next > end)
        {
            positions.remove(at);
            let ends = self.ends(|other| other == at);
            ends.iter().for_each(|at| self.tell_truncated(at));
        }
    }

    fn appear(&mut self, a: bool) {
        let topic = if a { "a" } else { "b" };
        let of_topic = self.partitions.keys().filter(|at| at.0 == topic);
        let at = (topic.to_owned(), of_topic.count() as i32);
        self.partitions.insert(at, (0, 0));
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
        if self.is_over || self.desk.order.log_id != self.log_id || self.trimmed {
            self.said.clear();
        }
        self.desk = Desk::new(LAB, true).unwrap();
        self.desk.set_flowing(!paused);
        self.session = Session::new(text.and_then(|text| Order::parse(&text)));
        self.session.ahead_bytes = AHEAD_BYTES;
        self.is_over = false;
        self.sink_wait = false;
        self.missing.clear();
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
            self.trimmed || self.is_over || after.starts_with(before),
            "before:\n{before}\nafter:\n{after}"
        );
    }

    /// Everything that can still be sent is sent and applied.
    fn settle(&mut self, beats: bool) {
        for _ in 0..100_000 {
            let sent = self.send(90);
            let arrived = self.arrive();
            self.retry();
            if !sent && !arrived && self.line.to_page.is_empty() {
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
            Op::Insert(a, partition, count) => {
                if let Some(at) = self.pick(*a, *partition) {
                    self.insert_into(at, *count);
                }
            }
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
            Op::Appear(a) => self.appear(*a),
            Op::Sink(is_away) => self.is_sink_away = *is_away,
            Op::Retry => self.retry(),
            Op::Trim(count) => self.trim(usize::from(*count)),
            Op::Reload(rest) => self.reload(*rest),
            Op::NewLog => self.new_log(),
            Op::NewTopic(a) => self.new_topic(if *a { "a" } else { "b" }),
            Op::LoseTail(a, partition, count) => {
                if let Some(at) = self.pick(*a, *partition) {
                    self.lose_tail(&at, i64::from(*count));
                }
            }
        }
        if !self.desk.flowing && self.desk.following.is_done() {
            // What waits is bounded: a frame may overdraw the credit by one record.
            assert!(self.session.owed_bytes() <= AHEAD_BYTES + 200);
        }
    }

    /// At rest nothing is missing, nothing came twice, and all credit is back.
    fn check(&mut self) {
        self.is_sink_away = false;
        self.pause(false);
        self.settle(false);
        self.check_said();
        if self.is_over {
            self.start_over();
        }
        self.settle(true);
        // What was removed before it was subscribed to is known to be nothing after the next tick.
        self.beat(200);
        self.settle(false);
        assert_eq!(self.desk.waiting(), 0);
        assert_eq!(self.desk.progress.behind(), 0);
        assert_eq!(self.session.outbox.waiting(), 0);
        assert_eq!(self.missing, self.session.missing);
        assert!(self.at_end());
        assert_eq!(self.line.credit_bytes, AHEAD_BYTES as i64);
        let recording = self.desk.applied.ndjson();
        let mut places = BTreeSet::new();
        let mut lines = String::new();
        let mut replay = Replay::new(LabFile::parse(LAB).unwrap(), &mut lines).unwrap();
        for line in recording.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let at = |value: &serde_json::Value| {
                let topic = value["topic"].as_str().unwrap().to_owned();
                (topic, value["partition"].as_i64().unwrap() as i32)
            };
            if let Some(offset) = value["offset"].as_i64() {
                assert!(places.insert((at(&value), offset)), "{line}");
            }
            let gap = &value["gap"];
            if let Some(from) = gap["from"].as_i64() {
                for offset in from..=gap["to"].as_i64().unwrap() {
                    assert!(places.insert((at(gap), offset)), "{line}");
                }
            }
            replay.line(line, &mut lines).unwrap();
        }
        for record in &self.log {
            let place = (place(record), record.offset);
            assert!(places.contains(&place), "{place:?}");
        }
        replay.finish(&mut lines);
        assert_eq!(lines, self.desk.lines_to_the_end().unwrap());
    }
}

fn place(record: &Record) -> Partition {
    (record.topic.to_string(), record.partition)
}

fn check(ops: &[Op], has_b: bool) {
    let mut world = World::of(LAB, has_b);
    for op in ops {
        world.run(op);
    }
    world.check();
}

proptest! {
    #[test]
    fn every_record_is_applied_once_and_credit_returns(ops in ops(false), has_b in any::<bool>()) {
        check(&ops, has_b);
    }

    #[test]
    fn gaps_and_new_logs_and_topics_are_survived(ops in ops(true), has_b in any::<bool>()) {
        check(&ops, has_b);
    }
}
