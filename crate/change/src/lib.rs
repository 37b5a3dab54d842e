//! Debezium change events, read in place: value bytes -> change event -> row -> features.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `read.rs` | [`read`]: which of the shapes a record has, and what it says |
//! | `change.rs` | [`Change`] and its parts: [`Kind`], [`Shape`], [`Op`], [`Source`] |
//! | `boundary.rs` | [`Boundary`]: begin or end of a transaction |
//! | `header.rs` | what a record's headers add to a change |
//! | `row.rs` | [`Row`]: a JSON object in place, and its [`Columns`] |
//! | `value.rs` | [`Value`]: one column's value, as a number or a label |
//! | `reader.rs` | [`Reader`]: `read` with a memory, for streams |
//! | `cells.rs` | [`Cells`]: the columns of the row that a reader has read, without a second scan |
//! | `members.rs` | the members of an event that mean something, found in one pass; in `members/`: which, and where |
//! | `places.rs` | how the last objects were written, so that the next ones cost less |
//! | `cursor.rs` | the JSON scanner: structure and nesting |
//! | `raw.rs` | a scanned value: what it is, and its bytes |
//! | `number.rs` | JSON numbers: where they end, and the nearest double; in `number/`: most of them, in one go |
//! | `text.rs` | JSON strings: where they end, what they say |
//! | `types.rs` | [`ColumnType`]: what values mean, by the event's own schema part or declared |
//! | `typed.rs` | [`typed`]: a value by its type; in `typed/`: decimals, calendar, bytes, placeholders |
//! | `feature.rs` | [`feature`]: a value by its type as a number to learn from |
//! | `element.rs` | [`elements`]: the elements of an array or vector as numbers to learn from |
//! | `added.rs` | [`own_columns`]: a row without what the unwrap step has added to it |
//! | `inspect.rs` | [`inspect`]: how a record is read, as one line of JSON |
//! | `json.rs` | JSON, written |
//! | `error.rs` | [`Unreadable`], and the faults it is made of |
//!
//! What this crate must not know: topics' roles, models, transports, clocks. It never panics,
//! whatever the bytes are.

// A test that meets an error shall fail there.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod added;
mod boundary;
mod cells;
mod change;
mod cursor;
mod element;
mod error;
mod feature;
mod header;
mod inspect;
mod json;
mod members;
mod number;
mod places;
mod raw;
mod read;
mod reader;
mod row;
mod text;
mod typed;
mod types;
mod value;

pub use added::own_columns;
pub use boundary::Boundary;
pub use cells::{Cell, Cells};
pub use change::{Change, Kind, Op, Shape, Source};
pub use element::{element_of, elements};
pub use error::Unreadable;
pub use feature::{feature, may_be_unavailable};
pub use inspect::{Inspected, Reading, inspect};
pub use read::read;
pub use reader::Reader;
pub use row::{Columns, Row};
pub use typed::{Placeholder, Typed, typed};
pub use types::{ColumnType, ColumnTypes, Encoding, Types, Unit};
pub use value::{Elements, Value};
