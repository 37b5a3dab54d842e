//! What a lane would say of a row that is in no stream.

use learn::online::Answer;

use crate::lab::Lab;
use crate::lane::Lane;

/// Why a lane says nothing of a row.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AskError {
    /// There is no such lane.
    #[error("predict: no lane is called {name:?}; there are {lanes}")]
    NoLane {
        /// The name.
        name: String,
        /// The names that there are.
        lanes: String,
    },
    /// The row is not as wide as the model.
    #[error("predict: {lane} has {wanted} features ({names}); {given} numbers were given")]
    Width {
        /// The lane.
        lane: String,
        /// How many features it has.
        wanted: usize,
        /// What they are called.
        names: String,
        /// How many numbers the row has.
        given: usize,
    },
    /// A number of the row is not finite.
    #[error("predict: {column} is no finite number")]
    NotFinite {
        /// The feature.
        column: String,
    },
    /// The engine's job would fail.
    #[error("predict: the row {0}")]
    Row(String),
    /// There is no model yet.
    #[error("predict: {0} has no model before its first batch")]
    NoModel(String),
    /// There is no such version, or it was let go.
    #[error(
        "predict: {lane} keeps no model of version {version}; it keeps those of {first} to {last}"
    )]
    NoVersion {
        /// The lane.
        lane: String,
        /// The version.
        version: u64,
        /// The oldest one whose model is kept.
        first: u64,
        /// The newest one.
        last: u64,
    },
}

impl Lab {
    /// What a lane says of a row in the columns' units, and the version that says it. Nothing is learned or counted.
    ///
    /// Without a version it is what the engine would say now; with one, what that version's numbers say.
    ///
    /// # Errors
    /// There is no such lane, model or version, or the row does not fit.
    pub fn ask(
        &self,
        lane: &str,
        features: &[f64],
        version: Option<u64>,
    ) -> Result<(u64, Answer), AskError> {
        let found = self.lanes.iter().find(|found| found.config.name == lane);
        let found = found.ok_or_else(|| AskError::NoLane {
            name: lane.to_owned(),
            lanes: self
                .lanes
                .iter()
                .map(|lane| lane.config.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        found.ask(features, version)
    }
}

impl Lane {
    fn ask(&self, features: &[f64], version: Option<u64>) -> Result<(u64, Answer), AskError> {
        self.check_width(features)?;
        let newest = self.timeline.versions();
        if newest == 0 || (newest == 1 && !self.model().answers_at_once()) {
            return Err(AskError::NoModel(self.config.name.clone()));
        }
        let Some(version) = version else {
            let row = match &self.version().scale {
                None => features.to_vec(),
                Some(scale) => {
                    let mut row = features.to_vec();
                    scale.transform(&mut row);
                    row
                }
            };
            self.model().check_row(&row, None).map_err(AskError::Row)?;
            // A copy, because an engine may begin to remember what it predicted with.
            return Ok((newest, self.model().boxed().predict(&row)));
        };
        let entry = &self.timeline.entries()[self.timeline.of_version(version)];
        match &entry.model {
            Some(model) if (entry.first..=entry.last).contains(&version) => {
                Ok((version, self.answer(model, features)))
            }
            _ => Err(self.no_version(version)),
        }
    }

    fn check_width(&self, features: &[f64]) -> Result<(), AskError> {
        let names = &self.config.feature_names;
        if names.len() != features.len() {
            return Err(AskError::Width {
                lane: self.config.name.clone(),
                wanted: names.len(),
                names: names.join(", "),
                given: features.len(),
            });
        }
        let mut named = names.iter().zip(features);
        match named.find(|(_, number)| !number.is_finite()) {
            Some((column, _)) => Err(AskError::NotFinite {
                column: column.clone(),
            }),
            None => Ok(()),
        }
    }

    fn no_version(&self, version: u64) -> AskError {
        let mut kept = self
            .timeline
            .entries()
            .iter()
            .filter(|entry| entry.model.is_some());
        AskError::NoVersion {
            lane: self.config.name.clone(),
            version,
            first: kept.next().map_or(0, |entry| entry.first),
            last: self.timeline.versions(),
        }
    }
}
