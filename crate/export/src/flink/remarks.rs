//! What the linter found of the lane, as comments where it bites.

use lab::lint::{Finding, Rule, Severity};

use super::super::Plan;
use super::fill::Filling;
use super::java;

/// A place in the class, how far its comments are indented, and what is said there.
const PLACES: &[(&str, usize, &[Rule])] = &[
    ("remarks_features", 4, &[Rule::Scales, Rule::Constant]),
    ("remarks_batch", 4, &[Rule::SlowBatch, Rule::LeftOver]),
    ("remarks_parallelism", 4, &[Rule::Origin]),
    (
        "remarks_start",
        4,
        &[Rule::ZeroWeights, Rule::NoEffect, Rule::NotFinite],
    ),
    ("remarks_k", 24, &[Rule::FewDistinct]),
    ("remarks_decay", 24, &[Rule::DecayZero]),
    ("remarks_updates", 16, &[Rule::Updates]),
    // The rest is of the streams.
    (
        "remarks_events",
        4,
        &[
            Rule::Redelivered,
            Rule::RepeatsUnknown,
            Rule::Forgotten,
            Rule::Base64Decimal,
            Rule::DefaultForNull,
            Rule::MissingColumn,
            Rule::UndeclaredColumn,
            Rule::Unavailable,
            Rule::NoJson,
            Rule::NoRows,
        ],
    ),
    ("remarks_predict", 4, &[Rule::EngineDefect]),
];

/// Puts them into the class.
pub(super) fn put(plan: &Plan<'_>, filling: &mut Filling) {
    for (place, indentation, rules) in PLACES {
        let findings = plan
            .findings
            .iter()
            .filter(|finding| rules.contains(&finding.rule));
        let comments: Vec<String> = findings
            .map(|finding| comment(finding, *indentation))
            .collect();
        filling.put(place, comments.join("\n"));
    }
}

fn comment(finding: &Finding, indentation: usize) -> String {
    let severity = match finding.severity {
        Severity::Error | Severity::Warning => "Warning: ",
        Severity::Note => "Note: ",
    };
    let headline = finding.headline();
    let end = if headline.ends_with('.') { "" } else { "." };
    let says = [&finding.means, &finding.seen, &finding.todo];
    let says: Vec<&str> = says
        .into_iter()
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    java::comment(
        &format!("{severity}{headline}{end} {}", says.join(" ")),
        indentation,
    )
}
