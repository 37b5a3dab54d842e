//! All that is seen of lanes beside the stage.

use wasm_bindgen::JsValue;

use super::charts::Charts;
use super::dialog::LaneDialog;
use super::is_comparing;
use super::menu::LaneMenu;
use super::notice::Notice;
use super::panels::Panels;
use super::why::Why;
use crate::page::app::Sender;
use crate::page::view::Cx;

/// What is seen of lanes.
#[derive(Debug)]
pub struct LanesView {
    panels: Panels,
    menu: LaneMenu,
    dialog: LaneDialog,
    notice: Notice,
    charts: Charts,
    why: Why,
}

impl LanesView {
    /// The parts of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<LanesView, JsValue> {
        Ok(LanesView {
            panels: Panels::new(sender)?,
            menu: LaneMenu::new(sender)?,
            dialog: LaneDialog::new(sender)?,
            notice: Notice::new(sender)?,
            charts: Charts::new()?,
            why: Why::new()?,
        })
    }

    /// Lays the page out, one lane large or all side by side; before anything that depends on sizes is drawn.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn lay_out(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        self.panels.lay_out(cx)
    }

    /// Draws what changed; true where something moves.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<bool, JsValue> {
        self.menu.draw(cx)?;
        self.dialog.draw(cx);
        self.notice.draw(cx);
        if !is_comparing(cx.state) {
            return Ok(false);
        }
        self.charts.draw(cx);
        self.why.draw(cx)?;
        self.panels.draw(cx)
    }
}
