//! k-means as the checks see it.

use eddy_learn::Rows;
use eddy_learn::kmeans::{Decay, Kmeans, Model, Params, Spec};

use crate::{DIM, Learner, Subject, numbers, through_json};

pub(crate) fn kmeans(name: &'static str, spec: Spec) -> Subject {
    let spec = Spec {
        k: 4,
        dim: DIM,
        ..spec
    };
    let initial = Model {
        centroids: numbers(7, 4 * DIM),
        weights: vec![1.0; 4],
    };
    let refuse = {
        let initial = initial.clone();
        move |spec: Spec, dropped: usize| {
            let mut initial = initial.clone();
            initial.centroids.truncate(4 * DIM - dropped);
            let made = Params::new(spec).and_then(|params| Kmeans::new(params, initial));
            made.map(|_| ()).map_err(|error| error.to_string())
        }
    };
    let refused = vec![
        refuse(Spec { k: 0, ..spec }, 0),
        refuse(Spec { dim: 0, ..spec }, 0),
        refuse(
            Spec {
                decay: Decay::Factor(f64::NAN),
                ..spec
            },
            0,
        ),
        refuse(
            Spec {
                parallelism: 0,
                ..spec
            },
            0,
        ),
        refuse(spec, 1),
    ];
    let start = Box::new(move || -> Box<dyn Learner> {
        Box::new(Kmeans::new(Params::new(spec).unwrap(), initial.clone()).unwrap())
    });
    Subject {
        name,
        start,
        refused,
        by_row: false,
    }
}

impl Learner for Kmeans {
    fn partial_fit(&mut self, rows: Rows<'_>) {
        Kmeans::partial_fit(self, rows);
    }

    fn state(&self) -> Vec<f64> {
        [self.model().centroids.as_slice(), &self.model().weights].concat()
    }

    fn predict(&self, row: &[f64]) -> Vec<f64> {
        let n = Kmeans::predict(self, row);
        vec![
            n.cluster.into(),
            n.distance,
            n.runner_up.into(),
            n.runner_up_distance,
        ]
    }

    fn resumed(&self) -> Box<dyn Learner> {
        Box::new(Kmeans::resume(through_json(&self.checkpoint())).unwrap())
    }
}
