//! The rows of a regression: what was to be predicted, what was, and how far off that is.

use lab::snapshot::{LinearView, Snapshot};

/// So many times the root of the mean squared error, and a row is far off.
const FAR: f64 = 2.0;
/// How far off rows are is told of those of so many newest records: what versions that had learned nothing predicted
/// is over, and rings about all rows would hide them.
const NEWEST: u64 = 200;

/// A row with a known target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The record's number.
    pub record: u32,
    /// The feature on the horizontal axis.
    pub x: f64,
    /// The target.
    pub actual: f64,
    /// The target, with the other features at their centre.
    pub adjusted: f64,
    /// The prediction.
    pub predicted: f64,
    /// Whether it was predicted when it came.
    pub given: bool,
}

impl Row {
    /// The target less the prediction.
    pub fn error(&self) -> f64 {
        self.actual - self.predicted
    }
}

/// The rows, oldest first.
pub fn rows(linear: &LinearView) -> impl Iterator<Item = Row> {
    (0..linear.record.len()).map(|i| Row {
        record: linear.record[i],
        x: linear.x[i],
        actual: linear.actual[i],
        adjusted: linear.adjusted[i],
        predicted: linear.predicted[i],
        given: linear.given[i] == 1,
    })
}

/// The rows of the newest records.
pub fn newest(linear: &LinearView, record: u64) -> impl Iterator<Item = Row> {
    rows(linear).filter(move |row| u64::from(row.record) + NEWEST >= record)
}

/// Rows that are off by more than this are far off: twice the root of the mean squared error of all of them.
pub fn far(rows: impl Iterator<Item = Row>) -> f64 {
    let squares = rows
        .map(|row| row.error() * row.error())
        .filter(|square| square.is_finite());
    let (sum, count) = squares.fold((0.0, 0_u32), |(sum, count), square| {
        (sum + square, count + 1)
    });
    FAR * (sum / f64::from(count)).sqrt()
}

/// Records applied when the shown version was made: training rows after it are in the open batch.
pub fn made(snapshot: &Snapshot) -> u64 {
    snapshot.ledger.first().map_or(0, |row| row.to_record)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(actual: f64, predicted: f64) -> Row {
        Row {
            record: 0,
            x: 0.0,
            actual,
            adjusted: actual,
            predicted,
            given: false,
        }
    }

    #[test]
    fn only_the_newest_records_are_looked_at() {
        let of = |values: &[f64]| values.to_vec();
        let linear = LinearView {
            record: vec![0, 10, 250],
            x: of(&[1.0; 3]),
            actual: of(&[5.0; 3]),
            adjusted: of(&[5.0; 3]),
            predicted: of(&[0.0, 4.0, 6.0]),
            given: vec![1; 3],
            ..LinearView::default()
        };
        let records: Vec<u32> = newest(&linear, 210).map(|row| row.record).collect();
        assert_eq!(records, [10, 250]);
        assert_eq!(far(newest(&linear, 210)), 2.0);
    }

    #[test]
    fn far_off_is_twice_the_root_of_the_mean_square() {
        let rows = [row(1.0, 4.0), row(9.0, 5.0), row(f64::NAN, 5.0)];
        assert_eq!(far(rows.into_iter()), 2.0 * 12.5_f64.sqrt());
        assert!(far(std::iter::empty()).is_nan());
        assert_eq!(rows[0].error(), -3.0);
    }
}
