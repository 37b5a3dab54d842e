//! What every model has to keep, whatever it learns. A new model adds its row to `table`.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod model;
mod scaler;
mod table;

use eddy_learn::Rows;
use proptest::collection::vec;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
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
    /// The same, written as a checkpoint and read again.
    fn resumed(&self) -> Box<dyn Learner>;
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn going_on_from_a_checkpoint_is_never_having_stopped(
        batches in vec((0_u64..100, 0..BATCH_ROWS, any::<bool>()), 1..8),
        poisoned in any::<bool>(),
    ) {
        for subject in subjects() {
            let mut whole = (subject.start)();
            let mut stopped = whole.resumed();
            for (i, &(seed, rows, stop)) in batches.iter().enumerate() {
                let mut batch = batch(seed);
                batch.truncate(rows * DIM);
                if poisoned && i == 1 && rows > 0 {
                    batch[0] = f64::NAN;
                }
                let batch = Rows::new(&batch, DIM).unwrap();
                whole.partial_fit(batch);
                stopped.partial_fit(batch);
                if stop {
                    stopped = stopped.resumed();
                }
                prop_assert_eq!(said(&*whole), said(&*stopped), "{}, batch {}", subject.name, i);
            }
        }
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

/// The bits of all that a model has learned and says; one NaN is as good as another.
fn said(learner: &dyn Learner) -> Vec<u64> {
    let mut all = learner.state();
    batch(50)
        .chunks_exact(DIM)
        .for_each(|row| all.extend(learner.predict(row)));
    let one_nan = |number: f64| if number.is_nan() { f64::NAN } else { number };
    bits(&all.into_iter().map(one_nan).collect::<Vec<_>>())
}

/// What a text format makes of a checkpoint.
fn through_json<T: Serialize + DeserializeOwned>(checkpoint: &T) -> T {
    serde_json::from_str(&serde_json::to_string(checkpoint).unwrap()).unwrap()
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
