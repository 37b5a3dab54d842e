//! Reading the change log.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use wire::{Gap, Hello, Record, TopicEnds};

use super::catalog::{self, Topic};
use super::database::Database;
use super::meta;
use crate::{Chunk, Position};

/// What a read of the log answers.
pub(super) enum Answer<T> {
    /// What was asked for.
    Found(T),
    /// The log's identity, which is not the one that was asked for.
    MadeAnew(String),
    /// A topic that there is none of.
    Unknown(String),
}

/// The log's identity and the topics' ends.
pub(super) fn hello(connection: &Connection, database: &Database) -> rusqlite::Result<Hello> {
    Ok(Hello {
        log_id: meta::log_id(connection)?,
        topics: catalog::topics(connection, &database.config)?
            .into_iter()
            .map(ends)
            .collect(),
        ..Hello::default()
    })
}

/// A topic's ends, as they are told.
pub(super) fn ends(topic: Topic) -> TopicEnds {
    TopicEnds {
        topic: topic.name,
        partition: 0,
        start: topic.start,
        end: topic.end,
    }
}

/// Records from these positions on, in commit order.
pub(super) fn read(
    connection: &Connection,
    database: &Database,
    log_id: &str,
    from: &[Position],
    max_bytes: usize,
) -> rusqlite::Result<Answer<Chunk>> {
    let current = meta::log_id(connection)?;
    if current != log_id {
        return Ok(Answer::MadeAnew(current));
    }
    let topics = catalog::topics(connection, &database.config)?;
    let mut chunk = Chunk::default();
    let mut wanted = Vec::new();
    let mut first_seq = i64::MAX;
    for position in from {
        let topic = topics
            .iter()
            .find(|topic| *topic.name == *position.topic && position.partition == 0);
        let Some(topic) = topic else {
            return Ok(Answer::Unknown(position.topic.to_string()));
        };
        if position.offset < topic.start {
            chunk.gaps.push(Gap {
                topic: topic.name.clone(),
                partition: 0,
                from: position.offset,
                to: topic.start - 1,
            });
        }
        let offset = position.offset.max(topic.start);
        if offset < topic.end {
            first_seq = first_seq.min(seq_at(connection, topic.id, offset)?);
            wanted.push((topic.id, chunk.next.len()));
        }
        chunk.next.push(Position {
            offset,
            ..position.clone()
        });
    }
    if !wanted.is_empty() {
        fill(
            connection, database, &wanted, first_seq, max_bytes, &mut chunk,
        )?;
    }
    Ok(Answer::Found(chunk))
}

/// The change that made this offset of a topic.
fn seq_at(connection: &Connection, topic_id: i64, offset: i64) -> rusqlite::Result<i64> {
    // A change may take several offsets and stands under the first.
    connection
        .prepare_cached(
            "SELECT seq FROM _eddy_change WHERE topic_id = ?1 AND \"offset\" <= ?2
             ORDER BY \"offset\" DESC LIMIT 1",
        )?
        .query_row((topic_id, offset), |row| row.get(0))
}

/// Adds the records of the wanted topics (number, index in `chunk.next`) and moves their positions on.
fn fill(
    connection: &Connection,
    database: &Database,
    wanted: &[(i64, usize)],
    first_seq: i64,
    max_bytes: usize,
    chunk: &mut Chunk,
) -> rusqlite::Result<()> {
    let ids: Vec<String> = wanted.iter().map(|(id, _)| id.to_string()).collect();
    // The plus keeps SQLite from reading topic by topic and sorting.
    let mut statement = connection.prepare_cached(&format!(
        "SELECT * FROM _eddy_change WHERE seq >= ?1 AND +topic_id IN ({}) ORDER BY seq",
        ids.join(",")
    ))?;
    let mut rows = statement.query([first_seq])?;
    let mut bytes = 0;
    let mut full = false;
    while let Some(row) = rows.next()? {
        let topic_id: i64 = row.get(1)?;
        let Some((_, at)) = wanted.iter().find(|(id, _)| *id == topic_id) else {
            continue;
        };
        let next = &mut chunk.next[*at].offset;
        let records = &mut chunk.records;
        database
            .shape(connection, row.get(3)?)?
            .unfold(row, |record: Record| {
                full = full
                    || (record.offset == *next
                        && !records.is_empty()
                        && bytes + record.size_bytes() > max_bytes);
                if record.offset == *next && !full {
                    bytes += record.size_bytes();
                    *next += 1;
                    records.push(record);
                }
            })?;
        if full {
            break;
        }
    }
    Ok(())
}

/// The first offset of a topic whose record is not older than this.
pub(super) fn offset_at(
    connection: &Connection,
    database: &Database,
    log_id: &str,
    topic: &str,
    timestamp_ms: i64,
) -> rusqlite::Result<Answer<Vec<(i32, i64)>>> {
    let current = meta::log_id(connection)?;
    if current != log_id {
        return Ok(Answer::MadeAnew(current));
    }
    let topics = catalog::topics(connection, &database.config)?;
    let Some(topic) = topics.into_iter().find(|known| known.name == topic) else {
        return Ok(Answer::Found(Vec::new()));
    };
    let offset: Option<i64> = connection
        .prepare_cached(
            "SELECT \"offset\" FROM _eddy_change WHERE topic_id = ?1 AND ts_ms >= ?2
             ORDER BY \"offset\" LIMIT 1",
        )?
        .query_row((topic.id, timestamp_ms), |row| row.get(0))
        .optional()?;
    Ok(Answer::Found(vec![(0, offset.unwrap_or(topic.end))]))
}

/// Changes after `seq`, of all watched topics, as far as `max_bytes` go.
#[derive(Debug, Default)]
pub(super) struct News {
    /// The log's identity.
    pub(super) log_id: String,
    /// The watched topics, as they are now.
    pub(super) topics: Vec<Topic>,
    /// The records, each with its topic's number.
    pub(super) records: Vec<(i64, Record)>,
    /// The last change that was read.
    pub(super) seq: i64,
    /// Whether there is more to read.
    pub(super) more: bool,
}

/// Reads what came after `seq` if the log still is `log_id`.
pub(super) fn news(
    connection: &Connection,
    database: &Database,
    log_id: &str,
    seq: i64,
    max_bytes: usize,
) -> rusqlite::Result<News> {
    let mut news = News {
        log_id: meta::log_id(connection)?,
        topics: catalog::topics(connection, &database.config)?,
        seq,
        ..News::default()
    };
    if news.log_id != log_id {
        news.seq = newest_seq(connection)?;
        return Ok(news);
    }
    let mut statement =
        connection.prepare_cached("SELECT * FROM _eddy_change WHERE seq > ?1 ORDER BY seq")?;
    let mut rows = statement.query([seq])?;
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        if bytes >= max_bytes {
            news.more = true;
            break;
        }
        news.seq = row.get(0)?;
        let topic_id = row.get(1)?;
        if !news.topics.iter().any(|topic| topic.id == topic_id) {
            continue;
        }
        let shape: Arc<_> = database.shape(connection, row.get(3)?)?;
        shape.unfold(row, |record| {
            bytes += record.size_bytes();
            news.records.push((topic_id, record));
        })?;
    }
    Ok(news)
}

/// The newest change.
pub(super) fn newest_seq(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row(
        "SELECT coalesce(max(seq), 0) FROM _eddy_change",
        [],
        |row| row.get(0),
    )
}
