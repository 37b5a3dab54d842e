//! A lane that follows a job.

use serde::{Deserialize, Serialize};

/// What there is to say of the job that a lane follows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FollowsView {
    /// The model topic.
    pub topic: String,
    /// The lane that the job's records name.
    pub lane: String,
    /// The newest version of the job that is known; 0 without any.
    pub newest: u64,
    /// Versions of these that wait for their rows.
    pub waiting: u64,
    /// Rows that no version has learned.
    pub unlearned: u64,
    /// Versions that were compared.
    pub compared: u64,
    /// The largest relative difference of these; 0 without any.
    pub largest: f64,
    /// Versions that are not the same, could not be compared, or of which something is remarked.
    pub apart: u64,
    /// The first of these; 0 without any.
    pub first_apart: u64,
    /// What there is to say of that one.
    pub says: String,
}
