//! To be laid out.
pub mod protocol;
