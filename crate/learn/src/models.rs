//! The table of models: the names that a lab file has for each, and its settings.
//!
//! A new model is a file of its own with its settings, which say how it [starts](Start), and a row here.

use serde::de::{Deserializer, Error as _};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::online::Online;
use crate::{flink_logistic, kmeans, rls, sgd, spark_sgd};

/// When the engine ends a batch, if nothing else is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cadence {
    /// After so many rows.
    Rows(usize),
    /// After so many ms.
    Ms(i64),
}

/// A setting that cannot be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// The field's path below the model, as `initial.centroids`; empty for the model as a whole.
    pub place: &'static str,
    /// What is, then what to do.
    pub reason: String,
}

impl Refused {
    pub(crate) fn new(place: &'static str, reason: impl ToString) -> Self {
        Self {
            place,
            reason: reason.to_string(),
        }
    }
}

/// What a model starts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Setting {
    /// Features of a row.
    pub dim: usize,
    /// Whether the engine's known defects are shown as they are.
    pub engine_defects: bool,
}

/// Settings that a model can be started with.
pub trait Start {
    /// Checks the settings and starts the model.
    ///
    /// # Errors
    ///
    /// The first setting that cannot be.
    fn start(&self, setting: Setting) -> Result<Box<dyn Online>, Refused>;

    /// When the engine ends a batch.
    fn cadence(&self) -> Cadence {
        Cadence::Rows(32)
    }

    /// The least rows of a batch that is cut by count.
    fn least_rows(&self) -> usize {
        1
    }
}

/// What tells a model from others in a lab file: fields and their values.
type Tags = &'static [(&'static str, &'static str)];

macro_rules! models {
    ($($(#[$doc:meta])* $name:ident($settings:ty): $tags:expr;)*) => {
        /// The model of a lane, as a lab file has it: what is left out is the engine's own default.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Settings {
            $($(#[$doc])* $name($settings),)*
        }

        /// Every model's tags, in the order of the table.
        const TAGS: &[Tags] = &[$(&$tags,)*];

        impl Settings {
            fn as_start(&self) -> &dyn Start {
                match self {
                    $(Settings::$name(settings) => settings,)*
                }
            }
        }

        impl Serialize for Settings {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Settings::$name(settings) => write(&$tags, settings, to),)*
                }
            }
        }

        impl<'de> Deserialize<'de> for Settings {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let mut fields = Map::deserialize(from)?;
                $(
                    if take_tags(&mut fields, &$tags) {
                        let settings = serde_json::from_value(Value::Object(fields));
                        return settings.map(Settings::$name).map_err(D::Error::custom);
                    }
                )*
                Err(D::Error::custom(no_model(&fields)))
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for Settings {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                "Model".into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let models = [$(schema::tagged(<$settings>::json_schema(generator), &$tags),)*];
                schemars::json_schema!({ "oneOf": models })
            }
        }
    };
}

models! {
    /// K-means, as Flink ML's `OnlineKMeans` or Spark's `StreamingKMeans`.
    Kmeans(kmeans::Settings): [("kind", "kmeans")];
    /// Linear regression by recursive least squares.
    Rls(rls::Settings): [("kind", "linear_regression"), ("solver", "rls")];
    /// Linear regression by plain stochastic gradient descent.
    Sgd(sgd::Settings): [("kind", "linear_regression"), ("solver", "sgd")];
    /// Spark's `StreamingLinearRegressionWithSGD`.
    SparkLinear(spark_sgd::LinearSettings): [("kind", "linear_regression"), ("engine", "spark")];
    /// Spark's `StreamingLogisticRegressionWithSGD`.
    SparkLogistic(spark_sgd::LogisticSettings): [("kind", "logistic_regression"), ("engine", "spark")];
    /// Flink ML's `OnlineLogisticRegression`.
    FlinkLogistic(flink_logistic::Settings): [("kind", "logistic_regression"), ("engine", "flink")];
}

impl Settings {
    /// Checks the settings and starts the model.
    ///
    /// # Errors
    ///
    /// The first setting that cannot be.
    pub fn start(&self, setting: Setting) -> Result<Box<dyn Online>, Refused> {
        self.as_start().start(setting)
    }

    /// When the engine ends a batch.
    pub fn cadence(&self) -> Cadence {
        self.as_start().cadence()
    }

    /// The least rows of a batch that is cut by count.
    pub fn least_rows(&self) -> usize {
        self.as_start().least_rows()
    }
}

fn write<S: Serializer>(tags: Tags, settings: &impl Serialize, to: S) -> Result<S::Ok, S::Error> {
    use serde::ser::Error;
    let mut fields = match serde_json::to_value(settings) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => Map::new(),
        Err(error) => return Err(S::Error::custom(error)),
    };
    for (field, value) in tags {
        fields.insert((*field).to_owned(), (*value).into());
    }
    fields.serialize(to)
}

/// Takes a model's tags out of its fields; false, and all left, where one is missing.
fn take_tags(fields: &mut Map<String, Value>, tags: Tags) -> bool {
    let there =
        |(field, value): &(&str, &str)| fields.get(*field).and_then(Value::as_str) == Some(*value);
    let all = tags.iter().all(there);
    if all {
        tags.iter().for_each(|(field, _)| {
            fields.remove(*field);
        });
    }
    all
}

fn no_model(fields: &Map<String, Value>) -> String {
    let known: Vec<String> = TAGS
        .iter()
        .map(|tags| {
            let tags = tags
                .iter()
                .map(|(field, value)| format!("{field:?}: {value:?}"));
            format!("{{{}}}", tags.collect::<Vec<_>>().join(", "))
        })
        .collect();
    let given = ["kind", "engine", "solver"].iter().filter_map(|name| {
        let value = fields.get(*name)?;
        Some(format!("{name:?}: {value}"))
    });
    let given = given.collect::<Vec<_>>().join(", ");
    format!(
        "there is no model {{{given}}}. There are {}",
        known.join(", ")
    )
}

#[cfg(feature = "schema")]
mod schema {
    use schemars::Schema;
    use serde_json::{Value, json};

    use super::Tags;

    /// The schema of a model's settings, with its tags.
    pub(super) fn tagged(mut schema: Schema, tags: Tags) -> Schema {
        let object = schema.ensure_object();
        let properties = object.entry("properties").or_insert_with(|| json!({}));
        if let Value::Object(properties) = properties {
            for (field, value) in tags {
                properties.insert((*field).to_owned(), json!({ "const": value }));
            }
        }
        let required = object.entry("required").or_insert_with(|| json!([]));
        if let Value::Array(required) = required {
            required.extend(tags.iter().map(|(field, _)| Value::from(*field)));
        }
        schema
    }
}
