//! Appending what was posted to the log.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use super::event::{self, Event, Identity};
use super::headers::{self, Headers};
use super::json::{self, Value};
use crate::ingest::{Posted, Taken};

/// The header that says why an event cannot be read.
const UNREADABLE: &str = "eddy.unreadable";

/// How many events are remembered, to know them when they come again.
const REMEMBERED: i64 = 200_000;

/// Events of one place that were made this long apart are not two rows, but one that came again: the server tries again
/// after a second, and needs several to start.
const APART_MS: i64 = 500;

/// How many events are appended between two removals of the oldest.
const TRIM_EVERY: i64 = 256;

/// Keeps all events of a request, or none; the time is read once nobody else can append.
pub(super) fn append(
    connection: &mut Connection,
    posted: &Posted,
    now_ms: impl Fn() -> i64,
    keep: Option<u64>,
) -> rusqlite::Result<Taken> {
    let headers = headers::of_request(&posted.headers);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut batch = Batch {
        now_ms: now_ms(),
        keep,
        transaction,
        taken: Taken::default(),
    };
    match (posted.cut_from_bytes, json::document(&posted.body)) {
        (Some(bytes), _) => {
            let event = event::cut(bytes, posted.body.len(), &headers);
            batch.add(&event, &headers, &posted.body)?;
        }
        (None, Ok(Value::Array(events))) => {
            // A header of one event is not known to be all the others', too.
            let headers = headers::of_all(&headers);
            for event in events {
                let value = event.get().as_bytes();
                batch.add(&event::read(value, &headers), &headers, value)?;
            }
        }
        (None, _) => {
            let event = event::read(&posted.body, &headers);
            batch.add(&event, &headers, &posted.body)?;
        }
    }
    batch.commit()
}

/// What has been taken since the log began.
pub(super) fn taken(connection: &Connection) -> rusqlite::Result<Taken> {
    connection
        .prepare_cached("SELECT kept, unreadable, repeats FROM _eddy_received_log")?
        .query_row([], |row| {
            Ok(Taken {
                kept: row.get::<_, i64>(0)?.unsigned_abs(),
                unreadable: row.get::<_, i64>(1)?.unsigned_abs(),
                repeats: row.get::<_, i64>(2)?.unsigned_abs(),
            })
        })
}

/// The events of one request on their way into the log.
struct Batch<'a> {
    transaction: Transaction<'a>,
    now_ms: i64,
    keep: Option<u64>,
    taken: Taken,
}

impl Batch<'_> {
    fn add(&mut self, event: &Event, headers: &Headers, value: &[u8]) -> rusqlite::Result<()> {
        if let Some(identity) = &event.identity
            && self.is_known(identity)?
        {
            self.taken.repeats += 1;
            return Ok(());
        }
        let mut headers = headers.clone();
        if let Some(reason) = &event.unreadable {
            tracing::warn!(
                "an event that cannot be read was posted, and is kept in topic {}: {reason}",
                event.topic
            );
            headers.push((UNREADABLE.to_owned(), reason.clone()));
            self.taken.unreadable += 1;
        }
        let seq = self.insert(&event.topic, &headers, value)?;
        self.taken.kept += 1;
        if let Some(identity) = &event.identity {
            self.remember(seq, identity)?;
        }
        self.trim(seq)
    }

    fn is_known(&self, identity: &Identity) -> rusqlite::Result<bool> {
        let made_ms = identity.made_ms.unwrap_or(self.now_ms);
        self.transaction
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM _eddy_received_seen WHERE change = ?1
                     AND (exact = ?2 OR (NOT ?3 AND abs(made_ms - ?4) > ?5)))",
            )?
            .query_row(
                (
                    identity.change,
                    identity.exact,
                    identity.snapshot,
                    made_ms,
                    APART_MS,
                ),
                |row| row.get(0),
            )
            .map(|known: Option<bool>| known.unwrap_or(false))
    }

    fn insert(&self, topic: &str, headers: &Headers, value: &[u8]) -> rusqlite::Result<i64> {
        let next = |sql: &str| {
            self.transaction
                .prepare_cached(sql)?
                .query_row([topic], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        };
        let known: Option<(i64, i64)> = next(
            "UPDATE _eddy_received_topic SET next = next + 1 WHERE name = ?1 RETURNING id, next - 1",
        )?;
        let (topic_id, offset) = match known {
            Some(place) => place,
            None => {
                next("INSERT INTO _eddy_received_topic(name, next) VALUES (?1, 1) RETURNING id, 0")?
                    .ok_or(rusqlite::Error::QueryReturnedNoRows)?
            }
        };
        // Pairs of texts: there is nothing in them that JSON cannot say.
        let headers = serde_json::to_string(headers).unwrap_or_default();
        self.transaction
            .prepare_cached(
                "INSERT INTO _eddy_received(topic_id, \"offset\", ts_ms, headers, value) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .insert((topic_id, offset, self.now_ms, headers, value))
    }

    fn remember(&self, seq: i64, identity: &Identity) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached("INSERT INTO _eddy_received_seen(seq, change, exact, made_ms) VALUES (?1, ?2, ?3, ?4)")?
            .execute((
                seq,
                identity.change,
                identity.exact,
                identity.made_ms.unwrap_or(self.now_ms),
            ))?;
        Ok(())
    }

    /// Removes what is too old to be kept, or to be remembered.
    fn trim(&self, seq: i64) -> rusqlite::Result<()> {
        if seq % TRIM_EVERY != 0 {
            return Ok(());
        }
        let remove = |sql: &str, up_to: i64| self.transaction.prepare_cached(sql)?.execute([up_to]);
        remove(
            "DELETE FROM _eddy_received_seen WHERE seq <= ?1",
            seq - REMEMBERED,
        )?;
        if let Some(keep) = self.keep.and_then(|keep| i64::try_from(keep).ok()) {
            remove(
                "DELETE FROM _eddy_received WHERE seq <= ?1",
                seq.saturating_sub(keep),
            )?;
        }
        Ok(())
    }

    fn commit(self) -> rusqlite::Result<Taken> {
        let Taken {
            kept,
            unreadable,
            repeats,
        } = self.taken;
        self.transaction
            .prepare_cached(
                "UPDATE _eddy_received_log SET kept = kept + ?1, unreadable = unreadable + ?2, repeats = repeats + ?3",
            )?
            .execute([kept, unreadable, repeats].map(u64::cast_signed))?;
        self.transaction.commit()?;
        Ok(self.taken)
    }
}
