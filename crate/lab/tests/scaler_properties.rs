//! What holds for every lane with a scaler, and for every start among rows.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

#[path = "support/replayed.rs"]
mod support;

use learn::Rows;
use learn::scaler::{Kind, Scaler};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::*;

const FLINK: Kind = Kind::Flink {
    with_mean: true,
    with_std: true,
};

type Row = [f64; 2];

const INITIAL: [Row; 2] = [[-3.0, 1.0], [4.0, 2.0]];

fn rows() -> impl Strategy<Value = Vec<[f64; 2]>> {
    proptest::collection::vec([-50.0..50.0, 1e3..2e3], 1..40)
}

fn count(rows: usize) -> Value {
    json!({"by": "count", "rows": rows})
}

/// Of each version: what is told in the model's own units.
fn batches(lines: &[Value]) -> Vec<Value> {
    let versions = of(lines, "version").into_iter().skip(1);
    versions
        .map(|line| {
            let batch = &line["batch"];
            json!([
                line["weights"],
                batch["rows"],
                batch["counts"],
                batch["shift"],
                batch["inertia_before"],
                batch["inertia_after"]
            ])
        })
        .collect()
}

fn kmeans(centroids: &[[f64; 2]], batch: usize, scaler: Value) -> Value {
    let mut lane = json!({"batch": count(batch), "not_finite": "as_engine",
        "model": {"kind": "kmeans", "engine": "flink", "decay_factor": 0.5, "initial": {"centroids": centroids}}});
    if !scaler.is_null() {
        lane["scaler"] = scaler;
    }
    lab(2, &lane)
}

fn training(rows: &[[f64; 2]]) -> Vec<In> {
    let with_time = rows.iter().enumerate();
    with_time
        .map(|(i, row)| Train(i as i64 * 7, row.to_vec()))
        .collect()
}

/// The rows as Flink's scaler leaves them, with windows of so many; and the initial centroids.
fn by_windows(rows: &[[f64; 2]], window: usize) -> Option<(Vec<Row>, [Row; 2])> {
    let mut newest = None;
    let mut first: Option<Scaler> = None;
    let mut scaler = Scaler::new(FLINK, 2).unwrap();
    let by: Vec<Option<Scaler>> = (1..=rows.len())
        .map(|n| {
            if n % window == 0 {
                scaler.partial_fit(Rows::new(&rows[n - window..n].concat(), 2).unwrap());
                newest = Some(scaler.clone());
                first.get_or_insert_with(|| scaler.clone());
            }
            newest.clone()
        })
        .collect();
    let first = first?;
    let scale = |mut row: [f64; 2], scaler: &Scaler| {
        scaler.transform(&mut row);
        row
    };
    let pairs = rows.iter().zip(&by);
    let scaled = pairs.map(|(row, by)| scale(*row, by.as_ref().unwrap_or(&first)));
    Some((
        scaled.collect(),
        INITIAL.map(|centroid| scale(centroid, &first)),
    ))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_scaler_with_windows_and_a_model_are_the_model_on_scaled_rows(
        rows in rows(), window in 2_usize..9, batch in 1_usize..9,
    ) {
        let scaler = json!({"kind": "standard", "engine": "flink", "with_mean": true, "batch": count(window)});
        let lines = replayed(&kmeans(&INITIAL, batch, scaler), &training(&rows));
        let Some((scaled, initial)) = by_windows(&rows, window) else {
            prop_assert_eq!(of(&lines, "version").len(), 1);
            return Ok(());
        };
        // Two equal numbers in a window have no deviation, and no finite scale by rounding.
        prop_assume!(initial.concat().iter().all(|x| x.is_finite()));
        let alone = replayed(&kmeans(&initial, batch, Value::Null), &training(&scaled));
        prop_assert_eq!(batches(&lines), batches(&alone));
    }

    #[test]
    fn a_scaler_that_learns_with_the_batch_and_a_model_are_the_model_on_scaled_rows(
        rows in rows(), batch in 2_usize..9, freeze_after in proptest::option::of(2_u64..20), min_max in any::<bool>(),
    ) {
        let (kind, name) = if min_max { (Kind::MinMax, "min_max") } else { (Kind::Standard, "standard") };
        let lines = replayed(
            &kmeans(&INITIAL, batch, json!({"kind": name, "freeze_after": freeze_after})),
            &training(&rows),
        );
        let mut scaler = Scaler::new(kind, 2).unwrap();
        let mut initial = INITIAL;
        let mut scaled = Vec::new();
        for (i, rows) in rows.chunks_exact(batch).enumerate() {
            let left = freeze_after.map_or(u64::MAX, |most| most.saturating_sub(scaler.state().rows));
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(rows.len());
            scaler.partial_fit(Rows::new(&rows[..most].concat(), 2).unwrap());
            if i == 0 {
                initial.iter_mut().for_each(|centroid| scaler.transform(centroid));
            }
            scaled.extend(rows.iter().map(|row| {
                let mut row = *row;
                scaler.transform(&mut row);
                row
            }));
        }
        let alone = replayed(&kmeans(&initial, batch, Value::Null), &training(&scaled));
        prop_assert_eq!(batches(&lines), batches(&alone));
    }

    #[test]
    fn how_often_the_clock_ticks_changes_no_line(
        rows in rows(), scaler_ms in 1_i64..40, lane_ms in 1_i64..40, ticks in proptest::collection::vec(0_i64..300, 0..20),
        by_count in any::<bool>(),
    ) {
        let interval = |ms: i64| json!({"by": "interval", "ms": ms});
        let batch = if by_count { count(3) } else { interval(lane_ms) };
        let mut file = kmeans(&INITIAL, 1, json!({"kind": "standard", "engine": "flink", "with_mean": true,
            "batch": interval(scaler_ms)}));
        file["lanes"][0]["batch"] = batch;
        let mut input = training(&rows);
        for i in (2..input.len()).step_by(3) {
            if let Train(time_ms, row) = input[i].clone() {
                input[i] = Test(time_ms, row);
            }
        }
        input.push(Tick(300));
        let mut often = input.clone();
        let time = |input: &In| match input {
            Train(ms, _) | Test(ms, _) | Tick(ms) => *ms,
            Close => 0,
        };
        for tick in ticks {
            let at = often.iter().position(|input| time(input) >= tick).unwrap();
            often.insert(at, Tick(tick));
        }
        prop_assert_eq!(text(&file, &input), text(&file, &often));
    }

    #[test]
    fn a_start_among_rows_is_the_same_start_given(
        rows in rows(), wanted in 2_usize..9, batch in 1_usize..9, seed in any::<u32>(), scaled in any::<bool>(),
    ) {
        let scaler = if scaled { json!({"kind": "standard"}) } else { Value::Null };
        let mut file = kmeans(&INITIAL, batch, scaler);
        file["lanes"][0]["model"]["initial"] = json!({"kmeans++": {"seed": seed, "rows": wanted}});
        let mut input = training(&rows);
        input.insert(1, Test(0, vec![0.0, 0.0]));
        let lines = replayed(&file, &input);
        let versions = of(&lines, "version");
        if rows.len() < wanted {
            prop_assert!(versions.is_empty());
            return Ok(());
        }
        let centroids = versions[0]["centroids"].clone();
        file["lanes"][0]["model"]["initial"] = json!({ "centroids": centroids });
        prop_assert_eq!(replayed(&file, &input), lines);
    }
}
