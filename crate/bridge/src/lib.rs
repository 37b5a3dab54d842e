//! Relays change records from a source to WebSocket sessions, and predictions from them to a sink.
//!
//! It reads no payload: records are bytes, and it knows neither change events nor models.
//!
//! What it relays between:
//!
//! - [`source`]: where records come from; [`embedded`] is the one that needs no services, `kafka` (a Cargo feature) the
//!   one for streams that are there already
//! - [`sink`]: where predictions go
//! - [`debezium_server`]: a source that events are posted to; [`ingest`]: how; [`mod@file`]: one that plays a recording
//! - [`insert`]: rows that are typed into the page
//!
//! How it serves:
//!
//! - [`config`]: what it is told when it is started
//! - [`server`]: listener, routes, shutdown; `shared`: what its parts share
//! - `guard`, `answer`: who may ask, and how a no is said
//! - `assets`, `health`, `posts`, `receive`, `upgrade`: what is answered, and how a request becomes a session
//! - `metrics`: what it counts of itself, and how that is told; `state`: how source and sink are
//!
//! `sqlite`: the connections to one file, for the sources that keep theirs in one.
//!
//! How records reach a session:
//!
//! - `identity`: what offsets belong to
//! - `follow`: the source's end, into the ring
//! - `ring`: the recent records, once for all sessions
//! - `feed`: one session's way through source and ring
//! - `session`: a page (`eddy.v1`); `json_session`: a person or another program (`eddy.json`); `closing`: their end
//! - `publish`: from a page to the sink

pub mod config;
pub mod debezium_server;
pub mod embedded;
pub mod file;
pub mod ingest;
pub mod insert;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod server;
pub mod sink;
pub mod source;

mod answer;
mod assets;
mod closing;
mod feed;
mod follow;
mod guard;
mod health;
mod identity;
mod json_session;
mod metrics;
mod posts;
mod publish;
mod receive;
mod ring;
mod session;
mod shared;
mod sqlite;
mod state;
mod upgrade;

pub use config::{Assets, Backend, Clock, Config};
pub use ingest::{Ingest, IngestError, Ingestion, Posted, Taken};
pub use insert::{Insert, InsertError, RowSet};
pub use server::{ServeError, serve};
pub use sink::{Sink, SinkError};
pub use source::{Chunk, News, Position, Source, SourceError};
