//! An experiment that is changed while it runs: a lab of the changed file is fed what the first was fed, and takes its place.
//!
//! Where everything is still there, the changed lab is as if it had run from the start. Where the oldest records are no
//! longer there, lanes that are as they were keep all that they have learned, and the others learn from the records that are.

use crate::config::{LabError, LabFile};
use crate::lab::Lab;

impl Lab {
    /// A lab of a changed file that begins behind so many of another's records, for those that follow.
    ///
    /// # Errors
    /// The lab file holds a value that cannot be.
    pub fn behind(file: LabFile, old: &Lab, records: u64) -> Result<Lab, LabError> {
        let mut lab = Lab::with_bounds(file, old.bounds)?;
        lab.rows.begin_at(records);
        // Texts that are features keep their codes: lanes that stay have learned from them.
        for (column, codes) in &old.codes {
            let name = &old.config.columns[*column];
            let columns = &lab.config.columns;
            if let Some(column) = columns.iter().position(|known| known == name) {
                lab.codes.insert(column, codes.clone());
            }
        }
        let spans = old.rounds.spans.iter();
        let before = spans.filter(|span| span.0 < records).count();
        lab.rounds.let_go = old.rounds.let_go + before;
        let rounds = lab.rounds.let_go;
        lab.lanes
            .iter_mut()
            .for_each(|lane| lane.let_rounds_go(rounds));
        Ok(lab)
    }

    /// Takes the lanes of the lab that it follows on, as far as they are as they were, and what that lab knows of the streams;
    /// answers the names of the other lanes.
    ///
    /// Both have come as far, and read the same topics.
    pub fn take_over(&mut self, old: Lab) -> Vec<String> {
        let same_reading = reads_alike(&self.config.file, &old.config.file);
        self.rounds = old.rounds;
        let rounds = self.rounds.let_go;
        for lane in &mut self.lanes {
            lane.keep_rounds_from(rounds);
        }
        self.streams = old.streams;
        self.notes = old.notes;
        self.marks = old.marks;
        (self.rejected, self.redelivered) = (old.rejected, old.redelivered);
        let (files, old_files) = (&self.config.file.lanes, &old.config.file.lanes);
        let mut stay = vec![None; files.len()];
        for (i, lane) in old.lanes.into_iter().enumerate() {
            let at = files.iter().position(|file| *file == old_files[i]);
            if let (Some(at), true) = (at, same_reading) {
                stay[at] = Some(lane);
            }
        }
        let mut others = Vec::new();
        for (i, lane) in stay.into_iter().enumerate() {
            match lane {
                Some(lane) => self.lanes[i] = lane.at_index(i, &self.config.lanes[i]),
                None => others.push(self.config.lanes[i].name.clone()),
            }
        }
        others
    }
}

/// Whether rows mean the same to a lane of both files.
fn reads_alike(a: &LabFile, b: &LabFile) -> bool {
    (&a.streams, &a.features, &a.label, &a.target) == (&b.streams, &b.features, &b.label, &b.target)
        && (&a.columns, &a.rename) == (&b.columns, &b.rename)
}
