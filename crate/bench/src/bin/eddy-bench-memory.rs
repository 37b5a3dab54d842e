//! What the workloads allocate: reads questions, a line of JSON each, and answers them.
//!
//! `{"bench":"lab","form":"row","warm":16,"pieces":160}` works for 16 pieces first, then counts for 160 of them, and
//! answers `{"rows":…,"allocations":…,"kept_bytes":…}`.

use allocation_counter::measure;
use anyhow::Result;
use eddy_bench::{Case, answer_all};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Question {
    #[serde(flatten)]
    case: Case,
    warm: usize,
    pieces: usize,
}

fn main() -> Result<()> {
    answer_all(|question: Question| {
        let mut workload = question.case.workload()?;
        for _ in 0..question.warm {
            workload.prepare()?;
            workload.run()?;
        }
        let (mut rows, mut allocations, mut kept_bytes) = (0, 0, 0);
        for _ in 0..question.pieces {
            workload.prepare()?;
            let mut done = Ok(0);
            let counted = measure(|| done = workload.run());
            rows += done?;
            allocations += counted.count_total;
            kept_bytes += counted.bytes_current;
        }
        Ok(json!({ "rows": rows, "allocations": allocations, "kept_bytes": kept_bytes }))
    })
}
