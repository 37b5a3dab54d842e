//! Change data capture from a SQLite file, without any other service.
//!
//! Triggers append every change of the watched tables to a change log in the same file, in the transaction of the
//! change itself. So the changes of any process are captured, those of the `sqlite3` shell too, and a change that is
//! rolled back was never there. The log is in the order of the commits, its offsets survive restarts, and from its
//! rows come Debezium's change events.
//!
//! - [`EmbeddedConfig`]: what is watched, and what others may do
//! - [`Embedded`]: source, sink and insert
//! - `meta`, `catalog`: Eddy's own tables; `tables`: the watched ones
//! - `trigger`, `install`, `snapshot`: how changes, and the rows before them, get into the log
//! - `log`, `tail`, `retention`: how they are read, followed and removed
//! - `envelope`, `connect`, `json`: how they are written as Debezium's events
//! - `rows`, `start_over`, `predictions`: what the page may write
//! - `database`: the file
//!
//! # Limits
//!
//! - `INSERT OR REPLACE` (and `REPLACE INTO`) fires no delete trigger unless the writer has set
//!   `PRAGMA recursive_triggers = on`. The row that was replaced then has no delete event; the new row has its create
//!   event. An upsert (`ON CONFLICT .. DO UPDATE`) is captured in full, as an update.
//! - `ALTER TABLE .. DROP COLUMN` is refused by SQLite while a trigger names the column. Drop the three triggers
//!   `_eddy_N_insert`, `_eddy_N_update` and `_eddy_N_delete` in the same transaction; they are back within
//!   milliseconds. What is written in between is not captured, and the log of the program says so.
//! - A column that was just added is missing in the events until the triggers are made anew, milliseconds later.
//! - A table that is dropped and created again gets its triggers anew, and the rows that it has by then come as events
//!   with op `r`. So do the rows of a table that is renamed, under its new name.
//! - A row that the table's own triggers change while it is inserted may have its update event before its create event.

mod catalog;
mod config;
mod connect;
mod database;
mod envelope;
pub(crate) mod error;
mod install;
mod json;
mod log;
pub(crate) mod meta;
pub(crate) mod predictions;
mod retention;
mod rows;
mod snapshot;
mod source;
mod start_over;
mod tables;
mod tail;
mod trigger;

pub use config::{EmbeddedConfig, PublishTable};
pub use error::EmbeddedError;
pub use source::Embedded;
