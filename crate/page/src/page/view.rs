//! All parts of the page, drawn at most once a frame, each only where it changed.

use gloo::events::EventListener;
use js_sys::Array;
use lab::snapshot::{Axis, Snapshot, Task};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MediaQueryList, MediaQueryListEvent, ResizeObserver};

use super::app::Sender;
use super::banners::Banners;
use super::batch_strip::BatchStrip;
use super::chart::palette::Palette;
use super::chart::picture::Picture;
use super::chart::{surface, tape};
use super::choose::view::ChooseView;
use super::dialogs::Dialogs;
use super::dom::{self, Shown};
use super::drawer::Drawer;
use super::events::Events;
use super::first_open::FirstOpen;
use super::header::Header;
use super::insert::InsertForm;
use super::inspector::bar::Bar;
use super::inspector::panel::Panel;
use super::job::dialog::JobDialog;
use super::kept::dialog::KeptDialog;
use super::lane_head::LaneHead;
use super::lanes::view::LanesView;
use super::lint::refused::Refused;
use super::lint::view::LintView;
use super::lit::{self, LitNote};
use super::made::dialog::MadeDialog;
use super::measures::Measures;
use super::measures::choice::Choice;
use super::measures::scores::Scores;
use super::msg::Msg;
use super::notice::NoticeBar;
use super::pipeline::dialog::PipelineDialog;
use super::places::PlacesView;
use super::rail::Rail;
use super::regression::task_word;
use super::right::RightRail;
use super::settings::panel::Panel as SettingsPanel;
use super::share::dialog::ShareDialog;
use super::share::stage::picture;
use super::stage::Stage;
use super::state::{State, Tab};
use super::timeline::Timeline;
use super::transport::Transport;
use super::views::Views;
use super::views::menu::ViewMenu;
use super::walkthrough::Walkthrough;
use super::yours::dialog::YoursDialog;
use super::{keys, theme};

/// Whatever moves has come to rest after so long, ms.
const AT_REST_MS: f64 = 5_000.0;

/// More records than this at once, and lists of them wait their turn.
const FLOOD: u64 = 20;
/// So often the lists are written then, ms.
const LISTS_MS: f64 = 200.0;

/// What a part draws from.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    /// The state.
    pub state: &'a State,
    /// The picture of the lab that is drawn: the newest one, or while lanes are compared that of one of them.
    pub snapshot: &'a Snapshot,
    /// Colours.
    pub palette: &'a Palette,
    /// Changes whenever colours or sizes may have.
    pub look: u32,
    /// This frame, ms since the page was opened.
    pub now_ms: f64,
    /// Whether motion is not wanted.
    pub still: bool,
}

/// What a picture of the lab depends on: where this is the same, so is what is drawn of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stamp {
    lane: usize,
    axes: (Axis, Axis),
    /// Rows that the principal components are of.
    components: u64,
    /// Numbers of the rows that come with all their features.
    values: usize,
    records: u64,
    record: u64,
    live: bool,
    version: u64,
    versions: u64,
    predictions: u64,
    rows: u64,
    held: u64,
    experiment: u64,
    compare: usize,
    marks: usize,
    waiting: u64,
    /// The version whose rows are lit.
    lit: u64,
    views: Views,
    look: u32,
}

/// All parts of the page.
#[derive(Debug)]
pub struct View {
    app: Element,
    header: Header,
    rail: Rail,
    walkthrough: Walkthrough,
    insert: InsertForm,
    events: Events,
    lane_head: LaneHead,
    batch_strip: BatchStrip,
    stage: Stage,
    first_open: FirstOpen,
    banners: Banners,
    right: RightRail,
    measures: Measures,
    scores: Scores,
    drawer: Drawer,
    transport: Transport,
    timeline: Timeline,
    dialogs: Dialogs,
    kept: KeptDialog,
    lanes: LanesView,
    settings: SettingsPanel,
    places: PlacesView,
    lit: LitNote,
    lint: LintView,
    refused: Refused,
    choose: ChooseView,
    share: ShareDialog,
    job: JobDialog,
    notice: NoticeBar,
    made: MadeDialog,
    yours: YoursDialog,
    view_menu: ViewMenu,
    pipeline: PipelineDialog,
    choice: Choice,
    palette: Palette,
    look: u32,
    dark: Shown<bool>,
    less_motion: Option<MediaQueryList>,
    /// Records when the lists were last written, and that frame, ms.
    listed: (u64, f64),
    layout: Shown<(Tab, bool, bool, bool)>,
    sender: Sender,
    inspector: Panel,
    filter: Bar,
    /// The lab file that the form was made for.
    experiment: Shown<u64>,
    _sizes: Sizes,
    _listeners: Vec<EventListener>,
}

impl<'a> Cx<'a> {
    /// The stamp of this picture.
    pub fn stamp(&self) -> Stamp {
        let (update, snapshot) = (&self.state.update, self.snapshot);
        Stamp {
            lane: snapshot.lane,
            axes: snapshot.axes,
            components: (snapshot.stage.components.as_ref()).map_or(0, |axes| axes.rows),
            values: snapshot.stage.values.len(),
            records: snapshot.records,
            record: snapshot.record,
            live: snapshot.live,
            version: snapshot.version,
            versions: snapshot.versions,
            predictions: snapshot.predictions_total,
            rows: snapshot.batch.rows,
            held: snapshot.batch.held,
            experiment: self.state.experiment,
            compare: self.state.update.panels.len(),
            marks: snapshot.marks.len(),
            waiting: update.waiting_total,
            lit: lit::row(self.state).map_or(0, |row| row.first),
            views: Views {
                open: false,
                ..self.state.views
            },
            look: self.look,
        }
    }
}

impl View {
    /// Finds the parts in index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender, state: &State) -> Result<View, JsValue> {
        let app: Element = dom::by_id("app")?;
        // The parts that the first lane has, before its first picture comes.
        let task = match state.scenario.model.as_str() {
            "linear regression" => Task::Regression,
            "logistic regression" => Task::Classification,
            _ => Task::Clustering,
        };
        dom::set_attribute(&app, "data-task", task_word(task));
        Ok(View {
            app,
            header: Header::new(sender, state)?,
            rail: Rail::new(sender, state)?,
            walkthrough: Walkthrough::new(sender, state)?,
            insert: InsertForm::new(sender, state)?,
            events: Events::new(sender)?,
            lane_head: LaneHead::new(sender)?,
            batch_strip: BatchStrip::new(&dom::by_id("batch")?)?,
            stage: Stage::new(sender)?,
            first_open: FirstOpen::new(sender, state)?,
            banners: Banners::new(sender)?,
            right: RightRail::new(sender)?,
            measures: Measures::new()?,
            scores: Scores::new()?,
            drawer: Drawer::new(sender)?,
            transport: Transport::new(sender)?,
            timeline: Timeline::new(sender)?,
            dialogs: Dialogs::new(sender)?,
            kept: KeptDialog::new(sender)?,
            lanes: LanesView::new(sender)?,
            settings: SettingsPanel::new(sender)?,
            places: PlacesView::new(sender)?,
            lit: LitNote::new(sender)?,
            lint: LintView::new(sender)?,
            refused: Refused::new(sender)?,
            choose: ChooseView::new(sender)?,
            share: ShareDialog::new(sender)?,
            job: JobDialog::new(sender)?,
            notice: NoticeBar::new(sender)?,
            made: MadeDialog::new(sender)?,
            yours: YoursDialog::new(sender)?,
            view_menu: ViewMenu::new(sender)?,
            pipeline: PipelineDialog::new(sender)?,
            choice: Choice::new(sender)?,
            palette: Palette::read()?,
            look: 0,
            dark: Shown::default(),
            less_motion: theme::less_motion(),
            listed: (0, f64::NEG_INFINITY),
            layout: Shown::default(),
            sender: sender.clone(),
            inspector: Panel::new(sender)?,
            filter: Bar::new(sender)?,
            experiment: Shown::default(),
            _sizes: Sizes::watch(sender)?,
            _listeners: listen(sender)?,
        })
    }

    /// Draws what changed; true where something moves and another frame is needed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, state: &State, now_ms: f64) -> Result<bool, JsValue> {
        if self.dark.change(theme::is_dark()) {
            self.palette = Palette::read()?;
            self.look += 1;
        }
        self.lay_out(state);
        let later = self.is_flooded(state, now_ms);
        let cx = Cx {
            state,
            snapshot: &state.update.snapshot,
            palette: &self.palette,
            look: self.look,
            now_ms,
            still: self
                .less_motion
                .as_ref()
                .is_some_and(MediaQueryList::matches),
        };
        self.header.draw(&cx);
        self.rail.draw(&cx);
        self.right.draw(&cx);
        self.banners.draw(&cx)?;
        self.transport.draw(&cx);
        self.dialogs.draw(&cx);
        self.kept.draw(&cx)?;
        self.pipeline.draw(&cx)?;
        self.job.draw(&cx)?;
        self.share.draw(&cx);
        self.notice.draw(&cx)?;
        self.made.draw(&cx);
        self.yours.draw(&cx)?;
        if !state.started {
            return Ok(false);
        }
        if self.experiment.change(state.experiment) && state.experiment > 0 {
            // Its columns and tables may be others.
            self.insert = InsertForm::new(&self.sender, state)?;
            self.rail.has_walk(state.walk.is_some());
        }
        self.walkthrough.draw(&cx);
        self.insert.draw(&cx);
        self.lanes.lay_out(&cx)?;
        self.lane_head.draw(&cx)?;
        self.lint.draw(&cx)?;
        self.refused.draw(&cx)?;
        self.choose.draw(&cx);
        self.view_menu.draw(&cx);
        self.batch_strip.draw(&cx)?;
        self.first_open.draw(&cx);
        if !later {
            self.events.draw(&cx)?;
            self.drawer.draw(&cx)?;
            self.scores.draw(&cx)?;
        }
        self.filter.draw(&cx)?;
        self.inspector.draw(&cx)?;
        self.choice.draw(&cx);
        self.measures.draw(&cx)?;
        self.settings.draw(&cx)?;
        self.places.draw(&cx);
        self.lit.draw(&cx);
        self.timeline.draw(&cx)?;
        let moving = self.lanes.draw(&cx)?;
        Ok(self.stage.draw(&cx)? || moving || later)
    }

    /// Takes a picture of the stage, at rest.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn picture(&mut self, state: &State, now_ms: f64) -> Result<Picture, JsValue> {
        // All of it is drawn again, at a time at which nothing moves any more.
        self.look += 1;
        tape::start();
        let drawn = self.draw(state, now_ms + AT_REST_MS);
        let layers = tape::stop();
        drawn.and_then(|_| picture(layers, state, &self.palette))
    }

    /// Whether so much comes that lists in which nobody can read are not written in this frame.
    fn is_flooded(&mut self, state: &State, now_ms: f64) -> bool {
        let records = state.update.snapshot.records;
        let (listed, listed_ms) = self.listed;
        // The first lists do not wait: empty ones beside a full plot would be wrong.
        if listed > 0 && records > listed + FLOOD && now_ms - listed_ms < LISTS_MS {
            return true;
        }
        self.listed = (records, now_ms);
        false
    }

    fn lay_out(&mut self, state: &State) {
        let idle = state.is_first_open();
        let tab = state.shown_tab();
        if self
            .layout
            .change((tab, state.drawer_open, state.left_open, idle))
        {
            let tab = match tab {
                Tab::Predictions => "predictions",
                Tab::Ledger => "ledger",
                Tab::Measures => "measures",
                Tab::Stream => "stream",
                Tab::Differences => "differences",
            };
            let word = |open: bool| if open { "open" } else { "closed" };
            dom::set_attribute(&self.app, "data-tab", tab);
            dom::set_attribute(&self.app, "data-drawer", word(state.drawer_open));
            dom::set_attribute(&self.app, "data-left", word(state.left_open));
            dom::set_attribute(&self.app, "data-idle", if idle { "yes" } else { "no" });
        }
    }
}

fn listen(sender: &Sender) -> Result<Vec<EventListener>, JsValue> {
    let mut listeners = vec![keys::listen(sender)?];
    if let Some(system) = theme::system() {
        let sender = sender.clone();
        listeners.push(EventListener::new(&system, "change", move |event| {
            let dark = event
                .dyn_ref::<MediaQueryListEvent>()
                .is_some_and(|event| event.matches());
            sender.send(Msg::SystemTheme { dark });
        }));
    }
    Ok(listeners)
}

/// Watches the sizes of all canvases.
#[derive(Debug)]
struct Sizes {
    observer: ResizeObserver,
    _closure: Closure<dyn FnMut(Array)>,
}

impl Sizes {
    fn watch(sender: &Sender) -> Result<Sizes, JsValue> {
        let sender = sender.clone();
        let closure = Closure::<dyn FnMut(Array)>::new(move |_| {
            surface::sizes_changed();
            let width = dom::window()
                .ok()
                .and_then(|window| window.inner_width().ok());
            sender.send(Msg::Width(
                width.and_then(|width| width.as_f64()).unwrap_or(0.0),
            ));
        });
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref())?;
        let canvases = dom::document()?.query_selector_all("canvas, #panels")?;
        for i in 0..canvases.length() {
            if let Some(canvas) = canvases
                .get(i)
                .and_then(|node| node.dyn_into::<Element>().ok())
            {
                observer.observe(&canvas);
            }
        }
        Ok(Sizes {
            observer,
            _closure: closure,
        })
    }
}

impl Drop for Sizes {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
