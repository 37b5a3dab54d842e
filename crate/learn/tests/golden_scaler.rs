//! Scalers: Flink ML's `OnlineStandardScaler`, model by model as recorded from the engine; River's `StandardScaler`.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use eddy_learn::Rows;
use eddy_learn::scaler::{Kind, Scaler};
use serde_json::Value;

/// The timestamp of a model whose window is not on event time.
const NO_TIME: i64 = i64::MAX;

#[test]
fn online_standard_scaler() {
    let file = load("flink/online_standard_scaler.json");
    let defaults = &file["engine_defaults"];
    assert_eq!(
        (&defaults["withMean"], &defaults["withStd"]),
        (&false.into(), &true.into())
    );
    let cases = array(&file["cases"]);
    assert_eq!(cases.len(), 31);
    for case in cases {
        match text(&case["name"]) {
            // Windows and waiting are not the scaler's: it has no size and no delay to refuse.
            "bad_count0" | "bad_delay" => assert!(case.get("error").is_some()),
            "size_mismatch" => assert!(Rows::new(&[1.0, 2.0, 1.0, 2.0, 3.0], 2).is_err()),
            name => check_case(name, case),
        }
    }
}

/// Makes each model from the rows of its window, and each output row from the model that the recording names.
fn check_case(name: &str, case: &Value) {
    let effective = &case["effective_params"];
    let kind = Kind::Flink {
        with_mean: effective["withMean"] == true,
        with_std: effective["withStd"] == true,
    };
    let data = case.get("data").map(labelled).unwrap_or_default();
    let recorded = case.get("versions").map_or(&[][..], array);
    let windows = windows(case, &data);
    assert_eq!(windows.len(), recorded.len(), "{name}");
    let mut models: Vec<Scaler> = Vec::new();
    for (i, ((timestamp, rows), expected)) in windows.iter().zip(recorded).enumerate() {
        let at = format!("{name}, version {i}");
        let dim = rows[0].len();
        let before = models.last().cloned();
        let mut scaler = before.unwrap_or_else(|| Scaler::new(kind.clone(), dim).unwrap());
        scaler.partial_fit(Rows::new(&rows.concat(), dim).unwrap());
        assert_eq!(count(&expected["version"]), i, "{at}");
        assert_eq!(expected["timestamp"].as_i64(), Some(*timestamp), "{at}");
        assert_numbers(
            &format!("{at}, mean"),
            scaler.mean(),
            &numbers(&expected["mean"]),
        );
        assert_numbers(
            &format!("{at}, std"),
            scaler.std(),
            &numbers(&expected["std"]),
        );
        models.push(scaler);
    }
    check_outputs(name, case, &models);
}

/// The rows of each window that closes, with the timestamp of its model. Which these are the lab says; here, the case.
fn windows(case: &Value, data: &[Labelled]) -> Vec<(i64, Vec<Vec<f64>>)> {
    let fed: Vec<(Option<i64>, Vec<Vec<f64>>)> = array(&case["steps"])
        .iter()
        .filter(|step| step["op"] == "train")
        .flat_map(|step| fed(step, data))
        .map(|(time, row)| (time, vec![row]))
        .collect();
    let rows = || {
        fed.iter()
            .flat_map(|(_, rows)| rows.clone())
            .collect::<Vec<_>>()
    };
    let window = case["params_set"].get("windows");
    let size = window.map_or(0, |window| count(&window["size"]));
    let kind = window.map_or("global", |window| text(&window["kind"]));
    match kind {
        "global" => [rows()]
            .into_iter()
            .filter(|r| !r.is_empty())
            .map(|r| (NO_TIME, r))
            .collect(),
        "count" => rows()
            .chunks_exact(size)
            .map(|rows| (NO_TIME, rows.to_vec()))
            .collect(),
        "processing_tumbling" | "processing_session" => by_clock(case, data),
        "event_tumbling" | "event_session" => {
            let lag = case
                .get("out_of_orderness_ms")
                .map_or(0, |ms| ms.as_i64().unwrap());
            let mut windows = EventWindows {
                size: size as i64,
                session: kind == "event_session",
                ..Default::default()
            };
            for (time, row) in fed {
                windows.add(time.unwrap(), row, lag);
            }
            // The end of the training input closes all windows; without one they stay open.
            if array(&case["steps"])
                .iter()
                .any(|step| step["op"] == "end_train")
            {
                windows.close(i64::MAX);
            }
            windows.closed
        }
        other => panic!("{other}"),
    }
}

/// Windows of the engine's clock: the quiet after a step closes them, as the number of models after it shows.
fn by_clock(case: &Value, data: &[Labelled]) -> Vec<(i64, Vec<Vec<f64>>)> {
    let mut windows = Vec::new();
    for step in array(&case["steps"]) {
        if step["op"] == "train" && count(&step["model_versions_so_far"]) > windows.len() {
            let rows = fed(step, data).into_iter().map(|(_, row)| row).collect();
            windows.push((NO_TIME, rows));
        }
    }
    windows
}

/// Event-time windows as the engine has them.
#[derive(Default)]
struct EventWindows {
    size: i64,
    session: bool,
    watermark: Option<i64>,
    largest: Option<i64>,
    /// From, to (not in it), rows in order of arrival.
    open: Vec<(i64, i64, Vec<Vec<f64>>)>,
    closed: Vec<(i64, Vec<Vec<f64>>)>,
}

impl EventWindows {
    fn add(&mut self, time: i64, row: Vec<Vec<f64>>, lag: i64) {
        let from = if self.session {
            time
        } else {
            time - time.rem_euclid(self.size)
        };
        let (mut from, mut to) = (from, from + self.size);
        let touches = |window: &(i64, i64, _)| match self.session {
            // A row exactly one gap later joins the session.
            true => window.0 <= to && from <= window.1,
            false => window.0 == from,
        };
        let late = self.watermark.is_some_and(|watermark| to - 1 <= watermark);
        if !late {
            let (joined, apart): (Vec<_>, Vec<_>) = self.open.drain(..).partition(touches);
            let mut rows = Vec::new();
            for window in joined {
                (from, to) = (from.min(window.0), to.max(window.1));
                rows.extend(window.2);
            }
            rows.extend(row);
            self.open = apart;
            self.open.push((from, to, rows));
        }
        let largest = self.largest.map_or(time, |largest| largest.max(time));
        self.largest = Some(largest);
        self.close(largest - lag - 1);
    }

    fn close(&mut self, watermark: i64) {
        self.watermark = Some(watermark);
        self.open.sort_by_key(|window| window.1);
        while self
            .open
            .first()
            .is_some_and(|window| window.1 - 1 <= watermark)
        {
            let (_, to, rows) = self.open.remove(0);
            self.closed.push((to - 1, rows));
        }
    }
}

/// The rows of a step, with their times.
fn fed(step: &Value, data: &[Labelled]) -> Vec<(Option<i64>, Vec<f64>)> {
    if let Some(range) = step.get("range") {
        let rows = &data[count(&range["from"])..count(&range["to"])];
        return rows.iter().map(|row| (None, row.row.clone())).collect();
    }
    let time = |i| step.get("times").and_then(|times| Value::as_i64(&times[i]));
    array(&step["rows"])
        .iter()
        .enumerate()
        .map(|(i, row)| (time(i), dense(row)))
        .collect()
}

fn check_outputs(name: &str, case: &Value, models: &[Scaler]) {
    let steps = array(&case["steps"]);
    let asked: Vec<&Value> = steps
        .iter()
        .filter(|step| step["op"] == "predict")
        .flat_map(|step| array(&step["rows"]))
        .collect();
    let column = case["effective_params"]["modelVersionCol"].as_str();
    let outputs = steps.iter().filter_map(|step| step.get("output_rows"));
    for output in outputs.flat_map(array) {
        let at = format!("{name}, output {}", output["id"]);
        // Without a version column there is one model.
        let version = output.get("version").or_else(|| output.get(column?));
        let version = version.map_or(0, count);
        let row = asked[count(&output["id"])];
        let mut found = dense(row);
        models[version].transform(&mut found);
        // Sparse rows stay sparse: what is absent is 0.
        assert_numbers(&at, &found, &dense(&output["output"]));
    }
}

#[test]
fn standard_as_river_has_it() {
    let file = load("river/drift.json");
    let mut compared = 0;
    for case in array(&file["misc"]) {
        if case["what"] != "preprocessing.StandardScaler" {
            continue;
        }
        compared += 1;
        check_river(case);
    }
    assert_eq!(compared, 5);
}

fn check_river(case: &Value) {
    let rows: Vec<Vec<f64>> = array(&case["rows"]).iter().map(numbers).collect();
    // Without division, only the means are ours too.
    let divides = case["params_set"].get("with_std").is_none();
    let dim = rows[0].len();
    let mut scaler = Scaler::new(Kind::Standard, dim).unwrap();
    let transformed = |scaler: &Scaler, row: &[f64]| {
        let mut row = row.to_vec();
        scaler.transform(&mut row);
        row
    };
    let probe = numbers(&case["probe"]);
    let before = case.get("transform_of_probe_before_any_row");
    let before = before.map_or_else(|| vec![0.0; dim], numbers);
    if divides {
        assert_eq!(transformed(&scaler, &probe), before);
    }
    let mut states = array(&case["states"]).iter().peekable();
    for (i, row) in rows.iter().enumerate() {
        if let Some(window) = case["params_set"].get("window_size") {
            // What a window has seen is what a scaler has seen that starts with it.
            scaler = Scaler::new(Kind::Standard, dim).unwrap();
            let earlier = &rows[(i + 1).saturating_sub(count(window))..i];
            scaler.partial_fit(Rows::new(&earlier.concat(), dim).unwrap());
        }
        scaler.partial_fit(Rows::new(row, dim).unwrap());
        let Some(state) = states.next_if(|state| count(&state["after_rows"]) == i + 1) else {
            continue;
        };
        let at = format!("{}, after {}", case["name"], i + 1);
        assert_numbers(&at, scaler.mean(), &numbers(&state["means"]));
        if divides {
            let variances: Vec<f64> = scaler.std().iter().map(|std| std * std).collect();
            assert_numbers(&at, &variances, &numbers(&state["variances"]));
            let of_probe = numbers(&state["transform_of_probe"]);
            assert_numbers(&at, &transformed(&scaler, &probe), &of_probe);
            let of_row = numbers(&state["transform_of_the_row_itself"]);
            assert_numbers(&at, &transformed(&scaler, row), &of_row);
        } else {
            let centred = |row: &[f64]| -> Vec<f64> {
                let pairs = row.iter().zip(scaler.mean());
                pairs.map(|(x, mean)| x - mean).collect()
            };
            for (row, recorded) in [
                (&probe, "transform_of_probe"),
                (row, "transform_of_the_row_itself"),
            ] {
                assert_numbers(&at, &centred(row), &numbers(&state[recorded]));
            }
        }
    }
    assert!(states.next().is_none(), "{}", case["name"]);
}

#[test]
fn min_max_and_fixed() {
    let scale = |scaler: &Scaler, mut row: [f64; 2]| {
        scaler.transform(&mut row);
        row
    };
    let mut min_max = Scaler::new(Kind::MinMax, 2).unwrap();
    assert_eq!(scale(&min_max, [5.0, 5.0]), [0.0, 0.0]);
    min_max.partial_fit(Rows::new(&[2.0, 7.0, 6.0, 7.0], 2).unwrap());
    assert_eq!(scale(&min_max, [3.0, 9.0]), [0.25, 0.0]);
    let mut row = [0.25, 0.0];
    min_max.restore(&mut row);
    assert_eq!(row, [3.0, 7.0]);
    let fixed = |std| {
        Scaler::new(
            Kind::Fixed {
                mean: vec![1.0, 2.0],
                std,
            },
            2,
        )
    };
    let mut scaler = fixed(vec![2.0, 4.0]).unwrap();
    scaler.partial_fit(Rows::new(&[100.0, 100.0], 2).unwrap());
    assert_eq!(scale(&scaler, [3.0, 10.0]), [1.0, 2.0]);
    let refused = fixed(vec![2.0, 0.0]).unwrap_err().to_string();
    assert_eq!(
        refused,
        "standard deviations are above 0. Now: 0 at place 1, from 0."
    );
    assert_eq!(
        fixed(vec![2.0]).unwrap_err().to_string(),
        "standard deviations are 2 numbers. Now: 1."
    );
    assert!(Scaler::new(Kind::Standard, 0).is_err());
}

#[test]
fn a_resumed_state_goes_on_to_the_bit() {
    let flink = Kind::Flink {
        with_mean: true,
        with_std: true,
    };
    let fixed = Kind::Fixed {
        mean: vec![40.0, 5e4, 10.0],
        std: vec![15.0, 3e4, 9.0],
    };
    for kind in [Kind::Standard, Kind::MinMax, flink, fixed] {
        let rows = ecommerce();
        let flat: Vec<f64> = rows.iter().flat_map(|row| row.row.clone()).collect();
        let (before, after) = flat.split_at(300 * 3);
        let mut whole = Scaler::new(kind.clone(), 3).unwrap();
        whole.partial_fit(Rows::new(before, 3).unwrap());
        let saved = serde_json::to_string(&whole.checkpoint()).unwrap();
        let mut resumed = Scaler::resume(serde_json::from_str(&saved).unwrap()).unwrap();
        assert_eq!(whole, resumed);
        for scaler in [&mut whole, &mut resumed] {
            scaler.partial_fit(Rows::new(after, 3).unwrap());
        }
        assert_eq!(whole, resumed);
        let mut narrow = whole.checkpoint();
        narrow.spec.dim = 2;
        assert!(Scaler::resume(narrow).is_err());
    }
}
