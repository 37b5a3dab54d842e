//! What the golden tests share: the recorded files, and how near is equal.

// Each test program uses its own part of this.
#![allow(dead_code, unreachable_pub)]
// A test that fails says where.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use eddy_learn::Rows;
use eddy_learn::kmeans::{
    BatchSummary, Decay, Distance, Engine, Kmeans, Model, Spec, TimeUnit, check_row,
};
use serde_json::Value;

/// The engines fuse a multiplication with an addition, we do not: up to 3e-15 apart after one batch.
const TOLERANCE: f64 = 1e-12;

/// Flink's parameters with the engine's defaults, for 2 clusters of 1 number.
pub const FLINK: Spec = Spec {
    engine: Engine::Flink,
    k: 2,
    dim: 1,
    decay: Decay::Factor(0.0),
    time_unit: TimeUnit::Batches,
    distance: Distance::Euclidean,
    parallelism: 1,
};

/// Spark's parameters with the engine's defaults, for 2 clusters of 1 number.
pub const SPARK: Spec = Spec {
    engine: Engine::Spark,
    decay: Decay::Factor(1.0),
    ..FLINK
};

/// Reads a recorded file.
pub fn load(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/golden")
        .join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

pub fn array(value: &Value) -> &[Value] {
    value
        .as_array()
        .unwrap_or_else(|| panic!("not a list: {value}"))
}

pub fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a text: {value}"))
}

pub fn count(value: &Value) -> usize {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("not a count: {value}")) as usize
}

/// A number, which may be written as the text NaN, inf or -inf.
pub fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| text(value).parse().unwrap())
}

pub fn numbers(list: &Value) -> Vec<f64> {
    array(list).iter().map(number).collect()
}

/// A list of rows, one after the other.
pub fn flat(rows: &Value) -> Vec<f64> {
    array(rows).iter().flat_map(numbers).collect()
}

/// The rows that a recording names: themselves, or a range of a file's rows in an order of that file.
pub fn points(named: &Value) -> Vec<Vec<f64>> {
    if named.is_array() {
        return array(named).iter().map(numbers).collect();
    }
    let file = load(text(&named["file"]));
    let all: Vec<Vec<f64>> = array(&file["points"]).iter().map(numbers).collect();
    let ordered: Vec<Vec<f64>> = match named.get("order") {
        Some(order) => array(&file[text(order)])
            .iter()
            .map(|index| all[count(index)].clone())
            .collect(),
        None => all,
    };
    let from = named.get("from").map_or(0, count);
    let to = named.get("to").map_or(ordered.len(), count);
    ordered[from..to].to_vec()
}

/// An initial model or a version, whose centroids are named as the engine names them.
pub fn model(value: &Value) -> Model {
    let centroids = value.get("centroids").unwrap_or_else(|| &value["centers"]);
    Model {
        centroids: flat(centroids),
        weights: numbers(&value["weights"]),
    }
}

/// Learns a batch of rows.
pub fn fit(kmeans: &mut Kmeans, rows: &[Vec<f64>]) -> BatchSummary {
    for row in rows {
        check_row(kmeans.params(), kmeans.model(), row).unwrap();
    }
    let dim = kmeans.params().dim();
    kmeans.partial_fit(Rows::new(&rows.concat(), dim).unwrap())
}

/// The clusters of these rows.
pub fn predict(kmeans: &Kmeans, rows: &[Vec<f64>]) -> Vec<usize> {
    rows.iter()
        .map(|row| kmeans.predict(row).cluster as usize)
        .collect()
}

/// Clusters as recorded.
pub fn clusters(list: &Value) -> Vec<usize> {
    array(list).iter().map(count).collect()
}

/// Compares a model with the recorded one.
pub fn assert_model(at: &str, found: &Model, expected: &Value) {
    let expected = model(expected);
    assert_numbers(
        &format!("{at}, centroids"),
        &found.centroids,
        &expected.centroids,
    );
    assert_numbers(&format!("{at}, weights"), &found.weights, &expected.weights);
}

/// Compares numbers, relative to their own size: a recorded 0 has to be met exactly.
pub fn assert_numbers(at: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{at}");
    for (i, (&f, &e)) in found.iter().zip(expected).enumerate() {
        let equal = f == e || (f.is_nan() && e.is_nan());
        let near = (f - e).abs() <= TOLERANCE * f.abs().max(e.abs());
        assert!(
            equal || near,
            "{at}, number {i}: {f:e}, recorded {e:e}\n{found:?}\n{expected:?}"
        );
    }
}

/// A row with its label, as a recording of a linear model has it; sparse ones filled up.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    pub label: f64,
    pub row: Vec<f64>,
}

/// The rows that a case's `data` names: of the e-commerce table or of two classes of iris, in the columns it names.
pub fn labelled(data: &Value) -> Vec<Labelled> {
    let rows = match text(&data["file"]) {
        "linreg/ecommerce.csv" => ecommerce(),
        "data/iris.json" => two_irises(),
        other => panic!("{other}"),
    };
    rows.into_iter()
        .map(|Labelled { label, row }| Labelled {
            label,
            row: match text(&data["columns"]) {
                "raw" => row,
                "bias" => with_one(row),
                "scaled" => scaled(row),
                "scaled_bias" => with_one(scaled(row)),
                other => panic!("{other}"),
            },
        })
        .collect()
}

/// The e-commerce rows in file order: age, income, buy_count and the price as label.
pub fn ecommerce() -> Vec<Labelled> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/linreg/ecommerce.csv");
    let table = std::fs::read_to_string(path).unwrap();
    table
        .lines()
        .skip(1)
        .map(|line| {
            let mut row: Vec<f64> = line.split(',').map(|n| n.parse().unwrap()).collect();
            let label = row.pop().unwrap();
            Labelled { label, row }
        })
        .collect()
}

fn two_irises() -> Vec<Labelled> {
    let file = load("data/iris.json");
    array(&file["order_A"])
        .iter()
        .map(|index| Labelled {
            label: number(&file["labels"][count(index)]) - 1.0,
            row: numbers(&file["points"][count(index)]),
        })
        .filter(|row| row.label >= 0.0)
        .collect()
}

/// E-commerce features by the constants that the recordings name.
pub fn scaled(row: Vec<f64>) -> Vec<f64> {
    let constants = [(44.0, 15.0), (70000.0, 30000.0), (15.0, 9.0)];
    row.iter()
        .zip(constants)
        .map(|(x, (centre, scale))| (x - centre) / scale)
        .collect()
}

fn with_one(mut row: Vec<f64>) -> Vec<f64> {
    row.insert(0, 1.0);
    row
}

/// A dense vector, or a sparse one filled up with zeros.
pub fn dense(vector: &Value) -> Vec<f64> {
    if vector.is_array() {
        return numbers(vector);
    }
    let mut row = vec![0.0; count(&vector["size"])];
    for (index, value) in array(&vector["indices"])
        .iter()
        .zip(numbers(&vector["values"]))
    {
        row[count(index)] = value;
    }
    row
}
