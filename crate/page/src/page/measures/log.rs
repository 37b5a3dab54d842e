//! A logarithmic scale in a chart's frame.

use super::Frame;
use super::charts::{rule, soon};
use crate::page::chart::pen::Pen;
use crate::page::chart::scale::{Scale, log_ticks, ticks};
use crate::page::numbers;
use crate::page::view::Cx;

/// The widest range: what is smaller stands at the lower edge.
const DECADES: f64 = 10_000.0;

/// A logarithmic scale.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    scale: Scale,
    /// The least number that is not at the lower edge.
    pub least: f64,
}

impl Log {
    /// The pixel of a number; what is smaller than the scale stands at its lower edge.
    pub fn at_least(&self, value: f64) -> f64 {
        self.scale.at(libm::log(value.max(self.least)))
    }
}

/// A logarithmic scale for these values with its rules; None where there are none yet, which is said.
pub fn log_scale(
    pen: &Pen,
    frame: Frame,
    cx: &Cx<'_>,
    values: impl Iterator<Item = f64>,
) -> Option<Log> {
    let finite = values.filter(|value| value.is_finite() && *value > 0.0);
    let (least, most) = finite.fold((f64::INFINITY, 0.0), |(least, most), value| {
        (f64::min(least, value), f64::max(most, value))
    });
    if most == 0.0 {
        for (share, text) in [(0.0, "1"), (1.0, "100")] {
            let y = frame.bottom + (frame.top - frame.bottom) * share;
            rule(pen, frame, y, text, cx);
        }
        soon(pen, frame, "after batch 1", cx);
        return None;
    }
    let (low, high) = (least.max(most / DECADES) / 1.5, most * 1.25);
    let scale = Scale {
        domain: (libm::log(low), libm::log(high)),
        pixels: (frame.bottom, frame.top),
    };
    let mut marks = log_ticks(low, high);
    if marks.is_empty() {
        marks = ticks(low, high, 1.0).0;
    }
    let mut free_from = f64::INFINITY;
    for tick in marks {
        let at = scale.at(libm::log(tick));
        if at + 14.0 < free_from {
            rule(pen, frame, at, &short(tick), cx);
            free_from = at;
        }
    }
    Some(Log { scale, least: low })
}

/// A tick in the little room before the axis: "500", "20k", "5M".
fn short(tick: f64) -> String {
    for (size, letter) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] {
        if tick >= size {
            let shown = tick / size;
            let decimals = numbers::decimals(std::iter::once(shown)).min(1);
            return format!("{}{letter}", numbers::fixed(shown, decimals));
        }
    }
    numbers::significant(tick, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_short() {
        let rows = [
            (0.05, "0.05"),
            (500.0, "500"),
            (5_000.0, "5k"),
            (1_500.0, "1.5k"),
            (20_000.0, "20k"),
            (5e7, "50M"),
        ];
        for (tick, text) in rows {
            assert_eq!(short(tick), text);
        }
    }

    #[test]
    fn what_is_below_the_scale_stands_at_its_edge() {
        let log = Log {
            scale: Scale {
                domain: (0.0, libm::log(100.0)),
                pixels: (100.0, 0.0),
            },
            least: 1.0,
        };
        assert_eq!(log.at_least(0.0), 100.0);
        assert!((log.at_least(10.0) - 50.0).abs() < 1e-9);
    }
}
