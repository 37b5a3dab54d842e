//! What makes lanes differ, as data.

use learn::kmeans::{Engine, TimeUnit};
use learn::online::Numbers;

use super::{Place, open_batch, scaler};
use crate::config::{Cut, Settings};
use crate::snapshot::{BatchEnd, DecayFacts, EmptyCluster, LaneFacts};

pub(super) fn facts(place: &Place<'_>) -> LaneFacts {
    let lane = place.lane;
    let about = lane.model().about();
    let settings = &place.lab.config.file.lanes[place.index].model;
    let numbers = place.model().map(|version| version.in_columns());
    let (weights, coefficients) = match numbers.as_deref() {
        Some(Numbers::Clusters(model)) => (model.weights.clone(), Vec::new()),
        Some(linear @ Numbers::Linear(_)) => (Vec::new(), linear.places()),
        None => (Vec::new(), Vec::new()),
    };
    let entries = &lane.timeline.entries()[..=place.entry];
    let empty = entries
        .iter()
        .filter(|entry| entry.rows == 0 && entry.first > 1 && entry.restarted.is_none());
    let (decay, empty_cluster) = match settings {
        Settings::Kmeans(kmeans) => (
            Some(decay(kmeans)),
            Some(match kmeans.engine {
                Engine::Flink => EmptyCluster::Stays,
                Engine::Spark => EmptyCluster::Splits,
            }),
        ),
        _ => (None, None),
    };
    LaneFacts {
        batch_end: match lane.config.cut {
            _ if lane.is_following() => BatchEnd::Job,
            Cut::Count(rows) => BatchEnd::Rows(rows as u64),
            Cut::Interval(ms) => BatchEnd::Ms(ms),
            Cut::Transaction => BatchEnd::Transaction,
            Cut::Hand => BatchEnd::Hand,
        },
        left_over: open_batch(place).rows,
        algorithm: about.algorithm.to_owned(),
        parameters: match decay {
            Some(_) => Vec::new(),
            None => about.parameters,
        },
        decay,
        empty_cluster,
        weights,
        coefficients,
        scaler: scaler(lane),
        versions: place.entry().last,
        empty_versions: empty.map(|entry| entry.last - entry.first + 1).sum(),
    }
}

/// As the lab file says, or else the engine's default.
fn decay(kmeans: &learn::kmeans::Settings) -> DecayFacts {
    let default = match kmeans.engine {
        Engine::Flink => 0.0,
        Engine::Spark => 1.0,
    };
    let halved = |life: f64| libm::exp(libm::log(0.5) / life);
    DecayFacts {
        factor: match kmeans.half_life {
            Some(life) => halved(life),
            None => kmeans.decay_factor.unwrap_or(default),
        },
        per_point: kmeans.time_unit == Some(TimeUnit::Points),
    }
}
