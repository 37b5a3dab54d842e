//! Findings as text for people, and as lines of JSON (FORMATS: "Lint output").

use serde_json::{Value, json};

use super::words::counted;
use super::{Finding, Severity};

/// Appends a finding as some lines of text, the last of which ends.
pub fn text(finding: &Finding, out: &mut String) {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let lane = finding.lane.as_ref();
    let lane = lane.map_or_else(String::new, |lane| format!("{lane}: "));
    let mut line = |begin: &str, text: &str| {
        if !text.is_empty() {
            out.push_str(&format!("{begin:<9}{text}\n"));
        }
    };
    line(
        severity,
        &format!("{lane}{}. [{}]", finding.headline(), rule_id(finding)),
    );
    line("", &finding.means);
    line("", &finding.seen);
    line("", &finding.todo);
}

/// Appends a finding as one line of JSON, without its end.
pub fn json(finding: &Finding, out: &mut String) {
    let line = json!({
        "rule": finding.rule,
        "severity": finding.severity,
        "lane": finding.lane,
        "stream": finding.stream,
        "column": finding.column,
        "title": finding.headline(),
        "means": finding.means,
        "seen": finding.seen,
        "todo": finding.todo,
        "fix": finding.fix.as_ref().map(|fix| json!({"words": fix.words, "change": fix.kind})),
    });
    out.push_str(&line.to_string());
}

/// Appends how much there was: "2 warnings, 1 note".
pub fn summary(found: &[Finding], out: &mut String) {
    let kinds = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Note, "note"),
    ];
    let of = |(severity, what): (Severity, &str)| {
        let all = found.iter().filter(|finding| finding.severity == severity);
        let count = all.count() as u64;
        (count > 0).then(|| counted(count, what))
    };
    let counts: Vec<String> = kinds.into_iter().filter_map(of).collect();
    match counts.is_empty() {
        true => out.push_str("nothing to remark\n"),
        false => out.push_str(&(counts.join(", ") + "\n")),
    }
}

/// The rule's name: "decay-zero".
fn rule_id(finding: &Finding) -> String {
    match serde_json::to_value(finding.rule) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}
