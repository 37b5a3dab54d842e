//! Why parameters, an initial model or a row are refused.

use thiserror::Error;

use super::params::MAX_PARALLELISM;

/// Why parameters or an initial model are refused.
#[derive(Clone, Copy, PartialEq, Debug, Error)]
pub enum ParamError {
    /// Too few clusters for the engine.
    #[error("k is {least} or more for {engine}. Now: {found}.")]
    FewClusters {
        /// The engine's least.
        least: usize,
        /// The engine's name.
        engine: &'static str,
        /// What was asked for.
        found: usize,
    },
    /// More clusters than a prediction can name.
    #[error("k is at most 4294967295. Now: {0}.")]
    ManyClusters(usize),
    /// Rows without numbers.
    #[error("a row has at least one number. Now: 0.")]
    Dim,
    /// A decay factor outside 0 to 1.
    #[error("decay factor is 0 to 1. Now: {0}.")]
    DecayFactor(f64),
    /// A half-life that is not a number above 0.
    #[error("half-life is a number above 0. Now: {0}.")]
    HalfLife(f64),
    /// A half-life for an engine that has none.
    #[error("half-life is Spark's. Give Flink a decay factor.")]
    FlinkHalfLife,
    /// Decay by rows for an engine that decays by batches.
    #[error("decay per point is Spark's. Flink decays per batch.")]
    FlinkPoints,
    /// A distance for an engine that has one only.
    #[error("Spark's distance is euclidean. Now: {0}.")]
    SparkDistance(&'static str),
    /// Subtasks for an engine whose result does not depend on them.
    #[error("parallelism is Flink's. Spark's is 1. Now: {0}.")]
    SparkParallelism(usize),
    /// No subtask, or more than Flink can run.
    #[error("parallelism is 1 to {MAX_PARALLELISM}. Now: {0}.")]
    Parallelism(usize),
    /// Fewer rows in a batch than subtasks, or none.
    #[error("a batch has {least} rows or more, one for each subtask. Now: {found}.")]
    BatchRows {
        /// The parallelism.
        least: usize,
        /// What was asked for.
        found: usize,
    },
    /// Initial centroids that are not `k x dim` numbers.
    #[error("initial centroids are {k} x {dim} numbers. Now: {found} numbers.")]
    Centroids {
        /// Clusters.
        k: usize,
        /// Numbers in a centroid.
        dim: usize,
        /// Numbers given.
        found: usize,
    },
    /// An initial centroid with a number that is not finite.
    #[error("initial centroid {cluster} has finite numbers. Now: {found}.")]
    CentroidNumber {
        /// Its index.
        cluster: usize,
        /// The number.
        found: f64,
    },
    /// An initial centroid of zeros, to which there is no cosine distance.
    #[error("cosine distance has no zero vectors. Now: initial centroid {cluster} is one.")]
    ZeroCentroid {
        /// Its index.
        cluster: usize,
    },
    /// Initial weights that are not `k` numbers.
    #[error("initial weights are {k} numbers. Now: {found}.")]
    Weights {
        /// Clusters.
        k: usize,
        /// Numbers given.
        found: usize,
    },
    /// An initial weight below 0 or not finite.
    #[error("initial weight {cluster} is 0 or more and finite. Now: {found}.")]
    Weight {
        /// Its index.
        cluster: usize,
        /// The number.
        found: f64,
    },
}

/// Why no initial model can be made of rows.
#[derive(Clone, Copy, PartialEq, Debug, Error)]
pub enum InitialError {
    /// Rows of another width than the model's.
    #[error("k-means++ takes rows of {dim} numbers. Now: {found}.")]
    Width {
        /// Numbers in the model's rows.
        dim: usize,
        /// Numbers in the rows.
        found: usize,
    },
    /// Fewer rows than clusters that are not at the same place.
    #[error(
        "k-means++ takes {k} rows that differ, one for each cluster. Now: {distinct} of {rows} rows differ. Give it more \
         rows, or make k smaller."
    )]
    FewRows {
        /// Clusters.
        k: usize,
        /// Rows given.
        rows: usize,
        /// How many centroids could be chosen before the rest of the rows were at one of their places.
        distinct: usize,
    },
    /// A number that is not finite, or so large that distances are not.
    #[error(
        "k-means++ takes rows of finite numbers and distances. Now: row {row}, from 0, is not."
    )]
    Number {
        /// The row's place.
        row: usize,
    },
    /// A row of zeros, to which there is no cosine distance.
    #[error("cosine distance has no zero vectors. Now: row {row}, from 0, is one.")]
    ZeroRow {
        /// The row's place.
        row: usize,
    },
    /// A weight below 0 or not finite.
    #[error("an initial weight is 0 or more and finite. Now: {0}.")]
    Weight(f64),
}

/// Why the engine cannot take a row: its job would fail.
#[derive(Clone, Copy, PartialEq, Debug, Error)]
pub enum Unusable {
    /// A row of another width than the model's.
    #[error("has {found} numbers, the model takes {dim}")]
    Width {
        /// Numbers in the model's rows.
        dim: usize,
        /// Numbers in the row.
        found: usize,
    },
    /// A number that the engine's distance fails on.
    #[error("number {column} is {found}; {engine}'s job fails on it")]
    Number {
        /// The number's place in the row, from 0.
        column: usize,
        /// The number.
        found: f64,
        /// The engine's name.
        engine: &'static str,
    },
    /// A row of zeros, to which there is no cosine distance.
    #[error("is a zero vector; cosine distance to it is not defined and Flink's job fails on it")]
    ZeroRow,
    /// A centroid that has become zero or not finite, to which there is no cosine distance.
    #[error(
        "cosine distance to centroid {cluster} is no longer defined; Flink's job fails on any row"
    )]
    Centroid {
        /// Its index.
        cluster: usize,
    },
}
