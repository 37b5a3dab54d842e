//! A lane that follows a job, and its versions.

use crate::follow::told::{Compared, Followed};
use crate::lane::Lane;
use crate::snapshot::{FollowedRow, FollowsView};

pub(super) fn follows(lane: &Lane) -> Option<FollowsView> {
    let follows = lane
        .config
        .follows
        .as_ref()
        .filter(|_| lane.is_following())?;
    let mut view = FollowsView {
        topic: follows.topic.clone(),
        lane: follows.lane.clone(),
        newest: lane.followed_to(),
        waiting: lane.models_waiting() as u64,
        unlearned: lane.batch_rows() as u64,
        ..FollowsView::default()
    };
    for entry in lane.timeline.entries() {
        let Some(followed) = &entry.followed else {
            continue;
        };
        if let Some(difference) = followed.difference() {
            view.compared += 1;
            view.largest = view.largest.max(difference);
        }
        if !followed.is_same() {
            view.apart += 1;
            if view.first_apart == 0 {
                (view.first_apart, view.says) = (entry.last, says(followed));
            }
        }
    }
    Some(view)
}

pub(super) fn followed_row(followed: &Followed) -> FollowedRow {
    FollowedRow {
        difference: followed.difference().unwrap_or(f64::NAN),
        same: followed.is_same(),
        says: says(followed),
    }
}

/// "centroid 2, petal_width; 3 rows before it learned by no version: .."
fn says(followed: &Followed) -> String {
    let compared = match &followed.compared {
        Compared::Begins => "the job begins with it".to_owned(),
        Compared::By { place, .. } => match place.as_str() {
            "" => String::new(),
            place => format!("largest in {place}"),
        },
        Compared::Not { reason } => format!("not compared: {reason}"),
    };
    let remarks = followed.remarks.iter().map(ToString::to_string);
    let all = std::iter::once(compared).chain(remarks);
    let all: Vec<String> = all.filter(|text| !text.is_empty()).collect();
    all.join("; ")
}

/// Of two versions that share a bar, what is worse.
pub(super) fn worse(a: Option<FollowedRow>, b: Option<FollowedRow>) -> Option<FollowedRow> {
    match (a, b) {
        (Some(a), Some(b)) if a.same && !b.same => Some(b),
        (Some(a), Some(b)) if a.same && b.difference > a.difference => Some(b),
        (a, b) => a.or(b),
    }
}
