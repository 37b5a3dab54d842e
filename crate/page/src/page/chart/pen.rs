//! Lines, circles, rectangles, polygons and text, in page pixels.
//!
//! A mark that the canvas refuses (a coordinate that is not finite) is left out; the rest of the picture stands.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontStyle, FontTransform, IntoFont, RGBAColor, ShapeStyle, TextStyle,
};

use super::backend::{Backend, UNITS};

/// The page's font; style.css says the same.
pub const FONT: &str = "-apple-system, BlinkMacSystemFont, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial, sans-serif";

/// A place on a canvas, page pixels.
pub type At = (f64, f64);

/// Draws on one canvas.
pub struct Pen {
    pub(super) area: DrawingArea<Backend, Shift>,
}

/// Where a text stands from its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Begins there.
    Left,
    /// Ends there.
    Right,
    /// Is centred there.
    Center,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    /// Page pixels.
    pub size: f64,
    /// 600 in place of 400.
    pub bold: bool,
    /// Colour.
    pub color: RGBAColor,
    /// Where it stands.
    pub align: Align,
}

impl Pen {
    /// An open line through these places.
    pub fn path(&self, places: impl IntoIterator<Item = At>, width: f64, color: RGBAColor) {
        let places: Vec<(i32, i32)> = places.into_iter().map(units).collect();
        let _ = self
            .area
            .draw(&PathElement::new(places, stroke(width, color)));
    }

    /// A straight line.
    pub fn line(&self, from: At, to: At, width: f64, color: RGBAColor) {
        self.path([from, to], width, color);
    }

    /// A straight line of dashes, so long and so far apart.
    pub fn dashes(&self, from: At, to: At, dash: (f64, f64), width: f64, color: RGBAColor) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).sqrt();
        let mut at = 0.0;
        while at < length {
            let end = (at + dash.0).min(length);
            let place = |along: f64| (from.0 + dx * along / length, from.1 + dy * along / length);
            self.line(place(at), place(end), width, color);
            at += dash.0 + dash.1;
        }
    }

    /// A rectangle of dashes.
    pub fn dashed_rect(&self, from: At, to: At, color: RGBAColor) {
        let corners = [from, (to.0, from.1), to, (from.0, to.1), from];
        for side in corners.windows(2) {
            self.dashes(side[0], side[1], (3.0, 2.0), 1.0, color);
        }
    }

    /// A filled circle.
    pub fn disc(&self, center: At, radius: f64, color: RGBAColor) {
        let _ = self
            .area
            .draw(&Circle::new(units(center), radius * UNITS, color.filled()));
    }

    /// A ring; the radius is that of the middle of its stroke.
    pub fn ring(&self, center: At, radius: f64, width: f64, color: RGBAColor) {
        let _ = self.area.draw(&Circle::new(
            units(center),
            radius * UNITS,
            stroke(width, color),
        ));
    }

    /// A filled rectangle.
    pub fn rect(&self, from: At, to: At, color: RGBAColor) {
        let _ = self
            .area
            .draw(&Rectangle::new([units(from), units(to)], color.filled()));
    }

    /// A rectangle's outline.
    pub fn frame(&self, from: At, to: At, width: f64, color: RGBAColor) {
        let _ = self.area.draw(&Rectangle::new(
            [units(from), units(to)],
            stroke(width, color),
        ));
    }

    /// A filled polygon.
    pub fn polygon(&self, places: impl IntoIterator<Item = At>, color: RGBAColor) {
        let places: Vec<(i32, i32)> = places.into_iter().map(units).collect();
        let _ = self.area.draw(&Polygon::new(places, color.filled()));
    }

    /// A text; its place is the middle of its height.
    pub fn text(&self, text: &str, at: At, style: Type) {
        // The middle of the digits, not of the line box: they line up with ticks and marks.
        let base = (at.0, at.1 + style.size * 0.35);
        let _ = self
            .area
            .draw(&Text::new(text, units(base), plotters_style(&style)));
    }

    /// How wide a text is, page pixels.
    pub fn width_of(&self, text: &str, style: Type) -> f64 {
        self.area
            .estimate_text_size(text, &plotters_style(&style))
            .map_or(0.0, |(width, _)| f64::from(width) / UNITS)
    }
}

impl Type {
    /// A tick's label.
    pub fn tick(color: RGBAColor, align: Align) -> Type {
        Type {
            size: 11.0,
            bold: false,
            color,
            align,
        }
    }

    /// A label in a chart.
    pub fn label(color: RGBAColor, align: Align) -> Type {
        Type {
            size: 12.0,
            bold: false,
            color,
            align,
        }
    }

    /// The same in bold.
    pub fn bold(self) -> Type {
        Type { bold: true, ..self }
    }
}

/// The nearest place at which a line of 1 is crisp.
pub fn crisp(value: f64) -> f64 {
    value.floor() + 0.5
}

fn units((x, y): At) -> (i32, i32) {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}

fn stroke(width: f64, color: RGBAColor) -> ShapeStyle {
    color.stroke_width((width * UNITS).round() as u32)
}

fn plotters_style(style: &Type) -> TextStyle<'static> {
    let h_pos = match style.align {
        Align::Left => HPos::Left,
        Align::Right => HPos::Right,
        Align::Center => HPos::Center,
    };
    let font = (FONT, style.size * UNITS)
        .into_font()
        .transform(FontTransform::None);
    let font = if style.bold {
        font.style(FontStyle::Bold)
    } else {
        font
    };
    let style = TextStyle {
        color: style.color.to_backend_color(),
        ..TextStyle::from(font)
    };
    style.pos(Pos::new(h_pos, VPos::Bottom))
}
