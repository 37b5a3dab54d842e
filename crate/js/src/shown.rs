//! What a snapshot is to show, by names.

use lab::config::Config;
use lab::snapshot::{Axis, Playhead, View};
use serde::Deserialize;

/// What to show; what is left out is the page's own default.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shown {
    /// Name of the lane; left out: the first.
    pub lane: Option<String>,
    /// Where on the timeline; left out: at the newest record.
    pub at: At,
    /// The feature on the stage's horizontal axis; left out: the last but one.
    pub x: Option<String>,
    /// The feature on the vertical axis; left out: the last.
    pub y: Option<String>,
    /// At most this many points.
    pub points: Option<usize>,
    /// At most this many rows of each list.
    pub rows: Option<usize>,
    /// At most this many bars of the timeline.
    pub bars: Option<usize>,
}

/// Where on the timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// At the newest record.
    #[default]
    Live,
    /// Just after this version of the lane was made.
    Version(u64),
    /// After so many records.
    Record(u64),
}

/// What cannot be shown.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ShownError {
    /// It is not of the form.
    #[error("snapshot: {0}")]
    Form(String),
    /// A name is not there.
    #[error("snapshot: {field}: there is no {what} {name:?}; there are {known}")]
    Name {
        /// The field.
        field: &'static str,
        /// What it names.
        what: &'static str,
        /// The name.
        name: String,
        /// The names that there are.
        known: String,
    },
}

impl Shown {
    /// Reads it from JSON.
    ///
    /// # Errors
    /// It is not of the form.
    pub fn parse(json: &str) -> Result<Shown, ShownError> {
        serde_json::from_str(json).map_err(|error| ShownError::Form(error.to_string()))
    }

    /// The view of a lab.
    ///
    /// # Errors
    /// The lab has no such lane, or the lane no such feature.
    pub fn view(&self, config: &Config) -> Result<View, ShownError> {
        let lanes: Vec<&str> = config.lanes.iter().map(|lane| lane.name.as_str()).collect();
        let lane = match &self.lane {
            Some(name) => place("lane", "lane", name, &lanes)?,
            None => 0,
        };
        let names = &config.lanes[lane].feature_names;
        let features: Vec<&str> = names.iter().map(String::as_str).collect();
        let last = features.len().saturating_sub(1);
        let axis = |field, name: &Option<String>, otherwise| match name {
            Some(name) => place(field, "feature", name, &features),
            None => Ok(otherwise),
        };
        let default = View::default();
        Ok(View {
            lane,
            at: match self.at {
                At::Live => Playhead::Live,
                At::Version(version) => Playhead::Version(version),
                At::Record(record) => Playhead::Record(record),
            },
            x: Axis::Feature(axis("x", &self.x, last.saturating_sub(1))?),
            y: Axis::Feature(axis("y", &self.y, last)?),
            points: self.points.unwrap_or(default.points),
            rows: self.rows.unwrap_or(default.rows),
            bars: self.bars.unwrap_or(default.bars),
            ..default
        })
    }
}

fn place(
    field: &'static str,
    what: &'static str,
    name: &str,
    known: &[&str],
) -> Result<usize, ShownError> {
    let found = known.iter().position(|known| *known == name);
    found.ok_or_else(|| ShownError::Name {
        field,
        what,
        name: name.to_owned(),
        known: known.join(", "),
    })
}
