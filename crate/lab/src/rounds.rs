//! Test rounds: longest runs of classified records with no training record between them.

/// So many rounds are kept at least, and twice as many at most: the oldest go first.
pub const ROUNDS_MAX: usize = 4096;

/// The rounds of a lab, as record numbers.
#[derive(Clone, Debug, Default)]
pub struct Rounds {
    /// First and last record of each round that is kept, oldest first.
    pub spans: Vec<(u64, u64)>,
    /// Rounds that are no longer kept.
    pub let_go: usize,
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
            _ => {
                if self.spans.len() == 2 * ROUNDS_MAX {
                    self.spans.drain(..ROUNDS_MAX);
                    self.let_go += ROUNDS_MAX;
                }
                self.spans.push((record, record));
            }
        }
        self.trained_since = false;
        self.let_go + self.spans.len() - 1
    }

    /// How many there have been.
    pub fn count(&self) -> usize {
        self.let_go + self.spans.len()
    }

    /// The round that a record belongs to, counted from 0.
    pub fn of(&self, record: u64) -> Option<usize> {
        let after = self.spans.partition_point(|span| span.0 <= record);
        let round = after.checked_sub(1)?;
        (record <= self.spans[round].1).then_some(self.let_go + round)
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

    #[test]
    fn the_oldest_rounds_are_let_go() {
        let mut rounds = Rounds::default();
        let many = 5 * ROUNDS_MAX;
        for round in 0..many {
            rounds.train();
            assert_eq!(rounds.classify(2 * round as u64), round);
        }
        assert!((ROUNDS_MAX..=2 * ROUNDS_MAX).contains(&rounds.spans.len()));
        assert_eq!(rounds.let_go + rounds.spans.len(), many);
        assert_eq!(rounds.of(2 * (many as u64 - 1)), Some(many - 1));
        assert_eq!(rounds.of(0), None);
    }
}
