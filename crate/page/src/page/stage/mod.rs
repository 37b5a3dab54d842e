//! The stage: a scatter plot of two features or components, with regions, rows and centroids.
//!
//! - [`axes`]: which features, or components, are its axes
//! - [`plot`]: the frame: scales, ticks, what the picture is made of
//! - [`regions`]: which cluster each place of the plane belongs to; [`decision`]: which class, and the line between
//! - [`points`]: training rows
//! - [`marks`]: test rows, wrong ones, newest ones, paths, centroids
//! - [`labels`]: names beside centroids, where they cover least
//! - [`legend`]: axis choosers, caption, and the plot in words
//! - [`probe`]: what is under the pointer; [`says`] what there is to say of it; [`tip`] where it is said
//!
//! Views of all features at once stand in its place, too: [`super::views`]. A regression has two panels of its own in its place: [`super::regression`].

pub mod axes;
pub mod decision;
pub mod labels;
pub mod legend;
pub mod marks;
pub mod plot;
pub mod points;
pub mod probe;
pub mod regions;
pub mod says;
pub mod tip;

use lab::snapshot::Axis;
use wasm_bindgen::JsValue;

use self::labels::Side;
use self::legend::Legend;
use self::plot::Plot;
use self::points::Fills;
use self::probe::Probe;
use self::tip::Tip;
use super::app::Sender;
use super::chart::surface::Surface;
use super::dom::Shown;
use super::motion::{Glide, PULSE_MS};
use super::regression::Regression;
use super::view::{Cx, Stamp};
use super::views::many::Many;

/// The stage.
#[derive(Debug)]
pub struct Stage {
    ground: Surface,
    points: Surface,
    marks: Surface,
    legend: Legend,
    regression: Regression,
    many: Many,
    probe: Probe,
    tip: Tip,
    glide: Glide,
    fills: Fills,
    stamp: Shown<Stamp>,
    axes: Shown<(Axis, Axis)>,
    sides: Vec<Side>,
    newest: Shown<u64>,
    pulse_start_ms: Option<f64>,
}

impl Stage {
    /// The stage of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Stage, JsValue> {
        let marks = Surface::by_id("plot-marks")?;
        Ok(Stage {
            ground: Surface::by_id("plot-ground")?,
            points: Surface::by_id("plot-points")?,
            legend: Legend::new(sender)?,
            regression: Regression::new(sender)?,
            many: Many::new()?,
            probe: Probe::new(&marks.canvas, sender),
            tip: Tip::new()?,
            marks,
            glide: Glide::default(),
            fills: Fills::default(),
            stamp: Shown::default(),
            axes: Shown::default(),
            sides: Vec::new(),
            newest: Shown::default(),
            pulse_start_ms: None,
        })
    }

    /// Draws what changed; true where something moves.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<bool, JsValue> {
        let snapshot = &cx.state.update.snapshot;
        let fits = [self.ground.fit(), self.points.fit(), self.marks.fit()];
        if self.axes.change(snapshot.axes) {
            // Another plane: nothing glides from one to the other.
            self.glide = Glide::default();
        }
        let changed = self.stamp.change(cx.stamp()) || fits.contains(&true);
        let aimed = self.glide.aim(&plot::aim(cx), cx.now_ms, cx.still);
        let moving = self.glide.is_moving(cx.now_ms);
        if changed {
            self.legend.draw(cx)?;
        }
        if self.regression.draw(cx, changed, &mut self.tip)? {
            return Ok(false);
        }
        if self.many.draw(cx, changed) {
            self.tip.hide();
            return Ok(false);
        }
        if !self.marks.is_visible() || snapshot.features.is_empty() {
            return Ok(moving);
        }
        let plot = Plot::new(
            cx,
            &self.glide.at(cx.now_ms),
            self.marks.width,
            self.marks.height,
        );
        if changed || aimed || self.sides.len() != plot.k() {
            let target = Plot::new(cx, &plot::aim(cx), self.marks.width, self.marks.height);
            self.sides = labels::choose(&target, cx);
        }
        if changed || aimed || moving {
            plot::draw_ground(&self.ground.draw(), &plot, cx);
        }
        if changed {
            self.fills.aim(cx);
        }
        let filling = self.fills.is_moving(cx.now_ms);
        if changed || aimed || filling || (moving && plot.is_rescaling(cx)) {
            points::draw(&self.points.draw(), &plot, cx, &self.fills);
        }
        let pulse = self.pulse(cx);
        let probed = self.probe.draw(&plot, cx, &mut self.tip)?;
        if changed || aimed || moving || pulse.is_some() || probed {
            marks::draw(
                &self.marks.draw(),
                &plot,
                cx,
                &self.sides,
                pulse.unwrap_or(0.0),
                self.probe.place(&plot),
            );
        }
        Ok(moving || filling || pulse.is_some())
    }

    /// How far the pulse of what is newest has swung out, 0 to 1; None when it rests.
    fn pulse(&mut self, cx: &Cx<'_>) -> Option<f64> {
        let snapshot = &cx.state.update.snapshot;
        if self.newest.change(snapshot.record) && snapshot.live && snapshot.record > 0 && !cx.still
        {
            self.pulse_start_ms = Some(cx.now_ms);
        }
        let phase = (cx.now_ms - self.pulse_start_ms?) / PULSE_MS;
        if phase >= 2.0 {
            self.pulse_start_ms = None;
            return Some(0.0);
        }
        Some(libm::sin(phase.fract() * std::f64::consts::PI))
    }
}
