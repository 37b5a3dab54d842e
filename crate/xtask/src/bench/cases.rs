//! What each is asked.

use std::path::Path;

use serde_json::{Value, json};

use super::args::Args;
use super::prepare::points_file;

/// Clusters and numbers of a row.
pub(crate) const SIZES: [(usize, usize); 4] = [(3, 4), (16, 16), (64, 64), (1, 3)];

/// Rows of a batch.
pub(crate) const BATCHES: [usize; 2] = [32, 1024];

/// How events are written, and how the table says it.
const FORMS: [(&str, &str); 3] = [
    ("row", "row (97 B)"),
    ("row_with_schema", "row with schema (0.5 kB)"),
    ("envelope", "envelope with schema (3.2 kB)"),
];

/// Something that Eddy does, natively and in wasm, and that others may do, too.
pub(crate) struct Case {
    pub(crate) name: String,
    /// What Eddy is asked, here and in the page.
    pub(crate) question: Value,
    /// What others are asked.
    pub(crate) others: Vec<Other>,
}

/// Somebody else who does the same.
pub(crate) struct Other {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) question: Value,
}

/// Where it runs: Eddy is compared where it runs in the same place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Machine,
    Page,
}

pub(crate) fn cases(args: &Args, points: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    if args.wants("kmeans") {
        for (k, dim) in &SIZES[..3] {
            cases.extend(BATCHES.map(|batch| kmeans(*k, *dim, batch, points)));
        }
    }
    if args.wants("regression") {
        cases.extend(BATCHES.map(|batch| regression(1, 3, batch, points)));
    }
    if args.wants("decode") {
        cases.extend(FORMS.map(|(form, name)| decode(form, name)));
    }
    if args.wants("lab") {
        cases.extend(FORMS.map(|(form, name)| Case {
            name: format!("record in, version out: {name}"),
            question: json!({ "bench": "lab", "form": form }),
            others: Vec::new(),
        }));
    }
    cases
}

fn kmeans(k: usize, dim: usize, batch: usize, points: &Path) -> Case {
    Case {
        name: format!("k-means k{k} d{dim}, batches of {}", thousands(batch)),
        question: json!({ "bench": "kmeans", "k": k, "dim": dim, "batch": batch }),
        others: by_others("kmeans", (k, dim), batch, points),
    }
}

fn regression(k: usize, dim: usize, batch: usize, points: &Path) -> Case {
    Case {
        name: format!(
            "linear regression (SGD) d{dim}, batches of {}",
            thousands(batch)
        ),
        question: json!({ "bench": "regression", "dim": dim, "batch": batch }),
        others: by_others("regression", (k, dim), batch, points),
    }
}

fn by_others(bench: &str, (k, dim): (usize, usize), batch: usize, points: &Path) -> Vec<Other> {
    let file = points_file(points, k, dim);
    let others = [("scikit-learn", "sklearn"), ("River", "river")];
    // River learns row by row, whatever the size of a batch.
    let others = others
        .into_iter()
        .filter(|(_, by)| *by != "river" || batch == BATCHES[0]);
    others
        .map(|(name, by)| Other {
            name,
            place: Place::Machine,
            question: json!({ "bench": bench, "by": by, "k": k, "dim": dim, "batch": batch, "points": file }),
        })
        .collect()
}

fn decode(form: &str, name: &str) -> Case {
    let others = [("JSON.parse of a string", "string"), ("of bytes", "bytes")];
    Case {
        name: format!("decode {name}"),
        question: json!({ "bench": "decode", "form": form }),
        others: others
            .map(|(name, from)| Other {
                name,
                place: Place::Page,
                question: json!({ "parse": form, "from": from }),
            })
            .into(),
    }
}

/// A number with a comma at the thousands.
pub(crate) fn thousands(number: usize) -> String {
    match number / 1000 {
        0 => number.to_string(),
        thousands => format!("{thousands},{:03}", number % 1000),
    }
}
