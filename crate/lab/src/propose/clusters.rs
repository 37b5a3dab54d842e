//! How many clusters there are.

use learn::Rows;
use learn::kmeans::{Decay, Distance, Engine, Kmeans, Params, Spec, TimeUnit, plus_plus};
use learn::metrics::mean_silhouette;

use super::Seen;
use super::sample::Sample;

/// As many are told apart by colour.
const LABELLED_MOST: usize = 8;
/// What is tried where there is no label.
const TRIED: std::ops::RangeInclusive<usize> = 2..=6;
/// Rows that are clustered: all pairs of them are compared.
const ROWS_MOST: usize = 150;
/// Fewer say nothing.
const ROWS_LEAST: usize = 12;
/// Steps of Lloyd's algorithm, and starts of it.
const STEPS: usize = 15;
const STARTS: u64 = 3;
/// Below, no number of clusters stands out.
const SILHOUETTE_LEAST: f64 = 0.35;
/// What is taken then.
const ELSE: usize = 3;

/// How many clusters, and why.
pub(super) fn how_many(
    sample: &Sample,
    features: &[String],
    label: Option<&Seen>,
    scale: bool,
) -> (usize, String) {
    if let Some(label) = label.filter(|label| (2..=LABELLED_MOST).contains(&label.distinct)) {
        let k = label.distinct;
        return (k, format!("{} has {k} different values", label.name));
    }
    let rows = complete(sample, features, scale);
    let dim = features.len();
    let Ok(rows) = Rows::new(&rows, dim) else {
        return (ELSE, "no features yet; 3 is a guess".to_owned());
    };
    if rows.len() < ROWS_LEAST {
        return (
            ELSE,
            format!("{} rows say nothing; 3 is a guess", rows.len()),
        );
    }
    let tried = TRIED.filter_map(|k| Some((silhouette(rows, k)?, k)));
    let best = tried.max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((silhouette, k)) if silhouette >= SILHOUETTE_LEAST => {
            let of = rows.len();
            (
                k,
                format!("best silhouette of 2 to 6 over {of} rows, {silhouette:.2}"),
            )
        }
        _ => (
            ELSE,
            "no number of clusters stands out; 3 is a guess".to_owned(),
        ),
    }
}

/// Rows that have every feature, one after the other.
fn complete(sample: &Sample, features: &[String], scale: bool) -> Vec<f64> {
    let columns: Vec<_> = features
        .iter()
        .filter_map(|name| sample.column(name))
        .collect();
    let row = |row: usize| -> Option<Vec<f64>> {
        let numbers = columns.iter().map(|column| column.number(row));
        numbers.collect()
    };
    let mut rows: Vec<Vec<f64>> = (0..sample.rows).filter_map(row).take(ROWS_MOST).collect();
    if scale {
        for column in 0..features.len() {
            let least = rows
                .iter()
                .map(|row| row[column])
                .fold(f64::INFINITY, f64::min);
            let greatest = rows
                .iter()
                .map(|row| row[column])
                .fold(f64::NEG_INFINITY, f64::max);
            let span = greatest - least;
            for row in &mut rows {
                row[column] = if span > 0.0 {
                    (row[column] - least) / span
                } else {
                    0.0
                };
            }
        }
    }
    rows.concat()
}

/// The mean silhouette of k clusters: the best of some starts, by the distance that is left.
fn silhouette(rows: Rows<'_>, k: usize) -> Option<f64> {
    // Flink's rule without memory over all rows at once is a step of Lloyd's.
    let spec = Spec {
        engine: Engine::Flink,
        k,
        dim: rows.dim(),
        decay: Decay::Factor(0.0),
        time_unit: TimeUnit::Batches,
        distance: Distance::Euclidean,
        parallelism: 1,
    };
    let params = Params::new(spec).ok()?;
    let mut best: Option<(f64, Kmeans)> = None;
    for seed in 0..STARTS {
        let initial = plus_plus(&params, rows, 0.0, seed).ok()?;
        let mut model = Kmeans::new(params, initial).ok()?;
        let mut inertia = f64::INFINITY;
        for _ in 0..STEPS {
            inertia = model.partial_fit(rows).inertia_after;
        }
        if best.as_ref().is_none_or(|(least, _)| inertia < *least) {
            best = Some((inertia, model));
        }
    }
    let (_, model) = best?;
    let clusters: Vec<u32> = rows.iter().map(|row| model.predict(row).cluster).collect();
    mean_silhouette(rows, &clusters, Distance::Euclidean)
}
