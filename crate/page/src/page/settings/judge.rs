//! Whether a draft can be: the lab files that a fork and a restart would make, checked by the lab's own rules.

use lab::config::{Config, Fork, LabError, LabFile, LaneFile};

use super::changed;
use super::draft::Draft;
use super::table::KINDS;
use crate::page::experiment::LANES_MAX;

/// What was found of a draft.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// What is changed, in words.
    pub changed: Vec<String>,
    /// What cannot be: the field at fault, and why.
    pub wrong: Option<(String, String)>,
    /// Why it cannot be a fork; empty where it can.
    pub no_fork: String,
}

/// Judges a lane's draft; `version` is where a fork would leave.
pub fn judge(file: &LabFile, lane: usize, draft: &Draft, version: u64) -> Verdict {
    let changed = changed::changed(draft);
    if changed.is_empty() && draft.typed.is_empty() {
        // The lane is in force like this.
        return Verdict::default();
    }
    let wrong = match restarted(file, lane, draft) {
        Ok(_) => None,
        Err(why) => Some((at_fault(draft, &why), said(&why, draft))),
    };
    let no_fork = match &wrong {
        Some(_) => String::new(),
        None => no_fork(file, lane, draft, version),
    };
    Verdict {
        changed,
        wrong,
        no_fork,
    }
}

/// The lab file with the lane as the draft has it.
///
/// # Errors
/// Why that cannot be.
pub fn restarted(file: &LabFile, lane: usize, draft: &Draft) -> Result<LabFile, LabError> {
    let old = &file.lanes[lane];
    let new = draft.lane_file(old).map_err(LabError::Form)?;
    let with = |lane_file: LaneFile| {
        let mut file = file.clone();
        file.lanes[lane] = lane_file;
        Config::check(file.clone()).map(|_| file)
    };
    let starts_elsewhere = draft.lane()["model"]["initial"] != draft.base()["model"]["initial"];
    if starts_elsewhere && new.fork.is_some() {
        // A fork has no start of its own.
        return with(LaneFile { fork: None, ..new });
    }
    match with(new.clone()) {
        // What a fork cannot change makes it a lane of its own.
        Err(_) if new.fork.is_some() => with(LaneFile { fork: None, ..new }),
        done => done,
    }
}

/// The lab file with a fork of the lane, as the draft has it.
///
/// # Errors
/// Why that cannot be.
pub fn forked(
    file: &LabFile,
    lane: usize,
    draft: &Draft,
    version: u64,
    name: &str,
) -> Result<LabFile, LabError> {
    let old = &file.lanes[lane];
    let fork = LaneFile {
        name: name.to_owned(),
        fork: Some(Fork {
            of: old.name.clone(),
            version,
        }),
        // What is tried out is not published beside what is in use.
        publish: None,
        ..draft.lane_file(old).map_err(LabError::Form)?.on_its_own()
    };
    let mut file = file.clone();
    file.lanes.push(fork);
    Config::check(file.clone()).map(|_| file)
}

/// "Fork of v3", or the next such name that is free.
pub fn fork_name(file: &LabFile, version: u64) -> String {
    let taken = |name: &String| file.lanes.iter().any(|lane| lane.name == *name);
    let first = format!("Fork of v{version}");
    let next = (2..).map(|n| format!("{first}, {n}"));
    let mut names = std::iter::once(first.clone()).chain(next);
    names.find(|name| !taken(name)).unwrap_or(first)
}

fn no_fork(file: &LabFile, lane: usize, draft: &Draft, version: u64) -> String {
    if file.lanes.len() >= LANES_MAX {
        return format!("There are {LANES_MAX} lanes already: remove one to fork.");
    }
    let (base, now) = (draft.base(), draft.lane());
    let same = |path: &str| base.pointer(path) == now.pointer(path);
    let kept = [
        (same("/model/kind"), "the kind of model"),
        (same("/model/k"), "k"),
        (same("/model/initial"), "the initial model"),
        (same("/features"), "the features"),
        (same("/label"), "the label"),
        (same("/target"), "the target"),
        (same("/scaler"), "the scaling"),
    ];
    let moved: Vec<&str> = kept
        .into_iter()
        .filter_map(|(same, name)| (!same).then_some(name))
        .collect();
    if !moved.is_empty() {
        let all = match moved.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
            None => String::new(),
        };
        return format!("A fork goes on from v{version} and keeps {all}: restart to change that.");
    }
    let name = fork_name(file, version);
    match forked(file, lane, draft, version, &name) {
        Ok(_) => String::new(),
        Err(why) => format!("No fork: {}", said(&why, draft)),
    }
}

/// The field at fault: the one that is named, or else the one that was last set.
fn at_fault(draft: &Draft, why: &LabError) -> String {
    if let Some(path) = draft.typed.keys().next() {
        return path.clone();
    }
    let LabError::Value { place, reason } = why else {
        return draft.last.clone();
    };
    let mut fields = KINDS.iter().flat_map(|kind| kind.fields);
    let named = fields.find(|field| {
        let path = field.path.replace('/', ".");
        place.ends_with(&path) || (place.ends_with(".model") && reason.starts_with(field.name))
    });
    match named {
        Some(field) => field.path.to_owned(),
        None if place.ends_with(".batch.rows") => "/batch/rows".to_owned(),
        None if place.ends_with(".batch.ms") => "/batch/ms".to_owned(),
        None if place.ends_with("freeze_after") => "/scaler/freeze_after".to_owned(),
        None if place.ends_with("kmeans++.rows") => "/model/initial/kmeans++/rows".to_owned(),
        None if place.ends_with("kmeans++.restarts") => {
            "/model/initial/kmeans++/restarts".to_owned()
        }
        None if place.contains("initial.random.r") => "/model/initial/random/restarts".to_owned(),
        None if place == "features" || place == "target" => match place.as_str() {
            "features" => "features".to_owned(),
            _ => "/target".to_owned(),
        },
        None => draft.last.clone(),
    }
}

/// The error as a person at the form reads it: without the lab file's places.
fn said(why: &LabError, draft: &Draft) -> String {
    let LabError::Value { place, reason } = why else {
        return match why {
            LabError::Form(text) => text.clone(),
            other => other.to_string(),
        };
    };
    if place.ends_with(".model") {
        return reason.clone();
    }
    let last = place.rsplit('.').next().unwrap_or(place);
    let mut fields = draft.kind().fields.iter();
    let named = fields.find(|field| field.path.ends_with(&format!("/{last}")));
    match named {
        Some(field) => format!("{} {reason}", field.name),
        None if reason.starts_with("k is") => reason.clone(),
        None => format!("{} {reason}", last.replace('_', " ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::ShownModel;
    use super::*;

    fn file() -> LabFile {
        LabFile::parse(include_str!("../../../../../www/lab.json")).unwrap()
    }

    fn after(path: &str, text: &str) -> Verdict {
        let mut draft = Draft::of(&file(), &file().lanes[0]);
        draft.set(path, text, &ShownModel::default());
        judge(&file(), 0, &draft, 5)
    }

    #[test]
    fn values_are_judged_by_the_labs_rules() {
        let rows = [
            (
                "/model/decay_factor",
                "1.5",
                "decay factor is 0 to 1. Now: 1.5.",
            ),
            (
                "/model/decay_factor",
                "x",
                "decay factor is a number. Now: x.",
            ),
            ("/model/k", "1", "k is"),
            ("/batch/rows", "0", "rows is 0; a batch has"),
            ("features", "", "features is empty; name at least one"),
        ];
        for (path, text, says) in rows {
            let (field, why) = after(path, text).wrong.unwrap();
            assert_eq!(field, path);
            assert!(why.starts_with(says), "{why}");
        }
        assert_eq!(after("/model/decay_factor", "0.5").wrong, None);
    }

    #[test]
    fn what_a_fork_cannot_change_is_named() {
        assert_eq!(after("/model/decay_factor", "0.5").no_fork, "");
        assert_eq!(
            after("/model/k", "4").no_fork,
            "A fork goes on from v5 and keeps k and the initial model: restart to change that."
        );
        assert_eq!(
            after("/scaler/kind", "standard").no_fork,
            "A fork goes on from v5 and keeps the scaling: restart to change that."
        );
        let by_transaction = after("/batch/by", "transaction").no_fork;
        assert!(
            by_transaction.starts_with("No fork: batch and that of Flink"),
            "{by_transaction}"
        );
    }

    #[test]
    fn a_fork_is_a_lane_beside_the_others() {
        let mut draft = Draft::of(&file(), &file().lanes[0]);
        draft.set("/model/decay_factor", "0.5", &ShownModel::default());
        let name = fork_name(&file(), 5);
        assert_eq!(name, "Fork of v5");
        let forked = forked(&file(), 0, &draft, 5, &name).unwrap();
        assert_eq!(forked.lanes[2].fork.as_ref().unwrap().of, "Flink");
        assert_eq!(forked.lanes[2].publish, None);
        assert_eq!(forked.lanes[0], file().lanes[0]);
        assert_eq!(fork_name(&forked, 5), "Fork of v5, 2");
        // Restarted with what a fork cannot change, it is a lane of its own.
        let mut draft = Draft::of(&forked, &forked.lanes[2]);
        draft.set("/model/k", "4", &ShownModel::default());
        let own = restarted(&forked, 2, &draft).unwrap();
        assert_eq!(own.lanes[2].fork, None);
        // With another decay it still leaves where it left.
        let mut draft = Draft::of(&forked, &forked.lanes[2]);
        draft.set("/model/decay_factor", "0.9", &ShownModel::default());
        let same = restarted(&forked, 2, &draft).unwrap();
        assert_eq!(same.lanes[2].fork, forked.lanes[2].fork);
    }
}
