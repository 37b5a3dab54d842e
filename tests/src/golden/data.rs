//! The recorded files, and the rows that they name.

use anyhow::{Context, Result};
use serde_json::Value;

/// A row with its label.
#[derive(Clone)]
pub(super) struct Labelled {
    pub(super) label: f64,
    pub(super) row: Vec<f64>,
}

pub(super) fn read(name: &str) -> Result<Value> {
    serde_json::from_str(&text(name)?).with_context(|| name.to_owned())
}

fn text(name: &str) -> Result<String> {
    let path = format!("{}/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).with_context(|| path)
}

pub(super) fn list(value: &Value) -> Result<&[Value]> {
    value.as_array().map(Vec::as_slice).context("a list")
}

/// A number, which may be written as the text NaN, inf or -inf.
pub(super) fn number(value: &Value) -> Result<f64> {
    match value {
        Value::String(text) => text.parse().with_context(|| text.clone()),
        value => value.as_f64().with_context(|| value.to_string()),
    }
}

pub(super) fn numbers(value: &Value) -> Result<Vec<f64>> {
    list(value)?.iter().map(number).collect()
}

pub(super) fn count(value: &Value) -> Result<usize> {
    let count = value.as_u64().with_context(|| value.to_string())?;
    Ok(usize::try_from(count)?)
}

/// A dense row, or a sparse one filled up with zeros.
pub(super) fn dense(row: &Value) -> Result<Vec<f64>> {
    if row.is_array() {
        return numbers(row);
    }
    let mut dense = vec![0.0; count(&row["size"])?];
    for (index, value) in list(&row["indices"])?.iter().zip(numbers(&row["values"])?) {
        dense[count(index)?] = value;
    }
    Ok(dense)
}

pub(super) fn rows(value: &Value) -> Result<Vec<Vec<f64>>> {
    list(value)?.iter().map(dense).collect()
}

/// The rows themselves, or a range of a file's rows in an order of that file.
pub(super) fn points(named: &Value) -> Result<Vec<Vec<f64>>> {
    if named.is_array() {
        return rows(named);
    }
    let data = read(named["file"].as_str().context("a file")?)?;
    let all = rows(&data["points"])?;
    let ordered = match named["order"].as_str() {
        Some(order) => list(&data[order])?
            .iter()
            .map(|i| Ok(all[count(i)?].clone()))
            .collect::<Result<_>>()?,
        None => all,
    };
    let from = named.get("from").map_or(Ok(0), count)?;
    let to = named.get("to").map_or(Ok(ordered.len()), count)?;
    Ok(ordered[from..to].to_vec())
}

/// The rows that a case's `data` names: of the e-commerce table or of two classes of iris, in the columns it names.
pub(super) fn labelled(data: Option<&Value>) -> Result<Vec<Labelled>> {
    let Some(data) = data else {
        return Ok(Vec::new());
    };
    let rows = match data["file"].as_str() {
        Some("linreg/ecommerce.csv") => ecommerce()?,
        _ => two_irises()?,
    };
    let columns = data["columns"].as_str().context("columns")?;
    let of = |Labelled { label, mut row }: Labelled| {
        if columns.starts_with("scaled") {
            row = scaled(&row);
        }
        if columns.ends_with("bias") {
            row.insert(0, 1.0);
        }
        Labelled { label, row }
    };
    Ok(rows.into_iter().map(of).collect())
}

/// The e-commerce rows in file order: age, income, buy_count, and the price as label.
pub(super) fn ecommerce() -> Result<Vec<Labelled>> {
    let table = text("linreg/ecommerce.csv")?;
    let of = |line: &str| {
        let numbers = line.split(',').map(str::parse);
        let mut row: Vec<f64> = numbers.collect::<Result<_, _>>()?;
        let label = row.pop().context("a price")?;
        Ok(Labelled { label, row })
    };
    table.lines().skip(1).map(of).collect()
}

/// E-commerce features by the constants that the recordings name.
pub(super) fn scaled(row: &[f64]) -> Vec<f64> {
    let constants = [(44.0, 15.0), (70000.0, 30000.0), (15.0, 9.0)];
    let pairs = row.iter().zip(constants);
    pairs
        .map(|(x, (centre, scale))| (x - centre) / scale)
        .collect()
}

fn two_irises() -> Result<Vec<Labelled>> {
    let file = read("data/iris.json")?;
    let mut rows = Vec::new();
    for index in list(&file["order_A"])? {
        let index = count(index)?;
        let label = number(&file["labels"][index])? - 1.0;
        if label >= 0.0 {
            let row = numbers(&file["points"][index])?;
            rows.push(Labelled { label, row });
        }
    }
    Ok(rows)
}
