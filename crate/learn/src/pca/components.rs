//! The two directions in which rows vary most.

use serde::{Deserialize, Serialize};

use super::Covariance;
use super::eigen::eigen;

/// More features than this have no components: their eigenvectors would take a noticeable time.
pub const FEATURES_MAX: usize = 64;

/// A direction takes the place of another only when it is longer by this factor, as variances.
const LONGER: f64 = 1.1;

/// The first two principal components.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Components {
    /// Rows that they are of.
    pub rows: u64,
    /// The mean of each feature: where both components are 0.
    pub mean: Vec<f64>,
    /// The two directions, each of length 1, at right angles to each other.
    pub axes: [Vec<f64>; 2],
    /// The share of the variance along each; NaN while all rows are the same.
    pub share: [f64; 2],
}

impl Components {
    /// The components of what was taken, by what they were before; None where there are none of so many features.
    ///
    /// The sign of a direction, and which of two about equally long ones comes first, is as before. Without a before
    /// the longer one comes first, and a direction's largest part is positive. While all rows are the same, the
    /// directions are those of the first two features.
    pub fn of(covariance: &Covariance, before: Option<&Components>) -> Option<Components> {
        let dim = covariance.mean().len();
        let matrix = covariance.matrix();
        if !(2..=FEATURES_MAX).contains(&dim) || matrix.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let total = (0..dim).fold(0.0, |sum, i| sum + matrix[i * dim + i]);
        let before = before.filter(|before| before.mean.len() == dim && !before.share[0].is_nan());
        let mut found = eigen(&matrix, dim);
        let mut axes = [Vec::new(), Vec::new()];
        let mut share = [f64::NAN; 2];
        for (i, axis) in axes.iter_mut().enumerate() {
            let was = before.map(|before| before.axes[i].as_slice());
            let (value, direction) = found.remove(choose(&found, was));
            *axis = signed(direction, was);
            if total > 0.0 {
                share[i] = value.max(0.0) / total;
            }
        }
        Some(Components {
            rows: covariance.rows(),
            mean: covariance.mean().to_vec(),
            axes,
            share,
        })
    }

    /// A row along a component, 0 being the mean.
    pub fn along(&self, component: usize, row: &[f64]) -> f64 {
        let parts = row.iter().zip(&self.mean).zip(&self.axes[component]);
        parts.fold(0.0, |sum, ((x, mean), part)| sum + (x - mean) * part)
    }
}

/// The direction that goes on from this one, among those that are long enough; they are sorted, longest first.
fn choose(found: &[(f64, Vec<f64>)], was: Option<&[f64]>) -> usize {
    let Some(was) = was else {
        return 0;
    };
    let longest = found.first().map_or(0.0, |(value, _)| *value);
    let near = found
        .iter()
        .take_while(|(value, _)| *value * LONGER >= longest);
    let mut best = (0, 0.0);
    for (i, (_, direction)) in near.enumerate() {
        let turned = dot(direction, was).abs();
        if turned > best.1 {
            best = (i, turned);
        }
    }
    best.0
}

fn signed(mut direction: Vec<f64>, was: Option<&[f64]>) -> Vec<f64> {
    let largest = direction
        .iter()
        .fold(0.0, |largest: f64, x| match x.abs() > largest.abs() {
            true => *x,
            false => largest,
        });
    let same = was.map_or(0.0, |was| dot(&direction, was));
    let points = if same == 0.0 { largest } else { same };
    if points < 0.0 {
        direction.iter_mut().for_each(|x| *x = -*x);
    }
    direction
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[&[f64]], before: Option<&Components>) -> Components {
        let mut covariance = Covariance::new(rows[0].len());
        rows.iter().for_each(|row| covariance.add(row));
        Components::of(&covariance, before).unwrap()
    }

    #[test]
    fn rows_on_a_line_have_one_direction() {
        let of = of(&[&[0.0, 0.0, 7.0], &[3.0, -4.0, 7.0]], None);
        assert!((of.share[0] - 1.0).abs() < 1e-15 && of.share[1].abs() < 1e-15);
        // The largest part is positive.
        assert!((of.axes[0][0] + 0.6).abs() < 1e-15 && (of.axes[0][1] - 0.8).abs() < 1e-15);
        assert!((of.along(0, &[3.0, -4.0, 7.0]) + 2.5).abs() < 1e-15);
    }

    #[test]
    fn signs_stay_as_they_were() {
        let mut before = of(&[&[0.0, 0.0], &[3.0, 4.0]], None);
        before.axes.iter_mut().flatten().for_each(|x| *x = -*x);
        let after = of(&[&[0.0, 0.0], &[3.0, 4.1]], Some(&before));
        assert!(after.axes[0][1] < 0.0, "{after:?}");
        let fresh = of(&[&[0.0, 0.0], &[3.0, 4.1]], None);
        assert!(fresh.axes[0][1] > 0.0, "{fresh:?}");
    }

    #[test]
    fn directions_change_places_only_where_one_is_clearly_longer() {
        let cross = |x: f64, y: f64| {
            let rows: [&[f64]; 4] = [&[x, 0.0], &[-x, 0.0], &[0.0, y], &[0.0, -y]];
            rows.map(<[f64]>::to_vec)
        };
        let at = |rows: [Vec<f64>; 4], before: Option<&Components>| {
            of(&rows.each_ref().map(Vec::as_slice), before)
        };
        let first = at(cross(1.0, 0.9), None);
        assert_eq!(first.axes[0], [1.0, 0.0]);
        let equal = at(cross(1.0, 1.02), Some(&first));
        assert_eq!(equal.axes[0], [1.0, 0.0]);
        let other = at(cross(1.0, 1.2), Some(&equal));
        assert_eq!(other.axes[0], [0.0, 1.0]);
    }

    #[test]
    fn rows_that_are_all_the_same_have_the_features_directions() {
        let of = of(&[&[2.0, 5.0, 1.0]], None);
        assert_eq!((of.rows, of.mean.as_slice()), (1, &[2.0, 5.0, 1.0][..]));
        assert_eq!(of.axes, [vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0]]);
        assert!(of.share[0].is_nan() && of.share[1].is_nan());
    }

    #[test]
    fn there_are_none_of_one_feature_or_of_too_many() {
        assert_eq!(Components::of(&Covariance::new(1), None), None);
        assert_eq!(
            Components::of(&Covariance::new(FEATURES_MAX + 1), None),
            None
        );
    }
}
