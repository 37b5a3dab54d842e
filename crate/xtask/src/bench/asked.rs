//! A program that answers questions: a line of JSON in, a line of JSON out.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

pub(crate) struct Asked {
    name: &'static str,
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Asked {
    pub(crate) fn start(name: &'static str, mut command: Command) -> Result<Asked> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} does not start"))?;
        Ok(Asked {
            name,
            questions: child.stdin.take(),
            answers: BufReader::new(child.stdout.take().context("no output")?),
            child,
        })
    }

    /// Asks, and waits for the answer.
    pub(crate) fn ask(&mut self, question: &Value) -> Result<Value> {
        let asked = || format!("{} was asked {question}", self.name);
        let questions = self.questions.as_mut().with_context(asked)?;
        // What went wrong is what the program says itself, on stderr.
        writeln!(questions, "{question}").with_context(asked)?;
        questions.flush().with_context(asked)?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).with_context(asked)?;
        ensure!(!answer.is_empty(), "{}, and ended", asked());
        serde_json::from_str(&answer).with_context(asked)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        // It ends with its input, and closes what it opened; that it fails then has been said, or matters no more.
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}
