//! What the reader changes of a proposal, and the lab file that it becomes.

use lab::LabFile;
use lab::config::Role;
use lab::propose::{Engines, Proposal};
use serde_json::json;

/// A change of a proposal.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// What a topic's rows do.
    Role(String, Role),
    /// A column is learned from, or not.
    Feature(String, bool),
    /// The column with the label.
    Label(Option<String>),
    /// The column that is predicted; none: rows are clustered.
    Target(Option<String>),
    /// How many clusters.
    K(usize),
    /// Whether features are brought to one scale.
    Scale(bool),
    /// Whose rules.
    Engines(Engines),
}

/// Changes a proposal.
pub fn edit(proposal: &mut Proposal, edit: Edit) {
    match edit {
        Edit::Role(name, role) => {
            let found = proposal.topics.iter_mut().find(|topic| topic.name == name);
            if let Some(topic) = found {
                topic.role = role;
            }
        }
        Edit::Feature(name, is_one) => {
            let chosen = |column: &String| match *column == name {
                true => is_one,
                false => proposal.features.contains(column),
            };
            // In the order of the columns, whenever they were chosen.
            let columns = proposal.columns.iter().map(|seen| &seen.name);
            proposal.features = columns.filter(|column| chosen(column)).cloned().collect();
            // The same column cannot be what is to be found.
            for truth in [&mut proposal.label, &mut proposal.target] {
                truth.take_if(|truth| is_one && *truth == name);
            }
        }
        Edit::Label(label) => {
            proposal
                .features
                .retain(|feature| Some(feature) != label.as_ref());
            proposal.label = label;
        }
        Edit::Target(target) => {
            proposal
                .features
                .retain(|feature| Some(feature) != target.as_ref());
            proposal.target = target;
        }
        Edit::K(k) => {
            proposal.k = k;
            proposal.k_reason = "your choice".to_owned();
        }
        Edit::Scale(scale) => proposal.scale = scale,
        Edit::Engines(engines) => proposal.engines = engines,
    }
}

/// Lets a proposal begin with what a lab file of the same topics says.
pub fn begin_with(proposal: &mut Proposal, file: &LabFile) {
    for topic in &mut proposal.topics {
        let stream = file
            .streams
            .iter()
            .find(|stream| stream.topic == topic.name);
        if let Some(stream) = stream.filter(|stream| stream.role != topic.role) {
            (topic.role, topic.reason) = (stream.role, "as it is now".to_owned());
        }
    }
    let is_there = |name: &String| proposal.columns.iter().any(|seen| seen.name == *name);
    if file.features.iter().all(is_there) {
        proposal.features.clone_from(&file.features);
    }
    proposal.label = file.label.clone().filter(is_there);
    proposal.target = file.target.clone().filter(is_there);
    if let Some(k) = k_of(file).filter(|k| *k != proposal.k) {
        (proposal.k, proposal.k_reason) = (k, "as it is now".to_owned());
    }
    proposal.scale = file.lanes.iter().any(|lane| lane.scaler.is_some());
    let engines = |name: &str| {
        file.lanes
            .iter()
            .any(|lane| json!(lane.model)["engine"] == name)
    };
    proposal.engines = match (engines("flink"), engines("spark")) {
        (true, false) => Engines::Flink,
        (false, true) => Engines::Spark,
        _ => Engines::Both,
    };
}

/// The lab file of a proposal; where only labels and roles of the one in force change, its lanes stay.
///
/// # Errors
/// What cannot be, then what to do.
pub fn lab_file(proposal: &Proposal, in_force: Option<LabFile>) -> Result<LabFile, String> {
    let mut file = proposal.lab().map_err(|error| error.to_string())?;
    let Some(old) = in_force else {
        return Ok(file);
    };
    let mut begun = proposal.clone();
    begin_with(&mut begun, &old);
    let same_lanes = begun.features == proposal.features
        && begun.target == proposal.target
        && begun.scale == proposal.scale
        && begun.engines == proposal.engines
        && begun.k == proposal.k;
    if same_lanes {
        file.lanes.clone_from(&old.lanes);
    }
    if old.label == file.label {
        file.label_names.clone_from(&old.label_names);
    } else {
        for lane in &mut file.lanes {
            lane.cluster_labels = None;
        }
    }
    file.columns.extend(old.columns);
    file.rename = old.rename;
    for stream in &mut file.streams {
        let known = old.streams.iter().find(|known| known.topic == stream.topic);
        stream.from = known.map_or(stream.from, |known| known.from);
    }
    // In their order, so that nothing is read anew for it.
    let place = |topic: &str| old.streams.iter().position(|stream| stream.topic == topic);
    file.streams.sort_by_key(|stream| place(&stream.topic));
    Ok(file)
}

/// How many clusters the lanes of a lab file have.
fn k_of(file: &LabFile) -> Option<usize> {
    let mut ks = file
        .lanes
        .iter()
        .filter_map(|lane| json!(lane.model)["k"].as_u64());
    ks.next().and_then(|k| usize::try_from(k).ok())
}
