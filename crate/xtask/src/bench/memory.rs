//! What is allocated in the steady state, and what stays of a row.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::args::Args;
use super::asked::Asked;
use super::cases::{BATCHES, thousands};
use super::table::Line;

pub(crate) fn lines(memory: &mut Asked, args: &Args) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    if args.wants("kmeans") {
        for batch in BATCHES {
            let case = json!({ "bench": "kmeans", "k": 3, "dim": 4, "batch": batch });
            let counted = count(memory, case, 4)?;
            lines.push(Line::number(
                format!("allocations: k-means, a batch of {}", thousands(batch)),
                counted.allocations / counted.rows * batch as f64,
            ));
        }
    }
    for (part, form, what) in [
        ("decode", "row", "decode, a row"),
        ("decode", "envelope", "decode, an envelope with schema"),
        ("lab", "row", "record in, version out, a row"),
        (
            "lab",
            "envelope",
            "record in, version out, an envelope with schema",
        ),
    ] {
        if args.wants(part) {
            let counted = count(memory, json!({ "bench": part, "form": form }), 16)?;
            lines.push(Line::number(
                format!("allocations: {what}"),
                counted.allocations / counted.rows,
            ));
        }
    }
    if args.wants("lab") {
        for (form, what) in [
            ("row", "a row of 6 columns"),
            (
                "envelope",
                "the same from an envelope, with what recognises repeats",
            ),
        ] {
            // Below 200,000 rows, where the oldest are let go.
            let counted = count(memory, json!({ "bench": "lab", "form": form }), 176)?;
            lines.push(Line::number(
                format!("memory of a retained record, bytes: {what}"),
                counted.kept_bytes / counted.rows,
            ));
        }
    }
    Ok(lines)
}

struct Counted {
    rows: f64,
    allocations: f64,
    kept_bytes: f64,
}

fn count(memory: &mut Asked, mut case: Value, pieces: usize) -> Result<Counted> {
    case["warm"] = json!(4);
    case["pieces"] = json!(pieces);
    let answer = memory.ask(&case)?;
    let number = |name: &str| answer[name].as_f64().with_context(|| answer.to_string());
    Ok(Counted {
        rows: number("rows")?,
        allocations: number("allocations")?,
        kept_bytes: number("kept_bytes")?,
    })
}
