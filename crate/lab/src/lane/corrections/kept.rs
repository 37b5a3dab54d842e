//! What a checkpoint keeps of a lane's corrections.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::{Before, Corrections, RefusedCorrection};
use crate::config::LaneConfig;
use crate::lane::history::{History, KeptHistory};
use crate::lane::keys::Keys;
use crate::timeline::Entry;

/// What a checkpoint keeps of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptCorrections {
    keys: Keys,
    history: KeptHistory,
    before: Option<Before>,
    made: u64,
    refused: u64,
    listed: VecDeque<RefusedCorrection>,
    /// Versions that may yet be rewritten, but for the newest.
    pub(in crate::lane) entries: Vec<Entry>,
}

impl KeptCorrections {
    /// All versions in it.
    pub(in crate::lane) fn all_entries(&self) -> impl Iterator<Item = &Entry> {
        let before = self.before.iter().flat_map(|before| &before.entries);
        self.entries.iter().chain(before)
    }
}

impl Corrections {
    /// What a checkpoint keeps, of a lane whose versions are up to date.
    pub(in crate::lane) fn to_kept(&self, timeline: &[Entry]) -> KeptCorrections {
        let Corrections {
            keys,
            history,
            // Versions are up to date.
            dirty: _,
            before,
            made,
            refused,
            listed,
            // Is only drawn, or counted.
            gone: _,
            rebuilds: _,
        } = self;
        let earlier = &timeline[..timeline.len().saturating_sub(1)];
        let first = history.steps.front().map_or(u64::MAX, |step| step.version);
        let from = earlier.partition_point(|entry| entry.last < first);
        KeptCorrections {
            keys: keys.clone(),
            history: history.to_kept(),
            before: before.clone(),
            made: *made,
            refused: *refused,
            listed: listed.clone(),
            // The one before the first too, so that something stands before what is made anew.
            entries: earlier[from.saturating_sub(1)..].to_vec(),
        }
    }

    /// Goes on with what was kept of a lane of this configuration.
    ///
    /// # Errors
    /// What of it is not of such a lane, field first.
    pub(in crate::lane) fn from_kept(
        config: &LaneConfig,
        most: usize,
        kept: KeptCorrections,
    ) -> Result<Corrections, String> {
        let KeptCorrections {
            keys,
            history,
            before,
            made,
            refused,
            listed,
            entries: _,
        } = kept;
        Ok(Corrections {
            keys: keys.going_on(most),
            history: History::from_kept(config, most, history)?,
            dirty: None,
            before,
            made,
            refused,
            listed,
            gone: BTreeSet::new(),
            rebuilds: 0,
        })
    }
}
