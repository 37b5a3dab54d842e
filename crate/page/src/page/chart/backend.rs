//! Plotters' marks on a 2-D canvas.
//!
//! Plotters counts in whole units; here a unit is an eighth of a page pixel, so that what glides does not
//! step from pixel to pixel, and strokes of 1.5 are 1.5.

use std::fmt;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle,
};
use wasm_bindgen::JsValue;
use web_sys::CanvasRenderingContext2d;

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
    pub fn new(context: CanvasRenderingContext2d, width: f64, height: f64, ratio: f64) -> Backend {
        let backend = Backend {
            context,
            width,
            height,
            ratio,
            fill: None,
            stroke: None,
        };
        backend.scale(1.0 / UNITS);
        backend
            .context
            .clear_rect(0.0, 0.0, width * UNITS, height * UNITS);
        backend.context.set_line_join("round");
        backend
    }

    fn scale(&self, factor: f64) {
        let scale = self.ratio * factor;
        // Finite numbers: cannot fail.
        let _ = self.context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0);
    }

    fn fill_style(&mut self, color: BackendColor) {
        let key = (color.rgb, color.alpha.to_bits());
        if self.fill != Some(key) {
            self.context.set_fill_style_str(&css(color));
            self.fill = Some(key);
        }
    }

    fn stroke_style(&mut self, style: &impl BackendStyle) {
        let color = style.color();
        let key = ((color.rgb, color.alpha.to_bits()), style.stroke_width());
        if self.stroke != Some(key) {
            self.context.set_stroke_style_str(&css(color));
            self.context.set_line_width(f64::from(style.stroke_width()));
            self.stroke = Some(key);
        }
    }

    fn trace(&self, path: impl IntoIterator<Item = BackendCoord>) {
        self.context.begin_path();
        for (i, (x, y)) in path.into_iter().enumerate() {
            if i == 0 {
                self.context.move_to(f64::from(x), f64::from(y));
            } else {
                self.context.line_to(f64::from(x), f64::from(y));
            }
        }
    }

    fn set_font(&self, style: &impl BackendTextStyle) {
        let weight = if matches!(style.style(), FontStyle::Bold) {
            "600"
        } else {
            "400"
        };
        self.context.set_font(&format!(
            "{weight} {}px {}",
            style.size() / UNITS,
            style.family().as_str()
        ));
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
        self.fill_style(color);
        self.context
            .fill_rect(f64::from(point.0), f64::from(point.1), UNITS, UNITS);
        Ok(())
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
        let (x, y) = (f64::from(from.0), f64::from(from.1));
        let (width, height) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
        if fill {
            self.fill_style(style.color());
            self.context.fill_rect(x, y, width, height);
        } else {
            self.stroke_style(style);
            self.context.stroke_rect(x, y, width, height);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result {
        self.stroke_style(style);
        self.trace(path);
        self.context.stroke();
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result {
        self.fill_style(style.color());
        self.trace(path);
        self.context.close_path();
        self.context.fill();
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Result {
        self.context.begin_path();
        let turn = std::f64::consts::TAU;
        self.context
            .arc(
                f64::from(center.0),
                f64::from(center.1),
                f64::from(radius),
                0.0,
                turn,
            )
            .map_err(refused)?;
        if fill {
            self.fill_style(style.color());
            self.context.fill();
        } else {
            self.stroke_style(style);
            self.context.stroke();
        }
        Ok(())
    }

    /// Text is set in page pixels, so that the browser hints it as it does its own.
    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Result {
        self.fill_style(style.color());
        self.context.set_text_baseline(match style.anchor().v_pos {
            VPos::Top => "top",
            VPos::Center => "middle",
            VPos::Bottom => "alphabetic",
        });
        self.context.set_text_align(match style.anchor().h_pos {
            HPos::Left => "left",
            HPos::Right => "right",
            HPos::Center => "center",
        });
        self.scale(1.0);
        self.set_font(style);
        let drawn = self
            .context
            .fill_text(text, f64::from(at.0) / UNITS, f64::from(at.1) / UNITS);
        self.scale(1.0 / UNITS);
        drawn.map_err(refused)
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> std::result::Result<(u32, u32), DrawingErrorKind<CanvasError>> {
        self.set_font(style);
        let measured = self.context.measure_text(text).map_err(refused)?;
        Ok(((measured.width() * UNITS) as u32, style.size() as u32))
    }
}

fn refused(error: JsValue) -> DrawingErrorKind<CanvasError> {
    DrawingErrorKind::DrawingError(CanvasError(format!("{error:?}")))
}

fn css(color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    format!("rgba({r},{g},{b},{:.3})", color.alpha)
}
