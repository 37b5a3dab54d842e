//! The connections to one database file.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use super::config::EmbeddedConfig;
use super::envelope::Shape;
use super::error::{During, EmbeddedError};
use super::{catalog, install, meta, predictions};

/// How long a write waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Readers that are kept open when nobody reads.
const IDLE_READERS: usize = 4;

/// The connections to one database file: one that writes, and some that read.
#[derive(Debug)]
pub(super) struct Database {
    /// What the source was told.
    pub(super) config: EmbeddedConfig,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    shapes: Mutex<HashMap<i64, Arc<Shape>>>,
    /// Which file it was when it was opened.
    file: Option<FileId>,
    /// Whether triggers and retention are seen to; else nothing is written but what is asked for.
    pub(super) keeps: bool,
    /// Whether this process has written since the last look, and who waits for it.
    written: (Mutex<bool>, Condvar),
}

impl Database {
    /// Opens the file, creates it where it is missing, and installs the triggers.
    pub(super) fn open(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        let path = config.path.display().to_string();
        if path.is_empty() || path == ":memory:" {
            return Err(EmbeddedError::Refused {
                what: "a database in memory cannot be shared with other processes".to_owned(),
                remedy: "name a file".to_owned(),
            });
        }
        let mut writer = connect(&config.path).during(|| format!("cannot open {path}"))?;
        let mode: String = writer
            .query_row("PRAGMA journal_mode = wal", [], |row| row.get(0))
            .during(|| format!("cannot open {path}"))?;
        if mode != "wal" {
            tracing::warn!(
                file = %path,
                journal_mode = mode,
                "not in journal mode wal: readers and writers will wait for each other"
            );
        }
        install::capture(&mut writer, &config)?;
        predictions::prepare(&writer, &config)?;
        Ok(Database::new(config, writer, true))
    }

    /// Opens a file that another process captures.
    pub(super) fn open_log(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        let path = config.path.display().to_string();
        let prepared = match config.path.exists() {
            true => {
                let connection = connect(&config.path).during(|| format!("cannot open {path}"))?;
                meta::is_prepared(&connection)?.then_some(connection)
            }
            false => None,
        };
        match prepared {
            Some(connection) => Ok(Database::new(config, connection, false)),
            None => Err(EmbeddedError::Refused {
                what: format!("{path} has no change log"),
                remedy: "watch its tables first (`eddy serve --db FILE --table NAME`)".to_owned(),
            }),
        }
    }

    fn new(config: EmbeddedConfig, writer: Connection, keeps: bool) -> Self {
        Database {
            file: file_id(&config.path),
            config,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            shapes: Mutex::new(HashMap::new()),
            keeps,
            written: (Mutex::new(false), Condvar::new()),
        }
    }

    /// Whether the path now leads to another file, or to none.
    pub(super) fn is_replaced(&self) -> bool {
        self.file.is_some() && file_id(&self.config.path) != self.file
    }

    /// A connection of one's own.
    pub(super) fn connect(&self) -> Result<Connection, EmbeddedError> {
        connect(&self.config.path).during(|| format!("cannot open {}", self.config.path.display()))
    }

    /// Writes, and lets whoever follows the log know.
    pub(super) fn write<T>(&self, what: impl FnOnce(&mut Connection) -> T) -> T {
        let answer = what(&mut lock(&self.writer));
        let (written, waiting) = &self.written;
        *lock(written) = true;
        waiting.notify_all();
        answer
    }

    /// Waits this long, or until this process writes; of other processes nothing is known.
    pub(super) fn wait(&self, time: Duration) {
        let (written, waiting) = &self.written;
        // Woken too early is no harm, and so is a lock that a panic elsewhere has poisoned.
        let result = waiting.wait_timeout_while(lock(written), time, |written| !*written);
        *result.unwrap_or_else(PoisonError::into_inner).0 = false;
    }

    /// Reads in one transaction, so that everything read is of one moment.
    pub(super) fn read<T>(
        &self,
        what: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, EmbeddedError> {
        let idle = lock(&self.readers).pop();
        let mut connection = idle.map_or_else(|| self.connect(), Ok)?;
        let read = || {
            let transaction = connection.transaction()?;
            let answer = what(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        };
        let answer = { read }().during(|| {
            format!(
                "cannot read the change log in {}",
                self.config.path.display()
            )
        })?;
        let mut readers = lock(&self.readers);
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        Ok(answer)
    }

    /// What the records of a layout have in common.
    pub(super) fn shape(
        &self,
        connection: &Connection,
        layout_id: i64,
    ) -> rusqlite::Result<Arc<Shape>> {
        if let Some(shape) = lock(&self.shapes).get(&layout_id) {
            return Ok(Arc::clone(shape));
        }
        let (table, columns) = catalog::layout(connection, layout_id)?;
        let shape = Arc::new(Shape::new(&self.config, &table, &columns));
        lock(&self.shapes).insert(layout_id, Arc::clone(&shape));
        Ok(shape)
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // In WAL mode a crash of the machine may cost the last commits, never the file.
    connection.execute_batch("PRAGMA synchronous = normal")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere left no half-done work behind: SQLite rolls back.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What tells one file from another under the same path.
type FileId = (u64, u64);

#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Elsewhere an open file cannot be replaced.
#[cfg(not(unix))]
fn file_id(_: &Path) -> Option<FileId> {
    None
}
