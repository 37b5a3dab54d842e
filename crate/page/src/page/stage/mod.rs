//! The stage: a scatter plot of two features or components, with regions, rows and centroids.
//!
//! - [`axes`]: which features, or components, are its axes
//! - [`plot`]: the frame: scales, ticks, what the picture is made of
//! - [`regions`]: which cluster each place of the plane belongs to; [`decision`]: which class, and the line between
//! - [`points`]: training rows
//! - [`marks`]: test rows, wrong ones, newest ones, paths, centroids
//! - [`labels`]: names beside centroids, where they cover least
//! - [`legend`]: axis choosers, caption; [`in_words`]: the plot in words
//! - [`pick`]: marks that open, by pointer and keyboard; [`selected`] what is open
//! - [`scatter`]: all of that on its canvases: that of the stage, and one for each lane beside others
//! - [`probe`]: what is under the pointer; [`says`] what there is to say of it; [`tip`] where it is said
//!
//! Views of all features at once stand in its place, too: [`super::views`]. A regression has two panels of its own in its place: [`super::regression`].

pub mod axes;
pub mod decision;
pub mod in_words;
pub mod labels;
pub mod legend;
pub mod marks;
pub mod pick;
pub mod plot;
pub mod points;
pub mod probe;
pub mod regions;
pub mod says;
pub mod scatter;
pub mod selected;
pub mod tip;

use wasm_bindgen::JsValue;

use self::legend::Legend;
use self::pick::Picks;
use self::probe::{Pinned, Probe};
use self::scatter::Scatter;
use self::tip::Tip;
use super::app::Sender;
use super::chart::surface::Surface;
use super::dom;
use super::regression::Regression;
use super::view::Cx;
use super::views::many::Many;

/// The stage.
#[derive(Debug)]
pub struct Stage {
    scatter: Scatter,
    legend: Legend,
    regression: Regression,
    many: Many,
}

impl Stage {
    /// The stage of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Stage, JsValue> {
        let marks = Surface::by_id("plot-marks")?;
        let probe = Probe::new(&marks.canvas, sender, Pinned::default());
        let picks = Picks::new(&marks.canvas, sender);
        let surfaces = [
            Surface::by_id("plot-ground")?,
            Surface::by_id("plot-points")?,
            marks,
        ];
        Ok(Stage {
            scatter: Scatter::new(surfaces, probe, picks, Tip::new(dom::by_id("tip")?)),
            legend: Legend::new(sender)?,
            regression: Regression::new(sender)?,
            many: Many::new()?,
        })
    }

    /// Draws what changed; true where something moves.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<bool, JsValue> {
        let changed = self.scatter.look(cx);
        if changed {
            self.legend.draw(cx)?;
        }
        if self.regression.draw(cx, changed, &mut self.scatter.tip)? {
            return Ok(false);
        }
        if self.many.draw(cx, changed) {
            self.scatter.tip.hide();
            return Ok(false);
        }
        self.scatter.draw(cx, None)
    }
}
