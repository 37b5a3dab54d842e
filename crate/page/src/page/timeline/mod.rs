//! The timeline: a track for each lane with versions as wide as their rows and as tall as their shift, test rounds, and the
//! playhead.
//!
//! - [`lanes`]: which lanes have a track, where, and what is said beside it
//! - [`track`]: bars, rounds, the open batch, what waits, the playhead
//! - [`names`]: v1, v2, .. below the bars
//! - [`mod@pointer`]: press, drag, click

pub mod lanes;
pub mod names;
pub mod pointer;
pub mod track;

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use lab::snapshot::Snapshot;
use wasm_bindgen::JsValue;
use web_sys::Element;

use self::lanes::Lane;
use self::pointer::Ground;
use self::track::{draw, shifts};
use crate::page::app::Sender;
use crate::page::chart::scale::{Scale, is_wide};
use crate::page::chart::surface::Surface;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::page::view::{Cx, Stamp};
use crate::protocol::Command;

/// Pixels at the left, so that the first label and the playhead have room.
const LEFT: f64 = 14.0;
/// Pixels more where the label of a first test round needs room before it.
const LEFT_OF_ROUNDS: f64 = 64.0;
/// More tracks than this share the height of so many.
const TRACKS_TALL: usize = 4;

/// The timeline.
#[derive(Debug)]
pub struct Timeline {
    surface: Surface,
    app: Element,
    track: Element,
    single: Element,
    words: Slot,
    beside: Element,
    names: Vec<NameNode>,
    /// What pointers are read with.
    ground: Rc<RefCell<Ground>>,
    stamp: Shown<(Stamp, u64)>,
    sender: Sender,
    _listeners: Vec<EventListener>,
}

/// A lane's name beside its track.
#[derive(Debug)]
struct NameNode {
    button: Element,
    name: Slot,
    about: Slot,
    lane: Rc<std::cell::Cell<usize>>,
    _click: EventListener,
}

/// Where things lie on the canvas.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Records to pixels.
    pub x: Scale,
    /// The tracks, from the top down; at least one.
    pub lanes: Vec<Lane>,
    /// Where labels of rounds stand; None where there is no room.
    pub rounds: Option<f64>,
    /// Of the canvas, page pixels.
    pub width: f64,
    /// Of the canvas, page pixels.
    pub height: f64,
}

impl Layout {
    /// Where the first track's tallest bar ends.
    pub fn top(&self) -> f64 {
        self.lanes.first().map_or(0.0, |lane| lane.top)
    }

    /// Where the last track's bars stand.
    pub fn base(&self) -> f64 {
        self.lanes.last().map_or(0.0, |lane| lane.base)
    }
}

impl Timeline {
    /// The timeline of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Timeline, JsValue> {
        let track: Element = dom::by_id("track")?;
        let ground = Rc::new(RefCell::new(Ground::default()));
        Ok(Timeline {
            surface: Surface::by_id("track-canvas")?,
            app: dom::by_id("app")?,
            single: dom::by_id("timeline-single")?,
            words: Slot::by_id("timeline-scale")?,
            beside: dom::by_id("timeline-lanes")?,
            names: Vec::new(),
            _listeners: pointer::listen(&track, &ground, sender),
            track,
            ground,
            stamp: Shown::default(),
            sender: sender.clone(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let snapshot = &cx.state.update.snapshot;
        let compare = !cx.state.update.panels.is_empty();
        let shown = lanes::shown(snapshot, compare);
        // The footer is as high as its tracks need: before the canvas is measured.
        let tall = shown.len().clamp(1, TRACKS_TALL).to_string();
        dom::set_attribute(&self.app, "data-tracks", &tall);
        let resized = self.surface.fit();
        if !self.stamp.change((cx.stamp(), cx.state.domain)) && !resized {
            return Ok(());
        }
        let (least, most) = shifts(snapshot, &shown);
        self.words.set(if is_wide(least, most) {
            "wide: rows, tall:\u{a0}log\u{a0}shift"
        } else {
            "wide: rows, tall:\u{a0}shift"
        });
        self.draw_words(snapshot);
        if !self.surface.is_visible() || shown.is_empty() {
            return Ok(());
        }
        let (width, height) = (self.surface.width, self.surface.height);
        let roomy = dom::window()?
            .inner_width()?
            .as_f64()
            .is_some_and(|page| page >= 600.0);
        let left = if roomy { LEFT + LEFT_OF_ROUNDS } else { LEFT };
        let layout = Layout {
            x: Scale {
                domain: (0.0, cx.state.domain as f64),
                pixels: (left, width - 12.0),
            },
            lanes: lanes::lay_out(&shown, height, roomy),
            rounds: roomy.then_some(23.0),
            width,
            height,
        };
        self.draw_names(&layout, snapshot, compare)?;
        *self.ground.borrow_mut() = Ground::of(&layout, snapshot);
        draw(&self.surface.draw(), &layout, cx);
        Ok(())
    }

    /// The lanes' names, where there are several.
    fn draw_names(
        &mut self,
        layout: &Layout,
        snapshot: &Snapshot,
        compare: bool,
    ) -> Result<(), JsValue> {
        let several = layout.lanes.len() > 1;
        dom::show(&self.single, !several);
        dom::show(&self.beside, several);
        let wanted = if several { layout.lanes.len() } else { 0 };
        while self.names.len() < wanted {
            self.names.push(NameNode::new(&self.beside, &self.sender)?);
        }
        for node in self.names.drain(wanted..) {
            node.button.remove();
        }
        let all: Vec<usize> = layout.lanes.iter().map(|lane| lane.lane).collect();
        for (node, lane) in self.names.iter_mut().zip(&layout.lanes) {
            node.lane.set(lane.lane);
            let head = snapshot.lanes.get(lane.lane);
            node.name.set(head.map_or("", |head| head.name.as_str()));
            let about = lanes::about(snapshot, &all, lane.lane, compare);
            node.about.set(&about);
            let top = format!("top: {:.0}px", (lane.base - 31.0).max(0.0));
            dom::set_attribute(&node.button, "style", &top);
            let is = if lane.lane == snapshot.lane {
                "true"
            } else {
                "false"
            };
            dom::set_attribute(&node.button, "aria-pressed", is);
        }
        Ok(())
    }

    fn draw_words(&self, snapshot: &Snapshot) {
        let text = match snapshot.records {
            0 => format!("version {}, no rows yet", snapshot.version),
            records => format!(
                "version {}, record {} of {}",
                snapshot.version,
                numbers::count(snapshot.record),
                numbers::count(records)
            ),
        };
        dom::set_attribute(&self.track, "aria-valuetext", &text);
        dom::set_attribute(&self.track, "aria-valuenow", &snapshot.record.to_string());
        dom::set_attribute(&self.track, "aria-valuemax", &snapshot.records.to_string());
    }
}

impl NameNode {
    fn new(parent: &Element, sender: &Sender) -> Result<NameNode, JsValue> {
        let button = dom::child(parent, "button", "timeline-lane", "")?;
        dom::set_attribute(&button, "type", "button");
        let lane = Rc::new(std::cell::Cell::new(0));
        let (sender, at) = (sender.clone(), lane.clone());
        Ok(NameNode {
            name: Slot::new(dom::child(&button, "b", "", "")?),
            about: Slot::new(dom::child(&button, "span", "", "")?),
            _click: dom::on_click(&button, move || {
                sender.send(Msg::Send(Command::ShowLane { lane: at.get() }));
            }),
            button,
            lane,
        })
    }
}
