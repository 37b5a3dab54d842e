//! The lab file as a file: checkpoints that it names are put into it.

use std::path::Path;

use anyhow::{Context, Result};
use lab::LabFile;
use serde_json::Value;

/// Where a lane names the checkpoint that its model starts from.
const CHECKPOINT: &str = "/model/initial/checkpoint";

/// Reads a lab file.
pub(crate) fn open(path: &Path) -> Result<LabFile> {
    let text = read(path)?;
    LabFile::parse(&text).with_context(|| format!("cannot use {}", path.display()))
}

/// The text of a lab file, with the content of each checkpoint in place of its name.
///
/// A name is a path from the lab file's folder. Without any, the text is the file's own, byte for byte.
pub(crate) fn read(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot open {}; check the name", path.display()))?;
    let Ok(mut file) = serde_json::from_str::<Value>(&text) else {
        // Whoever reads it says what is wrong, and where.
        return Ok(text);
    };
    let lanes = file.get_mut("lanes").and_then(Value::as_array_mut);
    let mut names_one = false;
    for lane in lanes.into_iter().flatten() {
        if let Some(kept) = lane.pointer_mut(CHECKPOINT)
            && let Some(name) = kept.as_str()
        {
            *kept = checkpoint(path, name)?;
            names_one = true;
        }
    }
    Ok(if names_one { file.to_string() } else { text })
}

fn checkpoint(lab: &Path, name: &str) -> Result<Value> {
    let path = lab.parent().unwrap_or(Path::new("")).join(name);
    let text = std::fs::read_to_string(&path).with_context(|| {
        let (lab, path) = (lab.display(), path.display());
        format!("cannot open {path}, which {lab} starts a lane from; check the name")
    })?;
    serde_json::from_str(&text)
        .with_context(|| format!("cannot use {}: it is no JSON", path.display()))
}
