//! Which label each cluster of a lane stands for.
//!
//! Where the lab file pins the labels, they stand. Elsewhere one map of ids to labels holds for the whole timeline: the
//! best one on the newest round with labels. A round under way counts as soon as it has as many labelled rows as the one
//! before it, a shorter one at its end. Ties keep the map. Only labels of classified rows are looked at, as they come.

use learn::alignment::Alignment;
use learn::metrics::Confusion;
use serde::{Deserialize, Serialize};

use super::Lane;
use crate::snapshot::{Mark, MarkKind};

/// A column with more different labels than this holds no classes: nothing is judged by it.
pub(crate) const LABELS_MAX: usize = 64;

/// The labels that a lane has seen, and the clusters that stand for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The pinned ones, then in the order of first sight.
    labels: Vec<String>,
    /// Whether there were more than [`LABELS_MAX`].
    too_many: bool,
    pinned: bool,
    clusters: usize,
    map: Alignment,
    /// The labelled rows of the newest round that has any.
    round: Confusion,
    /// Whether that round is over.
    over: bool,
    /// Labelled rows of the round before it.
    before: f64,
}

/// What a labelled row, or the end of a round, does to the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing.
    None,
    /// Clusters stand for labels that had none.
    More,
    /// A cluster that stood for a label since an earlier round stands for another one.
    Moved,
}

impl Identity {
    pub(super) fn new(clusters: usize, pinned: Option<&[String]>) -> Identity {
        let mut identity = Identity {
            labels: Vec::new(),
            too_many: false,
            pinned: pinned.is_some(),
            clusters,
            map: Alignment::fixed(vec![None; clusters]),
            round: Confusion::new(),
            over: false,
            before: 0.0,
        };
        if let Some(pinned) = pinned {
            let places = pinned.iter().map(|label| Some(identity.place(label)));
            identity.map = Alignment::fixed(places.collect());
        }
        identity
    }

    /// The labels: the pinned ones, then in the order of first sight.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Whether there are more labels than can be classes.
    pub fn too_many(&self) -> bool {
        self.too_many
    }

    /// Whether clusters stand for labels, so that predictions can be right or wrong.
    pub fn judges(&self) -> bool {
        self.pinned || !(self.too_many || self.labels.is_empty())
    }

    /// The label that a cluster stands for, as an index.
    pub fn label_of(&self, cluster: usize) -> Option<usize> {
        self.map.label(cluster).filter(|_| self.judges())
    }

    /// The engine's own ids: what is pinned, or each id for the label that is written like it; None where no label is.
    pub(super) fn own_ids(&self) -> Option<Alignment> {
        if self.pinned {
            return Some(self.map.clone());
        }
        let place = |id: usize| {
            let id = id.to_string();
            self.labels.iter().position(|label| *label == id)
        };
        let places: Vec<Option<usize>> = (0..self.clusters).map(place).collect();
        let any = places.iter().any(Option::is_some);
        any.then(|| Alignment::fixed(places))
    }

    /// The index of a label, new if it was not seen before; None where there are too many.
    pub(super) fn see(&mut self, label: &str) -> Option<usize> {
        let known = self.labels.iter().position(|known| known == label);
        if self.too_many {
            return known.filter(|_| self.pinned);
        }
        if known.is_some() {
            return known;
        }
        // As many as clusters may be pinned.
        if self.labels.len() >= LABELS_MAX.max(self.clusters) {
            self.too_many = true;
            return None;
        }
        Some(self.place(label))
    }

    fn place(&mut self, label: &str) -> usize {
        let known = self.labels.iter().position(|known| known == label);
        known.unwrap_or_else(|| {
            self.labels.push(label.to_owned());
            self.labels.len() - 1
        })
    }

    /// Counts a labelled row.
    pub(super) fn count(&mut self, label: usize, cluster: usize) -> Change {
        if self.pinned || self.too_many {
            return Change::None;
        }
        if std::mem::take(&mut self.over) {
            self.before = self.round.rows();
            self.round = Confusion::new();
        }
        self.round.add(label, cluster);
        let more = self.round.rows() - self.before;
        // A map that is the best one stays so with one more row that it has right.
        let stays = more > 0.0 && self.map.label(cluster) == Some(label);
        match more < 0.0 || stays {
            true => Change::None,
            false => self.align(),
        }
    }

    /// Ends the round under way.
    pub(super) fn end_round(&mut self) -> Change {
        let was_short = !self.over && self.round.rows() < self.before;
        self.over = true;
        match was_short && self.round.rows() > 0.0 && !self.pinned && !self.too_many {
            true => self.align(),
            false => Change::None,
        }
    }

    fn align(&mut self) -> Change {
        let map = Alignment::best(
            &self.round,
            self.clusters,
            self.labels.len(),
            Some(&self.map),
        );
        let moved = |cluster: usize| {
            let stood_for = self.map.label(cluster);
            stood_for.is_some() && stood_for != map.label(cluster)
        };
        let moved = (0..self.clusters).any(moved);
        let change = match (map == self.map, moved && self.before > 0.0) {
            (true, _) => Change::None,
            (false, true) => Change::Moved,
            (false, false) => Change::More,
        };
        self.map = map;
        change
    }
}

impl Lane {
    /// Sees the label of a classified row: its index, if it can be judged by.
    pub(super) fn see_label(&mut self, label: Option<&str>, record: u64) -> Option<usize> {
        let were_too_many = self.measuring.identity.too_many;
        let seen = self.measuring.identity.see(label?);
        if self.measuring.identity.too_many && !were_too_many {
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
                    label.map_or("no label", |label| &self.measuring.identity.labels[label]);
                format!("{cluster} for {label}")
            };
            let all: Vec<String> = (0..self.measuring.identity.clusters).map(stands).collect();
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
            if let learn::online::Answer::Cluster(nearest) = prediction.answer {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(identity: &Identity) -> Vec<Option<&str>> {
        (0..identity.clusters)
            .map(|cluster| Some(identity.labels[identity.label_of(cluster)?].as_str()))
            .collect()
    }

    fn row(identity: &mut Identity, label: &str, cluster: usize) -> Change {
        let label = identity.see(label).unwrap();
        identity.count(label, cluster)
    }

    #[test]
    fn a_later_round_counts_once_it_is_as_long() {
        let mut identity = Identity::new(2, None);
        assert!(!identity.judges());
        for _ in 0..3 {
            row(&mut identity, "a", 1);
        }
        row(&mut identity, "b", 0);
        assert_eq!(labels(&identity), [Some("b"), Some("a")]);
        identity.end_round();
        for _ in 0..3 {
            assert_eq!(row(&mut identity, "a", 0), Change::None);
        }
        assert_eq!(row(&mut identity, "b", 1), Change::Moved);
        assert_eq!(labels(&identity), [Some("a"), Some("b")]);
        // A shorter one counts at its end.
        identity.end_round();
        assert_eq!(row(&mut identity, "a", 1), Change::None);
        assert_eq!(identity.end_round(), Change::Moved);
        assert_eq!(identity.end_round(), Change::None);
        assert_eq!(labels(&identity), [Some("b"), Some("a")]);
    }

    #[test]
    fn pinned_labels_stay_and_may_stand_twice() {
        let pinned = ["a".to_owned(), "b".to_owned(), "a".to_owned()];
        let mut identity = Identity::new(3, Some(&pinned));
        for _ in 0..9 {
            assert_eq!(row(&mut identity, "c", 0), Change::None);
        }
        assert_eq!(labels(&identity), [Some("a"), Some("b"), Some("a")]);
        assert_eq!(identity.labels(), ["a", "b", "c"]);
    }

    #[test]
    fn too_many_labels_are_no_classes() {
        let mut identity = Identity::new(2, None);
        for label in 0..LABELS_MAX {
            assert!(identity.see(&label.to_string()).is_some());
        }
        assert!(identity.judges() && identity.see("more").is_none());
        assert!(identity.too_many() && !identity.judges());
        assert_eq!(stands_for(&identity, 0, Some(0)), None);
    }

    #[test]
    fn own_ids_are_labels_that_are_written_like_them() {
        let mut identity = Identity::new(2, None);
        identity.see("setosa");
        assert_eq!(identity.own_ids(), None);
        identity.see("1");
        let own = identity.own_ids().unwrap();
        assert_eq!((own.label(0), own.label(1)), (None, Some(1)));
    }

    proptest! {
        /// The map is left only for one that has more rows of the round right.
        #[test]
        fn ties_keep_the_map(
            rounds in proptest::collection::vec(
                proptest::collection::vec((0..4_usize, 0..4_usize), 1..12), 1..8),
        ) {
            let mut identity = Identity::new(4, None);
            let right = |table: &Confusion, map: &Alignment| {
                learn::metrics::accuracy(table, map) * table.rows()
            };
            for round in rounds {
                for (label, cluster) in round {
                    let before = identity.map.clone();
                    let change = row(&mut identity, &label.to_string(), cluster);
                    let more = right(&identity.round, &identity.map) > right(&identity.round, &before) + 0.5;
                    prop_assert!(change != Change::Moved || more);
                    if identity.round.rows() >= identity.before {
                        let best = Alignment::best(&identity.round, 4, identity.labels.len(), Some(&identity.map));
                        prop_assert_eq!(&best, &identity.map, "the best one, however few rows were looked at");
                    }
                }
                let before = identity.map.clone();
                let change = identity.end_round();
                let more = right(&identity.round, &identity.map) > right(&identity.round, &before) + 0.5;
                prop_assert!(change != Change::Moved || more);
            }
        }
    }
}
