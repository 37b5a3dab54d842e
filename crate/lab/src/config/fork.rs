//! A lane that is another one up to one of its versions.

use learn::scaler::Kind;

use super::check::{Cut, LaneConfig, Then};
use super::scaler::Scaling;
use super::{Fork, LabError, LabFile, LaneFile};

/// The lane as it starts: as its parent where it is a fork, whose parents have been checked before it.
pub(super) fn check_fork(
    file: &LabFile,
    before: &[LaneConfig],
    own: LaneConfig,
    lane: &LaneFile,
    at: &str,
) -> Result<LaneConfig, LabError> {
    let Some(Fork { of, version }) = &lane.fork else {
        return Ok(own);
    };
    let refuse =
        |place: &str, reason: String| Err(LabError::value(format!("{at}.{place}"), reason));
    if *version == 0 {
        return refuse(
            "fork.version",
            "is 0; a lane's first version is 1".to_owned(),
        );
    }
    let Some(index) = before.iter().position(|config| config.name == *of) else {
        let names: Vec<&str> = before.iter().map(|config| config.name.as_str()).collect();
        let reason = match names.as_slice() {
            [] => format!("{of:?} is no lane before this one; put the lane that it leaves first"),
            names => format!(
                "{of:?} is no lane before this one; there are {}",
                names.join(", ")
            ),
        };
        return refuse("fork.of", reason);
    };
    let (parent, parent_file) = (&before[index], &file.lanes[index]);
    let same = [
        ("features", own.feature_names == parent.feature_names),
        ("label", own.label == parent.label),
        ("target", own.target == parent.target),
        ("scaler", lane.scaler == parent_file.scaler),
        ("not_finite", lane.not_finite == parent_file.not_finite),
        (
            "cluster_labels",
            lane.cluster_labels == parent_file.cluster_labels,
        ),
        ("metrics", lane.metrics == parent_file.metrics),
        ("drift", lane.drift == parent_file.drift),
    ];
    if let Some((place, _)) = same.iter().find(|(_, same)| !same) {
        return refuse(
            place,
            format!(
                "is not as in {of}, which this lane leaves at version {version}; give the same, or make it a lane of its own"
            ),
        );
    }
    let learns = |scaling: &Scaling| !matches!(scaling.scaler.kind(), Kind::Fixed { .. });
    if parent.follows.is_some() && own.scaling.as_ref().is_some_and(learns) {
        return refuse(
            "scaler",
            format!(
                "learns, and {of} follows a job, whose scaler does not; give both the kind fixed, with the job's mean and std"
            ),
        );
    }
    let (ours, theirs) = (own.model.numbers(), parent.model.numbers());
    if own.model.task() != parent.model.task() || ours.len() != theirs.len() {
        return refuse(
            "model",
            format!(
                "cannot go on from the numbers of {of}: it is a model of another kind or size; give the same k, or make it a lane of its own"
            ),
        );
    }
    let by_transaction = |config: &LaneConfig| config.cut == Cut::Transaction;
    if by_transaction(&own) != by_transaction(parent) {
        return refuse(
            "batch",
            format!(
                "and that of {of} must both end with transactions, or neither; make it a lane of its own"
            ),
        );
    }
    Ok(as_parent(parent, own, *version))
}

/// The parent's way up to the version, then the own one, all under the own name.
fn as_parent(parent: &LaneConfig, own: LaneConfig, version: u64) -> LaneConfig {
    let then = match &parent.then {
        Some(then) if then.version < version => Then {
            version: then.version,
            config: as_parent(&then.config, own.clone(), version),
        },
        _ => Then {
            version,
            config: own.clone(),
        },
    };
    LaneConfig {
        name: own.name,
        publish: own.publish,
        hash: own.hash,
        tells_metrics: own.tells_metrics,
        then: Some(Box::new(then)),
        ..parent.clone()
    }
}

impl LaneConfig {
    /// The configuration that is in force at a version.
    pub fn at_version(&self, version: u64) -> &LaneConfig {
        match &self.then {
            Some(then) if then.version <= version => then.config.at_version(version),
            _ => self,
        }
    }
}
