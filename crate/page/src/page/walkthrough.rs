//! The published demo, step by step.

use std::cell::Cell;
use std::cmp::Ordering;
use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::app::Sender;
use super::dom::{self, Slot};
use super::msg::{DemoSet, Msg};
use super::numbers;
use super::progress::{self, Progress, STEPS};
use super::state::{Errand, State};
use super::view::Cx;
use crate::protocol::{Command, Connection};

/// The walk-through.
#[derive(Debug)]
pub struct Walkthrough {
    steps: Vec<StepNode>,
    count: Slot,
    end: Element,
    verdict: Slot,
    rest: Slot,
    other_lane: Slot,
    error: Slot,
    lane: Rc<Cell<usize>>,
    _listeners: Vec<EventListener>,
}

#[derive(Debug)]
struct StepNode {
    item: Element,
    result: Slot,
    body: Element,
    says: Slot,
    wait: Slot,
    button: Slot,
    _listener: EventListener,
}

impl Walkthrough {
    /// The walk-through of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Walkthrough, JsValue> {
        let list: Element = dom::by_id("steps")?;
        let steps: Result<Vec<StepNode>, JsValue> = (0..STEPS.len()).map(|i| StepNode::new(&list, i, sender)).collect();
        let verdict: Element = dom::by_id("walk-verdict")?;
        let other_lane: Element = dom::by_id("walk-lane")?;
        let lane = Rc::new(Cell::new(0));
        let (to_lane, lane_sender, over_sender) = (lane.clone(), sender.clone(), sender.clone());
        let show_lane = dom::on_click(&other_lane, move || lane_sender.send(Msg::Send(Command::ShowLane { lane: to_lane.get() })));
        let over = dom::on_click(&dom::by_id::<Element>("walk-over")?, move || over_sender.send(Msg::AskStartOver));
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
            error: Slot::by_id("walk-error")?,
            lane,
            _listeners: vec![show_lane, over],
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        if cx.state.demo.is_none() {
            return;
        }
        let progress = progress::progress(&cx.state.update.snapshot);
        let done = progress.done.len();
        self.count.set(&format!("{done} of {}", STEPS.len()));
        for (i, step) in self.steps.iter_mut().enumerate() {
            step.draw(i, &progress, cx.state);
        }
        let ended = done == STEPS.len();
        dom::show(&self.end, ended);
        if ended {
            self.draw_end(cx.state);
        }
        self.error.set_or_hide(if let Errand::Failed(why) = &cx.state.step { why } else { "" });
    }

    fn draw_end(&mut self, state: &State) {
        let snapshot = &state.update.snapshot;
        let right = snapshot.lanes.get(snapshot.lane).and_then(|lane| lane.rounds.last());
        self.verdict.set(&right.map_or_else(String::new, |(right, of)| format!("{right} of {of} right. ")));
        self.rest.set(&unlearned(state));
        let other = (snapshot.lane + 1) % snapshot.lanes.len().max(1);
        self.lane.set(other);
        let name = snapshot.lanes.get(other).filter(|_| snapshot.lanes.len() > 1);
        self.other_lane.set_or_hide(&name.map_or_else(String::new, |lane| format!("Show {} lane", lane.name)));
    }
}

impl StepNode {
    fn new(list: &Element, i: usize, sender: &Sender) -> Result<StepNode, JsValue> {
        let step = STEPS[i];
        let item = dom::child(list, "li", "step", "")?;
        let number = dom::child(&item, "i", "", "")?;
        dom::set_attribute(&number, "aria-hidden", "true");
        dom::child(&number, "span", "", &(i + 1).to_string())?;
        dom::icon(&number, "#i-check", "icon12")?;
        dom::child(&item, "span", "", step.name)?;
        let result = Slot::new(dom::child(&item, "small", "", "")?);
        let body = dom::child(&item, "div", "", "")?;
        let says = Slot::new(dom::child(&body, "p", "", "")?);
        let wait = Slot::new(dom::child(&body, "p", "", "")?);
        let button = dom::child(&body, "button", "small primary", "")?;
        dom::set_attribute(&button, "type", "button");
        let sender = sender.clone();
        let listener = dom::on_click(&button, move || sender.send(Msg::Step(step.set)));
        Ok(StepNode { item, result, body, says, wait, button: Slot::new(button), _listener: listener })
    }

    fn draw(&mut self, i: usize, progress: &Progress, state: &State) {
        let done = progress.done.len();
        let word = match i.cmp(&done) {
            Ordering::Less => "done",
            Ordering::Equal => "now",
            Ordering::Greater => "later",
        };
        dom::set_attribute(&self.item, "data-state", word);
        let rows = numbers::counted(STEPS[i].rows, "row");
        self.result.set(progress.done.get(i).map_or(rows.as_str(), String::as_str));
        dom::show(&self.body, i == done);
        if i == done {
            let offer = offer(STEPS[i].set, i, progress.applied, state);
            self.says.set(STEPS[i].says);
            self.wait.set_or_hide(&offer.waits_for);
            let sending = state.step == Errand::UnderWay;
            let label = if sending { "Inserting …" } else { STEPS[i].name };
            self.button.set_or_hide(if offer.button { label } else { "" });
            dom::enable(&self.button.element, !sending);
        }
    }
}

/// Whether the next step is offered, and if not, what it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Offer {
    button: bool,
    waits_for: String,
}

fn offer(set: DemoSet, step: usize, applied: u64, state: &State) -> Offer {
    let no = |waits_for: String| Offer { button: false, waits_for };
    let update = &state.update;
    let of = STEPS[step].rows;
    if update.status.paused && update.waiting_total > 0 {
        let arrived = applied + if set == DemoSet::Test { 0 } else { update.waiting_total.min(of - applied) };
        let batch = update.snapshot.batch.number;
        return no(match set {
            DemoSet::Test => format!("{} wait. Press Row or Play.", numbers::counted(update.waiting_total, "record")),
            _ => format!("{arrived} of {of} have arrived and wait. Press Batch to see batch {batch} fill and the model jump."),
        });
    }
    match &update.status.connection {
        Connection::NoBridge => {
            return no("Eddy has no database yet. Play the recording, or connect a bridge to insert rows yourself.".to_owned());
        }
        Connection::Replaying { .. } => {
            return no(if applied > 0 { format!("{applied} of {of} so far.") } else { "The recording inserts them.".to_owned() });
        }
        Connection::Live { .. } | Connection::Behind { .. } => {}
        _ => return no("Offered again as soon as the bridge answers.".to_owned()),
    }
    if state.token.is_none() {
        return no("This bridge takes no rows from the page: insert them where its tables are.".to_owned());
    }
    if applied > 0 {
        return no(format!("{applied} of {of} have arrived."));
    }
    if let Some(wait) = window_wait(state) {
        return no(wait);
    }
    Offer { button: true, waits_for: String::new() }
}

/// "Spark's window ends in 7 s.", while a lane is not ready.
fn window_wait(state: &State) -> Option<String> {
    let snapshot = &state.update.snapshot;
    let lane = snapshot.lanes.iter().find(|lane| !lane.ready)?;
    Some(match (lane.window_end_ms, snapshot.lab_time_ms) {
        (Some(end), Some(now)) if end > now => format!("Offered when {}’s window has ended, in {}.", lane.name, numbers::left(end - now)),
        _ => format!("Offered when {} is ready.", lane.name),
    })
}

/// What the shown lane has not learned at the end.
fn unlearned(state: &State) -> String {
    let snapshot = &state.update.snapshot;
    let Some(lane) = snapshot.lanes.get(snapshot.lane) else { return String::new() };
    let rows = numbers::counted(lane.waiting, "row");
    match (lane.waiting, lane.window_end_ms) {
        (0, _) => "Every row is learned.".to_owned(),
        (n, None) => {
            let are = if n == 1 { "is" } else { "are" };
            format!("{rows} in batch {} {are} not learned yet; Flink drops them when the input ends.", lane.versions)
        }
        (_, Some(_)) => format!("{rows} will be learned when the window ends."),
    }
}

#[cfg(test)]
mod tests {
    use lab::snapshot::LaneHead;

    use super::*;
    use crate::protocol::Status;

    fn state(connection: Connection) -> State {
        let mut state = State { token: Some("t".to_owned()), ..State::default() };
        state.update.status = Status { connection, ..Status::default() };
        state.update.snapshot.lanes = vec![LaneHead { ready: true, ..LaneHead::default() }];
        state
    }

    fn live() -> State {
        state(Connection::Live { address: String::new(), topics: 2 })
    }

    #[test]
    fn a_step_is_offered_when_every_lane_is_ready() {
        let mut state = live();
        assert!(offer(DemoSet::Test, 1, 0, &state).button);
        let spark = LaneHead { name: "Spark".to_owned(), window_end_ms: Some(17_000), ..LaneHead::default() };
        state.update.snapshot.lanes.push(spark);
        state.update.snapshot.lab_time_ms = Some(10_500);
        let waits = offer(DemoSet::Test, 1, 0, &state);
        assert_eq!(waits, Offer { button: false, waits_for: "Offered when Spark’s window has ended, in 7 s.".to_owned() });
    }

    #[test]
    fn without_a_bridge_that_takes_rows_nothing_is_offered() {
        assert!(!offer(DemoSet::Train1, 0, 0, &state(Connection::NoBridge)).button);
        let mut other = live();
        other.token = None;
        assert!(offer(DemoSet::Train1, 0, 0, &other).waits_for.contains("no rows from the page"));
    }

    #[test]
    fn paused_rows_are_said_to_wait() {
        let mut paused = live();
        (paused.update.status.paused, paused.update.waiting_total) = (true, 31);
        paused.update.snapshot.batch.number = 5;
        let says = "31 of 138 have arrived and wait. Press Batch to see batch 5 fill and the model jump.";
        assert_eq!(offer(DemoSet::Train2, 4, 0, &paused).waits_for, says);
    }

    #[test]
    fn the_end_says_what_is_not_learned() {
        let mut end = live();
        (end.update.snapshot.lanes[0].waiting, end.update.snapshot.lanes[0].versions) = (21, 9);
        assert_eq!(unlearned(&end), "21 rows in batch 9 are not learned yet; Flink drops them when the input ends.");
        end.update.snapshot.lanes[0].waiting = 0;
        assert_eq!(unlearned(&end), "Every row is learned.");
    }
}
