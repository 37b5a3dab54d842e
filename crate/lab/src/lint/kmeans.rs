//! K-means: what it forgets, what it starts from, and how many clusters it looks for.

use learn::kmeans::{Engine, Params, Settings as Kmeans};
use learn::models::Settings;

use super::words::{count, counted};
use super::{Finding, FixKind, Looked, Rule, Severity};
use crate::timeline::Entry;

/// So many of the newest versions are looked at for what a rule warns of.
const VERSIONS: usize = 1_000;
/// Rows that are seen before they are said to be too much alike.
const ROWS_LEAST: u64 = 10;

pub(super) fn find(looked: Looked<'_>, found: &mut Vec<Finding>) {
    let Settings::Kmeans(settings) = &looked.lab.config.file.lanes[looked.index].model else {
        return;
    };
    // What is no valid setting was refused before there was a lab.
    let Ok(params) = settings.params(looked.lane.config.dim()) else {
        return;
    };
    // A job has started from what it was given.
    let weightless = !looked.lane.is_following() && starts_without_weight(settings);
    found.extend(decay_zero(looked, &params));
    found.extend(origin(looked, &params, weightless));
    if weightless {
        found.push(zero_weights(looked, &params));
    }
    found.extend(few_distinct(looked, &params));
}

/// Whether an initial centroid has no weight.
fn starts_without_weight(settings: &Kmeans) -> bool {
    let initial = &settings.initial;
    let given = initial.centroids.is_some()
        && initial
            .weights
            .as_ref()
            .is_none_or(|weights| weights.contains(&0.0));
    given
        || initial.random.is_some_and(|random| random.weight == 0.0)
        || initial.plus_plus.is_some_and(|start| start.weight == 0.0)
}

fn decay_zero(looked: Looked<'_>, params: &Params) -> Option<Finding> {
    if params.decay_factor() != 0.0 {
        return None;
    }
    let mut finding = Finding::of_lane(
        Rule::DecayZero,
        Severity::Warning,
        looked.lane,
        "Decay 0",
        "forgets every earlier batch",
    );
    finding.means = match params.engine() {
        Engine::Flink => {
            "Each version is made of its own batch alone, and where a cluster gets no row its centroid stays where it was. \
             It is Flink’s default."
        }
        Engine::Spark => {
            "Each version is made of its own batch alone, and a cluster without a row is a dying one: Spark lays it beside \
             the heaviest."
        }
    }
    .to_owned();
    let newest = looked.lane.timeline.entries().iter().rev();
    if let Some(entry) = newest.take(VERSIONS).find(|entry| entry.rows > 0) {
        let learned = looked.lane.rows_trained() - looked.lane.batch_rows() as u64;
        finding.seen = format!(
            "Of {} learned, version {} rests on the {} of its batch.",
            counted(learned, "row"),
            entry.first,
            count(entry.rows)
        );
    }
    finding.todo = "Give a decay factor above 0: 0.5 keeps half, 1 forgets nothing.".to_owned();
    finding.fix = looked.fix("Use 0.5", FixKind::Decay(0.5));
    Some(finding)
}

/// Flink's merge divides a centroid without weight by 1e-16.
fn origin(looked: Looked<'_>, params: &Params, weightless: bool) -> Option<Finding> {
    let forgets = params.decay_factor() == 0.0;
    if params.parallelism() < 2 || !(forgets || weightless) {
        return None;
    }
    let mut finding = Finding::of_lane(
        Rule::Origin,
        Severity::Warning,
        looked.lane,
        &format!("Parallelism {}", params.parallelism()),
        "lays an empty cluster at the origin",
    );
    finding.means = format!(
        "Flink merges the copies of its subtasks by weight. A cluster that gets no row {} has none: its centroid becomes \
         the zero vector, and most likely stays there.",
        if forgets {
            "in a batch, with decay 0,"
        } else {
            "in the first batch, with initial weights of 0,"
        }
    );
    let newest = looked.lane.timeline.entries().iter().rev().take(VERSIONS);
    let empty = newest
        .filter_map(|entry| Some((entry.first, gone_to_origin(looked, entry)?)))
        .next();
    if let Some((version, cluster)) = empty {
        finding.seen =
            format!("In version {version} cluster {cluster} got no row and lies at the origin.");
    }
    let (todo, words, kind) = match forgets {
        true => (
            "Give a decay factor above 0 and initial weights above 0, or parallelism 1.",
            "Use decay 0.5",
            FixKind::Decay(0.5),
        ),
        false => (
            "Give initial weights above 0, or parallelism 1.",
            "Set weights to 1",
            FixKind::Weights(1.0),
        ),
    };
    finding.todo = todo.to_owned();
    finding.fix = looked.fix(words, kind);
    Some(finding)
}

/// The first cluster of a batch's version that has no row and lies at the origin, in the model's units.
fn gone_to_origin(looked: Looked<'_>, entry: &Entry) -> Option<usize> {
    let version = entry.model.as_ref().filter(|_| entry.rows > 0)?;
    let model = version.numbers.clusters()?;
    let centroids = model.centroids.chunks(looked.lane.config.dim());
    let mut clusters = centroids.zip(&entry.counts);
    clusters.position(|(centroid, count)| *count == 0 && centroid.iter().all(|x| *x == 0.0))
}

fn zero_weights(looked: Looked<'_>, params: &Params) -> Finding {
    let spark = params.engine() == Engine::Spark;
    let (severity, says) = match spark {
        true => (
            Severity::Warning,
            "let Spark’s split scramble ids on the first batch",
        ),
        false => (
            Severity::Note,
            "the first batch replaces each centroid that gets a row",
        ),
    };
    let title = if spark {
        "Initial weights of 0"
    } else {
        "Weights 0:"
    };
    let mut finding = Finding::of_lane(Rule::ZeroWeights, severity, looked.lane, title, says);
    finding.means = match spark {
        true => {
            "A cluster without a row in the first batch has no weight, so it is taken for a dying one: it is laid beside the \
             heaviest, and ids no longer mean what the initial centroids meant."
        }
        false => {
            "Where the initial centroids lie then only says which rows go to which cluster of the first batch."
        }
    }
    .to_owned();
    let mut entries = looked.lane.timeline.entries().iter().take(VERSIONS);
    if let Some((entry, (heaviest, dying))) = entries.find_map(|entry| Some((entry, entry.split?)))
    {
        finding.seen = format!(
            "In version {} cluster {dying} was laid beside cluster {heaviest}.",
            entry.first
        );
    }
    finding.todo = "Give weights: that of so many rows at the initial centroid.".to_owned();
    finding.fix = looked.fix("Set weights to 1", FixKind::Weights(1.0));
    finding
}

fn few_distinct(looked: Looked<'_>, params: &Params) -> Option<Finding> {
    let (k, distinct) = (params.k(), looked.seen.distinct.len());
    let enough = looked.seen.rows >= ROWS_LEAST.max(2 * k as u64);
    // Where there are more clusters than rows that are told apart here, nothing can be said.
    if !enough || distinct >= k || distinct == super::seen::DISTINCT_MAX {
        return None;
    }
    let mut finding = Finding::of_lane(
        Rule::FewDistinct,
        Severity::Warning,
        looked.lane,
        &format!("k {k},"),
        &format!("but {} that differ", counted(distinct as u64, "row")),
    );
    finding.means =
        "There is nothing for all clusters to stand for: some stay where they started, or lie beside another.".to_owned();
    finding.seen = format!(
        "{} were learned{}.",
        counted(looked.seen.rows, "row"),
        looked.seen.up_to()
    );
    finding.todo = "Set a smaller k, or learn from a column that tells rows apart.".to_owned();
    let least = match params.engine() {
        Engine::Flink => 2,
        Engine::Spark => 1,
    };
    if distinct >= least {
        finding.fix = looked.fix(&format!("Set k to {distinct}"), FixKind::K(distinct));
    }
    Some(finding)
}
