//! What the panels of a linear model are drawn from.

use learn::online::Answer;

use super::predictions::prediction_of;
use super::stage::{kept_versions, newest_rows};
use super::{Place, axes};
use crate::snapshot::{Coefficients, LinearView, View};

pub(super) fn linear(place: &Place<'_>, view: &View, slice: &[f64]) -> Option<LinearView> {
    let (lane, lab) = (place.lane, place.lab);
    let column = lane.config.target?;
    let version = place.model()?;
    let numbers = version.in_columns();
    let model = numbers.linear()?;
    let x = axes(lane, view).0.feature().unwrap_or(0);
    let ranges = lane
        .config
        .features
        .iter()
        .map(|column| lab.ranges[*column]);
    let mut linear = LinearView {
        coefficients: model.coefficients.clone(),
        intercept: model.intercept,
        history: history(place, view.bars),
        target_range: lab.ranges[column],
        feature_ranges: ranges.collect(),
        ..LinearView::default()
    };
    for record in newest_rows(place, view.points).into_iter().rev() {
        let actual = place.target(record);
        if !actual.is_finite() {
            continue;
        }
        let features = lab.features(lane, record);
        let given = prediction_of(lane, record).map(|prediction| prediction.answer);
        let predicted = match given.unwrap_or_else(|| lane.answer(version, &features)) {
            Answer::Number(number) => number,
            Answer::Class(class) => class.probability,
            Answer::Cluster(_) => f64::NAN,
        };
        let others = (0..features.len()).filter(|feature| *feature != x);
        let of_others = others.fold(0.0, |sum, i| {
            sum + model.coefficients[i] * (features[i] - slice[i])
        });
        linear.record.push(record as u32);
        linear.x.push(features[x]);
        linear.actual.push(actual);
        linear.adjusted.push(actual - of_others);
        linear.predicted.push(predicted);
        linear.given.push(u8::from(given.is_some()));
    }
    Some(linear)
}

fn history(place: &Place<'_>, most: usize) -> Vec<Coefficients> {
    let kept = kept_versions(place, most).into_iter();
    kept.filter_map(|(entry, version)| {
        let numbers = version.in_columns();
        let model = numbers.linear()?;
        Some(Coefficients {
            version: entry.last,
            record: entry.to_record,
            coefficients: model.coefficients.clone(),
            intercept: model.intercept,
        })
    })
    .collect()
}
