//! What the reader does: play, pause, step, look back, replay, start over.

use gloo::timers::callback::Interval;
use lab::snapshot::Playhead;
use wire::ClientFrame;

use super::banners;
use super::player::{self, BEAT_MS, Player};
use super::run::{Worker, with_if};
use crate::protocol::Command;

impl Worker {
    pub(super) fn command(&mut self, command: Command) {
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
            Command::ShowLane { lane } => {
                if self.desk.view.compare && matches!(self.desk.view.at, Playhead::Version(_)) {
                    // All lanes are looked at where they are: another one in front changes no place.
                    self.desk.view.at = Playhead::Record(self.snapshot_place().0);
                }
                self.desk.view.lane = lane;
            }
            Command::Axes { x, y } => (self.desk.view.x, self.desk.view.y) = (x, y),
            Command::Values { most } => self.desk.view.values = most,
            Command::Pipeline { on } => self.watch_pipeline(on),
            Command::Speed { factor } => self.speed = factor,
            Command::CloseBatch { lane } => self.desk.take(super::desk::Item::Close(lane)),
            Command::StartOver => self.start_over(),
            Command::TryNow => self.connect(),
            Command::Dismiss { id } => {
                self.banners.retain(|banner| banner.id != id);
                self.closed
                    .extend(banners::COME_AGAIN.contains(&id).then_some(id));
            }
            Command::Recording => self.wants_recording = true,
            Command::Lines => self.wants_lines = true,
            Command::Csv => self.wants_csv = true,
            Command::Keep {
                name,
                lane,
                version,
            } => self.keep(name, lane, version),
            Command::GoOn { lane, version } => self.go_on(lane, version),
            Command::ChangeLab { lab } => self.change_lab(&lab),
            Command::Choose { start } => self.choose(start),
            Command::Compare { on } => self.desk.view.compare = on,
            Command::ShowVersion { lane, version } => {
                (self.desk.view.lane, self.desk.view.at) = (lane, Playhead::Version(version));
            }
            Command::Light { version } => self.desk.view.lit = version,
            Command::GoTo { text } => self.go_to(&text),
            Command::NextRound => self.next_round(),
            Command::BackRound => self.back_round(),
            Command::Export {
                lane,
                version,
                engine,
            } => self.export(lane, version, engine),
            Command::LedgerCsv => self.wants_ledger_csv = true,
            Command::Resume {
                name,
                text,
                rows,
                records_per_s,
            } => self.resume(name, &text, rows, records_per_s),
            Command::PlayAs {
                lab,
                name,
                text,
                records_per_s,
            } => self.play_as(&lab, name, &text, records_per_s),
            Command::Survey { topics } => self.survey(topics),
            Command::Restore { name, json, log_id } => self.restore_json(&name, &json, &log_id),
            Command::Look(look) => self.look.look(look, &self.desk),
            Command::Filter(filter) => self.look.filter(filter, &self.desk),
        }
        self.answer();
    }

    pub(super) fn replay(&mut self, name: String, text: &str) {
        self.settle_change();
        (self.link, self.url, self.timer, self.open) = (None, None, None, false);
        let recording = player::read(text);
        self.banners.clear();
        self.desk.set_flowing(false);
        self.desk.start_over();
        self.session.start_over();
        self.banners
            .extend(banners::broken_lines(&recording.broken));
        self.player = Some(Player::new(name, recording.records));
        self.desk.lay_out(recording.items);
        self.paused = false;
        self.failed = None;
        self.beat = Some(Interval::new(BEAT_MS, || with_if(Worker::play_beat)));
    }

    /// Plays a recording on from a record that it had come to.
    fn resume(&mut self, name: String, text: &str, rows: u64, records_per_s: Option<f64>) {
        self.replay(name, text);
        if let (Some(player), Some(records_per_s)) = (&mut self.player, records_per_s) {
            player.records_per_s = records_per_s;
        }
        let before = self.desk.lab.rows.end();
        while self.desk.lab.rows.end() - before < rows && self.desk.step_row() {}
        self.count_played(self.desk.lab.rows.end() - before);
    }

    /// Plays what was played from its start.
    fn replay_again(&mut self) {
        // What is due after the last record, a window's end for one, belongs to it.
        while self.desk.step_row() {}
        let Some(played) = self.player.take() else {
            return;
        };
        let text = self.desk.applied.ndjson();
        self.replay(played.name, &text);
        if let Some(player) = &mut self.player {
            player.records_per_s = played.records_per_s;
        }
    }

    /// Plays what is due; false when nothing was.
    pub(super) fn play_beat(&mut self) -> bool {
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

    pub(super) fn count_played(&mut self, records: u64) {
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

    pub(super) fn lane(&self) -> &lab::lane::Lane {
        &self.desk.lab.lanes[self.desk.view.lane.min(self.desk.lab.lanes.len() - 1)]
    }

    /// Records applied at the playhead, and the index of the entry there.
    pub(super) fn snapshot_place(&self) -> (u64, usize) {
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

    pub(super) fn start_over(&mut self) {
        self.settle_change();
        self.banners.clear();
        self.closed.clear();
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
}
