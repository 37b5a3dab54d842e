//! Test rounds: longest runs of classified records with no training record between them.

/// The rounds of a lab, as record numbers.
#[derive(Clone, Debug, Default)]
pub struct Rounds {
    /// First and last record of each round, oldest first.
    pub spans: Vec<(u64, u64)>,
    trained_since: bool,
}

impl Rounds {
    /// A training record was applied: the next classified one opens a round.
    pub fn train(&mut self) {
        self.trained_since = true;
    }

    /// A record to classify was applied; returns its round, counted from 0.
    pub fn classify(&mut self, record: u64) -> usize {
        match self.spans.last_mut() {
            Some(span) if !self.trained_since => span.1 = record,
            _ => self.spans.push((record, record)),
        }
        self.trained_since = false;
        self.spans.len() - 1
    }

    /// The round that a record belongs to, counted from 0.
    pub fn of(&self, record: u64) -> Option<usize> {
        let after = self.spans.partition_point(|span| span.0 <= record);
        let round = after.checked_sub(1)?;
        (record <= self.spans[round].1).then_some(round)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_training_record_ends_a_round() {
        let mut rounds = Rounds::default();
        assert_eq!(rounds.classify(0), 0);
        rounds.train();
        assert_eq!(rounds.classify(2), 1);
        assert_eq!(rounds.classify(3), 1);
        rounds.train();
        rounds.train();
        assert_eq!(rounds.spans, [(0, 0), (2, 3)]);
        assert_eq!(rounds.of(3), Some(1));
        assert_eq!(rounds.of(1), None);
    }
}
