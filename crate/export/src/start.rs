//! The version that a job starts from.

use lab::Lab;
use lab::positions::Position;
use learn::online::Numbers;
use learn::scale::Scale;
use serde::{Deserialize, Serialize};

use super::Refused;

/// A version of a lane, and where reading goes on behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The version.
    pub version: u64,
    /// Its numbers, in the model's units: behind the scale.
    pub numbers: Numbers,
    /// How features are scaled; None where they are not.
    pub scale: Option<Scale>,
    /// The next record of each partition that is known; the others are read from where the lab file says.
    pub positions: Vec<Position>,
}

impl Start {
    /// A version of a lane of this lab; None means the newest.
    ///
    /// # Errors
    /// There is no such lane or version, or what it was made of is no longer retained.
    pub fn at(lab: &Lab, lane: &str, version: Option<u64>) -> Result<Start, Refused> {
        let names = lab.config.lanes.iter().map(|lane| lane.name.as_str());
        let Some(index) = names.clone().position(|name| name == lane) else {
            return Err(Refused::NoLane {
                lane: lane.to_owned(),
                there: names.collect::<Vec<_>>().join(", "),
            });
        };
        let refuse = |reason: String| Refused::NoVersion {
            lane: lane.to_owned(),
            reason,
        };
        let timeline = &lab.lanes[index].timeline;
        let newest = timeline.versions();
        if newest == 0 {
            let reason =
                "has no version yet, it waits for its first rows; give events to learn from";
            return Err(refuse(reason.to_owned()));
        }
        let version = version.unwrap_or(newest);
        let oldest = timeline.entries()[0].first;
        if !(oldest..=newest).contains(&version) {
            let there = format!("has the versions {oldest} to {newest}, not {version}");
            return Err(refuse(format!(
                "{there}; take one of them, or give more events"
            )));
        }
        let entry = &timeline.entries()[timeline.of_version(version)];
        if version != entry.last {
            let reason = format!(
                "version {version} is one of a run of empty batches ({} to {}), of which only the last is kept; take \
                 that one",
                entry.first, entry.last
            );
            return Err(refuse(reason));
        }
        let Some(model) = &entry.model else {
            let reason =
                format!("the model of version {version} is no longer kept; take a later one");
            return Err(refuse(reason));
        };
        let positions = lab.positions_behind(index, version);
        Ok(Start {
            version,
            numbers: model.numbers.clone(),
            scale: model.scale.as_deref().cloned(),
            positions: positions.map_err(|gone| refuse(gone.to_string()))?,
        })
    }
}
