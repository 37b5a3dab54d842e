//! What a lane's predictions are worth, each counted when it is made.

use std::collections::VecDeque;

use learn::SpecError;
use learn::alignment::Alignment;
use learn::metrics::{
    Confusion, MeanLoss, Prequential, Regression, Span, accuracy, adjusted_rand_index,
    normalized_mutual_information, roc_auc,
};
use learn::online::{Answer, Task, loss};
use serde::{Deserialize, Serialize};

use super::alignment::Identity;
use super::definitions::BY_LABELS;

/// The area under the ROC curve is that of at most so many newest predictions.
const SCORES_MAX: usize = 1_000;

/// Predictions, counted up over a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measures {
    span: Span,
    rows: u64,
    counted: Counted,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Counted {
    /// Labels by clusters.
    Clusters(Prequential<Confusion>),
    Numbers(Prequential<Regression>),
    Classes {
        /// Classes by predicted ones.
        table: Prequential<Confusion>,
        loss: Prequential<MeanLoss>,
        /// Whether it is of class 1, and how probable that was, if it was a number; oldest first.
        scores: VecDeque<(bool, Option<f64>)>,
    },
}

/// The values of a lane's measures at one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// What the model answers with: whose [`definitions`](super::definitions::definitions) they have.
    pub task: Task,
    /// Predictions with a label or target that were counted.
    pub rows: u64,
    /// NaN where there is nothing to measure; as many as there are definitions, or fewer.
    #[serde(with = "learn::number::list")]
    pub values: Vec<f64>,
}

impl Measures {
    /// Starts without rows.
    ///
    /// # Errors
    /// The span cannot be.
    pub fn new(task: Task, span: Span) -> Result<Measures, SpecError> {
        let counted = match task {
            Task::Clustering => Counted::Clusters(Prequential::new(span)?),
            Task::Regression => Counted::Numbers(Prequential::new(span)?),
            Task::Classification => Counted::Classes {
                table: Prequential::new(span)?,
                loss: Prequential::new(span)?,
                scores: VecDeque::new(),
            },
        };
        Ok(Measures {
            span,
            rows: 0,
            counted,
        })
    }

    /// Over all rows, without any yet.
    pub fn of_all(task: Task) -> Measures {
        let counted = match task {
            Task::Clustering => Counted::Clusters(Prequential::default()),
            Task::Regression => Counted::Numbers(Prequential::default()),
            Task::Classification => Counted::Classes {
                table: Prequential::default(),
                loss: Prequential::default(),
                scores: VecDeque::new(),
            },
        };
        Measures {
            span: Span::All,
            rows: 0,
            counted,
        }
    }

    /// Which rows count.
    pub fn span(&self) -> Span {
        self.span
    }

    /// How many predictions count.
    pub fn rows(&self) -> u64 {
        match self.span {
            Span::Window(rows) => self.rows.min(rows as u64),
            Span::All | Span::Fading(_) => self.rows,
        }
    }

    /// How many predictions were ever counted.
    pub(super) fn all_rows(&self) -> u64 {
        self.rows
    }

    /// Counts a prediction; one without label or target does not count.
    pub fn add(&mut self, answer: Answer, label: Option<u32>, target: Option<f64>) {
        let known = match (&mut self.counted, answer, label, target) {
            (Counted::Clusters(table), Answer::Cluster(nearest), Some(label), _) => {
                table.add((label as usize, nearest.cluster as usize));
                true
            }
            (Counted::Numbers(errors), Answer::Number(number), _, Some(target)) => {
                errors.add((target, number));
                true
            }
            (
                Counted::Classes {
                    table,
                    loss: losses,
                    scores,
                },
                Answer::Class(class),
                _,
                Some(target),
            ) if target == 0.0 || target == 1.0 => {
                let own = usize::from(target == 1.0);
                table.add((own, class.class as usize));
                losses.add(loss(answer, target));
                let most = match self.span {
                    Span::Window(rows) => rows.min(SCORES_MAX),
                    Span::All | Span::Fading(_) => SCORES_MAX,
                };
                if scores.len() == most {
                    scores.pop_front();
                }
                let probability = Some(class.probability).filter(|given| given.is_finite());
                scores.push_back((own == 1, probability));
                true
            }
            _ => false,
        };
        self.rows += u64::from(known);
    }

    /// The measures as they stand, but for silhouettes.
    pub fn measured(&self, identity: &Identity) -> Measured {
        let (task, values) = match &self.counted {
            Counted::Clusters(_) if identity.too_many() => {
                (Task::Clustering, vec![f64::NAN; BY_LABELS])
            }
            Counted::Clusters(table) => (
                Task::Clustering,
                by_labels(&table.tally(), identity).to_vec(),
            ),
            Counted::Numbers(errors) => {
                let errors = errors.tally();
                let values = vec![errors.mse(), errors.rmse(), errors.mae(), errors.r2()];
                (Task::Regression, values)
            }
            Counted::Classes {
                table,
                loss,
                scores,
            } => {
                let accuracy = accuracy(&table.tally(), &Alignment::identity());
                let scores: Vec<_> = scores
                    .iter()
                    .map(|(own, given)| (*own, given.unwrap_or(f64::NAN)))
                    .collect();
                let values = vec![accuracy, loss.tally().mean(), roc_auc(&scores)];
                (Task::Classification, values)
            }
        };
        Measured {
            task,
            rows: self.rows(),
            values,
        }
    }

    /// Labels by clusters, or classes by predicted ones.
    pub fn table(&self) -> Option<Confusion> {
        match &self.counted {
            Counted::Clusters(table) | Counted::Classes { table, .. } => {
                Some(table.tally().into_owned())
            }
            Counted::Numbers(_) => None,
        }
    }
}

/// The measures of clusters against labels, in the order of the definitions; NaN without rows.
fn by_labels(table: &Confusion, identity: &Identity) -> [f64; BY_LABELS] {
    if table.rows() == 0.0 {
        return [f64::NAN; BY_LABELS];
    }
    let best = Alignment::best(table, 0, 0, None);
    [
        identity
            .own_ids()
            .map_or(f64::NAN, |own| accuracy(table, &own)),
        accuracy(table, &best),
        adjusted_rand_index(table),
        normalized_mutual_information(table),
        table.purity(),
    ]
}

#[cfg(test)]
mod tests {
    use learn::kmeans::Nearest;

    use super::*;

    fn nearest(cluster: u32) -> Answer {
        Answer::Cluster(Nearest {
            cluster,
            distance: 1.0,
            runner_up: 0,
            runner_up_distance: 2.0,
        })
    }

    #[test]
    fn rows_without_label_or_target_do_not_count() {
        let identity = Identity::new(2, None);
        let mut clusters = Measures::of_all(Task::Clustering);
        clusters.add(nearest(0), None, None);
        let measured = clusters.measured(&identity);
        assert_eq!(measured.rows, 0);
        assert!(measured.values.iter().all(|value| value.is_nan()));
        let mut numbers = Measures::of_all(Task::Regression);
        numbers.add(Answer::Number(1.0), None, None);
        numbers.add(Answer::Number(1.0), None, Some(3.0));
        let measured = numbers.measured(&identity);
        assert_eq!((measured.rows, measured.values[0]), (1, 4.0));
    }

    #[test]
    fn a_state_goes_on_where_it_was() {
        let identity = Identity::new(2, Some(&["a".to_owned(), "b".to_owned()]));
        let mut measures = Measures::new(Task::Clustering, Span::Window(3)).unwrap();
        for (label, cluster) in [(0, 0), (1, 1), (0, 1), (1, 1)] {
            measures.add(nearest(cluster), Some(label), None);
        }
        let json = serde_json::to_string(&measures).unwrap();
        let mut again: Measures = serde_json::from_str(&json).unwrap();
        for measures in [&mut measures, &mut again] {
            measures.add(nearest(0), Some(0), None);
        }
        assert_eq!(again.measured(&identity), measures.measured(&identity));
        assert_eq!(
            (again.rows(), again.measured(&identity).values[0]),
            (3, 2.0 / 3.0)
        );
    }
}
