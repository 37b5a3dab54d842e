//! Commands in, updates out: the worker's one loop.

use std::cell::RefCell;

use gloo::timers::callback::{Interval, Timeout};
use js_sys::{Array, Uint8Array};
use lab::snapshot::Playhead;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};
use wire::{ClientFrame, encode_client_frame};

use super::desk::Desk;
use super::link::{Link, LinkEvent};
use super::order::Order;
use super::player::{self, BEAT_MS, Player};
use super::retry;
use super::session::{Notice, Session};
use crate::protocol::{Action, Banner, Command, Connection, Status, Update};

/// Updates are posted no closer together than this, ms: about one a frame.
const POST_MS: u32 = 16;

/// More records than this behind, and the page says so.
const BEHIND: u64 = 500;

/// A version is announced at most this often, ms.
const ANNOUNCE_MS: f64 = 2_000.0;

/// The countdown to the next try moves in steps of this, ms.
const COUNTDOWN_MS: u32 = 500;

/// An order is kept at most this often, ms.
const KEEP_ORDER_MS: f64 = 250.0;

type Listener = Closure<dyn FnMut(MessageEvent)>;

thread_local! {
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

struct Worker {
    scope: DedicatedWorkerGlobalScope,
    desk: Desk,
    session: Session,
    link: Option<Link>,
    url: Option<String>,
    open: bool,
    /// Whether this address ever answered.
    opened_once: bool,
    /// Tries since it last answered.
    attempt: u32,
    retry_in_ms: u32,
    timer: Option<Timeout>,
    player: Option<Player>,
    beat: Option<Interval>,
    paused: bool,
    speed: f64,
    failed: Option<String>,
    banners: Vec<Banner>,
    post: Option<Timeout>,
    /// When the last update was posted.
    posted_ms: f64,
    wants_recording: bool,
    wants_lines: bool,
    announced: (u64, f64),
    order_kept: (u64, f64),
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

fn with(act: impl FnOnce(&mut Worker)) {
    WORKER.with_borrow_mut(|worker| {
        if let Some(worker) = worker {
            act(worker);
            worker.post_soon();
        }
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
            post: None,
            posted_ms: 0.0,
            wants_recording: false,
            wants_lines: false,
            announced: (1, 0.0),
            order_kept: (0, 0.0),
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            // Handled before: it makes the worker.
            Command::Start { .. } => {}
            Command::Connect { url } => self.connect_to(url),
            Command::Replay { name, text } => self.replay(name, &text),
            Command::Play if self.player.as_ref().is_some_and(Player::has_ended) => {
                self.replay_again()
            }
            Command::Play => self.set_paused(false),
            Command::Pause => self.set_paused(true),
            Command::StepRow => self.step_row(),
            Command::StepBatch => self.step_batch(),
            Command::BackRow => {
                let record = self.snapshot_place().0;
                self.desk.view.at = Playhead::Record(record.saturating_sub(1));
            }
            Command::BackBatch => self.back_batch(),
            Command::First => self.desk.view.at = Playhead::Version(1),
            Command::Live => self.desk.view.at = Playhead::Live,
            Command::Seek { record } if record >= self.desk.lab.rows.end() => {
                self.desk.view.at = Playhead::Live
            }
            Command::Seek { record } => self.desk.view.at = Playhead::Record(record),
            Command::ShowLane { lane } => self.desk.view.lane = lane,
            Command::Axes { x, y } => (self.desk.view.x, self.desk.view.y) = (x, y),
            Command::Speed { factor } => self.speed = factor,
            Command::CloseBatch { lane } => self.desk.take(super::desk::Item::Close(lane)),
            Command::StartOver => self.start_over(),
            Command::TryNow => self.connect(),
            Command::Dismiss { id } => self.banners.retain(|banner| banner.id != id),
            Command::Recording => self.wants_recording = true,
            Command::Lines => self.wants_lines = true,
        }
        self.answer();
    }

    fn connect_to(&mut self, url: String) {
        let was_playing = self.player.take().is_some();
        self.beat = None;
        if was_playing || self.desk.lab.rows.end() > 0 {
            self.desk.start_over();
            self.session.start_over();
        }
        self.desk.set_flowing(!self.paused);
        self.opened_once = self.opened_once && self.url.as_ref() == Some(&url);
        self.url = Some(url);
        self.attempt = 0;
        self.connect();
    }

    fn connect(&mut self) {
        let Some(url) = self.url.clone() else { return };
        (self.open, self.timer, self.failed) = (false, None, None);
        self.attempt += 1;
        match Link::open(&url, |event| with(|worker| worker.link_event(event))) {
            Ok(link) => self.link = Some(link),
            Err(_) => {
                let reason = format!(
                    "{url} is not an address of a bridge. It looks like ws://127.0.0.1:8080/ws"
                );
                (self.link, self.failed) = (None, Some(reason));
            }
        }
    }

    fn link_event(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Open => {
                (self.open, self.opened_once, self.attempt) = (true, true, 0);
                self.session.connected();
                self.banners.retain(|banner| banner.id != BANNER_LOST);
                if self.paused {
                    self.send(&ClientFrame::Paused(true));
                }
            }
            LinkEvent::Closed => self.lost(),
            LinkEvent::Frame(bytes) => match self.session.frame(&mut self.desk, &bytes) {
                Ok((answers, notices)) => {
                    answers.iter().for_each(|answer| self.send(answer));
                    notices.into_iter().for_each(|notice| self.notice(notice));
                }
                Err(error) => {
                    self.banners.retain(|banner| banner.id != BANNER_REFUSED);
                    self.banners.push(warning(
                        BANNER_REFUSED,
                        "The connection was begun again.",
                        error.to_string(),
                        &[],
                    ));
                    self.lost();
                }
            },
        }
    }

    fn lost(&mut self) {
        (self.link, self.open) = (None, false);
        if self.failed.is_some() {
            return;
        }
        let address = address(self.url.as_deref());
        self.banners.retain(|banner| banner.id != BANNER_LOST);
        let (version, record) = (self.desk.versions(), self.desk.lab.rows.end());
        let text = match record {
            0 => "Is the bridge running? The page goes on trying.".to_owned(),
            _ => format!(
                "The model stays at version {version}. Reading resumes after record {record}. The page stays usable."
            ),
        };
        self.banners.push(warning(
            BANNER_LOST,
            &format!("No answer from {address}."),
            text,
            &[Action::TryNow],
        ));
        self.wait_to_retry(retry::wait_ms(self.attempt + 1));
    }

    fn wait_to_retry(&mut self, left_ms: u32) {
        self.retry_in_ms = left_ms;
        let step_ms = left_ms.min(COUNTDOWN_MS);
        self.timer = Some(Timeout::new(step_ms, move || {
            with(|worker| match left_ms - step_ms {
                0 => worker.connect(),
                left_ms => worker.wait_to_retry(left_ms),
            });
        }));
    }

    fn replay(&mut self, name: String, text: &str) {
        (self.link, self.url, self.timer, self.open) = (None, None, None, false);
        let recording = player::read(text);
        self.banners.clear();
        self.desk.set_flowing(false);
        self.desk.start_over();
        self.session.start_over();
        for (i, broken) in recording.broken.iter().take(3).enumerate() {
            self.banners.push(warning(
                BANNER_LINE + i as u32,
                "A line was skipped.",
                broken.clone(),
                &[],
            ));
        }
        self.player = Some(Player::new(name, recording.records));
        self.desk.lay_out(recording.items);
        self.paused = false;
        self.failed = None;
        self.beat = Some(Interval::new(BEAT_MS, || {
            WORKER.with_borrow_mut(|worker| {
                if let Some(worker) = worker
                    && worker.play_beat()
                {
                    worker.post_soon();
                }
            })
        }));
    }

    /// Plays what was played from its start.
    fn replay_again(&mut self) {
        // What is due after the last record, a window's end for one, belongs to it.
        while self.desk.step_row() {}
        let name = self.player.take().map(|player| player.name);
        let text = self.desk.applied.ndjson();
        self.replay(name.unwrap_or_default(), &text);
    }

    /// Plays what is due; false when nothing was.
    fn play_beat(&mut self) -> bool {
        let (Some(player), false) = (&mut self.player, self.paused) else {
            return false;
        };
        let due = player.beat(self.speed);
        for _ in 0..due {
            if self.desk.step_row() {
                player.row += 1;
            } else {
                self.beat = None;
                return true;
            }
        }
        due > 0
    }

    fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
        if !paused {
            self.desk.view.at = Playhead::Live;
        }
        self.desk.set_flowing(!paused && self.player.is_none());
        self.send(&ClientFrame::Paused(paused));
    }

    /// Forward in the past, or one waiting record at its end.
    fn step_row(&mut self) {
        if self.desk.view.at != Playhead::Live {
            let record = self.snapshot_place().0 + 1;
            return self.command(Command::Seek { record });
        }
        if !self.paused {
            self.set_paused(true);
        }
        if self.desk.step_row() {
            self.count_played(1);
        }
    }

    fn step_batch(&mut self) {
        if self.desk.view.at != Playhead::Live {
            let entries = self.lane().timeline.entries();
            let next = self.snapshot_place().1 + 1;
            self.desk.view.at = match entries.get(next) {
                Some(entry) => Playhead::Version(entry.last),
                None => Playhead::Live,
            };
            return;
        }
        if !self.paused {
            self.set_paused(true);
        }
        let before = self.desk.lab.rows.end();
        self.desk.step_batch();
        self.count_played(self.desk.lab.rows.end() - before);
    }

    fn count_played(&mut self, records: u64) {
        if let Some(player) = &mut self.player {
            player.row += records;
        }
    }

    fn back_batch(&mut self) {
        let (record, entry) = self.snapshot_place();
        let entries = self.lane().timeline.entries();
        // Inside a version: first to its start.
        let inside = record > entries[entry].to_record;
        let to = if inside {
            entry
        } else {
            entry.saturating_sub(1)
        };
        self.desk.view.at = Playhead::Version(entries[to].last);
    }

    fn lane(&self) -> &lab::lane::Lane {
        &self.desk.lab.lanes[self.desk.view.lane.min(self.desk.lab.lanes.len() - 1)]
    }

    /// Records applied at the playhead, and the index of the entry there.
    fn snapshot_place(&self) -> (u64, usize) {
        let timeline = &self.lane().timeline;
        match self.desk.view.at {
            Playhead::Live => (self.desk.lab.rows.end(), timeline.entries().len() - 1),
            Playhead::Version(version) => {
                let entry = timeline.of_version(version);
                (timeline.entries()[entry].to_record, entry)
            }
            Playhead::Record(record) => (record, timeline.of_record(record)),
        }
    }

    fn start_over(&mut self) {
        self.banners.clear();
        if let Some(url) = self.url.clone() {
            self.desk.start_over();
            self.session.start_over();
            self.desk.order.log_id.clear();
            self.connect_to(url);
        } else {
            (self.player, self.beat) = (None, None);
            self.desk.start_over();
        }
    }

    fn notice(&mut self, notice: Notice) {
        let banner = match notice {
            Notice::OtherLog => error(
                BANNER_LOG,
                "The log was made anew.",
                "What the page shows was read from the one before it, and nothing is read from the new one yet.".to_owned(),
                &[Action::StartOver],
            ),
            Notice::OtherLogSinceReload => warning(
                BANNER_LOG,
                "The log was made anew since this page was last open.",
                "It is read from its start.".to_owned(),
                &[],
            ),
            Notice::Gone(gap) => {
                let count = gap.to - gap.from + 1;
                let title = format!("{count} records are gone from {}.", gap.topic);
                let text = format!(
                    "Offsets {}–{} were deleted by the topic's retention before Eddy read them. The model has not learned from them.",
                    gap.from, gap.to
                );
                error(BANNER_GAP, &title, text, &[Action::GoOn, Action::StartOver])
            }
            Notice::NoTopic { topic, there } => {
                let text = format!("The bridge has {}. Name one of them in the lab file.", list(&there));
                error(BANNER_TOPIC, &format!("There is no topic {topic}."), text, &[Action::TryNow])
            }
            Notice::Refused(message) => warning(BANNER_REFUSED, "The bridge refused something.", message, &[]),
            Notice::Ended(reason) => {
                (self.link, self.open) = (None, false);
                self.failed = Some(reason.clone());
                error(BANNER_REFUSED, "The bridge ended the connection.", reason, &[Action::TryNow])
            }
        };
        self.banners.retain(|other| other.id != banner.id);
        self.banners.push(banner);
    }

    /// Sends what there is to say after things were applied.
    fn answer(&mut self) {
        for answer in self.session.after_apply(&mut self.desk) {
            self.send(&answer);
        }
    }

    fn send(&self, frame: &ClientFrame) {
        if let (Some(link), true) = (&self.link, self.open) {
            link.send(&encode_client_frame(frame));
        }
    }

    fn post_soon(&mut self) {
        if self.post.is_none() {
            // At once after a quiet time: only what follows closely waits for the next frame.
            let since_ms = (now_ms() - self.posted_ms).clamp(0.0, f64::from(POST_MS)) as u32;
            self.post = Some(Timeout::new(POST_MS - since_ms, || {
                WORKER.with_borrow_mut(|worker| {
                    if let Some(worker) = worker {
                        (worker.post, worker.posted_ms) = (None, now_ms());
                        let update = worker.update();
                        post(&worker.scope, &update);
                    }
                });
            }));
        }
    }

    fn update(&mut self) -> Update {
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
        Update {
            snapshot: self.desk.lab.snapshot(&self.desk.view),
            status: Status {
                connection,
                paused: self.paused,
                speed: self.speed,
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
            published: self.session.published,
            order: self.order_to_keep(),
        }
    }

    fn connection(&self) -> Connection {
        if let Some(reason) = &self.failed {
            return Connection::Failed {
                reason: reason.clone(),
            };
        }
        if let Some(player) = &self.player {
            return Connection::Replaying {
                row: player.row,
                of: player.of,
                name: player.name.clone(),
            };
        }
        let Some(url) = &self.url else {
            return Connection::NoBridge;
        };
        let address = address(Some(url));
        if !self.open {
            let under_way = self.link.is_some();
            return match (under_way, self.attempt) {
                (true, 1) if !self.opened_once => Connection::Connecting { address },
                (true, attempt) => Connection::Reconnecting {
                    address,
                    attempt,
                    next_ms: 0,
                },
                (false, attempt) => Connection::Reconnecting {
                    address,
                    attempt: attempt + 1,
                    next_ms: self.retry_in_ms,
                },
            };
        }
        let records = self.desk.progress.behind();
        if !self.paused && (records > BEHIND || !self.session.caught_up && records > 0) {
            return Connection::Behind { address, records };
        }
        Connection::Live {
            address,
            topics: self.session.topics,
        }
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

const BANNER_LOST: u32 = 1;
const BANNER_LOG: u32 = 2;
const BANNER_GAP: u32 = 3;
const BANNER_TOPIC: u32 = 4;
const BANNER_REFUSED: u32 = 5;
/// Broken lines of a recording: this and the next two.
const BANNER_LINE: u32 = 10;

fn warning(id: u32, title: &str, text: String, actions: &[Action]) -> Banner {
    Banner {
        id,
        error: false,
        title: title.to_owned(),
        text,
        actions: actions.to_vec(),
    }
}

fn error(id: u32, title: &str, text: String, actions: &[Action]) -> Banner {
    Banner {
        error: true,
        ..warning(id, title, text, actions)
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "no topic yet".to_owned()
    } else {
        names.join(", ")
    }
}

/// Host and port of an address.
fn address(url: Option<&str>) -> String {
    let rest = url
        .unwrap_or_default()
        .split_once("://")
        .map_or("", |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default().to_owned()
}

fn now_ms() -> f64 {
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
