//! The scatter plot.

use serde::{Deserialize, Serialize};

use super::Components;

/// The scatter plot at the playhead: all coordinates in the axes' units, which are the features'.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Smallest and largest x over all retained rows and centroids ever shown (grows only). Along a component: over what
    /// was drawn of them since it is an axis.
    pub x_range: (f64, f64),
    /// The same for y.
    pub y_range: (f64, f64),
    /// The plane that the regions are cut with: for each feature the mean of the rows up to the
    /// playhead (initial centroids before the first row); x and y entries are unused.
    pub slice: Vec<f64>,
    /// The principal components, where they are axes: the regions are cut with their plane.
    pub components: Option<Components>,
    /// The newest points' features, dim numbers each, oldest first, as the points are; at most [`super::View::values`].
    pub values: Vec<f32>,
    /// By feature: smallest and largest value of retained rows and centroids (grows only); empty without `values`.
    pub value_ranges: Vec<(f64, f64)>,
    /// Points, oldest first: x.
    pub point_x: Vec<f32>,
    /// Points: y.
    pub point_y: Vec<f32>,
    /// Points: the cluster, or class, that the shown version gives (training rows) or gave (test rows, by the version
    /// that classified it).
    pub point_cluster: Vec<u8>,
    /// Points: label index, 255 where unknown.
    pub point_label: Vec<u8>,
    /// Points: 0 training row, 1 test row.
    pub point_test: Vec<u8>,
    /// Points: the record's number, counted from 0.
    pub point_record: Vec<u32>,
    /// Training rows older than the points.
    pub older: Density,
    /// k x dim, row-major.
    pub centroids: Vec<f64>,
    /// Weight of each centroid.
    pub weights: Vec<f64>,
    /// For each centroid its places (x, y) from the initial model to the shown version, oldest first, merged where longer than `View::bars`.
    pub paths: Vec<Vec<(f64, f64)>>,
    /// "euclidean", "manhattan", "cosine": what the regions are cut by.
    pub distance: String,
    /// Behind a scaler: what is taken from each feature before distances are measured; empty without one.
    pub centre: Vec<f64>,
    /// Behind a scaler: what is left is multiplied with this; empty without one.
    pub factor: Vec<f64>,
    /// Behind a scaler: the mean of each feature, or its least number; empty without one.
    pub scaler_mean: Vec<f64>,
    /// Behind a scaler: the standard deviation of each feature, or its range; empty without one.
    pub scaler_std: Vec<f64>,
}

/// How many rows lie where, on a grid over the stage's ranges.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Density {
    /// Cells across and down; 0 where there are no older rows.
    pub size: (usize, usize),
    /// Rows in each cell, line by line from the smallest y, each from the smallest x. Of many rows
    /// only a sample is counted, and stands for the others.
    pub counts: Vec<u32>,
}
