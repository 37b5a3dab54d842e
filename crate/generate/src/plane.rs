//! The plane that a regression looks for.

use learn::random::Random;

use crate::Settings;
use crate::centres::direction;

/// Features are drawn up to here, from as far below 0.
pub(crate) const FEATURES: f64 = 10.0;
/// Coefficients begin up to here.
const COEFFICIENTS: f64 = 3.0;
/// Targets that are noise are drawn up to here.
pub(crate) const TARGETS: f64 = 60.0;

/// Coefficients that move.
#[derive(Clone, Debug)]
pub(crate) struct Plane {
    intercept: f64,
    begin: Vec<f64>,
    way: Vec<f64>,
    drift: f64,
}

impl Plane {
    pub(crate) fn new(settings: &Settings, random: &mut Random) -> Plane {
        let mut draw = || COEFFICIENTS * (2.0 * random.uniform() - 1.0);
        let intercept = draw();
        let begin = (0..settings.dims).map(|_| draw()).collect();
        Plane {
            intercept,
            begin,
            way: direction(settings.dims, random),
            drift: settings.drift,
        }
    }

    /// The height over these features when this row is drawn.
    pub(crate) fn over(&self, features: &[f64], row: u64) -> f64 {
        let gone = self.drift * row as f64 / 1_000.0;
        let mut sum = self.intercept;
        for ((x, begin), way) in features.iter().zip(&self.begin).zip(&self.way) {
            sum += x * (begin + way * gone);
        }
        sum
    }
}
