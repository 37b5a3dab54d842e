//! Where clusters are.

use std::f64::consts::TAU;

use learn::random::Random;

use crate::Settings;
use crate::settings::Kind;

/// Clusters turn round here, in standard deviations from the middle.
pub(crate) const BOX: f64 = 12.0;
/// They begin inside of this.
const BEGIN: f64 = 10.0;
/// The circle that they turn on.
const RADIUS: f64 = 9.0;
/// Places that are tried for each, of which the one furthest from the others is taken.
const TRIES: usize = 64;
/// Clusters of a growing stream at its begin.
const FIRST: u64 = 2;

/// Where clusters are, row by row; their standard deviation is 1 in each dimension.
#[derive(Clone, Debug)]
pub(crate) struct Centres {
    kind: Kind,
    rows: u64,
    drift: f64,
    begin: Vec<Vec<f64>>,
    /// Where each goes, of length 1.
    ways: Vec<Vec<f64>>,
}

impl Centres {
    pub(crate) fn new(settings: &Settings, random: &mut Random) -> Centres {
        let mut begin: Vec<Vec<f64>> = Vec::new();
        for _ in 0..settings.clusters {
            begin.push(far_from(&begin, settings.dims, random));
        }
        let ways = begin
            .iter()
            .map(|_| direction(settings.dims, random))
            .collect();
        Centres {
            kind: settings.kind,
            rows: settings.rows,
            drift: settings.drift,
            begin,
            ways,
        }
    }

    /// Clusters that are there when this row is drawn.
    pub(crate) fn present(&self, row: u64) -> u64 {
        let all = self.begin.len() as u64;
        match self.kind {
            Kind::Growing => {
                let first = FIRST.min(all);
                (first + row * (all - first + 1) / self.rows).min(all)
            }
            _ => all,
        }
    }

    /// Where a cluster is in a dimension when this row is drawn.
    pub(crate) fn at(&self, cluster: usize, dim: usize, row: u64) -> f64 {
        let gone = self.drift * row as f64 / 1_000.0;
        if self.kind == Kind::Rotating && dim < 2 {
            let share = cluster as f64 / self.begin.len() as f64;
            let angle = TAU * share + gone / RADIUS;
            return RADIUS
                * match dim {
                    0 => libm::cos(angle),
                    _ => libm::sin(angle),
                };
        }
        let way = match self.kind {
            Kind::Rotating => 0.0,
            _ => self.ways[cluster][dim],
        };
        folded(self.begin[cluster][dim] + way * gone)
    }
}

/// Of some places in the box the one that is furthest from these.
fn far_from(others: &[Vec<f64>], dims: usize, random: &mut Random) -> Vec<f64> {
    let mut best = (f64::NEG_INFINITY, Vec::new());
    for _ in 0..TRIES {
        let place: Vec<f64> = (0..dims)
            .map(|_| BEGIN * (2.0 * random.uniform() - 1.0))
            .collect();
        let nearest = others
            .iter()
            .map(|other| square(&place, other))
            .fold(f64::INFINITY, f64::min);
        if nearest > best.0 {
            best = (nearest, place);
        }
    }
    best.1
}

fn square(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// A direction, each as likely as another, of length 1.
pub(crate) fn direction(dims: usize, random: &mut Random) -> Vec<f64> {
    let mut way: Vec<f64> = (0..dims).map(|_| random.normal()).collect();
    let length = way.iter().map(|x| x * x).sum::<f64>().sqrt();
    for x in &mut way {
        *x /= length;
    }
    way
}

/// A place on a line, where who comes to an end of the box turns round.
fn folded(x: f64) -> f64 {
    let along = (x + BOX).rem_euclid(4.0 * BOX);
    match along > 2.0 * BOX {
        true => 3.0 * BOX - along,
        false => along - BOX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_to_the_end_turns_round() {
        for (x, at) in [
            (0.0, 0.0),
            (11.0, 11.0),
            (13.0, 11.0),
            (24.0, 0.0),
            (37.0, -11.0),
            (48.0, 0.0),
            (-13.0, -11.0),
        ] {
            assert_eq!(folded(x), at, "{x}");
        }
    }

    #[test]
    fn clusters_begin_apart() {
        for seed in 0..50 {
            let settings = Settings {
                clusters: 8,
                ..Settings::of(Kind::Blobs)
            };
            let centres = Centres::new(&settings, &mut Random::new(seed));
            for (i, a) in centres.begin.iter().enumerate() {
                for b in &centres.begin[..i] {
                    assert!(square(a, b).sqrt() > 4.0, "{seed}: {a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn a_growing_stream_begins_with_two_and_ends_with_all() {
        let settings = Settings::of(Kind::Growing);
        let centres = Centres::new(&settings, &mut Random::new(1));
        let present = [0, 249, 250, 500, 750, 999].map(|row| centres.present(row));
        assert_eq!(present, [2, 2, 3, 4, 5, 5]);
    }

    #[test]
    fn those_that_turn_keep_their_distance() {
        let settings = Settings::of(Kind::Rotating);
        let centres = Centres::new(&settings, &mut Random::new(1));
        for row in [0, 400, 999] {
            let radius = [0, 1].map(|dim| centres.at(2, dim, row));
            let length = (radius[0] * radius[0] + radius[1] * radius[1]).sqrt();
            assert!((length - RADIUS).abs() < 1e-12);
        }
        // 30 standard deviations on a circle of 9 are 3.3 radians.
        let (begin, end) = (centres.at(0, 0, 0), centres.at(0, 0, 1_000));
        assert!(begin == RADIUS && end < -8.0, "{begin} {end}");
    }
}
