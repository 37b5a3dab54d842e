//! The walk-through, step by step.

use std::cmp::Ordering;

use gloo::events::EventListener;
use lab::snapshot::Snapshot;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::app::Sender;
use super::copy::CommandLine;
use super::dom::{self, Slot};
use super::lanes::LanesMsg;
use super::msg::Msg;
use super::numbers;
use super::offer::{offer, unlearned};
use super::progress::{self, Progress};
use super::state::{Errand, RowsFrom, State};
use super::view::Cx;
use super::walk::Step;

/// The walk-through.
#[derive(Debug)]
pub struct Walkthrough {
    steps: Vec<StepNode>,
    count: Slot,
    end: Element,
    verdict: Slot,
    rest: Slot,
    other_lane: Slot,
    over: Slot,
    error: Slot,
    _listeners: Vec<EventListener>,
}

#[derive(Debug)]
struct StepNode {
    item: Element,
    result: Slot,
    body: Element,
    says: Slot,
    wait: Slot,
    command: CommandLine,
    button: Slot,
    _listener: EventListener,
}

impl Walkthrough {
    /// The walk-through of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender, state: &State) -> Result<Walkthrough, JsValue> {
        let list: Element = dom::by_id("steps")?;
        let steps = state.walk.as_ref().map_or(&[][..], |walk| &walk.steps);
        let steps: Result<Vec<StepNode>, JsValue> = (steps.iter().enumerate())
            .map(|(i, step)| StepNode::new(&list, i, step, sender))
            .collect();
        if let Some(walk) = &state.walk {
            Slot::by_id("walk-title")?.set(&walk.entry.heading);
        }
        let verdict: Element = dom::by_id("walk-verdict")?;
        let other_lane: Element = dom::by_id("walk-lane")?;
        let (lane_sender, over_sender) = (sender.clone(), sender.clone());
        let show_lane = dom::on_click(&other_lane, move || {
            lane_sender.send(Msg::Lanes(LanesMsg::Compare));
        });
        let over = dom::on_click(&dom::by_id::<Element>("walk-over")?, move || {
            over_sender.send(Msg::AskStartOver)
        });
        Ok(Walkthrough {
            steps: steps?,
            count: Slot::by_id("walk-count")?,
            end: dom::by_id("walk-end")?,
            rest: {
                let bold = dom::child(&verdict, "b", "", "")?;
                let rest = dom::child(&verdict, "span", "", "")?;
                bold.set_id("walk-right");
                Slot::new(rest)
            },
            verdict: Slot::by_id("walk-right")?,
            other_lane: Slot::new(other_lane),
            over: Slot::by_id("walk-over")?,
            error: Slot::by_id("walk-error")?,
            _listeners: vec![show_lane, over],
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let Some(walk) = &cx.state.walk else {
            return;
        };
        let progress = progress::progress(&cx.state.update.snapshot, &walk.steps);
        let done = progress.done.len();
        self.count.set(&format!("{done} of {}", walk.steps.len()));
        for (i, (node, step)) in self.steps.iter_mut().zip(&walk.steps).enumerate() {
            node.draw(i, step, &progress, cx.state);
        }
        let ended = done == walk.steps.len();
        dom::show(&self.end, ended);
        if ended {
            self.draw_end(cx.state);
        }
        self.error
            .set_or_hide(if let Errand::Failed(why) = &cx.state.step {
                why
            } else {
                ""
            });
    }

    fn draw_end(&mut self, state: &State) {
        let snapshot = &state.update.snapshot;
        self.verdict.set(&verdict(snapshot));
        self.rest.set(&unlearned(state));
        // A log that the page cannot empty is read again as it is.
        let over = match state.rows_from {
            RowsFrom::Page => "Start over",
            RowsFrom::Database | RowsFrom::File => "Read again",
        };
        self.over.set(over);
        let other = (snapshot.lane + 1) % snapshot.lanes.len().max(1);
        let name = snapshot
            .lanes
            .get(other)
            .filter(|_| snapshot.lanes.len() > 1 && !state.compare);
        self.other_lane.set_or_hide(
            &name.map_or_else(String::new, |lane| format!("Compare with {}", lane.name)),
        );
    }
}

impl StepNode {
    fn new(list: &Element, i: usize, step: &Step, sender: &Sender) -> Result<StepNode, JsValue> {
        let item = dom::child(list, "li", "step", "")?;
        let number = dom::child(&item, "i", "", "")?;
        dom::set_attribute(&number, "aria-hidden", "true");
        dom::child(&number, "span", "", &(i + 1).to_string())?;
        dom::icon(&number, "#i-check", "icon12")?;
        dom::child(&item, "span", "", &step.name)?;
        let result = Slot::new(dom::child(&item, "small", "", "")?);
        let body = dom::child(&item, "div", "", "")?;
        let says = Slot::new(dom::child(&body, "p", "", "")?);
        let wait = Slot::new(dom::child(&body, "p", "", "")?);
        let command = CommandLine::new(&body)?;
        let button = dom::child(&body, "button", "small primary", "")?;
        dom::set_attribute(&button, "type", "button");
        let sender = sender.clone();
        let listener = dom::on_click(&button, move || sender.send(Msg::Step(i)));
        Ok(StepNode {
            item,
            result,
            body,
            says,
            wait,
            command,
            button: Slot::new(button),
            _listener: listener,
        })
    }

    fn draw(&mut self, i: usize, step: &Step, progress: &Progress, state: &State) {
        let done = progress.done.len();
        let word = match i.cmp(&done) {
            Ordering::Less => "done",
            Ordering::Equal => "now",
            Ordering::Greater => "later",
        };
        dom::set_attribute(&self.item, "data-state", word);
        dom::set_attribute(
            &self.item,
            "aria-current",
            if i == done { "step" } else { "false" },
        );
        let rows = numbers::counted(step.count(), "row");
        self.result
            .set(progress.done.get(i).map_or(rows.as_str(), String::as_str));
        dom::show(&self.body, i == done);
        if i == done {
            let offer = offer(step, progress.applied, state);
            self.says.set(&step.says);
            let by_psql = offer.button && state.rows_from == RowsFrom::Database;
            self.wait.set_or_hide(match by_psql {
                true => "In a shell, where psql finds your database; the step is done when the rows arrive.",
                false => &offer.waits_for,
            });
            self.command.set(&match by_psql {
                true => command(step, state),
                false => String::new(),
            });
            let sending = state.step == Errand::UnderWay;
            let label = if sending { "Inserting …" } else { &step.name };
            self.button
                .set_or_hide(if offer.button && !by_psql { label } else { "" });
            dom::enable(&self.button.element, !sending);
        }
    }
}

/// How the shown lane did in the last test.
fn verdict(snapshot: &Snapshot) -> String {
    let lane = snapshot.lanes.get(snapshot.lane);
    let right = lane.and_then(|lane| lane.rounds.last());
    match (snapshot.rounds.last(), right) {
        (Some(round), _) if round.r2.is_finite() => format!(
            "R² {}, MSE {}, MAE {}. ",
            numbers::fixed(round.r2, 3),
            numbers::fixed(round.mse, 2),
            numbers::fixed(round.mae, 2)
        ),
        (_, Some((right, of))) if snapshot.judged => format!("{right} of {of} right. "),
        _ => String::new(),
    }
}

/// What inserts the rows of a step.
fn command(step: &Step, state: &State) -> String {
    let table = state.scenario.table(step.table);
    table.map_or_else(String::new, |table| state.psql(table, &step.rows))
}
