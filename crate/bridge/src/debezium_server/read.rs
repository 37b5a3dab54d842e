//! Reading the log.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row};
use wire::{Gap, Header, Hello, Record, TopicEnds};

use super::headers::Headers;
use super::tables;
use crate::{Chunk, Position};

/// What a record takes from the file, in the order in which [`record`] reads it.
pub(super) const COLUMNS: &str = "received.seq, received.topic_id, topic.name, received.\"offset\", received.ts_ms, \
     received.headers, received.value FROM _eddy_received AS received \
     JOIN _eddy_received_topic AS topic ON topic.id = received.topic_id";

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
pub(super) fn hello(connection: &Connection) -> rusqlite::Result<Hello> {
    Ok(Hello {
        log_id: tables::log_id(connection)?,
        topics: topics(connection)?
            .into_iter()
            .map(|(_, ends)| ends)
            .collect(),
        ..Hello::default()
    })
}

/// Every topic's number and ends, in the order in which they came to be.
pub(super) fn topics(connection: &Connection) -> rusqlite::Result<Vec<(i64, TopicEnds)>> {
    connection
        .prepare_cached(
            "SELECT id, name, coalesce((SELECT min(\"offset\") FROM _eddy_received WHERE topic_id = topic.id), next), next
             FROM _eddy_received_topic AS topic ORDER BY id",
        )?
        .query_map([], |row| {
            let ends = TopicEnds {
                topic: row.get(1)?,
                partition: 0,
                start: row.get(2)?,
                end: row.get(3)?,
            };
            Ok((row.get(0)?, ends))
        })?
        .collect()
}

/// Records from these positions on, in the order in which they came.
pub(super) fn read(
    connection: &Connection,
    log_id: &str,
    from: &[Position],
    max_bytes: usize,
) -> rusqlite::Result<Answer<Chunk>> {
    let current = tables::log_id(connection)?;
    if current != log_id {
        return Ok(Answer::MadeAnew(current));
    }
    let topics = topics(connection)?;
    let mut chunk = Chunk::default();
    // Number, and index in `chunk.next`.
    let mut wanted: Vec<(i64, usize)> = Vec::new();
    let mut first_seq = i64::MAX;
    for position in from {
        let topic = topics
            .iter()
            .find(|(_, ends)| ends.topic == *position.topic && position.partition == 0);
        let Some((id, ends)) = topic else {
            return Ok(Answer::Unknown(position.topic.to_string()));
        };
        if position.offset < ends.start {
            chunk
                .gaps
                .push(gap(&ends.topic, position.offset, ends.start));
        }
        let offset = position.offset.max(ends.start);
        if let Some(seq) = seq_at(connection, *id, offset)? {
            first_seq = first_seq.min(seq);
            wanted.push((*id, chunk.next.len()));
        }
        chunk.next.push(Position {
            offset,
            ..position.clone()
        });
    }
    fill(connection, &wanted, first_seq, max_bytes, &mut chunk)?;
    Ok(Answer::Found(chunk))
}

/// The first offset of a topic whose record is not older than this.
pub(super) fn offset_at(
    connection: &Connection,
    log_id: &str,
    topic: &str,
    timestamp_ms: i64,
) -> rusqlite::Result<Answer<Vec<(i32, i64)>>> {
    let current = tables::log_id(connection)?;
    if current != log_id {
        return Ok(Answer::MadeAnew(current));
    }
    let topics = topics(connection)?;
    let Some((id, ends)) = topics.into_iter().find(|(_, ends)| ends.topic == topic) else {
        return Ok(Answer::Found(Vec::new()));
    };
    let offset: Option<i64> = connection
        .prepare_cached(
            "SELECT \"offset\" FROM _eddy_received WHERE topic_id = ?1 AND ts_ms >= ?2 ORDER BY \"offset\" LIMIT 1",
        )?
        .query_row((id, timestamp_ms), |row| row.get(0))
        .optional()?;
    Ok(Answer::Found(vec![(0, offset.unwrap_or(ends.end))]))
}

/// Offsets that are gone.
pub(super) fn gap(topic: &str, from: i64, before: i64) -> Gap {
    Gap {
        topic: topic.to_owned(),
        partition: 0,
        from,
        to: before - 1,
    }
}

/// The number and the topic of the event in this row, and its record; topics are shared with the one before.
pub(super) fn record(
    row: &Row<'_>,
    last: Option<&Arc<str>>,
) -> rusqlite::Result<(i64, i64, Record)> {
    let name = row.get_ref(2)?.as_str()?;
    let headers: Headers = serde_json::from_str(row.get_ref(5)?.as_str()?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Text, Box::new(error))
    })?;
    let record = Record {
        topic: match last {
            Some(topic) if **topic == *name => topic.clone(),
            _ => Arc::from(name),
        },
        partition: 0,
        offset: row.get(3)?,
        timestamp_ms: row.get(4)?,
        headers: headers
            .into_iter()
            .map(|(name, value)| Header {
                name,
                value: Some(value.into_bytes()),
            })
            .collect(),
        key: None,
        value: Some(row.get(6)?),
    };
    Ok((row.get(0)?, row.get(1)?, record))
}

fn seq_at(connection: &Connection, topic_id: i64, offset: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT seq FROM _eddy_received WHERE topic_id = ?1 AND \"offset\" = ?2")?
        .query_row((topic_id, offset), |row| row.get(0))
        .optional()
}

/// Adds the records of the wanted topics and moves their positions on.
fn fill(
    connection: &Connection,
    wanted: &[(i64, usize)],
    first_seq: i64,
    max_bytes: usize,
    chunk: &mut Chunk,
) -> rusqlite::Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = wanted.iter().map(|(id, _)| id.to_string()).collect();
    // The plus keeps SQLite from reading topic by topic and sorting.
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} WHERE received.seq >= ?1 AND +received.topic_id IN ({}) ORDER BY received.seq",
        ids.join(",")
    ))?;
    let mut rows = statement.query([first_seq])?;
    let mut bytes = 0;
    let mut last = None;
    while let Some(row) = rows.next()? {
        let (_, topic_id, record) = record(row, last.as_ref())?;
        last = Some(record.topic.clone());
        let Some((_, at)) = wanted.iter().find(|(id, _)| *id == topic_id) else {
            continue;
        };
        let next = &mut chunk.next[*at].offset;
        if record.offset < *next {
            continue;
        }
        bytes += record.size_bytes();
        if bytes > max_bytes && !chunk.records.is_empty() {
            break;
        }
        *next = record.offset + 1;
        chunk.records.push(record);
    }
    Ok(())
}
