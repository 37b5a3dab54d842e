//! The embedded source, as other processes and the bridge see it.

mod capture;
mod follow;
mod reading;
mod schema;
mod support;
mod writing;
