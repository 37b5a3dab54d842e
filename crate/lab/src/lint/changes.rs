//! Changes: updates that are learned, and events that come again.

use super::seen::Counted;
use super::words::{counted, place};
use super::{Finding, FixKind, Looked, Rule, Severity};
use crate::config::{Redelivered, Update};

pub(super) fn find(looked: Looked<'_>, found: &mut Vec<Finding>) {
    found.extend(updates(looked));
    found.extend(redelivered(looked));
}

fn updates(looked: Looked<'_>) -> Option<Finding> {
    let updates = &looked.seen.updates;
    if looked.lane.config.changes.update != Update::AsRow || updates.count == 0 {
        return None;
    }
    let mut finding = Finding::of_lane(
        Rule::Updates,
        Severity::Warning,
        looked.lane,
        &counted(updates.count, "update"),
        match updates.count {
            1 => "is learned as a new row",
            _ => "are learned as new rows",
        },
    );
    finding.means =
        "A row that changes counts once more each time, beside what it was before. So do the engines behind Debezium’s unwrap \
         step."
            .to_owned();
    finding.seen = format!(
        "{} of {}{}.",
        counted(updates.count, "update"),
        counted(looked.seen.rows, "training row"),
        first(updates)
    );
    finding.todo = "Filter updates out before the job, if a row should count once. What a model would be that takes the old row \
                    out first, the lane shows with the update policy correct."
        .to_owned();
    finding.fix = looked.fix("Learn inserts only", FixKind::Updates(Update::Ignore));
    Some(finding)
}

fn redelivered(looked: Looked<'_>) -> Option<Finding> {
    let again = &looked.seen.again;
    if again.count == 0 {
        return None;
    }
    let once = looked.lane.config.changes.redelivered == Redelivered::Once;
    let (severity, says) = match once {
        true => (Severity::Note, "came again and counted once"),
        false => (Severity::Warning, "came again and counted again"),
    };
    let title = counted(again.count, "event");
    let mut finding = Finding::of_lane(Rule::Redelivered, severity, looked.lane, &title, says);
    finding.means =
        "Debezium sends events again after a crash, at new offsets. A job learns them again, unless something before it \
         leaves them out."
            .to_owned();
    finding.seen = format!("Training rows{}.", first(again));
    finding.todo = match once {
        true => "In a job, leave out what has the key and position (lsn) of a row before it.",
        false => "Count them once, where the job will.",
    }
    .to_owned();
    if !once {
        finding.fix = looked.fix("Count them once", FixKind::Redelivered(Redelivered::Once));
    }
    Some(finding)
}

/// ", the first at flink.public.iris_train/0/17"
fn first(counted: &Counted) -> String {
    let first = counted.first.as_ref();
    first.map_or_else(String::new, |first| {
        format!(", the first at {}", place(first))
    })
}
