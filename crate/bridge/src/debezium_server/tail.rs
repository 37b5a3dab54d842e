//! Following the end of the log.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use super::{read, tables};
use crate::News;
use crate::sqlite::SqliteFile;

/// How long to wait between two looks where nothing is posted to this process; it also is how often a look is told.
const WAIT: Duration = Duration::from_millis(20);

/// How much is read at once.
const READ_BYTES: usize = 1 << 20;

/// Why following ended.
pub(super) enum End {
    /// Nobody wants more.
    Stopped,
    /// The path leads to another file, or to none.
    Replaced,
}

/// Follows the log until `deliver` breaks; see [`crate::Source::tail`].
pub(super) fn follow(
    file: &SqliteFile,
    now_ms: &dyn Fn() -> i64,
    deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
) -> rusqlite::Result<End> {
    let connection = file.connect()?;
    let mut place = Place::default();
    let start = place.start(&connection)?;
    if deliver(start).is_break() {
        return Ok(End::Stopped);
    }
    loop {
        let looked_at_ms = now_ms();
        let mut more = true;
        while more {
            let news = place.advance(&connection)?;
            more = !news.is_empty();
            for news in news {
                if deliver(news).is_break() {
                    return Ok(End::Stopped);
                }
            }
        }
        if deliver(News::Idle { looked_at_ms }).is_break() {
            return Ok(End::Stopped);
        }
        if file.is_replaced() {
            return Ok(End::Replaced);
        }
        file.wait(WAIT);
    }
}

/// How far the log has been delivered.
#[derive(Default)]
struct Place {
    seq: i64,
    /// By topic number: the offset that comes next.
    next: BTreeMap<i64, i64>,
    topic: Option<Arc<str>>,
}

impl Place {
    /// Begins at the log's end.
    fn start(&mut self, connection: &Connection) -> rusqlite::Result<News> {
        let transaction = connection.unchecked_transaction()?;
        self.seq = transaction.query_row(
            "SELECT coalesce(max(seq), 0) FROM _eddy_received",
            [],
            |row| row.get(0),
        )?;
        let topics = read::topics(&transaction)?;
        self.next = topics.iter().map(|(id, ends)| (*id, ends.end)).collect();
        Ok(News::Start {
            log_id: tables::log_id(&transaction)?,
            ends: topics.into_iter().map(|(_, ends)| ends).collect(),
        })
    }

    /// What is new, as far as one reading goes; nothing at the end.
    fn advance(&mut self, connection: &Connection) -> rusqlite::Result<Vec<News>> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {} WHERE received.seq > ?1 ORDER BY received.seq",
            read::COLUMNS
        ))?;
        let mut rows = statement.query([self.seq])?;
        let mut news = Vec::new();
        let mut records = Vec::new();
        let mut bytes = 0;
        while bytes < READ_BYTES
            && let Some(row) = rows.next()?
        {
            let (seq, topic_id, record) = read::record(row, self.topic.as_ref())?;
            self.seq = seq;
            self.topic = Some(record.topic.clone());
            let next = self.next.entry(topic_id).or_insert(0);
            if record.offset > *next {
                if !records.is_empty() {
                    news.push(News::Records(std::mem::take(&mut records)));
                }
                news.push(News::Gap(read::gap(&record.topic, *next, record.offset)));
            }
            *next = record.offset + 1;
            bytes += record.size_bytes();
            records.push(record);
        }
        if !records.is_empty() {
            news.push(News::Records(records));
        }
        Ok(news)
    }
}
