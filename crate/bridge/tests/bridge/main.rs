//! The bridge against the real thing: a server on a port of its own, a log in memory, real WebSocket clients.

#![allow(clippy::unwrap_used)] // A test may panic.

mod client;
mod debezium_server;
mod embedded;
mod file;
mod health;
mod http;
mod json;
mod log;
mod memory;
mod metrics;
mod order;
mod publish;
mod server;
mod shutdown;
mod stream;
