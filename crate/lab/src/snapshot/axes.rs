//! What the stage's axes are, and the plane that they span.

pub use learn::pca::Components;
use serde::{Deserialize, Serialize};

/// What an axis of the stage shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Axis {
    /// A feature, by its index in the shown lane.
    Feature(usize),
    /// A principal component of the shown lane's training rows: 0 or 1.
    ///
    /// They come in pairs: where one axis is a component, the other axis is the other one.
    Component(usize),
}

impl Default for Axis {
    fn default() -> Self {
        Axis::Feature(0)
    }
}

impl Axis {
    /// The feature; None for a component.
    pub fn feature(self) -> Option<usize> {
        match self {
            Axis::Feature(feature) => Some(feature),
            Axis::Component(_) => None,
        }
    }

    /// The component; None for a feature.
    pub fn component(self) -> Option<usize> {
        match self {
            Axis::Feature(_) => None,
            Axis::Component(component) => Some(component),
        }
    }
}

/// The principal components that a view shows rows by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComponentAxes {
    /// The components, in column units.
    pub components: Components,
    /// The columns of the features that they are made of.
    pub columns: Vec<usize>,
    /// How far rows and centroids reached along each so far.
    pub reach: [Option<(f64, f64)>; 2],
}

/// A plane through the space of the features, with its two axes.
///
/// Of two features it is where all others have the values of a slice; of two components it goes through the mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    axes: (Axis, Axis),
    /// The place (0, 0), by feature.
    pub origin: Vec<f64>,
    /// What one unit to the right adds to each feature.
    pub across: Vec<f64>,
    /// What one unit up adds to each feature.
    pub up: Vec<f64>,
    components: Option<Components>,
}

impl Plane {
    /// The plane of these axes; `slice` holds the values of the features that are not drawn, all of them.
    pub fn new(axes: (Axis, Axis), slice: &[f64], components: Option<&Components>) -> Plane {
        let mut origin = slice.to_vec();
        let known = components.filter(|components| components.mean.len() == slice.len());
        if let (Some(components), Axis::Component(_)) = (known, axes.0) {
            origin.clone_from(&components.mean);
        }
        for axis in [axes.0, axes.1] {
            if let Some(value) = axis.feature().and_then(|feature| origin.get_mut(feature)) {
                *value = 0.0;
            }
        }
        let direction = |axis: Axis| match axis {
            Axis::Feature(feature) => unit(feature, slice.len()),
            Axis::Component(component) => known
                .and_then(|components| components.axes.get(component).cloned())
                .unwrap_or_else(|| unit(component, slice.len())),
        };
        let across = direction(axes.0);
        // A lane of one feature has it on both axes: going up changes nothing.
        let up = match axes.0 == axes.1 {
            true => vec![0.0; slice.len()],
            false => direction(axes.1),
        };
        Plane {
            axes,
            origin,
            across,
            up,
            components: known.cloned(),
        }
    }

    /// How many features there are.
    pub fn dim(&self) -> usize {
        self.origin.len()
    }

    /// Where a row, or a centroid, is seen in the plane.
    pub fn place(&self, row: &[f64]) -> (f64, f64) {
        (self.along(self.axes.0, row), self.along(self.axes.1, row))
    }

    /// A feature's value at a place of the plane.
    pub fn value(&self, feature: usize, (x, y): (f64, f64)) -> f64 {
        self.origin[feature] + x * self.across[feature] + y * self.up[feature]
    }

    /// The axes.
    pub fn axes(&self) -> (Axis, Axis) {
        self.axes
    }

    fn along(&self, axis: Axis, row: &[f64]) -> f64 {
        match (axis, &self.components) {
            (Axis::Feature(feature), _) => row.get(feature).copied().unwrap_or(f64::NAN),
            (Axis::Component(component), Some(components)) => components.along(component, row),
            (Axis::Component(component), None) => row.get(component).copied().unwrap_or(f64::NAN),
        }
    }
}

fn unit(feature: usize, dim: usize) -> Vec<f64> {
    (0..dim)
        .map(|i| if i == feature { 1.0 } else { 0.0 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_features_are_drawn_as_they_are() {
        let plane = Plane::new((Axis::Feature(2), Axis::Feature(0)), &[5.0, 3.0, 1.0], None);
        assert_eq!(plane.place(&[4.0, 9.0, 7.0]), (7.0, 4.0));
        let values: Vec<f64> = (0..3).map(|i| plane.value(i, (7.0, 4.0))).collect();
        assert_eq!(values, [4.0, 3.0, 7.0]);
    }

    #[test]
    fn two_components_go_through_the_mean() {
        let components = Components {
            rows: 2,
            mean: vec![1.0, 2.0, 3.0],
            axes: [vec![0.6, 0.0, 0.8], vec![0.0, 1.0, 0.0]],
            share: [0.7, 0.2],
        };
        let axes = (Axis::Component(1), Axis::Component(0));
        let plane = Plane::new(axes, &[9.0, 9.0, 9.0], Some(&components));
        assert_eq!(plane.place(&[1.0, 2.0, 3.0]), (0.0, 0.0));
        let (x, y) = plane.place(&[1.6, 4.0, 3.8]);
        assert!((x - 2.0).abs() < 1e-15 && (y - 1.0).abs() < 1e-15);
        // A place of the plane is seen where it is.
        let row: Vec<f64> = (0..3).map(|i| plane.value(i, (2.0, 1.0))).collect();
        let (x, y) = plane.place(&row);
        assert!((x - 2.0).abs() < 1e-15 && (y - 1.0).abs() < 1e-15);
    }

    #[test]
    fn one_feature_is_on_both_axes_and_going_up_changes_nothing() {
        let plane = Plane::new((Axis::Feature(0), Axis::Feature(0)), &[5.0], None);
        assert_eq!(plane.place(&[4.0]), (4.0, 4.0));
        assert_eq!(plane.value(0, (4.0, 8.0)), 4.0);
    }
}
