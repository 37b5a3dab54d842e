//! One curve over k in its frame.

use lab::elbow::K_MAX;

use crate::page::chart::pen::{Align, At, Pen, Type, crisp};
use crate::page::chart::scale::{Scale, ticks, within};
use crate::page::chart::surface::Surface;
use crate::page::numbers;
use crate::page::view::Cx;

/// Pixels left of the frame, for its ticks.
const LEFT: f64 = 40.0;
/// Pixels right of it.
const RIGHT: f64 = 12.0;
/// Pixels below the lowest, for the k's.
const BELOW: f64 = 20.0;
/// Pixels above, for the label of the highest point.
const ABOVE: f64 = 26.0;

/// A curve.
#[derive(Clone, Debug)]
pub struct Curve {
    /// By k, from 1; NaN where there is none.
    pub values: Vec<f64>,
    /// The k that is marked.
    pub best: Option<usize>,
    /// The lane's k.
    pub now: usize,
    /// Whether the k's stand below it.
    pub is_lowest: bool,
}

impl Curve {
    /// Draws it.
    pub fn draw(&self, surface: &Surface, cx: &Cx<'_>) {
        if !surface.is_visible() {
            return;
        }
        let pen = surface.draw();
        let below = if self.is_lowest { BELOW } else { 7.0 };
        let x = Scale {
            domain: (1.0, K_MAX as f64),
            pixels: (LEFT + 8.0, surface.width - RIGHT),
        };
        let known = || {
            self.values
                .iter()
                .copied()
                .filter(|value| value.is_finite())
        };
        let most = known().fold(0.0, f64::max);
        let (rules, decimals) = ticks(0.0, if most > 0.0 { most } else { 1.0 }, 2.5);
        let y = Scale {
            domain: (0.0, most.max(rules.last().copied().unwrap_or(1.0))),
            pixels: (surface.height - below, ABOVE),
        };
        for rule in rules {
            let at = crisp(y.at(rule));
            pen.line((LEFT, at), (surface.width - 4.0, at), 1.0, cx.palette.line);
            let style = Type::tick(cx.palette.text_3, Align::Right);
            pen.text(&numbers::fixed(rule, decimals), (LEFT - 6.0, at), style);
        }
        self.draw_now(&pen, x, y, cx);
        self.draw_points(&pen, (x, y), cx);
        if self.is_lowest {
            for k in 1..=K_MAX {
                let text = if k == 1 {
                    "k 1".to_owned()
                } else {
                    k.to_string()
                };
                let style = Type::tick(cx.palette.text_3, Align::Center);
                pen.text(&text, (x.at(k as f64), surface.height - 8.0), style);
            }
        }
    }

    /// A band at the lane's own k.
    fn draw_now(&self, pen: &Pen, x: Scale, y: Scale, cx: &Cx<'_>) {
        if (1..=K_MAX).contains(&self.now) {
            let at = x.at(self.now as f64);
            let (top, bottom) = (y.pixels.1 - 8.0, y.pixels.0 + 4.0);
            pen.rect((at - 7.0, top), (at + 7.0, bottom), cx.palette.band);
        }
    }

    fn draw_points(&self, pen: &Pen, (x, y): (Scale, Scale), cx: &Cx<'_>) {
        let points: Vec<(usize, f64, At)> = (1..)
            .zip(&self.values)
            .filter(|(_, value)| value.is_finite())
            .map(|(k, value)| (k, *value, (x.at(k as f64), y.at(*value))))
            .collect();
        pen.path(points.iter().map(|(.., at)| *at), 1.5, cx.palette.text_2);
        for (k, value, at) in points {
            let is_best = self.best == Some(k);
            pen.disc(at, if is_best { 4.5 } else { 3.0 }, cx.palette.text);
            if is_best {
                pen.ring(at, 7.5, 1.5, cx.palette.text);
                let style = Type::label(cx.palette.text, Align::Center).bold();
                let text = numbers::distance(value);
                let half = pen.width_of(&text, style) / 2.0;
                let place = within(at.0, LEFT + half, x.pixels.1 + RIGHT - half);
                pen.text(&text, (place, at.1 - 16.0), style);
            }
        }
    }
}
