//! What linear models have in common as a lab runs them.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{About, Answer, Fitted, Numbers, Online, Task, loss};
use crate::error::{BadRow, SpecError};
use crate::{Linear, Rows, kmeans};

/// A linear model: what differs from one to the next.
pub(crate) trait OnlineLinear: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// All that it has learned.
    type State: Serialize + DeserializeOwned;

    /// What there is to say of it.
    fn what(&self) -> About;

    /// What it answers with.
    fn answers_with(&self) -> Task;

    /// Its newest version.
    fn newest(&self) -> Cow<'_, Linear>;

    /// What a version says of a row.
    fn say(&self, model: &Linear, row: &[f64]) -> Answer;

    /// What the engine says of a row.
    fn say_as_engine(&mut self, row: &[f64]) -> Answer {
        self.say(&self.newest(), row)
    }

    /// Refuses a row that would make the engine's job fail.
    fn check(&self, row: &[f64], target: Option<f64>) -> Result<(), BadRow>;

    /// Learns from a batch.
    fn learn(&mut self, rows: Rows<'_>, targets: &[f64]);

    /// The same model, started from others' numbers.
    fn started_from(&self, model: &Linear) -> Result<Self, SpecError>;

    /// All that it has learned.
    fn to_state(&self) -> Self::State;

    /// The same model, going on from a state.
    fn resumed_from(&self, state: Self::State) -> Result<Self, SpecError>;

    /// Whether the engine counts the initial model among its versions, and answers with it.
    fn emits_initial(&self) -> bool {
        true
    }

    /// Whether its newest version is all that it goes on with.
    fn is_newest_alone(&self) -> bool {
        true
    }
}

impl<M: OnlineLinear> Online for M {
    fn about(&self) -> About {
        self.what()
    }

    fn task(&self) -> Task {
        self.answers_with()
    }

    fn numbers(&self) -> Numbers {
        Numbers::Linear(self.newest().into_owned())
    }

    fn check_row(&self, row: &[f64], target: Option<f64>) -> Result<(), String> {
        self.check(row, target).map_err(|e| e.to_string())
    }

    fn of_not_finite(&self, _: f64, learns: bool) -> &'static str {
        match learns {
            true => "every coefficient that learns from it is NaN from then on",
            false => "the prediction is no finite number",
        }
    }

    fn partial_fit(&mut self, rows: Rows<'_>, targets: &[f64]) -> Fitted {
        let before = self.newest().into_owned();
        let loss_before = mean_loss(self, &before, rows, targets);
        self.learn(rows, targets);
        let after = self.newest();
        Fitted {
            rows: rows.len(),
            counts: match self.answers_with() {
                Task::Classification => class_counts(targets),
                Task::Regression | Task::Clustering => Vec::new(),
            },
            shift: shift(&before, &after),
            loss_before,
            loss_after: mean_loss(self, &after, rows, targets),
            split: None,
        }
    }

    fn predict(&mut self, row: &[f64]) -> Answer {
        self.say_as_engine(row)
    }

    fn answer(&self, numbers: &Numbers, row: &[f64]) -> Answer {
        match numbers.linear() {
            Some(model) => self.say(model, row),
            None => self.say(&self.newest(), row),
        }
    }

    fn fade(&mut self, _: u64) -> Option<bool> {
        Some(false)
    }

    fn is_its_numbers(&self) -> bool {
        self.is_newest_alone()
    }

    fn start_from(&mut self, numbers: &Numbers) -> Result<(), String> {
        let Some(model) = numbers.linear() else {
            return Err("are no coefficients".to_owned());
        };
        *self = self.started_from(model).map_err(|e| e.to_string())?;
        Ok(())
    }

    fn state(&self) -> Value {
        // Numbers always have a form in JSON; null, which is refused, stands in for what cannot happen.
        serde_json::to_value(self.to_state()).unwrap_or_default()
    }

    fn set_state(&mut self, state: Value) -> Result<(), String> {
        let state = serde_json::from_value(state).map_err(|e| e.to_string())?;
        *self = self.resumed_from(state).map_err(|e| e.to_string())?;
        Ok(())
    }

    fn boxed(&self) -> Box<dyn Online> {
        Box::new(self.clone())
    }

    fn answers_at_once(&self) -> bool {
        self.emits_initial()
    }

    fn engine_version(&self, version: u64) -> Option<u64> {
        let own = version.checked_sub(1)?;
        (own > 0 && !self.emits_initial()).then_some(own)
    }
}

/// The mean loss of rows with their targets by a version; NaN without rows.
fn mean_loss(model: &impl OnlineLinear, version: &Linear, rows: Rows<'_>, targets: &[f64]) -> f64 {
    let of_row = |(row, target): (&[f64], &f64)| loss(model.say(version, row), *target);
    let losses = rows.iter().zip(targets).map(of_row);
    losses.fold(0.0, |sum, loss| sum + loss) / rows.len() as f64
}

/// The move of coefficients and intercept as one vector.
fn shift(before: &Linear, after: &Linear) -> f64 {
    let squared = kmeans::squared_difference(&before.coefficients, &after.coefficients);
    let intercept = before.intercept - after.intercept;
    (squared + intercept * intercept).sqrt()
}

/// Rows of class 0 and of class 1.
fn class_counts(targets: &[f64]) -> Vec<u64> {
    let ones = targets.iter().filter(|target| **target == 1.0).count() as u64;
    vec![targets.len() as u64 - ones, ones]
}
