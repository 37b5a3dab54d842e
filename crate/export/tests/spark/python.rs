//! A Python to check jobs with, where there is one.

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs a script on the text given; None where there is no Python.
pub(crate) fn run(script: &str, args: &[&str], input: &str) -> Option<String> {
    let python = Command::new("python3")
        .args(["-c", script])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        eprintln!("SKIPPED: there is no python3, so generated sources are not run");
        return None;
    };
    let mut stdin = python.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = python.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    writing.join().unwrap().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}
