//! Names beside centroids, where they cover least.

use super::plot::Plot;
use super::points::color;
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{Align, At, Pen, Type};
use crate::page::predictions;
use crate::page::view::Cx;

/// Half the height of a label's ground.
const HALF_HEIGHT: f64 = 9.0;
/// About the width of a bold letter of 12 px.
const LETTER: f64 = 6.6;

/// On which side of its centroid a label stands: the offset of its middle, in its half-width and pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    across: f64,
    x: f64,
    y: f64,
}

const SIDES: [Side; 8] = [
    Side {
        across: 0.0,
        x: 0.0,
        y: -25.0,
    },
    Side {
        across: 1.0,
        x: 10.0,
        y: -20.0,
    },
    Side {
        across: -1.0,
        x: -10.0,
        y: -20.0,
    },
    Side {
        across: 1.0,
        x: 19.0,
        y: 0.0,
    },
    Side {
        across: -1.0,
        x: -19.0,
        y: 0.0,
    },
    Side {
        across: 0.0,
        x: 0.0,
        y: 25.0,
    },
    Side {
        across: 1.0,
        x: 10.0,
        y: 20.0,
    },
    Side {
        across: -1.0,
        x: -10.0,
        y: 20.0,
    },
];

/// Middle and half-width of a label's ground.
type Ground = (At, f64);

/// Chooses a side for each label.
pub fn choose(plot: &Plot, cx: &Cx<'_>) -> Vec<Side> {
    let stage = &cx.snapshot.stage;
    let centroids: Vec<At> = (0..plot.k())
        .map(|cluster| plot.centroid(cluster))
        .collect();
    let rows: Vec<(At, f64)> = (0..stage.point_x.len())
        .map(|i| {
            (
                plot.at(f64::from(stage.point_x[i]), f64::from(stage.point_y[i])),
                if stage.point_test[i] == 1 { 8.0 } else { 1.0 },
            )
        })
        .collect();
    let mut placed: Vec<Ground> = Vec::new();
    let mut sides = Vec::new();
    for (cluster, at) in centroids.iter().enumerate() {
        let half = name(cx, cluster).chars().count() as f64 * LETTER / 2.0 + 4.0;
        let cost = |side: &Side| {
            let ground = ground(*at, half, *side);
            let others = centroids
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != cluster);
            let on_centroids = others
                .filter(|(_, other)| near(ground, **other, 14.0))
                .count() as f64
                * 200.0;
            let on_labels = placed
                .iter()
                .filter(|other| overlap(ground, **other))
                .count() as f64
                * 200.0;
            let on_rows: f64 = rows
                .iter()
                .filter(|(row, weight)| near(ground, *row, if *weight > 1.0 { 11.0 } else { 4.0 }))
                .map(|(_, weight)| weight)
                .sum();
            let outside = if fits(plot, ground) { 0.0 } else { 1_000.0 };
            on_centroids + on_labels + on_rows + outside
        };
        let costs: Vec<f64> = SIDES.iter().map(cost).collect();
        let best = (0..SIDES.len())
            .min_by(|a, b| costs[*a].total_cmp(&costs[*b]))
            .unwrap_or(0);
        placed.push(ground(*at, half, SIDES[best]));
        sides.push(SIDES[best]);
    }
    sides
}

/// Draws the labels.
pub fn draw(pen: &Pen, plot: &Plot, cx: &Cx<'_>, sides: &[Side]) {
    for (cluster, side) in sides.iter().enumerate().take(plot.k()) {
        let name = name(cx, cluster);
        let style = Type::label(cx.palette.text, Align::Center).bold();
        let half = pen.width_of(&name, style) / 2.0 + 4.0;
        let ((x, y), half) = ground(plot.centroid(cluster), half, *side);
        pen.rect(
            (x - half, y - HALF_HEIGHT),
            (x + half, y + HALF_HEIGHT),
            faded(cx.palette.stage, 0.86),
        );
        pen.text(&name, (x, y), style);
    }
}

fn name(cx: &Cx<'_>, cluster: usize) -> String {
    let snapshot = cx.snapshot;
    let color = color(cx, cluster.min(255) as u8);
    let twins = snapshot
        .cluster_labels
        .iter()
        .filter(|other| **other == color)
        .count();
    let (_, name) = predictions::cluster(snapshot, cluster as u32);
    if twins > 1 {
        format!("{name} ({cluster})")
    } else {
        name
    }
}

fn ground(at: At, half: f64, side: Side) -> Ground {
    ((at.0 + side.across * half + side.x, at.1 + side.y), half)
}

fn near((middle, half): Ground, place: At, radius: f64) -> bool {
    (place.0 - middle.0).abs() < half + radius && (place.1 - middle.1).abs() < HALF_HEIGHT + radius
}

fn overlap((a, half_a): Ground, (b, half_b): Ground) -> bool {
    (a.0 - b.0).abs() < half_a + half_b && (a.1 - b.1).abs() < 2.0 * HALF_HEIGHT
}

fn fits(plot: &Plot, (middle, half): Ground) -> bool {
    let (from, to) = (plot.from, plot.to);
    middle.0 - half > from.0
        && middle.0 + half < to.0
        && middle.1 - HALF_HEIGHT > from.1
        && middle.1 + HALF_HEIGHT < to.1
}
