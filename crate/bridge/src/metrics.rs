//! What the bridge counts of itself, for `/metrics`, `/health` and the log.
//!
//! - `count`: one number
//! - `source`, `sink`: what was relayed and what went wrong on either side
//! - `meter`: one session's numbers
//! - `text`: Prometheus's text format; `report`: the answer to GET /metrics
//!
//! Whatever is counted where records flow is one atomic addition.

mod count;
mod meter;
mod report;
mod sink;
mod source;
mod text;

use std::time::Instant;

pub(crate) use count::Count;
pub(crate) use meter::{Meter, Protocol, Sessions};
pub(crate) use report::metrics;
pub(crate) use sink::{Rejection, SinkNumbers};
pub(crate) use source::{SourceFailure, SourceNumbers};

/// Everything that one bridge counts.
pub(crate) struct Metrics {
    pub(crate) started: Instant,
    pub(crate) source: SourceNumbers,
    pub(crate) sink: SinkNumbers,
    pub(crate) sessions: Sessions,
}

impl Metrics {
    /// Everything at 0, at this time of the bridge's clock.
    pub(crate) fn new(now_ms: i64) -> Self {
        Metrics {
            started: Instant::now(),
            source: SourceNumbers::new(now_ms),
            sink: SinkNumbers::default(),
            sessions: Sessions::default(),
        }
    }
}
