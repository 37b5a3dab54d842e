//! What a job cannot do as the lane does, item by item: said before the export, and in the job's header.

use lab::config::{Cut, Delete, Form, Redelivered, Truncate, Update};
use serde::{Deserialize, Serialize};

use super::Plan;

/// Something that is not carried over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// What the lane does, as a clause: "corrects rows that are updated".
    pub what: String,
    /// What the job does in its place, in sentences.
    pub instead: String,
}

impl LeftOut {
    /// An item.
    pub fn new(what: impl Into<String>, instead: impl Into<String>) -> LeftOut {
        LeftOut {
            what: what.into(),
            instead: instead.into(),
        }
    }
}

/// What holds for every engine.
pub(crate) fn of(plan: &Plan<'_>) -> Vec<LeftOut> {
    let mut items = Vec::new();
    scaler(plan, &mut items);
    changes(plan, &mut items);
    cut(plan, &mut items);
    if plan.file.drift.is_some() || plan.file.metrics.is_some() {
        items.push(LeftOut::new(
            "measures its predictions and looks for drift",
            "The job does neither. Follow its model topic in Eddy: the same measures are taken there.",
        ));
    }
    if plan.predictions.1 == Form::Json {
        items.push(LeftOut::new(
            "publishes each prediction as its replay line",
            "The job's JSON has the lane, the version, the place, the features and the answer; what only the lab knows (the \
             runner-up, the label) is not in it.",
        ));
    }
    items
}

fn scaler(plan: &Plan<'_>, items: &mut Vec<LeftOut>) {
    let Some(scaler) = &plan.file.scaler else {
        return;
    };
    let version = plan.start.version;
    match (&plan.start.scale, &scaler.kind) {
        (_, lab::config::ScalerKind::Fixed) => {}
        (None, _) => items.push(LeftOut::new(
            "scales its features",
            format!(
                "At version {version} the scaler knows nothing yet, so the job learns from the columns as they are. Export a \
                 later version to scale by what was learned until then."
            ),
        )),
        (Some(_), _) => items.push(LeftOut::new(
            "learns its scaler from the stream",
            format!("The job scales by what version {version} knew, for good: constants at its top."),
        )),
    }
}

fn changes(plan: &Plan<'_>, items: &mut Vec<LeftOut>) {
    let changes = plan.changes();
    if changes.update == Update::Correct {
        items.push(LeftOut::new(
            "takes a row that is updated out of its batch again",
            "No engine does: the job learns an update's new image as one more row.",
        ));
    }
    if changes.delete == Delete::Correct {
        items.push(LeftOut::new(
            "takes a row that is deleted out of its batch again",
            "No engine does: the job passes deletes over.",
        ));
    }
    if changes.truncate == Truncate::Restart {
        items.push(LeftOut::new(
            "starts again from its initial model when a table is emptied",
            "The job passes truncates over; start it anew for that.",
        ));
    }
    if changes.redelivered == Redelivered::Once {
        items.push(LeftOut::new(
            "counts events that Debezium sends again once",
            "The job has no memory of events: after a crash of the connector, what is sent again is learned again.",
        ));
    }
}

fn cut(plan: &Plan<'_>, items: &mut Vec<LeftOut>) {
    let by = match plan.cut() {
        Cut::Transaction => "ends a batch with each database transaction",
        Cut::Hand => "ends a batch when it is told to",
        Cut::Count(_) | Cut::Interval(_) => return,
    };
    items.push(LeftOut::new(
        by,
        "No engine does: the job cuts as the constants at its top say.",
    ));
}
