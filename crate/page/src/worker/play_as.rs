//! A recording that brings its own lab file.

use lab::Lab;
use lab::config::LabFile;

use super::run::Worker;

impl Worker {
    /// Goes over to this lab file and plays these record lines, at this pace where there is one.
    ///
    /// One step, so that nothing is rebuilt of what is about to be forgotten.
    pub(super) fn play_as(
        &mut self,
        lab: &str,
        name: String,
        text: &str,
        records_per_s: Option<f64>,
    ) {
        let checked = LabFile::parse(lab).and_then(|file| Lab::new(file.clone()).map(|_| file));
        match checked {
            Ok(file) => self.change_to(file),
            Err(error) => return self.refuse_change(error.to_string()),
        }
        self.replay(name, text);
        if let (Some(player), Some(pace)) = (&mut self.player, records_per_s) {
            player.records_per_s = pace;
        }
    }
}
