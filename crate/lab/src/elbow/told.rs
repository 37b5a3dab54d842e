//! What is shown of the candidates: two curves over k, and a sentence.

use learn::kmeans::{Engine, Initial, PlusPlusStart};
use learn::models::Settings;
use serde::{Deserialize, Serialize};

use super::candidate::Candidate;
use super::{Elbow, K_MAX, Start, of, start_rows};
use crate::config::{LabFile, LaneFile};
use crate::lab::Lab;

/// The curves of a lane.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ElbowView {
    /// Name of the lane.
    pub lane: String,
    /// Its k.
    pub k: usize,
    /// By k, from 1; empty as long as nothing is known.
    pub points: Vec<ElbowPoint>,
    /// The version after which they were measured.
    pub version: u64,
    /// The lane's newest version: later than `version` while candidates are on their way.
    pub versions: u64,
    /// Newest rows that they were measured on.
    pub rows: u64,
    /// The k of the highest silhouette.
    pub highest: Option<usize>,
    /// The k at which the inertia bends.
    pub bends: Option<usize>,
    /// "Silhouette is highest at k = 2; inertia bends at 3.", or why there is nothing to see.
    pub says: String,
    /// How they started.
    pub start: Start,
    /// First rows that they started from.
    pub start_rows: u64,
}

/// One k.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ElbowPoint {
    /// Clusters.
    pub k: usize,
    /// Mean squared distance to the centroids; NaN where too few rows differ.
    pub inertia: f64,
    /// Mean simplified silhouette; NaN with one cluster.
    pub silhouette: f64,
    /// Whether the engine takes this k.
    pub is_allowed: bool,
}

/// The curves of these candidates, after a version, of so many rows.
pub(super) fn view(
    candidates: &[Candidate],
    (version, rows): (u64, u64),
    start: Start,
) -> ElbowView {
    let point = |candidate: &Candidate| ElbowPoint {
        k: candidate.k,
        inertia: candidate.inertia,
        silhouette: candidate.silhouette,
        is_allowed: candidate.is_allowed,
    };
    let points: Vec<ElbowPoint> = candidates.iter().map(point).collect();
    let (highest, bends) = (highest(&points), bends(&points));
    ElbowView {
        says: says(highest, bends),
        points,
        version,
        rows,
        highest,
        bends,
        start,
        ..ElbowView::default()
    }
}

impl Elbow {
    /// What there is to see of a lane.
    pub fn view(&self, lab: &Lab, lane: usize) -> ElbowView {
        let mut view = ElbowView {
            start: self.start,
            ..ElbowView::default()
        };
        let Some(file) = lab.config.file.lanes.get(lane) else {
            return view;
        };
        view.lane.clone_from(&file.name);
        let Some((lane, settings)) = of(lab, lane) else {
            view.says = format!(
                "{} is a regression: it has no clusters to choose a number of.",
                file.name
            );
            return view;
        };
        if let Some(measured) = self.measured.as_ref().filter(|_| !self.is_of_another(lane)) {
            view = measured.clone();
            view.lane.clone_from(&file.name);
        }
        view.k = settings.k.unwrap_or(2);
        view.versions = lane.timeline.versions();
        view.start_rows = start_rows(lane) as u64;
        if view.points.is_empty() {
            view.says = format!(
                "The curves begin after {} training rows that were learned.",
                view.start_rows
            );
        }
        view
    }
}

/// The k of the highest silhouette, the least of equal ones.
fn highest(points: &[ElbowPoint]) -> Option<usize> {
    let known = points.iter().filter(|point| point.silhouette.is_finite());
    known
        .fold(None, |best: Option<&ElbowPoint>, point| match best {
            Some(best) if best.silhouette >= point.silhouette => Some(best),
            _ => Some(point),
        })
        .map(|point| point.k)
}

/// The k at which the inertia is furthest below the line between its ends, both axes scaled to 1; None where it is below
/// nowhere.
///
/// Satopää, Albrecht, Irwin and Raghavan, "Finding a 'kneedle' in a haystack" (2011), without smoothing.
fn bends(points: &[ElbowPoint]) -> Option<usize> {
    let known = || points.iter().filter(|point| point.inertia.is_finite());
    let (first, last) = (known().next()?, known().next_back()?);
    let (width, height) = ((last.k - first.k) as f64, first.inertia - last.inertia);
    if width < 2.0 || height <= 0.0 {
        return None;
    }
    let below = |point: &ElbowPoint| {
        let (x, y) = (
            (point.k - first.k) as f64 / width,
            (point.inertia - last.inertia) / height,
        );
        1.0 - x - y
    };
    let lowest = known().fold(None, |best: Option<(f64, usize)>, point| {
        let below = below(point);
        match best {
            Some(best) if best.0 >= below => Some(best),
            _ => Some((below, point.k)),
        }
    });
    lowest.filter(|(below, _)| *below > 1e-9).map(|(_, k)| k)
}

fn says(highest: Option<usize>, bends: Option<usize>) -> String {
    match (highest, bends) {
        (Some(high), Some(bend)) if high == bend => {
            format!("Silhouette is highest at k = {high}, and inertia bends there.")
        }
        (Some(high), Some(bend)) => {
            format!("Silhouette is highest at k = {high}; inertia bends at {bend}.")
        }
        (Some(high), None) => {
            format!("Silhouette is highest at k = {high}; inertia bends nowhere.")
        }
        (None, Some(bend)) => format!("Inertia bends at k = {bend}; there is no silhouette."),
        (None, None) => "Too few rows differ for any k to be better than another.".to_owned(),
    }
}

/// Gives a lane this k, and the start that its candidate had; a lane that is not k-means stays as it is.
pub fn use_k(file: &mut LabFile, lane: &str, k: usize, (start, rows): (Start, u64)) {
    let is_it = |file: &&mut LaneFile| file.name == lane;
    let Some(lane) = file.lanes.iter_mut().find(is_it) else {
        return;
    };
    let Settings::Kmeans(model) = &mut lane.model else {
        return;
    };
    let least = if model.engine == Engine::Flink { 2 } else { 1 };
    model.k = Some(k.clamp(least, K_MAX));
    model.initial = Initial {
        plus_plus: Some(PlusPlusStart {
            seed: start.seed,
            rows: (rows as usize).max(k),
            weight: 0.0,
            restarts: start.restarts,
        }),
        ..Initial::default()
    };
    // They named other clusters.
    lane.cluster_labels = None;
}
