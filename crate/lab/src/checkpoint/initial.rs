//! A lane that starts from a checkpoint: `"initial": {"checkpoint": ..}` of its model.
//!
//! It is a whole checkpoint, of which the lane of the same name counts, or the only one; a lane of it; or a model's state
//! alone, which is then in the columns' units, as it learned them. A whole one or a lane brings its scaler too.

use learn::models::Settings;
use serde_json::{Map, Value, json};

use crate::config::{LabError, LabFile, LaneFile};
use crate::lane::KeptScaler;

/// What a lane's model starts from.
pub(crate) struct Initial {
    /// The model's settings, with the state alone in place of the checkpoint.
    pub(crate) model: Settings,
    /// What the scaler has learned; None where the checkpoint has none.
    pub(crate) scaler: Option<KeptScaler>,
}

/// Leaves of every initial checkpoint what its lane starts from.
///
/// # Errors
/// It has no such lane, or is the name of a file.
pub(crate) fn reduce(file: &mut LabFile) -> Result<(), LabError> {
    for (i, lane) in file.lanes.iter_mut().enumerate() {
        let place = format!("lanes[{i}].model.initial.checkpoint");
        let refused = |reason: String| LabError::value(&place, reason);
        let (name, settings) = (&lane.name, &mut lane.model);
        change(settings, |kept| part_of(name, kept)).map_err(refused)?;
    }
    Ok(())
}

/// What a lane of a reduced lab file starts from.
///
/// # Errors
/// The scaler in it is none; field first.
pub(crate) fn of(lane: &LaneFile) -> Result<Initial, String> {
    let mut model = lane.model.clone();
    let mut scaler = Value::Null;
    change(&mut model, |kept| {
        Ok(match kept {
            Value::Object(mut part) if is_part(&part) => {
                scaler = part.remove("scaler").unwrap_or_default();
                part.remove("model").unwrap_or_default()
            }
            state => state,
        })
    })?;
    let scaler = serde_json::from_value(scaler);
    Ok(Initial {
        model,
        scaler: scaler.map_err(|e| format!("scaler: {e}"))?,
    })
}

/// Puts something in place of a model's initial checkpoint, where it has one.
fn change(
    settings: &mut Settings,
    to: impl FnOnce(Value) -> Result<Value, String>,
) -> Result<(), String> {
    let mut value = serde_json::to_value(&*settings).map_err(|e| e.to_string())?;
    let Some(kept) = value.pointer_mut("/initial/checkpoint") else {
        return Ok(());
    };
    *kept = to(kept.take())?;
    *settings = serde_json::from_value(value).map_err(|e| e.to_string())?;
    Ok(())
}

/// The part of a checkpoint that a lane starts from.
fn part_of(name: &str, kept: Value) -> Result<Value, String> {
    let mut whole = match kept {
        Value::String(file) => {
            return Err(format!(
                "is the name {file:?}; files are put in by `eddy replay` and `eddy serve`, beside the lab file: \
                 here, give what is in it"
            ));
        }
        Value::Object(whole) if whole.contains_key("eddy_checkpoint") => whole,
        Value::Object(part) if is_part(&part) => return Ok(reduced(part)),
        state => return Ok(state),
    };
    let lanes = match whole.remove("lanes") {
        Some(Value::Array(lanes)) => lanes,
        _ => Vec::new(),
    };
    let names: Vec<&str> = lanes
        .iter()
        .filter_map(|lane| lane["name"].as_str())
        .collect();
    let at = match names.iter().position(|lane| *lane == name) {
        Some(at) => at,
        None if names.len() == 1 => 0,
        None => {
            let names = names.join(", ");
            return Err(format!(
                "has no lane {name:?}, but {names}; give one of its lanes alone"
            ));
        }
    };
    match lanes.into_iter().nth(at) {
        Some(Value::Object(part)) if is_part(&part) => Ok(reduced(part)),
        _ => Err("is damaged: its lane has no model".to_owned()),
    }
}

/// No model's state has such a field.
fn is_part(object: &Map<String, Value>) -> bool {
    object.contains_key("model")
}

fn reduced(mut part: Map<String, Value>) -> Value {
    let mut take = |field: &str| part.remove(field).unwrap_or_default();
    json!({ "model": take("model"), "scaler": take("scaler") })
}
