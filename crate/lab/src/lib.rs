//! To be laid out.
pub mod snapshot;
