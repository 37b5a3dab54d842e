//! The lab file: one experiment as JSON (FORMATS: "Lab file"), and its checked form.
//!
//! - `file`: its form, field by field; `columns`: what it declares of columns
//! - `check`: its values, checked once; of a lane, `scaler`, `metrics`, `fork` and `follow`
//! - `policy`: what a lane makes of updates and deletes, by the names that are shown
//! - `not_built`: names that are agreed on and refused

mod check;
mod columns;
mod file;
mod follow;
mod fork;
mod metrics;
mod not_built;
mod policy;
mod scaler;

pub use check::{Config, Cut, LaneConfig, Then};
pub use columns::{BytesAs, Codes, Column, TimeUnitOf};
pub use file::*;
pub use follow::Follows;
pub use learn::models::Settings;
pub use metrics::{DriftFile, MetricsFile};
pub use policy::Policy;
pub use scaler::Scaling;

/// What is wrong with a lab file, and where.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LabError {
    /// Not JSON, or not of the lab file's form.
    #[error("lab file: {0}")]
    Form(String),
    /// A name that FORMATS.md knows and that no release of Eddy implements yet.
    #[error("lab file: {place} is not built yet; remove it or wait for a release that has it")]
    NotBuilt {
        /// Path of the field, `lanes[0].scaler`.
        place: String,
    },
    /// A value that cannot be.
    #[error("lab file: {place}: {reason}")]
    Value {
        /// Path of the field.
        place: String,
        /// What is, then what to do.
        reason: String,
    },
}

impl LabError {
    pub(crate) fn value(place: impl Into<String>, reason: impl Into<String>) -> LabError {
        LabError::Value {
            place: place.into(),
            reason: reason.into(),
        }
    }
}

impl LabFile {
    /// Reads a lab file from JSON text.
    ///
    /// # Errors
    /// [`LabError::Form`] names the line and column or the unknown field; [`LabError::NotBuilt`] names
    /// a field that is agreed on but not there yet. Values are checked by [`Config::check`].
    pub fn parse(json: &str) -> Result<LabFile, LabError> {
        let value: serde_json::Value =
            serde_json::from_str(json).map_err(|e| LabError::Form(e.to_string()))?;
        not_built::refuse(&value)?;
        // From the text again, not from the value: its errors carry line and column.
        serde_json::from_str(json).map_err(|e| LabError::Form(e.to_string()))
    }
}
