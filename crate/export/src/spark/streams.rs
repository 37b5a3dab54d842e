//! Topics, where they are read from, and when a micro-batch begins.

use lab::config::{Cut, From, Role};

use super::python;
use super::template::Filling;
use crate::Plan;

/// The interval of a lane that cuts by what Spark does not know.
const ELSE_MS: i64 = 10_000;
/// Records a micro-batch takes at most, for each ms until the next: somewhat more than a machine of two cores learns.
const OFFSETS_PER_MS: i64 = 50;

pub(super) fn fill(plan: &Plan<'_>, filling: &mut Filling) {
    let of_role = |role: Role| {
        let streams = plan.streams.iter();
        let topics = streams.filter(move |stream| stream.role == role);
        topics
            .map(|stream| stream.topic.as_str())
            .collect::<Vec<_>>()
    };
    let (classified, both) = (of_role(Role::Classify), of_role(Role::Both));
    let topics = plan.streams.iter().map(|stream| stream.topic.as_str());
    let (trigger, max_offsets) = trigger(plan.cut());
    filling
        .section("classify", !classified.is_empty())
        .section("both", !both.is_empty())
        .value("TRAIN", python::texts(plan.topics(false)))
        .value("CLASSIFY", python::texts(classified))
        .value("BOTH", python::texts(both.iter().copied()))
        .value("NEEDS_TARGET", needs_target(&of_role(Role::Train)))
        .value("TOPICS_TEXT", in_words(topics.clone()))
        .value(
            "RECORD_TOPICS",
            topics
                .clone()
                .map(|topic| format!("--topic {topic}"))
                .collect::<Vec<_>>()
                .join(" "),
        )
        .value("START_OFFSETS", start_offsets(plan))
        .value(
            "START_ELSE",
            python::dictionary(
                &topics
                    .map(|topic| (python::text(topic), from(plan, topic).to_string()))
                    .collect::<Vec<_>>(),
            ),
        )
        .value("TRIGGER", python::text(&trigger))
        .value("MAX_OFFSETS", max_offsets.to_string());
}

/// Spark's trigger, and how many records a micro-batch takes at most.
pub(super) fn trigger(cut: Cut) -> (String, i64) {
    let interval = |ms: i64| {
        let text = match ms % 1000 {
            0 => format!("{} seconds", ms / 1000),
            _ => format!("{ms} milliseconds"),
        };
        (text, (ms * OFFSETS_PER_MS).clamp(100_000, 1_000_000))
    };
    match cut {
        Cut::Count(rows) => (
            "0 seconds".to_owned(),
            i64::try_from(rows).unwrap_or(i64::MAX),
        ),
        Cut::Interval(ms) => interval(ms),
        Cut::Transaction | Cut::Hand => interval(ELSE_MS),
    }
}

/// Where partitions of a topic of which nothing is known begin, as Spark writes it.
fn from(plan: &Plan<'_>, topic: &str) -> i64 {
    match plan.from(topic) {
        From::Earliest | From::TimestampMs(_) => -2,
        From::Latest => -1,
        From::Offset(offset) => offset,
    }
}

fn start_offsets(plan: &Plan<'_>) -> String {
    let of_topic = |topic: &str| {
        let known = plan.positions(topic);
        let entries = known
            .iter()
            .map(|(partition, next)| format!("\"{partition}\": {next}"));
        let entries: Vec<String> = entries.collect();
        (!entries.is_empty()).then(|| (python::text(topic), format!("{{{}}}", entries.join(", "))))
    };
    let topics = plan.streams.iter();
    let entries: Vec<_> = topics
        .filter_map(|stream| of_topic(&stream.topic))
        .collect();
    python::dictionary(&entries)
}

/// Rows of these topics are of no use without their target; all others may be classified.
fn needs_target(train: &[&str]) -> String {
    match train {
        [] => "f.lit(False)".to_owned(),
        topics => format!(
            "f.col(\"topic\").isin({})",
            python::texts(topics.iter().copied())
        ),
    }
}

fn in_words<'a>(topics: impl Iterator<Item = &'a str>) -> String {
    let topics: Vec<String> = topics.map(|topic| format!("`{topic}`")).collect();
    match &topics[..] {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => topics.concat(),
    }
}
