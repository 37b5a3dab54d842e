//! The database file: its connections, and the shapes of its records.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use super::config::EmbeddedConfig;
use super::envelope::Shape;
use super::error::{During, EmbeddedError};
use super::{catalog, install, meta, predictions};
use crate::sqlite::{self, SqliteFile};

/// One database file.
#[derive(Debug)]
pub(super) struct Database {
    /// What the source was told.
    pub(super) config: EmbeddedConfig,
    file: SqliteFile,
    shapes: Mutex<HashMap<i64, Arc<Shape>>>,
    /// Whether triggers and retention are seen to; else nothing is written but what is asked for.
    pub(super) keeps: bool,
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
        let cannot = || format!("cannot open {path}");
        let mut writer = sqlite::connect(&config.path).during(cannot)?;
        let mode = sqlite::set_wal(&writer).during(cannot)?;
        if mode != "wal" {
            tracing::warn!(
                file = %path,
                journal_mode = mode,
                "not in journal mode wal: readers and writers will wait for each other"
            );
        }
        install::capture(&mut writer, &config)?;
        predictions::prepare(&writer, &config.publish)?;
        Ok(Database::new(config, writer, true))
    }

    /// Opens a file that another process captures.
    pub(super) fn open_log(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        let path = config.path.display().to_string();
        let prepared = match config.path.exists() {
            true => {
                let connection =
                    sqlite::connect(&config.path).during(|| format!("cannot open {path}"))?;
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
            file: SqliteFile::new(&config.path, writer),
            config,
            shapes: Mutex::new(HashMap::new()),
            keeps,
        }
    }

    /// Whether the path now leads to another file, or to none.
    pub(super) fn is_replaced(&self) -> bool {
        self.file.is_replaced()
    }

    /// A connection of one's own.
    pub(super) fn connect(&self) -> Result<Connection, EmbeddedError> {
        let cannot = || format!("cannot open {}", self.config.path.display());
        self.file.connect().during(cannot)
    }

    /// Writes, and lets whoever follows the log know.
    pub(super) fn write<T>(&self, what: impl FnOnce(&mut Connection) -> T) -> T {
        self.file.write(what)
    }

    /// Waits this long, or until this process writes; of other processes nothing is known.
    pub(super) fn wait(&self, time: Duration) {
        self.file.wait(time);
    }

    /// Reads in one transaction, so that everything read is of one moment.
    pub(super) fn read<T>(
        &self,
        what: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, EmbeddedError> {
        self.file.read(what).during(|| {
            format!(
                "cannot read the change log in {}",
                self.config.path.display()
            )
        })
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Shapes are put in whole, so a panic elsewhere has not broken the map.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
