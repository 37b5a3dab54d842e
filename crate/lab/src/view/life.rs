//! A centroid through the versions of its lane.

use super::Place;
use crate::lab::Lab;
use crate::snapshot::{Life, LifeRow, Playhead};
use crate::timeline::Entry;

impl Lab {
    /// What happened to a centroid up to the playhead; None where the lane has no such cluster.
    ///
    /// At most `most` versions are told, the newest, and as many moves.
    pub fn life(&self, lane: usize, cluster: u32, at: Playhead, most: usize) -> Option<Life> {
        let place = self.place(lane.min(self.lanes.len() - 1), at);
        let id = cluster as usize;
        let k = place.model()?.numbers.clusters()?.weights.len();
        if id >= k {
            return None;
        }
        let entries = &place.lane.timeline.entries()[..=place.entry];
        let width = entries.len().div_ceil(most.max(1)).max(1);
        Some(Life {
            lane: place.lane.config.name.clone(),
            cluster,
            rows: entries
                .iter()
                .rev()
                .take(most)
                .map(|entry| life_row(&place, entry, id))
                .collect(),
            entries: entries.len() as u64,
            empty: entries
                .iter()
                .filter(|entry| entry.rows > 0 && rows_of(entry, id) == 0)
                .count() as u64,
            curve: entries
                .chunks(width)
                .map(|entries| {
                    let last = entries.last().map_or(0, |entry| entry.to_record);
                    let shifts = entries.iter().map(|entry| shift_of(entry, id));
                    (last, shifts.fold(0.0, f64::max))
                })
                .collect(),
        })
    }
}

fn life_row(place: &Place<'_>, entry: &Entry, id: usize) -> LifeRow {
    let dim = place.lane.config.dim();
    let numbers = entry.model.as_ref().map(|model| model.in_columns());
    let model = numbers.as_ref().and_then(|numbers| numbers.clusters());
    let centroid = model.map(|model| model.centroids[id * dim..][..dim].to_vec());
    LifeRow {
        first: entry.first,
        last: entry.last,
        to_record: entry.to_record,
        place: centroid.unwrap_or_default(),
        weight: model.map_or(f64::NAN, |model| model.weights[id]),
        counts: (rows_of(entry, id), entry.rows),
        shift: shift_of(entry, id),
        note: note(entry, id),
    }
}

fn note(entry: &Entry, id: usize) -> String {
    if entry.restarted.is_some() {
        return "started again from the initial model".to_owned();
    }
    match entry.split {
        Some((heavy, dying)) if heavy == id => {
            return format!("split: cluster {dying} was laid beside it");
        }
        Some((heavy, dying)) if dying == id => {
            return format!("was dying: laid beside cluster {heavy}");
        }
        _ => {}
    }
    if entry.first <= 1 {
        return "the initial model".to_owned();
    }
    match (entry.rows, rows_of(entry, id), shift_of(entry, id) > 0.0) {
        (0, ..) if entry.last > entry.first => {
            format!("{} empty batches", entry.last - entry.first + 1)
        }
        (0, ..) => "empty batch".to_owned(),
        (_, 0, false) => "no rows: it stayed".to_owned(),
        // As Flink does with several subtasks.
        (_, 0, true) => "no rows, and yet it moved".to_owned(),
        _ => String::new(),
    }
}

fn rows_of(entry: &Entry, id: usize) -> u64 {
    entry.counts.get(id).copied().unwrap_or(0)
}

pub(super) fn shift_of(entry: &Entry, id: usize) -> f64 {
    entry.shifts.get(id).copied().unwrap_or(0.0)
}
