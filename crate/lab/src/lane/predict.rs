//! Rows that a lane classifies.

use learn::online::Answer;

use super::{Lane, Prediction, RoundScore, Row};
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

    /// Classifies a row by the model as it is; where the engine has none yet, the row waits for it.
    pub fn predict(&mut self, row: Row, out: &mut Outbox) {
        let version = self.timeline.versions();
        if version == 1 && !self.model.answers_at_once() {
            return self.held.push(row);
        }
        let (scaled, scaler_version) = self.in_model_units(&row);
        let answer = self.model.predict(&scaled);
        self.scratch = scaled;
        let right = self.is_right(&answer, &row);
        self.count(&answer, &row, right);
        if let Some(target) = row.target {
            self.test_rows.push(&row.features, target);
        }
        if self.predictions.len() == self.predictions_max {
            self.predictions.pop_front();
            self.predictions_let_go += 1;
        }
        self.predictions.push_back(Prediction {
            record: row.record,
            version,
            answer,
            right,
        });
        out.push(LabEvent::Prediction(PredictionEvent {
            lane: self.index,
            lane_name: self.name.clone(),
            version,
            scaler_version,
            source: row.source,
            key: row.key,
            features: row.features,
            answer,
            label: row.label,
            target: row.target,
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

    fn is_right(&self, answer: &Answer, row: &Row) -> Option<bool> {
        match answer {
            Answer::Cluster(nearest) => self.stands_for(nearest.cluster, row.label.as_deref()),
            Answer::Class(class) => Some(f64::from(class.class) == row.target?),
            Answer::Number(_) => None,
        }
    }

    /// Counts an answer in its round.
    fn count(&mut self, answer: &Answer, row: &Row, right: Option<bool>) {
        let Some(round) = row.round.checked_sub(self.rounds_let_go) else {
            return;
        };
        if self.scores.len() <= round {
            self.scores.resize_with(round + 1, RoundScore::default);
        }
        let score = &mut self.scores[round];
        score.right += u32::from(right == Some(true));
        score.of += 1;
        if let (Answer::Number(number), Some(target)) = (answer, row.target) {
            score.errors.add(target, *number);
        }
    }
}
