//! A random sample of a lane's training rows, for measures that are too dear for all of them.

use learn::Rows;
use learn::kmeans::Distance;
use learn::metrics::{Reservoir, mean_silhouette, simplified_silhouette};
use learn::online::{Answer, Task};
use serde::{Deserialize, Serialize};

use super::Lane;
use crate::timeline::Version;

/// Rows of the sample: silhouettes take the time of all its pairs.
const SAMPLE: usize = 128;

/// A sample of the rows so far, in the columns' units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sample {
    rows: Reservoir<Vec<f64>>,
    /// A row that was let go: the next one takes its room.
    #[serde(skip)]
    spare: Vec<f64>,
}

impl Sample {
    pub(super) fn new() -> Sample {
        Sample {
            rows: Reservoir::new(SAMPLE, 0),
            spare: Vec::new(),
        }
    }

    /// Sees rows, many numbers row after row; those that are not finite have no place.
    pub(super) fn see(&mut self, features: &[f64], dim: usize) {
        let rows = features.chunks_exact(dim.max(1));
        for row in rows.filter(|row| row.iter().all(|x| x.is_finite())) {
            let mut kept = std::mem::take(&mut self.spare);
            kept.clear();
            kept.extend_from_slice(row);
            self.spare = self.rows.add(kept).unwrap_or_default();
        }
    }
}

impl Lane {
    /// The silhouette of the sample under a version, exact and by centroids; NaN where there is none.
    pub(crate) fn silhouettes(&self, version: &Version) -> [f64; 2] {
        const NONE: [f64; 2] = [f64::NAN; 2];
        if self.model.task() != Task::Clustering {
            return NONE;
        }
        let mut features = self.measuring.sample.rows.items().concat();
        if let Some(scale) = &version.scale {
            scale.transform(&mut features);
        }
        let Ok(rows) = Rows::new(&features, self.config.dim()) else {
            return NONE;
        };
        let (mut clusters, mut simplified) = (Vec::with_capacity(rows.len()), 0.0);
        for row in rows {
            let Answer::Cluster(nearest) = self.model.answer(&version.numbers, row) else {
                return NONE;
            };
            clusters.push(nearest.cluster);
            simplified += simplified_silhouette(&nearest);
        }
        let distance = Distance::named(self.model.about().distance).unwrap_or(Distance::Euclidean);
        let exact = mean_silhouette(rows, &clusters, distance);
        [exact.unwrap_or(f64::NAN), simplified / rows.len() as f64]
    }
}
