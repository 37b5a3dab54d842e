//! What to know of a lab before its lanes are deployed: findings, each with what to do.
//!
//! - `seen`: what a [`Linter`] keeps of the records, looked at as they come
//! - rules: `kmeans`, `features`, `batches`, `changes`, `engines`; `streams` makes findings of the standing notes
//! - [`fix`]: what a finding offers, as a change of the lab file
//! - [`refused`]: a lab file that cannot be used, as a finding
//! - `words`: numbers and places in sentences; [`mod@write`]: findings as text, and as lines of JSON

mod batches;
mod changes;
mod engines;
mod features;
pub mod fix;
mod kmeans;
mod refused;
mod seen;
mod streams;
#[cfg(test)]
mod tests;
mod words;
pub mod write;

use serde::{Deserialize, Serialize};

use crate::lab::Lab;
use crate::lane::Lane;
pub use fix::{Fix, FixKind};
pub use refused::refused;
use seen::LaneSeen;
pub use seen::Linter;

/// Something to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule that found it.
    pub rule: Rule,
    /// How much it matters.
    pub severity: Severity,
    /// Name of the lane that it is about; None where it is about a stream, or the lab file as a whole.
    pub lane: Option<String>,
    /// Topic of the stream that it was seen on; None where it follows from the lab file.
    pub stream: Option<String>,
    /// The column that it is about.
    pub column: Option<String>,
    /// How its sentence begins: "Decay 0".
    pub title: String,
    /// How that goes on, without a full stop: "forgets every earlier batch".
    pub says: String,
    /// What it means, in sentences.
    pub means: String,
    /// Where it was seen, in sentences; empty where it was not.
    pub seen: String,
    /// What to do, in sentences.
    pub todo: String,
    /// A change of the lab file that mends it.
    pub fix: Option<Fix>,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The lab file cannot be used.
    Error,
    /// The results will most likely not be what is wanted.
    Warning,
    /// Good to know.
    Note,
}

/// What finds things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The lab file cannot be used.
    Refused,
    /// The model's numbers are not finite.
    NotFinite,
    /// Decay 0 forgets all before each batch.
    DecayZero,
    /// Flink's merge of subtasks lays an empty cluster without weight at the origin.
    Origin,
    /// Features whose ranges are 100 times apart.
    Scales,
    /// Initial weights of 0.
    ZeroWeights,
    /// More clusters than rows that differ.
    FewDistinct,
    /// A feature that is always the same.
    Constant,
    /// A batch that takes long to fill.
    SlowBatch,
    /// Rows that the engine drops when its input ends.
    LeftOver,
    /// A scaler whose window ends with the input.
    ScalerWaits,
    /// A defect of the engine that shows in the lane.
    EngineDefect,
    /// A setting or a start that the engine makes nothing of.
    NoEffect,
    /// Updates that are learned beside the rows that they change.
    Updates,
    /// Events that came again.
    Redelivered,
    /// Repeats that cannot be recognised.
    RepeatsUnknown,
    /// Repeats of events that are no longer remembered.
    Forgotten,
    /// A decimal that arrives as base64.
    Base64Decimal,
    /// A default that may stand for a NULL.
    DefaultForNull,
    /// A feature's column that is not there.
    MissingColumn,
    /// A feature's column whose values nothing explains.
    UndeclaredColumn,
    /// Values that were not sent.
    Unavailable,
    /// Values that are no JSON.
    NoJson,
    /// A topic without rows.
    NoRows,
    /// Events without a transaction, where batches end with one.
    NoTransaction,
    /// Transactions that did not come in one piece.
    CameApart,
}

impl Finding {
    /// Its sentence: "Decay 0 forgets every earlier batch".
    pub fn headline(&self) -> String {
        format!("{} {}", self.title, self.says)
    }

    /// The same for what is the same thing, whatever the numbers in its words: FNV-1a.
    pub fn id(&self) -> u64 {
        let about = [&self.lane, &self.stream, &self.column].map(|part| part.as_deref());
        let text = format!("{:?} {about:?}", self.rule);
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }

    /// Whether it is about this lane, or about all.
    pub fn concerns(&self, lane: &str) -> bool {
        self.lane.as_deref().is_none_or(|of| of == lane)
    }

    /// A finding without details about a lane.
    fn of_lane(rule: Rule, severity: Severity, lane: &Lane, title: &str, says: &str) -> Finding {
        Finding {
            lane: Some(lane.config.name.clone()),
            ..Finding::new(rule, severity, title, says)
        }
    }

    fn new(rule: Rule, severity: Severity, title: &str, says: &str) -> Finding {
        Finding {
            rule,
            severity,
            lane: None,
            stream: None,
            column: None,
            title: title.to_owned(),
            says: says.to_owned(),
            means: String::new(),
            seen: String::new(),
            todo: String::new(),
            fix: None,
        }
    }
}

/// A lane as the rules look at it.
#[derive(Clone, Copy)]
struct Looked<'a> {
    lab: &'a Lab,
    lane: &'a Lane,
    /// Its index.
    index: usize,
    seen: &'a LaneSeen,
}

impl Looked<'_> {
    /// Whether its model goes on from a checkpoint.
    fn starts_from_checkpoint(&self) -> bool {
        let lane = &self.lab.config.file.lanes[self.index];
        let model = serde_json::to_value(&lane.model).unwrap_or_default();
        !model["initial"]["checkpoint"].is_null()
    }

    /// A fix of this lane; none of one that follows a job, which would not change with it.
    fn fix(&self, words: &str, kind: FixKind) -> Option<Fix> {
        (!self.lane.is_following()).then(|| Fix {
            words: words.to_owned(),
            lane: self.lane.config.name.clone(),
            kind,
        })
    }
}

impl Lab {
    /// What there is to know, from the lab file and the records that are retained; what matters most comes first.
    ///
    /// Where records come all the time, a [`Linter`] looks at each once.
    pub fn lint(&self) -> Vec<Finding> {
        let mut linter = Linter::default();
        linter.see(self, usize::MAX);
        linter.findings(self)
    }
}

impl Linter {
    /// What there is to know of a lab, from its lab file and what was seen of its records; what matters most comes first.
    pub fn findings(&self, lab: &Lab) -> Vec<Finding> {
        let mut found = Vec::new();
        for (index, lane) in lab.lanes.iter().enumerate() {
            let Some(seen) = self.lanes.get(index) else {
                continue;
            };
            let looked = Looked {
                lab,
                lane,
                index,
                seen,
            };
            engines::find(looked, &mut found);
            kmeans::find(looked, &mut found);
            features::find(looked, &mut found);
            batches::find(looked, &mut found);
            changes::find(looked, &mut found);
        }
        streams::find(lab, &mut found);
        found.sort_by_key(|finding| finding.severity);
        found
    }
}
