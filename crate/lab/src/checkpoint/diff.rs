//! What changed between two checkpoints.

use serde::Serialize;

use super::Checkpoint;
use crate::lane::KeptLane;
use crate::number;

/// A number that is not the same in both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changed {
    /// The lane; None for what is the lab's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lane: Option<String>,
    /// What it is a number of: "version", "centroid 0 sepal_length", "centroid 0 moved" (its euclidean way), "weight 1",
    /// "mean sepal_length", "offset t/0".
    pub what: String,
    /// In the first; None where that has none.
    pub before: Option<Amount>,
    /// In the second; None where that has none.
    pub after: Option<Amount>,
    /// The second less the first; None where one of them has none.
    pub by: Option<Amount>,
}

/// A whole number or another one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Amount {
    /// A count, a place, or a time in ms.
    Whole(i64),
    /// Any other.
    Real(#[serde(with = "learn::number")] f64),
}

/// A list of named numbers.
type Named = Vec<(String, Amount)>;

/// The numbers that are not the same in two checkpoints: of the lab, then lane by lane.
pub fn diff(a: &Checkpoint, b: &Checkpoint) -> Vec<Changed> {
    let mut changed = Vec::new();
    compare(None, &of_lab(a), &of_lab(b), &mut changed);
    let of = |checkpoint: &Checkpoint, name: &str| {
        let lane = checkpoint.lanes.iter().find(|lane| lane.name == name);
        lane.map_or_else(Vec::new, |lane| of_lane(checkpoint, lane))
    };
    let of_a = a.lanes.iter().map(|lane| &lane.name);
    let of_b = b.lanes.iter().map(|lane| &lane.name);
    let only_b = of_b.filter(|name| !a.lanes.iter().any(|lane| lane.name == **name));
    for name in of_a.chain(only_b) {
        compare(Some(name), &of(a, name), &of(b, name), &mut changed);
        changed.extend(moves(a, b, name));
    }
    changed
}

impl Amount {
    /// As text: a whole number in full, another with six digits, more or less.
    pub fn text(self) -> String {
        let mut text = String::new();
        match self {
            Amount::Whole(whole) => text = whole.to_string(),
            Amount::Real(real) if real.is_finite() && real != 0.0 => {
                let digits = 6 - libm::floor(libm::log10(real.abs())) as i32;
                let part = libm::pow(10.0, f64::from(digits.clamp(-300, 300)));
                let round = (real * part).round() / part;
                number::write(&mut text, if round.is_finite() { round } else { real });
            }
            Amount::Real(real) => number::write(&mut text, real),
        }
        text.replace('"', "")
    }

    fn is(self, other: Amount) -> bool {
        match (self, other) {
            (Amount::Whole(a), Amount::Whole(b)) => a == b,
            (Amount::Real(a), Amount::Real(b)) => a.to_bits() == b.to_bits(),
            _ => false,
        }
    }

    fn less(self, other: Amount) -> Option<Amount> {
        match (self, other) {
            (Amount::Whole(a), Amount::Whole(b)) => a.checked_sub(b).map(Amount::Whole),
            (Amount::Real(a), Amount::Real(b)) => Some(Amount::Real(a - b)),
            _ => None,
        }
    }
}

fn compare(lane: Option<&str>, a: &Named, b: &Named, changed: &mut Vec<Changed>) {
    let find = |list: &Named, name: &str| {
        let known = list.iter().find(|(known, _)| known == name);
        known.map(|(_, amount)| *amount)
    };
    let only_b = b.iter().filter(|(name, _)| find(a, name).is_none());
    for (name, _) in a.iter().chain(only_b) {
        let (before, after) = (find(a, name), find(b, name));
        let pair = before.zip(after);
        if pair.is_none_or(|(before, after)| !before.is(after)) {
            changed.push(Changed {
                lane: lane.map(str::to_owned),
                what: name.clone(),
                before,
                after,
                by: pair.and_then(|(before, after)| after.less(before)),
            });
        }
    }
}

/// How far each centroid moved, in the columns' units.
fn moves(a: &Checkpoint, b: &Checkpoint, name: &str) -> Vec<Changed> {
    let numbers = |checkpoint: &Checkpoint| {
        let lane = checkpoint.lanes.iter().find(|lane| lane.name == name)?;
        let numbers = lane.version()?.in_columns().into_owned();
        let clusters = numbers.clusters().map_or(0, |model| model.weights.len());
        (clusters > 0).then_some((numbers, clusters))
    };
    let (Some((before, k)), Some((after, _))) = (numbers(a), numbers(b)) else {
        return Vec::new();
    };
    let moves = before.moves(&after, before.places().len() / k);
    let moved = moves.into_iter().enumerate().filter(|(_, by)| *by != 0.0);
    moved
        .map(|(cluster, by)| Changed {
            lane: Some(name.to_owned()),
            what: format!("centroid {cluster} moved"),
            before: None,
            after: None,
            by: Some(Amount::Real(by)),
        })
        .collect()
}

fn of_lab(kept: &Checkpoint) -> Named {
    let whole = |name: &str, number: u64| (name.to_owned(), Amount::Whole(number as i64));
    let mut all = vec![
        whole("records", kept.records()),
        whole("rejected", kept.rejected),
        whole("came again", kept.redelivered),
    ];
    let time_ms = kept.time_ms.map(Amount::Whole);
    all.extend(time_ms.map(|time_ms| ("lab time, ms".to_owned(), time_ms)));
    all.extend(kept.offsets.iter().map(|place| {
        let name = format!("offset {}/{}", place.topic, place.partition);
        (name, Amount::Whole(place.offset))
    }));
    all
}

fn of_lane(kept: &Checkpoint, lane: &KeptLane) -> Named {
    let whole = |name: &str, number: u64| (name.to_owned(), Amount::Whole(number as i64));
    let mut all = vec![
        whole("version", lane.newest.last),
        whole("rows trained", lane.rows_trained),
        whole("rows waiting", lane.waiting() as u64),
    ];
    let file = kept.lab.lanes.iter().find(|file| file.name == lane.name);
    let features = file.and_then(|file| file.features.as_ref());
    let features = features.unwrap_or(&kept.lab.features);
    let named = |what: &str, numbers: &[f64]| -> Named {
        let pairs = features.iter().zip(numbers);
        pairs
            .map(|(feature, number)| (format!("{what} {feature}"), Amount::Real(*number)))
            .collect()
    };
    let Some(version) = lane.version() else {
        return all;
    };
    let numbers = version.in_columns();
    if let Some(model) = numbers.clusters() {
        let centroids = model.centroids.chunks(features.len().max(1));
        for (cluster, centroid) in centroids.enumerate() {
            all.extend(named(&format!("centroid {cluster}"), centroid));
        }
        let weights = model.weights.iter().enumerate();
        all.extend(weights.map(|(i, weight)| (format!("weight {i}"), Amount::Real(*weight))));
    }
    if let Some(model) = numbers.linear() {
        all.extend(named("coefficient", &model.coefficients));
        all.push(("intercept".to_owned(), Amount::Real(model.intercept)));
    }
    if let Some(scale) = &version.scale {
        all.extend(named("mean", &scale.mean));
        all.extend(named("std", &scale.std));
    }
    all
}
