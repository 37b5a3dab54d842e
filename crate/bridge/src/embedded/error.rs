//! What can go wrong with the database file.

use rusqlite::ErrorCode;

use crate::{InsertError, SinkError, SourceError};

/// Why the embedded source could not do something.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// SQLite refused.
    #[error("{what}: {source}; {remedy}")]
    Sqlite {
        /// What was tried, and on which file or table.
        what: String,
        /// What can be done about it.
        remedy: &'static str,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file, or what was asked for, is none that Eddy can work with.
    #[error("{what}; {remedy}")]
    Refused {
        /// What is wrong.
        what: String,
        /// What can be done about it.
        remedy: String,
    },
}

impl EmbeddedError {
    /// Whether another process held the lock; the same may work a little later.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(
            self,
            EmbeddedError::Sqlite { source, .. } if matches!(
                source.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            )
        )
    }

    /// SQLite refused what was tried.
    pub(crate) fn sqlite(what: String, source: rusqlite::Error) -> Self {
        EmbeddedError::Sqlite {
            what,
            remedy: remedy(&source),
            source,
        }
    }

    /// Says which file it is about.
    pub(crate) fn in_file(self, path: &std::path::Path) -> Self {
        let path = path.display();
        match self {
            EmbeddedError::Sqlite {
                what,
                remedy,
                source,
            } => EmbeddedError::Sqlite {
                what: format!("{path}: {what}"),
                remedy,
                source,
            },
            EmbeddedError::Refused { what, remedy } => EmbeddedError::Refused {
                what: format!("{path}: {what}"),
                remedy,
            },
        }
    }

    /// What is wrong, and what can be done about it.
    pub(crate) fn into_parts(self) -> (String, String) {
        match self {
            EmbeddedError::Sqlite {
                what,
                remedy,
                source,
            } => (format!("{what}: {source}"), remedy.to_owned()),
            EmbeddedError::Refused { what, remedy } => (what, remedy),
        }
    }
}

impl From<EmbeddedError> for SourceError {
    fn from(error: EmbeddedError) -> Self {
        let (what, remedy) = error.into_parts();
        SourceError::Unreadable { what, remedy }
    }
}

impl From<EmbeddedError> for InsertError {
    fn from(error: EmbeddedError) -> Self {
        let refused = matches!(error, EmbeddedError::Refused { .. });
        let (what, remedy) = error.into_parts();
        match refused {
            true => InsertError::Refused { what, remedy },
            false => InsertError::Unwritable { what, remedy },
        }
    }
}

impl From<EmbeddedError> for SinkError {
    fn from(error: EmbeddedError) -> Self {
        let refused = matches!(error, EmbeddedError::Refused { .. });
        let (what, remedy) = error.into_parts();
        match refused {
            true => SinkError::Refused { what, remedy },
            false => SinkError::Unwritable { what, remedy },
        }
    }
}

/// Says what was tried when SQLite refused.
pub(crate) trait During<T> {
    /// Adds what was tried.
    fn during(self, what: impl FnOnce() -> String) -> Result<T, EmbeddedError>;
}

impl<T> During<T> for rusqlite::Result<T> {
    fn during(self, what: impl FnOnce() -> String) -> Result<T, EmbeddedError> {
        self.map_err(|source| EmbeddedError::sqlite(what(), source))
    }
}

fn remedy(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process holds a transaction open: commit it or end that process, then try again"
        }
        Some(ErrorCode::CannotOpen) => {
            "check that the folder exists and that this user may write there"
        }
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            "check that this user may write the file and its folder"
        }
        Some(ErrorCode::NotADatabase) => {
            "name a SQLite database, or a file that does not exist yet"
        }
        Some(ErrorCode::DatabaseCorrupt) => "restore the file from a copy, or begin with a new one",
        Some(ErrorCode::DiskFull) => "make room on the disk, then try again",
        _ => "see SQLite's message; a new file always works",
    }
}
