//! Relays change records from a source to WebSocket sessions.
//!
//! - [`source`]: where records come from; [`embedded`] is the one that needs no services
//! - [`sink`]: where predictions go
//! - [`insert`]: rows that are typed into the page

pub mod embedded;
pub mod insert;
pub mod sink;
pub mod source;

pub use insert::{Insert, InsertError, RowSet};
pub use sink::{Sink, SinkError};
pub use source::{Chunk, News, Position, Source, SourceError};
