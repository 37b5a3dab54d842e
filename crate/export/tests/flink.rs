//! Flink jobs as they were when they were last looked at, and compiled where that is possible.
//!
//! `EDDY_BLESS=1 cargo test -p eddy-export --test flink` writes the snapshots anew.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod support;

use eddy_export::{self as export, Engine, Job, Refused, Request, Start};
use lab::lint::Linter;
use lab::positions::Position;
use lab::{Lab, LabFile};
use learn::kmeans::Model;
use learn::online::Numbers;
use learn::scale::Scale;

use support::{compile, snapshot, snapshots};

const IRIS: &str = include_str!("../../../www/lab.json");
const LOGISTIC: &str = include_str!("labs/logistic.json");
const DECLARED: &str = include_str!("labs/declared.json");

fn lab_file(text: &str) -> LabFile {
    serde_json::from_str(text).unwrap()
}

/// The job of a lane, with what the linter says before anything has come.
fn job(file: &LabFile, lane: &str, start: &Start) -> Result<Job, Refused> {
    let lab = Lab::new(file.clone()).unwrap();
    let findings = Linter::default().findings(&lab);
    export::export(&Request {
        lab: file,
        lane,
        start,
        engine: Engine::Flink,
        findings: &findings,
    })
}

/// The lane's first version.
fn first(file: &LabFile, lane: &str) -> Start {
    Start::at(&Lab::new(file.clone()).unwrap(), lane, None).unwrap()
}

fn position(topic: &str, partition: i32, next_offset: i64) -> Position {
    Position {
        topic: topic.to_owned(),
        partition,
        next_offset,
    }
}

fn clusters(centroids: &[f64], weights: &[f64]) -> Numbers {
    Numbers::Clusters(Model {
        centroids: centroids.to_vec(),
        weights: weights.to_vec(),
    })
}

fn class(job: &Job) -> &str {
    let class = job
        .files
        .iter()
        .find(|file| file.path == export::flink::CLASS_PATH);
    &class.unwrap().text
}

#[test]
fn iris_from_version_five() {
    let start = Start {
        version: 5,
        numbers: clusters(
            &[
                5.03, 3.52, 1.4, 0.2, 5.1, 3.27, 2.07, 0.6, 6.375, 2.955, 4.965, 1.625,
            ],
            &[12.0, 0.0, 20.0],
        ),
        scale: None,
        positions: vec![
            position("flink.public.iris_train", 0, 128),
            position("flink.public.iris_test", 0, 11),
        ],
    };
    let job = job(&lab_file(IRIS), "Flink", &start).unwrap();
    assert_eq!(job.model_topic, "Flink_models");
    for file in &job.files {
        snapshot(&format!("flink/iris/{}", file.path), &file.text);
    }
}

#[test]
fn a_lane_of_spark() {
    let file = lab_file(IRIS);
    let start = first(&file, "Spark");
    snapshot(
        "flink/spark.java",
        class(&job(&file, "Spark", &start).unwrap()),
    );

    let text = IRIS.replace(
        "\"engine\": \"spark\", \"k\": 3,",
        "\"engine\": \"spark\", \"k\": 3, \"decay_factor\": 0.5, \"time_unit\": \"points\",",
    );
    let points = job(&lab_file(&text), "Spark", &start).unwrap();
    let has = |what: &str| points.left_out.iter().any(|item| item.what == what);
    assert!(class(&points).contains("DECAY_FACTOR = 2.3283064365386963e-10;"));
    assert!(has("forgets with each row") && has("ends a batch every 10000 ms"));
}

#[test]
fn several_subtasks() {
    let text = IRIS.replace(
        "\"engine\": \"flink\",",
        "\"engine\": \"flink\", \"parallelism\": 2,",
    );
    let file = lab_file(&text);
    let job = job(&file, "Flink", &first(&file, "Flink")).unwrap();
    snapshot("flink/parallel.java", class(&job));
}

#[test]
fn a_logistic_regression_that_answers_in_json() {
    let file = lab_file(LOGISTIC);
    let job = job(&file, "Logistic", &first(&file, "Logistic")).unwrap();
    snapshot("flink/logistic.java", class(&job));
}

#[test]
fn declared_columns_behind_a_scale() {
    let file = lab_file(DECLARED);
    let scale = Scale {
        mean: vec![10.0, 0.5, 0.5, 1.0, 1.7e15, 2.0],
        std: vec![2.0, 0.25, 0.5, 0.0, 1e12, 4.0],
        centre: vec![10.0, 0.5, 0.5, 1.0, 1.7e15, 2.0],
        factor: vec![0.5, 4.0, 2.0, 0.0, 1e-12, 0.25],
        version: None,
    };
    let start = Start {
        version: 3,
        numbers: clusters(
            &[
                1.0,
                -1.0,
                1.0,
                0.0,
                1.0,
                f64::NAN,
                -1.0,
                1.0,
                -1.0,
                0.0,
                -1.0,
                1.0,
            ],
            &[3.0, 4.5],
        ),
        scale: Some(scale),
        positions: vec![
            position("shop.public.orders", 0, 164),
            position("shop.public.orders", 3, 7),
        ],
    };
    let job = job(&file, &file.lanes[0].name, &start).unwrap();
    snapshot("flink/declared.java", class(&job));
}

#[test]
fn what_flink_ml_does_not_have_is_refused() {
    let refused = |model: &str, more: &str| {
        let lane = format!("{{\"name\": \"A\", \"model\": {{{model}}}}}");
        let text = format!(
            "{{\"eddy\": 1, \"streams\": [{{\"topic\": \"t\", \"role\": \"train\"}}], \"features\": [\"x\"], \"target\": \"y\"{more}, \
             \"lanes\": [{lane}]}}"
        );
        let file = lab_file(&text);
        job(&file, "A", &first(&file, "A")).unwrap_err().to_string()
    };
    let linear = refused("\"kind\": \"linear_regression\", \"solver\": \"rls\"", "");
    assert!(linear.contains("no linear regression"), "{linear}");
    let logistic = refused(
        "\"kind\": \"logistic_regression\", \"engine\": \"spark\"",
        "",
    );
    assert!(logistic.contains("FTRL"), "{logistic}");
    let codes = refused(
        "\"kind\": \"logistic_regression\", \"engine\": \"flink\"",
        ", \"columns\": {\"x\": {\"as\": \"enum\"}}",
    );
    assert!(codes.contains("columns.x.codes"), "{codes}");
    let bits = refused(
        "\"kind\": \"logistic_regression\", \"engine\": \"flink\"",
        ", \"columns\": {\"x\": {\"as\": \"bits\"}}",
    );
    assert!(bits.contains("column x"), "{bits}");
}

#[test]
fn they_compile() {
    // The snapshots are what the jobs are, as the other tests hold.
    compile(&snapshots("flink"));
}
