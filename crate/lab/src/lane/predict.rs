//! Rows that a lane classifies.

use super::{Lane, Prediction, Row};
use crate::config::Cut;
use crate::event::{LabEvent, Outbox, PredictionEvent};

impl Lane {
    /// Classifies a row, at once or when its window ends.
    pub fn classify(&mut self, row: Row, out: &mut Outbox) {
        match self.config.cut {
            Cut::Interval(_) => self.held.push(row),
            Cut::Count(_) | Cut::Transaction | Cut::Hand => self.predict(row, out),
        }
    }

    /// Classifies a row by the model as it is.
    pub fn predict(&mut self, row: Row, out: &mut Outbox) {
        let nearest = self.model.predict(&row.features);
        let right = self.stands_for(nearest.cluster, row.label.as_deref());
        if let Some(round) = row.round.checked_sub(self.rounds_let_go) {
            if self.scores.len() <= round {
                self.scores.resize(round + 1, (0, 0));
            }
            let score = &mut self.scores[round];
            score.0 += u32::from(right == Some(true));
            score.1 += 1;
        }
        if self.predictions.len() == self.predictions_max {
            self.predictions.pop_front();
            self.predictions_let_go += 1;
        }
        let version = self.timeline.versions();
        self.predictions.push_back(Prediction {
            record: row.record,
            version,
            nearest,
            right,
        });
        out.push(LabEvent::Prediction(PredictionEvent {
            lane: self.index,
            lane_name: self.name.clone(),
            version,
            source: row.source,
            key: row.key,
            features: row.features,
            cluster: nearest.cluster,
            distance: nearest.distance,
            runner_up: (self.config.params.k() > 1).then_some(nearest.runner_up),
            label: row.label,
        }));
    }

    /// Lets go of the scores of the first rounds, so many in all.
    pub fn let_rounds_go(&mut self, rounds: usize) {
        let more = rounds - self.rounds_let_go;
        self.scores.drain(..more.min(self.scores.len()));
        self.rounds_let_go = rounds;
    }

    /// Whether a cluster stands for a label; None where that is not known.
    pub fn stands_for(&self, cluster: u32, label: Option<&str>) -> Option<bool> {
        let labels = self.config.cluster_labels.as_ref()?;
        Some(labels.get(cluster as usize)? == label?)
    }
}
