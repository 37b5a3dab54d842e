//! Following the end of the log.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use wire::{Gap, TopicEnds};

use super::database::Database;
use super::error::{During, EmbeddedError};
use super::{install, log, retention};
use crate::News;

/// How long to wait between two looks at the file.
///
/// A look is a few system calls; a change waits half of this on average.
const POLL: Duration = Duration::from_millis(4);

/// How long to wait when nothing has happened for a while: less processor time, and still soon.
const POLL_QUIET: Duration = Duration::from_millis(6);

/// How long nothing must have happened for that.
const QUIET: Duration = Duration::from_secs(5);

/// How often an empty look is told.
const IDLE: Duration = Duration::from_millis(20);

/// How often to see whether the file is still the same one.
const FILE_CHECK: Duration = Duration::from_millis(250);

/// How much is read at once.
const READ_BYTES: usize = 1 << 20;

/// How long to wait for the write lock; long transactions of others must not hold up what is read.
const SHORT_BUSY: Duration = Duration::from_millis(2);

/// Why following ended.
pub(super) enum End {
    /// Nobody wants more.
    Stopped,
    /// The path leads to another file, or to none.
    Replaced,
}

/// Follows the log until `deliver` breaks; see [`crate::Source::tail`].
pub(super) fn follow(
    database: &Database,
    now_ms: &dyn Fn() -> i64,
    deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
) -> Result<End, EmbeddedError> {
    let mut connection = database.connect()?;
    let cannot = || format!("cannot follow {}", database.config.path.display());
    connection.busy_timeout(SHORT_BUSY).during(cannot)?;
    let mut place = Place::default();
    let mut upkeep = Upkeep::default();
    let mut seen = None;
    let mut idle_told: Option<Instant> = None;
    let mut file_checked = Instant::now();
    let mut news_at = Instant::now();
    loop {
        let looked_at_ms = now_ms();
        let version = data_version(&connection).during(cannot)?;
        let changed = seen != Some(version);
        if changed || upkeep.pending {
            // Our own writes do not change the version, so that rows of new tables are read now or never; and what
            // is about to be removed is delivered before.
            upkeep.pending = false;
            if database.keeps {
                upkeep.keep_capturing(&mut connection, database);
            }
            seen = Some(version);
            let (delivered, flow) = catch_up(&connection, database, &mut place, deliver)?;
            if database.keeps {
                upkeep.trim(&connection, database);
            }
            if flow.is_break() {
                return Ok(End::Stopped);
            }
            if delivered {
                news_at = Instant::now();
                idle_told = Some(news_at);
                // Also while every look finds something: else time would stand still under steady load.
                if deliver(News::Idle { looked_at_ms }).is_break() {
                    return Ok(End::Stopped);
                }
                continue;
            }
        }
        if idle_told.is_none_or(|at| at.elapsed() >= IDLE) {
            idle_told = Some(Instant::now());
            if deliver(News::Idle { looked_at_ms }).is_break() {
                return Ok(End::Stopped);
            }
        }
        if file_checked.elapsed() >= FILE_CHECK {
            file_checked = Instant::now();
            if database.is_replaced() {
                return Ok(End::Replaced);
            }
        }
        database.wait(match news_at.elapsed() < QUIET {
            true => POLL,
            false => POLL_QUIET,
        });
    }
}

/// Changes with every commit of another connection.
fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))
}

/// How far the log has been delivered.
#[derive(Default)]
struct Place {
    log_id: String,
    seq: i64,
    /// By topic number: name, and the offset that comes next.
    next: BTreeMap<i64, (String, i64)>,
}

/// Delivers all that is new; answers whether that was anything.
fn catch_up(
    connection: &Connection,
    database: &Database,
    place: &mut Place,
    deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
) -> Result<(bool, ControlFlow<()>), EmbeddedError> {
    let mut delivered = false;
    loop {
        let read = || {
            let transaction = connection.unchecked_transaction()?;
            let news = log::news(&transaction, database, &place.log_id, place.seq, READ_BYTES)?;
            transaction.commit()?;
            Ok(news)
        };
        let news = { read }().during(|| {
            format!(
                "cannot read the change log in {}",
                database.config.path.display()
            )
        })?;
        let more = news.more;
        for item in place.advance(news) {
            delivered = true;
            if deliver(item).is_break() {
                return Ok((delivered, ControlFlow::Break(())));
            }
        }
        if !more {
            return Ok((delivered, ControlFlow::Continue(())));
        }
    }
}

impl Place {
    /// Moves on, and says what has to be delivered.
    fn advance(&mut self, news: log::News) -> Vec<News> {
        let mut items = Vec::new();
        let anew = news.log_id != self.log_id;
        let same_topics = self.next.len() == news.topics.len()
            && news
                .topics
                .iter()
                .all(|topic| self.next.contains_key(&topic.id));
        self.seq = news.seq;
        if anew || !same_topics {
            self.start(&news, anew);
            items.push(News::Start {
                log_id: news.log_id.clone(),
                ends: self.ends(&news),
            });
        }
        let mut records = Vec::with_capacity(news.records.len());
        for (topic_id, record) in news.records {
            let Some((name, next)) = self.next.get_mut(&topic_id) else {
                continue;
            };
            if record.offset > *next {
                if !records.is_empty() {
                    items.push(News::Records(std::mem::take(&mut records)));
                }
                items.push(gap(name, *next, record.offset));
            }
            *next = record.offset + 1;
            records.push(record);
        }
        if !records.is_empty() {
            items.push(News::Records(records));
        }
        if !news.more {
            self.pass_over(&news.topics, &mut items);
        }
        items
    }

    /// Takes up topics that are new; where the log itself is new, all of them, from their ends on.
    fn start(&mut self, news: &log::News, anew: bool) {
        let known = std::mem::take(&mut self.next);
        self.log_id.clone_from(&news.log_id);
        for topic in &news.topics {
            let next = match known.get(&topic.id) {
                Some((_, next)) if !anew => *next,
                _ if anew => topic.end,
                // All of a new topic came after what was read last, or comes with this very reading.
                _ => topic.start,
            };
            self.next.insert(topic.id, (topic.name.clone(), next));
        }
    }

    fn ends(&self, news: &log::News) -> Vec<TopicEnds> {
        let next = |id: i64| self.next.get(&id).map_or(0, |(_, next)| *next);
        news.topics
            .iter()
            .map(|topic| TopicEnds {
                topic: topic.name.clone(),
                partition: 0,
                start: topic.start.min(next(topic.id)),
                end: next(topic.id),
            })
            .collect()
    }

    /// Tells of records at the end of a topic that were removed before they could be read.
    fn pass_over(&mut self, topics: &[super::catalog::Topic], items: &mut Vec<News>) {
        for topic in topics {
            if let Some((name, next)) = self.next.get_mut(&topic.id)
                && topic.end > *next
            {
                items.push(gap(name, *next, topic.end));
                *next = topic.end;
            }
        }
    }
}

fn gap(topic: &str, from: i64, before: i64) -> News {
    News::Gap(Gap {
        topic: topic.to_owned(),
        partition: 0,
        from,
        to: before - 1,
    })
}

/// What has to be done to the file from time to time: triggers kept in step, old changes removed.
#[derive(Default)]
struct Upkeep {
    schema_version: Option<i64>,
    /// Somebody else was writing; to be tried again.
    pending: bool,
}

impl Upkeep {
    fn keep_capturing(&mut self, connection: &mut Connection, database: &Database) {
        let captured = (|| {
            let cannot = || "cannot read the schema's version".to_owned();
            if self.schema_version == Some(schema_version(connection).during(cannot)?) {
                return Ok(());
            }
            let captured = install::capture(connection, &database.config);
            if !captured.as_ref().is_err_and(EmbeddedError::is_busy) {
                // What failed for another reason would fail again until the tables change.
                self.schema_version = Some(schema_version(connection).during(cannot)?);
            }
            captured.map(|_| ())
        })();
        self.note(captured);
    }

    fn trim(&mut self, connection: &Connection, database: &Database) {
        self.note(retention::trim(connection, database.config.retention_rows));
    }

    fn note(&mut self, result: Result<(), EmbeddedError>) {
        match result {
            Ok(()) => {}
            Err(error) if error.is_busy() => self.pending = true,
            Err(error) => tracing::warn!(%error, "the file could not be looked after"),
        }
    }
}

fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("PRAGMA schema_version")?
        .query_row([], |row| row.get(0))
}
