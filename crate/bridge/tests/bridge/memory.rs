//! A log in memory: one order across topics, retention, an identity, and troubles on demand.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use eddy_bridge::{Chunk, Insert, InsertError, News, Position, RowSet, Source, SourceError};
use wire::{Gap, Hello, Record, TopicEnds};

pub(crate) struct MemoryLog {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    log_id: String,
    /// All records that are left, in the order of their commits.
    records: Vec<Record>,
    /// How many records came before those.
    removed: usize,
    /// By topic and partition.
    ends: BTreeMap<(String, i32), (i64, i64)>,
    topic_ids: BTreeMap<String, String>,
    trouble: Option<String>,
    /// Whether the ends are not told, though records still come.
    ends_hidden: bool,
    reads: usize,
    /// How often the place was lost.
    lost: usize,
}

impl MemoryLog {
    pub(crate) fn new(topics: &[&str]) -> Arc<Self> {
        Arc::new(MemoryLog {
            state: Mutex::new(State {
                log_id: "log-1".to_owned(),
                records: Vec::new(),
                removed: 0,
                ends: topics
                    .iter()
                    .map(|topic| (((*topic).to_owned(), 0), (0, 0)))
                    .collect(),
                topic_ids: BTreeMap::new(),
                trouble: None,
                ends_hidden: false,
                reads: 0,
                lost: 0,
            }),
            changed: Condvar::new(),
        })
    }

    /// Appends a record, with a time that is read while nobody else can append.
    pub(crate) fn append_at(&self, topic: &str, value: &str, now_ms: &dyn Fn() -> i64) {
        self.append_to(topic, 0, value, now_ms);
    }

    pub(crate) fn append_to(
        &self,
        topic: &str,
        partition: i32,
        value: &str,
        now_ms: &dyn Fn() -> i64,
    ) {
        let mut state = self.state.lock().unwrap();
        let (_, end) = state.ends.get_mut(&(topic.to_owned(), partition)).unwrap();
        let offset = *end;
        *end += 1;
        state.records.push(Record {
            topic: Arc::from(topic),
            partition,
            offset,
            timestamp_ms: now_ms(),
            headers: Vec::new(),
            key: Some(offset.to_string().into_bytes()),
            value: Some(value.as_bytes().to_vec()),
        });
        self.changed.notify_all();
    }

    pub(crate) fn append(&self, topic: &str, value: &str) {
        self.append_at(topic, value, &|| 1_000);
    }

    pub(crate) fn append_many(&self, topic: &str, count: usize) {
        for index in 0..count {
            self.append(topic, &format!("value {index}"));
        }
    }

    pub(crate) fn add_topic(&self, topic: &str) {
        self.add_partition(topic, 0);
    }

    pub(crate) fn add_partition(&self, topic: &str, partition: i32) {
        let mut state = self.state.lock().unwrap();
        state.ends.insert((topic.to_owned(), partition), (0, 0));
    }

    /// Gives the topic this identity.
    pub(crate) fn identify(&self, topic: &str, id: &str) {
        let mut state = self.state.lock().unwrap();
        state.topic_ids.insert(topic.to_owned(), id.to_owned());
    }

    /// Deletes the topic and makes it anew.
    pub(crate) fn make_topic_anew(&self, topic: &str, id: &str) {
        self.truncate(topic, 0);
        self.identify(topic, id);
    }

    /// Loses the topic's tail, from this offset on.
    pub(crate) fn truncate(&self, topic: &str, end: i64) {
        let mut state = self.state.lock().unwrap();
        let kept = |record: &Record| *record.topic != *topic || record.offset < end;
        state.records.retain(kept);
        for ((of, _), ends) in &mut state.ends {
            if of == topic {
                *ends = (ends.0.min(end), ends.1.min(end));
            }
        }
        state.lost += 1;
        self.changed.notify_all();
    }

    /// Removes the oldest records, as retention does.
    pub(crate) fn remove_oldest(&self, count: usize) {
        let mut state = self.state.lock().unwrap();
        let removed: Vec<_> = state.records.drain(..count).collect();
        state.removed += count;
        for record in removed {
            let partition = (record.topic.to_string(), record.partition);
            state.ends.get_mut(&partition).unwrap().0 = record.offset + 1;
        }
    }

    pub(crate) fn make_anew(&self, log_id: &str) {
        let mut state = self.state.lock().unwrap();
        state.log_id = log_id.to_owned();
        state.removed += state.records.len();
        state.records.clear();
        for ends in state.ends.values_mut() {
            *ends = (0, 0);
        }
        self.changed.notify_all();
    }

    /// Has the log followed anew from its end, as when a table appears.
    pub(crate) fn lose_place(&self) {
        self.state.lock().unwrap().lost += 1;
        self.changed.notify_all();
    }

    pub(crate) fn fail(&self, trouble: Option<&str>) {
        self.state.lock().unwrap().trouble = trouble.map(str::to_owned);
        self.changed.notify_all();
    }

    /// No longer tells its ends, or does again.
    pub(crate) fn hide_ends(&self, hidden: bool) {
        self.state.lock().unwrap().ends_hidden = hidden;
    }

    /// How often the log was read by a session of its own.
    pub(crate) fn reads(&self) -> usize {
        self.state.lock().unwrap().reads
    }

    pub(crate) fn end(&self, topic: &str) -> i64 {
        self.state.lock().unwrap().ends[&(topic.to_owned(), 0)].1
    }
}

impl State {
    fn check(&self, log_id: Option<&str>) -> Result<(), SourceError> {
        if let Some(trouble) = &self.trouble {
            return Err(SourceError::Unreadable {
                what: trouble.clone(),
                remedy: "mend it".to_owned(),
            });
        }
        match log_id {
            Some(log_id) if log_id != self.log_id => Err(SourceError::MadeAnew {
                log_id: self.log_id.clone(),
            }),
            _ => Ok(()),
        }
    }

    fn topics(&self) -> Vec<TopicEnds> {
        let ends = &self.ends;
        let ends = ends
            .iter()
            .map(|((topic, partition), (start, end))| TopicEnds {
                topic: topic.clone(),
                partition: *partition,
                start: *start,
                end: *end,
            });
        ends.collect()
    }

    /// What is new behind `seen` records, and how many there are then.
    fn news(&self, seen: usize) -> Vec<News> {
        let mut news = Vec::new();
        if seen < self.removed {
            // What was removed is not known any more; every topic's start says up to where.
            for ((topic, partition), (start, _)) in &self.ends {
                news.push(News::Gap(Gap {
                    topic: topic.clone(),
                    partition: *partition,
                    from: 0,
                    to: start - 1,
                }));
            }
        }
        let records = &self.records[seen.saturating_sub(self.removed)..];
        if !records.is_empty() {
            news.push(News::Records(records.to_vec()));
        }
        news
    }
}

impl Source for MemoryLog {
    fn kind(&self) -> &'static str {
        "memory"
    }

    fn hello(&self) -> Result<Hello, SourceError> {
        let state = self.state.lock().unwrap();
        state.check(None)?;
        if state.ends_hidden {
            return Err(SourceError::Unreadable {
                what: "no broker tells the ends".to_owned(),
                remedy: "wait".to_owned(),
            });
        }
        Ok(Hello {
            log_id: state.log_id.clone(),
            topics: state.topics(),
            topic_ids: state.topic_ids.clone(),
        })
    }

    fn read(
        &self,
        log_id: &str,
        from: &[Position],
        max_bytes: usize,
    ) -> Result<Chunk, SourceError> {
        let mut state = self.state.lock().unwrap();
        state.check(Some(log_id))?;
        state.reads += 1;
        let mut chunk = Chunk {
            next: from.to_vec(),
            ..Chunk::default()
        };
        for position in &mut chunk.next {
            let partition = (position.topic.to_string(), position.partition);
            let start = state.ends[&partition].0;
            if position.offset < start {
                chunk.gaps.push(Gap {
                    topic: position.topic.to_string(),
                    partition: position.partition,
                    from: position.offset,
                    to: start - 1,
                });
                position.offset = start;
            }
        }
        let mut bytes = 0;
        for record in &state.records {
            let wanted = chunk.next.iter_mut().find(|next| {
                (&next.topic, next.partition) == (&record.topic, record.partition)
                    && next.offset <= record.offset
            });
            let Some(next) = wanted else { continue };
            if bytes > 0 && bytes + record.size_bytes() > max_bytes {
                break;
            }
            bytes += record.size_bytes();
            next.offset = record.offset + 1;
            chunk.records.push(record.clone());
        }
        Ok(chunk)
    }

    fn offset_at(
        &self,
        log_id: &str,
        topic: &str,
        timestamp_ms: i64,
    ) -> Result<Vec<(i32, i64)>, SourceError> {
        let state = self.state.lock().unwrap();
        state.check(Some(log_id))?;
        let partitions = state.ends.iter().filter(|((of, _), _)| of == topic);
        let first = |((_, partition), (_, end)): (&(String, i32), &(i64, i64))| {
            let first = state.records.iter().find(|record| {
                (&*record.topic, record.partition) == (topic, *partition)
                    && record.timestamp_ms >= timestamp_ms
            });
            (*partition, first.map_or(*end, |record| record.offset))
        };
        Ok(partitions.map(first).collect())
    }

    fn tail(
        &self,
        now_ms: &dyn Fn() -> i64,
        deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        let mut followed = None;
        loop {
            let looked_at_ms = now_ms();
            let news = {
                let state = self.state.lock().unwrap();
                state.check(None)?;
                let all = state.removed + state.records.len();
                match followed.replace((state.log_id.clone(), all, state.lost)) {
                    Some((log_id, seen, lost)) if log_id == state.log_id && lost == state.lost => {
                        state.news(seen)
                    }
                    _ => vec![News::Start {
                        log_id: state.log_id.clone(),
                        ends: state.topics(),
                    }],
                }
            };
            for news in news.into_iter().chain([News::Idle { looked_at_ms }]) {
                if deliver(news).is_break() {
                    return Ok(());
                }
            }
            let state = self.state.lock().unwrap();
            let all = state.removed + state.records.len();
            if followed
                .as_ref()
                .is_some_and(|(_, seen, lost)| (*seen, *lost) == (all, state.lost))
            {
                let _ = self
                    .changed
                    .wait_timeout(state, Duration::from_millis(10))
                    .unwrap();
            }
        }
    }
}

/// Rows become records of the table's topic, with their JSON as the value.
impl Insert for MemoryLog {
    fn insert(&self, sets: &[RowSet]) -> Result<u64, InsertError> {
        let mut inserted = 0;
        for set in sets {
            let partition = (set.table.clone(), 0);
            if !self.state.lock().unwrap().ends.contains_key(&partition) {
                return Err(InsertError::Refused {
                    what: format!("table {} takes no rows", set.table),
                    remedy: "allow it".to_owned(),
                });
            }
            for row in &set.rows {
                self.append(&set.table, &serde_json::to_string(row).unwrap());
                inserted += 1;
            }
        }
        Ok(inserted)
    }

    fn start_over(&self) -> Result<String, InsertError> {
        self.make_anew("log-2");
        Ok("log-2".to_owned())
    }
}
