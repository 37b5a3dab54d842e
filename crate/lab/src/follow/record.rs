//! A model record: a version of a job's model, and the cut that made it.

use std::sync::Arc;

use learn::Linear;
use learn::kmeans::Model;
use learn::number::Number;
use learn::online::Numbers;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A version of a job's model, of the kind and size of the lane that follows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelRecord {
    /// Its number; it goes on counting from the version that the job started from.
    pub version: u64,
    /// In the columns' units.
    pub numbers: Numbers,
    /// The means and standard deviations that rows were scaled by, where they were.
    pub scale: Option<MeanStd>,
    /// What its batch was made of; None of the version that the job started from.
    pub cut: Option<Cut>,
}

/// What rows are scaled by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanStd {
    /// Means.
    #[serde(with = "learn::number::list")]
    pub mean: Vec<f64>,
    /// Standard deviations.
    #[serde(with = "learn::number::list")]
    pub std: Vec<f64>,
}

/// The records that a batch was made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// Rows that the job learned, where it says so.
    pub rows: Option<u64>,
    /// By partition: from where to where.
    pub offsets: Vec<Span>,
}

/// Records of a partition, both ends inclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Topic.
    pub topic: Arc<str>,
    /// Partition.
    pub partition: i32,
    /// First offset.
    pub from: i64,
    /// Last offset.
    pub to: i64,
}

/// The lane that a value of a model topic is a version of; None where it is a line of replay output that says something else.
///
/// # Errors
/// It is no model record.
pub fn lane_of(value: &Value) -> Result<Option<&str>, String> {
    match value.get("event").and_then(Value::as_str) {
        Some("version" | "revised") => {}
        Some(_) => return Ok(None),
        None => {
            return Err("is no model record: it has no \"event\":\"version\"".to_owned());
        }
    }
    match value.get("lane").and_then(Value::as_str) {
        Some(lane) => Ok(Some(lane)),
        None => Err("names no lane; a model record says \"lane\"".to_owned()),
    }
}

/// What a record is to be: as a lane's own model.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// The numbers of any version of the lane.
    pub like: &'a Numbers,
    /// Features.
    pub dim: usize,
}

impl Form<'_> {
    /// Reads a model record.
    ///
    /// # Errors
    /// What of it is missing, or of another model's form.
    pub fn read(self, value: Value) -> Result<ModelRecord, String> {
        let fields: Fields = serde_json::from_value(value)
            .map_err(|error| format!("is a model record that cannot be read: {error}"))?;
        let version = match fields.version {
            Some(version) if version > 0 => version,
            Some(_) => return Err("is version 0; versions are counted from 1".to_owned()),
            None => {
                return Err("says no version; a model record has \"version\":n".to_owned());
            }
        };
        let numbers = match self.like {
            Numbers::Clusters(model) => self.clusters(model.weights.len(), &fields)?,
            Numbers::Linear(_) => self.linear(&fields)?,
        };
        let scale = match (&fields.mean, &fields.std) {
            (None, None) => None,
            (Some(mean), Some(std)) => Some(MeanStd {
                mean: self.of_features("mean", mean)?,
                std: self.of_features("std", std)?,
            }),
            _ => return Err("has one of mean and std; both belong together".to_owned()),
        };
        let cut = cut(&fields)?;
        Ok(ModelRecord {
            version,
            numbers,
            scale,
            cut,
        })
    }

    fn clusters(self, k: usize, fields: &Fields) -> Result<Numbers, String> {
        let (Some(centroids), Some(weights)) = (&fields.centroids, &fields.weights) else {
            return Err("has no centroids and weights, and the lane's model is k-means".to_owned());
        };
        if centroids.len() != k || weights.len() != k {
            return Err(format!(
                "has {} centroids and {} weights, and the lane's k is {k}",
                centroids.len(),
                weights.len()
            ));
        }
        let mut all = Vec::with_capacity(k * self.dim);
        for centroid in centroids {
            all.extend(self.of_features("a centroid", centroid)?);
        }
        Ok(Numbers::Clusters(Model {
            centroids: all,
            weights: plain(weights),
        }))
    }

    fn linear(self, fields: &Fields) -> Result<Numbers, String> {
        let Some(coefficients) = &fields.coefficients else {
            return Err("has no coefficients, and the lane's model is linear".to_owned());
        };
        Ok(Numbers::Linear(Linear {
            coefficients: self.of_features("coefficients", coefficients)?,
            intercept: fields.intercept.map_or(0.0, |Number(number)| number),
        }))
    }

    fn of_features(self, what: &str, numbers: &[Number]) -> Result<Vec<f64>, String> {
        match numbers.len() == self.dim {
            true => Ok(plain(numbers)),
            false => Err(format!(
                "has {} numbers in {what} for {} features",
                numbers.len(),
                self.dim
            )),
        }
    }
}

fn plain(numbers: &[Number]) -> Vec<f64> {
    numbers.iter().map(|Number(number)| *number).collect()
}

fn cut(fields: &Fields) -> Result<Option<Cut>, String> {
    let Some(offsets) = &fields.offsets else {
        return match &fields.batch {
            None => Ok(None),
            Some(_) => {
                Err("has a batch and no offsets, so that nobody knows what it learned".to_owned())
            }
        };
    };
    for (i, span) in offsets.iter().enumerate() {
        let place = format!("{}/{}", span.topic, span.partition);
        if span.from > span.to {
            return Err(format!(
                "has offsets of {place} from {} to {}; from is the first and to the last",
                span.from, span.to
            ));
        }
        let same = |other: &Span| (&other.topic, other.partition) == (&span.topic, span.partition);
        if offsets[..i].iter().any(same) {
            return Err(format!("names {place} twice in its offsets"));
        }
    }
    Ok(Some(Cut {
        rows: fields.batch.as_ref().and_then(|batch| batch.rows),
        offsets: offsets.clone(),
    }))
}

/// A model record as it is written; what else stands in it is of no use here.
#[derive(Deserialize)]
struct Fields {
    version: Option<u64>,
    centroids: Option<Vec<Vec<Number>>>,
    weights: Option<Vec<Number>>,
    coefficients: Option<Vec<Number>>,
    intercept: Option<Number>,
    mean: Option<Vec<Number>>,
    std: Option<Vec<Number>>,
    batch: Option<Batch>,
    offsets: Option<Vec<Span>>,
}

#[derive(Deserialize)]
struct Batch {
    rows: Option<u64>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<ModelRecord, String> {
        let like = Numbers::Clusters(Model {
            centroids: vec![0.0; 4],
            weights: vec![0.0; 2],
        });
        let form = Form {
            like: &like,
            dim: 2,
        };
        form.read(value)
    }

    fn changed(field: &str, to: Value) -> Value {
        let mut value = json!({"event": "version", "lane": "A", "version": 6, "engine": {"name": "flink"},
            "centroids": [[1, 2.5], ["NaN", 4]], "weights": [0, "inf"], "batch": {"rows": 2, "counts": [1, 1]},
            "offsets": [{"topic": "t", "partition": 0, "from": 3, "to": 4}]});
        value[field] = to;
        value
    }

    #[test]
    fn a_record_is_read() {
        let record = read(changed("lane", json!("A"))).unwrap();
        assert_eq!(record.version, 6);
        let model = record.numbers.clusters().unwrap();
        assert!(model.centroids[2].is_nan());
        assert_eq!(model.weights, [0.0, f64::INFINITY]);
        let cut = record.cut.unwrap();
        assert_eq!((cut.rows, cut.offsets[0].to), (Some(2), 4));
        let mut first = changed("offsets", Value::Null);
        first["batch"] = Value::Null;
        assert_eq!(read(first).unwrap().cut, None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let span = |from, to| json!({"topic": "t", "partition": 0, "from": from, "to": to});
        for (field, to, said) in [
            ("version", Value::Null, "says no version"),
            ("version", json!(0), "version 0"),
            ("version", json!("6"), "invalid type"),
            (
                "centroids",
                json!([[1, 2]]),
                "1 centroids and 2 weights, and the lane's k is 2",
            ),
            (
                "centroids",
                json!([[1, 2], [1]]),
                "1 numbers in a centroid for 2 features",
            ),
            ("weights", Value::Null, "no centroids and weights"),
            ("mean", json!([1, 2]), "one of mean and std"),
            ("offsets", Value::Null, "a batch and no offsets"),
            ("offsets", json!([span(4, 3)]), "from 4 to 3"),
            ("offsets", json!([span(3, 4), span(5, 6)]), "t/0 twice"),
        ] {
            let refused = read(changed(field, to)).unwrap_err();
            assert!(refused.contains(said), "{refused}");
        }
        assert!(lane_of(&json!({"x": 1})).is_err());
        assert!(lane_of(&json!({"event": "version"})).is_err());
        assert_eq!(lane_of(&json!({"event": "summary", "lane": "A"})), Ok(None));
        assert_eq!(
            lane_of(&json!({"event": "version", "lane": "A"})),
            Ok(Some("A"))
        );
    }
}
