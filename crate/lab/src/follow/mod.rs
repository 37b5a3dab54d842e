//! What a job learned, learned again: a model record says which offsets a version's batch spans, and the lane's own rules on
//! exactly these rows give the same numbers, or do not.
//!
//! - [`record`]: a model record (FORMATS: "Model records")
//! - `pool`: rows until a record says which version learned them
//! - `chain`: the lane's rules, from version to version
//! - [`difference`]: how far two models are apart
//! - [`told`]: what came of it
//! - [`verify`]: all versions of a job against all events, at once

mod chain;
pub mod difference;
mod pool;
pub mod record;
pub mod told;
pub mod verify;

pub(crate) use chain::{Chain, KeptChain, fit_on, in_model_units};
pub(crate) use pool::{Learned, Pool};
