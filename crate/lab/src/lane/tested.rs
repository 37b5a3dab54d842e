//! How each version does on the newest test rows.

use learn::metrics::Regression;
use learn::online::{Answer, loss};

use serde::{Deserialize, Serialize};

use super::Lane;
use crate::event::{Score, Tested};
use crate::timeline::Version;

/// So many of the newest classified rows with a target are looked at.
const TEST_ROWS_MAX: usize = 1_000;

/// The newest classified rows that have a target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TestRows {
    /// Row after row; once full, the oldest is overwritten.
    #[serde(with = "learn::number::list")]
    features: Vec<f64>,
    #[serde(with = "learn::number::list")]
    targets: Vec<f64>,
    /// Where the next one goes.
    next: usize,
}

impl TestRows {
    /// Whether it is rows of so many numbers, no more than there may be.
    pub(super) fn fits(&self, dim: usize) -> bool {
        let count = self.targets.len();
        self.features.len() == count * dim
            && count <= TEST_ROWS_MAX
            && self.next <= count.saturating_sub(1)
    }

    pub(super) fn push(&mut self, features: &[f64], target: f64) {
        if self.targets.len() < TEST_ROWS_MAX {
            self.features.extend_from_slice(features);
            self.targets.push(target);
        } else {
            let at = self.next * features.len();
            self.features[at..at + features.len()].copy_from_slice(features);
            self.targets[self.next] = target;
            self.next = (self.next + 1) % TEST_ROWS_MAX;
        }
    }
}

impl Lane {
    /// How the newest version does on them, oldest first; None without any.
    pub(super) fn tested(&self) -> Option<Tested> {
        match self.test_rows.targets.is_empty() {
            true => None,
            false => self.tested_by(&self.version()),
        }
    }

    /// How a version does on them.
    pub(super) fn tested_by(&self, version: &Version) -> Option<Tested> {
        let rows = &self.test_rows;
        if rows.targets.is_empty() {
            return None;
        }
        let (mut errors, mut right, mut losses) = (Regression::new(), 0_u64, 0.0);
        let count = rows.targets.len();
        for i in (rows.next..count).chain(0..rows.next) {
            let dim = self.config.dim();
            let target = rows.targets[i];
            let answer = self.answer(version, &rows.features[i * dim..][..dim]);
            match answer {
                Answer::Number(number) => errors.add(target, number),
                Answer::Class(class) => {
                    right += u64::from(f64::from(class.class) == target);
                    losses += loss(answer, target);
                }
                Answer::Cluster(_) => return None,
            }
        }
        let score = match errors.rows() {
            0 => Score::Classes {
                accuracy: right as f64 / count as f64,
                log_loss: losses / count as f64,
            },
            _ => Score::Numbers {
                mse: errors.mse(),
                mae: errors.mae(),
                r2: errors.r2(),
            },
        };
        Some(Tested {
            rows: count as u64,
            score,
        })
    }
}
