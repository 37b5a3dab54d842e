//! A replay without page and worker: the same lines as `eddy replay` writes.

use lab::LabFile;
use wasm_bindgen::prelude::*;

/// Replays record lines through a lab file and returns the replay output, a line of JSON for each thing that happened.
///
/// # Errors
/// The lab file, or the first line that cannot be read, by its number.
#[wasm_bindgen]
pub fn replay(lab: &str, events: &str) -> Result<String, JsError> {
    let mut out = String::new();
    let mut replay = lab::replay::Replay::new(LabFile::parse(lab)?, &mut out)?;
    for line in events.lines() {
        replay.line(line, &mut out)?;
    }
    replay.finish(&mut out);
    Ok(out)
}
