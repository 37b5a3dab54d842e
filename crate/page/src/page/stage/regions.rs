//! Which cluster each place of the plane belongs to.
//!
//! The plane is a slice: features that are not drawn are held at given values; or it goes through the mean, along two
//! components. For the euclidean distance what is off the plane is a constant of each centroid, so that the borders are
//! those of a power diagram: straight, and found by cutting the plane with half-planes. For other distances the plane is
//! laid out in small rectangles.

use lab::snapshot::Plane;

/// A place in the axes' units.
pub type Place = (f64, f64);

/// Columns and rows of rectangles, where borders are not straight.
const GRID: (usize, usize) = (96, 64);

/// A model, looked at in a plane.
#[derive(Clone, Copy, Debug)]
pub struct Slice<'a> {
    /// k x dim, row-major.
    pub centroids: &'a [f64],
    /// The plane.
    pub plane: &'a Plane,
    /// "euclidean", "manhattan", "cosine".
    pub distance: &'a str,
    /// Behind a scaler: what is taken from each feature before distances are measured; empty without one.
    pub centre: &'a [f64],
    /// Behind a scaler: what is left is multiplied with this; empty without one.
    pub factor: &'a [f64],
}

/// A piece of a cluster's region.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// The engine's id.
    pub cluster: usize,
    /// Corners, in order.
    pub corners: Vec<Place>,
}

impl Slice<'_> {
    fn dim(&self) -> usize {
        self.plane.dim()
    }

    /// How many clusters there are.
    pub fn k(&self) -> usize {
        self.centroids.len().checked_div(self.dim()).unwrap_or(0)
    }

    fn centroid(&self, cluster: usize) -> &[f64] {
        &self.centroids[cluster * self.dim()..(cluster + 1) * self.dim()]
    }

    /// What a feature's differences are multiplied with.
    fn factor(&self, feature: usize) -> f64 {
        self.factor.get(feature).copied().unwrap_or(1.0)
    }

    /// A feature's value as the distance is measured with it.
    fn scaled(&self, feature: usize, value: f64) -> f64 {
        let centre = self.centre.get(feature).copied().unwrap_or(0.0);
        (value - centre) * self.factor(feature)
    }

    /// The distance of a place of the plane to a centroid.
    pub fn distance_to(&self, cluster: usize, place: Place) -> f64 {
        let pairs = self.centroid(cluster).iter().enumerate().map(|(i, c)| {
            (
                self.scaled(i, self.plane.value(i, place)),
                self.scaled(i, *c),
            )
        });
        match self.distance {
            "manhattan" => pairs.map(|(a, b)| (a - b).abs()).sum(),
            "cosine" => {
                let (dot, aa, bb) = pairs.fold((0.0, 0.0, 0.0), |(dot, aa, bb), (a, b)| {
                    (dot + a * b, aa + a * a, bb + b * b)
                });
                1.0 - dot / (aa.sqrt() * bb.sqrt())
            }
            _ => pairs.map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt(),
        }
    }

    /// The nearest cluster and the one after it; the first index wins a tie.
    pub fn nearest(&self, place: Place) -> Option<(usize, Option<usize>)> {
        let mut best: Option<(usize, f64)> = None;
        let mut second: Option<(usize, f64)> = None;
        for cluster in 0..self.k() {
            let distance = self.distance_to(cluster, place);
            if best.is_none_or(|(_, least)| distance < least) {
                second = best;
                best = Some((cluster, distance));
            } else if second.is_none_or(|(_, least)| distance < least) {
                second = Some((cluster, distance));
            }
        }
        best.map(|(cluster, _)| (cluster, second.map(|(cluster, _)| cluster)))
    }
}

/// The regions within a rectangle of the plane.
pub fn regions(slice: &Slice<'_>, from: Place, to: Place) -> Vec<Region> {
    if slice.centroids.iter().any(|value| !value.is_finite()) || slice.dim() < 2 {
        return Vec::new();
    }
    if slice.distance == "euclidean" {
        (0..slice.k())
            .filter_map(|cluster| power_cell(slice, cluster, from, to))
            .collect()
    } else {
        grid(slice, from, to)
    }
}

fn power_cell(slice: &Slice<'_>, cluster: usize, from: Place, to: Place) -> Option<Region> {
    let mut corners = vec![from, (to.0, from.1), to, (from.0, to.1)];
    for other in (0..slice.k()).filter(|other| *other != cluster) {
        let (normal, bound) = border(slice, cluster, other);
        if normal == (0.0, 0.0) {
            if bound < 0.0 || (bound == 0.0 && other < cluster) {
                return None;
            }
            continue;
        }
        corners = cut(&corners, |place| {
            normal.0 * place.0 + normal.1 * place.1 - bound
        });
        if corners.len() < 3 {
            return None;
        }
    }
    Some(Region { cluster, corners })
}

/// The border between two clusters: the first one is nearer where `normal · place <= bound`.
fn border(slice: &Slice<'_>, cluster: usize, other: usize) -> (Place, f64) {
    let plane = slice.plane;
    let (mut normal, mut bound) = ((0.0, 0.0), 0.0);
    let pairs = slice.centroid(cluster).iter().zip(slice.centroid(other));
    for (i, (own, others)) in pairs.enumerate() {
        // |o + x·u + y·v - c|² <= |o + x·u + y·v - c'|², each feature with the square of its factor.
        let square = slice.factor(i) * slice.factor(i);
        let apart = 2.0 * square * (others - own);
        normal.0 += apart * plane.across[i];
        normal.1 += apart * plane.up[i];
        let from = |centroid: f64| (plane.origin[i] - centroid) * (plane.origin[i] - centroid);
        bound += square * (from(*others) - from(*own));
    }
    (normal, bound)
}

/// The part of a convex polygon where `outside` is not positive.
pub(super) fn cut(corners: &[Place], outside: impl Fn(Place) -> f64) -> Vec<Place> {
    let mut kept = Vec::with_capacity(corners.len() + 1);
    for (i, corner) in corners.iter().enumerate() {
        let next = corners[(i + 1) % corners.len()];
        let (here, there) = (outside(*corner), outside(next));
        if here <= 0.0 {
            kept.push(*corner);
        }
        if (here < 0.0 && there > 0.0) || (here > 0.0 && there < 0.0) {
            let share = here / (here - there);
            kept.push((
                corner.0 + (next.0 - corner.0) * share,
                corner.1 + (next.1 - corner.1) * share,
            ));
        }
    }
    kept
}

fn grid(slice: &Slice<'_>, from: Place, to: Place) -> Vec<Region> {
    let (columns, rows) = GRID;
    let (width, height) = (
        (to.0 - from.0) / columns as f64,
        (to.1 - from.1) / rows as f64,
    );
    let mut regions: Vec<Region> = Vec::new();
    for row in 0..rows {
        let (low, high) = (
            from.1 + row as f64 * height,
            from.1 + (row + 1) as f64 * height,
        );
        let mut run: Option<Region> = None;
        for column in 0..columns {
            let (left, right) = (
                from.0 + column as f64 * width,
                from.0 + (column + 1) as f64 * width,
            );
            let Some((cluster, _)) = slice.nearest(((left + right) / 2.0, (low + high) / 2.0))
            else {
                continue;
            };
            match &mut run {
                Some(run) if run.cluster == cluster => {
                    (run.corners[1].0, run.corners[2].0) = (right, right)
                }
                _ => {
                    let corners = vec![(left, low), (right, low), (right, high), (left, high)];
                    regions.extend(run.replace(Region { cluster, corners }));
                }
            }
        }
        regions.extend(run);
    }
    regions
}

#[cfg(test)]
mod tests {
    use lab::snapshot::{Axis, Components};

    use super::*;

    fn plane(at: &[f64], (x, y): (usize, usize)) -> Plane {
        Plane::new((Axis::Feature(x), Axis::Feature(y)), at, None)
    }

    fn area(corners: &[Place]) -> f64 {
        let next = corners.iter().cycle().skip(1);
        corners
            .iter()
            .zip(next)
            .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
            .sum::<f64>()
            .abs()
            / 2.0
    }

    fn contains(corners: &[Place], place: Place) -> bool {
        let next = corners.iter().cycle().skip(1);
        let sides: Vec<f64> = corners
            .iter()
            .zip(next)
            .map(|(a, b)| (b.0 - a.0) * (place.1 - a.1) - (b.1 - a.1) * (place.0 - a.0))
            .collect();
        sides.iter().all(|side| *side >= -1e-9) || sides.iter().all(|side| *side <= 1e-9)
    }

    #[test]
    fn cells_fill_the_plane_and_hold_what_is_nearest() {
        let centroids = [5.0, 3.4, 1.5, 0.25, 5.9, 2.8, 4.2, 1.3, 6.6, 3.0, 5.3, 1.9];
        let slice = Slice {
            centroids: &centroids,
            plane: &plane(&[5.8, 3.1, 0.0, 0.0], (2, 3)),
            distance: "euclidean",
            centre: &[],
            factor: &[],
        };
        let cells = regions(&slice, (0.5, -0.2), (7.0, 2.7));
        assert_eq!(cells.len(), 3);
        let filled: f64 = cells.iter().map(|cell| area(&cell.corners)).sum();
        assert!((filled - 6.5 * 2.9).abs() < 1e-9, "{filled}");
        for i in 0..20 {
            let place = (
                0.6 + 0.31 * f64::from(i),
                0.1 + 0.12 * f64::from(i * 7 % 20),
            );
            let (nearest, _) = slice.nearest(place).unwrap();
            let cell = cells.iter().find(|cell| cell.cluster == nearest).unwrap();
            assert!(contains(&cell.corners, place), "{place:?}");
        }
    }

    #[test]
    fn along_components_cells_hold_what_is_nearest_too() {
        let centroids = [5.0, 3.4, 1.5, 0.25, 5.9, 2.8, 4.2, 1.3, 6.6, 3.0, 5.3, 1.9];
        let components = Components {
            rows: 150,
            mean: vec![5.8, 3.1, 3.8, 1.2],
            axes: [
                vec![0.36, -0.08, 0.86, 0.36],
                vec![0.66, 0.73, -0.17, -0.08],
            ],
            share: [0.92, 0.05],
        };
        let axes = (Axis::Component(0), Axis::Component(1));
        let slice = Slice {
            centroids: &centroids,
            plane: &Plane::new(axes, &[0.0; 4], Some(&components)),
            distance: "euclidean",
            centre: &[],
            factor: &[1.0, 2.0, 0.5, 1.0],
        };
        let cells = regions(&slice, (-4.0, -2.0), (4.0, 2.0));
        assert_eq!(cells.len(), 3);
        for i in 0..20 {
            let place = (
                -3.8 + 0.39 * f64::from(i),
                -1.9 + 0.19 * f64::from(i * 7 % 20),
            );
            let (nearest, _) = slice.nearest(place).unwrap();
            let cell = cells.iter().find(|cell| cell.cluster == nearest).unwrap();
            assert!(contains(&cell.corners, place), "{place:?}");
        }
    }

    #[test]
    fn behind_a_scaler_a_wide_feature_counts_as_much_as_a_narrow_one() {
        let centroids = [0.0, 0.0, 0.0, 1_000.0, 1.0, 5.0];
        let slice = Slice {
            centroids: &centroids,
            plane: &plane(&[0.0, 0.0, 2.0], (0, 1)),
            distance: "euclidean",
            centre: &[100.0, 0.5, 0.0],
            factor: &[0.001, 1.0, 1.0],
        };
        let cells = regions(&slice, (-500.0, -1.0), (1_500.0, 3.0));
        assert_eq!(cells.len(), 2);
        for place in [(900.0, 0.1), (900.0, 1.9), (100.0, 1.9), (1_450.0, 2.9)] {
            let (nearest, _) = slice.nearest(place).unwrap();
            let cell = cells.iter().find(|cell| cell.cluster == nearest).unwrap();
            assert!(contains(&cell.corners, place), "{place:?}");
        }
        // Without its scaler the wide feature alone would decide.
        assert_eq!(slice.nearest((100.0, 1.9)).map(|(first, _)| first), Some(0));
        assert_eq!(slice.nearest((900.0, 1.9)).map(|(first, _)| first), Some(0));
        assert_eq!(
            slice.nearest((1_500.0, 2.9)).map(|(first, _)| first),
            Some(1)
        );
    }

    #[test]
    fn a_centroid_far_off_the_plane_has_no_cell() {
        let slice = Slice {
            centroids: &[0.0, 0.0, 0.0, 1.0, 1.0, 50.0],
            plane: &plane(&[0.0; 3], (0, 1)),
            distance: "euclidean",
            centre: &[],
            factor: &[],
        };
        let cells = regions(&slice, (0.0, 0.0), (1.0, 1.0));
        assert_eq!(cells.len(), 1);
        assert_eq!(cells[0].cluster, 0);
    }

    #[test]
    fn the_first_of_two_equal_centroids_wins() {
        let slice = Slice {
            centroids: &[1.0, 1.0, 1.0, 1.0],
            plane: &plane(&[0.0; 2], (0, 1)),
            distance: "euclidean",
            centre: &[],
            factor: &[],
        };
        assert_eq!(regions(&slice, (0.0, 0.0), (1.0, 1.0)).len(), 1);
        assert_eq!(slice.nearest((0.0, 0.0)), Some((0, Some(1))));
    }

    #[test]
    fn other_distances_are_laid_out_in_rectangles() {
        let slice = Slice {
            centroids: &[0.0, 0.0, 1.0, 1.0],
            plane: &plane(&[0.0; 2], (0, 1)),
            distance: "manhattan",
            centre: &[],
            factor: &[],
        };
        let cells = regions(&slice, (0.0, 0.0), (1.0, 1.0));
        let filled: f64 = cells.iter().map(|cell| area(&cell.corners)).sum();
        assert!((filled - 1.0).abs() < 1e-9);
        let cosine = Slice {
            distance: "cosine",
            centroids: &[1.0, 0.0, 0.0, 1.0],
            ..slice
        };
        assert_eq!(cosine.nearest((3.0, 1.0)), Some((0, Some(1))));
        let broken = Slice {
            centroids: &[f64::NAN, 0.0],
            ..slice
        };
        assert!(regions(&broken, (0.0, 0.0), (1.0, 1.0)).is_empty());
    }
}
