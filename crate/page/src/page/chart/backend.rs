//! Plotters' marks on a 2-D canvas.
//!
//! Plotters counts in whole units; here a unit is an eighth of a page pixel, so that what glides does not
//! step from pixel to pixel, and strokes of 1.5 are 1.5.

use std::fmt;

use plotters::style::RGBAColor;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle,
};
use wasm_bindgen::JsValue;
use web_sys::CanvasRenderingContext2d;

use super::pen::{Align, FONT};
use super::tape::{Look, Mark, Marks, Text};

/// Units of one page pixel.
pub const UNITS: f64 = 8.0;

/// A canvas that plotters draws on.
#[derive(Debug)]
pub struct Backend {
    context: CanvasRenderingContext2d,
    width: f64,
    height: f64,
    ratio: f64,
    fill: Option<BackendColorKey>,
    stroke: Option<(BackendColorKey, u32)>,
    /// Where marks are noted down, too.
    noted: Option<Marks>,
}

/// The canvas refused to draw.
#[derive(Debug)]
pub struct CanvasError(String);

type BackendColorKey = ((u8, u8, u8), u64);
type Result = std::result::Result<(), DrawingErrorKind<CanvasError>>;

impl fmt::Display for CanvasError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the canvas refused to draw: {}", self.0)
    }
}

impl std::error::Error for CanvasError {}

impl Backend {
    /// Draws on this canvas of so many page pixels, with so many screen pixels to each; what was there is wiped off.
    pub fn new(
        context: CanvasRenderingContext2d,
        (width, height): (f64, f64),
        ratio: f64,
    ) -> Backend {
        let backend = Backend {
            context,
            width,
            height,
            ratio,
            fill: None,
            stroke: None,
            noted: None,
        };
        backend.scale(1.0 / UNITS);
        backend
            .context
            .clear_rect(0.0, 0.0, width * UNITS, height * UNITS);
        backend.context.set_line_join("round");
        backend
    }

    /// The same, and every mark is noted down.
    pub fn noting(self, noted: Option<Marks>) -> Backend {
        Backend { noted, ..self }
    }

    /// Draws a mark.
    ///
    /// # Errors
    /// The canvas refuses.
    pub fn draw(&mut self, mark: &Mark) -> Result {
        match mark {
            Mark::Path(path, look) => {
                self.trace(path);
                self.finish(*look);
            }
            Mark::Polygon(path, color) => {
                self.trace(path);
                self.context.close_path();
                self.finish(filled(*color));
            }
            Mark::Circle((x, y), radius, look) => {
                self.context.begin_path();
                let (x, y, radius) = (f64::from(*x), f64::from(*y), f64::from(*radius));
                let turn = std::f64::consts::TAU;
                let arc = self.context.arc(x, y, radius, 0.0, turn);
                arc.map_err(refused)?;
                self.finish(*look);
            }
            Mark::Rect(from, to, look) => {
                let (x, y) = (f64::from(from.0), f64::from(from.1));
                let (width, height) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
                self.choose(*look);
                match look.stroke {
                    Some(_) => self.context.stroke_rect(x, y, width, height),
                    None => self.context.fill_rect(x, y, width, height),
                }
            }
            Mark::Text(text) => return self.write(text),
        }
        Ok(())
    }

    fn put(&mut self, mark: Mark) -> Result {
        let drawn = self.draw(&mark);
        if let Some(noted) = &self.noted {
            noted.borrow_mut().push(mark);
        }
        drawn
    }

    fn scale(&self, factor: f64) {
        let scale = self.ratio * factor;
        // Finite numbers: cannot fail.
        let _ = self.context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0);
    }

    /// Sets the colour, and the width of a stroke, unless they are set.
    fn choose(&mut self, look: Look) {
        let RGBAColor(r, g, b, alpha) = look.color;
        let key = ((r, g, b), alpha.to_bits());
        match look.stroke {
            Some(width) if self.stroke != Some((key, width)) => {
                self.context.set_stroke_style_str(&css(look.color));
                self.context.set_line_width(f64::from(width));
                self.stroke = Some((key, width));
            }
            None if self.fill != Some(key) => {
                self.context.set_fill_style_str(&css(look.color));
                self.fill = Some(key);
            }
            _ => {}
        }
    }

    fn trace(&self, path: &[BackendCoord]) {
        self.context.begin_path();
        for (i, (x, y)) in path.iter().enumerate() {
            if i == 0 {
                self.context.move_to(f64::from(*x), f64::from(*y));
            } else {
                self.context.line_to(f64::from(*x), f64::from(*y));
            }
        }
    }

    fn finish(&mut self, look: Look) {
        self.choose(look);
        match look.stroke {
            Some(_) => self.context.stroke(),
            None => self.context.fill(),
        }
    }

    /// Text is set in page pixels, so that the browser hints it as it does its own.
    fn write(&mut self, text: &Text) -> Result {
        self.choose(filled(text.color));
        self.context.set_text_align(match text.align {
            Align::Left => "left",
            Align::Right => "right",
            Align::Center => "center",
        });
        self.scale(1.0);
        self.set_font(text.size, text.bold);
        let (x, y) = (f64::from(text.at.0) / UNITS, f64::from(text.at.1) / UNITS);
        let drawn = self.context.fill_text(&text.text, x, y);
        self.scale(1.0 / UNITS);
        drawn.map_err(refused)
    }

    fn set_font(&self, size: f64, bold: bool) {
        let weight = if bold { "600" } else { "400" };
        self.context.set_font(&format!("{weight} {size}px {FONT}"));
    }
}

impl DrawingBackend for Backend {
    type ErrorType = CanvasError;

    fn get_size(&self) -> (u32, u32) {
        ((self.width * UNITS) as u32, (self.height * UNITS) as u32)
    }

    fn ensure_prepared(&mut self) -> Result {
        Ok(())
    }

    fn present(&mut self) -> Result {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Result {
        let side = UNITS as i32;
        let to = (point.0 + side, point.1 + side);
        self.put(Mark::Rect(point, to, filled(rgba(color))))
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Result {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Result {
        self.put(Mark::Rect(from, to, look(style, fill)))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result {
        self.put(Mark::Path(path.into_iter().collect(), look(style, false)))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result {
        self.put(Mark::Polygon(
            path.into_iter().collect(),
            rgba(style.color()),
        ))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Result {
        self.put(Mark::Circle(center, radius, look(style, fill)))
    }

    /// A pen sets texts by their base line.
    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Result {
        self.put(Mark::Text(Text {
            text: text.to_owned(),
            at,
            size: style.size() / UNITS,
            bold: matches!(style.style(), FontStyle::Bold),
            color: rgba(style.color()),
            align: match style.anchor().h_pos {
                HPos::Left => Align::Left,
                HPos::Right => Align::Right,
                HPos::Center => Align::Center,
            },
        }))
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> std::result::Result<(u32, u32), DrawingErrorKind<CanvasError>> {
        let bold = matches!(style.style(), FontStyle::Bold);
        self.set_font(style.size() / UNITS, bold);
        let measured = self.context.measure_text(text).map_err(refused)?;
        Ok(((measured.width() * UNITS) as u32, style.size() as u32))
    }
}

fn look(style: &impl BackendStyle, fill: bool) -> Look {
    Look {
        color: rgba(style.color()),
        stroke: (!fill).then(|| style.stroke_width()),
    }
}

fn filled(color: RGBAColor) -> Look {
    Look {
        color,
        stroke: None,
    }
}

fn refused(error: JsValue) -> DrawingErrorKind<CanvasError> {
    DrawingErrorKind::DrawingError(CanvasError(format!("{error:?}")))
}

/// A colour as style sheets write it.
pub fn css(RGBAColor(r, g, b, alpha): RGBAColor) -> String {
    format!("rgba({r},{g},{b},{alpha:.3})")
}

fn rgba(color: BackendColor) -> RGBAColor {
    let (r, g, b) = color.rgb;
    RGBAColor(r, g, b, color.alpha)
}
