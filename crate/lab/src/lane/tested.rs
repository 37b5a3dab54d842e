//! How each version does on the newest test rows.

use learn::metrics::Regression;
use learn::online::{Answer, loss};

use super::Lane;
use crate::event::{Score, Tested};

/// So many of the newest classified rows with a target are looked at.
const TEST_ROWS_MAX: usize = 1_000;

/// The newest classified rows that have a target.
#[derive(Clone, Debug, Default)]
pub(super) struct TestRows {
    /// Row after row; once full, the oldest is overwritten.
    features: Vec<f64>,
    targets: Vec<f64>,
    /// Where the next one goes.
    next: usize,
}

impl TestRows {
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
        let rows = &self.test_rows;
        if rows.targets.is_empty() {
            return None;
        }
        let version = self.version();
        let (mut errors, mut right, mut losses) = (Regression::new(), 0_u64, 0.0);
        let count = rows.targets.len();
        for i in (rows.next..count).chain(0..rows.next) {
            let dim = self.config.dim();
            let target = rows.targets[i];
            let answer = self.answer(&version, &rows.features[i * dim..][..dim]);
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
