//! What the engines are known to do that nobody would expect.

use learn::models::Settings;
use learn::scaler::Kind;

use super::words::counted;
use super::{Finding, FixKind, Looked, Rule, Severity};
use crate::config::Cut;

/// Rows of a scaler's window that are proposed.
const SCALER_ROWS: usize = 32;

pub(super) fn find(looked: Looked<'_>, found: &mut Vec<Finding>) {
    found.extend(not_finite(looked));
    defects(looked, found);
    found.extend(scaler_waits(looked));
    found.extend(no_effect(looked));
}

/// A model whose numbers ran away, as Spark's regressions do on features that are not scaled.
fn not_finite(looked: Looked<'_>) -> Option<Finding> {
    let lane = looked.lane;
    let is_lost = |numbers: &[f64]| numbers.iter().any(|number| !number.is_finite());
    if !is_lost(&lane.version().numbers.places()) {
        return None;
    }
    let of_clusters = lane.model().numbers().clusters().is_some();
    let title = match of_clusters {
        true => "A centroid",
        false => "The coefficients",
    };
    let verb = if of_clusters { "is" } else { "are" };
    let says = format!("{verb} not finite any more");
    let mut finding = Finding::of_lane(Rule::NotFinite, Severity::Warning, lane, title, &says);
    finding.means = "Whatever the model says is NaN from then on, for good.".to_owned();
    let entries = lane.timeline.entries().iter();
    let mut lost = entries.filter(|entry| {
        let version = entry.model.as_ref();
        version.is_some_and(|version| is_lost(&version.numbers.places()))
    });
    if let Some(first) = lost.next() {
        finding.seen = format!("From version {} on.", first.first);
    }
    finding.todo = match of_clusters {
        true => "Reject rows that are not finite (not_finite), and restart the lane.",
        false => "Scale the features, or make the step smaller.",
    }
    .to_owned();
    if !of_clusters && lane.config.scaling.is_none() {
        finding.fix = looked.fix("Scale features", FixKind::Scale);
    }
    Some(finding)
}

fn defects(looked: Looked<'_>, found: &mut Vec<Finding>) {
    let about = looked.lane.model().about();
    for defect in &about.defects {
        let title = format!("A defect of {}", about.engine);
        let mut finding = Finding::of_lane(
            Rule::EngineDefect,
            Severity::Warning,
            looked.lane,
            &title,
            "shows in this lane",
        );
        finding.means = (*defect).to_owned();
        finding.todo =
            "Know it before the job is deployed; without it the lane does as the algorithm means it."
                .to_owned();
        finding.fix = looked.fix("Show it without", FixKind::NoDefects);
        found.push(finding);
    }
}

/// Flink's scaler with its default window, which ends with the input.
fn scaler_waits(looked: Looked<'_>) -> Option<Finding> {
    let scaling = looked.lane.config.scaling.as_ref()?;
    if !matches!(scaling.scaler.kind(), Kind::Flink { .. }) || scaling.cut != Some(Cut::Hand) {
        return None;
    }
    let mut finding = Finding::of_lane(
        Rule::ScalerWaits,
        Severity::Warning,
        looked.lane,
        "Flink’s scaler",
        "makes no model before the input ends",
    );
    finding.means =
        "Its default is one window over all input, and rows wait for it: on a stream that goes on nothing is learned, and \
         nothing is predicted."
            .to_owned();
    let waiting = looked.lane.batch_rows() as u64;
    if waiting > 0 && looked.lane.timeline.versions() <= 1 {
        finding.seen = format!("{} wait{}.", counted(waiting, "row"), looked.seen.up_to());
    }
    finding.todo = "Give it windows by count or by time.".to_owned();
    let words = format!("End them after {SCALER_ROWS} rows");
    finding.fix = looked.fix(&words, FixKind::ScalerRows(SCALER_ROWS));
    Some(finding)
}

/// What is set and has no effect in the engine.
fn no_effect(looked: Looked<'_>) -> Option<Finding> {
    let lane = looked.lane;
    let (title, says, means, todo) = match &looked.lab.config.file.lanes[looked.index].model {
        Settings::SparkLinear(settings)
            if settings
                .0
                .reg_param
                .is_some_and(|reg_param| reg_param != 0.0) =>
        {
            (
                "regParam",
                "has no effect in Spark’s linear regression",
                "StreamingLinearRegressionWithSGD takes it and never shrinks a weight by it.",
                "Leave it out.",
            )
        }
        Settings::FlinkLogistic(settings)
            if settings
                .initial
                .coefficients
                .as_ref()
                .is_some_and(|all| all.iter().any(|number| *number != 0.0)) =>
        {
            (
                "The initial coefficients",
                "are lost with the first batch",
                "Flink’s FTRL makes coefficients anew of what it has summed up, which starts at 0: one that no row has \
                 touched becomes 0, and none is used before the first batch.",
                "Let the job start from zeros, or train it first on the rows that the coefficients came from.",
            )
        }
        _ => return None,
    };
    let mut finding = Finding::of_lane(Rule::NoEffect, Severity::Warning, lane, title, says);
    finding.means = means.to_owned();
    finding.todo = todo.to_owned();
    Some(finding)
}
