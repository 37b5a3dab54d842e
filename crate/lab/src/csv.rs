//! Predictions as CSV (RFC 4180), for spreadsheets and data frames (FORMATS: "Predictions"); `ledger`: versions.
//!
//! One table for all lanes. What a model does not say, or is not known, stays empty.

mod ledger;

use learn::online::{Answer, Task};

use crate::event::{PredictionEvent, Source};
use crate::lab::Lab;
use crate::lane::{Lane, Prediction};
use crate::number;

pub use ledger::ledger;

/// The columns of a lab's predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Features of all lanes, each once.
    features: Vec<String>,
    /// By lane, the column of each of its features.
    places: Vec<Vec<usize>>,
    has_clusters: bool,
    has_classes: bool,
    has_numbers: bool,
    has_labels: bool,
}

impl Table {
    /// The columns for all lanes of this lab.
    pub fn new(lab: &Lab) -> Table {
        let mut features: Vec<String> = Vec::new();
        let mut place = |name: &String| {
            let known = features.iter().position(|known| known == name);
            known.unwrap_or_else(|| {
                features.push(name.clone());
                features.len() - 1
            })
        };
        let places = lab.lanes.iter().map(|lane| {
            let names = lane.config.feature_names.iter();
            names.map(&mut place).collect()
        });
        let places = places.collect();
        let has = |task| (lab.lanes.iter()).any(|lane| lane.config.model.task() == task);
        Table {
            places,
            has_clusters: has(Task::Clustering),
            has_classes: has(Task::Classification),
            has_numbers: has(Task::Regression),
            has_labels: lab.lanes.iter().any(|lane| lane.config.label.is_some()),
            features,
        }
    }

    /// Appends the line of the columns' names.
    pub fn write_head(&self, out: &mut String) {
        out.push_str("lane,version,topic,partition,offset");
        for feature in &self.features {
            out.push(',');
            write_text(out, feature);
        }
        out.push_str(",prediction");
        for (shown, names) in [
            (self.has_clusters, ",distance,runner_up"),
            (self.has_classes, ",probability"),
            (self.has_classes || self.has_numbers, ",target"),
            (self.has_numbers, ",error"),
            (self.has_labels, ",label"),
        ] {
            out.push_str(if shown { names } else { "" });
        }
        out.push_str("\r\n");
    }

    /// Appends a prediction's line.
    pub fn write(&self, prediction: &PredictionEvent, out: &mut String) {
        let Source {
            topic,
            partition,
            offset,
        } = &prediction.source;
        write_text(out, &prediction.lane_name);
        out.push_str(&format!(",{},", prediction.version));
        write_text(out, topic);
        out.push_str(&format!(",{partition},{offset}"));
        let places = self.places.get(prediction.lane);
        for column in 0..self.features.len() {
            let at = places.and_then(|places| places.iter().position(|place| *place == column));
            write_cell(out, at.and_then(|at| prediction.features.get(at)).copied());
        }
        self.write_answer(prediction, out);
        if self.has_labels {
            out.push(',');
            write_text(out, prediction.label.as_deref().unwrap_or_default());
        }
        out.push_str("\r\n");
    }

    fn write_answer(&self, prediction: &PredictionEvent, out: &mut String) {
        let target = prediction.target;
        let (answer, (distance, runner_up, probability, error)) = match prediction.answer {
            Answer::Cluster(nearest) => {
                let runner_up = (nearest.runner_up != nearest.cluster).then_some(nearest.runner_up);
                let near = (Some(nearest.distance), runner_up.map(f64::from), None, None);
                (f64::from(nearest.cluster), near)
            }
            Answer::Number(number) => {
                let error = target.map(|target| target - number);
                (number, (None, None, None, error))
            }
            Answer::Class(class) => {
                let probability = Some(class.probability);
                (f64::from(class.class), (None, None, probability, None))
            }
        };
        write_cell(out, Some(answer));
        for (shown, value) in [
            (self.has_clusters, distance),
            (self.has_clusters, runner_up),
            (self.has_classes, probability),
            (self.has_classes || self.has_numbers, target),
            (self.has_numbers, error),
        ] {
            if shown {
                write_cell(out, value);
            }
        }
    }
}

/// The predictions that are kept, of all lanes, lane by lane, oldest first.
pub fn kept(lab: &Lab) -> String {
    let table = Table::new(lab);
    let mut out = String::new();
    table.write_head(&mut out);
    for (index, lane) in lab.lanes.iter().enumerate() {
        for prediction in &lane.predictions {
            if let Some(event) = event(lab, index, lane, prediction) {
                table.write(&event, &mut out);
            }
        }
    }
    out
}

/// A kept prediction as it was told; None where its row is no longer kept.
fn event(lab: &Lab, index: usize, lane: &Lane, kept: &Prediction) -> Option<PredictionEvent> {
    let meta = lab.rows.meta(kept.record)?;
    let label = |column| lab.rows.label(kept.record, column);
    let target = lane.config.target;
    let target = target.map(|column| lab.rows.number(kept.record, column));
    Some(PredictionEvent {
        lane: index,
        lane_name: lane.config.name.as_str().into(),
        version: kept.version,
        source: Source {
            topic: lab.topic(meta.stream as usize).clone(),
            partition: meta.partition,
            offset: meta.offset,
        },
        key: None,
        features: lab.features(lane, kept.record),
        answer: kept.answer,
        label: lane.config.label.and_then(label),
        target: target.filter(|target| !target.is_nan()),
        // No column of the table.
        scaler_version: None,
    })
}

fn write_cell(out: &mut String, value: Option<f64>) {
    out.push(',');
    match value {
        Some(value) if value.is_finite() => number::write(out, value),
        Some(value) => out.push_str(&value.to_string()),
        None => {}
    }
}

/// Quoted where it must be.
fn write_text(out: &mut String, text: &str) {
    if text.contains(['"', ',', '\r', '\n']) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use wire::Record;

    use super::*;
    use crate::{LabEvent, LabFile};

    const LAB: &str = r#"{
        "eddy": 1,
        "streams": [{"topic": "a.b.train", "role": "train"}, {"topic": "a.b.test", "role": "classify"}],
        "features": ["x"], "label": "kind", "target": "y",
        "lanes": [
            {"name": "clusters, \"two\"", "features": ["z"],
             "model": {"kind": "kmeans", "engine": "flink", "k": 2, "initial": {"centroids": [[0], [10]]}}},
            {"name": "line", "model": {"kind": "linear_regression", "solver": "rls"}, "batch": {"by": "count", "rows": 2}},
            {"name": "odds", "model": {"kind": "logistic_regression", "engine": "spark"}, "batch": {"by": "hand"}, "target": "one"}
        ]}"#;

    fn record(topic: &str, offset: i64, row: &str) -> Record {
        Record {
            topic: topic.into(),
            partition: 0,
            offset,
            timestamp_ms: 1,
            headers: Vec::new(),
            key: None,
            value: Some(row.as_bytes().to_vec()),
        }
    }

    fn lab() -> Lab {
        let mut lab = Lab::new(LabFile::parse(LAB).unwrap()).unwrap();
        for (topic, offset, row) in [
            (
                "a.b.train",
                0,
                r#"{"x":1,"z":0.5,"y":3,"one":0,"kind":"low"}"#,
            ),
            (
                "a.b.train",
                1,
                r#"{"x":3,"z":9,"y":7,"one":1,"kind":"high"}"#,
            ),
            (
                "a.b.test",
                0,
                r#"{"x":2,"z":8,"y":5.5,"one":1,"kind":"high"}"#,
            ),
            (
                "a.b.test",
                1,
                r#"{"x":4,"z":1,"y":null,"one":null,"kind":null}"#,
            ),
        ] {
            assert!(lab.apply(record(topic, offset, row).as_ref()));
        }
        lab
    }

    #[test]
    fn each_lane_fills_the_columns_that_it_has_something_for() {
        let mut lab = lab();
        let csv = kept(&lab);
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert_eq!(
            lines[0],
            "lane,version,topic,partition,offset,z,x,prediction,distance,runner_up,probability,target,error,label"
        );
        let clusters = "\"clusters, \"\"two\"\"\",1,a.b.test,0";
        assert_eq!(lines[1], format!("{clusters},0,8,,1,2,0,,,,high"));
        assert_eq!(lines[2], format!("{clusters},1,1,,0,1,1,,,,"));
        assert_eq!(lines[5], "odds,1,a.b.test,0,0,,2,0,,,0.5,1,,high");
        assert_eq!(lines[6], "odds,1,a.b.test,0,1,,4,0,,,0.5,,,");
        assert_eq!(lines[7..], [""]);
        // The line through (1, 3) and (3, 7), as far as doubles go.
        let line: Vec<&str> = lines[3].split(',').collect();
        assert_eq!(line[..7], ["line", "2", "a.b.test", "0", "0", "", "2"]);
        let [prediction, error]: [f64; 2] = [7, 12].map(|i| line[i].parse().unwrap());
        assert!((prediction - 5.0).abs() < 1e-9, "{prediction}");
        assert_eq!((line[11], error), ("5.5", 5.5 - prediction));
        // What a replay writes as it goes is the same, in the order in which it happened.
        let table = Table::new(&lab);
        let mut told: Vec<String> = Vec::new();
        for event in lab.drain() {
            if let LabEvent::Prediction(prediction) = event {
                let mut line = String::new();
                table.write(&prediction, &mut line);
                told.push(line.trim_end().to_owned());
            }
        }
        let mut lines: Vec<&str> = lines[1..7].to_vec();
        lines.sort_unstable();
        told.sort_unstable();
        assert_eq!(told, lines);
    }
}
