//! What Debezium Server sent, behind the bridge's traits.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use wire::{Hello, Publication};

use super::read::Answer;
use super::tail::End;
use super::{append, read, tables, tail};
use crate::embedded::error::During;
use crate::embedded::{EmbeddedError, PublishTable, predictions};
use crate::ingest::{Ingest, IngestError, Posted, Taken};
use crate::sqlite::{self, SqliteFile};
use crate::{Chunk, Clock, Config, News, Position, Sink, SinkError, Source, SourceError};

/// Where events are kept, and where predictions go.
#[derive(Clone)]
pub struct DebeziumServerConfig {
    /// The SQLite file; it is created where it is missing.
    pub path: PathBuf,
    /// How many events the log keeps; all of them where this is `None`.
    pub retention_rows: Option<u64>,
    /// The topics that may be published to, each a table in the same file.
    pub publish: Vec<PublishTable>,
    /// The clock that gives records their time.
    pub clock: Clock,
}

impl DebeziumServerConfig {
    /// A log in this file that keeps everything and publishes nothing.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        DebeziumServerConfig {
            path: path.into(),
            retention_rows: None,
            publish: Vec::new(),
            clock: Config::default().clock,
        }
    }
}

/// The log of what Debezium Server sent.
///
/// Source, ingest and sink in one; share it in an [`std::sync::Arc`].
pub struct DebeziumServer {
    config: DebeziumServerConfig,
    file: SqliteFile,
}

/// Whether a file holds what Debezium Server sent.
#[must_use]
pub fn is_log(path: &Path) -> bool {
    path.exists()
        && sqlite::connect_existing(path)
            .and_then(|connection| tables::is_there(&connection))
            .unwrap_or(false)
}

impl DebeziumServer {
    /// Opens the file, and creates it where it is missing.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written, is no SQLite database, or holds something else of Eddy's.
    pub fn open(config: DebeziumServerConfig) -> Result<Self, EmbeddedError> {
        let path = config.path.display().to_string();
        let cannot = || format!("cannot open {path}");
        let mut writer = sqlite::connect(&config.path).during(cannot)?;
        let mode = sqlite::set_wal(&writer).during(cannot)?;
        if mode != "wal" {
            tracing::warn!(
                "{path} has journal mode {mode}, not wal: readers and writers will wait for each other"
            );
        }
        // Debezium Server forgets what was answered, so that must be on the disk.
        writer
            .execute_batch("PRAGMA synchronous = full")
            .during(cannot)?;
        tables::prepare(&mut writer).map_err(|error| error.in_file(&config.path))?;
        predictions::prepare(&writer, &config.publish)?;
        Ok(DebeziumServer {
            file: SqliteFile::new(&config.path, writer),
            config,
        })
    }

    /// Opens a file that another process writes.
    ///
    /// # Errors
    ///
    /// Where it cannot be opened.
    pub fn open_log(path: &Path) -> Result<Self, EmbeddedError> {
        let connection =
            sqlite::connect_existing(path).during(|| format!("cannot open {}", path.display()))?;
        Ok(DebeziumServer {
            file: SqliteFile::new(path, connection),
            config: DebeziumServerConfig::new(path),
        })
    }

    fn read<T>(
        &self,
        what: impl Fn(&rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, EmbeddedError> {
        self.file.read(what).during(|| self.cannot("read"))
    }

    fn cannot(&self, what: &str) -> String {
        format!("cannot {what} the log in {}", self.config.path.display())
    }

    fn gone(&self) -> (String, String) {
        (
            format!(
                "{} is not the file any more that was opened",
                self.config.path.display()
            ),
            "put it back, or start Eddy again to go on with what is there".to_owned(),
        )
    }
}

impl Ingest for DebeziumServer {
    fn take(&self, posted: &Posted) -> Result<Taken, IngestError> {
        // What is written to a file that was removed is gone with the process.
        if self.file.is_replaced() {
            let (what, remedy) = self.gone();
            return Err(IngestError { what, remedy });
        }
        let config = &self.config;
        self.file
            .write(|connection| {
                append::append(connection, posted, &*config.clock, config.retention_rows)
            })
            .during(|| self.cannot("write"))
            .map_err(refused)
    }

    fn taken(&self) -> Result<Taken, IngestError> {
        self.read(append::taken).map_err(refused)
    }
}

fn refused(error: EmbeddedError) -> IngestError {
    let (what, remedy) = error.into_parts();
    IngestError { what, remedy }
}

impl Source for DebeziumServer {
    fn kind(&self) -> &'static str {
        "debezium-server"
    }

    fn hello(&self) -> Result<Hello, SourceError> {
        Ok(self.read(read::hello)?)
    }

    fn read(
        &self,
        log_id: &str,
        from: &[Position],
        max_bytes: usize,
    ) -> Result<Chunk, SourceError> {
        found(self.read(|connection| read::read(connection, log_id, from, max_bytes))?)
    }

    fn offset_at(
        &self,
        log_id: &str,
        topic: &str,
        timestamp_ms: i64,
    ) -> Result<Vec<(i32, i64)>, SourceError> {
        found(self.read(|connection| read::offset_at(connection, log_id, topic, timestamp_ms))?)
    }

    fn tail(
        &self,
        now_ms: &dyn Fn() -> i64,
        deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        let end = tail::follow(&self.file, now_ms, deliver);
        match end.during(|| self.cannot("follow"))? {
            End::Stopped => Ok(()),
            End::Replaced => {
                let (what, remedy) = self.gone();
                Err(SourceError::Unreadable { what, remedy })
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
            remedy: "wait until Debezium Server has sent an event of it".to_owned(),
        }),
    }
}

impl Sink for DebeziumServer {
    fn allowed(&self, topic: &str) -> bool {
        let publish = &self.config.publish;
        publish.iter().any(|publish| publish.topic == topic)
    }

    fn publish(&self, publications: &[Publication]) -> Result<Vec<String>, SinkError> {
        let placed = predictions::placed(&self.config.publish, publications)?;
        Ok(self
            .file
            .write(|connection| predictions::publish(connection, &placed))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_said_and_nothing_of_a_request_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = DebeziumServerConfig::new(folder.path().join("received.db"));
        let log = DebeziumServer::open(config).expect("opened");
        // What the disk does when it is full, as far as SQLite can tell.
        let bound = |pages: u32| {
            let bounded = log.file.write(|connection| {
                connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            });
            bounded.expect("bounded");
        };
        bound(1);
        let row = format!("{{\"x\":\"{}\"}}", "x".repeat(10_000));
        let posted = Posted {
            headers: Vec::new(),
            body: format!("[{{\"x\":1}},{row},{row},{row}]").into_bytes(),
            cut_from_bytes: None,
        };
        let error = log.take(&posted).expect_err("full").to_string();
        assert!(
            error.contains("received.db") && error.contains("make room on the disk"),
            "{error}"
        );
        assert_eq!(log.taken().expect("counted"), Taken::default());
        assert!(log.hello().expect("hello").topics.is_empty());
        bound(1_000);
        assert_eq!(log.take(&posted).expect("kept").kept, 4);
    }
}
