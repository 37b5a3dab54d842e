//! Models as the checks see them: by nothing but their settings in a lab file.

use eddy_learn::Rows;
use eddy_learn::models::{Setting, Settings};
use eddy_learn::online::{Answer, Online, Task};
use serde_json::{Map, Value};

use crate::{DIM, Learner, Subject, through_json};

/// A model by its settings, and settings that it has to refuse.
pub(crate) fn model(name: &'static str, settings: Value, refused: &[Value]) -> Subject {
    let refused = refused.iter().map(|changed| {
        let mut settings = settings.clone();
        let fields = settings.as_object_mut().unwrap();
        fields.extend(changed.as_object().unwrap().clone());
        start(&settings).map(|_| ())
    });
    Subject {
        name,
        refused: refused.collect(),
        by_row: false,
        start: Box::new(move || Box::new(Model(settings.clone(), start(&settings).unwrap()))),
    }
}

fn start(settings: &Value) -> Result<Box<dyn Online>, String> {
    let settings: Settings = serde_json::from_value(settings.clone()).unwrap();
    // What is written is read as the same.
    assert_eq!(through_json(&settings), settings);
    let setting = Setting {
        dim: DIM,
        engine_defects: true,
    };
    settings.start(setting).map_err(|refused| refused.reason)
}

struct Model(Value, Box<dyn Online>);

impl Learner for Model {
    fn partial_fit(&mut self, rows: Rows<'_>) {
        let targets = targets(rows, self.1.task());
        let before = self.1.numbers();
        let fitted = self.1.partial_fit(rows, &targets);
        assert_eq!(fitted.rows, rows.len());
        let counted = matches!(self.1.task(), Task::Clustering | Task::Classification);
        let counts = if counted { rows.len() as u64 } else { 0 };
        assert_eq!(fitted.counts.iter().sum::<u64>(), counts);
        // What moved says how far the whole has moved.
        let moves = before.moves(&self.1.numbers(), DIM);
        assert_eq!(
            fitted.shift == 0.0,
            moves.iter().all(|moved| *moved == 0.0),
            "{moves:?}"
        );
    }

    fn state(&self) -> Vec<f64> {
        numbers(&self.1.state())
    }

    fn predict(&self, row: &[f64]) -> Vec<f64> {
        // Of the newest version: what the engine makes of it may hang on what it was asked before.
        match self.1.answer(&self.1.numbers(), row) {
            Answer::Cluster(n) => vec![
                n.cluster.into(),
                n.distance,
                n.runner_up.into(),
                n.runner_up_distance,
            ],
            Answer::Number(number) => vec![number],
            Answer::Class(class) => vec![class.class.into(), class.probability],
        }
    }

    fn resumed(&self) -> Box<dyn Learner> {
        let mut resumed = start(&self.0).unwrap();
        resumed.set_state(through_json(&self.1.state())).unwrap();
        Box::new(Model(self.0.clone(), resumed))
    }
}

/// Every number in a state, in the order of its fields.
fn numbers(state: &Value) -> Vec<f64> {
    let of_fields = |fields: &Map<String, Value>| fields.values().flat_map(numbers).collect();
    match state {
        Value::Number(number) => vec![number.as_f64().unwrap()],
        Value::String(text) => vec![text.parse().unwrap()],
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        Value::Object(fields) => of_fields(fields),
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

/// What there is to learn of the rows: a plane, or its side.
fn targets(rows: Rows<'_>, task: Task) -> Vec<f64> {
    let plane = rows.iter().map(|row| 3.0 + 2.0 * row[0] - row[1]);
    match task {
        Task::Clustering => Vec::new(),
        Task::Regression => plane.collect(),
        Task::Classification => plane
            .map(|height| f64::from(u8::from(height > 0.0)))
            .collect(),
    }
}
