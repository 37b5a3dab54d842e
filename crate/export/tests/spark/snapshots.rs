//! Whole jobs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use eddy_export::Start;
use lab::positions::Position;
use learn::Linear;
use learn::kmeans::Model;
use learn::online::Numbers;
use learn::scale::Scale;
use serde_json::{Value, json};

use crate::{job, python};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots");
const IRIS: &str = include_str!("../../../../www/lab.json");
const ECOMMERCE: &str = include_str!("../../../../www/ecommerce.lab.json");

/// Compares a job with the one in its folder; returns its sources in Python.
fn check(name: &str, lab: &Value, lane: &str, start: Option<&Start>) -> Vec<PathBuf> {
    let job = job(lab, lane, start).unwrap();
    let folder = Path::new(FOLDER).join(format!("spark-{name}"));
    let bless = env::var_os("EDDY_BLESS").is_some();
    for file in &job.files {
        let path = folder.join(&file.path);
        if bless {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &file.text).unwrap();
        }
        let blessed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            blessed == file.text,
            "{} is another now: look at it after EDDY_BLESS=1 cargo test -p eddy-export --test spark",
            path.display()
        );
        assert!(
            !file.text.contains("${"),
            "{}: a value is missing",
            file.path
        );
        assert!(!file.text.contains("<<"), "{}: a mark is left", file.path);
    }
    let sources = job.files.iter().filter(|file| file.path.ends_with(".py"));
    sources.map(|file| folder.join(&file.path)).collect()
}

fn position(topic: &str, partition: i32, next_offset: i64) -> Position {
    Position {
        topic: topic.to_owned(),
        partition,
        next_offset,
    }
}

fn iris() -> Value {
    serde_json::from_str(IRIS).unwrap()
}

/// The published demo's lane, at a later version.
fn iris_start() -> Start {
    Start {
        version: 5,
        numbers: Numbers::Clusters(Model {
            centroids: vec![
                5.9, 2.75, 4.4, 1.4, 5.0, 3.4, 1.5, 0.25, 6.85, 3.07, 5.7, 2.0,
            ],
            weights: vec![61.5, 50.0, 27.5],
        }),
        scale: None,
        positions: vec![
            position("flink.public.iris_train", 0, 139),
            position("flink.public.iris_train", 2, 7),
            position("flink.public.iris_test", 0, 22),
        ],
    }
}

/// The e-commerce regression behind a scaler that has learned.
fn ecommerce_start() -> Start {
    let (mean, std) = (vec![36.5, 52_000.25, 17.0], vec![9.75, 14_500.5, 6.125]);
    Start {
        version: 3,
        numbers: Numbers::Linear(Linear {
            coefficients: vec![24.1, 43.5, 42.75],
            intercept: 440.33,
        }),
        scale: Some(Scale {
            centre: mean.clone(),
            factor: std.iter().map(|std| 1.0 / std).collect(),
            mean,
            std,
            version: None,
        }),
        positions: vec![position("flink.public.ecommerce_train", 0, 401)],
    }
}

/// A logistic regression whose rows are classified, then learned; drawn by half, and told as JSON.
fn logistic() -> Value {
    json!({
        "eddy": 1,
        "streams": [
            {"topic": "shop.public.orders", "role": "both", "from": "latest"},
            {"topic": "shop.public.returns", "role": "train", "from": {"offset": 100}}
        ],
        "features": ["age", "amount"],
        "target": "returned",
        "lanes": [{
            "name": "Returns, \"nightly\" \\ é",
            "model": {"kind": "logistic_regression", "engine": "spark", "step_size": 0.5, "reg_param": 0.01,
                      "mini_batch_fraction": 0.5, "intercept": true},
            "batch": {"by": "interval", "ms": 2500},
            "changes": {"update": "ignore", "delete": "correct"},
            "publish": {"topic": "returns", "form": "json"}
        }]
    })
}

/// K-means on columns of every declared form.
fn declared() -> Value {
    json!({
        "eddy": 1,
        "streams": [{"topic": "shop.public.things", "role": "train", "from": {"timestamp_ms": 1_795_239_078_909_i64}}],
        "features": ["price", "weight", "seen_at", "born", "opens", "took", "flags", "paid", "size", "mood", "v[3]", "amount"],
        "columns": {
            "price": {"as": "decimal", "scale": 2}, "kg": {"as": "decimal"}, "seen_at": {"as": "timestamp", "unit": "ms"},
            "born": {"as": "date_days"}, "opens": {"as": "time"}, "took": {"as": "interval", "unit": "ns"},
            "flags": {"as": "bits"}, "paid": {"as": "boolean"}, "size": {"as": "enum", "codes": ["S", "M", "L"]},
            "mood": {"as": "enum", "codes": {"bad": -1, "good": 1}}, "v": {"as": "vector"}, "amount": {"as": "number"},
            "more": {"as": "json"}
        },
        "rename": {"kg": "weight", "unused": "other"},
        "lanes": [{
            "name": "Things",
            "model": {"kind": "kmeans", "engine": "spark", "half_life": 3, "time_unit": "points",
                      "initial": {"random": {"seed": 7}}},
            "batch": {"by": "transaction"}
        }]
    })
}

#[test]
fn jobs_are_as_they_were_and_compile() {
    let ecommerce: Value = serde_json::from_str(ECOMMERCE).unwrap();
    let sources = [
        check("iris", &iris(), "Spark", Some(&iris_start())),
        check("iris-of-flinks-lane", &iris(), "Flink", None),
        check("ecommerce", &ecommerce, "Spark", Some(&ecommerce_start())),
        check("logistic", &logistic(), "Returns, \"nightly\" \\ é", None),
        check("declared", &declared(), "Things", None),
    ];
    let sources: Vec<String> = sources
        .concat()
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    // Nothing is left beside them.
    let script = "import sys\nfor path in sys.argv[1:]:\n    compile(open(path, encoding='utf-8').read(), path, 'exec')\n";
    let args: Vec<&str> = sources.iter().map(String::as_str).collect();
    python::run(script, &args, "");
}

#[test]
fn what_mllib_has_not_is_refused() {
    let refused = |model: Value, columns: Value| {
        let lab = json!({
            "eddy": 1,
            "streams": [{"topic": "t", "role": "train"}],
            "features": ["x"],
            "target": "y",
            "columns": columns,
            "lanes": [{"name": "L", "model": model}]
        });
        job(&lab, "L", None).unwrap_err().to_string()
    };
    let start = json!({"centroids": [[0], [1]]});
    let far =
        json!({"kind": "kmeans", "engine": "flink", "distance": "manhattan", "initial": start});
    let near = json!({"kind": "kmeans", "engine": "spark", "initial": start});
    for (model, columns, part) in [
        (far, json!({}), "euclidean distances only"),
        (
            json!({"kind": "linear_regression", "solver": "rls"}),
            json!({}),
            "no recursive least squares",
        ),
        (
            json!({"kind": "logistic_regression", "engine": "flink"}),
            json!({}),
            "no FTRL",
        ),
        (near, json!({"x": {"as": "enum"}}), "declare its `codes`"),
    ] {
        let said = refused(model, columns);
        assert!(
            said.starts_with("Spark cannot run lane \"L\": ") && said.contains(part),
            "{said}"
        );
    }
}
