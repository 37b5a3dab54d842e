//! Events that are posted to the bridge.

use std::sync::Arc;

/// A source that takes events over HTTP.
///
/// Calls may block; the bridge makes them on threads of their own, few at a time.
pub trait Ingest: Send + Sync + 'static {
    /// Keeps what was posted, all of it or none.
    ///
    /// When it answers `Ok`, the events outlive this process and the machine's power: they are on the disk.
    fn take(&self, posted: &Posted) -> Result<Taken, IngestError>;

    /// What has been taken since the log began.
    fn taken(&self) -> Result<Taken, IngestError>;
}

/// How events may be posted.
#[derive(Clone)]
pub struct Ingestion {
    /// What takes them.
    pub log: Arc<dyn Ingest>,
    /// The token that posts must bring; none: the one that sessions must bring, if any.
    pub token: Option<String>,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The request's headers, names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, or its beginning.
    pub body: Vec<u8>,
    /// How long the whole body was, where it was too long to be kept.
    pub cut_from_bytes: Option<u64>,
}

/// How many events became of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Taken {
    /// Appended to the log, the unreadable ones included.
    pub kept: u64,
    /// Of those, the ones that cannot be read.
    pub unreadable: u64,
    /// Not appended, because the log had them already.
    pub repeats: u64,
}

/// Why events could not be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {remedy}")]
pub struct IngestError {
    /// What failed, and where.
    pub what: String,
    /// What can be done about it.
    pub remedy: String,
}
