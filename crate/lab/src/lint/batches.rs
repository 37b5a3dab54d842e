//! Batches: that take long to fill, and what is left in one when the input ends.

use super::words::{count, counted, time};
use super::{Finding, FixKind, Looked, Rule, Severity};
use crate::config::Cut;

/// A batch that takes longer than this to fill is said to be slow, ms.
const SLOW_MS: f64 = 600_000.0;
/// Rows that a batch of this long takes are proposed, ms.
const QUICK_MS: f64 = 60_000.0;
/// Fewer rows in a batch are not proposed.
const ROWS_LEAST: usize = 2;

pub(super) fn find(looked: Looked<'_>, found: &mut Vec<Finding>) {
    found.extend(slow(looked));
    found.extend(left_over(looked));
}

fn slow(looked: Looked<'_>) -> Option<Finding> {
    let Cut::Count(rows) = looked.lane.config.cut else {
        return None;
    };
    let newest = &looked.seen.newest_ms;
    let now_ms = looked.lab.time_ms.max(newest.back().copied())?;
    // The time until now counts too: a stream that has stopped is slow.
    let took_ms = now_ms.saturating_sub(*newest.front()?) as f64;
    let row_ms = took_ms / (newest.len() as f64 - 1.0).max(1.0);
    let missing = rows.saturating_sub(looked.lane.batch_rows());
    let left_ms = row_ms * missing as f64;
    if newest.len() < 2 || left_ms <= SLOW_MS {
        return None;
    }
    let mut finding = Finding::of_lane(
        Rule::SlowBatch,
        Severity::Warning,
        looked.lane,
        &format!("The next version is {} away", time(left_ms)),
        "at the present rate",
    );
    finding.means = format!(
        "A batch has {}, and {} missing. Until they come the model stays as it is.",
        counted(rows as u64, "row"),
        match missing {
            1 => "1 is".to_owned(),
            _ => format!("{} are", count(missing as u64)),
        }
    );
    finding.seen = format!(
        "The newest {} took {}{}.",
        counted(newest.len() as u64, "training row"),
        time(took_ms),
        looked.seen.up_to()
    );
    finding.todo = "Make the batch smaller, or end it by time.".to_owned();
    let least = looked.lab.config.file.lanes[looked.index]
        .model
        .least_rows();
    let quick = ((QUICK_MS / row_ms) as usize).max(least).max(ROWS_LEAST);
    if quick < rows {
        let words = format!("Set the batch to {} rows", count(quick as u64));
        finding.fix = looked.fix(&words, FixKind::BatchRows(quick));
    }
    Some(finding)
}

/// What Flink drops: rows of a batch by count that is not full when the input ends.
fn left_over(looked: Looked<'_>) -> Option<Finding> {
    let lane = looked.lane;
    let Cut::Count(rows) = lane.config.cut else {
        return None;
    };
    let waiting = lane.batch_rows();
    if lane.model().about().engine != "Flink" || waiting == 0 {
        return None;
    }
    let mut finding = Finding::of_lane(
        Rule::LeftOver,
        Severity::Note,
        lane,
        &format!("{} not learned.", counted(waiting as u64, "row")),
        "Flink drops them when the input ends",
    );
    finding.means = format!(
        "They wait in a batch of {}; a job on an input that ends never learns from them, and a job that goes on does when \
         it is full.",
        count(rows as u64)
    );
    if let Some(last) = &looked.seen.last {
        finding.seen = format!("The last of them is {}.", super::words::place(last));
    }
    finding.todo =
        "On an input that ends, give a batch size that goes into the number of rows.".to_owned();
    Some(finding)
}
