//! A scatter plot on three canvases: the ground, the points, the marks.

use wasm_bindgen::JsValue;

use super::labels::{self, Side};
use super::marks::{self, Pointed};
use super::pick::{self, Mark, Picks};
use super::plot::{self, Plot};
use super::points::{self, Fills};
use super::probe::Probe;
use super::selected;
use super::tip::Tip;
use crate::page::chart::pen::At;
use crate::page::chart::surface::Surface;
use crate::page::dom::Shown;
use crate::page::motion::{Glide, PULSE_MS};
use crate::page::view::{Cx, Stamp};
use lab::snapshot::Axis;

/// A scatter plot.
#[derive(Debug)]
pub struct Scatter {
    ground: Surface,
    points: Surface,
    marks: Surface,
    /// What is under the pointer.
    pub probe: Probe,
    /// Marks that open.
    pub picks: Picks,
    /// What is open, and the mark that the keyboard is on.
    picked: Shown<(u64, Option<Mark>)>,
    /// What is said of it.
    pub tip: Tip,
    glide: Glide,
    fills: Fills,
    stamp: Shown<Stamp>,
    axes: Shown<(Axis, Axis)>,
    sides: Vec<Side>,
    newest: Shown<u64>,
    pulse_start_ms: Option<f64>,
    pointed: Shown<String>,
    due: Due,
    plot: Option<Plot>,
}

/// What this frame has to draw.
#[derive(Clone, Copy, Debug, Default)]
struct Due {
    changed: bool,
    aimed: bool,
    moving: bool,
}

impl Scatter {
    /// A plot on these canvases: the lowest first.
    pub fn new(
        [ground, points, marks]: [Surface; 3],
        probe: Probe,
        picks: Picks,
        tip: Tip,
    ) -> Scatter {
        Scatter {
            ground,
            points,
            marks,
            probe,
            picks,
            picked: Shown::default(),
            tip,
            glide: Glide::default(),
            fills: Fills::default(),
            stamp: Shown::default(),
            axes: Shown::default(),
            sides: Vec::new(),
            newest: Shown::default(),
            pulse_start_ms: None,
            pointed: Shown::default(),
            due: Due::default(),
            plot: None,
        }
    }

    /// Looks at the picture of this frame; whether it is another one than before, or of another size.
    pub fn look(&mut self, cx: &Cx<'_>) -> bool {
        let fits = [self.ground.fit(), self.points.fit(), self.marks.fit()];
        if self.axes.change(cx.snapshot.axes) {
            // Another plane: nothing glides from one to the other.
            self.glide = Glide::default();
        }
        self.due = Due {
            changed: self.stamp.change(cx.stamp()) || fits.contains(&true),
            aimed: self.glide.aim(&plot::aim(cx), cx.now_ms, cx.still),
            moving: self.glide.is_moving(cx.now_ms),
        };
        self.due.changed
    }

    /// The plot as it was drawn last.
    pub fn plot(&self) -> Option<&Plot> {
        self.plot.as_ref()
    }

    /// Where the pointer is on it.
    pub fn pointer(&self) -> Option<At> {
        let at = self.probe.pointer()?;
        self.plot.as_ref().filter(|plot| plot.contains(at))?;
        Some(at)
    }

    /// Draws what changed since the last frame, as far as [`look`](Scatter::look) has seen; true where something moves.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>, pointed: Option<&Pointed>) -> Result<bool, JsValue> {
        let Due {
            changed,
            aimed,
            moving,
        } = self.due;
        if !self.marks.is_visible() || cx.snapshot.features.is_empty() {
            return Ok(moving);
        }
        let size = (self.marks.width, self.marks.height);
        let plot = Plot::new(cx, &self.glide.at(cx.now_ms), size.0, size.1);
        if changed || aimed || self.sides.len() != plot.k() {
            let target = Plot::new(cx, &plot::aim(cx), size.0, size.1);
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
        if changed || aimed || moving {
            self.picks.set(pick::of_plot(&plot, cx));
        }
        let focus = self.picks.current();
        let picked = self.picked.change((cx.state.inspector.edition, focus));
        let focus_at = focus.map(|mark| mark.at);
        self.probe.draw(&plot, cx, focus_at, &mut self.tip)?;
        let pinned = self.probe.place(&plot);
        let repointed = self.pointed.change_text(&(pinned, pointed));
        if changed || aimed || moving || pulse.is_some() || repointed || picked {
            let pen = self.marks.draw();
            marks::draw(
                &pen,
                &plot,
                cx,
                &self.sides,
                pulse.unwrap_or(0.0),
                pinned,
                pointed,
            );
            selected::draw(&pen, &plot, cx, focus);
        }
        if picked && focus.is_some() {
            self.tip.say();
        }
        self.plot = Some(plot);
        Ok(moving || filling || pulse.is_some())
    }

    /// How far the pulse of what is newest has swung out, 0 to 1; None when it rests.
    fn pulse(&mut self, cx: &Cx<'_>) -> Option<f64> {
        let snapshot = cx.snapshot;
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
