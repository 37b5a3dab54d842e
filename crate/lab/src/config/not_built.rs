//! Names that the lab file's form has agreed on, and that are not built yet: refused by name.

use serde_json::Value;

use super::LabError;

const LANE: &[&str] = &["columns"];

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
    fields(lane, LANE, at)
}

fn fields(object: &Value, names: &[&str], at: &str) -> Result<(), LabError> {
    match names.iter().find(|name| object.get(**name).is_some()) {
        Some(name) => Err(LabError::NotBuilt {
            place: format!("{at}{name}"),
        }),
        None => Ok(()),
    }
}
