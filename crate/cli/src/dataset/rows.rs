//! The rows of the walk-throughs, and the order in which they are inserted.

use anyhow::{Context, Result, ensure};

use crate::scenario::Scenario;

/// The order of training rows in which both real engines gave the published demo's tables.
const DEFAULT_SEED: u64 = 142_923;

/// Fisher's flowers: a line of column names, then each flower's values.
const FLOWERS: &str = include_str!("../../data/iris.csv");

/// The published demo's test rows, as indices into [`FLOWERS`].
const IRIS_TEST: &str = include_str!("../../data/test_rows.csv");

/// Orders in which both real engines gave the published demo's six tables.
const IRIS_ORDERS: [(u64, &str); 2] = [
    (DEFAULT_SEED, include_str!("../../data/order_142923.csv")),
    (1_489, include_str!("../../data/order_1489.csv")),
];

/// The orders of the second published case.
const ORDERS: &str = include_str!("../../data/ecommerce.csv");

/// What scikit-learn's train_test_split(test_size=0.2, random_state=42) makes of 1000 rows: numpy's
/// RandomState(42).permutation(1000), whose first 200 are the test rows, in that order.
const ORDERS_TEST: &str = include_str!("../../data/ecommerce_test_rows.csv");
const ORDERS_TRAIN: &str = include_str!("../../data/ecommerce_train_rows.csv");

/// All versicolors and virginicas, in the order in which the real engines learned them for the recordings that
/// `crate/learn` is tested against.
const VIRGINICA: &str = include_str!("../../data/virginica_rows.csv");

/// Rows of a walk-through.
pub(super) struct Rows {
    /// Each row once, as it goes into files.
    pub(super) parts: Vec<Part>,
    /// The parts in the order in which they are inserted.
    pub(super) steps: Vec<usize>,
    /// From one row of a part to the next, where someone inserts them at this pace.
    pub(super) pace_ms: i64,
}

/// Rows that are inserted together.
pub(super) struct Part {
    /// Its name, that of its file.
    pub(super) name: &'static str,
    /// The table that they go into.
    pub(super) table: &'static str,
    /// What they are.
    pub(super) about: String,
    /// Their values, separated by commas.
    pub(super) rows: Vec<String>,
}

/// The rows of a scenario; those of Iris in the order of this seed.
pub(super) fn of(scenario: Scenario, seed: Option<u64>) -> Result<Rows> {
    match scenario {
        Scenario::Iris => iris(seed.unwrap_or(DEFAULT_SEED)),
        Scenario::Ecommerce => ecommerce(),
        Scenario::Virginica => virginica(),
    }
}

fn iris(seed: u64) -> Result<Rows> {
    let test = indices(IRIS_TEST)?;
    let order = match IRIS_ORDERS.iter().find(|(known, _)| *known == seed) {
        Some((_, order)) => indices(order)?,
        None => shuffled(seed, FLOWERS.lines().count() - 1, &test),
    };
    let (first, others) = order.split_at(order.len().min(1));
    let [train, classified] = Scenario::Iris.tables();
    let about = |part: &str| format!("{part} of the training rows, in the order of seed {seed}");
    let part = |name, table, about, indices: &[usize]| part(name, table, about, FLOWERS, indices);
    Ok(Rows {
        parts: vec![
            part("iris_train1", train, about("the first"), first)?,
            part("iris_train2", train, about("the rest"), others)?,
            part("iris_test", classified, "the test rows".to_owned(), &test)?,
        ],
        steps: vec![0, 2, 1, 2, 1, 2],
        pace_ms: 5,
    })
}

fn ecommerce() -> Result<Rows> {
    let [train, test] = Scenario::Ecommerce.tables();
    let about =
        |part: &str| format!("the {part} rows of train_test_split(test_size=0.2, random_state=42)");
    let part =
        |name, indices: &str, what| part(name, name, about(what), ORDERS, &self::indices(indices)?);
    Ok(Rows {
        parts: vec![
            part(train, ORDERS_TRAIN, "training")?,
            part(test, ORDERS_TEST, "test")?,
        ],
        steps: vec![0, 1],
        // 100 rows in each of Spark's windows.
        pace_ms: 100,
    })
}

fn virginica() -> Result<Rows> {
    let order = indices(VIRGINICA)?;
    ensure!(order.len() == 100, "{BROKEN}");
    let [train, test] = Scenario::Virginica.tables();
    let flower = |row: String| match row.rsplit_once(',') {
        Some((measures, class)) => format!("{measures},{}", u8::from(class == "2")),
        None => row,
    };
    let part = |name, table, about: &str, indices: &[usize]| {
        let mut part = part(name, table, about.to_owned(), FLOWERS, indices)?;
        part.rows = part.rows.into_iter().map(flower).collect();
        Ok::<_, anyhow::Error>(part)
    };
    Ok(Rows {
        parts: vec![
            part(
                "virginica_train1",
                train,
                "the first 8 training rows",
                &order[..8],
            )?,
            part(
                "virginica_train2",
                train,
                "the other 72 training rows",
                &order[8..80],
            )?,
            part("virginica_test", test, "the test rows", &order[80..])?,
        ],
        steps: vec![0, 2, 1, 2],
        // 10 rows in each of Spark's windows.
        pace_ms: 1_000,
    })
}

const BROKEN: &str = "the rows inside this program are incomplete; build it again";

fn part(
    name: &'static str,
    table: &'static str,
    about: String,
    csv: &str,
    indices: &[usize],
) -> Result<Part> {
    let all: Vec<&str> = csv.lines().skip(1).collect();
    let row = |index: &usize| all.get(*index).map(|row| (*row).to_owned());
    let rows: Option<Vec<String>> = indices.iter().map(row).collect();
    Ok(Part {
        name,
        table,
        about,
        rows: rows.context(BROKEN)?,
    })
}

fn indices(list: &str) -> Result<Vec<usize>> {
    list.trim()
        .split(',')
        .map(|index| index.parse().context(BROKEN))
        .collect()
}

/// All rows but the test rows, shuffled (Fisher-Yates on SplitMix64), the same on every machine.
fn shuffled(seed: u64, rows: usize, test: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).filter(|i| !test.contains(i)).collect();
    let mut state = seed;
    for i in (1..order.len()).rev() {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        order.swap(i, (z % (i as u64 + 1)) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn golden(name: &str) -> Value {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/").to_owned() + name;
        serde_json::from_str(&std::fs::read_to_string(path).expect(name)).expect(name)
    }

    fn numbers(part: &Part) -> Vec<Vec<f64>> {
        let row = |row: &String| row.split(',').map(|x| x.parse().expect(x)).collect();
        part.rows.iter().map(row).collect()
    }

    #[test]
    fn iris_has_orders_of_its_own() {
        let own = |seed| {
            of(Scenario::Iris, Some(seed))
                .expect("rows")
                .parts
                .remove(1)
                .rows
        };
        assert_eq!(own(7), own(7));
        assert_ne!(own(7), own(8));
        assert_ne!(own(7), own(1_489));
    }

    #[test]
    fn the_split_is_scikit_learns() {
        let recorded = golden("linreg/sklearn.json");
        assert_eq!(
            json!(indices(ORDERS_TEST).expect("a list")),
            recorded["split"]["test_indices"]
        );
        assert_eq!(
            json!(indices(ORDERS_TRAIN).expect("a list")),
            recorded["split"]["train_indices"]
        );
        let rows = of(Scenario::Ecommerce, None).expect("rows");
        let [train, test] = [numbers(&rows.parts[0]), numbers(&rows.parts[1])];
        assert_eq!((train.len(), test.len()), (800, 200));
        let number = |value: &Value| value.as_f64().expect("a number");
        let coefficients = &recorded["coef_age_income_buy_count"];
        let predict = |row: &[f64]| {
            let terms = (0..3).map(|i| number(&coefficients[i]) * row[i]);
            number(&recorded["intercept"]) + terms.sum::<f64>()
        };
        let square = |x: f64| x * x;
        let said = &recorded["test_predictions_in_test_order"];
        for (i, row) in test.iter().enumerate() {
            assert!((predict(row) - number(&said[i])).abs() < 1e-9, "row {i}");
        }
        for (name, rows) in [("train", &train), ("test", &test)] {
            let n = rows.len() as f64;
            let errors = rows.iter().map(|row| square(predict(row) - row[3]));
            let mse = errors.sum::<f64>() / n;
            let mean = rows.iter().map(|row| row[3]).sum::<f64>() / n;
            let variance = rows.iter().map(|row| square(row[3] - mean)).sum::<f64>() / n;
            let near = |ours: f64, measure: &str| {
                let theirs = number(&recorded[format!("{name}_{measure}")]);
                assert!(
                    (ours - theirs).abs() < 1e-9 * theirs,
                    "{name} {measure}: {ours}"
                );
            };
            near(mse, "mse");
            near(1.0 - mse / variance, "r2");
        }
    }

    #[test]
    fn virginica_has_the_recordings_rows() {
        let recorded = golden("data/iris.json");
        let two: Vec<&Value> = recorded["order_A"]
            .as_array()
            .expect("an order")
            .iter()
            .filter(|i| recorded["labels"][i.as_u64().expect("an index") as usize] != 0)
            .collect();
        let rows = of(Scenario::Virginica, None).expect("rows");
        let ours: Vec<Vec<f64>> = rows.parts.iter().flat_map(numbers).collect();
        assert_eq!((ours.len(), two.len()), (100, 100));
        for (ours, index) in ours.iter().zip(two) {
            let index = index.as_u64().expect("an index") as usize;
            let label = recorded["labels"][index].as_f64().expect("a label") - 1.0;
            assert_eq!(json!(ours[..4]), recorded["points"][index]);
            assert_eq!(ours[4], label);
        }
    }

    /// The page's walk-throughs insert the same rows, in the same order.
    #[test]
    fn the_page_has_these_rows() {
        let list: Value = serde_json::from_str(include_str!("../../../../www/scenarios.json"))
            .expect("the page's list");
        for (i, scenario) in Scenario::ALL.into_iter().enumerate() {
            let entry = &list[i];
            let file = entry["rows"].as_str().expect("a name");
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/").to_owned() + file;
            let sets: Value =
                serde_json::from_str(&std::fs::read_to_string(path).expect(file)).expect(file);
            let columns = scenario.columns();
            let row = |row: &String| -> Value {
                let values = row.split(',').map(|x| serde_json::from_str(x).expect(x));
                columns
                    .iter()
                    .map(|(name, _)| (*name).to_owned())
                    .zip::<Vec<Value>>(values.collect())
                    .collect()
            };
            let ours = of(scenario, None).expect("rows");
            let of_table = |table: &str| -> Vec<Value> {
                let parts = ours.parts.iter().filter(|part| part.table == table);
                parts.flat_map(|part| part.rows.iter().map(row)).collect()
            };
            let set = |name: &str| sets[name].as_array().expect(name).clone();
            let [train, test] = scenario.tables();
            assert_eq!(json!(scenario.tables()), entry["tables"]);
            assert_eq!(
                [set("train1"), set("train2")].concat(),
                of_table(train),
                "{file}"
            );
            assert_eq!(set("test"), of_table(test), "{file}");
        }
    }
}
