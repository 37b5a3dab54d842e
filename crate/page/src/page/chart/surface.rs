//! A canvas that keeps to its size on the page.

use plotters::drawing::IntoDrawingArea;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::backend::Backend;
use super::pen::Pen;
use crate::page::dom;

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
}

impl Surface {
    /// The canvas of index.html with this id.
    ///
    /// # Errors
    /// There is none, or it cannot be drawn on.
    pub fn by_id(id: &str) -> Result<Surface, JsValue> {
        let canvas: HtmlCanvasElement = dom::by_id(id)?;
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
        })
    }

    /// Takes the size that the canvas has on the page; true where that is another one than before.
    pub fn fit(&mut self) -> bool {
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
        let backend = Backend::new(self.context.clone(), self.width, self.height, self.ratio);
        Pen {
            area: backend.into_drawing_area(),
        }
    }
}
