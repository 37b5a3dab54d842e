//! The points that made a version.

use super::Place;
use crate::snapshot::{Stage, View};

/// The version that is asked for, and its rows among the points.
pub(super) fn lit(place: &Place<'_>, view: &View, stage: &Stage) -> Option<(u64, Vec<u32>)> {
    let version = view.lit?;
    let timeline = &place.lane.timeline;
    let entry = &timeline.entries()[timeline.of_version(version)];
    let records = timeline.rows_of(version);
    let made = |record: u64| match records {
        Some(records) => records.contains(record),
        // Which rows it was is not known any more, only between which versions they came.
        None => (entry.from_record..entry.to_record).contains(&record),
    };
    let is_trained = |(point, record): &(usize, &u32)| {
        stage.point_test[*point] == 0 && made(u64::from(**record))
    };
    let points = stage.point_record.iter().enumerate();
    let found = points.filter(is_trained).map(|(_, record)| *record);
    Some((version, found.collect()))
}
