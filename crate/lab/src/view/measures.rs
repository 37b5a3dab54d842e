//! What predictions are worth at the playhead, and which labels clusters stand for.

use std::borrow::Cow;

use learn::metrics::{Confusion, Span};
use learn::online::Task;

use super::Place;
use super::predictions::made;
use crate::lab::Lab;
use crate::lane::Lane;
use crate::lane::definitions::{Definition, definitions};
use crate::lane::measures::Measures;
use crate::snapshot::{
    ClassRow, ConfusionView, Mark, MeasurePoint, MeasureRow, MeasuresView, View,
};

/// Classes and clusters of a confusion table that are shown.
const TABLE_MAX: usize = 16;

/// The measures at the playhead.
///
/// Live they are the lane's own. At an older playhead they are counted again over the predictions that are kept.
pub(super) fn measures(place: &Place<'_>, view: &View, labels: &[String]) -> MeasuresView {
    let lane = place.lane;
    let measures = match place.live {
        true => Cow::Borrowed(&lane.measuring.measures),
        false => Cow::Owned(counted_again(place)),
    };
    let mut measured = measures.measured(&lane.measuring.identity);
    if lane.model().task() == Task::Clustering
        && let Some(version) = place.model()
    {
        measured.values.extend(lane.silhouettes(version));
    }
    let row = |(definition, value): (&Definition, &f64)| MeasureRow {
        name: definition.name.to_owned(),
        title: definition.title.to_owned(),
        unit: definition
            .unit
            .replace("target", &place.lab.target_name(lane)),
        definition: definition.definition.to_owned(),
        value: *value,
    };
    let definitions = definitions(measured.task);
    MeasuresView {
        span: match measures.span() {
            Span::All => "all test rows".to_owned(),
            Span::Window(rows) => format!("last {rows} test rows"),
            Span::Fading(factor) => format!("fading {factor}"),
        },
        rows: measured.rows,
        list: definitions.iter().zip(&measured.values).map(row).collect(),
        confusion: measures
            .table()
            .filter(|_| measured.rows > 0)
            .map(|table| confusion(place, &table, labels)),
        history: history(lane, view.bars),
        note: note(lane, measured.rows),
    }
}

fn counted_again(place: &Place<'_>) -> Measures {
    let mut measures = place.lane.config.measures.clone();
    for prediction in &place.lane.predictions {
        if made(place, prediction) {
            measures.add(prediction.answer, prediction.label, prediction.target);
        }
    }
    measures
}

fn confusion(place: &Place<'_>, table: &Confusion, labels: &[String]) -> ConfusionView {
    let lane = place.lane;
    let clusters = lane.timeline.parts().counts.min(TABLE_MAX);
    let classes: Vec<String> = match lane.model().task() {
        Task::Clustering => lane.measuring.identity.labels().to_vec(),
        Task::Classification | Task::Regression => vec!["0".to_owned(), "1".to_owned()],
    };
    let class = |(class, label): (usize, &String)| ClassRow {
        name: place.lab.label_name(label),
        label: labels.iter().position(|known| known == label),
        counts: (0..clusters)
            .map(|cluster| table.count(class, cluster))
            .collect(),
    };
    let shown = classes.iter().enumerate().take(TABLE_MAX);
    ConfusionView {
        classes: shown.map(class).collect(),
        left_out: classes.len().max(lane.timeline.parts().counts) > TABLE_MAX,
    }
}

fn history(lane: &Lane, most: usize) -> Vec<MeasurePoint> {
    let points = &lane.measuring.history;
    let width = points.len().div_ceil(most.max(1)).max(1);
    let newest = points.chunks(width).filter_map(<[_]>::last);
    newest
        .map(|point| MeasurePoint {
            record: point.record,
            version: point.version,
            rows: point.measured.rows,
            values: point.measured.values.clone(),
        })
        .collect()
}

/// What there is to say where nothing is measured, or not all.
fn note(lane: &Lane, rows: u64) -> String {
    let note = match lane.model().task() {
        Task::Clustering if lane.config.label.is_none() => {
            "no label column: nothing to compare with"
        }
        Task::Clustering if lane.measuring.identity.too_many() => {
            "too many different labels: nothing to compare with"
        }
        Task::Clustering if rows == 0 => "after the first labelled test row",
        Task::Regression | Task::Classification if rows == 0 => {
            "after the first test row whose target is known"
        }
        _ => "",
    };
    note.to_owned()
}

/// Whether a prediction of the lane can be right or wrong.
pub(super) fn judged(lane: &Lane) -> bool {
    match lane.model().task() {
        Task::Clustering => lane.config.label.is_some() && lane.measuring.identity.judges(),
        Task::Classification => true,
        Task::Regression => false,
    }
}

/// For each cluster, or class, its colour: that of its label; of one that stands for none, one that no label has.
pub(super) fn cluster_labels(lane: &Lane, labels: &[String]) -> Vec<usize> {
    let mut free = labels.len();
    let color = |cluster: usize| {
        if lane.model().task() != Task::Clustering || labels.is_empty() {
            return cluster;
        }
        let label = lane.measuring.identity.label_of(cluster);
        let label = label.and_then(|label| lane.measuring.identity.labels().get(label));
        let place = label.and_then(|label| labels.iter().position(|known| known == label));
        place.unwrap_or_else(|| {
            free += 1;
            free - 1
        })
    };
    (0..lane.timeline.parts().counts).map(color).collect()
}

impl Lab {
    /// The labels in colour order: as named, then as pinned or first seen, lane by lane.
    pub(super) fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = self.config.file.label_names.keys().cloned().collect();
        for lane in &self.lanes {
            let of_lane = match &lane.config.cluster_labels {
                Some(pinned) => pinned,
                None if lane.measuring.identity.judges() => lane.measuring.identity.labels(),
                None => &[],
            };
            for label in of_lane {
                if !labels.contains(label) {
                    labels.push(label.clone());
                }
            }
        }
        labels
    }

    /// The lab's marks and those of a lane, in the order of their records.
    pub(super) fn marks_of(&self, lane: &Lane) -> Vec<Mark> {
        let mut marks: Vec<Mark> = self
            .marks
            .iter()
            .chain(&lane.measuring.marks)
            .cloned()
            .collect();
        marks.sort_by_key(|mark| mark.record);
        marks
    }
}
