//! The policies for changes that a person chooses among, by their names.

use super::{Changes, Delete, Update};

/// What a lane makes of updates and deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// An update's new image is one more row; deletes change nothing.
    AsRows,
    /// Updates and deletes change nothing.
    InsertsOnly,
    /// The old row is taken out of the batch that held it.
    Corrected,
}

impl Policy {
    /// All, in the order in which they are offered.
    pub const ALL: [Policy; 3] = [Policy::AsRows, Policy::InsertsOnly, Policy::Corrected];

    /// A short word for it, for a form's value.
    pub fn word(self) -> &'static str {
        match self {
            Policy::AsRows => "as_rows",
            Policy::InsertsOnly => "inserts_only",
            Policy::Corrected => "corrected",
        }
    }

    /// The policy of a word.
    pub fn of_word(word: &str) -> Option<Policy> {
        Policy::ALL.into_iter().find(|policy| policy.word() == word)
    }

    /// What it is called where it is chosen.
    pub fn name(self) -> &'static str {
        match self {
            Policy::AsRows => "as new rows (what the engines do after unwrap; default)",
            Policy::InsertsOnly => "inserts only",
            Policy::Corrected => "corrected",
        }
    }

    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Policy::AsRows => {
                "An update's new image is learned as one more row, the old one stays learned; a delete changes nothing."
            }
            Policy::InsertsOnly => {
                "Updates and deletes are shown, and nothing is learned from them."
            }
            Policy::Corrected => {
                "The old row of an update or a delete is taken out of the batch that held it, and later versions are \
                 made anew. No engine does that."
            }
        }
    }

    /// The policy of a lane's `changes`; None where its updates and deletes are of two policies.
    pub fn of(changes: &Changes) -> Option<Policy> {
        Policy::ALL
            .into_iter()
            .find(|policy| policy.changes() == (changes.update, changes.delete))
    }

    /// Puts it into a lane's `changes`; truncates and repeats stay as they are.
    pub fn put(self, changes: &mut Changes) {
        (changes.update, changes.delete) = self.changes();
    }

    fn changes(self) -> (Update, Delete) {
        match self {
            Policy::AsRows => (Update::AsRow, Delete::Ignore),
            Policy::InsertsOnly => (Update::Ignore, Delete::Ignore),
            Policy::Corrected => (Update::Correct, Delete::Correct),
        }
    }
}

impl Changes {
    /// Whether old rows are taken out of the batches that held them.
    pub fn correct(&self) -> bool {
        self.update == Update::Correct || self.delete == Delete::Correct
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_is_found_again_in_the_lab_file() {
        let mut changes = Changes::default();
        assert_eq!(Policy::of(&changes), Some(Policy::AsRows));
        for policy in Policy::ALL {
            policy.put(&mut changes);
            assert_eq!(Policy::of(&changes), Some(policy));
            assert_eq!(Policy::of_word(policy.word()), Some(policy));
            assert_eq!(changes.correct(), policy == Policy::Corrected);
        }
        changes.update = Update::AsRow;
        assert_eq!(Policy::of(&changes), None);
        assert!(changes.correct());
    }
}
