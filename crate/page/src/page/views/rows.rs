//! The newest rows with all their features.

use crate::page::stage::{marks, points};
use crate::page::view::Cx;

/// A row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// Its features.
    pub values: &'a [f32],
    /// Colour index of the cluster that it is given, or of the class that it is to learn.
    pub color: usize,
    /// Colour index of what it is, where that is known.
    pub label: Option<usize>,
    /// Whether it is a test row.
    pub test: bool,
    /// Records since.
    pub age: f64,
}

impl Row<'_> {
    /// Whether it is a test row that was given something else than it is.
    pub fn is_wrong(&self) -> bool {
        self.test && self.label.is_some_and(|label| label != self.color)
    }
}

/// The rows, oldest first; training rows before test rows, right before wrong ones: what is drawn last lies on top.
pub fn rows<'a>(cx: &Cx<'a>) -> Vec<Row<'a>> {
    let snapshot = cx.snapshot;
    let stage = &snapshot.stage;
    let dim = snapshot.features.len().max(1);
    let count = stage.values.len() / dim;
    let first = stage.point_record.len().saturating_sub(count);
    let mut rows: Vec<Row<'_>> = stage
        .values
        .chunks_exact(dim)
        .zip(first..stage.point_record.len())
        .map(|(values, i)| {
            let test = stage.point_test[i] == 1;
            let seen = u64::from(stage.point_record[i]) + 1;
            Row {
                values,
                color: match test {
                    true => points::color(cx, stage.point_cluster[i]),
                    false => points::fill(cx, i),
                },
                label: marks::label(cx, i),
                test,
                age: snapshot.record.saturating_sub(seen) as f64,
            }
        })
        .collect();
    rows.sort_by_key(|row| (row.test, row.is_wrong()));
    rows
}

/// How far a feature's axis reaches: over its rows and centroids, and a walk-through's rows before they come.
pub fn range(cx: &Cx<'_>, feature: usize) -> (f64, f64) {
    let snapshot = cx.snapshot;
    let known = snapshot.features.get(feature).and_then(|name| {
        let walk = cx.state.walk.as_ref()?;
        walk.range(name)
    });
    let range = snapshot.stage.value_ranges.get(feature).copied();
    let (least, largest) = match (range, known) {
        (Some(range), Some(known)) => (range.0.min(known.0), range.1.max(known.1)),
        (Some(range), None) | (None, Some(range)) => range,
        (None, None) => (0.0, 1.0),
    };
    if least < largest {
        (least, largest)
    } else {
        (least - 0.5, least + 0.5)
    }
}
