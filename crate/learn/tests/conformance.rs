//! What every model has to keep, whatever it learns. A new model adds its rows to the table.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::{FLINK, SPARK};
use eddy_learn::flink_logistic::{self, FlinkLogistic};
use eddy_learn::kmeans::{Decay, Distance, Kmeans, Model, Params, Spec, TimeUnit};
use eddy_learn::spark_sgd::{self, Intercept, Loss, SparkSgd};
use eddy_learn::{Linear, Rows};

const DIM: usize = 3;
const BATCH_ROWS: usize = 24;
/// Sums in another order end this near to each other, relative to the numbers' size.
const ROUNDING: f64 = 1e-12;

/// A model as the checks see it.
trait Learner {
    fn partial_fit(&mut self, rows: Rows<'_>);
    /// All that it has learned.
    fn state(&self) -> Vec<f64>;
    /// All that it says of a row.
    fn predict(&self, row: &[f64]) -> Vec<f64>;
}

/// One row of the table: a model under some parameters, and parameters that it has to refuse.
struct Subject {
    name: &'static str,
    start: Box<dyn Fn() -> Box<dyn Learner>>,
    refused: Vec<Result<(), String>>,
}

fn subjects() -> Vec<Subject> {
    let half_life = Decay::HalfLife(20.0);
    vec![
        kmeans(
            "Flink",
            Spec {
                decay: Decay::Factor(0.5),
                ..FLINK
            },
        ),
        kmeans("Flink, no memory", FLINK),
        kmeans(
            "Flink, manhattan",
            Spec {
                distance: Distance::Manhattan,
                ..FLINK
            },
        ),
        kmeans(
            "Flink, cosine",
            Spec {
                distance: Distance::Cosine,
                ..FLINK
            },
        ),
        kmeans(
            "Flink, 5 subtasks",
            Spec {
                parallelism: 5,
                ..FLINK
            },
        ),
        kmeans("Spark", SPARK),
        kmeans(
            "Spark, points",
            Spec {
                decay: half_life,
                time_unit: TimeUnit::Points,
                ..SPARK
            },
        ),
        spark_sgd("Spark, linear", Loss::Squared, Intercept::Off),
        spark_sgd(
            "Spark, linear, intercept",
            Loss::Squared,
            Intercept::Restarts,
        ),
        spark_sgd("Spark, logistic", Loss::Logistic, Intercept::Continues),
        flink_logistic(),
    ]
}

fn spark_sgd(name: &'static str, loss: Loss, intercept: Intercept) -> Subject {
    use spark_sgd::{Params, Spec};
    let spec = Spec {
        intercept,
        ..Spec::defaults(loss, DIM)
    };
    let refuse = |spec, dim| {
        let made = Params::new(spec).and_then(|params| SparkSgd::new(params, Linear::zeros(dim)));
        made.map(|_| ()).map_err(|error| error.to_string())
    };
    Subject {
        name,
        start: Box::new(move || {
            Box::new(SparkSgd::new(Params::new(spec).unwrap(), Linear::zeros(DIM)).unwrap())
        }),
        refused: vec![
            refuse(Spec { dim: 0, ..spec }, 0),
            refuse(
                Spec {
                    step_size: f64::NAN,
                    ..spec
                },
                DIM,
            ),
            refuse(
                Spec {
                    convergence_tol: 1.5,
                    ..spec
                },
                DIM,
            ),
            refuse(spec, 1),
        ],
    }
}

impl Learner for SparkSgd {
    fn partial_fit(&mut self, rows: Rows<'_>) {
        let targets = targets(rows, self.params().spec().loss == Loss::Logistic);
        SparkSgd::partial_fit(self, rows, &targets);
    }

    fn state(&self) -> Vec<f64> {
        [&self.model().coefficients[..], &[self.model().intercept]].concat()
    }

    fn predict(&self, row: &[f64]) -> Vec<f64> {
        vec![SparkSgd::predict(self, row)]
    }
}

fn flink_logistic() -> Subject {
    use flink_logistic::{Params, Spec};
    let spec = Spec::defaults(DIM);
    let refuse = |spec, initial: &[f64]| {
        let made = Params::new(spec).and_then(|params| FlinkLogistic::new(params, initial));
        made.map(|_| ()).map_err(|error| error.to_string())
    };
    Subject {
        name: "Flink, logistic",
        start: Box::new(move || {
            Box::new(FlinkLogistic::new(Params::new(spec).unwrap(), &[0.0; DIM]).unwrap())
        }),
        refused: vec![
            refuse(Spec { dim: 0, ..spec }, &[]),
            refuse(
                Spec {
                    alpha: f64::NAN,
                    ..spec
                },
                &[0.0; DIM],
            ),
            refuse(spec, &[0.0]),
            refuse(spec, &[0.0, f64::NAN, 0.0]),
        ],
    }
}

impl Learner for FlinkLogistic {
    fn partial_fit(&mut self, rows: Rows<'_>) {
        FlinkLogistic::partial_fit(self, rows, &targets(rows, true));
    }

    fn state(&self) -> Vec<f64> {
        let state = FlinkLogistic::state(self);
        [&state.coefficients[..], &state.z, &state.n].concat()
    }

    fn predict(&self, row: &[f64]) -> Vec<f64> {
        let found = FlinkLogistic::predict(self, row);
        vec![found.class.into(), found.probability]
    }
}

/// What there is to learn of the rows: a plane, or its side.
fn targets(rows: Rows<'_>, classes: bool) -> Vec<f64> {
    let plane = rows.iter().map(|row| 3.0 + 2.0 * row[0] - row[1]);
    match classes {
        true => plane
            .map(|height| f64::from(u8::from(height > 0.0)))
            .collect(),
        false => plane.collect(),
    }
}

fn kmeans(name: &'static str, spec: Spec) -> Subject {
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
}

#[test]
fn the_same_batches_give_the_same_bits() {
    for subject in subjects() {
        let states: Vec<Vec<u64>> = (0..2)
            .map(|_| bits(&learned(&subject, 5).state()))
            .collect();
        assert_eq!(states[0], states[1], "{}", subject.name);
    }
}

#[test]
fn learning_changes_the_model() {
    for subject in subjects() {
        let states = [0, 1, 2].map(|batches| bits(&learned(&subject, batches).state()));
        assert_ne!(states[0], states[1], "{}", subject.name);
        assert_ne!(states[1], states[2], "{}", subject.name);
    }
}

#[test]
fn the_order_within_a_batch_is_rounding() {
    for subject in subjects() {
        let mut forwards = learned(&subject, 3);
        let mut backwards = learned(&subject, 3);
        let batch = batch(99);
        let reversed: Vec<f64> = batch.chunks_exact(DIM).rev().flatten().copied().collect();
        forwards.partial_fit(Rows::new(&batch, DIM).unwrap());
        backwards.partial_fit(Rows::new(&reversed, DIM).unwrap());
        for (f, b) in forwards.state().into_iter().zip(backwards.state()) {
            assert!(
                (f - b).abs() <= ROUNDING * f.abs().max(1.0),
                "{}: {f} {b}",
                subject.name
            );
        }
    }
}

#[test]
fn an_empty_batch_is_allowed() {
    for subject in subjects() {
        let mut learner = learned(&subject, 2);
        learner.partial_fit(Rows::new(&[], DIM).unwrap());
        let state = learner.state();
        assert!(
            state.iter().all(|number| number.is_finite()),
            "{}: {state:?}",
            subject.name
        );
        learner.partial_fit(Rows::new(&batch(3), DIM).unwrap());
        assert_ne!(bits(&learner.state()), bits(&state), "{}", subject.name);
    }
}

#[test]
fn predicting_does_not_change_the_model() {
    for subject in subjects() {
        let mut asked = learned(&subject, 2);
        let mut left_alone = learned(&subject, 2);
        for row in batch(50).chunks_exact(DIM) {
            assert_eq!(
                bits(&asked.predict(row)),
                bits(&asked.predict(row)),
                "{}",
                subject.name
            );
        }
        assert_eq!(
            bits(&asked.state()),
            bits(&left_alone.state()),
            "{}",
            subject.name
        );
        for learner in [&mut asked, &mut left_alone] {
            learner.partial_fit(Rows::new(&batch(2), DIM).unwrap());
        }
        assert_eq!(
            bits(&asked.state()),
            bits(&left_alone.state()),
            "{}",
            subject.name
        );
    }
}

#[test]
fn bad_parameters_are_refused_with_a_reason() {
    for subject in subjects() {
        assert!(!subject.refused.is_empty(), "{}", subject.name);
        for (i, refused) in subject.refused.iter().enumerate() {
            let Err(reason) = refused else {
                panic!("{}, {i}: taken", subject.name)
            };
            assert!(reason.contains("Now: "), "{}: {reason}", subject.name);
        }
    }
}

/// The model after that many batches.
fn learned(subject: &Subject, batches: u64) -> Box<dyn Learner> {
    let mut learner = (subject.start)();
    for i in 0..batches {
        learner.partial_fit(Rows::new(&batch(i), DIM).unwrap());
    }
    learner
}

fn batch(seed: u64) -> Vec<f64> {
    numbers(1000 + seed, BATCH_ROWS * DIM)
}

/// Numbers between -5 and 5, the same for the same seed.
fn numbers(seed: u64, n: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64 * 10.0 - 5.0
    };
    (0..n).map(|_| next()).collect()
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}
