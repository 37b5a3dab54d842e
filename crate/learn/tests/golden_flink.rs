//! Flink ML's `OnlineKMeans`, version by version, as recorded from the engine.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use eddy_learn::kmeans::{Decay, Distance, Kmeans, Model, Params, Spec, check_row};
use serde_json::Value;

/// Hangs on the engine's fused multiply-add, see the recording's own README; every other case has to be met.
const EXCEPTED: &str = "large_offset";

#[test]
fn iris_defaults() {
    check("flink/iris_defaults.json", 1);
}

#[test]
fn iris_decay_x_batch() {
    check("flink/iris_decay_x_batch.json", 14);
}

#[test]
fn distances() {
    check("flink/distances.json", 8);
}

#[test]
fn edges() {
    check("flink/edges.json", 17);
}

/// Runs every case of a recording.
fn check(path: &str, cases: usize) {
    let file = load(path);
    let found = array(&file["cases"]);
    assert_eq!(found.len(), cases, "{path}");
    for case in found {
        match case.get("error") {
            _ if case["name"] == EXCEPTED => {}
            Some(error) => check_refused(case, text(error)),
            None => check_case(case),
        }
    }
}

/// A case whose parameters the engine refuses: here too, and with the same value in the message.
fn check_refused(case: &Value, error: &str) {
    let initial = model(&case["initial"]);
    let set = &case["params_set"];
    let k = initial.weights.len();
    let decay = Decay::Factor(set.get("decayFactor").map_or(0.0, number));
    let refused = Params::new(Spec {
        k,
        dim: initial.centroids.len() / k,
        decay,
        ..FLINK
    })
    .and_then(|params| params.check_batch_rows(set.get("globalBatchSize").map_or(32, count)));
    let ours = refused.expect_err(text(&case["name"])).to_string();
    let value = error.rsplit(' ').next().unwrap();
    assert!(
        ours.ends_with(&format!("Now: {value}.")),
        "{ours}, the engine: {error}"
    );
}

fn check_case(case: &Value) {
    let name = text(&case["name"]);
    assert_eq!(case["effective_batchStrategy"], "count", "{name}");
    let initial = model(&case["initial"]);
    let params = Params::new(Spec {
        k: count(&case["effective_k"]),
        dim: numbers(&case["initial"]["centroids"][0]).len(),
        decay: Decay::Factor(number(&case["effective_decayFactor"])),
        distance: match text(&case["effective_distanceMeasure"]) {
            "euclidean" => Distance::Euclidean,
            "manhattan" => Distance::Manhattan,
            "cosine" => Distance::Cosine,
            other => panic!("{name}: {other}"),
        },
        parallelism: count(&case["parallelism_of_training"]),
        ..FLINK
    })
    .unwrap();
    let batch_rows = count(&case["effective_globalBatchSize"]);
    params.check_batch_rows(batch_rows).unwrap();
    let mut job = Job::start(params, initial, batch_rows);
    for (i, step) in array(&case["steps"]).iter().enumerate() {
        job.step(&format!("{name}, step {i}"), step);
    }
    let recorded = array(&case["versions"]);
    assert_eq!(job.versions.len(), recorded.len(), "{name}");
    for (i, (found, expected)) in job.versions.iter().zip(recorded).enumerate() {
        assert_eq!(count(&expected["version"]), i + 1, "{name}");
        assert_model(&format!("{name}, version {}", i + 1), found, expected);
    }
}

/// A training job as the engine runs it: full batches make versions, the rest waits, an error ends it.
struct Job {
    kmeans: Option<Kmeans>,
    batch_rows: usize,
    waiting: Vec<Vec<f64>>,
    sent: usize,
    versions: Vec<Model>,
}

impl Job {
    fn start(params: Params, initial: Model, batch_rows: usize) -> Self {
        let kmeans = Kmeans::new(params, initial.clone()).ok();
        Self {
            kmeans,
            batch_rows,
            waiting: Vec::new(),
            sent: 0,
            versions: vec![initial],
        }
    }

    fn step(&mut self, at: &str, step: &Value) {
        let observed = &step["observed"];
        match text(&step["op"]) {
            "train" => {
                let rows = points(step.get("points").unwrap_or_else(|| &step["rows"]));
                assert_eq!(rows.len(), count(&observed["rows"]), "{at}");
                self.train(rows);
                assert_eq!(self.sent, count(&observed["points_sent_so_far"]), "{at}");
                assert_eq!(observed["reached_expected"], self.kmeans.is_some(), "{at}");
            }
            "predict" => {
                let kmeans = self.kmeans.as_ref().unwrap();
                let predictions = predict(kmeans, &points(&step["rows"]));
                assert_eq!(predictions, clusters(&observed["predictions"]), "{at}");
            }
            "expect_failure" => assert!(self.kmeans.is_none(), "{at}: the engine's job fails"),
            // Leftovers are dropped: the recorded versions hold nothing of them.
            "end_train" => assert_eq!(observed["what"], "job finished", "{at}"),
            other => panic!("{at}: {other}"),
        }
        assert_eq!(
            self.versions.len(),
            count(&observed["versions_so_far"]),
            "{at}"
        );
    }

    fn train(&mut self, rows: Vec<Vec<f64>>) {
        for row in rows {
            self.sent += 1;
            let Some(kmeans) = &mut self.kmeans else {
                continue;
            };
            if check_row(kmeans.params(), kmeans.model(), &row).is_err() {
                self.kmeans = None;
                continue;
            }
            self.waiting.push(row);
            if self.waiting.len() == self.batch_rows {
                fit(kmeans, &std::mem::take(&mut self.waiting));
                self.versions.push(kmeans.model().clone());
            }
        }
    }
}
