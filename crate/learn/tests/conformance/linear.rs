//! Linear models as the checks see them.

use eddy_learn::flink_logistic::{self, FlinkLogistic};
use eddy_learn::rls::{self, Rls};
use eddy_learn::sgd::{self, Sgd};
use eddy_learn::spark_sgd::{self, Intercept, Loss, SparkSgd};
use eddy_learn::{Linear, Rows};

use crate::{DIM, Learner, Subject, through_json};

pub(crate) fn spark_sgd(name: &'static str, loss: Loss, intercept: Intercept) -> Subject {
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
        by_row: false,
    }
}

impl Learner for SparkSgd {
    fn partial_fit(&mut self, rows: Rows<'_>) {
        let targets = targets(rows, self.params().spec().loss == Loss::Logistic);
        SparkSgd::partial_fit(self, rows, &targets);
    }

    fn state(&self) -> Vec<f64> {
        numbers_of(self.model())
    }

    fn predict(&self, row: &[f64]) -> Vec<f64> {
        vec![SparkSgd::predict(self, row)]
    }

    fn resumed(&self) -> Box<dyn Learner> {
        Box::new(SparkSgd::resume(through_json(&self.checkpoint())).unwrap())
    }
}

pub(crate) fn flink_logistic() -> Subject {
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
        by_row: false,
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

    fn resumed(&self) -> Box<dyn Learner> {
        Box::new(FlinkLogistic::resume(through_json(&self.checkpoint())).unwrap())
    }
}

pub(crate) fn rls() -> Subject {
    use rls::{Params, Spec};
    let spec = Spec {
        ridge: 0.1,
        ..Spec::defaults(DIM)
    };
    let refuse = |spec, dim| {
        let made = Params::new(spec).and_then(|params| Rls::new(params, &Linear::zeros(dim)));
        made.map(|_| ()).map_err(|error| error.to_string())
    };
    Subject {
        name: "Recursive least squares",
        start: Box::new(move || {
            Box::new(Rls::new(Params::new(spec).unwrap(), &Linear::zeros(DIM)).unwrap())
        }),
        refused: vec![
            refuse(Spec { dim: 0, ..spec }, 0),
            refuse(
                Spec {
                    forgetting: 0.0,
                    ..spec
                },
                DIM,
            ),
            refuse(
                Spec {
                    forgetting: 1.1,
                    ..spec
                },
                DIM,
            ),
            refuse(
                Spec {
                    ridge: f64::INFINITY,
                    ..spec
                },
                DIM,
            ),
            refuse(spec, 1),
        ],
        by_row: false,
    }
}

impl Learner for Rls {
    fn partial_fit(&mut self, rows: Rows<'_>) {
        Rls::partial_fit(self, rows, &targets(rows, false));
    }

    fn state(&self) -> Vec<f64> {
        [&self.model().coefficients[..], &Rls::state(self).triangle].concat()
    }

    fn predict(&self, row: &[f64]) -> Vec<f64> {
        vec![Rls::predict(self, row)]
    }

    fn resumed(&self) -> Box<dyn Learner> {
        Box::new(Rls::resume(through_json(&self.checkpoint())).unwrap())
    }
}

pub(crate) fn sgd() -> Subject {
    use sgd::{Params, Spec};
    let spec = Spec::defaults(DIM);
    let refuse = |spec, dim| {
        let made = Params::new(spec).and_then(|params| Sgd::new(params, Linear::zeros(dim)));
        made.map(|_| ()).map_err(|error| error.to_string())
    };
    Subject {
        name: "Gradient descent",
        start: Box::new(move || {
            Box::new(Sgd::new(Params::new(spec).unwrap(), Linear::zeros(DIM)).unwrap())
        }),
        refused: vec![
            refuse(Spec { dim: 0, ..spec }, 0),
            refuse(
                Spec {
                    step_size: 0.0,
                    ..spec
                },
                DIM,
            ),
            refuse(
                Spec {
                    reg_param: -1.0,
                    ..spec
                },
                DIM,
            ),
            refuse(spec, 2),
        ],
        by_row: true,
    }
}

impl Learner for Sgd {
    fn partial_fit(&mut self, rows: Rows<'_>) {
        Sgd::partial_fit(self, rows, &targets(rows, false));
    }

    fn state(&self) -> Vec<f64> {
        numbers_of(self.model())
    }

    fn predict(&self, row: &[f64]) -> Vec<f64> {
        vec![Sgd::predict(self, row)]
    }

    fn resumed(&self) -> Box<dyn Learner> {
        Box::new(Sgd::resume(through_json(&self.checkpoint())).unwrap())
    }
}

fn numbers_of(model: &Linear) -> Vec<f64> {
    [&model.coefficients[..], &[model.intercept]].concat()
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
