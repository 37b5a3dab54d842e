//! What can be asked for, and what is then timed.

use anyhow::Result;
use serde::Deserialize;

use crate::decode::Decode;
use crate::events::Form;
use crate::kmeans::Clusters;
use crate::pipeline::Pipeline;
use crate::regression::Regression;

/// A piece of work that can be timed, as it is asked for in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(tag = "bench", rename_all = "snake_case")]
pub enum Case {
    /// K-means learns rows, batch by batch.
    Kmeans {
        /// Clusters.
        k: usize,
        /// Numbers of a row.
        dim: usize,
        /// Rows of a batch.
        batch: usize,
    },
    /// A linear regression learns rows by stochastic gradient descent, batch by batch.
    Regression {
        /// Numbers of a row.
        dim: usize,
        /// Rows of a batch.
        batch: usize,
    },
    /// Values of records become numbers.
    Decode {
        /// How the events are written.
        form: Form,
    },
    /// Records go into a lab, versions come out.
    Lab {
        /// How the events are written.
        form: Form,
    },
}

/// Work that goes on for as long as it is asked to, a piece at a time.
pub trait Workload {
    /// Makes what the next piece works on, where that has to be new: it is not timed.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    /// Does a piece and tells how many rows that were.
    ///
    /// # Errors
    ///
    /// When the work was not done as it should: its time is worth nothing then.
    fn run(&mut self) -> Result<usize>;

    /// What has come of it so far, in numbers that have to be the same wherever it runs.
    fn outcome(&self) -> Vec<f64>;
}

impl Case {
    /// The work, from its start.
    ///
    /// # Errors
    ///
    /// When there is no such model.
    pub fn workload(&self) -> Result<Box<dyn Workload>> {
        Ok(match *self {
            Case::Kmeans { k, dim, batch } => Box::new(Clusters::new(k, dim, batch)?),
            Case::Regression { dim, batch } => Box::new(Regression::new(dim, batch)?),
            Case::Decode { form } => Box::new(Decode::new(form)?),
            Case::Lab { form } => Box::new(Pipeline::new(form)?),
        })
    }
}
