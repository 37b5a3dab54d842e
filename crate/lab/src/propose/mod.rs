//! What an experiment on unknown topics could be like, from their first records.
//!
//! - [`propose`]: topics and records in, a [`Proposal`] out; the reader may change all of it; [`Proposal::lab`] makes the lab file
//! - `sample`: the records' rows, as columns
//! - `column`: what a column is, and why it is learned from or not
//! - `truth`: which column is the label; `clusters`: how many clusters there are
//! - `lab_file`: the lab file of a proposal

mod clusters;
mod column;
mod lab_file;
mod sample;
#[cfg(test)]
mod tests;
mod truth;

use wire::Record;

use crate::config::{Column, Role};

use column::Judged;
use sample::Sample;

/// Rows of a topic that are looked at; more tell little more.
pub const ROWS_MOST: usize = 200;

/// Columns that are looked at.
const COLUMNS_MOST: usize = 100;

/// Values of a column that are shown.
const VALUES_SHOWN: usize = 4;

/// Ranges so far apart are brought to one scale.
const APART: f64 = 10.0;

/// An experiment on some topics; every choice may be changed before it becomes a lab file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    /// The topics.
    pub topics: Vec<Topic>,
    /// Rows that were looked at.
    pub rows: usize,
    /// Rows of them that would be learned from.
    pub training: usize,
    /// The columns of those rows, in their order.
    pub columns: Vec<Seen>,
    /// Columns to learn from.
    pub features: Vec<String>,
    /// Column that holds the true label.
    pub label: Option<String>,
    /// Column that is to be predicted, in place of clusters.
    pub target: Option<String>,
    /// How many clusters.
    pub k: usize,
    /// Why so many.
    pub k_reason: String,
    /// Whether features are brought to one scale.
    pub scale: bool,
    /// Why, or why not.
    pub scale_reason: String,
    /// Whose rules.
    pub engines: Engines,
}

/// A topic of a proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// What its rows do.
    pub role: Role,
    /// Why.
    pub reason: String,
    /// Rows of it that were looked at.
    pub rows: usize,
}

/// A column, as its first values are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Its name.
    pub name: String,
    /// What it is, and what is proposed to do with it.
    pub reason: String,
    /// Its first values that differ.
    pub values: Vec<String>,
    /// Whether it can be learned from, or predicted.
    pub is_number: bool,
    /// Whether it can be a label.
    pub is_label: bool,
    /// How many values differ.
    pub distinct: usize,
    /// What the lab file must declare, so that its values are numbers.
    pub declared: Option<Column>,
    /// Least and greatest number.
    pub range: Option<(f64, f64)>,
}

/// Whose rules a proposal's lanes follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engines {
    /// A lane of each, side by side.
    #[default]
    Both,
    /// Flink ML's.
    Flink,
    /// Spark MLlib's.
    Spark,
}

/// Proposes an experiment on these topics, from their first records.
pub fn propose(topics: &[String], records: &[Record]) -> Proposal {
    let sample = Sample::of(topics, records);
    let judged: Vec<Judged> = sample
        .columns
        .iter()
        .map(|column| column::judge(column, &sample))
        .collect();
    let label = truth::label(&sample, &judged);
    let mut columns: Vec<Seen> = judged.iter().map(|judged| judged.seen.clone()).collect();
    if let Some(label) = &label
        && let Some(seen) = columns.iter_mut().find(|seen| seen.name == *label)
    {
        seen.reason = truth::reason(seen);
    }
    let features: Vec<String> = judged
        .iter()
        .filter(|judged| judged.is_feature && Some(&judged.seen.name) != label.as_ref())
        .map(|judged| judged.seen.name.clone())
        .collect();
    let (scale, scale_reason) = scaling(&columns, &features);
    let labels = columns
        .iter()
        .find(|seen| Some(&seen.name) == label.as_ref());
    let (k, k_reason) = clusters::how_many(&sample, &features, labels, scale);
    let topics = roles(&sample, label.is_some());
    let training = topics
        .iter()
        .filter(|topic| matches!(topic.role, Role::Train | Role::Both))
        .map(|topic| topic.rows)
        .sum();
    Proposal {
        topics,
        rows: sample.rows,
        training,
        columns,
        features,
        label,
        target: None,
        k,
        k_reason,
        scale,
        scale_reason,
        engines: Engines::Both,
    }
}

/// What the topics' names and rows say of their roles.
fn roles(sample: &Sample, has_label: bool) -> Vec<Topic> {
    let is_test = |name: &str| {
        let mut words = name.split(['.', '_', '-']);
        words.any(|word| {
            ["test", "tests", "eval", "valid", "validation", "holdout"]
                .contains(&word.to_ascii_lowercase().as_str())
        })
    };
    let all = || sample.topics.iter().filter(|(_, rows)| *rows > 0);
    let some_train = all().any(|(name, _)| !is_test(name));
    let some_test = all().any(|(name, _)| is_test(name));
    let role = |name: &str, rows: usize| match rows {
        0 => (Role::Ignore, "no rows among its first records"),
        _ if is_test(name) && some_train => (Role::Classify, "its name says test"),
        _ if has_label && !some_test => (
            Role::Both,
            "classified, then learned: there is a label to compare with",
        ),
        _ => (Role::Train, "its name does not say test"),
    };
    let topics = sample.topics.iter().map(|(name, rows)| {
        let (role, reason) = role(name, *rows);
        Topic {
            name: name.clone(),
            role,
            reason: reason.to_owned(),
            rows: *rows,
        }
    });
    topics.collect()
}

/// Whether the features' ranges are far apart.
fn scaling(columns: &[Seen], features: &[String]) -> (bool, String) {
    let mut spans: Vec<(f64, &str)> = columns
        .iter()
        .filter(|seen| features.contains(&seen.name))
        .filter_map(|seen| {
            let (least, greatest) = seen.range?;
            let span = greatest - least;
            (span > 0.0).then_some((span, seen.name.as_str()))
        })
        .collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some((least, narrow)), Some((greatest, wide))) = (spans.first(), spans.last()) else {
        return (false, "no ranges to compare".to_owned());
    };
    let times = (greatest / least).round();
    match greatest / least >= APART {
        true => (
            true,
            format!("{wide} spans {times}× the range of {narrow}: unscaled, it would decide alone"),
        ),
        false => (
            false,
            "the features’ ranges are less than 10× apart".to_owned(),
        ),
    }
}
