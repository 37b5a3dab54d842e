//! The View button and its sheet.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, EventTarget, HtmlDetailsElement, HtmlInputElement, Node};

use super::{Kind, ViewsMsg, has_many};
use crate::page::app::Sender;
use crate::page::dom::{self, Shown};
use crate::page::msg::Msg;
use crate::page::view::Cx;

const KINDS: [Kind; 3] = [Kind::Scatter, Kind::Parallel, Kind::Matrix];

/// The menu.
#[derive(Debug)]
pub struct ViewMenu {
    details: HtmlDetailsElement,
    kinds: [HtmlInputElement; 3],
    regions: HtmlInputElement,
    paths: HtmlInputElement,
    paths_label: Element,
    choice: Element,
    shown: Shown<(Kind, bool, bool, bool)>,
    open: Shown<bool>,
    _listeners: Vec<EventListener>,
}

/// The id of a choice of index.html.
pub fn id(kind: Kind) -> &'static str {
    match kind {
        Kind::Scatter => "view-scatter",
        Kind::Parallel => "view-parallel",
        Kind::Matrix => "view-matrix",
    }
}

impl ViewMenu {
    /// The menu of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<ViewMenu, JsValue> {
        let details: HtmlDetailsElement = dom::by_id("view-menu")?;
        let inputs = KINDS.map(|kind| dom::by_id::<HtmlInputElement>(id(kind)));
        let [scatter, parallel, matrix] = inputs;
        let kinds = [scatter?, parallel?, matrix?];
        let (regions, paths): (HtmlInputElement, HtmlInputElement) =
            (dom::by_id("view-regions")?, dom::by_id("view-paths")?);
        let mut listeners: Vec<EventListener> = KINDS
            .into_iter()
            .zip(&kinds)
            .map(|(kind, input)| on_change(sender, input, move |_| ViewsMsg::Show(kind)))
            .collect();
        listeners.extend([
            on_change(sender, &regions, ViewsMsg::Regions),
            on_change(sender, &paths, ViewsMsg::Paths),
            on_toggle(sender, &details),
            on_outside(sender, &details)?,
        ]);
        Ok(ViewMenu {
            details,
            kinds,
            regions,
            paths,
            paths_label: dom::by_id("view-paths-label")?,
            choice: dom::by_id("view-kinds")?,
            shown: Shown::default(),
            open: Shown::default(),
            _listeners: listeners,
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let (views, snapshot) = (&cx.state.views, cx.snapshot);
        if self.open.change(views.open) {
            self.details.set_open(views.open);
        }
        let kind = super::shown(cx.state);
        if self
            .shown
            .change((kind, views.regions, views.paths, has_many(snapshot)))
        {
            for (of, input) in KINDS.into_iter().zip(&self.kinds) {
                input.set_checked(of == kind);
            }
            self.regions.set_checked(views.regions);
            self.paths.set_checked(views.paths);
            dom::show(&self.choice, has_many(snapshot));
        }
        // Models without centroids have no paths.
        dom::show(&self.paths_label, snapshot.linear.is_none());
    }
}

fn on_change(
    sender: &Sender,
    input: &HtmlInputElement,
    msg: impl Fn(bool) -> ViewsMsg + 'static,
) -> EventListener {
    let (sender, changed) = (sender.clone(), input.clone());
    EventListener::new(input, "change", move |_| {
        sender.send(Msg::Views(msg(changed.checked())));
    })
}

fn on_toggle(sender: &Sender, details: &HtmlDetailsElement) -> EventListener {
    let (sender, toggled) = (sender.clone(), details.clone());
    EventListener::new(details, "toggle", move |_| {
        sender.send(Msg::Views(ViewsMsg::Opened(toggled.open())));
    })
}

/// A press beside the menu closes it.
fn on_outside(sender: &Sender, details: &HtmlDetailsElement) -> Result<EventListener, JsValue> {
    let (sender, details) = (sender.clone(), details.clone());
    Ok(EventListener::new(
        &EventTarget::from(dom::document()?),
        "pointerdown",
        move |event| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<Node>().ok());
            if details.open() && !details.contains(target.as_ref()) {
                sender.send(Msg::Views(ViewsMsg::Opened(false)));
            }
        },
    ))
}
