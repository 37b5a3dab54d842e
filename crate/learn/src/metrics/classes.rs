//! Right and wrong, class by class.

use super::Confusion;
use crate::alignment::Alignment;

/// What a class's rows were taken for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ClassScore {
    /// Rows of the class.
    pub rows: f64,
    /// Rows that were taken for it, whatever they are.
    pub predicted: f64,
    /// Rows of the class that were taken for it.
    pub right: f64,
}

impl ClassScore {
    /// Recall: the share of its rows that were taken for it; NaN where it has none.
    pub fn recall(&self) -> f64 {
        self.right / self.rows
    }

    /// Precision: the share of what was taken for it that is of it; NaN where nothing was.
    pub fn precision(&self) -> f64 {
        self.right / self.predicted
    }

    /// F1: the harmonic mean of recall and precision; NaN where the class has no rows and nothing was taken for it.
    pub fn f1(&self) -> f64 {
        2.0 * self.right / (self.rows + self.predicted)
    }
}

/// Accuracy: the share of rows whose cluster stands for their class; NaN without rows.
///
/// With [`Alignment::identity`] ids are taken as they are (the engine's own ids, or predicted classes), scikit-learn's
/// `accuracy_score`; with [`Alignment::best`] it is the accuracy under the optimal assignment (Kuhn, "The Hungarian
/// method for the assignment problem", 1955).
pub fn accuracy(confusion: &Confusion, alignment: &Alignment) -> f64 {
    right(confusion, alignment) / confusion.rows()
}

/// Balanced accuracy: the mean recall of the classes that have rows; NaN without rows.
///
/// Brodersen et al., "The balanced accuracy and its posterior distribution" (2010); scikit-learn's
/// `balanced_accuracy_score`.
pub fn balanced_accuracy(confusion: &Confusion, alignment: &Alignment) -> f64 {
    let scores = by_class(confusion, alignment);
    let (sum, classes) = scores
        .iter()
        .filter(|score| score.rows > 0.0)
        .fold((0.0, 0.0), |(sum, n), score| {
            (sum + score.recall(), n + 1.0)
        });
    sum / classes
}

/// Each class's score; rows in a cluster that stands for no class are taken for none.
pub fn by_class(confusion: &Confusion, alignment: &Alignment) -> Vec<ClassScore> {
    let mut scores: Vec<ClassScore> = confusion
        .class_counts()
        .into_iter()
        .map(|rows| ClassScore {
            rows,
            predicted: 0.0,
            right: 0.0,
        })
        .collect();
    for (class, cluster, cell) in confusion.filled() {
        let Some(label) = alignment.label(cluster) else {
            continue;
        };
        if let Some(score) = scores.get_mut(label) {
            score.predicted += cell.weight;
        }
        if label == class {
            scores[class].right += cell.weight;
        }
    }
    scores
}

fn right(confusion: &Confusion, alignment: &Alignment) -> f64 {
    let stand = |&(class, cluster, _): &(usize, usize, _)| alignment.label(cluster) == Some(class);
    let right = confusion.filled().filter(stand);
    right.fold(0.0, |sum, (_, _, cell)| sum + cell.weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_each_class() {
        // Cluster 0 stands for class 1, cluster 1 for nothing, cluster 2 for class 0.
        let alignment = Alignment::fixed(vec![Some(1), None, Some(0)]);
        let table = Confusion::from_iter([(0, 2), (0, 0), (1, 0), (1, 0), (1, 1)]);
        let scores = by_class(&table, &alignment);
        let class = |rows, predicted, right| ClassScore {
            rows,
            predicted,
            right,
        };
        assert_eq!(scores, [class(2.0, 1.0, 1.0), class(3.0, 3.0, 2.0)]);
        assert_eq!((scores[0].recall(), scores[0].precision()), (0.5, 1.0));
        assert_eq!(scores[1].f1(), 2.0 / 3.0);
        assert_eq!(accuracy(&table, &alignment), 0.6);
    }
}
