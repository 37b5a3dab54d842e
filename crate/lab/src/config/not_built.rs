//! Names that the lab file's form has agreed on, and that are not built yet: refused by name.

use serde_json::Value;

use super::LabError;

const LANE: &[&str] = &["follow", "columns"];
const INITIAL: &[&str] = &["kmeans++", "checkpoint"];
const CHANGES: &[&str] = &["correct"];

/// Refuses a lab file that uses what is not built yet, naming the place.
pub(super) fn refuse(lab: &Value) -> Result<(), LabError> {
    let lanes = lab
        .get("lanes")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    for (i, lane) in lanes.iter().enumerate() {
        refuse_lane(lane, &format!("lanes[{i}]."))?;
    }
    Ok(())
}

fn refuse_lane(lane: &Value, at: &str) -> Result<(), LabError> {
    fields(lane, LANE, at)?;
    let model = &lane["model"];
    fields(&model["initial"], INITIAL, &format!("{at}model.initial."))?;
    if let Some(changes) = lane["changes"].as_object() {
        for (name, value) in changes {
            word(value, CHANGES, &format!("{at}changes.{name}"))?;
        }
    }
    Ok(())
}

fn fields(object: &Value, names: &[&str], at: &str) -> Result<(), LabError> {
    match names.iter().find(|name| object.get(**name).is_some()) {
        Some(name) => Err(LabError::NotBuilt {
            place: format!("{at}{name}"),
        }),
        None => Ok(()),
    }
}

fn word(value: &Value, words: &[&str], place: &str) -> Result<(), LabError> {
    match value.as_str() {
        Some(word) if words.contains(&word) => Err(LabError::NotBuilt {
            place: format!("{place} \"{word}\""),
        }),
        _ => Ok(()),
    }
}
