//! What every model has to keep, whatever it learns. A new model adds its row to `table`.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod kmeans;
mod linear;
mod scaler;
mod table;

use eddy_learn::Rows;
use table::subjects;

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
    /// Whether each row moves what the next one meets, so that their order is more than rounding.
    by_row: bool,
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
    for subject in subjects().iter().filter(|subject| !subject.by_row) {
        let mut forwards = learned(subject, 3);
        let mut backwards = learned(subject, 3);
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
