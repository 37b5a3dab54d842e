//! What a lab knows of a model, whichever it is.
//!
//! - `linear`: what linear models have in common as a lab runs them

mod linear;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kmeans::{self, Nearest};
use crate::{Classified, Linear, Rows};

pub(crate) use linear::OnlineLinear;

/// What a model answers with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// A cluster; nothing but rows is learned from.
    #[default]
    Clustering,
    /// A number, learned from rows with a target.
    Regression,
    /// Class 0 or 1, learned from rows with a target of 0 or 1.
    Classification,
}

/// The numbers of a version: all that its answers are made of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbers {
    /// Of k-means.
    Clusters(kmeans::Model),
    /// Of regressions and classifications.
    Linear(Linear),
}

impl Numbers {
    /// How many numbers there are.
    pub fn len(&self) -> usize {
        match self {
            Numbers::Clusters(model) => model.centroids.len() + model.weights.len(),
            Numbers::Linear(model) => model.coefficients.len() + 1,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Centroids and weights, where there are.
    pub fn clusters(&self) -> Option<&kmeans::Model> {
        match self {
            Numbers::Clusters(model) => Some(model),
            Numbers::Linear(_) => None,
        }
    }

    /// Coefficients and intercept, where there are.
    pub fn linear(&self) -> Option<&Linear> {
        match self {
            Numbers::Linear(model) => Some(model),
            Numbers::Clusters(_) => None,
        }
    }

    /// What rows are compared with: centroids, or coefficients and intercept; not the weights.
    pub fn places(&self) -> Vec<f64> {
        match self {
            Numbers::Clusters(model) => model.centroids.clone(),
            Numbers::Linear(model) => [&model.coefficients[..], &[model.intercept]].concat(),
        }
    }

    /// Whether rows are compared with the same numbers: nothing but weights differs.
    pub fn same_places(&self, other: &Numbers) -> bool {
        match (self, other) {
            (Numbers::Clusters(a), Numbers::Clusters(b)) => a.centroids == b.centroids,
            (a, b) => a == b,
        }
    }

    /// How far each part has moved: each centroid (euclidean), each coefficient and then the intercept (absolute).
    ///
    /// `dim` is the number of features.
    pub fn moves(&self, after: &Numbers, dim: usize) -> Vec<f64> {
        let part = match self {
            Numbers::Clusters(_) => dim.max(1),
            Numbers::Linear(_) => 1,
        };
        let (before, after) = (self.places(), after.places());
        let parts = before.chunks(part).zip(after.chunks(part));
        parts
            .map(|(a, b)| kmeans::squared_difference(a, b).sqrt())
            .collect()
    }
}

/// What a model says of a row.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Answer {
    /// The nearest cluster, and the next one.
    Cluster(Nearest),
    /// The predicted number.
    Number(f64),
    /// The class, and how probable class 1 is.
    Class(Classified),
}

/// What a batch did.
#[derive(Clone, PartialEq, Debug)]
pub struct Fitted {
    /// Rows in the batch.
    pub rows: usize,
    /// Rows of each cluster, or of class 0 and 1; empty for a regression.
    pub counts: Vec<u64>,
    /// The largest euclidean move of a centroid, or that of the coefficients and the intercept as one vector.
    pub shift: f64,
    /// The mean loss of the batch's rows by the model before; NaN without rows.
    ///
    /// The squared euclidean distance to the centroid, the squared error, or the log-loss.
    pub loss_before: f64,
    /// The same by the model after.
    pub loss_after: f64,
    /// The split that Spark's k-means made after the batch: (heaviest, dying).
    pub split: Option<(usize, usize)>,
}

/// What there is to say of a model.
#[derive(Clone, PartialEq, Debug)]
pub struct About {
    /// The engine whose results it repeats, as it is written; empty where it is none's.
    pub engine: &'static str,
    /// The engine's class, or the method's name.
    pub algorithm: &'static str,
    /// Its settings, each as "name value".
    pub parameters: Vec<String>,
    /// By what rows find their cluster: "euclidean", "manhattan", "cosine"; empty where there are no clusters.
    pub distance: &'static str,
    /// The engine's defects that show in it, each a sentence.
    pub defects: Vec<&'static str>,
}

/// A model that learns batch by batch.
///
/// Rows and targets are in the model's own units: behind a scaler, if there is one.
pub trait Online: std::fmt::Debug + Send + Sync {
    /// What there is to say of it.
    fn about(&self) -> About;

    /// What it answers with.
    fn task(&self) -> Task;

    /// The numbers of its newest version.
    fn numbers(&self) -> Numbers;

    /// Refuses a row that would make the engine's job fail; a target is there where the row is to be learned.
    ///
    /// # Errors
    ///
    /// What is wrong, as the end of a sentence that begins with "the row".
    fn check_row(&self, row: &[f64], target: Option<f64>) -> Result<(), String>;

    /// What the engine makes of a number that is not finite, in a row that it takes: the end of a sentence that begins with
    /// the number.
    ///
    /// `learns` is whether the row is to be learned.
    fn of_not_finite(&self, number: f64, learns: bool) -> &'static str;

    /// Learns from a batch, which may be empty, and makes the next version.
    ///
    /// # Panics
    ///
    /// When the rows are not of the model's width or, for models that have a target, not as many as the targets.
    fn partial_fit(&mut self, rows: Rows<'_>, targets: &[f64]) -> Fitted;

    /// What the engine would say of a row by the newest version.
    ///
    /// # Panics
    ///
    /// When the row is not of the model's width.
    fn predict(&mut self, row: &[f64]) -> Answer;

    /// What these numbers, of any version, say of a row.
    ///
    /// # Panics
    ///
    /// When row or numbers are not of the model's width.
    fn answer(&self, numbers: &Numbers, row: &[f64]) -> Answer;

    /// How far a row is from each centroid of these numbers, of any version; empty where there are no clusters.
    ///
    /// # Panics
    ///
    /// When row or numbers are not of the model's width.
    fn distances(&self, _numbers: &Numbers, _row: &[f64]) -> Vec<f64> {
        Vec::new()
    }

    /// Learns from so many empty batches at once; whether the last of them changed anything.
    ///
    /// None, and nothing learned, where more than weights would change.
    fn fade(&mut self, batches: u64) -> Option<bool>;

    /// Whether its numbers are all that it goes on with: a model that starts from them learns on as this one would.
    fn is_its_numbers(&self) -> bool {
        true
    }

    /// Goes on from other numbers, as from an initial model.
    ///
    /// # Errors
    ///
    /// Why they cannot be learned from.
    fn start_from(&mut self, numbers: &Numbers) -> Result<(), String>;

    /// All that it has learned, to go on from later.
    fn state(&self) -> Value;

    /// Goes on from a state, as if it had never stopped.
    ///
    /// # Errors
    ///
    /// Why it is no state of this model.
    fn set_state(&mut self, state: Value) -> Result<(), String>;

    /// A copy of it.
    fn boxed(&self) -> Box<dyn Online>;

    /// So many training rows it wants to see before there is an initial model.
    fn rows_wanted(&self) -> usize {
        0
    }

    /// Makes the initial model of the first rows.
    ///
    /// # Errors
    ///
    /// Why that cannot be; more rows may help.
    fn start_with(&mut self, _rows: Rows<'_>) -> Result<(), String> {
        Ok(())
    }

    /// Whether the engine answers before its first batch.
    fn answers_at_once(&self) -> bool {
        true
    }

    /// The engine's own number of a version that is counted from 1 here; None where it counts alike or not at all.
    fn engine_version(&self, _version: u64) -> Option<u64> {
        None
    }
}

impl Clone for Box<dyn Online> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}

/// How bad an answer is: the squared error, or the log-loss.
pub fn loss(answer: Answer, target: f64) -> f64 {
    match answer {
        Answer::Cluster(nearest) => nearest.distance * nearest.distance,
        Answer::Number(number) => (target - number) * (target - number),
        Answer::Class(class) if target == 0.0 => crate::metrics::log_loss(1.0 - class.probability),
        Answer::Class(class) => crate::metrics::log_loss(class.probability),
    }
}
