//! What became of a record in a lane, and why.

use learn::online::{Answer, Task};

use super::Place;
use super::events::role_number;
use super::ledger::{opened, was_dropped};
use super::life::shift_of;
use super::predictions::{made, prediction_of};
use crate::config::{Changes, Cut, Policy, Role, Update};
use crate::lab::Lab;
use crate::lane::Prediction;
use crate::rows::Verdict;
use crate::snapshot::{Moved, Playhead, Product, Trained, Why, WhyAnswer, WhyLinear};
use crate::timeline::{Entry, Records, Version};

/// Of a longer stretch of records the place in a batch is not counted out.
const COUNTED_MOST: u64 = 20_000;

/// Two numbers that differ by less than this share of them are the same but for rounding.
const ROUNDING: f64 = 1e-6;

impl Lab {
    /// What became of a record in a lane, and why, seen from the playhead; None once the record was let go.
    pub fn why(&self, record: u64, lane: usize, at: Playhead) -> Option<Why> {
        let place = self.place(lane.min(self.lanes.len() - 1), at);
        let meta = *self.rows.meta(record)?;
        let role = self.role(meta.stream as usize);
        let is_row = meta.verdict == Verdict::Row && record < place.record;
        let taken = place.row(record).is_some();
        let given = prediction_of(place.lane, record).filter(|given| made(&place, given));
        let classified = matches!(role, Role::Classify | Role::Both);
        let trained = (is_row && taken && matches!(role, Role::Train | Role::Both))
            .then(|| trained(&place, record))
            .flatten();
        Some(Why {
            lane: place.lane.config.name.clone(),
            record,
            topic: self.topic(meta.stream as usize).to_string(),
            partition: meta.partition,
            offset: meta.offset,
            op: meta.op,
            role: role_number(role),
            features: match meta.verdict {
                Verdict::Shown => Vec::new(),
                Verdict::Row | Verdict::Rejected => self.features(place.lane, record),
            },
            note: self.rows.note(record).to_owned(),
            left_out: match place.lane.took_out(record) {
                true => "Taken out again: a later change corrected it.".to_owned(),
                false => left_out(&place, record, role, taken),
            },
            policy: policy(&place.lane.config.changes),
            trained,
            waits: is_row && taken && role == Role::Classify && given.is_none() && may_wait(&place),
            answer: match (given, is_row) {
                (Some(given), _) if classified => Some(as_given(&place, given)),
                (_, true) => as_shown(&place, record),
                _ => None,
            },
        })
    }
}

/// The policy's word; empty where updates and deletes are of two policies.
fn policy(changes: &Changes) -> String {
    Policy::of(changes).map_or_else(String::new, |policy| policy.word().to_owned())
}

/// Predictions that are old are let go, and then a row no longer waits for its own.
fn may_wait(place: &Place<'_>) -> bool {
    place.lane.held() > 0 || !place.live
}

fn left_out(place: &Place<'_>, record: u64, role: Role, taken: bool) -> String {
    let Some(meta) = place.lab.rows.meta(record) else {
        return String::new();
    };
    let name = &place.lane.config.name;
    if record >= place.record {
        return "It comes after the version that is shown.".to_owned();
    }
    match meta.verdict {
        Verdict::Rejected => return "Rejected: nothing is learned from it.".to_owned(),
        Verdict::Shown => return "Shown only: it changes no model.".to_owned(),
        Verdict::Row if taken => return String::new(),
        Verdict::Row => {}
    }
    if role == Role::Ignore {
        return "Its topic is ignored: it moves time on, and no more.".to_owned();
    }
    if meta.op == 'u' && place.lane.config.changes.update == Update::Ignore {
        return format!("{name} takes inserts only: updates are not learned.");
    }
    if meta.again && !place.lane.takes(meta.op, true) {
        return format!("It came again: {name} counts it once.");
    }
    format!("{name} cannot use it: a feature is no number.")
}

/// The row's place in its batch; None where it is in none: it was taken out again, or dropped.
fn trained(place: &Place<'_>, record: u64) -> Option<Trained> {
    let entries = &place.lane.timeline.entries()[..=place.entry];
    let from = entries.partition_point(|entry| entry.to_record <= record);
    let mut later = entries[from..].iter().filter(|entry| entry.rows > 0);
    // Of the oldest versions it is not known which rows made them.
    let made = later.find(|entry| {
        let records = entry.records.as_ref();
        records.is_none_or(|records| records.contains(record))
    });
    if let Some(entry) = made {
        return Some(Trained {
            batch: entry.first - 1,
            row: entry
                .records
                .as_ref()
                .map_or(0, |records| place_in(records, record)),
            rows: entry.rows,
            size: None,
            version: Some(entry.first),
            to_record: entry.to_record,
        });
    }
    let (row, rows) = in_open_batch(place, record)?;
    Some(Trained {
        batch: place.entry().last,
        row,
        rows,
        size: match (place.lane.config.cut, place.lane.rows_to_start()) {
            (_, Some(rows)) => Some(rows as u64),
            (Cut::Count(size), None) => Some(size as u64),
            _ => None,
        },
        version: None,
        to_record: 0,
    })
}

/// The place of a record among others, from 1.
fn place_in(records: &Records, record: u64) -> u64 {
    let before = records
        .ranges()
        .iter()
        .take_while(|(first, _)| *first <= record);
    before
        .map(|(first, last)| record.min(*last) - first + 1)
        .sum()
}

/// The row's place in the batch that is open at the playhead, from 1 or 0 where it is not known, and the batch's rows.
fn in_open_batch(place: &Place<'_>, record: u64) -> Option<(u64, u64)> {
    let records = place.lane.batch_records().filter(|_| place.live);
    if let Some(records) = records {
        let waits = place.lane.batch_rows() as u64;
        return match records.contains(record) {
            true => Some((place_in(&records, record), waits)),
            // On its way there: in a transaction, or until there is a scaler or a first version.
            false => (waits > records.rows()).then_some((0, waits)),
        };
    }
    if was_dropped(place, record) {
        return None;
    }
    let (from, to) = (opened(place).max(place.lab.rows.first()), place.record);
    if to.saturating_sub(from) > COUNTED_MOST {
        return Some((0, 0));
    }
    let trains = |other: &u64| {
        matches!(place.row(*other), Some(Role::Train | Role::Both)) && !was_dropped(place, *other)
    };
    let rows: Vec<u64> = (from..to).filter(trains).collect();
    let row = rows.partition_point(|other| *other <= record) as u64;
    Some((row, rows.len() as u64))
}

/// What was said when the record came.
fn as_given(place: &Place<'_>, given: &Prediction) -> WhyAnswer {
    let entries = place.lane.timeline.entries();
    let entry = &entries[place.lane.timeline.of_version(given.version)];
    let mut answer = WhyAnswer {
        version: given.version,
        to_record: entry.to_record,
        given: true,
        right: given.right,
        ..WhyAnswer::default()
    };
    fill(
        place,
        &mut answer,
        given.record,
        entry,
        entry.model.as_ref(),
        given.answer,
    );
    answer
}

/// What the shown version says of it.
fn as_shown(place: &Place<'_>, record: u64) -> Option<WhyAnswer> {
    let features = place.lab.features(place.lane, record);
    let model = place.model()?;
    if features.iter().any(|feature| !feature.is_finite()) {
        return None;
    }
    let entry = place.entry();
    let mut answer = WhyAnswer {
        version: entry.last,
        to_record: entry.to_record,
        ..WhyAnswer::default()
    };
    let said = place.lane.answer(model, &features);
    fill(place, &mut answer, record, entry, Some(model), said);
    Some(answer)
}

fn fill(
    place: &Place<'_>,
    answer: &mut WhyAnswer,
    record: u64,
    entry: &Entry,
    model: Option<&Version>,
    said: Answer,
) {
    let lane = place.lane;
    answer.let_go = model.is_none();
    answer.measure = lane.model().about().distance.to_owned();
    answer.scaled = model.is_some_and(|model| model.scale.is_some());
    answer.margin = f64::NAN;
    let label = lane
        .config
        .label
        .and_then(|column| place.lab.rows.label(record, column));
    answer.label = label.map(|label| place.lab.label_name(&label));
    let features = place.lab.features(lane, record);
    match said {
        Answer::Cluster(nearest) => {
            answer.cluster = nearest.cluster;
            answer.margin = nearest.runner_up_distance - nearest.distance;
            answer.moved = moved(place, entry, nearest.cluster as usize);
            if let Some(model) = model {
                let distances = lane.distances(model, &features);
                let by_now = distances.get(nearest.cluster as usize).copied();
                answer.scaled_since = by_now.is_some_and(|now| differs(now, nearest.distance));
                answer.distances = (0..).zip(distances).collect();
                answer.distances.sort_by(|a, b| a.1.total_cmp(&b.1));
            }
        }
        Answer::Number(number) => {
            answer.linear = model.and_then(|model| linear(place, model, &features, record, number));
        }
        Answer::Class(class) => {
            answer.cluster = class.class;
            let probability = class.probability;
            answer.linear =
                model.and_then(|model| linear(place, model, &features, record, probability));
        }
    }
}

/// The batch that last moved a centroid, up to an entry.
fn moved(place: &Place<'_>, entry: &Entry, cluster: usize) -> Option<Moved> {
    let entries = place.lane.timeline.entries();
    let until = place.lane.timeline.of_version(entry.last);
    let moved = entries[..=until].iter().rev();
    let moved = moved.take_while(|entry| entry.restarted.is_none());
    let entry = moved
        .filter(|entry| entry.first > 1)
        .find(|entry| shift_of(entry, cluster) > 0.0)?;
    Some(Moved {
        batch: entry.first - 1,
        version: entry.last,
        to_record: entry.to_record,
        rows: entry.counts.get(cluster).copied().unwrap_or(0),
        shift: shift_of(entry, cluster),
    })
}

fn linear(
    place: &Place<'_>,
    model: &Version,
    features: &[f64],
    record: u64,
    predicted: f64,
) -> Option<WhyLinear> {
    let numbers = model.in_columns();
    let model = numbers.linear()?;
    let pairs = model.coefficients.iter().zip(features);
    let products: Vec<Product> = pairs
        .map(|(coefficient, value)| Product {
            coefficient: *coefficient,
            value: *value,
            product: coefficient * value,
        })
        .collect();
    let of_products = products.iter().fold(0.0, |sum, part| sum + part.product);
    let sum = of_products + model.intercept;
    let by_sum = match place.lane.model().task() {
        Task::Classification => 1.0 / (1.0 + libm::exp(-sum)),
        Task::Clustering | Task::Regression => sum,
    };
    Some(WhyLinear {
        products,
        intercept: model.intercept,
        sum,
        predicted,
        target: place.target(record),
        differs: differs(by_sum, predicted),
    })
}

fn differs(a: f64, b: f64) -> bool {
    (a - b).abs() > ROUNDING * (1.0 + a.abs().max(b.abs()))
}
