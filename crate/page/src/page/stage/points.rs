//! Training rows: each in the colour of the cluster that the shown version gives it, or of the class that it is to
//! learn; older ones fainter, and below them those too old to be drawn one by one.

use lab::snapshot::Task;

use super::plot::Plot;
use crate::page::chart::palette::{between, faded};
use crate::page::chart::pen::Pen;
use crate::page::lit;
use crate::page::motion::FILL_MS;
use crate::page::view::Cx;

/// Opacity of the newest, of the oldest, and over how many records it falls.
const OPACITY: (f64, f64, f64) = (0.92, 0.2, 170.0);

/// Opacity of all others while some rows are lit.
pub const UNLIT: f64 = 0.12;

/// Opacity of a cell of older rows: of the least one, and of the fullest.
const SHADE: (f64, f64) = (0.05, 0.3);

/// Colours on their way from one version's to the next one's.
#[derive(Clone, Debug, Default)]
pub struct Fills {
    /// Record and colour of each point as it was, by record.
    before: Vec<(u32, usize)>,
    now: Vec<(u32, usize)>,
    start_ms: Option<f64>,
}

impl Fills {
    /// Takes the colours of the newest picture.
    pub fn aim(&mut self, cx: &Cx<'_>) {
        let stage = &cx.snapshot.stage;
        let colors = (0..stage.point_cluster.len()).map(|point| fill(cx, point));
        let now: Vec<(u32, usize)> = stage.point_record.iter().copied().zip(colors).collect();
        if now == self.now {
            return;
        }
        self.before = std::mem::replace(&mut self.now, now);
        self.start_ms = (!cx.still).then_some(cx.now_ms);
    }

    /// Whether colours are still on their way; says so a last time when they have arrived.
    pub fn is_moving(&mut self, now_ms: f64) -> bool {
        let moving = self.start_ms.is_some();
        if self
            .start_ms
            .is_some_and(|start_ms| now_ms - start_ms >= FILL_MS)
        {
            self.start_ms = None;
        }
        moving
    }

    fn share(&self, now_ms: f64) -> f64 {
        self.start_ms.map_or(1.0, |start_ms| {
            ((now_ms - start_ms) / FILL_MS).clamp(0.0, 1.0)
        })
    }

    fn color_before(&self, record: u32) -> Option<usize> {
        let at = self
            .before
            .binary_search_by_key(&record, |(record, _)| *record)
            .ok()?;
        Some(self.before[at].1)
    }
}

/// Draws the points.
pub fn draw(pen: &Pen, plot: &Plot, cx: &Cx<'_>, fills: &Fills) {
    let snapshot = cx.snapshot;
    let stage = &snapshot.stage;
    let share = fills.share(cx.now_ms);
    draw_older(pen, plot, cx);
    let row = lit::row(cx.state);
    for i in 0..stage.point_x.len() {
        if stage.point_test[i] == 1 {
            continue;
        }
        let at = plot.at(f64::from(stage.point_x[i]), f64::from(stage.point_y[i]));
        if !plot.contains(at) {
            continue;
        }
        let color = fill(cx, i);
        let age = snapshot
            .record
            .saturating_sub(u64::from(stage.point_record[i]) + 1) as f64;
        let mut fill = cx.palette.cluster(color);
        if share < 1.0
            && let Some(before) = fills.color_before(stage.point_record[i])
        {
            fill = between(cx.palette.cluster(before), fill, share);
        }
        match row {
            None => pen.disc(at, 3.4, faded(fill, opacity(age))),
            Some(_) if lit::is_lit(snapshot, i) => {
                pen.disc(at, 4.4, fill);
                pen.ring(at, 4.4, 1.2, cx.palette.text);
            }
            Some(_) => pen.disc(at, 3.4, faded(fill, UNLIT)),
        }
    }
}

/// Rows that are too old to be drawn one by one: the more of them, the darker.
fn draw_older(pen: &Pen, plot: &Plot, cx: &Cx<'_>) {
    let stage = &cx.snapshot.stage;
    let (across, down) = stage.older.size;
    let fullest = stage.older.counts.iter().copied().max().unwrap_or(0);
    let edge = |(least, largest): (f64, f64), cells: usize, i: usize| {
        least + (largest - least) * i as f64 / cells as f64
    };
    for (i, count) in stage.older.counts.iter().enumerate() {
        let (column, row) = (i % across.max(1), i / across.max(1));
        if *count == 0 || row >= down {
            continue;
        }
        let at = |column: usize, row: usize| {
            let (x, y) = plot.at(
                edge(stage.x_range, across, column),
                edge(stage.y_range, down, row),
            );
            // On whole pixels: cells side by side show no seams.
            (x.round(), y.round())
        };
        let (low, high) = (at(column, row), at(column + 1, row + 1));
        let (least, most) = SHADE;
        let opacity = least + (most - least) * libm::sqrt(f64::from(*count) / f64::from(fullest));
        let shade = faded(cx.palette.text, opacity);
        pen.rect((low.0, high.1), (high.0, low.1), shade);
    }
}

/// The colour index of a cluster.
pub fn color(cx: &Cx<'_>, cluster: u8) -> usize {
    let cluster = cluster as usize;
    cx.snapshot
        .cluster_labels
        .get(cluster)
        .copied()
        .unwrap_or(cluster)
}

/// The colour index of a training row: of what it is, where a model learns that, else of what it is given.
pub fn fill(cx: &Cx<'_>, point: usize) -> usize {
    let given = cx.snapshot.stage.point_cluster[point];
    class(cx, point).map_or_else(|| color(cx, given), |class| color(cx, class as u8))
}

/// The class of a point, where the shown lane learns classes and the point's is known.
pub fn class(cx: &Cx<'_>, point: usize) -> Option<usize> {
    let snapshot = cx.snapshot;
    let linear = snapshot.linear.as_ref()?;
    let record = snapshot.stage.point_record.get(point)?;
    let at = linear.record.binary_search(record).ok()?;
    let class = linear.actual.get(at).copied()?;
    (snapshot.task == Task::Classification && (class == 0.0 || class == 1.0))
        .then_some(class as usize)
}

/// How opaque a row is after so many others.
pub fn opacity(age: f64) -> f64 {
    let (new, old, over) = OPACITY;
    new - (new - old) * (age / over).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::opacity;

    #[test]
    fn points_fade_with_age_and_never_vanish() {
        assert_eq!(opacity(0.0), 0.92);
        assert!((opacity(85.0) - 0.56).abs() < 1e-12);
        assert!((opacity(1e9) - 0.2).abs() < 1e-12);
    }
}
