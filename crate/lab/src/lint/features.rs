//! Features: on scales far apart, or always the same.

use learn::models::Settings;
use learn::scaler::Kind;

use super::words::{about, counted, number};
use super::{Finding, FixKind, Looked, Rule, Severity};

/// Ranges that are so many times apart are said to be.
const APART: f64 = 100.0;
/// Rows that are seen before anything is said of ranges.
const ROWS_LEAST: u64 = 5;
/// Rows that are seen before a feature is said to be always the same.
const CONSTANT_ROWS_LEAST: u64 = 20;

pub(super) fn find(looked: Looked<'_>, found: &mut Vec<Finding>) {
    found.extend(scales(looked));
    constant(looked, found);
}

fn scales(looked: Looked<'_>) -> Option<Finding> {
    let lane = looked.lane;
    if lane.config.scaling.is_some() || looked.seen.rows < ROWS_LEAST {
        return None;
    }
    let spans = || {
        let ranges = looked.seen.ranges.iter().zip(&lane.config.feature_names);
        ranges.filter_map(|((least, most), name)| {
            Some((most - least, name, (*least, *most))).filter(|(span, ..)| *span > 0.0)
        })
    };
    let widest = spans().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let narrowest = spans().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let times = widest.0 / narrowest.0;
    if times < APART {
        return None;
    }
    let model = &looked.lab.config.file.lanes[looked.index].model;
    let (severity, means) = match model {
        Settings::Kmeans(_) => (
            Severity::Warning,
            "Distances are nearly those of the widest feature alone: clusters are cut by it.",
        ),
        Settings::Rls(_) => (
            Severity::Note,
            "Least squares weigh features by themselves, but lose digits where scales are far apart.",
        ),
        _ => (
            Severity::Warning,
            "A step that is short enough for the widest feature hardly moves the others; a longer one runs away.",
        ),
    };
    let mut finding = Finding::of_lane(
        Rule::Scales,
        severity,
        lane,
        "Scale:",
        &format!(
            "{} spans {}× the range of {}",
            widest.1,
            about(times),
            narrowest.1
        ),
    );
    finding.column = Some(widest.1.clone());
    finding.means = means.to_owned();
    let range = |(_, name, (least, most)): (f64, &String, (f64, f64))| {
        format!("{name} {} to {}", number(least), number(most))
    };
    finding.seen = format!(
        "Seen in {}: {}, {}{}.",
        counted(looked.seen.rows, "row"),
        range(widest),
        range(narrowest),
        looked.seen.up_to()
    );
    finding.todo =
        "Scale the features, as the job then has to: Flink’s OnlineStandardScaler, or in the query.".to_owned();
    finding.fix = can_be_scaled(model)
        .then(|| looked.fix("Scale features", FixKind::Scale))
        .flatten();
    Some(finding)
}

/// Whether a scaler can stand before it: Flink's regression has no intercept to bring given coefficients behind one.
fn can_be_scaled(model: &Settings) -> bool {
    match model {
        Settings::FlinkLogistic(settings) => {
            let initial = &settings.initial;
            initial.checkpoint.is_none()
                && initial
                    .coefficients
                    .as_ref()
                    .is_none_or(|all| all.iter().all(|number| *number == 0.0))
        }
        _ => true,
    }
}

fn constant(looked: Looked<'_>, found: &mut Vec<Finding>) {
    let lane = looked.lane;
    if looked.seen.rows < CONSTANT_ROWS_LEAST {
        return;
    }
    let ranges = looked.seen.ranges.iter().zip(&lane.config.feature_names);
    for ((least, _), name) in ranges.filter(|((least, most), _)| least == most) {
        let mut finding = Finding::of_lane(
            Rule::Constant,
            Severity::Note,
            lane,
            name,
            &format!("is always {}", number(*least)),
        );
        finding.column = Some(name.clone());
        finding.means = "It tells no rows apart.".to_owned();
        let scaling = lane.config.scaling.as_ref();
        if scaling.is_some_and(|scaling| matches!(scaling.scaler.kind(), Kind::Flink { .. })) {
            finding.means += " Flink’s scaler may take a rounding error, 1e-9 or NaN, for its standard deviation.";
        }
        finding.seen = format!(
            "In all {} that were learned{}.",
            counted(looked.seen.rows, "row"),
            looked.seen.up_to()
        );
        finding.todo = "Leave it out, or see why the source sends nothing else.".to_owned();
        let others = lane.config.dim() > 1;
        let kept = looked.starts_from_checkpoint();
        if others && !kept {
            finding.fix = looked.fix("Leave it out", FixKind::LeaveOut(name.clone()));
        }
        found.push(finding);
    }
}
