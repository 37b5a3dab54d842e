//! Linear regression by stochastic gradient descent, a step for each row.

use anyhow::{Result, ensure};
use learn::sgd::{Params, Sgd, Spec};
use learn::{Linear, Rows};

use crate::case::Workload;
use crate::points::{ROWS, points};

pub(crate) struct Regression {
    model: Sgd,
    points: Vec<f64>,
    targets: Vec<f64>,
    batch: usize,
}

impl Regression {
    pub(crate) fn new(dim: usize, batch: usize) -> Result<Regression> {
        ensure!(batch > 0, "a batch has rows");
        let params = Params::new(Spec {
            step_size: 0.001,
            ..Spec::defaults(dim)
        })?;
        let points = points(1, dim);
        let targets = points
            .chunks(dim)
            .map(|row| row.iter().zip(1..).map(|(x, j)| x * f64::from(j)).sum())
            .collect();
        Ok(Regression {
            model: Sgd::new(params, Linear::zeros(dim))?,
            points,
            targets,
            batch,
        })
    }
}

impl Workload for Regression {
    fn run(&mut self) -> Result<usize> {
        let dim = self.model.params().spec().dim;
        let batches = self.points.chunks(self.batch * dim);
        for (batch, targets) in batches.zip(self.targets.chunks(self.batch)) {
            let summary = self.model.partial_fit(Rows::new(batch, dim)?, targets);
            ensure!(summary.rows == targets.len(), "rows were left out");
        }
        Ok(ROWS)
    }

    fn outcome(&self) -> Vec<f64> {
        let model = self.model.model();
        let mut outcome = model.coefficients.clone();
        outcome.push(model.intercept);
        outcome
    }
}
