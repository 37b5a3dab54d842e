//! The embedded SQLite source and sink.
