//! The loop of the page thread: messages in, state, effects, a frame.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use gloo::events::EventListener;
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::storage::{LocalStorage, Storage};
use js_sys::{ArrayBuffer, Uint8Array};
use lab::config::LabFile;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, MessageEvent, Worker};

use super::msg::{Effect, Errands, Msg};
use super::pipeline::PipelineMsg;
use super::session::open::{self, Opening};
use super::share::{self, ShareMsg, address};
use super::state::{LeftTab, Scenario, State};
use super::view::View;
use super::walk::{self, Entry, Walk};
use super::{dialogs, dom, http, kept, session, theme, update, yours};
use crate::protocol::{Command, Update};

/// The key under which the order of applied records is kept for a reload.
const ORDER_KEY: &str = "eddy.order";

thread_local! {
    /// The page, as long as it is open.
    static APP: RefCell<Option<Rc<App>>> = const { RefCell::new(None) };
}

#[derive(Debug)]
struct App {
    worker: Worker,
    order_key: String,
    state: RefCell<State>,
    view: RefCell<Option<View>>,
    queue: RefCell<VecDeque<Msg>>,
    busy: Cell<bool>,
    frame: RefCell<Option<AnimationFrame>>,
    /// Where the keyboard goes after the next frame.
    focus: Cell<Option<&'static str>>,
    listeners: RefCell<Vec<EventListener>>,
}

/// Where messages go.
#[derive(Clone, Debug)]
pub struct Sender(Weak<App>);

impl Sender {
    /// Something happened.
    pub fn send(&self, msg: Msg) {
        if let Some(app) = self.0.upgrade() {
            app.queue.borrow_mut().push_back(msg);
            app.work();
        }
    }
}

/// Starts the page.
///
/// # Errors
/// index.html lacks an element, or the lab file cannot be fetched.
pub async fn start(worker: Worker) -> Result<(), JsValue> {
    let menu = scenarios().await;
    let asked = http::scenario();
    let entry = menu
        .iter()
        .find(|entry| Some(&entry.name) == asked.as_ref());
    let file = entry.and_then(|entry| entry.lab.as_deref());
    let lab = http::text(file.unwrap_or("lab.json"))
        .await
        .map_err(|error| JsValue::from_str(&error))?;
    let opening = open::opening(asked.as_deref()).await;
    let own = LabFile::parse(&lab).ok();
    let lab = opening.lab.clone().unwrap_or(lab);
    let scenario = Scenario::read(&lab);
    let walk = match walk::of_lab(&menu, &scenario) {
        Some(entry) => read_walk(entry).await,
        None => None,
    };
    let left = if walk.is_some() {
        LeftTab::Walk
    } else {
        LeftTab::Insert
    };
    let token = http::token();
    let mut state = State {
        scenario,
        walk,
        menu: menu
            .into_iter()
            .filter(|entry| entry.lab.is_some())
            .collect(),
        left,
        drawer_open: token.is_some(),
        token,
        rows_from: http::rows_from(),
        ..State::default()
    };
    state.share.own = own;
    state.session.scenario.clone_from(&asked);
    take_up(&mut state, &opening);
    let app = App::open(worker, state, order_key(asked.as_deref()))?;
    let keep_lines = dom::window()?.location().search()?.contains("keep=lines");
    let order = LocalStorage::raw().get_item(&app.order_key).ok().flatten();
    app.post(&Command::Start {
        lab,
        keep_lines,
        order,
    });
    // What was played goes on; else the bridge that served the page is asked.
    if app.state.borrow().token.is_some() && opening.recording.is_none() {
        app.post(&Command::Connect {
            url: http::bridge_address()?,
        });
    }
    let commands = opening.commands();
    commands.iter().for_each(|command| app.post(command));
    APP.with_borrow_mut(|page| *page = Some(app));
    Ok(())
}

/// The page as it was, or as a link asks for it.
fn take_up(state: &mut State, opening: &Opening) {
    state.notice.clone_from(&opening.notice);
    let linked = opening.linked.as_ref().and_then(|linked| linked.axes);
    let axes = opening.session.as_ref().map(|session| session.axes);
    if let Some((x, y)) = axes.or(linked) {
        // The worker is told by the opening's own commands.
        let _ = (state.axes.choose_x(x), state.axes.choose_y(y));
    }
    let Some(session) = &opening.session else {
        return;
    };
    (state.tab, state.right, state.compare) = (session.tab, session.right, session.compare);
    state.drawer_open = session.drawer_open;
    if state.walk.is_some() {
        state.left = session.left;
    }
    if let Some(text) = &opening.recording {
        yours::plays(state, text);
        let played = session.recording.as_ref();
        state.session.key = played.and_then(|played| played.key.clone());
        state.session.records_per_s = played.and_then(|played| played.records_per_s);
    }
}

/// All scenarios; without their list the page shows its lab file, and has no menu.
async fn scenarios() -> Vec<Entry> {
    let list = http::text("scenarios.json").await;
    list.and_then(|list| walk::read_list(&list))
        .unwrap_or_default()
}

async fn read_walk(entry: &Entry) -> Option<Walk> {
    // Without the rows there is no walk-through; everything else works.
    let rows = http::text(&entry.rows).await.ok()?;
    Walk::read(entry.clone(), &rows).ok()
}

/// One bridge has one log for all scenarios, each of which applies other topics of it.
fn order_key(scenario: Option<&str>) -> String {
    match scenario {
        Some(name) => format!("{ORDER_KEY}.{name}"),
        None => ORDER_KEY.to_owned(),
    }
}

impl App {
    fn open(worker: Worker, state: State, order_key: String) -> Result<Rc<App>, JsValue> {
        let app = Rc::new(App {
            worker,
            order_key,
            state: RefCell::new(state),
            view: RefCell::default(),
            queue: RefCell::default(),
            busy: Cell::new(false),
            frame: RefCell::default(),
            focus: Cell::default(),
            listeners: RefCell::default(),
        });
        let sender = Sender(Rc::downgrade(&app));
        *app.view.borrow_mut() = Some(View::new(&sender, &app.state.borrow())?);
        let updates = EventListener::new(&app.worker, "message", move |event| {
            if let Some(update) = read(event) {
                sender.send(Msg::Update(Box::new(update)));
            }
        });
        // An experiment that is put behind the page's address, by hand or by a link, is opened as one.
        let window = dom::window()?;
        let links = EventListener::new(&window, "hashchange", |_| {
            if address::read().is_some()
                && let Err(error) = dom::window().and_then(|window| window.location().reload())
            {
                gloo::console::error!(error);
            }
        });
        app.listeners.borrow_mut().extend([updates, links]);
        app.ask_for_frame();
        Ok(app)
    }

    fn post(&self, command: &Command) {
        match serde_wasm_bindgen::to_value(command) {
            Ok(message) => {
                // A plain object: it can be cloned.
                let _ = self.worker.post_message(&message);
            }
            Err(error) => gloo::console::error!(format!("a command could not be written: {error}")),
        }
    }

    /// Works off what happened, one thing after the other.
    fn work(self: &Rc<App>) {
        if self.busy.replace(true) {
            return;
        }
        loop {
            let Some(msg) = self.queue.borrow_mut().pop_front() else {
                break;
            };
            let mut effects = Vec::new();
            update::update(&mut self.state.borrow_mut(), msg, now_ms(), &mut effects);
            for effect in effects {
                self.perform(effect);
            }
        }
        self.busy.set(false);
        self.ask_for_frame();
    }

    fn ask_for_frame(self: &Rc<App>) {
        let mut frame = self.frame.borrow_mut();
        if frame.is_none() {
            let app = Rc::downgrade(self);
            *frame = Some(request_animation_frame(move |now_ms| {
                if let Some(app) = app.upgrade() {
                    app.draw(now_ms);
                }
            }));
        }
    }

    fn draw(self: &Rc<App>, now_ms: f64) {
        // Its callback is running: it has done its work.
        let done = self.frame.borrow_mut().take();
        let mut view = self.view.borrow_mut();
        // What is drawn may move the keyboard, and what listens to that sends: it waits until all is drawn.
        let was_busy = self.busy.replace(true);
        let drawn = view
            .as_mut()
            .map_or(Ok(false), |view| view.draw(&self.state.borrow(), now_ms));
        self.busy.set(was_busy);
        drop(view);
        match drawn {
            Ok(true) => self.ask_for_frame(),
            Ok(false) => {}
            Err(error) => gloo::console::error!(error),
        }
        // Now that this frame has shown what it goes to.
        if let Some(element) = self
            .focus
            .take()
            .and_then(|id| dom::by_id::<HtmlElement>(id).ok())
        {
            dom::focus(&element);
        }
        drop(done);
        if !self.queue.borrow().is_empty() {
            self.work();
        }
    }

    fn save_picture(&self, format: share::Format, sender: &Sender) {
        let mut view = self.view.borrow_mut();
        let Some(view) = view.as_mut() else { return };
        let picture = view.picture(&self.state.borrow(), now_ms());
        let saved = picture.and_then(|picture| share::stage::save(&picture, format));
        if let Err(error) = saved {
            gloo::console::error!(error);
            let why = "The browser makes no picture of the stage.".to_owned();
            sender.send(Msg::Share(ShareMsg::Said(Err(why))));
        }
    }

    fn perform(self: &Rc<App>, effect: Effect) {
        let sender = Sender(Rc::downgrade(self));
        match effect {
            Effect::Send(command) => self.post(&command),
            Effect::Insert {
                errand,
                table,
                rows,
            } => {
                let token = self.state.borrow().token.clone();
                run(sender, errand, async move {
                    http::insert(token.as_deref(), &table, rows).await
                });
            }
            Effect::StartOver => {
                let token = self.state.borrow().token.clone();
                run(sender, Errands::Over, async move {
                    http::start_over(token.as_deref()).await
                });
            }
            Effect::FetchRecording(file) => wasm_bindgen_futures::spawn_local(async move {
                sender.send(match http::recording(&file).await {
                    Ok(text) => Msg::Recording {
                        name: "recorded demo".to_owned(),
                        text,
                    },
                    Err(error) => Msg::Back(Errands::Recording, Err(error)),
                });
            }),
            Effect::GoTo(scenario) => {
                if let Err(error) = http::go_to(&scenario) {
                    gloo::console::error!(error);
                }
            }
            Effect::Open(dialog) => dialogs::open(dialog),
            Effect::CloseDialogs => dialogs::close(),
            Effect::Focus(id) => {
                // At once where it can be, so that the next key meets it; what is not in sight yet, when it is drawn.
                let there = dom::by_id::<HtmlElement>(id).is_ok_and(|to| {
                    dom::focus(&to);
                    to.matches(":focus").unwrap_or(false)
                });
                self.focus.set((!there).then_some(id));
            }
            Effect::Theme(dark) => {
                theme::switch(dark);
                sender.send(Msg::Redraw);
            }
            Effect::KeepOrder(order) => {
                // Without storage a reload applies the log as it arrives.
                let _ = LocalStorage::raw().set_item(&self.order_key, &order);
            }
            Effect::Kept(work) => {
                let done = kept::work::perform(work).into_iter();
                done.for_each(|msg| sender.send(Msg::Kept(msg)));
            }
            Effect::AskBridge(address) => wasm_bindgen_futures::spawn_local(async move {
                let answer = http::bridge(address.as_deref()).await;
                sender.send(Msg::Pipeline(PipelineMsg::Answered(answer)));
            }),
            Effect::Say(text) => say(&text),
            Effect::Picture(format) => self.save_picture(format, &sender),
            Effect::Address(fragment) => {
                if let Err(error) = address::replace(fragment.as_deref()) {
                    gloo::console::error!(error);
                }
            }
            Effect::Session(work) => session::stored::perform(work, &sender),
            Effect::SaveBytes { name, bytes } => {
                if let Err(error) = dom::save_bytes(&name, &bytes) {
                    gloo::console::error!(error);
                }
            }
            Effect::Save { name, text } => {
                if let Err(error) = dom::save(name, &text) {
                    gloo::console::error!(error);
                }
            }
        }
    }
}

fn read(event: &web_sys::Event) -> Option<Update> {
    let buffer = event
        .dyn_ref::<MessageEvent>()?
        .data()
        .dyn_into::<ArrayBuffer>()
        .ok()?;
    match postcard::from_bytes(&Uint8Array::new(&buffer).to_vec()) {
        Ok(update) => Some(update),
        Err(error) => {
            gloo::console::error!(format!(
                "an update of the worker could not be read: {error}"
            ));
            None
        }
    }
}

fn run(
    sender: Sender,
    errand: Errands,
    work: impl Future<Output = Result<String, String>> + 'static,
) {
    wasm_bindgen_futures::spawn_local(async move {
        let result = work.await;
        sender.send(Msg::Back(errand, result));
    });
}

fn say(text: &str) {
    if let Ok(polite) = dom::by_id::<Element>("polite") {
        polite.set_text_content(Some(text));
    }
}

fn now_ms() -> f64 {
    dom::window()
        .ok()
        .and_then(|window| window.performance())
        .map_or(0.0, |clock| clock.now())
}
