//! The experiment is changed: another lab file takes the place of the one in force.

use gloo::timers::callback::{Interval, Timeout};
use lab::Lab;
use lab::config::LabFile;

use super::banners;
use super::desk::Item;
use super::player::BEAT_MS;
use super::rebuild::Rebuild;
use super::run::{Worker, now_ms, with, with_if};
use crate::protocol::Rebuilding;

/// So long a rebuild may hold up what arrives, ms.
const SLICE_MS: f64 = 12.0;

/// What is told of changes of the experiment.
#[derive(Default)]
pub(super) struct Change {
    rebuild: Option<Rebuild>,
    next_slice: Option<Timeout>,
    /// Whether the lab file in force is to be told.
    is_news: bool,
    /// Why the last change was refused.
    refused: Option<String>,
}

impl Change {
    /// How far a rebuild has come.
    pub(super) fn rebuilding(&self) -> Option<Rebuilding> {
        let rebuild = self.rebuild.as_ref()?;
        Some(Rebuilding {
            done: rebuild.done,
            of: rebuild.of.max(rebuild.done),
        })
    }

    /// Why the last change was refused, once.
    pub(super) fn take_refused(&mut self) -> Option<String> {
        self.refused.take()
    }
}

impl Worker {
    /// Goes over to another lab file.
    pub(super) fn change_lab(&mut self, json: &str) {
        let old = self.desk.file();
        let file = match LabFile::parse(json) {
            Ok(file) if file == *old => return self.change.is_news = true,
            Ok(file) => file,
            Err(error) => return self.change.refused = Some(error.to_string()),
        };
        let read = |file: &LabFile| -> Vec<_> {
            let streams = file.reads().into_iter();
            streams.map(|stream| (stream.topic, stream.from)).collect()
        };
        let made = match read(&file) == read(old) {
            true => Rebuild::new(&mut self.desk, file).map(|rebuild| {
                self.change.rebuild = Some(rebuild);
                self.go_on_rebuilding();
            }),
            false => Lab::new(file.clone()).map(|_| self.read_anew(file)),
        };
        if let Err(error) = made {
            self.change.refused = Some(error.to_string());
        }
    }

    /// Goes over to a lab file that was checked; whoever calls reads everything anew.
    pub(super) fn change_to(&mut self, file: LabFile) {
        (self.change.rebuild, self.change.is_news) = (None, true);
        self.desk.set_file(file);
    }

    /// Says why a lab file is not taken.
    pub(super) fn refuse_change(&mut self, why: String) {
        self.change.refused = Some(why);
    }

    /// Before everything is forgotten: what is being rebuilt of it is made of what follows.
    pub(super) fn settle_change(&mut self) {
        if let Some(rebuild) = self.change.rebuild.take() {
            self.change_to(rebuild.file());
        }
    }

    /// The lab file in force, when it is news.
    pub(super) fn lab_to_tell(&mut self) -> Option<String> {
        let is_news = std::mem::take(&mut self.change.is_news);
        // A lab file always has a form in JSON.
        is_news.then(|| serde_json::to_string_pretty(self.desk.file()).unwrap_or_default())
    }

    fn go_on_rebuilding(&mut self) {
        let Some(rebuild) = &mut self.change.rebuild else {
            return;
        };
        let began_ms = now_ms();
        if !rebuild.work(&mut self.desk.applied, || now_ms() - began_ms < SLICE_MS) {
            self.change.next_slice = Some(Timeout::new(0, || with(Worker::go_on_rebuilding)));
            return;
        }
        if let Some(rebuild) = self.change.rebuild.take() {
            let kept = rebuild.of;
            let younger = self.desk.take_rebuilt(rebuild);
            self.change.is_news = true;
            if !younger.is_empty() {
                self.show(banners::younger_lanes(&younger, kept));
            }
        }
    }

    /// Reads other topics, or from elsewhere: from the log's start, or from the recording's.
    fn read_anew(&mut self, file: LabFile) {
        (self.change.rebuild, self.change.is_news) = (None, true);
        let recording = self.player.is_some().then(|| self.desk.everything());
        self.banners.clear();
        self.desk.set_file(file);
        self.desk.start_over();
        self.session.start_over();
        if let (Some(items), Some(player)) = (recording, &mut self.player) {
            let is_record = |item: &&Item| matches!(item, Item::Record(_));
            (player.row, player.of) = (0, items.iter().filter(is_record).count() as u64);
            self.desk.set_flowing(false);
            self.desk.lay_out(items);
            self.beat = Some(Interval::new(BEAT_MS, || with_if(Worker::play_beat)));
        } else if let Some(url) = self.url.clone() {
            self.desk.order.log_id.clear();
            self.connect_to(url);
        }
    }
}
