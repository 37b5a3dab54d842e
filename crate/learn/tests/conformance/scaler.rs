//! Scalers as the checks see them.

use eddy_learn::Rows;
use eddy_learn::scaler::{Kind, Scaler};

use crate::{DIM, Learner, Subject, through_json};

/// Flink's scaler, doing all that it can.
pub(crate) const FLINK_SCALER: Kind = Kind::Flink {
    with_mean: true,
    with_std: true,
};

pub(crate) fn scaler(name: &'static str, kind: Kind) -> Subject {
    let refuse = |kind, dim| {
        let made = Scaler::new(kind, dim);
        made.map(|_| ()).map_err(|error| error.to_string())
    };
    let refused = vec![
        refuse(kind.clone(), 0),
        refuse(
            Kind::Fixed {
                mean: vec![0.0],
                std: vec![0.0],
            },
            1,
        ),
    ];
    Subject {
        name,
        start: Box::new(move || Box::new(Scaler::new(kind.clone(), DIM).unwrap())),
        refused,
        by_row: false,
    }
}

impl Learner for Scaler {
    fn partial_fit(&mut self, rows: Rows<'_>) {
        Scaler::partial_fit(self, rows);
    }

    fn state(&self) -> Vec<f64> {
        let state = Scaler::state(self);
        [&[state.rows as f64], &state.first[..], &state.second].concat()
    }

    fn predict(&self, row: &[f64]) -> Vec<f64> {
        let mut row = row.to_vec();
        self.transform(&mut row);
        row
    }

    fn resumed(&self) -> Box<dyn Learner> {
        Box::new(Scaler::resume(through_json(&self.checkpoint())).unwrap())
    }
}
