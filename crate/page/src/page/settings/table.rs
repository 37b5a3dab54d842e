//! The fields of each kind of model, as the lab file names them: the form is made of this table.

use serde_json::{Map, Value, json};

/// A kind of model.
#[derive(Debug)]
pub struct Kind {
    /// What tells it from others in the lab file.
    pub tags: &'static [(&'static str, &'static str)],
    /// What the reader calls it.
    pub name: &'static str,
    /// Its fields, each on a row of its own.
    pub fields: &'static [Field],
}

/// A field of a lane in the lab file.
#[derive(Debug)]
pub struct Field {
    /// Its path below the lane, a JSON pointer.
    pub path: &'static str,
    /// Its name in words.
    pub name: &'static str,
    /// What it takes.
    pub control: Control,
    /// What holds where it is left out.
    pub default: &'static str,
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Control {
    /// A number.
    Number,
    /// A whole number.
    Whole,
    /// One of these: as the lab file has them, and in words.
    Choice(&'static [(&'static str, &'static str)]),
    /// Yes or no.
    Flag,
}

const fn field(
    path: &'static str,
    name: &'static str,
    control: Control,
    default: &'static str,
) -> Field {
    Field {
        path,
        name,
        control,
        default,
    }
}

/// k, of k-means.
pub const K: Field = field("/model/k", "k", Control::Whole, "2");
/// The distance, of Flink's k-means.
pub const DISTANCE: Field = field(
    "/model/distance",
    "distance",
    Control::Choice(&[
        ("euclidean", "euclidean"),
        ("manhattan", "manhattan"),
        ("cosine", "cosine"),
    ]),
    "euclidean",
);
/// The decay factor, as Flink has it.
pub const DECAY: Field = field("/model/decay_factor", "decay factor", Control::Number, "0");
/// The decay factor, as Spark has it.
pub const SPARK_DECAY: Field = field("/model/decay_factor", "decay factor", Control::Number, "1");
/// In place of the decay factor, of Spark.
pub const HALF_LIFE: Field = field("/model/half_life", "half-life", Control::Number, "");
/// What weights decay with, of Spark.
pub const TIME_UNIT: Field = field(
    "/model/time_unit",
    "per",
    Control::Choice(&[("batches", "batch"), ("points", "point")]),
    "batches",
);

const STEP: Field = field("/model/step_size", "step size", Control::Number, "0.1");
const ITERATIONS: Field = field("/model/iterations", "iterations", Control::Whole, "50");
const FRACTION: Field = field(
    "/model/mini_batch_fraction",
    "share of rows",
    Control::Number,
    "1",
);
const TOLERANCE: Field = field(
    "/model/convergence_tol",
    "tolerance",
    Control::Number,
    "0.001",
);
const INTERCEPT: Field = field("/model/intercept", "intercept", Control::Flag, "false");
const SHRINK: Field = field("/model/reg_param", "shrinking", Control::Number, "0");

/// All kinds, in the order of the menu.
pub const KINDS: &[Kind] = &[
    Kind {
        tags: &[("kind", "kmeans"), ("engine", "flink")],
        name: "Flink ML OnlineKMeans",
        fields: &[K, DISTANCE, DECAY],
    },
    Kind {
        tags: &[("kind", "kmeans"), ("engine", "spark")],
        name: "Spark StreamingKMeans",
        fields: &[K, SPARK_DECAY, HALF_LIFE, TIME_UNIT],
    },
    Kind {
        tags: &[("kind", "linear_regression"), ("solver", "rls")],
        name: "Recursive least squares",
        fields: &[
            field("/model/forgetting", "forgetting", Control::Number, "1"),
            field("/model/ridge", "ridge", Control::Number, "0"),
        ],
    },
    Kind {
        tags: &[("kind", "linear_regression"), ("solver", "sgd")],
        name: "Gradient descent",
        fields: &[
            field("/model/step_size", "step size", Control::Number, "0.01"),
            SHRINK,
        ],
    },
    Kind {
        tags: &[("kind", "linear_regression"), ("engine", "spark")],
        name: "Spark linear regression",
        fields: &[STEP, ITERATIONS, FRACTION, TOLERANCE, INTERCEPT],
    },
    Kind {
        tags: &[("kind", "logistic_regression"), ("engine", "spark")],
        name: "Spark logistic regression",
        fields: &[STEP, ITERATIONS, SHRINK, FRACTION, TOLERANCE, INTERCEPT],
    },
    Kind {
        tags: &[("kind", "logistic_regression"), ("engine", "flink")],
        name: "Flink ML logistic regression",
        fields: &[
            field("/model/alpha", "alpha", Control::Number, "0.1"),
            field("/model/beta", "beta", Control::Number, "0.1"),
            field("/model/reg", "shrinking", Control::Number, "0"),
            field("/model/elastic_net", "share made 0", Control::Number, "0"),
        ],
    },
];

/// What changes other than inserts do: path, name, default, choices.
pub const CHANGES: &[Field] = &[
    field(
        "/changes/update",
        "updates",
        Control::Choice(&[
            ("as_row", "as new rows"),
            ("ignore", "ignored"),
            ("correct", "corrected"),
        ]),
        "as_row",
    ),
    field(
        "/changes/delete",
        "deletes",
        Control::Choice(&[("ignore", "shown, not unlearned"), ("correct", "corrected")]),
        "ignore",
    ),
    field(
        "/changes/truncate",
        "truncates",
        Control::Choice(&[("ignore", "shown"), ("restart", "start again")]),
        "ignore",
    ),
    field(
        "/changes/redelivered",
        "repeats",
        Control::Choice(&[("once", "count once"), ("again", "count again")]),
        "once",
    ),
];

impl Kind {
    /// Which kind a model of a lab file is.
    pub fn of(model: &Value) -> Option<usize> {
        let has = |(name, value): &(&str, &str)| model[*name] == *value;
        KINDS.iter().position(|kind| kind.tags.iter().all(has))
    }

    /// Whether it answers with clusters.
    pub fn is_kmeans(&self) -> bool {
        self.tags[0].1 == "kmeans"
    }

    /// A model of this kind that keeps what it can of another one's fields.
    pub fn model(&self, old: &Value) -> Value {
        let mut model: Map<String, Value> = Map::new();
        for (name, value) in self.tags {
            model.insert((*name).to_owned(), json!(value));
        }
        for field in self.fields {
            let name = field.path.trim_start_matches("/model/");
            if let Some(value) = old.get(name) {
                model.insert(name.to_owned(), value.clone());
            }
        }
        let was_kmeans = old["kind"] == "kmeans";
        if self.is_kmeans() == was_kmeans && old["initial"].is_object() {
            model.insert("initial".to_owned(), old["initial"].clone());
        } else if self.is_kmeans() {
            let initial = json!({ "kmeans++": { "seed": 1, "rows": 100 } });
            model.insert("initial".to_owned(), initial);
        }
        Value::Object(model)
    }
}

impl Field {
    /// The choices that this release's lab file has.
    pub fn choices(&self) -> Vec<(&'static str, &'static str)> {
        let Control::Choice(all) = self.control else {
            return Vec::new();
        };
        let is_there = |(value, _): &&(&str, &str)| {
            let Some(name) = self.path.strip_prefix("/changes/") else {
                return true;
            };
            serde_json::from_value::<lab::config::Changes>(json!({ name: value })).is_ok()
        };
        all.iter().filter(is_there).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use lab::config::Settings;

    use super::*;

    #[test]
    fn every_field_of_the_table_is_one_of_its_models() {
        for kind in KINDS {
            let mut model = kind.model(&Value::Null);
            for field in kind.fields {
                let name = field.path.trim_start_matches("/model/");
                if field.path == HALF_LIFE.path {
                    continue;
                }
                let value = match field.control {
                    Control::Number | Control::Whole | Control::Flag => {
                        serde_json::from_str(field.default).unwrap()
                    }
                    Control::Choice(_) => json!(field.default),
                };
                model[name] = value;
            }
            let settings: Settings = serde_json::from_value(model.clone()).unwrap();
            assert_eq!(
                Kind::of(&serde_json::to_value(&settings).unwrap()),
                Kind::of(&model),
                "{}",
                kind.name
            );
        }
    }

    #[test]
    fn defaults_of_the_table_are_the_models() {
        use learn_setting::start;
        for kind in KINDS {
            let bare = kind.model(&Value::Null);
            let mut full = bare.clone();
            for field in kind.fields {
                if field.path != HALF_LIFE.path {
                    let name = field.path.trim_start_matches("/model/");
                    full[name] = match field.control {
                        Control::Choice(_) => json!(field.default),
                        _ => serde_json::from_str(field.default).unwrap(),
                    };
                }
            }
            assert_eq!(start(bare), start(full), "{}", kind.name);
        }
    }

    /// Starts models as a lab does.
    mod learn_setting {
        use lab::config::{Config, LabFile};
        use serde_json::{Value, json};

        pub(super) fn start(model: Value) -> Vec<String> {
            let file = json!({
                "eddy": 1, "streams": [], "features": ["a", "b"], "target": "c",
                "lanes": [{ "name": "x", "model": model }],
            });
            let file: LabFile = serde_json::from_value(file).unwrap();
            let config = Config::check(file).unwrap();
            config.lanes[0].model.about().parameters
        }
    }

    #[test]
    fn policies_are_those_that_the_lab_file_has() {
        let update: Vec<_> = CHANGES[0].choices();
        assert!(update.contains(&("ignore", "ignored")));
        assert!(!CHANGES[2].choices().is_empty());
    }
}
