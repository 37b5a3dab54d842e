//! The measures of a linear model: the loss of its batches, its test rows, its coefficients over time.
//!
//! - [`coefficients`](super::coefficients): a small chart for each

use lab::snapshot::{LedgerRow, Snapshot, Task, TestedRow};
use wasm_bindgen::JsValue;

use super::charts::{draw_inertia, draw_right, is_late, learned, middle, rule, soon};
use super::coefficients::Coefficients;
use super::log::log_scale;
use super::{Frame, frame, label};
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{At, Pen};
use crate::page::chart::surface::Surface;
use crate::page::dom::{self, Slot};
use crate::page::numbers;
use crate::page::regression::rows::rows;
use crate::page::view::Cx;

/// The charts.
#[derive(Debug)]
pub struct LinearMeasures {
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

    /// Draws the charts; false where the shown lane has no linear model, and those of clusters are drawn.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<bool, JsValue> {
        let snapshot = cx.snapshot;
        if snapshot.linear.is_none() {
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
        let snapshot = &cx.state.update.snapshot;
        let rmse = newest.map(|bar| numbers::significant(bar.loss_before.sqrt(), 3));
        self.loss.say(snapshot, "Error before learning, RMSE", rmse);
        let mse = tested.map(|tested| numbers::significant(tested.mse, 4));
        self.tested
            .say(snapshot, "Test rows after each batch, MSE", mse);
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
        let snapshot = cx.snapshot;
        let losses = newest.map(|bar| numbers::before_after(bar.loss_before, bar.loss_after));
        self.loss.say(snapshot, "Log-loss per row", losses);
        let round = crate::page::predictions::newest_round(snapshot);
        self.tested.say(
            snapshot,
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
    fn say(&mut self, snapshot: &Snapshot, name: &str, value: Option<String>) {
        let value = value.unwrap_or_else(|| numbers::NONE.to_owned());
        self.name.set(name);
        self.value.set(&value);
        let label = label(name, &value, snapshot);
        dom::set_attribute(&self.surface.canvas, "aria-label", &label);
    }
}

/// How the shown version does on the newest test rows.
pub fn newest_test(snapshot: &Snapshot) -> Option<TestedRow> {
    snapshot.ledger.iter().find_map(|row| row.tested)
}

/// The root of each batch's mean squared error before it was learned, over the errors of the rows themselves.
pub fn draw_error(pen: &Pen, frame: Frame, cx: &Cx<'_>) {
    let snapshot = cx.snapshot;
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
    let snapshot = cx.snapshot;
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
