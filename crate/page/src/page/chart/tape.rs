//! Marks, and a tape on which canvases note them down while a picture is taken.

use std::cell::RefCell;
use std::rc::Rc;

use plotters::style::RGBAColor;
use web_sys::HtmlCanvasElement;

use super::pen::Align;

/// A place, in units.
pub type Place = (i32, i32);

/// A mark, in units.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// An open line through these places.
    Path(Vec<Place>, Look),
    /// A filled polygon.
    Polygon(Vec<Place>, RGBAColor),
    /// A circle: centre and radius.
    Circle(Place, u32, Look),
    /// A rectangle, by two corners.
    Rect(Place, Place, Look),
    /// A text.
    Text(Text),
}

/// How a mark is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Colour.
    pub color: RGBAColor,
    /// Width of the stroke; None where the mark is filled.
    pub stroke: Option<u32>,
}

/// A text, in the page's font.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What it says.
    pub text: String,
    /// Where.
    pub at: Place,
    /// Height of the font, page pixels.
    pub size: f64,
    /// 600 in place of 400.
    pub bold: bool,
    /// Colour.
    pub color: RGBAColor,
    /// What of its base line is at its place.
    pub align: Align,
}

/// What one canvas drew.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The canvas.
    pub canvas: HtmlCanvasElement,
    /// Its size, page pixels.
    pub size: (f64, f64),
    /// Its marks, in order.
    pub marks: Marks,
}

/// Marks that are being noted down.
pub type Marks = Rc<RefCell<Vec<Mark>>>;

thread_local! {
    /// What canvases drew since the tape runs; None where it does not.
    static TAPE: RefCell<Option<Vec<Layer>>> = const { RefCell::new(None) };
}

/// Notes down what canvases draw from now on.
pub fn start() {
    TAPE.set(Some(Vec::new()));
}

/// Stops noting down; answers what every canvas drew last.
pub fn stop() -> Vec<Layer> {
    TAPE.take().unwrap_or_default()
}

/// Where this canvas is to note down what it draws, which begins anew; None where no tape runs.
pub fn of(canvas: &HtmlCanvasElement, size: (f64, f64)) -> Option<Marks> {
    TAPE.with_borrow_mut(|tape| {
        let layers = tape.as_mut()?;
        layers.retain(|layer| layer.canvas != *canvas);
        let marks = Marks::default();
        layers.push(Layer {
            canvas: canvas.clone(),
            size,
            marks: marks.clone(),
        });
        Some(marks)
    })
}
