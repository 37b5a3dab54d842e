//! One model under one configuration, with its open batch.

use std::collections::VecDeque;
use std::sync::Arc;

use learn::Rows;
use learn::kmeans::{self, Kmeans, Nearest, Unusable};

use crate::config::{Cut, LabError, LaneConfig};
use crate::event::{BatchEvent, LabEvent, Outbox, PredictionEvent, RUN_MAX, Source, VersionEvent};
use crate::timeline::{Entry, Timeline};

/// A row on its way into a lane.
#[derive(Clone, Debug)]
pub struct Row {
    /// The record's number.
    pub record: u64,
    /// Where it came from.
    pub source: Source,
    /// Its key, as it arrived.
    pub key: Option<Arc<[u8]>>,
    /// Its label.
    pub label: Option<String>,
    /// The lane's features.
    pub features: Vec<f64>,
    /// The test round that it belongs to, counted from 0.
    pub round: usize,
}

/// A prediction, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The record's number.
    pub record: u64,
    /// The version that gave it.
    pub version: u64,
    /// Nearest and second nearest cluster.
    pub nearest: Nearest,
    /// Whether the cluster stands for the row's label; None without labels.
    pub right: Option<bool>,
}

/// A lane: model, open batch, history.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The configuration that it was made from.
    pub config: LaneConfig,
    /// Its versions.
    pub timeline: Timeline,
    /// Its newest predictions, oldest first.
    pub predictions: VecDeque<Prediction>,
    /// Predictions that are no longer kept.
    pub predictions_let_go: u64,
    /// By test round that is kept: right, and of how many.
    pub scores: Vec<(u32, u32)>,
    /// By feature: the least and largest coordinate that a centroid ever had.
    pub ranges: Vec<(f64, f64)>,
    index: usize,
    name: Arc<str>,
    model: Kmeans,
    /// Features of the open batch, row-major.
    batch: Vec<f64>,
    batch_span: Option<(Source, Source)>,
    /// Records applied when the open batch was opened.
    batch_from: u64,
    /// Rows to classify when the open window ends.
    held: Vec<Row>,
    /// Number of the open window: it starts at this many times the interval.
    window: Option<i64>,
    rows_trained: u64,
    /// Rounds whose scores are no longer kept.
    rounds_let_go: usize,
    /// The last batch was empty and changed nothing: so will the next empty ones.
    still: bool,
    predictions_max: usize,
}

impl Lane {
    /// Starts a lane with its initial model and says so.
    ///
    /// # Errors
    /// The initial model does not fit the parameters.
    pub fn new(
        index: usize,
        config: LaneConfig,
        bounds: &super::lab::Bounds,
        out: &mut Outbox,
    ) -> Result<Lane, LabError> {
        let model = Kmeans::new(config.params, config.initial.clone())
            .map_err(|e| LabError::value(format!("lanes[{index}].model.initial"), e.to_string()))?;
        let mut lane = Lane {
            timeline: Timeline::new(config.initial.clone(), bounds.model_bytes),
            predictions: VecDeque::new(),
            predictions_let_go: 0,
            scores: Vec::new(),
            ranges: vec![(f64::INFINITY, f64::NEG_INFINITY); config.params.dim()],
            index,
            name: config.name.as_str().into(),
            model,
            batch: Vec::new(),
            batch_span: None,
            batch_from: 0,
            held: Vec::new(),
            window: None,
            rows_trained: 0,
            rounds_let_go: 0,
            still: false,
            predictions_max: bounds.predictions,
            config,
        };
        lane.grow_ranges();
        out.push(LabEvent::Version(lane.version_event(1, 1, None)));
        Ok(lane)
    }

    /// Whether the engine can take a row.
    ///
    /// # Errors
    /// Why its job would fail.
    pub fn check(&self, features: &[f64]) -> Result<(), Unusable> {
        kmeans::check_row(&self.config.params, self.model.model(), features)
    }

    /// Adds a training row; a batch that is full makes a version.
    pub fn train(&mut self, row: &Row, out: &mut Outbox) {
        self.batch.extend_from_slice(&row.features);
        self.rows_trained += 1;
        self.still = false;
        match &mut self.batch_span {
            Some((_, last)) => *last = row.source.clone(),
            None => self.batch_span = Some((row.source.clone(), row.source.clone())),
        }
        if self.config.cut == Cut::Count(self.batch_rows()) {
            self.close_batch(row.record + 1, out);
        }
    }

    /// Classifies a row, at once or when its window ends.
    pub fn classify(&mut self, row: Row, out: &mut Outbox) {
        match self.config.cut {
            Cut::Interval(_) => self.held.push(row),
            Cut::Count(_) | Cut::Hand => self.predict(row, out),
        }
    }

    /// Classifies a row by the model as it is.
    pub fn predict(&mut self, row: Row, out: &mut Outbox) {
        let nearest = self.model.predict(&row.features);
        let right = self.stands_for(nearest.cluster, row.label.as_deref());
        if let Some(round) = row.round.checked_sub(self.rounds_let_go) {
            if self.scores.len() <= round {
                self.scores.resize(round + 1, (0, 0));
            }
            let score = &mut self.scores[round];
            score.0 += u32::from(right == Some(true));
            score.1 += 1;
        }
        if self.predictions.len() == self.predictions_max {
            self.predictions.pop_front();
            self.predictions_let_go += 1;
        }
        let version = self.timeline.versions();
        self.predictions.push_back(Prediction {
            record: row.record,
            version,
            nearest,
            right,
        });
        out.push(LabEvent::Prediction(PredictionEvent {
            lane: self.index,
            lane_name: self.name.clone(),
            version,
            source: row.source,
            key: row.key,
            features: row.features,
            cluster: nearest.cluster,
            distance: nearest.distance,
            runner_up: (self.config.params.k() > 1).then_some(nearest.runner_up),
            label: row.label,
        }));
    }

    /// Lets go of the scores of the first rounds, so many in all.
    pub fn let_rounds_go(&mut self, rounds: usize) {
        let more = rounds - self.rounds_let_go;
        self.scores.drain(..more.min(self.scores.len()));
        self.rounds_let_go = rounds;
    }

    /// Whether a cluster stands for a label; None where that is not known.
    pub fn stands_for(&self, cluster: u32, label: Option<&str>) -> Option<bool> {
        let labels = self.config.cluster_labels.as_ref()?;
        Some(labels.get(cluster as usize)? == label?)
    }

    /// Ends the open batch, full or not, and classifies what waited for it.
    pub fn close_batch(&mut self, records: u64, out: &mut Outbox) {
        let before = self.model.model().clone();
        let dim = self.config.params.dim();
        let Ok(rows) = Rows::new(&self.batch, dim) else {
            return;
        };
        let summary = self.model.partial_fit(rows);
        self.batch.clear();
        let span = self.batch_span.take();
        let version = self.timeline.versions() + 1;
        let after = self.model.model();
        let empty = summary.rows == 0;
        if empty && after.centroids == before.centroids {
            self.still = after.weights == before.weights;
            self.timeline.extend_run(version, records, after);
            out.push_empty(self.version_event(
                version,
                version,
                Some(empty_batch(after.weights.len())),
            ));
        } else {
            let batch = BatchEvent {
                rows: summary.rows as u64,
                counts: summary.counts.clone(),
                shift: summary.shift,
                inertia_before: summary.inertia_before,
                inertia_after: summary.inertia_after,
                span: span.clone(),
            };
            self.timeline.push(Entry {
                first: version,
                last: version,
                rows: batch.rows,
                counts: summary.counts,
                shift: summary.shift,
                shifts: shifts(&before.centroids, &after.centroids, dim),
                inertia_before: summary.inertia_before,
                inertia_after: summary.inertia_after,
                from_record: self.batch_from,
                to_record: records,
                span,
                split: summary.split,
                model: Some(after.clone()),
            });
            out.push(LabEvent::Version(self.version_event(
                version,
                version,
                Some(batch),
            )));
            self.grow_ranges();
        }
        self.batch_from = records;
        for row in std::mem::take(&mut self.held) {
            self.predict(row, out);
        }
    }

    /// When the open window ends, ms of lab time; None where no window is open.
    pub fn window_end_ms(&self) -> Option<i64> {
        match (self.config.cut, self.window) {
            (Cut::Interval(ms), Some(window)) => window.checked_add(1)?.checked_mul(ms),
            _ => None,
        }
    }

    /// Opens the window that lab time is in, if none is open.
    pub fn open_window(&mut self, time_ms: i64) {
        if let Cut::Interval(ms) = self.config.cut {
            self.window.get_or_insert(time_ms.div_euclid(ms));
        }
    }

    /// Ends the open window and opens the next.
    pub fn close_window(&mut self, records: u64, out: &mut Outbox) {
        self.close_batch(records, out);
        self.window = self.window.map(|window| window + 1);
    }

    /// Whether further empty windows change nothing at all.
    pub fn is_still(&self) -> bool {
        self.still && self.batch.is_empty() && self.held.is_empty()
    }

    /// Passes all windows that end by `time_ms`, where each is empty and changes nothing.
    pub fn skip_windows(&mut self, time_ms: i64, records: u64, out: &mut Outbox) {
        let skipped = self.windows_until(time_ms);
        if skipped <= 0 {
            return;
        }
        let first = self.timeline.versions() + 1;
        let last = first + skipped as u64 - 1;
        self.timeline.extend_run(last, records, self.model.model());
        let batch = empty_batch(self.model.model().weights.len());
        out.push_empty(self.version_event(first, last, Some(batch)));
        self.window = self.window.map(|window| window + skipped);
        self.batch_from = records;
    }

    /// The model after all windows that end by `time_ms`, and whether the last of them changed it.
    ///
    /// None where that has to be found out window by window: a row waits, or a centroid moves.
    pub fn faded(&self, time_ms: i64) -> Option<(Kmeans, bool)> {
        let passed = self.windows_until(time_ms);
        if passed <= 0 || self.is_still() {
            return Some((self.model.clone(), !self.still));
        }
        if self.has_rows() {
            return None;
        }
        let mut model = self.model.clone();
        let changed = model.fade(passed as u64)?;
        Some((model, changed))
    }

    /// Passes all windows that end by `time_ms`, with what [`Lane::faded`] found.
    pub fn pass_windows(
        &mut self,
        time_ms: i64,
        records: u64,
        (model, changed): (Kmeans, bool),
        out: &mut Outbox,
    ) {
        let passed = self.windows_until(time_ms);
        if !self.is_still() && passed <= RUN_MAX as i64 {
            // So few are told of one by one.
            (0..passed).for_each(|_| self.close_window(records, out));
            return;
        }
        (self.model, self.still) = (model, !changed);
        self.skip_windows(time_ms, records, out);
    }

    /// Whether rows wait for the open window's end.
    pub fn has_rows(&self) -> bool {
        !self.batch.is_empty() || !self.held.is_empty()
    }

    fn windows_until(&self, time_ms: i64) -> i64 {
        match (self.config.cut, self.window) {
            (Cut::Interval(ms), Some(window)) => time_ms.div_euclid(ms).saturating_sub(window),
            _ => 0,
        }
    }

    /// Training rows in the open batch.
    pub fn batch_rows(&self) -> usize {
        self.batch.len() / self.config.params.dim()
    }

    /// Features of the open batch, row-major.
    pub fn batch(&self) -> &[f64] {
        &self.batch
    }

    /// Rows that wait for the open window's end.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Training rows that the lane was given.
    pub fn rows_trained(&self) -> u64 {
        self.rows_trained
    }

    /// The lane's name.
    pub fn name(&self) -> Arc<str> {
        self.name.clone()
    }

    fn version_event(&self, first: u64, last: u64, batch: Option<BatchEvent>) -> VersionEvent {
        let model = self.model.model();
        VersionEvent {
            lane: self.index,
            lane_name: self.name.clone(),
            first,
            last,
            centroids: model.centroids.clone(),
            dim: self.config.params.dim(),
            weights: model.weights.clone(),
            batch,
        }
    }

    fn grow_ranges(&mut self) {
        let dim = self.config.params.dim();
        for (i, value) in self.model.model().centroids.iter().enumerate() {
            if value.is_finite() {
                let range = &mut self.ranges[i % dim];
                *range = (range.0.min(*value), range.1.max(*value));
            }
        }
    }
}

fn empty_batch(k: usize) -> BatchEvent {
    BatchEvent {
        rows: 0,
        counts: vec![0; k],
        shift: 0.0,
        inertia_before: f64::NAN,
        inertia_after: f64::NAN,
        span: None,
    }
}

/// How far each centroid moved.
fn shifts(before: &[f64], after: &[f64], dim: usize) -> Vec<f64> {
    let moved = |(a, b): (&[f64], &[f64])| {
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - b) * (a - b))
            .sum::<f64>()
            .sqrt()
    };
    before
        .chunks(dim)
        .zip(after.chunks(dim))
        .map(moved)
        .collect()
}
