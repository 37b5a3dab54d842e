//! Predictions of a clustering, judged by the labels that its clusters stand for.

use learn::online::Answer;

use super::Lane;
use super::alignment::{Change, Identity, LABELS_MAX};
use crate::snapshot::{Mark, MarkKind};

impl Lane {
    /// Sees the label of a classified row: its index, if it can be judged by.
    pub(super) fn see_label(&mut self, label: Option<&str>, record: u64) -> Option<usize> {
        let were_too_many = self.measuring.identity.too_many();
        let seen = self.measuring.identity.see(label?);
        if self.measuring.identity.too_many() && !were_too_many {
            self.judge_again();
            self.measuring.mark(Mark {
                record,
                kind: MarkKind::Labels,
                text: format!(
                    "More than {LABELS_MAX} different labels are no classes: nothing is measured by them. Name a label \
                     column with fewer"
                ),
            });
        }
        seen
    }

    /// Judges all again where the map of ids to labels is another one; `record` is where.
    pub(super) fn take_change(&mut self, change: Change, record: u64) {
        if change == Change::None {
            return;
        }
        self.judge_again();
        if change == Change::Moved {
            let stands = |cluster: usize| {
                let label = self.measuring.identity.label_of(cluster);
                let label =
                    label.map_or("no label", |label| &self.measuring.identity.labels()[label]);
                format!("{cluster} for {label}")
            };
            let all: Vec<String> = (0..self.measuring.identity.clusters())
                .map(stands)
                .collect();
            self.measuring.mark(Mark {
                record,
                kind: MarkKind::Labels,
                text: format!(
                    "Clusters stand for other labels: {}. All test rounds are scored anew",
                    all.join(", ")
                ),
            });
        }
    }

    /// Judges the kept predictions and rounds by the map as it is.
    fn judge_again(&mut self) {
        let identity = &self.measuring.identity;
        for prediction in &mut self.predictions {
            if let Answer::Cluster(nearest) = prediction.answer {
                prediction.right = stands_for(identity, nearest.cluster, prediction.label);
            }
        }
        for score in &mut self.scores {
            let right = |(label, cluster, _): &&(u32, u32, u32)| {
                stands_for(identity, *cluster, Some(*label)) == Some(true)
            };
            score.right = score.cells.iter().filter(right).map(|cell| cell.2).sum();
        }
    }
}

/// Whether a cluster stands for a label; None where that is not known.
pub(super) fn stands_for(identity: &Identity, cluster: u32, label: Option<u32>) -> Option<bool> {
    let label = label.filter(|_| identity.judges())?;
    Some(identity.label_of(cluster as usize) == Some(label as usize))
}
