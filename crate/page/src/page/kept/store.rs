//! Where versions are kept: the browser's localStorage, which holds some 5 MB for a site.
//!
//! `eddy.kept` is the list, `eddy.kept.ID` a checkpoint.

use gloo::storage::{LocalStorage, Storage};
use serde::{Deserialize, Serialize};

use crate::protocol::KeptVersion;

/// The list's key.
const KEY: &str = "eddy.kept";

/// So many are kept.
const VERSIONS_MOST: usize = 32;

/// Their checkpoints have so many bytes together at most: the order of records is kept beside them.
const BYTES_MOST: usize = 4_000_000;

/// A kept version, without its checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Number of the version among those that are kept.
    pub id: u64,
    /// What the reader calls it.
    pub name: String,
    /// Name of the lane.
    pub lane: String,
    /// Its version.
    pub version: u64,
    /// Records applied.
    pub records: u64,
    /// The log that it is of; empty where that is not known.
    pub log_id: String,
    /// When it was kept, ms since the epoch.
    pub kept_ms: f64,
    /// Length of the checkpoint.
    pub bytes: usize,
}

/// All that are kept, oldest first.
pub fn list() -> Vec<Meta> {
    LocalStorage::get(KEY).unwrap_or_default()
}

/// The checkpoint of one; None where it is gone.
pub fn json(id: u64) -> Option<String> {
    LocalStorage::raw().get_item(&key(id)).ok().flatten()
}

/// Keeps one more.
///
/// # Errors
/// There is no room.
pub fn add(kept: &KeptVersion, kept_ms: f64) -> Result<Vec<Meta>, String> {
    let mut list = list();
    check(&list, kept.json.len())?;
    let id = list.iter().map(|meta| meta.id).max().unwrap_or(0) + 1;
    let full =
        "The browser keeps no more for this page. Delete a version, or save it as a file first.";
    let store = LocalStorage::raw();
    store
        .set_item(&key(id), &kept.json)
        .map_err(|_| full.to_owned())?;
    list.push(Meta {
        id,
        name: kept.name.clone(),
        lane: kept.lane.clone(),
        version: kept.version,
        records: kept.records,
        log_id: kept.log_id.clone(),
        kept_ms,
        bytes: kept.json.len(),
    });
    LocalStorage::set(KEY, &list).map_err(|_| {
        LocalStorage::delete(key(id));
        full.to_owned()
    })?;
    Ok(list)
}

/// Deletes one.
pub fn remove(id: u64) -> Vec<Meta> {
    let mut list = list();
    list.retain(|meta| meta.id != id);
    LocalStorage::delete(key(id));
    // A shorter list fits where a longer one did.
    let _ = LocalStorage::set(KEY, &list);
    list
}

fn key(id: u64) -> String {
    format!("{KEY}.{id}")
}

/// Whether there is room for so many bytes more.
fn check(list: &[Meta], bytes: usize) -> Result<(), String> {
    if list.len() >= VERSIONS_MOST {
        return Err(format!(
            "{VERSIONS_MOST} versions are kept, which is all there is room for. Delete one first."
        ));
    }
    let used: usize = list.iter().map(|meta| meta.bytes).sum();
    if used + bytes > BYTES_MOST {
        return Err(format!(
            "This version has {} kB; {} of {} kB are used. Delete versions, or use eddy replay --checkpoint.",
            bytes / 1000,
            used / 1000,
            BYTES_MOST / 1000
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_some() {
        let meta = |bytes| Meta {
            bytes,
            ..Meta::default()
        };
        assert_eq!(check(&[meta(9)], 10), Ok(()));
        let full = check(&[meta(3_000_000)], 2_000_000).unwrap_err();
        assert!(full.contains("2000 kB; 3000 of 4000 kB are used"), "{full}");
        assert!(check(&vec![meta(1); 32], 1).is_err());
    }
}
