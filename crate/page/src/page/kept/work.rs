//! What is done with kept versions where they are kept.

use lab::checkpoint::Checkpoint;
use lab::checkpoint::diff::diff;

use super::store::{self, Meta};
use super::{KeptMsg, Work};
use crate::page::{dom, numbers};
use crate::protocol::KeptVersion;

/// Does it; answers what came of it.
pub fn perform(work: Work) -> Vec<KeptMsg> {
    let done = match work {
        Work::List => Ok(vec![KeptMsg::Listed(store::list())]),
        Work::Add(kept) => add(&kept),
        Work::Load { name, text } => load(&name, text),
        Work::Save(id) => save(id),
        Work::Restore(id) => read(id).map(|kept| vec![KeptMsg::Restore(kept)]),
        Work::Delete(id) => Ok(vec![
            KeptMsg::Listed(store::remove(id)),
            KeptMsg::Said(Ok("Deleted.".to_owned())),
        ]),
        Work::Compare(a, b) => compare(a, b).map(|changed| vec![changed]),
    };
    done.unwrap_or_else(|why| vec![KeptMsg::Said(Err(why))])
}

fn add(kept: &KeptVersion) -> Result<Vec<KeptMsg>, String> {
    let list = store::add(kept, js_sys::Date::now())?;
    let said = format!(
        "{} is kept: {} version {}, after {} records.",
        kept.name,
        kept.lane,
        kept.version,
        numbers::count(kept.records)
    );
    Ok(vec![KeptMsg::Listed(list), KeptMsg::Said(Ok(said))])
}

fn load(file: &str, json: String) -> Result<Vec<KeptMsg>, String> {
    let checkpoint = Checkpoint::parse(&json).map_err(|error| format!("{file}: {error}"))?;
    let (lane, version) = match checkpoint.lanes().next() {
        Some((lane, version, _)) => (lane.to_owned(), version),
        None => return Err(format!("{file}: has no lane")),
    };
    add(&KeptVersion {
        name: file.trim_end_matches(".json").to_owned(),
        lane,
        version,
        records: checkpoint.records(),
        // A file does not say of which log it is.
        log_id: String::new(),
        json,
    })
}

fn save(id: u64) -> Result<Vec<KeptMsg>, String> {
    let kept = read(id)?;
    let name = kept.name.replace(|c: char| !c.is_alphanumeric(), "-");
    dom::save(&format!("{name}.json"), &kept.json)
        .map_err(|_| "The browser saves no files for this page.".to_owned())?;
    Ok(Vec::new())
}

fn compare(a: u64, b: u64) -> Result<KeptMsg, String> {
    let (a, b) = (read(a)?, read(b)?);
    let parse = |kept: &KeptVersion| {
        Checkpoint::parse(&kept.json).map_err(|error| format!("{}: {error}", kept.name))
    };
    let changed = diff(&parse(&a)?, &parse(&b)?);
    Ok(KeptMsg::Changed(
        format!("{} to {}", a.name, b.name),
        changed,
    ))
}

fn read(id: u64) -> Result<KeptVersion, String> {
    let gone = || "This version is no longer kept; another tab may have deleted it.".to_owned();
    let list = store::list();
    let meta = list.into_iter().find(|meta| meta.id == id);
    let Meta {
        id: _,
        name,
        lane,
        version,
        records,
        log_id,
        kept_ms: _,
        bytes: _,
    } = meta.ok_or_else(gone)?;
    Ok(KeptVersion {
        name,
        lane,
        version,
        records,
        log_id,
        json: store::json(id).ok_or_else(gone)?,
    })
}
