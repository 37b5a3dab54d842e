//! A batch from rows to new model and summary.

use super::assign::{assign, measure, nearest};
use super::distance::squared_difference;
use super::model::{check_initial, check_size};
use super::parallel::{merge, parts};
use super::split::{is_dying, split};
use super::tile::Tile;
use super::update::update;
use super::{Engine, Model, Nearest, ParamError, Params, Spec};
use crate::{Checkpoint, Rows};

/// More empty batches than these are not gone through one by one.
const FADED_ONE_BY_ONE: u64 = 1 << 26;

/// A model that learns batch by batch.
#[derive(Clone, Debug)]
pub struct Kmeans {
    params: Params,
    model: Model,
    /// What distances need of each centroid of `model`.
    lengths: Vec<f64>,
    scratch: Scratch,
}

/// What a batch needs room for, kept from one to the next.
#[derive(Clone, Debug)]
struct Scratch {
    /// The model to be.
    next: Model,
    /// Rows of a batch that are looked at at once.
    tile: Tile,
    /// A second subtask's copy of the model to be.
    copy: Model,
    /// The sum of each cluster's rows in one subtask's part of the batch.
    sums: Vec<f64>,
    /// The number of those rows.
    counts: Vec<u64>,
}

/// What a batch did.
#[derive(Clone, PartialEq, Debug)]
pub struct BatchSummary {
    /// Rows in the batch.
    pub rows: usize,
    /// Rows of each cluster, by the centroids before the batch.
    pub counts: Vec<u64>,
    /// The largest euclidean move of a centroid, a split included; NaN when a centroid is NaN.
    pub shift: f64,
    /// The mean squared euclidean distance of the batch's rows to their centroids before the batch; NaN when empty.
    pub inertia_before: f64,
    /// The same with the clusters and centroids after the batch.
    pub inertia_after: f64,
    /// The split that Spark made after the batch: (heaviest, dying).
    pub split: Option<(usize, usize)>,
}

impl Kmeans {
    /// Starts from an initial model.
    ///
    /// # Errors
    ///
    /// When the initial model is not of the parameters' size or has numbers that cannot be learned from.
    pub fn new(params: Params, initial: Model) -> Result<Self, ParamError> {
        check_initial(&params, &initial)?;
        Ok(Self::start(params, initial))
    }

    /// Goes on from a checkpoint, as if it had never stopped.
    ///
    /// # Errors
    ///
    /// When its parameters are not valid, or its model is not of their size.
    pub fn resume(checkpoint: Checkpoint<Spec, Model>) -> Result<Self, ParamError> {
        let params = Params::new(checkpoint.spec)?;
        check_size(&params, &checkpoint.state)?;
        Ok(Self::start(params, checkpoint.state))
    }

    /// A model of zeros, which stands in until there is an initial model.
    pub(super) fn unmade(params: Params) -> Self {
        let (k, dim) = (params.k(), params.dim());
        let model = Model {
            centroids: vec![0.0; k * dim],
            weights: vec![0.0; k],
        };
        Self::start(params, model)
    }

    fn start(params: Params, model: Model) -> Self {
        let mut lengths = vec![0.0; params.k()];
        measure(params.metric(), &model, params.dim(), &mut lengths);
        let scratch = Scratch {
            next: model.clone(),
            tile: Tile::new(params.dim()),
            copy: model.clone(),
            sums: vec![0.0; model.centroids.len()],
            counts: vec![0; params.k()],
        };
        Self {
            params,
            model,
            lengths,
            scratch,
        }
    }

    /// All that is needed to go on from here.
    pub fn checkpoint(&self) -> Checkpoint<Spec, Model> {
        Checkpoint {
            spec: *self.params.spec(),
            state: self.model.clone(),
        }
    }

    /// The parameters.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The model after the batches so far.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Finds the cluster of a row.
    ///
    /// # Panics
    ///
    /// When the row is not of the model's width; [`super::check_row`] tells.
    pub fn predict(&self, row: &[f64]) -> Nearest {
        nearest(&self.params, &self.model, row)
    }

    /// Learns from a batch, which may be empty, and makes the next version of the model.
    ///
    /// # Panics
    ///
    /// When the rows are not of the model's width.
    pub fn partial_fit(&mut self, rows: Rows<'_>) -> BatchSummary {
        let dim = self.params.dim();
        assert_eq!(rows.dim(), dim, "a row has as many numbers as a centroid");
        let mut counts = vec![0; self.params.k()];
        let squared_before = self.learn(rows, &mut counts);
        let next = &mut self.scratch.next;
        let split = match self.params.engine() {
            Engine::Flink => None,
            Engine::Spark => split(next, dim),
        };
        let shift = largest_move(&self.model, next, dim);
        std::mem::swap(&mut self.model, next);
        measure(self.params.metric(), &self.model, dim, &mut self.lengths);
        let squared_after = self.squared_distances(rows);
        // 0 / 0 is the NaN that stands for no rows.
        let mean = |squared: f64| squared / rows.len() as f64;
        BatchSummary {
            rows: rows.len(),
            counts,
            shift,
            inertia_before: mean(squared_before),
            inertia_after: mean(squared_after),
            split,
        }
    }

    /// Learns from so many empty batches at once, as [`Kmeans::partial_fit`] would from one after the other.
    ///
    /// None, and nothing learned, where something else than the weights would change, or several subtasks would learn.
    /// Else whether the last of them changed anything. Beyond 2^26 batches the first ones are one multiplication by a
    /// power of the discount, which differs from as many multiplications by rounding.
    pub fn fade(&mut self, batches: u64) -> Option<bool> {
        if self.params.parallelism() != 1 {
            return None;
        }
        let discount = self.params.discount(0);
        let spark = self.params.engine() == Engine::Spark;
        let next = &mut self.scratch.next;
        next.copy_from(&self.model);
        let jump = batches.saturating_sub(FADED_ONE_BY_ONE);
        if jump > 0 {
            let discount = libm::pow(discount, jump as f64);
            next.weights
                .iter_mut()
                .for_each(|weight| *weight *= discount);
        }
        let mut changed = true;
        for _ in jump..batches {
            changed = false;
            let (mut most, mut least) = (f64::NEG_INFINITY, f64::INFINITY);
            for weight in &mut next.weights {
                let faded = *weight * discount;
                changed |= faded != *weight;
                *weight = faded;
                (most, least) = (most.max(faded), least.min(faded));
            }
            if spark && is_dying(least, most) {
                return None;
            }
            if !changed {
                break;
            }
        }
        std::mem::swap(&mut self.model, next);
        Some(changed)
    }

    /// Makes the next model, counts each cluster's rows and sums up their squared distances.
    fn learn(&mut self, rows: Rows<'_>, counts: &mut [u64]) -> f64 {
        let (dim, parallelism) = (self.params.dim(), self.params.parallelism());
        let discount = self.params.discount(rows.len()) / parallelism as f64;
        let Scratch {
            next,
            tile,
            copy,
            sums,
            counts: part_counts,
        } = &mut self.scratch;
        let mut squared = 0.0;
        for (subtask, part) in parts(rows, parallelism).enumerate() {
            sums.fill(0.0);
            part_counts.fill(0);
            assign(
                self.params.metric(),
                &self.model,
                &self.lengths,
                tile,
                part,
                |i, row, centroid| {
                    part_counts[i] += 1;
                    add(&mut sums[i * dim..][..dim], row);
                    squared += squared_difference(row, centroid);
                },
            );
            let target = if subtask == 0 { &mut *next } else { &mut *copy };
            target.copy_from(&self.model);
            update(target, sums, part_counts, discount, dim);
            if subtask > 0 {
                merge(next, copy, dim);
            }
            for (count, part_count) in counts.iter_mut().zip(&*part_counts) {
                *count += part_count;
            }
        }
        squared
    }

    /// The sum of the rows' squared distances to their centroids.
    fn squared_distances(&mut self, rows: Rows<'_>) -> f64 {
        let mut squared = 0.0;
        assign(
            self.params.metric(),
            &self.model,
            &self.lengths,
            &mut self.scratch.tile,
            rows,
            |_, row, centroid| {
                squared += squared_difference(row, centroid);
            },
        );
        squared
    }
}

fn add(sum: &mut [f64], row: &[f64]) {
    for (s, x) in sum.iter_mut().zip(row) {
        *s += x;
    }
}

fn largest_move(before: &Model, after: &Model, dim: usize) -> f64 {
    let mut largest = 0.0;
    for (from, to) in before.iter(dim).zip(after.iter(dim)) {
        let squared = squared_difference(from, to);
        if squared > largest || squared.is_nan() {
            largest = squared;
        }
        if largest.is_nan() {
            break;
        }
    }
    f64::sqrt(largest)
}
