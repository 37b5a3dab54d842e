//! A panel's frame: scales, rules, ticks.

use crate::page::chart::pen::{Align, At, Pen, Type, crisp};
use crate::page::chart::scale::{Scale, nice_step, ticks};
use crate::page::numbers;
use crate::page::view::Cx;

/// Pixels kept free inside of the frame.
const INSIDE: f64 = 10.0;
/// About so many pixels between two vertical ticks.
const TICK_EACH: f64 = 38.0;

/// A panel.
#[derive(Clone, Copy, Debug)]
pub struct Panel {
    /// Horizontal scale.
    pub x: Scale,
    /// Vertical scale.
    pub y: Scale,
    /// Upper left corner of the frame, page pixels.
    pub from: At,
    /// Lower right corner of the frame, page pixels.
    pub to: At,
}

impl Panel {
    /// A panel for these domains on a canvas of this size.
    pub fn new(pen: &Pen, x: (f64, f64), y: (f64, f64), (width, height): (f64, f64)) -> Panel {
        let (x, y) = (open(x), open(y));
        let (marks, decimals) = ticks(y.0, y.1, vertical_ticks(height));
        let style = Type::tick(plotters::style::TRANSPARENT, Align::Right);
        let widest = marks
            .iter()
            .map(|tick| pen.width_of(&numbers::fixed(*tick, decimals), style))
            .fold(20.0, f64::max);
        let from = (widest + 14.0, 8.0);
        let to = (
            (width - 16.0).max(from.0 + 1.0),
            (height - 22.0).max(from.1 + 1.0),
        );
        Panel {
            x: Scale {
                domain: x,
                pixels: (from.0 + INSIDE, to.0 - INSIDE),
            },
            y: Scale {
                domain: y,
                pixels: (to.1 - INSIDE, from.1 + INSIDE),
            },
            from,
            to,
        }
    }

    /// Where a place is on the canvas.
    pub fn at(&self, x: f64, y: f64) -> At {
        (self.x.at(x), self.y.at(y))
    }

    /// Whether a place of the canvas is inside of the frame.
    pub fn contains(&self, (x, y): At) -> bool {
        x >= self.from.0 && x <= self.to.0 && y >= self.from.1 && y <= self.to.1
    }

    /// The nearest place that is inside of the frame.
    pub fn held(&self, (x, y): At) -> At {
        (
            x.clamp(self.from.0, self.to.0),
            y.clamp(self.from.1, self.to.1),
        )
    }

    /// The part of a line, given by two places, that is inside of the frame.
    pub fn clip(&self, a: At, b: At) -> Option<(At, At)> {
        clip(a, b, self.from, self.to)
    }
}

/// Rules across at the vertical ticks, and the ticks' numbers.
pub fn draw_grid(pen: &Pen, panel: &Panel, cx: &Cx<'_>) {
    let palette = cx.palette;
    let (width, height) = (panel.to.0 - panel.from.0, panel.to.1 - panel.from.1);
    let back = |scale: Scale, a: f64, b: f64| (scale.back(a), scale.back(b));
    let (low, high) = back(panel.y, panel.to.1, panel.from.1);
    let (marks, decimals) = ticks(low, high, vertical_ticks(height));
    for tick in marks {
        let y = crisp(panel.y.at(tick));
        pen.line((panel.from.0, y), (panel.to.0, y), 1.0, palette.line);
        let style = Type::tick(palette.text_3, Align::Right);
        pen.text(
            &numbers::fixed(tick, decimals),
            (panel.from.0 - 8.0, y),
            style,
        );
    }
    let (low, high) = back(panel.x, panel.from.0, panel.to.0);
    let style = Type::tick(palette.text_3, Align::Center);
    let each = pen.width_of(&numbers::fixed(high, 0), style) + 26.0;
    let (marks, decimals) = ticks(low, high, (width / each).clamp(2.0, 9.0));
    for tick in marks {
        let x = panel.x.at(tick);
        pen.line(
            (crisp(x), panel.to.1),
            (crisp(x), panel.to.1 + 4.0),
            1.0,
            palette.line_2,
        );
        let text = numbers::fixed(tick, decimals);
        let half = pen.width_of(&text, style) / 2.0;
        // A number that does not fit is none.
        if x - half >= 0.0 && x + half <= panel.to.0 + 16.0 {
            pen.text(&text, (x, panel.to.1 + 12.0), style);
        }
    }
}

fn vertical_ticks(height: f64) -> f64 {
    (height / TICK_EACH).clamp(2.0, 8.0)
}

/// A domain that has a width, also before the first row; to round numbers, so that few new rows widen it.
fn open((from, to): (f64, f64)) -> (f64, f64) {
    if !from.is_finite() || !to.is_finite() || from > to {
        (0.0, 1.0)
    } else if from == to {
        (from - 0.5, to + 0.5)
    } else {
        let step = nice_step((to - from) / 20.0);
        (
            (from / step + 1e-9).floor() * step,
            (to / step - 1e-9).ceil() * step,
        )
    }
}

/// The part of a line that is inside of a rectangle (Liang and Barsky).
fn clip(a: At, b: At, from: At, to: At) -> Option<(At, At)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let sides = [
        (-dx, a.0 - from.0),
        (dx, to.0 - a.0),
        (-dy, a.1 - from.1),
        (dy, to.1 - a.1),
    ];
    let (mut enters, mut leaves) = (0.0, 1.0);
    for (towards, room) in sides {
        if !towards.is_finite() || !room.is_finite() || (towards == 0.0 && room < 0.0) {
            return None;
        }
        if towards < 0.0 {
            enters = f64::max(enters, room / towards);
        } else if towards > 0.0 {
            leaves = f64::min(leaves, room / towards);
        }
    }
    let at = |share: f64| (a.0 + dx * share, a.1 + dy * share);
    (enters < leaves).then(|| (at(enters), at(leaves)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_the_frame() {
        let cut = |a, b| clip(a, b, (0.0, 0.0), (10.0, 5.0));
        assert_eq!(
            cut((-5.0, -5.0), (15.0, 15.0)),
            Some(((0.0, 0.0), (5.0, 5.0)))
        );
        assert_eq!(cut((1.0, 1.0), (2.0, 2.0)), Some(((1.0, 1.0), (2.0, 2.0))));
        assert_eq!(cut((0.0, 9.0), (10.0, 9.0)), None);
        assert_eq!(cut((0.0, f64::NAN), (10.0, 1.0)), None);
        assert_eq!(cut((3.0, -1.0), (3.0, 9.0)), Some(((3.0, 0.0), (3.0, 5.0))));
    }

    #[test]
    fn a_domain_has_a_width() {
        assert_eq!(open((f64::INFINITY, f64::NEG_INFINITY)), (0.0, 1.0));
        assert_eq!(open((2.0, 2.0)), (1.5, 2.5));
        assert_eq!(open((0.0, 20.0)), (0.0, 20.0));
        assert_eq!(open((79.3, 754.2)), (50.0, 800.0));
    }
}
