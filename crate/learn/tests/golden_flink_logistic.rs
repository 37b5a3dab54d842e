//! Flink ML's `OnlineLogisticRegression`, version by version, as recorded from the engine.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use eddy_learn::flink_logistic::{Features, FlinkLogistic, Params, Spec, classify};
use eddy_learn::{BadRow, Classified, SpecError};
use serde_json::Value;

/// Which rows make a batch hangs on the engine's threads there: the recording itself says not to compare.
const NOT_REPRODUCIBLE: &str = "parallelism2_batches";

#[test]
fn online_logistic() {
    let file = load("flink/online_logistic.json");
    let ours = Spec::defaults(1);
    assert_eq!(ours, spec(&file["engine_defaults"], 1));
    let cases = array(&file["cases"]);
    assert_eq!(cases.len(), 38);
    for case in cases {
        match case.get("error") {
            _ if case["name"] == NOT_REPRODUCIBLE => {}
            Some(error) => check_refused(case, text(error)),
            None => check_case(case),
        }
    }
}

fn spec(effective: &Value, dim: usize) -> Spec {
    Spec {
        dim,
        alpha: number(&effective["alpha"]),
        beta: number(&effective["beta"]),
        reg: number(&effective["reg"]),
        elastic_net: number(&effective["elasticNet"]),
    }
}

/// A case whose parameters the engine refuses: here too, and with the same value in the message.
fn check_refused(case: &Value, error: &str) {
    let Some(initial) = case.get("initial") else {
        // A model cannot be made without its start.
        return assert_eq!(case["name"], "no_initial_model");
    };
    let set = &case["params_set"];
    let of = |name: &str, default: f64| set.get(name).map_or(default, number);
    let defaults = Spec::defaults(numbers(&initial["coefficient"]).len());
    let spec = Spec {
        alpha: of("alpha", defaults.alpha),
        beta: of("beta", defaults.beta),
        reg: of("reg", defaults.reg),
        elastic_net: of("elasticNet", defaults.elastic_net),
        ..defaults
    };
    let batch_rows = set.get("globalBatchSize").map_or(32, count);
    let refused = Params::new(spec)
        .and_then(|params| params.check_batch_rows(batch_rows, count(&case["parallelism"])));
    let SpecError::Setting { found, .. } = refused.expect_err(text(&case["name"])) else {
        panic!("{case}")
    };
    let theirs = error.rsplit(' ').next().unwrap().parse();
    assert_eq!(found, theirs.unwrap_or(batch_rows as f64), "{error}");
}

/// A row as the engine gets it.
struct Fed {
    dense: Vec<f64>,
    /// Where the row is sparse: which coordinates are present, and their numbers.
    sparse: Option<(Vec<usize>, Vec<f64>)>,
    label: f64,
    weight: f64,
}

/// A job as the engine runs it: full batches make versions, rows to classify wait for the first, an error ends it.
struct Job {
    model: FlinkLogistic,
    batch_rows: usize,
    waiting: Vec<Fed>,
    failed: bool,
    versions: Vec<Vec<f64>>,
    to_classify: Vec<Vec<f64>>,
    classified: usize,
}

fn check_case(case: &Value) {
    let name = text(&case["name"]);
    let initial = numbers(&case["initial"]["coefficient"]);
    let effective = &case["effective_params"];
    let params = Params::new(spec(effective, initial.len())).unwrap();
    let batch_rows = count(&effective["globalBatchSize"]);
    params
        .check_batch_rows(batch_rows, count(&case["parallelism"]))
        .unwrap();
    let mut job = Job {
        model: FlinkLogistic::new(params, &initial).unwrap(),
        batch_rows,
        waiting: Vec::new(),
        failed: false,
        versions: Vec::new(),
        to_classify: Vec::new(),
        classified: 0,
    };
    let data = case.get("data").map(labelled).unwrap_or_default();
    for (i, step) in array(&case["steps"]).iter().enumerate() {
        job.step(&format!("{name}, step {i}"), step, &data, effective);
    }
    check_versions(name, &job.versions, case);
}

fn check_versions(name: &str, versions: &[Vec<f64>], case: &Value) {
    let recorded = case.get("versions").map_or(&[][..], array);
    assert_eq!(versions.len(), recorded.len(), "{name}");
    for (i, (found, expected)) in versions.iter().zip(recorded).enumerate() {
        let at = format!("{name}, version {}", i + 1);
        assert_eq!(count(&expected["modelVersion"]), i + 1, "{at}");
        assert_numbers(&at, found, &numbers(&expected["coefficient"]));
        let probes = array(&case["probe_rows"]).iter().map(dense);
        let recorded = array(&expected["probe_predictions"]).iter();
        let raw = array(&expected["probe_rawPredictions"]);
        assert_eq!(probes.len(), raw.len(), "{at}");
        for ((row, class), raw) in probes.zip(recorded).zip(raw) {
            assert_classified(&at, classify(found, &row), class, raw);
        }
    }
}

fn assert_classified(at: &str, found: Classified, class: &Value, raw: &Value) {
    assert_eq!(f64::from(found.class), number(class), "{at}, class");
    let p = found.probability;
    assert_numbers(&format!("{at}, raw"), &[1.0 - p, p], &numbers(raw));
}

impl Job {
    fn step(&mut self, at: &str, step: &Value, data: &[Labelled], effective: &Value) {
        match text(&step["op"]) {
            "train" => fed(step, data).into_iter().for_each(|row| self.train(row)),
            "predict" => self
                .to_classify
                .extend(array(&step["rows"]).iter().map(dense)),
            "failure" => assert!(self.failed, "{at}: the engine's job fails"),
            // Leftovers are dropped: the recorded versions hold nothing of them.
            "end_train" | "end_test" | "finish" => {}
            other => panic!("{at}: {other}"),
        }
        assert_eq!(
            self.versions.len(),
            count(&step["model_versions_so_far"]),
            "{at}"
        );
        self.classify(
            at,
            step.get("output_rows").map_or(&[][..], array),
            effective,
        );
    }

    fn train(&mut self, row: Fed) {
        self.failed |= self.model.params().check_row(&row.dense).is_err();
        if self.failed {
            return;
        }
        self.waiting.push(row);
        if self.waiting.len() == self.batch_rows {
            let batch = std::mem::take(&mut self.waiting);
            self.model.partial_fit_weighted(batch.iter().map(|row| {
                let features = match &row.sparse {
                    Some((indices, values)) => Features::Sparse { indices, values },
                    None => Features::Dense(&row.dense),
                };
                (features, row.label, row.weight)
            }));
            self.versions.push(self.model.coefficients().to_vec());
        }
    }

    /// Classifies what waits, once there is a version.
    fn classify(&mut self, at: &str, recorded: &[Value], effective: &Value) {
        let column = |name: &str| text(&effective[name]).to_owned();
        let ready = match self.versions.is_empty() {
            true => Vec::new(),
            false => std::mem::take(&mut self.to_classify),
        };
        assert_eq!(ready.len(), recorded.len(), "{at}, output");
        for (row, output) in ready.iter().zip(recorded) {
            assert_eq!(count(&output["id"]), self.classified, "{at}");
            self.classified += 1;
            let version = output
                .get("version")
                .unwrap_or_else(|| &output[column("modelVersionCol")]);
            assert_eq!(count(version), self.versions.len(), "{at}");
            let found = self.model.predict_as_engine(row);
            assert_classified(at, found, &output["prediction"], &output["rawPrediction"]);
        }
    }
}

fn fed(step: &Value, data: &[Labelled]) -> Vec<Fed> {
    if let Some(range) = step.get("range") {
        let rows = data[count(&range["from"])..count(&range["to"])].iter();
        return rows
            .map(|Labelled { label, row }| Fed {
                dense: row.clone(),
                sparse: None,
                label: *label,
                weight: 1.0,
            })
            .collect();
    }
    let labels = numbers(&step["labels"]);
    let rows = array(&step["rows"]).iter().zip(labels).enumerate();
    rows.map(|(i, (row, label))| Fed {
        dense: dense(row),
        sparse: row
            .get("indices")
            .map(|indices| (clusters(indices), numbers(&row["values"]))),
        label,
        weight: step
            .get("weights")
            .map_or(1.0, |weights| number(&weights[i])),
    })
    .collect()
}

#[test]
fn the_latest_coefficients_predict_as_it_is_meant() {
    let mut model = FlinkLogistic::new(Params::new(Spec::defaults(1)).unwrap(), &[0.0]).unwrap();
    let learn = |model: &mut FlinkLogistic, label| {
        model.partial_fit(eddy_learn::Rows::new(&[2.0], 1).unwrap(), &[label]);
    };
    learn(&mut model, 1.0);
    let first = model.predict_as_engine(&[1.0]);
    assert_eq!(first, model.predict(&[1.0]));
    learn(&mut model, 0.0);
    assert_eq!(model.predict_as_engine(&[1.0]), first);
    assert!(model.predict(&[1.0]).probability < first.probability);
}

#[test]
fn a_restored_state_goes_on_to_the_bit() {
    let rows = two_classes();
    let params = Params::new(Spec::defaults(4)).unwrap();
    let mut whole = FlinkLogistic::new(params, &[0.0; 4]).unwrap();
    let fit = |model: &mut FlinkLogistic, rows: &[Labelled]| {
        let flat: Vec<f64> = rows.iter().flat_map(|row| row.row.clone()).collect();
        let labels: Vec<f64> = rows.iter().map(|row| row.label).collect();
        model.partial_fit(eddy_learn::Rows::new(&flat, 4).unwrap(), &labels);
    };
    fit(&mut whole, &rows[..40]);
    whole.predict_as_engine(&rows[0].row);
    let mut restored = FlinkLogistic::resume(whole.checkpoint()).unwrap();
    fit(&mut whole, &rows[40..]);
    fit(&mut restored, &rows[40..]);
    assert_eq!(whole.state(), restored.state());
    let mut cut = whole.checkpoint();
    cut.state.z.clear();
    let refused = FlinkLogistic::resume(cut).unwrap_err();
    assert_eq!(refused.to_string(), "z are 4 numbers. Now: 0.");
    let refused = params.check_row(&[1.0]);
    assert_eq!(refused, Err(BadRow::Width { dim: 4, found: 1 }));
}

fn two_classes() -> Vec<Labelled> {
    labelled(&serde_json::json!({"file": "data/iris.json", "columns": "raw"}))
}
