//! Versions that are kept, and going on from one.

use gloo::timers::callback::Interval;
use lab::checkpoint::{Checkpoint, Past};
use lab::snapshot::Playhead;
use lab::{Lab, replay};
use wire::Line;

use super::banners;
use super::desk::{Desk, Item};
use super::player::{self, BEAT_MS};
use super::run::{Worker, with_if};
use crate::protocol::KeptVersion;

impl Worker {
    /// Keeps a version of a lane: as the lab stands now if it is the newest, else as it was when it was made.
    pub(super) fn keep(&mut self, name: String, lane: usize, version: u64) {
        match self.desk.checkpoint_at(lane, version) {
            Ok(checkpoint) => {
                let made = checkpoint.lanes().nth(lane);
                self.kept = Some(KeptVersion {
                    name,
                    lane: made.map_or_else(String::new, |(name, ..)| name.to_owned()),
                    version: made.map_or(version, |(_, version, _)| version),
                    records: checkpoint.records(),
                    log_id: self.desk.order.log_id.clone(),
                    json: checkpoint.to_json(),
                });
            }
            Err(why) => self.show(banners::not_kept(why)),
        }
    }

    /// Goes on from a version of a lane that lies behind the playhead.
    pub(super) fn go_on(&mut self, lane: usize, version: u64) {
        let log_id = self.desk.order.log_id.clone();
        let name = format!("version {version}");
        match self.desk.checkpoint_at(lane, version) {
            Ok(checkpoint) => self.restore(&name, checkpoint, &log_id),
            Err(why) => self.show(banners::not_kept(why)),
        }
    }

    /// Goes on from a checkpoint in JSON.
    pub(super) fn restore_json(&mut self, name: &str, json: &str, log_id: &str) {
        match Checkpoint::parse(json) {
            Ok(checkpoint) => self.restore(name, checkpoint, log_id),
            Err(error) => self.show(banners::not_restored(name, error.to_string())),
        }
    }

    /// Rebuilds the lab, and reads on behind what it has: from the bridge, or from the recording that plays.
    fn restore(&mut self, name: &str, checkpoint: Checkpoint, log_id: &str) {
        if self.player.is_none() && self.url.is_none() {
            let why =
                "Nothing is read yet. Connect to a bridge or play a recording, then go on from it.";
            return self.show(banners::not_restored(name, why.to_owned()));
        }
        let rest = self.player.is_some().then(|| self.desk.everything());
        let past = Past::of(&checkpoint);
        let said = banners::restored(name, checkpoint.records(), rest.is_some(), log_id);
        if let Err(error) = self.desk.go_on_from(checkpoint) {
            return self.show(banners::not_restored(name, error.to_string()));
        }
        self.banners.clear();
        self.closed.clear();
        if let (Some(everything), Some(player)) = (rest, &mut self.player) {
            player.row = self.desk.pass_over(everything, past);
            self.paused = true;
            self.desk.set_flowing(false);
            // It has ended where everything was played.
            self.beat = Some(Interval::new(BEAT_MS, || with_if(Worker::play_beat)));
        } else {
            self.session.start_over();
            if !log_id.is_empty() {
                log_id.clone_into(&mut self.desk.order.log_id);
            }
            self.desk.set_flowing(!self.paused);
            self.attempt = 0;
            self.connect();
        }
        self.show(said);
    }
}

impl Desk {
    /// The lab when a lane's version was made; as it stands now where that is the newest.
    ///
    /// # Errors
    /// Why that cannot be told any more.
    fn checkpoint_at(&mut self, lane: usize, version: u64) -> Result<Checkpoint, String> {
        let known = self
            .lab
            .lanes
            .get(lane)
            .map(|lane| lane.timeline.versions());
        if known.is_none_or(|newest| version >= newest) {
            return Ok(self.lab.checkpoint());
        }
        if self.applied.let_go {
            return Err(format!(
                "The beginning of what was applied is no longer kept in this page, so version {version} cannot be made \
                 again. Keep versions while they are the newest, or use eddy replay --checkpoint --at."
            ));
        }
        let mut lab = self.as_it_began()?;
        let first = lab.lanes[lane].timeline.versions();
        if first > version {
            return Err(format!(
                "The page went on from version {first}: version {version} was before that. Go on from one that was kept then."
            ));
        }
        for item in player::read(&self.applied.ndjson()).items {
            let line = line(item);
            let made = lab.approach(lane, version, &line);
            if made {
                break;
            }
            // A lane that was renamed since a recording was made has nothing to close.
            let _ = replay::apply(&mut lab, line);
            if lab.lanes[lane].timeline.versions() >= version {
                break;
            }
        }
        match lab.lanes[lane].timeline.versions() < version {
            true => Err(format!("Version {version} was not made.")),
            false => Ok(lab.checkpoint()),
        }
    }

    fn as_it_began(&self) -> Result<Lab, String> {
        let file = self.file().clone();
        match &self.began_from {
            None => Lab::new(file).map_err(|error| error.to_string()),
            Some(kept) => Lab::resume(file, (**kept).clone()).map_err(|error| error.to_string()),
        }
    }

    /// Takes a checkpoint's lab in place of its own; what waits is forgotten.
    pub(super) fn go_on_from(
        &mut self,
        kept: Checkpoint,
    ) -> Result<(), lab::checkpoint::CheckpointError> {
        let lab = Lab::resume(self.file().clone(), kept.clone())?;
        self.start_over();
        self.lab = lab;
        self.view.at = Playhead::Live;
        self.lines = self.lines.take().map(|_| String::new());
        for place in &kept.offsets {
            self.progress
                .received(&place.topic, place.partition, place.offset);
            self.progress
                .applied(&place.topic, place.partition, place.offset);
        }
        self.began_from = Some(Box::new(kept));
        Ok(())
    }

    /// All of a recording: what was applied, and what waits.
    pub(super) fn everything(&mut self) -> Vec<Item> {
        let mut items = player::read(&self.applied.ndjson()).items;
        items.extend(self.take_waiting());
        items
    }

    /// Lays out what of a recording lies behind a checkpoint, and keeps the rest as applied; answers its records.
    fn pass_over(&mut self, everything: Vec<Item>, past: Past) -> u64 {
        let mut past = past;
        let (mut probe, mut behind) = (past.clone(), 0);
        for (i, item) in everything.iter().enumerate() {
            let passed = probe.passed;
            probe.take(line(item.clone()));
            if probe.passed > passed {
                behind = i + 1;
            }
        }
        let is_record = |item: &&Item| matches!(item, Item::Record(_));
        let is_other = |item: &&Item| matches!(item, Item::Close(_) | Item::Gap(_));
        let (done, tail) = everything.split_at(behind);
        for item in done {
            past.take(line(item.clone()));
            self.applied.other(item);
        }
        let mut rest = Vec::new();
        for item in tail {
            rest.extend(past.take(line(item.clone())));
        }
        rest.extend(past.end());
        let rest: Vec<Item> = rest.into_iter().filter_map(player::item).collect();
        let applied = tail.iter().filter(is_other).count() - rest.iter().filter(is_other).count();
        let others = tail.iter().filter(is_other).take(applied);
        others.for_each(|item| self.applied.other(item));
        // The recording begins where it began: any version of it can be made again.
        self.began_from = None;
        self.lay_out(rest);
        done.iter().filter(is_record).count() as u64
    }
}

fn line(item: Item) -> Line {
    match item {
        Item::Record(record) => Line::Record(record),
        Item::Tick(tick_ms) => Line::Tick { tick_ms },
        Item::Close(close) => Line::Close { close },
        Item::Gap(gap) => Line::Gap { gap },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAB: &str = include_str!("../../../../www/lab.json");

    /// A desk on which the recorded demo was played, and its replay lines.
    fn played() -> (Desk, String) {
        let mut desk = Desk::new(LAB, true).unwrap();
        desk.set_flowing(false);
        desk.lay_out(player::read(include_str!("../../../../www/demo.ndjson")).items);
        while desk.step_row() {}
        let lines = desk.lines.clone().unwrap();
        (desk, lines)
    }

    #[test]
    fn a_recording_goes_on_from_any_of_its_versions_again_and_again() {
        let (mut desk, whole) = played();
        let recording = desk.applied.ndjson();
        for version in [5, 2, 9, 7, 1] {
            let kept = desk.checkpoint_at(0, version).unwrap();
            assert_eq!(kept.lanes().next().unwrap().1, version);
            let records = kept.records();
            let past = Past::of(&kept);
            let everything = desk.everything();
            desk.go_on_from(kept).unwrap();
            assert_eq!(desk.pass_over(everything, past), records);
            while desk.step_row() {}
            let rest = desk.lines.clone().unwrap();
            assert!(whole.ends_with(&rest), "version {version}");
            // The newest one is as the lab stood, at the end.
            assert_eq!(rest.is_empty(), version == 9);
            assert_eq!(desk.applied.ndjson(), recording);
        }
    }

    #[test]
    fn a_live_page_makes_a_version_again_of_what_came_since() {
        let (mut desk, whole) = played();
        let items = player::read(&desk.applied.ndjson()).items;
        let kept = desk.checkpoint_at(0, 3).unwrap();
        let behind = kept.records() as usize;
        desk.go_on_from(kept).unwrap();
        assert!(desk.applied.ndjson().is_empty());
        // A record that was behind it is a repeat now; what follows is new.
        let mut seen = 0;
        desk.set_flowing(true);
        for item in items {
            match item {
                Item::Record(record) => {
                    seen += 1;
                    assert_eq!(desk.arrived(record.as_ref()), seen > behind);
                }
                item if seen > behind => desk.take(item),
                _ => {}
            }
        }
        assert!(whole.ends_with(desk.lines.as_deref().unwrap()));
        let kept = desk.checkpoint_at(0, 6).unwrap();
        assert_eq!(kept.lanes().next().unwrap().1, 6);
        let before = desk.checkpoint_at(0, 2).unwrap_err();
        assert!(before.contains("before"), "{before}");
    }
}
