//! A changed experiment: a lab of the changed lab file is fed what was applied, in slices, and takes the old one's place.
//!
//! What arrives meanwhile goes to the old lab, and is recorded: the new one meets it at the end of the recording.

use lab::Lab;
use lab::config::{LabError, LabFile};
use lab::snapshot::Playhead;
use lab::view::Follower;

use super::applied::Applied;
use super::desk::Desk;

/// A rebuild under way.
pub struct Rebuild {
    lab: Lab,
    /// The next piece of the recording.
    next: u64,
    /// Records fed.
    pub done: u64,
    /// Records to feed, as known when it began.
    pub of: u64,
    /// Whether all that was ever applied is fed.
    whole: bool,
}

impl Rebuild {
    /// Begins with the oldest record that is kept.
    ///
    /// # Errors
    /// The lab file holds a value that cannot be.
    pub fn new(desk: &mut Desk, file: LabFile) -> Result<Rebuild, LabError> {
        let whole = desk.has_everything();
        let pieces = desk.applied.pieces();
        let kept = desk.applied.records_of(&desk.lab);
        let before = desk.lab.rows.end().saturating_sub(kept);
        let lab = match whole {
            true => Lab::new(file)?,
            false => Lab::behind(file, &desk.lab, before)?,
        };
        Ok(Rebuild {
            lab,
            next: pieces.start,
            done: 0,
            of: kept,
            whole,
        })
    }

    /// The lab file that it is by.
    pub fn file(&self) -> LabFile {
        self.lab.config.file.clone()
    }

    /// Feeds pieces of the recording as long as there is time; whether its end was reached.
    ///
    /// A tick at the end of the recording may still be moved on by the next one, so the lab takes the other's place at once
    /// when the end was reached.
    pub fn work(&mut self, applied: &mut Applied, mut has_time: impl FnMut() -> bool) -> bool {
        let pieces = applied.pieces();
        // What was let go meanwhile is not fed; the lab begins anew behind it where that matters too much to be told.
        self.next = self.next.max(pieces.start);
        while self.next < pieces.end {
            if !has_time() {
                return false;
            }
            self.done += applied.apply_to(&mut self.lab, self.next);
            self.lab.drain().for_each(drop);
            self.next += 1;
        }
        true
    }
}

impl Desk {
    /// Whether all that was ever applied is in the recording.
    fn has_everything(&self) -> bool {
        !self.applied.let_go && self.began_from.is_none()
    }

    /// Puts a rebuilt lab in the place of the one there is; answers the lanes that do not know all records.
    pub fn take_rebuilt(&mut self, rebuild: Rebuild) -> Vec<String> {
        let Rebuild {
            mut lab,
            whole,
            next: _,
            done: _,
            of: _,
        } = rebuild;
        std::mem::swap(&mut self.lab, &mut lab);
        // Other roles make other rows training rows.
        self.components = Follower::default();
        self.set_file(self.lab.config.file.clone());
        self.view.lane = self.lane_after(&lab);
        if let Playhead::Version(_) = self.view.at {
            // It was another lane's, or another version of it.
            self.view.at = Playhead::Live;
        }
        match whole {
            true => Vec::new(),
            false => self.lab.take_over(lab),
        }
    }

    /// The lane that is shown in a lab's place: the one of the same name, or else where it stood.
    fn lane_after(&self, old: &Lab) -> usize {
        let lanes = &self.lab.lanes;
        let shown = self.view.lane.min(old.lanes.len() - 1);
        let same = lanes
            .iter()
            .position(|lane| lane.name() == old.lanes[shown].name());
        same.unwrap_or(shown.min(lanes.len() - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::player;

    const LAB: &str = include_str!("../../../../www/lab.json");

    /// A desk on which the recorded demo was played up to a record.
    fn played(lab: &str, records: usize) -> Desk {
        let mut desk = Desk::new(lab, false).unwrap();
        desk.set_flowing(false);
        desk.lay_out(player::read(include_str!("../../../../www/demo.ndjson")).items);
        for i in 0..records {
            assert!(desk.step_row());
            if i % 50 == 0 {
                // What was applied is in several pieces.
                desk.applied.pieces();
            }
        }
        desk
    }

    fn changed() -> String {
        LAB.replace(
            "\"engine\": \"flink\", \"k\": 3,",
            "\"engine\": \"flink\", \"k\": 3, \"decay_factor\": 0.5,",
        )
    }

    #[test]
    fn a_changed_lab_is_as_if_it_had_run_from_the_start_while_more_arrives() {
        assert_ne!(changed(), LAB);
        let mut desk = played(LAB, 150);
        let mut rebuild = Rebuild::new(&mut desk, LabFile::parse(&changed()).unwrap()).unwrap();
        let mut slices = 0;
        loop {
            let mut pieces = 0;
            let has_time = || {
                pieces += 1;
                pieces <= 2
            };
            if rebuild.work(&mut desk.applied, has_time) {
                break;
            }
            slices += 1;
            // More of the recording is applied meanwhile.
            desk.step_row();
        }
        assert!(slices > 1);
        let records = desk.lab.rows.end() as usize;
        assert!(records > 150);
        assert_eq!(desk.take_rebuilt(rebuild), [""; 0]);
        let whole = played(&changed(), records);
        assert_eq!(
            desk.lab.checkpoint().to_json(),
            whole.lab.checkpoint().to_json()
        );
        // It goes on as that one does.
        let mut whole = whole;
        while desk.step_row() {}
        while whole.step_row() {}
        assert_eq!(
            desk.lab.checkpoint().to_json(),
            whole.lab.checkpoint().to_json()
        );
        assert_eq!(desk.file().lanes[0].name, "Flink");
    }

    #[test]
    fn the_shown_lane_stays_wherever_it_stands() {
        let mut desk = played(LAB, 150);
        desk.view.lane = 1;
        let mut file = desk.file().clone();
        file.lanes.remove(0);
        let mut rebuild = Rebuild::new(&mut desk, file).unwrap();
        assert!(rebuild.work(&mut desk.applied, || true));
        desk.take_rebuilt(rebuild);
        assert_eq!((desk.view.lane, &*desk.lab.lanes[0].name()), (0, "Spark"));
    }

    #[test]
    fn behind_a_checkpoint_lanes_that_did_not_change_stay() {
        let mut desk = played(LAB, 200);
        let kept = desk.lab.checkpoint();
        desk.go_on_from(kept).unwrap();
        let spark = desk.lab.lanes[1].version();
        let mut rebuild = Rebuild::new(&mut desk, LabFile::parse(&changed()).unwrap()).unwrap();
        assert!(rebuild.work(&mut desk.applied, || true));
        assert_eq!(desk.take_rebuilt(rebuild), ["Flink"]);
        assert_eq!(desk.lab.lanes[1].version(), spark);
        assert_eq!(desk.lab.lanes[0].timeline.versions(), 1);
        assert_eq!(desk.lab.rows.end(), 200);
    }
}
