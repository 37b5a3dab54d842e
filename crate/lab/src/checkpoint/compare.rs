//! Whether two lab files are of the same experiment.

use serde_json::Value;

use crate::config::LabFile;

/// The hash of what matters of a lab file: FNV-1a of its JSON, in hexadecimal digits.
pub(super) fn hash(file: &LabFile) -> String {
    let text = what_matters(file).to_string();
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// The places where two lab files differ in what matters: `lanes[0].batch.rows is 32, was 8`.
pub(super) fn differences(was: &LabFile, is: &LabFile) -> Vec<String> {
    let mut found = Vec::new();
    differ(&what_matters(was), &what_matters(is), "", &mut found);
    found
}

/// All but what is only shown, and where predictions go.
fn what_matters(file: &LabFile) -> Value {
    let mut file = file.clone();
    file.label_names.clear();
    for lane in &mut file.lanes {
        lane.publish = None;
    }
    // A lab file always has a form in JSON.
    serde_json::to_value(file).unwrap_or_default()
}

fn differ(was: &Value, is: &Value, at: &str, found: &mut Vec<String>) {
    match (was, is) {
        (Value::Object(a), Value::Object(b)) => {
            let only_b = b.keys().filter(|name| !a.contains_key(*name));
            for name in a.keys().chain(only_b) {
                let dot = if at.is_empty() { "" } else { "." };
                let sides = [a, b].map(|side| side.get(name).unwrap_or(&Value::Null));
                differ(sides[0], sides[1], &format!("{at}{dot}{name}"), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                differ(a, b, &format!("{at}[{i}]"), found);
            }
        }
        (a, b) if a == b => {}
        (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => {
            found.push(at.to_owned());
        }
        (was, is) => found.push(format!("{at} (is {is}, was {was})")),
    }
}
