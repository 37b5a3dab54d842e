//! Jobs for Spark as they were when they were last looked at, compiled, and reading what the lab reads.
//!
//! `EDDY_BLESS=1 cargo test -p eddy-export --test spark` writes the snapshots anew.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod python;
mod reading;
mod snapshots;

use eddy_export::{Engine, Job, Refused, Request, Start, export};
use lab::lint::Linter;
use lab::{Lab, LabFile};
use serde_json::Value;

/// The job of a lane, with what the linter says before anything has come.
fn job(lab: &Value, lane: &str, start: Option<&Start>) -> Result<Job, Refused> {
    let file: LabFile = serde_json::from_value(lab.clone()).unwrap();
    let fresh = Lab::new(file.clone()).unwrap();
    let findings = Linter::default().findings(&fresh);
    let first = Start::at(&fresh, lane, None)?;
    export(&Request {
        lab: &file,
        lane,
        start: start.unwrap_or(&first),
        engine: Engine::Spark,
        findings: &findings,
    })
}
