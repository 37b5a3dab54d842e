//! Rows that a lane classifies.

use learn::online::Answer;

use super::judging::stands_for;
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
        let (answer, scaler_version) = match &self.following {
            // A job's version says itself what it is, and has no number of its scaler.
            Some(_) => (self.answer_of_newest(&row.features), None),
            None if version == 1 && !self.model.answers_at_once() => return self.held.push(row),
            None => {
                self.use_model(out);
                let (scaled, scaler_version) = self.in_model_units(&row);
                let answer = self.model.predict(&scaled);
                self.scratch = scaled;
                (answer, scaler_version)
            }
        };
        self.note_prediction();
        self.enter_round(&row, out);
        let label = self.label_of(&answer, &row);
        let prediction = Prediction {
            record: row.record,
            version,
            answer,
            right: self.is_right(&answer, &row, label),
            label,
            target: row.target,
        };
        self.count(&prediction, row.round);
        self.measuring.count(&prediction);
        if let Some(target) = row.target {
            self.test_rows.push(&row.features, target);
        }
        if self.predictions.len() == self.predictions_max {
            self.predictions.pop_front();
            self.predictions_let_go += 1;
        }
        self.predictions.push_back(prediction);
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

    fn answer_of_newest(&self, features: &[f64]) -> Answer {
        match &self.timeline.newest().model {
            Some(version) => self.answer(version, features),
            None => self.answer(&self.version(), features),
        }
    }

    /// Lets go of the scores of the first rounds, so many in all.
    pub fn let_rounds_go(&mut self, rounds: usize) {
        let more = rounds - self.rounds_let_go;
        self.scores.drain(..more.min(self.scores.len()));
        self.rounds_let_go = rounds;
    }

    /// Keeps scores from this round on, which it began behind: those before are empty.
    pub(crate) fn keep_rounds_from(&mut self, round: usize) {
        let missing = self.rounds_let_go.saturating_sub(round);
        let empty = std::iter::repeat_n(RoundScore::default(), missing);
        self.scores.splice(0..0, empty);
        self.rounds_let_go = round.min(self.rounds_let_go);
    }

    /// The label of a row that was given a cluster, and what it changes.
    fn label_of(&mut self, answer: &Answer, row: &Row) -> Option<u32> {
        let Answer::Cluster(nearest) = answer else {
            return None;
        };
        let label = self.see_label(row.label.as_deref(), row.record)?;
        let change = self
            .measuring
            .identity
            .count(label, nearest.cluster as usize);
        self.take_change(change, row.record + 1);
        u32::try_from(label).ok()
    }

    fn is_right(&self, answer: &Answer, row: &Row, label: Option<u32>) -> Option<bool> {
        match answer {
            Answer::Cluster(nearest) => {
                stands_for(&self.measuring.identity, nearest.cluster, label)
            }
            Answer::Class(class) => Some(f64::from(class.class) == row.target?),
            Answer::Number(_) => None,
        }
    }

    /// Counts a prediction in its round.
    fn count(&mut self, prediction: &Prediction, round: usize) {
        let Some(round) = round.checked_sub(self.rounds_let_go) else {
            return;
        };
        if self.scores.len() <= round {
            self.scores.resize_with(round + 1, RoundScore::default);
        }
        let score = &mut self.scores[round];
        score.right += u32::from(prediction.right == Some(true));
        score.of += 1;
        match (prediction.answer, prediction.target, prediction.label) {
            (Answer::Number(number), Some(target), _) => score.errors.add(target, number),
            (Answer::Cluster(nearest), _, Some(label)) => score.see(label, nearest.cluster),
            _ => {}
        }
    }
}

impl RoundScore {
    fn see(&mut self, label: u32, cluster: u32) {
        let here = |cell: &&mut (u32, u32, u32)| (cell.0, cell.1) == (label, cluster);
        match self.cells.iter_mut().find(here) {
            Some(cell) => cell.2 += 1,
            None => self.cells.push((label, cluster, 1)),
        }
    }
}
