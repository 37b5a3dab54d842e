//! A scaler's numbers at one time, between the columns' units and a model's.

use serde::{Deserialize, Serialize};

use crate::Linear;
use crate::kmeans;
use crate::online::Numbers;
use crate::scaler::{Kind, Scaler, affine};

/// What is taken from each feature, and what it is multiplied with, before a model sees it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The mean of each feature, or its least number for min-max.
    #[serde(with = "crate::number::list")]
    pub mean: Vec<f64>,
    /// The standard deviation of each feature, or its range for min-max.
    #[serde(with = "crate::number::list")]
    pub std: Vec<f64>,
    /// What is taken from each feature.
    #[serde(with = "crate::number::list")]
    pub centre: Vec<f64>,
    /// What is left is multiplied with this; 0 where a feature tells nothing.
    #[serde(with = "crate::number::list")]
    pub factor: Vec<f64>,
    /// The engine's own number of it, from 0; None where scalers are not numbered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

impl Scale {
    /// What a scaler does now.
    pub fn of(scaler: &Scaler) -> Self {
        let affine = |i| scaler.affine(i);
        let (centre, factor) = (0..scaler.mean().len()).map(affine).unzip();
        Self {
            mean: scaler.mean().to_vec(),
            std: scaler.std().to_vec(),
            centre,
            factor,
            version: None,
        }
    }

    /// What a scaler of this kind does with these means and standard deviations (least numbers and ranges), as another
    /// program has learned them.
    pub fn given(kind: &Kind, mean: Vec<f64>, std: Vec<f64>) -> Self {
        let pairs = mean.iter().zip(&std);
        let (centre, factor) = pairs.map(|(mean, std)| affine(kind, *mean, *std)).unzip();
        Self {
            mean,
            std,
            centre,
            factor,
            version: None,
        }
    }

    /// Scales rows in place, many numbers row after row.
    pub fn transform(&self, rows: &mut [f64]) {
        for row in rows.chunks_exact_mut(self.centre.len().max(1)) {
            for ((x, centre), factor) in row.iter_mut().zip(&self.centre).zip(&self.factor) {
                *x = (*x - centre) * factor;
            }
        }
    }

    /// A model's numbers, in the columns' units.
    ///
    /// A centroid's coordinate that is scaled to 0 comes back as the feature's mean. The intercept takes up what the
    /// centres leave.
    pub fn to_columns(&self, numbers: &Numbers) -> Numbers {
        match numbers {
            Numbers::Clusters(model) => {
                let mut centroids = model.centroids.clone();
                for centroid in centroids.chunks_exact_mut(self.centre.len().max(1)) {
                    for (i, x) in centroid.iter_mut().enumerate() {
                        *x = match self.factor[i] == 0.0 {
                            true => self.mean[i],
                            false => *x / self.factor[i] + self.centre[i],
                        };
                    }
                }
                Numbers::Clusters(kmeans::Model {
                    centroids,
                    weights: model.weights.clone(),
                })
            }
            Numbers::Linear(model) => {
                let pairs = model.coefficients.iter().zip(&self.factor);
                let coefficients: Vec<f64> = pairs.map(|(c, factor)| c * factor).collect();
                let pairs = coefficients.iter().zip(&self.centre);
                let intercept = pairs.fold(model.intercept, |rest, (c, centre)| rest - c * centre);
                Numbers::Linear(Linear {
                    coefficients,
                    intercept,
                })
            }
        }
    }

    /// Numbers in the columns' units, as the model has them.
    pub fn to_model(&self, numbers: &Numbers) -> Numbers {
        match numbers {
            Numbers::Clusters(model) => {
                let mut centroids = model.centroids.clone();
                self.transform(&mut centroids);
                Numbers::Clusters(kmeans::Model {
                    centroids,
                    weights: model.weights.clone(),
                })
            }
            Numbers::Linear(model) => {
                let pairs = model.coefficients.iter().zip(&self.centre);
                let intercept = pairs.fold(model.intercept, |sum, (c, centre)| sum + c * centre);
                let undo = |(c, factor): (&f64, &f64)| match *factor == 0.0 {
                    true => 0.0,
                    false => c / factor,
                };
                Numbers::Linear(Linear {
                    coefficients: model
                        .coefficients
                        .iter()
                        .zip(&self.factor)
                        .map(undo)
                        .collect(),
                    intercept,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rows;

    #[test]
    fn a_model_says_the_same_in_either_units() {
        let mut scaler = Scaler::new(Kind::Standard, 2).unwrap();
        scaler.partial_fit(Rows::new(&[1.0, 100.0, 3.0, 300.0, 8.0, 250.0], 2).unwrap());
        let scale = Scale::of(&scaler);
        let model = Linear {
            coefficients: vec![2.0, -1.0],
            intercept: 0.5,
        };
        let mut row = [2.0, 150.0];
        let columns = scale.to_columns(&Numbers::Linear(model.clone()));
        let there = columns.linear().unwrap().predict(&row);
        scale.transform(&mut row);
        assert!((there - model.predict(&row)).abs() < 1e-12);
        let back = scale.to_model(&columns);
        let back = back.linear().unwrap();
        assert!((back.intercept - model.intercept).abs() < 1e-12);
        assert!((back.coefficients[1] - model.coefficients[1]).abs() < 1e-12);
    }

    #[test]
    fn given_numbers_do_what_the_scaler_that_learned_them_does() {
        let flink = Kind::Flink {
            with_mean: false,
            with_std: true,
        };
        for kind in [Kind::Standard, Kind::MinMax, flink] {
            let mut scaler = Scaler::new(kind.clone(), 2).unwrap();
            scaler.partial_fit(Rows::new(&[1.0, 7.0, 3.0, 7.0, 8.0, 7.0], 2).unwrap());
            let scale = Scale::of(&scaler);
            let given = Scale::given(&kind, scale.mean.clone(), scale.std.clone());
            assert_eq!(given, scale, "{kind:?}");
        }
    }

    #[test]
    fn a_feature_that_tells_nothing_comes_back_as_its_mean() {
        let mut scaler = Scaler::new(Kind::MinMax, 2).unwrap();
        scaler.partial_fit(Rows::new(&[1.0, 7.0, 3.0, 7.0], 2).unwrap());
        let scale = Scale::of(&scaler);
        let model = kmeans::Model {
            centroids: vec![0.5, 0.0],
            weights: vec![1.0],
        };
        let columns = scale.to_columns(&Numbers::Clusters(model));
        assert_eq!(columns.clusters().unwrap().centroids, [2.0, 7.0]);
        let changes_nothing = Scale {
            mean: vec![0.0; 2],
            std: vec![1.0; 2],
            centre: vec![0.0; 2],
            factor: vec![1.0; 2],
            ..scale
        };
        assert_eq!(changes_nothing.to_columns(&columns), columns);
    }
}
