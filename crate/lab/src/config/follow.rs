//! A lane whose versions come from a job.

use learn::models::Settings;
use learn::scaler::Kind;
use serde_json::json;

use super::{
    Batch, Delete, LabError, LabFile, LaneFile, Redelivered, Role, Stream, Truncate, Update,
};

/// Whose versions a lane takes over.
#[derive(Clone, Debug, PartialEq)]
pub struct Follows {
    /// The job's model topic, as an index into [`Config::streams`](super::Config::streams).
    pub stream: usize,
    /// The topic.
    pub topic: String,
    /// The lane that the job's records name.
    pub lane: String,
    /// How the means and deviations of a record scale rows.
    pub scaler: Kind,
}

/// Checks what a lane follows, among all streams that are read.
pub(super) fn check_follow(
    file: &LabFile,
    reads: &[Stream],
    lane: &LaneFile,
    at: &str,
) -> Result<Option<Follows>, LabError> {
    let Some(follow) = &lane.follow else {
        return Ok(None);
    };
    let refuse = |place: &str, reason: &str| Err(LabError::value(format!("{at}.{place}"), reason));
    if lane.fork.is_some() {
        return refuse(
            "fork",
            "stands beside follow; a lane either leaves another or takes a job's versions: remove one",
        );
    }
    let own = file.streams.iter().find(|own| own.topic == follow.topic);
    if own.is_some_and(|own| own.role != Role::Ignore) {
        return refuse(
            "follow.topic",
            "is a stream whose rows are used; name the topic that the job writes its models to",
        );
    }
    if lane.changes.correct() {
        return refuse(
            "changes",
            "correct rows, which no job does; take as_row or ignore for updates and ignore for deletes",
        );
    }
    if lane.changes.truncate == Truncate::Restart {
        return refuse(
            "changes.truncate",
            "is restart, which no job does; take ignore",
        );
    }
    let stream = reads.iter().position(|read| read.topic == follow.topic);
    Ok(stream.map(|stream| Follows {
        stream,
        topic: follow.topic.clone(),
        lane: follow.lane.clone().unwrap_or_else(|| lane.name.clone()),
        scaler: Kind::Standard,
    }))
}

/// The lane without what a job's versions stand in for: its initial model, and when a batch ends.
pub(super) fn rules_alone(lane: &LaneFile) -> LaneFile {
    LaneFile {
        model: without_initial(&lane.model).unwrap_or_else(|| lane.model.clone()),
        batch: Some(Batch::Hand {}),
        ..lane.clone()
    }
}

impl LaneFile {
    /// The same lane as one that learns by itself; of a followed one with an initial model, where it has none.
    pub fn on_its_own(&self) -> LaneFile {
        let mut lane = self.clone();
        if lane.follow.take().is_some()
            && let Settings::Kmeans(model) = &lane.model
            && model.initial == Default::default()
        {
            lane.model = without_initial(&lane.model).unwrap_or(lane.model);
        }
        lane
    }

    /// The same lane as one that follows a job: what no job does is left out. None recognises events that come again.
    pub fn following(&self, follow: super::Follow) -> LaneFile {
        let mut lane = self.clone();
        lane.follow = Some(follow);
        (lane.fork, lane.batch, lane.publish) = (None, None, None);
        if lane.changes.update == Update::Correct {
            lane.changes.update = Update::AsRow;
        }
        lane.changes.delete = Delete::Ignore;
        lane.changes.truncate = Truncate::Ignore;
        lane.changes.redelivered = Redelivered::Again;
        lane.model = without_initial(&lane.model).unwrap_or(lane.model);
        if let Settings::Kmeans(model) = &mut lane.model {
            model.initial = Default::default();
        }
        lane
    }
}

/// The model with an initial one that any lane can start from; None where its form does not allow it.
fn without_initial(model: &Settings) -> Option<Settings> {
    let mut value = serde_json::to_value(model).ok()?;
    let fields = value.as_object_mut()?;
    fields.remove("initial");
    if matches!(model, Settings::Kmeans(_)) {
        fields.insert("initial".to_owned(), json!({"random": {"seed": 0}}));
    }
    serde_json::from_value(value).ok()
}
