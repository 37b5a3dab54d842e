//! Principal components of a lane's training rows, as long as somebody looks along them.
//!
//! They are of the view, not of the lab: nothing that a model does hangs on them, and a lab that nobody looks at along
//! them does not pay for them.

use learn::pca::{Components, Covariance, FEATURES_MAX};

use super::Place;
use crate::config::Role;
use crate::lab::Lab;
use crate::lane::Lane;
use crate::snapshot::{Axis, ComponentAxes, Playhead, Stage, Task};

/// Products that are added up in one call at most; more rows follow in the next one.
const PRODUCTS_MAX: usize = 20_000_000;

/// Follows the training rows of a lane, from the oldest that is retained to the newest.
#[derive(Clone, Debug, Default)]
pub struct Follower {
    /// What it follows: the lane's place, name and columns.
    of: (usize, String, Vec<usize>),
    covariance: Covariance,
    components: Option<Components>,
    reach: [Option<(f64, f64)>; 2],
    /// The next record to look at.
    next: u64,
}

impl Follower {
    /// The components of a lane's training rows up to the newest; None where the lane has none to look along.
    pub fn follow(&mut self, lab: &Lab, lane: usize) -> Option<ComponentAxes> {
        let lane = lane.min(lab.lanes.len() - 1);
        let place = lab.place(lane, Playhead::Live);
        if !has_components(place.lane) {
            *self = Follower::default();
            return None;
        }
        let config = &place.lane.config;
        let of = (lane, config.name.clone(), config.features.clone());
        if self.of != of || self.next > lab.rows.end() {
            *self = Follower {
                of,
                covariance: Covariance::new(config.dim()),
                ..Follower::default()
            };
        }
        self.take(&place);
        Some(ComponentAxes {
            components: self.components.clone()?,
            columns: self.of.2.clone(),
            reach: self.reach,
        })
    }

    /// Whether there are rows that it has not looked at yet.
    pub fn is_behind(&self, lab: &Lab) -> bool {
        self.next < lab.rows.end()
    }

    /// Notes how far a stage reached along the components; before they point anywhere it says nothing.
    pub fn reached(&mut self, stage: &Stage, axes: (Axis, Axis)) {
        let known = self.components.as_ref();
        if known.is_none_or(|components| components.share[0].is_nan()) {
            return;
        }
        for (axis, range) in [(axes.0, stage.x_range), (axes.1, stage.y_range)] {
            if let Some(component) = axis.component() {
                self.reach[component] = Some(range);
            }
        }
    }

    fn take(&mut self, place: &Place<'_>) {
        let dim = place.lane.config.dim();
        let from = self.next.max(place.lab.rows.first());
        let to = place.record.min(from + (PRODUCTS_MAX / (dim * dim)) as u64);
        for record in from..to {
            if matches!(place.row(record), Some(Role::Train | Role::Both)) {
                self.covariance.add(&place.lab.features(place.lane, record));
            }
        }
        if to > self.next || self.components.is_none() {
            self.components = Components::of(&self.covariance, self.components.as_ref());
        }
        self.next = to.max(self.next);
    }
}

/// Whether rows of so many features can be looked at along principal components: there must be three at least, and a
/// regression has its line over one feature.
pub fn suit(features: usize, task: Task) -> bool {
    (3..=FEATURES_MAX).contains(&features) && task != Task::Regression
}

/// Whether a lane's rows can.
pub(super) fn has_components(lane: &Lane) -> bool {
    suit(lane.config.dim(), lane.model().task())
}
