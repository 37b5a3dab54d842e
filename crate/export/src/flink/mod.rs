//! A job for Flink.

use super::{Job, Plan, Refused};

/// Writes the job.
///
/// # Errors
/// The engine has no such model.
pub fn job(plan: &Plan<'_>) -> Result<Job, Refused> {
    Err(Refused::NoModel {
        engine: plan.engine,
        lane: plan.file.name.clone(),
        reason: "is not built yet".to_owned(),
    })
}
