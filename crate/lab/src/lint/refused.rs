//! A lab file that cannot be used, as a finding.

use learn::models::Settings;

use super::{Finding, Fix, FixKind, Rule, Severity};
use crate::config::{Config, LabError, LabFile};

/// Why a lab file cannot be used; None where it can.
pub fn refused(file: &LabFile) -> Option<Finding> {
    let LabError::Value { place, reason } = Config::check(file.clone()).err()? else {
        return None;
    };
    let mut finding = Finding::new(
        Rule::Refused,
        Severity::Error,
        &format!("{place}:"),
        reason.trim_end_matches('.'),
    );
    finding.means = "The lab file is not used.".to_owned();
    let lane = lane_of(&place).and_then(|lane| file.lanes.get(lane));
    if let Some(lane) = lane {
        finding.lane = Some(lane.name.clone());
        finding.fix = match &lane.model {
            Settings::Kmeans(model) if place.ends_with("initial.centroids") => {
                let given = model.initial.centroids.as_ref().map_or(0, Vec::len);
                let fix = Fix {
                    words: format!("Set k to {given}"),
                    lane: lane.name.clone(),
                    kind: FixKind::K(given),
                };
                mends(&fix, file).then_some(fix)
            }
            _ => None,
        };
    }
    Some(finding)
}

/// Whether a lab file can be used then.
fn mends(fix: &Fix, file: &LabFile) -> bool {
    let mut fixed = file.clone();
    fix.apply(&mut fixed);
    Config::check(fixed).is_ok()
}

/// The lane's index in "lanes[1].model.k".
fn lane_of(place: &str) -> Option<usize> {
    place
        .strip_prefix("lanes[")?
        .split(']')
        .next()?
        .parse()
        .ok()
}
