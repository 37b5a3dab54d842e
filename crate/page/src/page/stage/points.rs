//! Training rows: each in the colour of the cluster that the shown version gives it, older ones fainter.

use super::plot::Plot;
use crate::page::chart::palette::faded;
use crate::page::chart::pen::Pen;
use crate::page::view::Cx;

/// Opacity of the newest, of the oldest, and over how many records it falls.
const OPACITY: (f64, f64, f64) = (0.92, 0.2, 170.0);

/// Draws the points.
pub fn draw(pen: &Pen, plot: &Plot, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    let stage = &snapshot.stage;
    for i in 0..stage.point_x.len() {
        if stage.point_test[i] == 1 {
            continue;
        }
        let at = plot.at(f64::from(stage.point_x[i]), f64::from(stage.point_y[i]));
        if !plot.contains(at) {
            continue;
        }
        let color = color(cx, stage.point_cluster[i]);
        let age = snapshot.record.saturating_sub(u64::from(stage.point_record[i]) + 1) as f64;
        pen.disc(at, 3.4, faded(cx.palette.cluster(color), opacity(age)));
    }
}

/// The colour index of a cluster.
pub fn color(cx: &Cx<'_>, cluster: u8) -> usize {
    let cluster = cluster as usize;
    cx.state.update.snapshot.cluster_labels.get(cluster).copied().unwrap_or(cluster)
}

fn opacity(age: f64) -> f64 {
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
