//! How the lab's columns become numbers in Java.

use std::collections::BTreeMap;

use lab::config::{Codes, Column, TimeUnitOf};

use super::super::Plan;
use super::fill::Filling;
use super::java;

/// Puts what is declared of the lane's columns into the class.
///
/// # Errors
/// A column of a form that the job does not read: what is, then what to do.
pub(super) fn put(plan: &Plan<'_>, filling: &mut Filling) -> Result<(), String> {
    let mut cases = Vec::new();
    let mut codes = Vec::new();
    for name in plan
        .features()
        .iter()
        .map(String::as_str)
        .chain(plan.target)
    {
        if let Some((array, index)) = element_of(name) {
            filling.flag("element", true);
            let array = java::string(array);
            cases.push(case(name, &format!("element({array}, {index})")));
        } else if let Some(column) = plan.columns().get(name) {
            let (flag, call) = reading(name, column)?;
            filling.flag(flag, true);
            cases.push(case(name, &call));
            if let Column::Enum { codes: Some(of) } = column {
                codes.push(entry(name, &coded(of)));
            }
        }
    }
    filling.flag("declared", !cases.is_empty());
    filling.put("declared", cases.join("\n"));
    filling.put("codes", codes.join(",\n"));
    renames(plan, filling);
    Ok(())
}

fn case(name: &str, call: &str) -> String {
    format!("case {}:\n    return {call};", java::string(name))
}

/// The array and the index of `array[index]`.
fn element_of(name: &str) -> Option<(&str, usize)> {
    let (array, index) = name.strip_suffix(']')?.rsplit_once('[')?;
    Some((array, index.parse().ok()?))
}

/// The flag of the method that reads a declared column, and the call.
fn reading(name: &str, column: &Column) -> Result<(&'static str, String), String> {
    let time = |unit: &Option<TimeUnitOf>| {
        let (times, divisor) = match unit.unwrap_or(TimeUnitOf::Us) {
            TimeUnitOf::Ms => (1000, 1),
            TimeUnitOf::Us => (1, 1),
            TimeUnitOf::Ns => (1, 1000),
        };
        let call = format!("time(column, value(column), {times}, {divisor})");
        ("declared", call)
    };
    Ok(match column {
        Column::Decimal { scale: Some(scale) } => (
            "declared_decimal",
            format!("declaredDecimal(column, {scale})"),
        ),
        Column::Decimal { scale: None } | Column::Number {} => {
            ("declared_text", "declaredNumber(column)".to_owned())
        }
        Column::Boolean {} => ("declared_boolean", "declaredBoolean(column)".to_owned()),
        Column::Enum { codes: Some(_) } => ("declared_enum", "declaredEnum(column)".to_owned()),
        Column::Enum { codes: None } => {
            return Err(format!(
                "column {name} has codes in the order in which its texts are first seen, which a job cannot know; declare its \
                 codes in the lab file (columns.{name}.codes)"
            ));
        }
        Column::Timestamp { unit, .. } | Column::Time { unit, .. } | Column::Interval { unit } => {
            time(unit)
        }
        Column::DateDays {} => ("declared", "days(column, value(column))".to_owned()),
        Column::Bits {} => ("declared", "bits(column, value(column))".to_owned()),
        Column::Bytes { .. }
        | Column::Json {}
        | Column::Hstore {}
        | Column::Vector {}
        | Column::Sparse {}
        | Column::Point {} => {
            return Err(format!(
                "column {name} is declared to be of a form that its job cannot read as a number; take another feature, or make a \
                 number of it in the query"
            ));
        }
    })
}

/// The codes of texts, in order of texts.
fn coded(codes: &Codes) -> BTreeMap<String, f64> {
    match codes {
        Codes::InOrder(texts) => {
            let coded = texts.iter().enumerate();
            coded
                .map(|(code, text)| (text.clone(), code as f64))
                .collect()
        }
        Codes::Named(codes) => codes.clone(),
    }
}

fn entry(name: &str, codes: &BTreeMap<String, f64>) -> String {
    let codes: Vec<String> = codes
        .iter()
        .map(|(text, code)| format!("Map.entry({}, {})", java::string(text), java::double(*code)))
        .collect();
    format!(
        "Map.entry({}, Map.ofEntries({}))",
        java::string(name),
        codes.join(", ")
    )
}

/// Columns that are called otherwise in the events.
fn renames(plan: &Plan<'_>, filling: &mut Filling) {
    let wanted = plan
        .features()
        .iter()
        .map(String::as_str)
        .chain(plan.target);
    let read: Vec<&str> = wanted
        .map(|name| element_of(name).map_or(name, |(array, _)| array))
        .collect();
    let renamed = plan
        .rename()
        .iter()
        .filter(|(_, name)| read.contains(&name.as_str()));
    let cases: Vec<String> = renamed
        .map(|(written, name)| case(name, &java::string(written)))
        .collect();
    filling.flag("renames", !cases.is_empty());
    filling.put("renames", cases.join("\n"));
}
