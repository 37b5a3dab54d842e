//! The drawer: predictions and ledger share it; narrow pages put measures and the stream there too.

use gloo::events::EventListener;
use lab::snapshot::Task;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlElement};

use super::app::Sender;
use super::dom::{self, Shown, Slot};
use super::lanes;
use super::lanes::differences::{self, DifferencesTable};
use super::ledger::Ledger;
use super::msg::Msg;
use super::numbers;
use super::predictions::{self, Predictions};
use super::rail;
use super::state::Tab;
use super::view::{Cx, Stamp};
use crate::protocol::Command;

/// The drawer.
#[derive(Debug)]
pub struct Drawer {
    tabs: [HtmlElement; 5],
    panels: [Element; 3],
    fold: Element,
    predictions_count: Slot,
    ledger_count: Slot,
    score: Slot,
    filters: [Slot; 3],
    csv: Element,
    predictions: Predictions,
    ledger: Ledger,
    differences: DifferencesTable,
    differences_count: Slot,
    shown: Shown<(Tab, bool)>,
    stamp: Shown<(Stamp, [bool; 3], bool, u64)>,
    _listeners: Vec<EventListener>,
}

impl Drawer {
    /// The drawer of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Drawer, JsValue> {
        let tabs = [
            dom::by_id("tab-differences")?,
            dom::by_id("tab-predictions")?,
            dom::by_id("tab-measures")?,
            dom::by_id("tab-ledger")?,
            dom::by_id("tab-stream")?,
        ];
        let msgs = [
            Tab::Differences,
            Tab::Predictions,
            Tab::Measures,
            Tab::Ledger,
            Tab::Stream,
        ]
        .map(Msg::Tab);
        let fold: Element = dom::by_id("fold")?;
        let filters = [
            Slot::by_id("filter-round")?,
            Slot::by_id("filter-wrong")?,
            Slot::by_id("filter-worst")?,
        ];
        let csv: Element = dom::by_id("csv")?;
        let mut listeners = rail::tab_listeners(&tabs, &msgs, sender);
        for (element, msg) in [
            (&fold, Msg::Fold),
            (&filters[0].element, Msg::OnlyRound),
            (&filters[1].element, Msg::OnlyWrong),
            (&filters[2].element, Msg::WorstFirst),
            (&csv, Msg::Send(Command::Csv)),
        ] {
            let sender = sender.clone();
            listeners.push(dom::on_click(element, move || sender.send(msg.clone())));
        }
        Ok(Drawer {
            tabs,
            panels: [
                dom::by_id("panel-predictions")?,
                dom::by_id("panel-ledger")?,
                dom::by_id("panel-differences")?,
            ],
            fold,
            predictions_count: Slot::by_id("predictions-count")?,
            ledger_count: Slot::by_id("ledger-count")?,
            score: Slot::by_id("phone-score")?,
            filters,
            csv,
            predictions: Predictions::new(sender)?,
            ledger: Ledger::new(sender)?,
            differences: DifferencesTable::new(sender)?,
            differences_count: Slot::by_id("differences-count")?,
            shown: Shown::default(),
            stamp: Shown::default(),
            _listeners: listeners,
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let state = cx.state;
        let tab = state.shown_tab();
        if self.shown.change((tab, state.drawer_open)) {
            self.draw_tabs(tab, state.drawer_open);
        }
        let snapshot = &state.update.snapshot;
        self.predictions_count
            .set(&numbers::count(snapshot.predictions_total));
        self.ledger_count
            .set(&numbers::counted(snapshot.version, "version"));
        let round = predictions::newest_round(snapshot);
        self.score.set(&match round {
            Some(round) if snapshot.judged => predictions::score(round).unwrap_or_default(),
            Some(round) if round.mse.is_finite() => predictions::root(round),
            _ => String::new(),
        });
        self.draw_filters(cx);
        dom::show(&self.tabs[0], lanes::is_comparing(state));
        self.differences_count.set(&differences::count(state));
        if tab == Tab::Differences {
            return self.differences.draw(cx);
        }
        let ledger = tab == Tab::Ledger;
        let choice = [state.only_round, state.only_wrong, state.worst_first];
        if !self
            .stamp
            .change((cx.stamp(), choice, ledger, state.inspector.edition))
        {
            return Ok(());
        }
        // What is not seen is drawn when it is.
        if ledger {
            self.ledger.draw(state)
        } else {
            self.predictions.draw(state)
        }
    }

    fn draw_tabs(&mut self, tab: Tab, open: bool) {
        let chosen = match tab {
            Tab::Differences => 0,
            Tab::Predictions => 1,
            Tab::Measures => 2,
            Tab::Ledger => 3,
            Tab::Stream => 4,
        };
        rail::choose_tab(&self.tabs, Some(chosen));
        dom::show(
            &self.panels[0],
            !matches!(tab, Tab::Ledger | Tab::Differences),
        );
        dom::show(&self.panels[1], tab == Tab::Ledger);
        dom::show(&self.panels[2], tab == Tab::Differences);
        dom::set_attribute(
            &self.fold,
            "aria-expanded",
            if open { "true" } else { "false" },
        );
        dom::set_attribute(
            &self.fold,
            "aria-label",
            if open {
                "Hide the tables"
            } else {
                "Show the tables"
            },
        );
    }

    fn draw_filters(&mut self, cx: &Cx<'_>) {
        let state = cx.state;
        let snapshot = &state.update.snapshot;
        let shown = state.shown_tab() == Tab::Predictions && state.drawer_open;
        dom::show(&self.csv, shown && snapshot.predictions_total > 0);
        let round = snapshot
            .rounds
            .iter()
            .filter(|round| round.first < snapshot.record)
            .count();
        let wrong = snapshot
            .predictions
            .iter()
            .filter(|row| row.right == Some(false))
            .filter(|row| !state.only_round || row.round as usize == round);
        let wrong = wrong.count();
        self.filters[0].set(&format!("Test {round}"));
        self.filters[1].set(&format!("Wrong {wrong}"));
        dom::show(&self.filters[0].element, shown && round > 1);
        dom::show(
            &self.filters[1].element,
            shown && (wrong > 0 || state.only_wrong),
        );
        let regression = snapshot.task == Task::Regression;
        self.filters[2].set("Worst first");
        dom::set_attribute(
            &self.filters[2].element,
            "title",
            &format!(
                "the largest errors of the newest {} predictions first",
                numbers::count(snapshot.predictions.len() as u64)
            ),
        );
        dom::show(
            &self.filters[2].element,
            shown && regression && snapshot.predictions.len() > 1,
        );
        let differences = state.shown_tab() == Tab::Differences && state.drawer_open;
        let round = differences::round(state).filter(|_| differences);
        if let Some(round) = round {
            self.filters[0].set(&format!("Test {round}"));
            dom::show(&self.filters[0].element, true);
        }
        let only_round = match round {
            Some(_) => !state.lanes.all_rounds,
            None => state.only_round,
        };
        let pressed = [only_round, state.only_wrong, state.worst_first];
        for (filter, pressed) in self.filters.iter().zip(pressed) {
            let word = if pressed { "true" } else { "false" };
            dom::set_attribute(&filter.element, "aria-pressed", word);
        }
    }
}
