//! How the values of columns are read.

use std::collections::BTreeSet;

use lab::config::{Codes, Column, TimeUnitOf, Update};

use super::python;
use super::template::Filling;
use crate::Plan;

/// Columns that are learned from; why one of them cannot be read.
pub(super) fn fill(plan: &Plan<'_>, filling: &mut Filling) -> Result<(), String> {
    let mut wanted: Vec<&str> = plan.features().iter().map(String::as_str).collect();
    filling
        .value("FEATURES", python::texts(wanted.iter().copied()))
        .value("TARGET", python::text(plan.target.unwrap_or_default()));
    wanted.extend(plan.target);
    let arrays: Vec<(&str, &str, usize)> = wanted
        .iter()
        .filter_map(|name| change_element(name).map(|(array, index)| (*name, array, index)))
        .collect();
    wanted.extend(arrays.iter().map(|(_, array, _)| *array));
    let renamed: Vec<(&str, &str)> = plan
        .rename()
        .iter()
        .filter(|(_, name)| wanted.contains(&name.as_str()))
        .map(|(written, name)| (name.as_str(), written.as_str()))
        .collect();
    let written: BTreeSet<&str> = wanted
        .iter()
        .copied()
        .chain(renamed.iter().map(|(_, written)| *written))
        .collect();
    rename(&renamed, filling);
    elements(&arrays, filling);
    operations(plan, filling);
    declared(plan, &written, filling)
}

fn rename(renamed: &[(&str, &str)], filling: &mut Filling) {
    let names: BTreeSet<&str> = renamed.iter().map(|(name, _)| *name).collect();
    let entries: Vec<(String, String)> = names
        .iter()
        .map(|name| {
            let others = renamed.iter().filter(|(of, _)| of == name);
            (
                python::text(name),
                python::texts(others.map(|(_, written)| *written)),
            )
        })
        .collect();
    filling
        .section("rename", !entries.is_empty())
        .value("ALSO_CALLED", python::dictionary(&entries));
}

fn elements(arrays: &[(&str, &str, usize)], filling: &mut Filling) {
    let entries: Vec<(String, String)> = arrays
        .iter()
        .map(|(name, array, index)| {
            (
                python::text(name),
                format!("({}, {index})", python::text(array)),
            )
        })
        .collect();
    filling
        .either(!entries.is_empty(), "elements", "columns")
        .value("ELEMENTS", python::dictionary(&entries));
}

fn operations(plan: &Plan<'_>, filling: &mut Filling) {
    let (words, letters) = match plan.changes().update {
        Update::Ignore => ("inserted, read by a snapshot", "{\"c\", \"r\"}"),
        Update::AsRow | Update::Correct => (
            "inserted, updated, read by a snapshot",
            "{\"c\", \"u\", \"r\"}",
        ),
    };
    filling
        .value("OPERATIONS_ARE", words)
        .value("ROW_OPERATIONS", letters);
}

/// The functions of declared columns, and which of them the job has.
fn declared(
    plan: &Plan<'_>,
    written: &BTreeSet<&str>,
    filling: &mut Filling,
) -> Result<(), String> {
    let mut lines = Vec::new();
    let mut kinds = BTreeSet::new();
    for (name, column) in plan.columns() {
        if !written.contains(name.as_str()) {
            continue;
        }
        if let Some((kind, function)) = function(name, column)? {
            kinds.insert(kind);
            lines.push(format!("    {}: {function},", python::text(name)));
        }
    }
    filling
        .either(!lines.is_empty(), "declared", "undeclared")
        .section(
            "dates",
            kinds.contains("timestamp") || kinds.contains("date_days"),
        );
    for kind in ["number", "boolean", "enum", "timestamp", "date_days"] {
        filling.section(kind, kinds.contains(kind));
    }
    filling.value("DECLARED", lines.join("\n"));
    Ok(())
}

/// The function that reads a column, and the section that it stands in; None where JSON says it all.
fn function(name: &str, column: &Column) -> Result<Option<(&'static str, String)>, String> {
    Ok(Some(match column {
        Column::Decimal { scale: Some(scale) } => ("decimal", format!("decimal({scale})")),
        Column::Decimal { scale: None } => ("decimal", "decimal(None)".to_owned()),
        Column::Timestamp { unit, .. } => ("timestamp", format!("timestamp({})", us(*unit))),
        Column::Time { unit, .. } => ("time", format!("time({})", us(*unit))),
        Column::Interval { unit } => ("time", format!("time({})", us(*unit))),
        Column::DateDays {} => ("date_days", "date_days".to_owned()),
        Column::Bits {} => ("bits", "bits".to_owned()),
        Column::Number {} | Column::Vector {} | Column::Sparse {} => {
            ("number", "number_in_text".to_owned())
        }
        Column::Boolean {} => ("boolean", "boolean".to_owned()),
        Column::Enum { codes: Some(codes) } => ("enum", format!("enum({})", codes_of(codes))),
        Column::Enum { codes: None } => {
            return Err(format!(
                "column {name} is an enum whose codes go by the order of first sight, which a cluster does not have; declare \
                 its `codes`"
            ));
        }
        Column::Bytes { .. } | Column::Json {} | Column::Hstore {} | Column::Point {} => {
            return Ok(None);
        }
    }))
}

/// What an integer is multiplied with and divided by to be microseconds.
fn us(unit: Option<TimeUnitOf>) -> &'static str {
    match unit {
        Some(TimeUnitOf::Ms) => "1000",
        Some(TimeUnitOf::Us) | None => "1",
        Some(TimeUnitOf::Ns) => "1, 1000",
    }
}

fn codes_of(codes: &Codes) -> String {
    let entries: Vec<String> = match codes {
        Codes::InOrder(texts) => texts
            .iter()
            .enumerate()
            .map(|(code, text)| format!("{}: {}", python::text(text), python::number(code as f64)))
            .collect(),
        Codes::Named(codes) => codes
            .iter()
            .map(|(text, code)| format!("{}: {}", python::text(text), python::number(*code)))
            .collect(),
    };
    format!("{{{}}}", entries.join(", "))
}

/// `v[3]` is element 3 of the column `v`.
fn change_element(name: &str) -> Option<(&str, usize)> {
    let (array, index) = name.strip_suffix(']')?.rsplit_once('[')?;
    let digits = !array.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    index
        .parse()
        .ok()
        .filter(|_| digits)
        .map(|index| (array, index))
}
