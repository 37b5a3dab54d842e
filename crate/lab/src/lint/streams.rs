//! The standing notes on streams, as findings: they were told as they were seen.

use super::{Finding, Rule, Severity};
use crate::lab::Lab;
use crate::notes::About;
use crate::snapshot::StreamNote;

/// How the sentences begin that say what to do.
const TODO: &[&str] = &[
    "Set ", "Give ", "Declare ", "To have ", "Map ", "Let the ", "Add ",
];

pub(super) fn find(lab: &Lab, found: &mut Vec<Finding>) {
    found.extend(lab.notes.each().map(finding));
}

fn finding((about, note): (&About, &StreamNote)) -> Finding {
    let topic = &note.topic;
    let (rule, severity, title, says) = match about {
        About::Repeats => (
            Rule::RepeatsUnknown,
            Severity::Note,
            topic.clone(),
            "carries nothing to recognise repeats by",
        ),
        About::Forgotten => (
            Rule::Forgotten,
            Severity::Note,
            topic.clone(),
            "has more events than are remembered",
        ),
        About::Missing(column) => (
            Rule::MissingColumn,
            Severity::Warning,
            column.clone(),
            "is not there",
        ),
        About::Undeclared(column) => (
            Rule::UndeclaredColumn,
            Severity::Warning,
            column.clone(),
            "arrives as text that nothing explains",
        ),
        About::Base64(column) => (
            Rule::Base64Decimal,
            Severity::Warning,
            column.clone(),
            "is a decimal that arrives as base64",
        ),
        About::Defaults => (
            Rule::DefaultForNull,
            Severity::Warning,
            column_of(note),
            "may be a default in place of NULL",
        ),
        About::Unavailable => (
            Rule::Unavailable,
            Severity::Warning,
            topic.clone(),
            "has updates without all columns",
        ),
        About::NoJson => (
            Rule::NoJson,
            Severity::Warning,
            topic.clone(),
            "has values that are no JSON",
        ),
        About::NoRows => (
            Rule::NoRows,
            Severity::Warning,
            topic.clone(),
            "has no rows",
        ),
        About::NoTransaction => (
            Rule::NoTransaction,
            Severity::Warning,
            topic.clone(),
            "has events without a transaction",
        ),
        About::CameApart => (
            Rule::CameApart,
            Severity::Warning,
            topic.clone(),
            "has transactions that came apart",
        ),
    };
    let (means, todo) = split(&note.text);
    Finding {
        stream: Some(topic.clone()),
        column: match about {
            About::Missing(column) | About::Undeclared(column) | About::Base64(column) => {
                Some(column.clone())
            }
            About::Defaults => Some(column_of(note)),
            _ => None,
        },
        means: means.to_owned(),
        seen: format!("First seen at {topic}/{}/{}.", note.partition, note.offset),
        todo: todo.to_owned(),
        ..Finding::new(rule, severity, &title, says)
    }
}

/// The column that a note on defaults begins with.
fn column_of(note: &StreamNote) -> String {
    note.text.split(' ').next().unwrap_or_default().to_owned()
}

/// What a note says, and what it says is to be done.
fn split(text: &str) -> (&str, &str) {
    let todo = |at: usize| TODO.iter().any(|begin| text[at..].starts_with(begin));
    let mut sentences = text.match_indices(". ").map(|(at, _)| at + 2);
    match sentences.find(|at| todo(*at)) {
        Some(at) => (text[..at].trim_end(), &text[at..]),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn what_to_do_is_told_apart() {
        let (means, todo) =
            split("Rows have no lsn. 1.5 is no time. Set add.fields=lsn. Then restart.");
        assert_eq!(means, "Rows have no lsn. 1.5 is no time.");
        assert_eq!(todo, "Set add.fields=lsn. Then restart.");
        assert_eq!(split("A value is no JSON."), ("A value is no JSON.", ""));
    }
}
