//! Over which rows a lane is measured, and what looks for drift in it.

use learn::drift::{adwin, page_hinkley};
use learn::metrics::Span;
use learn::online::Task;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LabError;
use crate::lane::drift::Detector;
use crate::lane::measures::Measures;

/// Over which predicted rows a lane's measures are taken; {}: all. Where it stands, replay lines have them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MetricsFile {
    /// The last ones, so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<usize>,
    /// All, each with this share of the weight of the next one, above 0 and up to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fading: Option<f64>,
}

/// What looks for drift in the error of a lane's batches; what is left out is River's default.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DriftFile {
    /// A window that shrinks where its parts differ.
    Adwin(adwin::Spec),
    /// Sums of differences from the mean.
    PageHinkley(page_hinkley::Spec),
}

/// More rows than this in a window would be counted for too long at each version.
const WINDOW_MAX: usize = 100_000;

/// What a lane at this place of the file counts its predictions with.
pub(super) fn check_metrics(
    file: Option<MetricsFile>,
    task: Task,
    at: &str,
) -> Result<Measures, LabError> {
    let refuse =
        |field: &str, reason: String| Err(LabError::value(format!("{at}.metrics{field}"), reason));
    let MetricsFile { window, fading } = file.unwrap_or_default();
    let span = match (window, fading) {
        (None, None) => Span::All,
        (Some(rows), None) if rows <= WINDOW_MAX => Span::Window(rows),
        (Some(rows), None) => {
            let reason = format!("is {rows}; give 1 to {WINDOW_MAX} rows, or leave it out for all");
            return refuse(".window", reason);
        }
        (None, Some(factor)) => Span::Fading(factor),
        (Some(_), Some(_)) => {
            return refuse("", "has window and fading; give one of the two".to_owned());
        }
    };
    Measures::new(task, span).or_else(|error| refuse("", error.to_string()))
}

/// A lane's detector, checked.
pub(super) fn check_drift(file: Option<DriftFile>, at: &str) -> Result<Option<Detector>, LabError> {
    let Some(file) = file else {
        return Ok(None);
    };
    let name = match file {
        DriftFile::Adwin(_) => "adwin",
        DriftFile::PageHinkley(_) => "page_hinkley",
    };
    Detector::new(file)
        .map(Some)
        .map_err(|error| LabError::value(format!("{at}.drift.{name}"), error.to_string()))
}
