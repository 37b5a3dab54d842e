//! A canvas that keeps to its size on the page.

use std::cell::Cell;

use plotters::drawing::IntoDrawingArea;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::backend::Backend;
use super::pen::Pen;
use super::tape;
use crate::page::dom;

thread_local! {
    /// Counts the times at which the page's sizes changed. Asking a canvas for its size makes the browser
    /// lay out everything that this frame wrote before, so it is asked only then.
    static SIZES: Cell<u32> = const { Cell::new(1) };
}

/// Canvases have other sizes than before.
pub fn sizes_changed() {
    SIZES.set(SIZES.get().wrapping_add(1));
}

/// A canvas and its size.
#[derive(Debug)]
pub struct Surface {
    /// The element.
    pub canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    /// Page pixels.
    pub width: f64,
    /// Page pixels.
    pub height: f64,
    ratio: f64,
    /// [`SIZES`] at which the size was taken.
    taken: u32,
}

impl Surface {
    /// The canvas of index.html with this id.
    ///
    /// # Errors
    /// There is none, or it cannot be drawn on.
    pub fn by_id(id: &str) -> Result<Surface, JsValue> {
        Surface::new(dom::by_id(id)?)
    }

    /// A canvas.
    ///
    /// # Errors
    /// It cannot be drawn on.
    pub fn new(canvas: HtmlCanvasElement) -> Result<Surface, JsValue> {
        let context = canvas
            .get_context("2d")?
            .and_then(|context| context.dyn_into().ok());
        let context =
            context.ok_or_else(|| JsValue::from_str("this browser draws on no canvas"))?;
        Ok(Surface {
            canvas,
            context,
            width: 0.0,
            height: 0.0,
            ratio: 1.0,
            taken: 0,
        })
    }

    /// Takes the size that the canvas has on the page; true where that is another one than before.
    pub fn fit(&mut self) -> bool {
        if std::mem::replace(&mut self.taken, SIZES.get()) == SIZES.get() {
            return false;
        }
        let (width, height) = (
            f64::from(self.canvas.client_width()),
            f64::from(self.canvas.client_height()),
        );
        let ratio = dom::window().map_or(1.0, |window| window.device_pixel_ratio());
        if (width, height, ratio) == (self.width, self.height, self.ratio) {
            return false;
        }
        (self.width, self.height, self.ratio) = (width, height, ratio);
        self.canvas.set_width((width * ratio).round() as u32);
        self.canvas.set_height((height * ratio).round() as u32);
        true
    }

    /// Whether there is room to draw.
    pub fn is_visible(&self) -> bool {
        self.width > 0.0 && self.height > 0.0
    }

    /// Wipes the canvas and starts to draw.
    pub fn draw(&self) -> Pen {
        let size = (self.width, self.height);
        let backend = Backend::new(self.context.clone(), size, self.ratio)
            .noting(tape::of(&self.canvas, size));
        Pen {
            area: backend.into_drawing_area(),
        }
    }
}
