//! Test, then train: measures over all rows, over the last ones, or with the past fading.
//!
//! Gama, Sebastião and Rodrigues, "On evaluating stream learning algorithms" (2013). Each row is predicted before it is
//! learned; what the predictions were worth is counted up over a [`Span`].

use std::borrow::Cow;
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::error::{SpecError, check_setting};

/// What is counted up row by row, and can let the past fade.
pub trait Tally: Clone + Default {
    /// What is counted of a row.
    type Row: Copy;

    /// Counts a row.
    fn add(&mut self, row: Self::Row);

    /// Multiplies the weight of every row so far.
    fn fade(&mut self, factor: f64);
}

/// Which rows count.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// All, alike.
    All,
    /// The last ones, so many, alike.
    Window(usize),
    /// All, each with this share of the weight of the next one: after `n` more rows, `factor` to the `n`.
    Fading(f64),
}

/// A measure over a span of rows.
///
/// A window keeps its rows and counts them anew when asked: taking a row out of running sums would leave its rounding
/// behind, and a NaN for good.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(bound(
    serialize = "T: Serialize, T::Row: Serialize",
    deserialize = "T: Deserialize<'de>, T::Row: Deserialize<'de>"
))]
#[serde(deny_unknown_fields)]
pub struct Prequential<T: Tally> {
    span: Span,
    /// All rows; none where the span is a window.
    tally: T,
    /// The rows of the window.
    recent: VecDeque<T::Row>,
}

impl<T: Tally> Default for Prequential<T> {
    /// Over all rows.
    fn default() -> Self {
        Self {
            span: Span::All,
            tally: T::default(),
            recent: VecDeque::new(),
        }
    }
}

impl<T: Tally> Prequential<T> {
    /// Starts without rows.
    ///
    /// # Errors
    ///
    /// When a window has no room, or a fading factor is not above 0 and up to 1.
    pub fn new(span: Span) -> Result<Self, SpecError> {
        match span {
            Span::All => {}
            Span::Window(rows) => check_setting("window", "1 row or more", rows as f64, rows > 0)?,
            Span::Fading(factor) => {
                let fades = factor > 0.0 && factor <= 1.0;
                check_setting("fading", "above 0, up to 1", factor, fades)?;
            }
        }
        Ok(Self {
            span,
            tally: T::default(),
            recent: VecDeque::new(),
        })
    }

    /// Which rows count.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Counts a row.
    pub fn add(&mut self, row: T::Row) {
        match self.span {
            Span::All => self.tally.add(row),
            Span::Window(rows) => {
                self.recent.push_back(row);
                while self.recent.len() > rows {
                    self.recent.pop_front();
                }
            }
            Span::Fading(factor) => {
                self.tally.fade(factor);
                self.tally.add(row);
            }
        }
    }

    /// The rows that count, counted up; for a window this takes the time of its rows.
    pub fn tally(&self) -> Cow<'_, T> {
        match self.span {
            Span::All | Span::Fading(_) => Cow::Borrowed(&self.tally),
            Span::Window(_) => {
                let mut tally = T::default();
                self.recent.iter().for_each(|&row| tally.add(row));
                Cow::Owned(tally)
            }
        }
    }
}

/// The mean of a loss, or of hits.
///
/// With a fading factor it is the paper's `E = S / B`, `S = loss + factor * S`, `B = 1 + factor * B`. A loss that is not
/// finite stays until it has left the window, for good without one.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanLoss {
    #[serde(with = "crate::number")]
    weight: f64,
    #[serde(with = "crate::number")]
    mean: f64,
}

impl MeanLoss {
    /// The mean; NaN without rows.
    pub fn mean(&self) -> f64 {
        match self.weight == 0.0 {
            true => f64::NAN,
            false => self.mean,
        }
    }
}

impl Tally for MeanLoss {
    /// A loss.
    type Row = f64;

    fn add(&mut self, loss: f64) {
        self.weight += 1.0;
        self.mean += (loss - self.mean) / self.weight;
    }

    fn fade(&mut self, factor: f64) {
        self.weight *= factor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Confusion;

    fn mean(span: Span, losses: &[f64]) -> f64 {
        let mut measured = Prequential::<MeanLoss>::new(span).unwrap();
        losses.iter().for_each(|&loss| measured.add(loss));
        measured.tally().mean()
    }

    #[test]
    fn counts_the_rows_of_its_span() {
        let losses = [8.0, 0.0, 4.0, 2.0];
        assert_eq!(mean(Span::All, &losses), 3.5);
        assert_eq!(mean(Span::Window(2), &losses), 3.0);
        assert_eq!(mean(Span::Window(9), &losses), 3.5);
        assert_eq!(mean(Span::Fading(1.0), &losses), 3.5);
        // (8/8 + 0/4 + 4/2 + 2) / (1/8 + 1/4 + 1/2 + 1)
        assert!((mean(Span::Fading(0.5), &losses) - 5.0 / 1.875).abs() < 1e-15);
        assert!(mean(Span::All, &[]).is_nan() && mean(Span::Window(1), &[]).is_nan());
    }

    #[test]
    fn a_window_forgets_what_is_not_finite() {
        let losses = [f64::NAN, f64::INFINITY, 1.0, 2.0];
        assert_eq!(mean(Span::Window(2), &losses), 1.5);
        assert!(mean(Span::All, &losses).is_nan());
    }

    #[test]
    fn a_table_follows_the_span_too() {
        let mut window = Prequential::<Confusion>::new(Span::Window(2)).unwrap();
        [(0, 0), (0, 1), (1, 1)]
            .into_iter()
            .for_each(|row| window.add(row));
        assert_eq!(*window.tally(), Confusion::from_iter([(0, 1), (1, 1)]));
        let mut fading = Prequential::<Confusion>::new(Span::Fading(0.5)).unwrap();
        [(0, 0), (0, 1), (1, 1)]
            .into_iter()
            .for_each(|row| fading.add(row));
        assert_eq!(fading.tally().class_counts(), [0.75, 1.0]);
    }

    #[test]
    fn refuses_spans_of_nothing() {
        let refuse = |span| Prequential::<MeanLoss>::new(span).unwrap_err().to_string();
        assert_eq!(refuse(Span::Window(0)), "window is 1 row or more. Now: 0.");
        assert_eq!(
            refuse(Span::Fading(0.0)),
            "fading is above 0, up to 1. Now: 0."
        );
        assert_eq!(
            refuse(Span::Fading(f64::NAN)),
            "fading is above 0, up to 1. Now: NaN."
        );
    }
}
