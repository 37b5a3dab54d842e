//! Questions and answers, a line of JSON each.

use std::io::{BufRead, Write, stdin, stdout};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Answers every line of the input until it ends.
///
/// # Errors
///
/// When a line is not a question, or cannot be answered.
pub fn answer_all<Q: DeserializeOwned>(mut answer: impl FnMut(Q) -> Result<Value>) -> Result<()> {
    for line in stdin().lock().lines() {
        let line = line?;
        let question = serde_json::from_str(&line).context(line.clone())?;
        let answer = answer(question).context(line)?;
        let mut out = stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}
