//! The lab with what waits for it, and the playhead.

use std::collections::VecDeque;

use lab::Lab;
use lab::checkpoint::Checkpoint;
use lab::config::{LabError, LabFile};
use lab::snapshot::{EventRow, Playhead, Snapshot, View};
use lab::view::Follower;
use lab::{LabEvent, publish, replay};
use wire::{Gap, Publication, Record, RecordRef};

use super::applied::Applied;
use super::order::{Following, Order};
use super::progress::Progress;

/// Waiting events that are shown.
const WAITING_SHOWN: usize = 64;

/// Something to apply.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A record.
    Record(Record),
    /// Lab time moves on, ms.
    Tick(i64),
    /// The lane's batch is closed by hand.
    Close(String),
    /// Records are gone.
    Gap(Gap),
}

/// The lab and what lies on its desk.
pub struct Desk {
    /// The lab.
    pub lab: Lab,
    /// What the page shows of it.
    pub view: View,
    /// The principal components of the shown lane, while they are axes.
    pub components: Follower,
    /// Whether things are applied as they come.
    pub flowing: bool,
    /// Offsets.
    pub progress: Progress,
    /// What was applied.
    pub applied: Applied,
    /// The order of it.
    pub order: Order,
    /// An order from before a reload.
    pub following: Following,
    /// Replay lines, if they are kept.
    pub lines: Option<String>,
    /// Predictions to publish, in order; empty unless [`Desk::publishing`].
    pub publications: Vec<Publication>,
    /// Whether predictions are published: only those made after catching up are.
    pub publishing: bool,
    /// Records applied in all, for credit.
    pub records_applied: u64,
    /// Counts up whenever the lab is another.
    pub edition: u64,
    queue: VecDeque<Item>,
    /// So many of the first that wait come from the order before a reload, or stand between such.
    followed: usize,
    file: LabFile,
    /// The checkpoint that the lab began from; None where it began from nothing.
    pub began_from: Option<Box<Checkpoint>>,
}

impl Desk {
    /// A desk with a fresh lab.
    ///
    /// # Errors
    /// The lab file cannot be read or holds a value that cannot be.
    pub fn new(json: &str, keep_lines: bool) -> Result<Desk, LabError> {
        let file = LabFile::parse(json)?;
        let mut desk = Desk {
            lab: Lab::new(file.clone())?,
            view: View::default(),
            components: Follower::default(),
            flowing: true,
            progress: Progress::default(),
            applied: Applied::default(),
            order: Order::default(),
            following: Following::default(),
            lines: keep_lines.then(String::new),
            publications: Vec::new(),
            publishing: false,
            records_applied: 0,
            edition: 0,
            queue: VecDeque::new(),
            followed: 0,
            file,
            began_from: None,
        };
        desk.drain();
        Ok(desk)
    }

    /// Forgets everything applied; view and flow stay.
    pub fn start_over(&mut self) {
        // The same file made a lab before, so it makes one again.
        let Ok(lab) = Lab::new(self.file.clone()) else {
            return;
        };
        self.lab = lab;
        self.edition += 1;
        self.view.at = Playhead::Live;
        self.components = Follower::default();
        self.progress = Progress::default();
        self.applied = Applied::default();
        self.order = Order::of_log(&self.order.log_id);
        self.following = Following::default();
        self.lines = self.lines.take().map(|_| String::new());
        self.publications.clear();
        self.publishing = false;
        self.records_applied = 0;
        self.queue.clear();
        self.followed = 0;
        self.began_from = None;
        self.drain();
    }

    /// The picture that the page shows.
    pub fn snapshot(&mut self) -> Snapshot {
        let view = &mut self.view;
        view.components = match view.x.component().or(view.y.component()) {
            Some(_) => self.components.follow(&self.lab, view.lane),
            None => None,
        };
        let snapshot = self.lab.snapshot(&self.view);
        self.components.reached(&snapshot.stage, snapshot.axes);
        snapshot
    }

    /// Whether the next picture is another one though nothing happens: rows are still looked through.
    pub fn is_looking(&self) -> bool {
        self.view.components.is_some() && self.components.is_behind(&self.lab)
    }

    /// Takes a record as it arrives; false where it is a repeat, which is skipped.
    pub fn arrived(&mut self, record: RecordRef<'_>) -> bool {
        if !self
            .progress
            .received(record.topic, record.partition, record.offset)
        {
            return false;
        }
        if !self.following.is_done() {
            self.following.arrived(record.to_owned());
            self.follow();
        } else if self.flowing && self.queue.is_empty() {
            self.apply_record(record);
        } else {
            self.queue.push_back(Item::Record(record.to_owned()));
        }
        true
    }

    /// Everything up to the log's end has arrived.
    pub fn all_arrived(&mut self) {
        self.following.all_arrived();
        self.follow();
        if self.waiting() == 0 {
            self.progress.reached_the_end();
        }
    }

    /// Takes anything else as it arrives.
    pub fn take(&mut self, item: Item) {
        if let Item::Close(_) = &item {
            // A hand means what is on the desk now, not what waits.
            return self.apply(item);
        }
        if self.flowing && self.queue.is_empty() {
            self.apply(item);
        } else {
            self.queue.push_back(item);
        }
        self.follow();
    }

    /// Takes what is said to be gone; answers what of it was not known to be.
    pub fn gone(&mut self, gap: &Gap) -> Option<Gap> {
        let gap = self.progress.gone(gap)?;
        self.following.gap(&gap.topic, gap.partition, gap.to);
        self.take(Item::Gap(gap.clone()));
        Some(gap)
    }

    /// Puts a whole recording on the desk, to be played or stepped through.
    pub fn lay_out(&mut self, items: impl IntoIterator<Item = Item>) {
        self.queue.extend(items);
    }

    /// Lets things flow, or wait.
    pub fn set_flowing(&mut self, flowing: bool) {
        self.flowing = flowing;
        while self.flowing
            && let Some(item) = self.next_waiting()
        {
            self.apply(item);
        }
    }

    /// Applies what waits, up to and with the next record; false when there was none.
    pub fn step_row(&mut self) -> bool {
        while let Some(item) = self.next_waiting() {
            let is_record = matches!(item, Item::Record(_));
            self.apply(item);
            if is_record {
                return true;
            }
        }
        false
    }

    /// Applies what waits until the shown lane has a new version; false when it has none at the end.
    pub fn step_batch(&mut self) -> bool {
        let before = self.versions();
        while self.versions() == before {
            let Some(item) = self.next_waiting() else {
                return false;
            };
            self.apply(item);
        }
        true
    }

    /// Whether nothing waits to be applied or stepped through.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }

    /// Records that wait here.
    pub fn waiting(&self) -> usize {
        self.queue
            .iter()
            .filter(|item| matches!(item, Item::Record(_)))
            .count()
            + self.following.early()
    }

    /// The first of the waiting events, next one first, and how many of all would train.
    pub fn waiting_events(&self) -> (Vec<EventRow>, u64) {
        let records = self.queue.iter().filter_map(|item| match item {
            Item::Record(record) => Some(record),
            _ => None,
        });
        let events: Vec<EventRow> = records
            .clone()
            .take(WAITING_SHOWN)
            .filter_map(|record| self.lab.peek(record.as_ref(), self.view.lane))
            .collect();
        let trains = |topic: &str| {
            let stream = self
                .file
                .streams
                .iter()
                .find(|stream| stream.topic == topic);
            stream.is_some_and(|stream| {
                matches!(
                    stream.role,
                    lab::config::Role::Train | lab::config::Role::Both
                )
            })
        };
        let training = records
            .filter(|record| record.value.is_some() && trains(&record.topic))
            .count();
        (events, training as u64)
    }

    /// The record that waits at this place.
    pub fn waiting_at(&self, topic: &str, partition: i32, offset: i64) -> Option<Record> {
        let records = self.queue.iter().filter_map(|item| match item {
            Item::Record(record) => Some(record),
            _ => None,
        });
        let here = |record: &&Record| {
            (&*record.topic, record.partition, record.offset) == (topic, partition, offset)
        };
        records.into_iter().find(here).cloned()
    }

    /// All that is read: the streams of the lab file, and the model topics that its lanes follow.
    pub fn streams(&self) -> Vec<lab::config::Stream> {
        self.file.reads()
    }

    /// The lab file.
    pub fn file(&self) -> &LabFile {
        &self.file
    }

    /// Takes away what waits.
    pub fn take_waiting(&mut self) -> impl Iterator<Item = Item> + '_ {
        self.followed = 0;
        self.queue.drain(..)
    }

    /// While lanes are compared, a picture of each.
    pub fn panels(&self) -> Vec<lab::snapshot::Snapshot> {
        match self.view.compare {
            true => self.lab.panels(&self.view),
            false => Vec::new(),
        }
    }

    /// While lanes are compared, what makes them differ.
    pub fn comparison(&self) -> Option<lab::snapshot::Comparison> {
        let compared = self.view.compare;
        compared.then(|| self.lab.comparison(&self.view))
    }

    /// Goes by another lab file from now on.
    pub(super) fn set_file(&mut self, file: LabFile) {
        self.file = file;
        self.edition += 1;
    }

    /// Newest version of the shown lane.
    pub fn versions(&self) -> u64 {
        let lane = self.view.lane.min(self.lab.lanes.len() - 1);
        self.lab.lanes[lane].timeline.versions()
    }

    /// The order to keep for a reload: what was applied, then what is still to be followed of the order before.
    pub fn order_text(&self) -> Option<String> {
        let mut order = self.order.clone();
        for item in self.queue.iter().take(self.followed) {
            match item {
                Item::Record(record) => order.record(record.as_ref()),
                Item::Tick(tick_ms) => order.tick(*tick_ms),
                Item::Close(lane) => order.close(lane),
                Item::Gap(_) => {}
            }
        }
        order.text(&self.following)
    }

    /// The replay lines of a replay that ended here.
    pub fn lines_to_the_end(&self) -> Option<String> {
        let mut lines = self.lines.clone()?;
        let mut lab = self.lab.clone();
        lab.finish();
        for event in lab.drain() {
            push_line(&event, &mut lines);
        }
        Some(lines)
    }

    fn follow(&mut self) {
        while let Some(item) = self.following.take_next() {
            // Where the records before it are no more: before the first one there is no time that could pass.
            let is_first = self.lab.time_ms.is_none() && self.queue.is_empty();
            if is_first && matches!(item, Item::Tick(_)) {
                continue;
            }
            if self.flowing && self.queue.is_empty() {
                self.apply(item);
            } else {
                self.queue.push_back(item);
                self.followed = self.queue.len();
            }
        }
    }

    fn next_waiting(&mut self) -> Option<Item> {
        self.followed = self.followed.saturating_sub(1);
        self.queue.pop_front()
    }

    fn apply(&mut self, item: Item) {
        match &item {
            Item::Record(record) => return self.apply_record(record.as_ref()),
            Item::Tick(ms) => {
                self.lab.tick(*ms);
                self.order.tick(*ms);
            }
            Item::Close(lane) => {
                // A lane that was renamed since a recording was made has nothing to close.
                let _ = self.lab.close(lane);
                self.order.close(lane);
            }
            Item::Gap(gap) => self.lab.gap(gap.clone()),
        }
        self.applied.other(&item);
        self.drain();
    }

    fn apply_record(&mut self, record: RecordRef<'_>) {
        self.lab.apply(record);
        self.progress
            .applied(record.topic, record.partition, record.offset);
        self.order.record(record);
        self.applied.record(record);
        self.records_applied += 1;
        self.drain();
    }

    fn drain(&mut self) {
        let events: Vec<LabEvent> = self.lab.drain().collect();
        for event in events {
            if let Some(lines) = &mut self.lines {
                push_line(&event, lines);
            }
            if let (true, LabEvent::Prediction(prediction)) = (self.publishing, &event) {
                let lane = &self.lab.config.lanes[prediction.lane];
                self.publications
                    .extend(publish::publication(lane, prediction));
            }
        }
    }
}

fn push_line(event: &LabEvent, out: &mut String) {
    replay::write(event, out);
    out.push('\n');
}
