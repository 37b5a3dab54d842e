//! Commands in, updates out: the worker's one loop.

use std::cell::RefCell;

use gloo::timers::callback::{Interval, Timeout};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::change::Change;
use super::choose::Choose;
use super::desk::Desk;
use super::link::Link;
use super::lint::Lint;
use super::look::Looking;
use super::order::Order;
use super::pipeline::Pipes;
use super::places::Places;
use super::player::Player;
use super::session::Session;
use super::survey::Survey;
use crate::protocol::{Banner, Closer, Command, Connection, Exported, KeptVersion, Status, Update};

/// Updates are posted no closer together than this, ms: about one a frame.
const POST_MS: u32 = 16;

/// A version is announced at most this often, ms.
const ANNOUNCE_MS: f64 = 2_000.0;

/// An order is kept at most this often, ms.
const KEEP_ORDER_MS: f64 = 250.0;

/// So long a search goes on between two updates, ms.
const SEARCH_MS: f64 = 6.0;

type Listener = Closure<dyn FnMut(MessageEvent)>;

thread_local! {
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// Everything that the worker owns.
pub(super) struct Worker {
    pub(super) scope: DedicatedWorkerGlobalScope,
    pub(super) desk: Desk,
    pub(super) session: Session,
    pub(super) link: Option<Link>,
    pub(super) url: Option<String>,
    pub(super) open: bool,
    /// Whether this address ever answered.
    pub(super) opened_once: bool,
    /// Tries since it last answered.
    pub(super) attempt: u32,
    pub(super) retry_in_ms: u32,
    pub(super) timer: Option<Timeout>,
    pub(super) player: Option<Player>,
    pub(super) beat: Option<Interval>,
    pub(super) paused: bool,
    pub(super) speed: f64,
    pub(super) failed: Option<String>,
    pub(super) banners: Vec<Banner>,
    /// Partitions of which records are gone, each with a banner.
    pub(super) gaps: Vec<(String, i32)>,
    /// Banners that the reader closed and that would come again and again.
    pub(super) closed: Vec<u32>,
    /// Why predictions were last refused.
    pub(super) refusal: String,
    /// Runs until the sink is tried again.
    pub(super) sink_timer: Option<Timeout>,
    pub(super) post: Option<Timeout>,
    /// When the last update was posted.
    pub(super) posted_ms: f64,
    pub(super) wants_recording: bool,
    pub(super) wants_lines: bool,
    pub(super) wants_csv: bool,
    pub(super) wants_ledger_csv: bool,
    /// A version that was kept and is to be posted.
    pub(super) kept: Option<KeptVersion>,
    pub(super) change: Change,
    pub(super) places: Places,
    pub(super) lint: Lint,
    /// The job that was asked for.
    pub(super) exported: Option<Result<Exported, String>>,
    pub(super) choose: Choose,
    pub(super) pipes: Pipes,
    pub(super) survey: Survey,
    pub(super) announced: (u64, f64),
    pub(super) order_kept: (u64, f64),
    /// What the reader looks at closer.
    pub(super) look: Looking,
}

/// Starts the worker: it listens for commands.
pub fn run() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let on_message = Listener::new(|event: MessageEvent| {
        match serde_wasm_bindgen::from_value::<Command>(event.data()) {
            Ok(command) => command_arrived(command),
            Err(error) => {
                gloo::console::error!(format!("a command that this worker does not know: {error}"))
            }
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The listener lives as long as the worker does: it is owned by this thread.
    LISTENER.with_borrow_mut(|listener| *listener = Some(on_message));
}

thread_local! {
    static LISTENER: RefCell<Option<Listener>> = const { RefCell::new(None) };
}

/// Acts on the worker, then posts an update.
pub(super) fn with(act: impl FnOnce(&mut Worker)) {
    with_if(|worker| {
        act(worker);
        true
    });
}

/// Acts on the worker, then posts an update if the answer is true.
pub(super) fn with_if(act: impl FnOnce(&mut Worker) -> bool) {
    WORKER.with_borrow_mut(|worker| {
        let Some(worker) = worker else {
            return;
        };
        let began_ms = worker.clock_ms();
        if act(worker) {
            worker.post_soon();
        }
        let worked_ms = worker.clock_ms() - began_ms;
        worker.pipes.worked(worked_ms);
    });
}

fn command_arrived(command: Command) {
    if let Command::Start {
        lab,
        keep_lines,
        order,
    } = command
    {
        return start(&lab, keep_lines, order);
    }
    with(|worker| worker.command(command));
}

fn start(lab: &str, keep_lines: bool, order: Option<String>) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    match Desk::new(lab, keep_lines) {
        Ok(desk) => {
            let session = Session::new(order.and_then(|text| Order::parse(&text)));
            WORKER.with_borrow_mut(|worker| *worker = Some(Worker::new(scope, desk, session)));
            with(|_| {});
        }
        Err(error) => {
            let status = Status {
                connection: Connection::Failed {
                    reason: error.to_string(),
                },
                ..Status::default()
            };
            post(
                &scope,
                &Update {
                    status,
                    ..Update::default()
                },
            );
        }
    }
}

impl Worker {
    fn new(scope: DedicatedWorkerGlobalScope, desk: Desk, session: Session) -> Worker {
        Worker {
            scope,
            desk,
            session,
            link: None,
            url: None,
            open: false,
            opened_once: false,
            attempt: 0,
            retry_in_ms: 0,
            timer: None,
            player: None,
            beat: None,
            paused: false,
            speed: 1.0,
            failed: None,
            banners: Vec::new(),
            gaps: Vec::new(),
            closed: Vec::new(),
            refusal: String::new(),
            sink_timer: None,
            post: None,
            posted_ms: 0.0,
            wants_recording: false,
            wants_lines: false,
            wants_csv: false,
            wants_ledger_csv: false,
            kept: None,
            change: Change::default(),
            places: Places::default(),
            lint: Lint::default(),
            exported: None,
            choose: Choose::default(),
            pipes: Pipes::default(),
            survey: Survey::default(),
            announced: (1, 0.0),
            order_kept: (0, 0.0),
            look: Looking::default(),
        }
    }

    /// A clock that is fine enough for pieces of work, ms.
    pub(super) fn clock_ms(&self) -> f64 {
        self.scope.performance().map_or(0.0, |clock| clock.now())
    }

    fn post_soon(&mut self) {
        if self.post.is_none() {
            // At once after a quiet time: only what follows closely waits for the next frame.
            let since_ms = (now_ms() - self.posted_ms).clamp(0.0, f64::from(POST_MS)) as u32;
            self.post = Some(Timeout::new(POST_MS - since_ms, || {
                WORKER.with_borrow_mut(|worker| {
                    if let Some(worker) = worker {
                        (worker.post, worker.posted_ms) = (None, now_ms());
                        let began_ms = worker.clock_ms();
                        let update = worker.update();
                        post(&worker.scope, &update);
                        let worked_ms = worker.clock_ms() - began_ms;
                        worker.pipes.worked(worked_ms);
                        if worker.desk.is_looking() {
                            worker.post_soon();
                        }
                    }
                });
            }));
        }
    }

    fn update(&mut self) -> Update {
        // What the page is told from here on is as it is after all corrections.
        self.desk.lab.settle();
        let (waiting, waiting_training) = if self.paused {
            self.desk.waiting_events()
        } else {
            (Vec::new(), 0)
        };
        let connection = self.connection();
        let waiting_total = match (&connection, self.paused) {
            (_, false) => 0,
            (Connection::Replaying { .. }, true) => self.desk.waiting() as u64,
            (_, true) => self.desk.progress.behind(),
        };
        let closer = self.closer();
        Update {
            snapshot: self.desk.snapshot(),
            status: Status {
                connection,
                paused: self.paused,
                speed: self.speed,
                missing: self.session.missing.len(),
                log_id: Some(self.desk.order.log_id.clone()).filter(|id| !id.is_empty()),
            },
            waiting,
            waiting_total,
            waiting_training,
            banners: self.banners.clone(),
            announcement: self.announcement(),
            recording: std::mem::take(&mut self.wants_recording)
                .then(|| self.desk.applied.ndjson()),
            lines: if std::mem::take(&mut self.wants_lines) {
                self.desk.lines_to_the_end()
            } else {
                None
            },
            csv: std::mem::take(&mut self.wants_csv).then(|| lab::csv::kept(&self.desk.lab)),
            ledger_csv: std::mem::take(&mut self.wants_ledger_csv)
                .then(|| lab::csv::ledger(&self.desk.lab)),
            kept: self.kept.take(),
            published: self.session.outbox.published,
            order: self.order_to_keep(),
            lab: self.lab_to_tell(),
            rebuilding: self.change.rebuilding(),
            refused: self.change.take_refused(),
            panels: self.desk.panels(),
            comparison: self.desk.comparison(),
            columns: self.places.columns_to_tell(&self.desk.lab),
            sought: self.places.take_sought(),
            lint: self.lint_to_tell(),
            elbow: self.curves_to_tell(),
            pipeline: self.pipeline(),
            surveyed: self.survey.take_done(),
            exported: self.exported.take(),
            closer,
        }
    }

    /// What is looked at closer; a search that has not ended goes on after the next update.
    fn closer(&mut self) -> Closer {
        let (upto, end_ms) = (self.snapshot_place().0, now_ms() + SEARCH_MS);
        let closer = self.look.answer(&self.desk, upto, || now_ms() < end_ms);
        if self.look.is_searching() {
            self.post_soon();
        }
        closer
    }

    fn announcement(&mut self) -> Option<String> {
        let now = now_ms();
        let lane = self.lane();
        let newest = lane.timeline.newest();
        let version = newest.last;
        if version <= self.announced.0 || now - self.announced.1 < ANNOUNCE_MS || newest.rows == 0 {
            return None;
        }
        let text = format!(
            "Version {version}: {} rows, shift {:.2}",
            newest.rows, newest.shift
        );
        self.announced = (version, now);
        Some(text)
    }

    /// The order, when it changed: at once while little happens, now and then while much does.
    fn order_to_keep(&mut self) -> Option<String> {
        let (records, now) = (
            self.desk.records_applied + self.desk.lab.time_ms.unwrap_or(0).unsigned_abs(),
            now_ms(),
        );
        if self.desk.began_from.is_some() {
            // What was read before is not in it: a reload reads the log from its start.
            let is_first = self.order_kept.0 != u64::MAX;
            self.order_kept.0 = u64::MAX;
            return is_first.then(String::new);
        }
        if self.player.is_some() || self.desk.order.log_id.is_empty() {
            return None;
        }
        if records == self.order_kept.0 {
            return None;
        }
        if now - self.order_kept.1 < KEEP_ORDER_MS {
            self.post_soon();
            return None;
        }
        self.order_kept = (records, now);
        self.desk.order_text()
    }
}

pub(super) fn now_ms() -> f64 {
    js_sys::Date::now()
}

fn post(scope: &DedicatedWorkerGlobalScope, update: &Update) {
    let bytes = match postcard::to_stdvec(update) {
        Ok(bytes) => bytes,
        Err(error) => {
            return gloo::console::error!(format!("an update could not be written: {error}"));
        }
    };
    let buffer = Uint8Array::from(bytes.as_slice()).buffer();
    if scope
        .post_message_with_transfer(&buffer, &Array::of1(&buffer))
        .is_err()
    {
        gloo::console::error!("an update could not be posted");
    }
}
