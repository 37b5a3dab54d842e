//! A picture that leaves the page: the same marks as on the canvases, as SVG or as pixels.

use std::fmt::Write;

use plotters::style::RGBAColor;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::backend::{Backend, UNITS, css};
use super::pen::{Align, At, FONT};
use super::tape::{Look, Mark, Place, Text};
use crate::page::dom;

/// Screen pixels of a page pixel, in pixels that leave the page.
const RATIO: f64 = 2.0;

/// A picture, in page pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Width and height.
    pub size: (f64, f64),
    /// Its ground.
    pub ground: RGBAColor,
    /// What it is, for those who do not see it.
    pub title: String,
    /// One over the other; each cuts off what is outside of it.
    pub parts: Vec<Part>,
}

/// Marks at a place of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its upper left corner.
    pub at: At,
    /// Width and height.
    pub size: (f64, f64),
    /// In units.
    pub marks: Vec<Mark>,
}

impl Picture {
    /// The picture as SVG, with its texts as text.
    pub fn svg(&self) -> String {
        let (width, height) = self.size;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"{}\" stroke-linejoin=\"round\"><title>{}</title>\n<rect width=\"100%\" height=\"100%\"{}/>\n",
            escaped(FONT),
            escaped(&self.title),
            painted(Look {
                color: self.ground,
                stroke: None
            }),
        );
        for part in &self.parts {
            let ((x, y), (width, height)) = (part.at, part.size);
            let _ = writeln!(
                out,
                "<svg x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\">"
            );
            part.marks
                .iter()
                .for_each(|mark| write_mark(mark, &mut out));
            out.push_str("</svg>\n");
        }
        out + "</svg>\n"
    }

    /// The picture on a canvas of its own.
    ///
    /// # Errors
    /// The browser makes no canvas.
    pub fn canvas(&self) -> Result<HtmlCanvasElement, JsValue> {
        let (canvas, context) = canvas(self.size)?;
        context.set_fill_style_str(&css(self.ground));
        context.fill_rect(0.0, 0.0, self.size.0 * RATIO, self.size.1 * RATIO);
        for part in &self.parts {
            // A canvas of its own cuts off what is outside.
            let (own, own_context) = self::canvas(part.size)?;
            let mut backend = Backend::new(own_context, part.size, RATIO);
            for mark in &part.marks {
                // What the page's canvas refused is not in the picture either.
                let _ = backend.draw(mark);
            }
            let (x, y) = part.at;
            context.draw_image_with_html_canvas_element(&own, x * RATIO, y * RATIO)?;
        }
        Ok(canvas)
    }
}

fn canvas((width, height): At) -> Result<(HtmlCanvasElement, CanvasRenderingContext2d), JsValue> {
    let canvas: HtmlCanvasElement = dom::element("canvas", "")?.unchecked_into();
    canvas.set_width((width * RATIO).round() as u32);
    canvas.set_height((height * RATIO).round() as u32);
    let context = canvas.get_context("2d")?;
    let context = context.and_then(|context| context.dyn_into().ok());
    let context = context.ok_or_else(|| JsValue::from_str("this browser draws on no canvas"))?;
    Ok((canvas, context))
}

fn write_mark(mark: &Mark, out: &mut String) {
    let _ = match mark {
        Mark::Path(path, look) => {
            writeln!(
                out,
                "<polyline points=\"{}\"{}/>",
                points(path),
                painted(*look)
            )
        }
        Mark::Polygon(path, color) => {
            let look = Look {
                color: *color,
                stroke: None,
            };
            writeln!(
                out,
                "<polygon points=\"{}\"{}/>",
                points(path),
                painted(look)
            )
        }
        Mark::Circle((x, y), radius, look) => writeln!(
            out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>",
            pixels(*x),
            pixels(*y),
            f64::from(*radius) / UNITS,
            painted(*look)
        ),
        Mark::Rect(from, to, look) => writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>",
            pixels(from.0.min(to.0)),
            pixels(from.1.min(to.1)),
            pixels((to.0 - from.0).abs()),
            pixels((to.1 - from.1).abs()),
            painted(*look)
        ),
        Mark::Text(text) => write_text(text, out),
    };
}

fn write_text(text: &Text, out: &mut String) -> std::fmt::Result {
    let anchor = match text.align {
        Align::Left => "",
        Align::Center => " text-anchor=\"middle\"",
        Align::Right => " text-anchor=\"end\"",
    };
    let weight = if text.bold {
        " font-weight=\"600\""
    } else {
        ""
    };
    writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{weight}{anchor}{}>{}</text>",
        pixels(text.at.0),
        pixels(text.at.1),
        text.size,
        painted(Look {
            color: text.color,
            stroke: None
        }),
        escaped(&text.text)
    )
}

fn points(path: &[Place]) -> String {
    let point = |(x, y): &Place| format!("{},{}", pixels(*x), pixels(*y));
    path.iter().map(point).collect::<Vec<_>>().join(" ")
}

fn pixels(units: i32) -> f64 {
    f64::from(units) / UNITS
}

/// The attributes of a mark's paint.
fn painted(look: Look) -> String {
    let RGBAColor(r, g, b, alpha) = look.color;
    let opacity = |name: &str| match alpha {
        alpha if alpha < 1.0 => format!(" {name}-opacity=\"{alpha:.3}\""),
        _ => String::new(),
    };
    match look.stroke {
        None => format!(" fill=\"#{r:02x}{g:02x}{b:02x}\"{}", opacity("fill")),
        Some(width) => format!(
            " fill=\"none\" stroke=\"#{r:02x}{g:02x}{b:02x}\" stroke-width=\"{}\"{}",
            f64::from(width) / UNITS,
            opacity("stroke")
        ),
    }
}

/// A text as XML has it; characters that XML has not are left out.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            char if char.is_control() => {}
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_written_in_page_pixels_and_texts_as_text() {
        let color = |alpha| RGBAColor(1, 171, 255, alpha);
        let stroke = Look {
            color: color(1.0),
            stroke: Some(12),
        };
        let fill = Look {
            color: color(0.25),
            stroke: None,
        };
        let picture = Picture {
            size: (40.0, 20.0),
            ground: color(1.0),
            title: "a & b".to_owned(),
            parts: vec![Part {
                at: (4.0, 2.0),
                size: (30.0, 10.0),
                marks: vec![
                    Mark::Path(vec![(0, 0), (8, 12)], stroke),
                    Mark::Polygon(vec![(0, 0), (8, 0), (8, 8)], color(1.0)),
                    Mark::Circle((16, 8), 4, fill),
                    Mark::Rect((8, 8), (0, 24), stroke),
                    Mark::Text(Text {
                        text: "x < \"y\"\u{1}".to_owned(),
                        at: (8, 16),
                        size: 11.0,
                        bold: true,
                        color: color(1.0),
                        align: Align::Right,
                    }),
                ],
            }],
        };
        let svg = picture.svg();
        let lines: Vec<&str> = svg.lines().skip(1).collect();
        assert!(svg.contains("<title>a &amp; b</title>"), "{svg}");
        assert_eq!(
            lines,
            [
                "<rect width=\"100%\" height=\"100%\" fill=\"#01abff\"/>",
                "<svg x=\"4\" y=\"2\" width=\"30\" height=\"10\">",
                "<polyline points=\"0,0 1,1.5\" fill=\"none\" stroke=\"#01abff\" stroke-width=\"1.5\"/>",
                "<polygon points=\"0,0 1,0 1,1\" fill=\"#01abff\"/>",
                "<circle cx=\"2\" cy=\"1\" r=\"0.5\" fill=\"#01abff\" fill-opacity=\"0.250\"/>",
                "<rect x=\"0\" y=\"1\" width=\"1\" height=\"2\" fill=\"none\" stroke=\"#01abff\" stroke-width=\"1.5\"/>",
                "<text x=\"1\" y=\"2\" font-size=\"11\" font-weight=\"600\" text-anchor=\"end\" fill=\"#01abff\">x &lt; \"y\"</text>"
                    .replace("\"y\"", "&quot;y&quot;")
                    .as_str(),
                "</svg>",
                "</svg>",
            ]
        );
    }
}
