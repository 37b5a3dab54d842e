//! The plot's frame: scales, ticks, and what the picture is made of.

use lab::snapshot::{Axis, Plane};

use super::decision::{self, Decision, Shows};
use super::regions::{Region, Slice, regions};
use crate::page::chart::pen::{Align, At, Pen, Type, crisp};
use crate::page::chart::scale::{Scale, ticks};
use crate::page::numbers;
use crate::page::view::Cx;

/// Pixels kept free inside the frame, so that no ring is cut off.
const INSIDE: f64 = 26.0;
/// The same left and right, where names stand beside.
const INSIDE_ACROSS: f64 = 40.0;

/// The plot in one frame of its motion.
#[derive(Clone, Debug)]
pub struct Plot {
    /// Horizontal scale, inside the frame.
    pub x: Scale,
    /// Vertical scale, inside the frame.
    pub y: Scale,
    /// Upper left corner of the frame.
    pub from: At,
    /// Lower right corner of the frame.
    pub to: At,
    /// k x dim, as they stand in this frame.
    pub centroids: Vec<f64>,
    /// The plane that is looked at, as it stands in this frame.
    pub plane: Plane,
    distance: String,
    centre: Vec<f64>,
    factor: Vec<f64>,
    /// Of a linear model: its coefficients, then its intercept, as they stand in this frame.
    linear: Vec<f64>,
}

/// Everything that glides: ranges, slice, centroids or coefficients.
pub fn aim(cx: &Cx<'_>) -> Vec<f64> {
    let snapshot = cx.snapshot;
    let stage = &snapshot.stage;
    let range = |axis: Axis, range: (f64, f64)| {
        // A walk-through's rows are known before they come: nothing needs to be rescaled for them.
        let name = axis
            .feature()
            .and_then(|feature| snapshot.features.get(feature))
            .map(String::as_str)
            .unwrap_or_default();
        let known = cx
            .state
            .walk
            .as_ref()
            .and_then(|walk| walk.range(name))
            .unwrap_or(range);
        (range.0.min(known.0), range.1.max(known.1))
    };
    let (x, y) = (
        range(snapshot.axes.0, stage.x_range),
        range(snapshot.axes.1, stage.y_range),
    );
    let mut aim = vec![x.0, x.1, y.0, y.1];
    aim.extend_from_slice(&stage.slice);
    aim.extend_from_slice(&stage.centroids);
    if let Some(linear) = &snapshot.linear {
        aim.extend(linear.coefficients.iter().chain([&linear.intercept]));
    }
    aim
}

impl Plot {
    /// The plot for values on their way to [`aim`], on a canvas of this size.
    pub fn new(cx: &Cx<'_>, values: &[f64], width: f64, height: f64) -> Plot {
        let stage = &cx.snapshot.stage;
        let narrow = width < 520.0;
        let from = (
            if narrow { 35.0 } else { 44.0 },
            if narrow { 4.0 } else { 11.0 },
        );
        let to = (
            (width - if narrow { 11.0 } else { 16.0 }).max(from.0 + 1.0),
            (height - 20.0).max(from.1 + 1.0),
        );
        let across = if narrow { INSIDE } else { INSIDE_ACROSS };
        let (ranges, rest) = values.split_at(values.len().min(4));
        let (slice, rest) = rest.split_at(rest.len().min(stage.slice.len()));
        let (centroids, linear) = rest.split_at(rest.len().min(stage.centroids.len()));
        let domain = |at: usize| match ranges.get(at..at + 2) {
            Some([from, to]) if from < to => (*from, *to),
            Some([from, _]) => (from - 0.5, from + 0.5),
            _ => (0.0, 1.0),
        };
        Plot {
            x: Scale {
                domain: domain(0),
                pixels: (from.0 + across, to.0 - across),
            },
            y: Scale {
                domain: domain(2),
                pixels: (to.1 - INSIDE * 0.6, from.1 + INSIDE),
            },
            from,
            to,
            centroids: centroids.to_vec(),
            plane: Plane::new(cx.snapshot.axes, slice, stage.components.as_ref()),
            distance: stage.distance.clone(),
            centre: stage.centre.clone(),
            factor: stage.factor.clone(),
            linear: linear.to_vec(),
        }
    }

    /// Where a place of the plane is on the canvas.
    pub fn at(&self, x: f64, y: f64) -> At {
        (self.x.at(x), self.y.at(y))
    }

    /// Number of clusters.
    pub fn k(&self) -> usize {
        self.slice().k()
    }

    /// Where a centroid is on the canvas.
    pub fn centroid(&self, cluster: usize) -> At {
        let dim = self.plane.dim();
        let centroid = &self.centroids[cluster * dim..(cluster + 1) * dim];
        let (x, y) = self.plane.place(centroid);
        self.at(x, y)
    }

    /// The model in this plane.
    pub fn slice(&self) -> Slice<'_> {
        Slice {
            centroids: &self.centroids,
            plane: &self.plane,
            distance: &self.distance,
            centre: &self.centre,
            factor: &self.factor,
        }
    }

    /// Where a linear model changes its answer in this plane; None for other models.
    pub fn decision(&self) -> Option<Decision> {
        let (intercept, coefficients) = self.linear.split_last()?;
        Some(Decision::new(coefficients, *intercept, &self.plane))
    }

    /// Two corners of the frame in the axes' units: the least x and y, and the largest.
    pub fn corners(&self) -> ((f64, f64), (f64, f64)) {
        (
            (self.x.back(self.from.0), self.y.back(self.to.1)),
            (self.x.back(self.to.0), self.y.back(self.from.1)),
        )
    }

    /// Whether a place of the canvas is inside the frame.
    pub fn contains(&self, (x, y): At) -> bool {
        x >= self.from.0 && x <= self.to.0 && y >= self.from.1 && y <= self.to.1
    }

    /// Whether the scales are still on their way.
    pub fn is_rescaling(&self, cx: &Cx<'_>) -> bool {
        let aim = aim(cx);
        (self.x.domain, self.y.domain) != ((aim[0], aim[1]), (aim[2], aim[3]))
    }
}

/// Whether the shown version's decision line is to be seen, whatever the canvas' size.
pub fn decision(cx: &Cx<'_>) -> Shows {
    let plot = Plot::new(cx, &aim(cx), 600.0, 400.0);
    let (low, high) = plot.corners();
    plot.decision()
        .map_or(Shows::Nothing, |decision| decision.shows(low, high))
}

/// Tints and ticks.
pub fn draw_ground(pen: &Pen, plot: &Plot, cx: &Cx<'_>) {
    let labels = &cx.snapshot.cluster_labels;
    let palette = cx.palette;
    let (low, high) = plot.corners();
    let decision = plot.decision();
    let regions: Vec<Region> = match &decision {
        Some(decision) => decision.halves(low, high),
        None => regions(&plot.slice(), low, high),
    };
    let straight = decision.is_some() || plot.distance == "euclidean";
    for region in regions.iter().filter(|_| cx.state.views.regions) {
        let color = labels
            .get(region.cluster)
            .copied()
            .unwrap_or(region.cluster);
        let corners: Vec<At> = region
            .corners
            .iter()
            .map(|(x, y)| plot.at(*x, *y))
            .collect();
        pen.polygon(corners.iter().copied(), palette.tint(color));
        if !straight {
            // Rectangles side by side must not show their seams.
            pen.path(
                corners.iter().copied().chain(corners.first().copied()),
                0.5,
                palette.tint(color),
            );
        }
    }
    if let Some(decision) = &decision {
        decision::draw(pen, plot, decision, cx);
    } else if straight && cx.state.views.regions {
        for region in &regions {
            let corners = region.corners.iter().chain(region.corners.first());
            pen.path(corners.map(|(x, y)| plot.at(*x, *y)), 2.0, palette.stage);
        }
    }
    draw_ticks(pen, plot, cx);
}

fn draw_ticks(pen: &Pen, plot: &Plot, cx: &Cx<'_>) {
    let palette = cx.palette;
    let (width, height) = (plot.to.0 - plot.from.0, plot.to.1 - plot.from.1);
    let (x_ticks, decimals) = ticks(
        plot.x.back(plot.from.0),
        plot.x.back(plot.to.0),
        (width / 50.0).clamp(3.0, 10.0),
    );
    for tick in x_ticks {
        let x = plot.x.at(tick);
        pen.line(
            (crisp(x), plot.to.1),
            (crisp(x), plot.to.1 + 4.0),
            1.0,
            palette.line_2,
        );
        let label = Type::tick(palette.text_3, Align::Center);
        pen.text(
            &numbers::fixed(tick, decimals),
            (x, plot.to.1 + 12.0),
            label,
        );
    }
    let (y_ticks, decimals) = ticks(
        plot.y.back(plot.to.1),
        plot.y.back(plot.from.1),
        (height / 40.0).clamp(2.0, 8.0),
    );
    for tick in y_ticks {
        let y = plot.y.at(tick);
        pen.line(
            (plot.from.0 - 4.0, crisp(y)),
            (plot.from.0, crisp(y)),
            1.0,
            palette.line_2,
        );
        let label = Type::tick(palette.text_3, Align::Right);
        pen.text(
            &numbers::fixed(tick, decimals),
            (plot.from.0 - 8.0, y),
            label,
        );
    }
}
