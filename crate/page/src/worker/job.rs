//! A version of a lane as a job for an engine.

use export::{Engine, Plan, Request, Start};

use super::run::Worker;
use crate::protocol::Exported;

impl Worker {
    /// Makes the job; the next update tells it.
    pub(super) fn export(&mut self, lane: usize, version: u64, engine: Engine) {
        self.exported = Some(self.exported(lane, version, engine));
    }

    fn exported(&mut self, lane: usize, version: u64, engine: Engine) -> Result<Exported, String> {
        let lab = &self.desk.lab;
        let lane = lab.config.lanes.get(lane).map(|lane| lane.name.clone());
        let lane = lane.ok_or("This lane is no longer there.")?;
        let start = Start::at(lab, &lane, Some(version)).map_err(|error| error.to_string())?;
        let request = Request {
            lab: &lab.config.file,
            lane: &lane,
            start: &start,
            engine,
            findings: self.lint.found(),
        };
        let plan = Plan::of(&request).map_err(|error| error.to_string())?;
        let folder = plan.folder_name();
        let job = export::export(&request).map_err(|error| error.to_string())?;
        Ok(Exported {
            job,
            folder,
            positions: start.positions.clone(),
        })
    }
}
