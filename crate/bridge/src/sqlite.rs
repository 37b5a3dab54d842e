//! The connections to one SQLite file.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// How long a write waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Readers that are kept open when nobody reads.
const IDLE_READERS: usize = 4;

/// The connections to one SQLite file: one that writes, and some that read.
#[derive(Debug)]
pub(crate) struct SqliteFile {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    /// Which file it was when it was opened.
    id: Option<FileId>,
    /// Whether this process has written since the last look, and who waits for it.
    written: (Mutex<bool>, Condvar),
}

impl SqliteFile {
    /// The file behind an open connection, which is the one that writes from now on.
    pub(crate) fn new(path: &Path, writer: Connection) -> Self {
        SqliteFile {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            id: file_id(path),
            written: (Mutex::new(false), Condvar::new()),
        }
    }

    /// Whether the path now leads to another file, or to none.
    pub(crate) fn is_replaced(&self) -> bool {
        self.id.is_some() && file_id(&self.path) != self.id
    }

    /// A connection of one's own.
    pub(crate) fn connect(&self) -> rusqlite::Result<Connection> {
        connect_existing(&self.path)
    }

    /// Writes, and lets whoever follows the log know.
    pub(crate) fn write<T>(&self, what: impl FnOnce(&mut Connection) -> T) -> T {
        let answer = what(&mut lock(&self.writer));
        let (written, waiting) = &self.written;
        *lock(written) = true;
        waiting.notify_all();
        answer
    }

    /// Waits this long, or until this process writes; of other processes nothing is known.
    pub(crate) fn wait(&self, time: Duration) {
        let (written, waiting) = &self.written;
        // Woken too early is no harm, and so is a lock that a panic elsewhere has poisoned.
        let result = waiting.wait_timeout_while(lock(written), time, |written| !*written);
        *result.unwrap_or_else(PoisonError::into_inner).0 = false;
    }

    /// Reads in one transaction, so that everything read is of one moment.
    pub(crate) fn read<T>(
        &self,
        what: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let idle = lock(&self.readers).pop();
        let mut connection = idle.map_or_else(|| self.connect(), Ok)?;
        let transaction = connection.transaction()?;
        let answer = what(&transaction)?;
        transaction.commit()?;
        let mut readers = lock(&self.readers);
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        Ok(answer)
    }
}

/// Opens a connection that waits for others and never loses the file; creates the file where it is missing.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    set_up(Connection::open(path)?)
}

/// The same, to a file that is there: one that was moved away must not be taken for an empty one.
pub(crate) fn connect_existing(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE;
    set_up(Connection::open_with_flags(path, flags)?)
}

fn set_up(connection: Connection) -> rusqlite::Result<Connection> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // In WAL mode a crash of the machine may cost the last commits, never the file.
    connection.execute_batch("PRAGMA synchronous = normal")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Has readers and writers not wait for each other; answers the journal's mode, which is not always `wal`.
pub(crate) fn set_wal(connection: &Connection) -> rusqlite::Result<String> {
    connection.query_row("PRAGMA journal_mode = wal", [], |row| row.get(0))
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
