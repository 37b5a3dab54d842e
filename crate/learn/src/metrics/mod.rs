//! What predictions and clusters are worth.
//!
//! Each measure says its definition, its source, and what it is where there is nothing to measure: NaN or `None`, or what
//! scikit-learn gives there. A number that is not finite is never hidden: it makes a measure NaN.
//!
//! Layout:
//!
//! - `confusion`: which rows went where, a table that rows are added to, taken out of and faded in; purity
//! - `pairs`: Rand index, adjusted Rand index
//! - `information`: mutual information and what is made of it
//! - `classes`: accuracy, recall, precision
//! - `inertia`: squared distances to centroids
//! - `silhouette`: exact and simplified
//! - `separation`: Davies-Bouldin, Calinski-Harabasz
//! - `distance`: between rows
//! - `regression`: MSE, MAE, R2
//! - `logistic`: log loss, Brier score, area under the ROC curve
//! - `prequential`: over all rows, a window, or with the past fading
//! - `ewm`: exponentially weighted mean and variance
//! - `reservoir`: a sample of a stream
//!
//! ```
//! use eddy_learn::alignment::Alignment;
//! use eddy_learn::metrics::{Confusion, Prequential, Span, accuracy, adjusted_rand_index};
//!
//! let mut measured = Prequential::<Confusion>::new(Span::Window(200))?;
//! for (class, cluster) in [(0, 2), (0, 2), (1, 0), (1, 0), (1, 2)] {
//!     measured.add((class, cluster));
//! }
//! let table = measured.tally();
//! let alignment = Alignment::best(&table, 3, 2, None);
//! assert_eq!((alignment.label(0), alignment.label(1), alignment.label(2)), (Some(1), None, Some(0)));
//! assert_eq!(accuracy(&table, &alignment), 0.8);
//! assert!(adjusted_rand_index(&table) < 0.2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod classes;
mod confusion;
mod distance;
mod ewm;
mod inertia;
mod information;
mod logistic;
mod pairs;
mod prequential;
mod regression;
mod reservoir;
mod separation;
mod silhouette;

use crate::Rows;

pub use classes::{ClassScore, accuracy, balanced_accuracy, by_class};
pub use confusion::Confusion;
pub use ewm::Ewm;
pub use inertia::inertia;
pub use information::{
    completeness, homogeneity, mutual_information, normalized_mutual_information, v_measure,
};
pub use logistic::{brier_score, log_loss, roc_auc};
pub use pairs::{adjusted_rand_index, rand_index};
pub use prequential::{MeanLoss, Prequential, Span, Tally};
pub use regression::{Regression, max_error, median_absolute_error};
pub use reservoir::Reservoir;
pub use separation::{calinski_harabasz, davies_bouldin};
pub use silhouette::{
    mean_silhouette, mean_simplified_silhouette, silhouettes, simplified_silhouette,
};

/// Numbers the clusters that have rows, in the order of their ids: each row's number, and how many rows each has.
fn numbered(rows: Rows<'_>, clusters: &[u32]) -> (Vec<usize>, Vec<f64>) {
    assert_eq!(rows.len(), clusters.len(), "each row has one cluster");
    let mut ids = clusters.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let numbers: Vec<usize> = clusters
        .iter()
        .map(|id| ids.partition_point(|other| other < id))
        .collect();
    let mut counts = vec![0.0; ids.len()];
    numbers.iter().for_each(|&number| counts[number] += 1.0);
    (numbers, counts)
}
