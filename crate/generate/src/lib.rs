//! Made-up streams: change events for teaching, from a seed.
//!
//! The same settings give the same events, byte for byte, natively and in the page.
//!
//! - [`Settings`], [`Kind`], [`Form`]: what is asked for; [`Stream`]: the same, checked
//! - [`Change`]: one change of a row; [`Row`]: its values; `changes` makes them
//! - `centres`, `plane`: where the truth is when a row is drawn
//! - `events`: changes as Debezium's records, and a whole stream as record lines
//! - `lab_file`: the experiment that fits

mod centres;
mod changes;
mod events;
mod lab_file;
mod plane;
mod settings;

pub use changes::{Change, Changes, Op, Row};
pub use settings::{CLUSTERS, DIMS, Form, Kind, RATE_PER_S, ROWS_MOST, Settings, SettingsError};

/// A stream whose settings make sense.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream(Settings);
