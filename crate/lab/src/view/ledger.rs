//! The open batch, and the versions with the batches that made them.

use learn::online::{Answer, Task};

use super::{Place, follow};
use crate::config::{Cut, Role};
use crate::event::{Score, Tested};
use crate::follow::told::Compared;
use crate::lane::Lane;
use crate::snapshot::{LedgerRow, MarkKind, OpenBatch, TestedRow};
use crate::timeline::Entry;

/// At most this many cells of the open batch are shown.
const BATCH_CELLS: usize = 512;

/// So many records are looked at for the newest training row.
const LOOK_BACK: usize = 4_096;

pub(super) fn open_batch(place: &Place<'_>) -> OpenBatch {
    let lane = place.lane;
    let dim = lane.config.dim();
    let entry = place.entry();
    let rows: Vec<f64> = if lane.is_following() {
        // The job has the open batch.
        Vec::new()
    } else if place.live {
        lane.batch()
    } else {
        let trained = |record: &u64| matches!(place.row(*record), Some(Role::Train | Role::Both));
        let from = opened(place).max(place.lab.rows.first());
        let records = (from..place.record).filter(trained);
        records
            .filter(|record| !was_dropped(place, *record))
            .flat_map(|record| place.lab.features(lane, record))
            .collect()
    };
    let count = rows.len() / dim;
    let shown = &rows[count.saturating_sub(BATCH_CELLS) * dim..];
    let clusters = match place.model() {
        Some(model) => shown
            .chunks(dim)
            .map(|row| match lane.answer(model, row) {
                Answer::Cluster(nearest) => nearest.cluster.min(255) as u8,
                Answer::Class(class) => class.class as u8,
                Answer::Number(_) => 0,
            })
            .collect(),
        None => Vec::new(),
    };
    OpenBatch {
        number: entry.last,
        rows: count as u64,
        size: match (lane.config.cut, lane.rows_to_start()) {
            // The rows that version 1 is made of.
            (_, Some(rows)) => Some(rows as u64),
            (Cut::Count(size), None) => Some(size as u64),
            _ => None,
        },
        window_ms: match (lane.config.cut, lane.window_end_ms()) {
            (Cut::Interval(ms), Some(end)) if place.live => Some((end - ms, end)),
            _ => None,
        },
        clusters,
        held: if place.live { lane.held() as u64 } else { 0 },
        newest_ms: newest_ms(place),
    }
}

/// The time of the newest training row of the open batch, at most [`LOOK_BACK`] records ago.
fn newest_ms(place: &Place<'_>) -> Option<i64> {
    if !place.live {
        return None;
    }
    let trained = |record: &u64| matches!(place.row(*record), Some(Role::Train | Role::Both));
    let mut records = (opened(place)..place.record).rev().take(LOOK_BACK);
    let newest = records.find(trained)?;
    Some(place.lab.rows.meta(newest)?.timestamp_ms)
}

/// Records applied when the open batch was opened: a restart leaves it open.
pub(super) fn opened(place: &Place<'_>) -> u64 {
    let entries = &place.lane.timeline.entries()[..=place.entry];
    let made_a_batch = entries.iter().rfind(|entry| entry.restarted.is_none());
    made_a_batch.map_or(0, |entry| entry.to_record)
}

/// Whether a restart dropped the row from the open batch.
pub(super) fn was_dropped(place: &Place<'_>, record: u64) -> bool {
    let stream = place.lab.rows.meta(record).map(|meta| meta.stream);
    let entries = place.lane.timeline.entries()[..=place.entry].iter().rev();
    entries
        .take_while(|entry| record < entry.to_record)
        .any(|entry| {
            let restart = entry.restarted.as_ref();
            restart.map(|restart| restart.stream) == stream
        })
}

pub(crate) fn ledger_row(lane: &Lane, entry: &Entry) -> LedgerRow {
    LedgerRow {
        first: entry.first,
        last: entry.last,
        rows: entry.rows,
        counts: entry.counts.clone(),
        shift: entry.shift,
        shifts: entry.shifts.clone(),
        loss_before: entry.loss_before,
        loss_after: entry.loss_after,
        tested: entry.tested.map(tested_row),
        from_record: entry.from_record,
        to_record: entry.to_record,
        revision: entry.revision,
        followed: entry.followed.as_deref().map(follow::followed_row),
        offsets: offsets(entry),
        note: with_revision(entry, note(lane, entry)),
    }
}

/// Says of a version that its batch showed a drift.
pub(super) fn with_drift(lane: &Lane, mut row: LedgerRow) -> LedgerRow {
    let marks = &lane.measuring.marks;
    let from = marks.partition_point(|mark| mark.record < row.to_record);
    let mut here = marks
        .range(from..)
        .take_while(|mark| mark.record == row.to_record);
    if row.rows > 0 && here.any(|mark| mark.kind == MarkKind::Drift) {
        let and = if row.note.is_empty() { "" } else { "; " };
        row.note = format!("{}{and}drift: the batches' error has changed", row.note);
    }
    row
}

fn tested_row(tested: Tested) -> TestedRow {
    let none = TestedRow {
        rows: tested.rows,
        mse: f64::NAN,
        mae: f64::NAN,
        r2: f64::NAN,
        accuracy: f64::NAN,
        log_loss: f64::NAN,
    };
    match tested.score {
        Score::Numbers { mse, mae, r2 } => TestedRow {
            mse,
            mae,
            r2,
            ..none
        },
        Score::Classes { accuracy, log_loss } => TestedRow {
            accuracy,
            log_loss,
            ..none
        },
    }
}

fn offsets(entry: &Entry) -> String {
    let short = |topic: &str| topic.rsplit('.').next().unwrap_or(topic).to_owned();
    match &entry.span {
        None => String::new(),
        Some((first, last)) if first.topic == last.topic && first.partition == last.partition => {
            format!("{} {}–{}", short(&first.topic), first.offset, last.offset)
        }
        Some((first, last)) => {
            let place = |source: &crate::event::Source| {
                format!(
                    "{}/{}/{}",
                    short(&source.topic),
                    source.partition,
                    source.offset
                )
            };
            format!("{} – {}", place(first), place(last))
        }
    }
}

/// Says of a version that corrections have rewritten it.
fn with_revision(entry: &Entry, note: String) -> String {
    if entry.followed.is_some() {
        // The job wrote it again, which is said with its difference.
        return note;
    }
    match (entry.revision, note.as_str()) {
        (0, _) => note,
        (1, "") => "rewritten by a correction".to_owned(),
        (1, _) => format!("rewritten by a correction; {note}"),
        (n, "") => format!("rewritten by corrections, {n} times"),
        (n, _) => format!("rewritten by corrections, {n} times; {note}"),
    }
}

fn note(lane: &Lane, entry: &Entry) -> String {
    if entry.first == 1 && entry.followed.is_none() {
        return match lane.model().answers_at_once() {
            true => "the initial model: it already answers test rows".to_owned(),
            false => "the initial model: test rows wait for version 2".to_owned(),
        };
    }
    if entry
        .followed
        .as_ref()
        .is_some_and(|followed| followed.compared == Compared::Begins)
    {
        return "the job, or what is known of it, begins here".to_owned();
    }
    if let Some(restart) = &entry.restarted {
        let topic = &restart.source.topic;
        return format!("started again from the initial model: {topic} was truncated");
    }
    let split = entry
        .split
        .map(|(heavy, dying)| format!("cluster {heavy} was split, {dying} laid beside it"));
    if entry.rows == 0 {
        return match split {
            Some(split) => format!("empty batch: {split}"),
            None if entry.last > entry.first => {
                format!("{} empty batches", entry.last - entry.first + 1)
            }
            None => "empty batch".to_owned(),
        };
    }
    if let Some(split) = split {
        return split;
    }
    let silent: Vec<String> = entry
        .counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count == 0)
        .map(|(i, _)| i.to_string())
        .collect();
    let (one, more) = match lane.model().task() {
        Task::Classification => ("class", "classes"),
        Task::Clustering | Task::Regression => ("cluster", "clusters"),
    };
    match silent.len() {
        0 => String::new(),
        1 => format!("{one} {} got no rows", silent[0]),
        _ => format!("{more} {} got no rows", silent.join(", ")),
    }
}

/// The whole timeline, neighbours merged until at most `most` are left; each keeps its largest shift.
pub(super) fn bars(lane: &Lane, most: usize) -> Vec<LedgerRow> {
    let entries = lane.timeline.entries();
    let width = entries.len().div_ceil(most.max(1)).max(1);
    entries
        .chunks(width)
        .map(|entries| {
            entries
                .iter()
                .map(|entry| ledger_row(lane, entry))
                .reduce(merge)
                .unwrap_or_default()
        })
        .collect()
}

fn merge(mut a: LedgerRow, b: LedgerRow) -> LedgerRow {
    a.last = b.last;
    a.rows += b.rows;
    for (a, b) in a.counts.iter_mut().zip(&b.counts) {
        *a += b;
    }
    for (a, b) in a.shifts.iter_mut().zip(&b.shifts) {
        *a = a.max(*b);
    }
    a.shift = a.shift.max(b.shift);
    a.loss_after = if b.rows > 0 {
        b.loss_after
    } else {
        a.loss_after
    };
    a.tested = b.tested.or(a.tested);
    a.revision = a.revision.max(b.revision);
    a.followed = follow::worse(a.followed, b.followed);
    a.to_record = b.to_record;
    a
}
