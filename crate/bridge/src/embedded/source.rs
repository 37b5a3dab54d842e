//! The embedded source, sink and insert behind the bridge's traits.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wire::{Hello, Publication};

use super::config::EmbeddedConfig;
use super::database::Database;
use super::error::EmbeddedError;
use super::log::{self, Answer};
use super::tail::{self, End};
use super::{predictions, rows, start_over};
use crate::{
    Chunk, Insert, InsertError, News, Position, RowSet, Sink, SinkError, Source, SourceError,
};

/// A SQLite database whose changes are captured by triggers.
///
/// Source, sink and insert in one; share it in an [`Arc`].
#[derive(Debug)]
pub struct Embedded {
    /// Another one after the file was replaced.
    database: Mutex<Arc<Database>>,
}

impl Embedded {
    /// Opens the file, creates it where it is missing, and starts to capture the tables that are there.
    ///
    /// Their rows become the first records of their topics, as events with op `r`.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written, is no SQLite database, or was written by another version of Eddy.
    pub fn open(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        Ok(Embedded {
            database: Mutex::new(Arc::new(Database::open(config)?)),
        })
    }

    /// Opens the log of a file that another process captures: installs nothing, and removes nothing.
    ///
    /// # Errors
    ///
    /// Where there is no such file, or no log in it.
    pub fn open_log(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        Ok(Embedded {
            database: Mutex::new(Arc::new(Database::open_log(config)?)),
        })
    }

    fn database(&self) -> Arc<Database> {
        Arc::clone(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Database>> {
        // What is behind it is replaced in one step, so a panic elsewhere cannot have broken it.
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the file that stands where the old one was.
    fn reopen(&self) -> Result<Arc<Database>, SourceError> {
        let old = self.database();
        let path = old.config.path.display();
        if !old.config.path.exists() {
            return Err(SourceError::Unreadable {
                what: format!("{path} is gone"),
                remedy: "put a database there, or start Eddy again for an empty one".to_owned(),
            });
        }
        tracing::warn!(file = %path, "the file was replaced; reading the new one");
        let new = match old.keeps {
            true => Database::open(old.config.clone())?,
            false => Database::open_log(old.config.clone())?,
        };
        let new = Arc::new(new);
        *self.lock() = Arc::clone(&new);
        Ok(new)
    }
}

impl Source for Embedded {
    fn kind(&self) -> &'static str {
        "embedded"
    }

    fn hello(&self) -> Result<Hello, SourceError> {
        let database = self.database();
        Ok(database.read(|connection| log::hello(connection, &database))?)
    }

    fn read(
        &self,
        log_id: &str,
        from: &[Position],
        max_bytes: usize,
    ) -> Result<Chunk, SourceError> {
        let database = self.database();
        found(
            database
                .read(|connection| log::read(connection, &database, log_id, from, max_bytes))?,
        )
    }

    fn offset_at(
        &self,
        log_id: &str,
        topic: &str,
        timestamp_ms: i64,
    ) -> Result<Vec<(i32, i64)>, SourceError> {
        let database = self.database();
        found(database.read(|connection| {
            log::offset_at(connection, &database, log_id, topic, timestamp_ms)
        })?)
    }

    fn tail(
        &self,
        now_ms: &dyn Fn() -> i64,
        deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        let mut database = self.database();
        loop {
            if database.is_replaced() {
                database = self.reopen()?;
            }
            match tail::follow(&database, now_ms, deliver)? {
                End::Stopped => return Ok(()),
                End::Replaced => {}
            }
        }
    }
}

fn found<T>(answer: Answer<T>) -> Result<T, SourceError> {
    match answer {
        Answer::Found(found) => Ok(found),
        Answer::MadeAnew(log_id) => Err(SourceError::MadeAnew { log_id }),
        Answer::Unknown(topic) => Err(SourceError::Unreadable {
            what: format!("there is no topic {topic}"),
            remedy: "watch its table where the bridge is started".to_owned(),
        }),
    }
}

impl Insert for Embedded {
    fn insert(&self, sets: &[RowSet]) -> Result<u64, InsertError> {
        let database = self.database();
        Ok(database.write(|connection| rows::insert(connection, &database.config, sets))?)
    }

    fn start_over(&self) -> Result<String, InsertError> {
        let database = self.database();
        Ok(database.write(|connection| start_over::start_over(connection, &database.config))?)
    }
}

impl Sink for Embedded {
    fn allowed(&self, topic: &str) -> bool {
        let database = self.database();
        database
            .config
            .publish
            .iter()
            .any(|publish| publish.topic == topic)
    }

    fn publish(&self, publications: &[Publication]) -> Result<Vec<String>, SinkError> {
        let database = self.database();
        let placed = predictions::placed(&database.config.publish, publications)?;
        Ok(database.write(|connection| predictions::publish(connection, &placed))?)
    }
}
