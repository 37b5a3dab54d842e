//! The workloads on this machine: reads questions, a line of JSON each, and answers them.
//!
//! - `{"bench":"kmeans","k":3,"dim":4,"batch":32,"ms":100}` works for about 100 ms and answers `{"rows":…,"s":…}`;
//!   the next such question goes on with the same model
//! - the same with `"pieces":3` in place of `ms` does as many from the start and answers `{"outcome":[…]}`
//! - `{"points":"FILE","k":3,"dim":4}` writes the rows, as doubles, little end first, and answers `{"rows":…}`

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;
use eddy_bench::{Case, Workload, answer_all, points};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(untagged)]
enum Question {
    Points {
        points: PathBuf,
        k: usize,
        dim: usize,
    },
    Pieces {
        #[serde(flatten)]
        case: Case,
        pieces: usize,
    },
    Time {
        #[serde(flatten)]
        case: Case,
        ms: u64,
    },
}

fn main() -> Result<()> {
    let mut workloads = HashMap::new();
    answer_all(|question| match question {
        Question::Points {
            points: file,
            k,
            dim,
        } => {
            let points = points(k, dim);
            let bytes: Vec<u8> = points.iter().flat_map(|x| x.to_le_bytes()).collect();
            fs::write(file, bytes)?;
            Ok(json!({ "rows": points.len() / dim }))
        }
        Question::Pieces { case, pieces } => outcome(case, pieces),
        Question::Time { case, ms } => {
            let workload = match workloads.entry(case) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(case.workload()?),
            };
            time(workload.as_mut(), Duration::from_millis(ms))
        }
    })
}

fn outcome(case: Case, pieces: usize) -> Result<Value> {
    let mut workload = case.workload()?;
    for _ in 0..pieces {
        workload.prepare()?;
        workload.run()?;
    }
    Ok(json!({ "outcome": workload.outcome() }))
}

fn time(workload: &mut dyn Workload, least: Duration) -> Result<Value> {
    let (mut rows, mut spent) = (0, Duration::ZERO);
    while spent < least {
        workload.prepare()?;
        let start = Instant::now();
        rows += workload.run()?;
        spent += start.elapsed();
    }
    Ok(json!({ "rows": rows, "s": spent.as_secs_f64() }))
}
