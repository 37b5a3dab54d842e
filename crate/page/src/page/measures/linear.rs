//! The measures of a linear model: the loss of its batches, its test rows, its coefficients over time.
//!
//! - [`coefficients`](super::coefficients): a small chart for each

use lab::snapshot::{LedgerRow, Snapshot, Task, TestedRow};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::charts::{draw_inertia, draw_right, is_late, learned, middle, rule, soon};
use super::coefficients::Coefficients;
use super::{Frame, frame};
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{At, Pen};
use crate::page::chart::scale::{Scale, log_ticks, ticks};
use crate::page::chart::surface::Surface;
use crate::page::dom::{self, Slot};
use crate::page::numbers;
use crate::page::regression::rows::rows;
use crate::page::view::Cx;

/// The widest range of a logarithmic scale: what is smaller stands at its lower edge.
const DECADES: f64 = 10_000.0;

/// The charts.
#[derive(Debug)]
pub struct LinearMeasures {
    clusters: Element,
    root: Element,
    loss: Chart,
    tested: Chart,
    more: Slot,
    coefficients: Coefficients,
}

#[derive(Debug)]
struct Chart {
    surface: Surface,
    name: Slot,
    value: Slot,
}

impl LinearMeasures {
    /// The charts of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new() -> Result<LinearMeasures, JsValue> {
        let chart = |canvas: &str, name: &str, value: &str| {
            Ok::<_, JsValue>(Chart {
                surface: Surface::by_id(canvas)?,
                name: Slot::by_id(name)?,
                value: Slot::by_id(value)?,
            })
        };
        Ok(LinearMeasures {
            clusters: dom::by_id("charts-clusters")?,
            root: dom::by_id("charts-linear")?,
            loss: chart("chart-loss", "loss-name", "m-loss")?,
            tested: chart("chart-tested", "tested-name", "m-tested")?,
            more: Slot::by_id("tested-more")?,
            coefficients: Coefficients::new()?,
        })
    }

    /// Takes the canvases' sizes; true where one changed.
    pub fn fit(&mut self) -> bool {
        let fits = [self.loss.surface.fit(), self.tested.surface.fit()];
        self.coefficients.fit() || fits.contains(&true)
    }

    /// Draws the charts, and hides those of other models; false where the shown lane has no linear model.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<bool, JsValue> {
        let snapshot = &cx.state.update.snapshot;
        let is_linear = snapshot.linear.is_some();
        dom::show(&self.clusters, !is_linear);
        dom::show(&self.root, is_linear);
        if !is_linear {
            return Ok(false);
        }
        let newest = learned(snapshot)
            .filter(|bar| bar.to_record <= snapshot.record)
            .last();
        let tested = newest_test(snapshot);
        if snapshot.task == Task::Regression {
            self.draw_regression(cx, newest, tested);
        } else {
            self.draw_classification(cx, newest, tested);
        }
        self.coefficients.draw(cx)?;
        Ok(true)
    }

    fn draw_regression(
        &mut self,
        cx: &Cx<'_>,
        newest: Option<&LedgerRow>,
        tested: Option<TestedRow>,
    ) {
        let rmse = newest.map(|bar| numbers::significant(bar.loss_before.sqrt(), 3));
        self.loss
            .say("Error before learning, RMSE of a batch", rmse);
        let mse = tested.map(|tested| numbers::significant(tested.mse, 4));
        self.tested.say("Test rows after each batch, MSE", mse);
        self.more.set(&tested.map_or_else(String::new, |tested| {
            format!(
                "{}: MAE {}, R² {}",
                numbers::counted(tested.rows, "row"),
                numbers::significant(tested.mae, 3),
                numbers::fixed(tested.r2, 3)
            )
        }));
        frame(&self.loss.surface, cx, false, draw_error);
        frame(&self.tested.surface, cx, false, draw_tested_mse);
    }

    fn draw_classification(
        &mut self,
        cx: &Cx<'_>,
        newest: Option<&LedgerRow>,
        tested: Option<TestedRow>,
    ) {
        let snapshot = &cx.state.update.snapshot;
        let losses = newest.map(|bar| numbers::before_after(bar.loss_before, bar.loss_after));
        self.loss.say("Log-loss per row", losses);
        let round = crate::page::predictions::newest_round(snapshot);
        self.tested.say(
            "Test rows right",
            round.and_then(crate::page::predictions::score),
        );
        self.more.set(&tested.map_or_else(String::new, |tested| {
            format!(
                "v{}: {}% right, log-loss {}",
                snapshot.version,
                numbers::fixed(tested.accuracy * 100.0, 0),
                numbers::significant(tested.log_loss, 3)
            )
        }));
        frame(&self.loss.surface, cx, false, draw_inertia);
        frame(&self.tested.surface, cx, false, draw_right);
    }
}

impl Chart {
    fn say(&mut self, name: &str, value: Option<String>) {
        let value = value.unwrap_or_else(|| numbers::NONE.to_owned());
        self.name.set(name);
        self.value.set(&value);
        let label = format!("{name}: {value}");
        dom::set_attribute(&self.surface.canvas, "aria-label", &label);
    }
}

/// How the shown version does on the newest test rows.
pub fn newest_test(snapshot: &Snapshot) -> Option<TestedRow> {
    snapshot.ledger.iter().find_map(|row| row.tested)
}

/// The root of each batch's mean squared error before it was learned, over the errors of the rows themselves.
pub fn draw_error(pen: &Pen, frame: Frame, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    let bars: Vec<(f64, f64, u64)> = learned(snapshot)
        .map(|bar| (middle(bar), bar.loss_before.sqrt(), bar.to_record))
        .collect();
    let Some(y) = log_scale(pen, frame, cx, bars.iter().map(|bar| bar.1)) else {
        return;
    };
    if let Some(linear) = &snapshot.linear {
        let color = faded(cx.palette.text_2, 0.28);
        for row in rows(linear) {
            // Those that are off by next to nothing are left out.
            if row.error().abs() >= y.least {
                let at = y.at_least(row.error().abs()).max(frame.top);
                let x = frame.x.at(f64::from(row.record) + 1.0);
                pen.disc((x, at), 1.3, color);
            }
        }
    }
    draw_run(
        pen,
        frame,
        cx,
        bars.into_iter()
            .map(|(x, rmse, record)| (x, y.at_least(rmse), record)),
    );
}

/// The mean squared error on the test rows, of each version.
fn draw_tested_mse(pen: &Pen, frame: Frame, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    let tested: Vec<(f64, f64, u64)> = snapshot
        .bars
        .iter()
        .filter_map(|bar| Some((bar.to_record as f64, bar.tested?.mse, bar.to_record)))
        .collect();
    if tested.is_empty() {
        for (share, text) in [(0.0, "0"), (1.0, "1")] {
            let y = frame.bottom + (frame.top - frame.bottom) * share;
            rule(pen, frame, y, text, cx);
        }
        return soon(pen, frame, "after the first test rows and batch", cx);
    }
    let Some(y) = log_scale(pen, frame, cx, tested.iter().map(|bar| bar.1)) else {
        return;
    };
    draw_run(
        pen,
        frame,
        cx,
        tested
            .into_iter()
            .map(|(x, mse, record)| (x, y.at_least(mse), record)),
    );
}

/// A line through what was measured, grey behind the playhead; a dot where there are few.
fn draw_run(pen: &Pen, frame: Frame, cx: &Cx<'_>, run: impl Iterator<Item = (f64, f64, u64)>) {
    let places: Vec<(At, bool)> = run
        .filter(|(_, y, _)| y.is_finite())
        .map(|(x, y, record)| ((frame.x.at(x), y), is_late(cx, record)))
        .collect();
    let color = |late: bool| match late {
        true => cx.palette.line_2,
        false => cx.palette.text,
    };
    for pair in places.windows(2) {
        pen.line(pair[0].0, pair[1].0, 1.5, color(pair[1].1));
    }
    let last = places.iter().rposition(|(_, late)| !late);
    for (i, (at, late)) in places.iter().enumerate() {
        if Some(i) == last || places.len() <= 12 {
            pen.disc(*at, 3.0, color(*late));
        }
    }
}

/// A logarithmic scale.
#[derive(Clone, Copy, Debug)]
struct Log {
    scale: Scale,
    least: f64,
}

impl Log {
    /// The pixel of a number; what is smaller than the scale stands at its lower edge.
    fn at_least(&self, value: f64) -> f64 {
        self.scale.at(libm::log(value.max(self.least)))
    }
}

/// A logarithmic scale for these values with its rules; None where there are none yet, which is said.
fn log_scale(
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
