//! Drift detectors and moving measures as River has them: `river/drift.json`, all but its scalers (`golden_scaler`).

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::{array, assert_numbers, count, load, number, numbers, text};
use eddy_learn::drift::adwin::{self, Adwin};
use eddy_learn::drift::page_hinkley::{self, PageHinkley};
use eddy_learn::metrics::{Ewm, MeanLoss, Prequential, Span};
use serde_json::Value;

/// A detector as the recording sees it.
trait Detector {
    fn update(&mut self, value: f64) -> bool;
    /// Its numbers, under the recording's names.
    fn state(&self) -> Vec<(&'static str, f64)>;
}

impl Detector for Adwin {
    fn update(&mut self, value: f64) -> bool {
        Adwin::update(self, value)
    }

    fn state(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("width", self.width() as f64),
            ("total", self.total()),
            ("variance", self.variance()),
            ("estimation", self.estimation()),
        ]
    }
}

impl Detector for PageHinkley {
    fn update(&mut self, value: f64) -> bool {
        PageHinkley::update(self, value)
    }

    fn state(&self) -> Vec<(&'static str, f64)> {
        let state = PageHinkley::state(self);
        vec![
            ("mean", state.mean),
            ("sum_increase", state.up),
            ("sum_decrease", state.down),
            ("min_increase", state.least),
            ("max_decrease", state.greatest),
        ]
    }
}

#[test]
fn drifts_are_where_river_finds_them() {
    let file = load("river/drift.json");
    for case in array(&file["drift"]) {
        let params = &case["effective_params"];
        let mut detector: Box<dyn Detector> = match text(&case["detector"]) {
            "ADWIN" => {
                Box::new(Adwin::new(serde_json::from_value(params.clone()).unwrap()).unwrap())
            }
            "PageHinkley" => {
                Box::new(PageHinkley::new(serde_json::from_value(params.clone()).unwrap()).unwrap())
            }
            other => panic!("{other}"),
        };
        check_detector(
            &mut *detector,
            case,
            &numbers(&file["streams"][text(&case["stream"])]),
        );
    }
    assert_eq!(array(&file["drift"]).len(), 38);
}

fn check_detector(detector: &mut dyn Detector, case: &Value, stream: &[f64]) {
    let at = format!(
        "{} of {}, {}",
        case["detector"], case["stream"], case["params_set"]
    );
    let mut states = array(&case["states"]).iter().peekable();
    let mut detected = Vec::new();
    for (i, &value) in stream.iter().enumerate() {
        let drift = detector.update(value);
        if drift {
            detected.push(i);
        }
        let Some(state) = states.next_if(|state| count(&state["index"]) == i) else {
            continue;
        };
        assert_eq!(drift, state["drift"], "{at}, value {i}");
        let found = detector.state();
        // Besides its numbers, a state has its index and whether it is a drift.
        assert_eq!(found.len() + 2, state.as_object().unwrap().len(), "{at}");
        for (name, found) in found {
            let at = format!("{at}, value {i}, {name}");
            assert_numbers(&at, &[found], &[number(&state[name])]);
        }
    }
    assert!(states.next().is_none(), "{at}");
    let expected: Vec<usize> = array(&case["detected_at"]).iter().map(count).collect();
    assert_eq!(detected, expected, "{at}");
}

#[test]
fn defaults_are_rivers() {
    let file = load("river/drift.json");
    let plain = |detector: &str| {
        let cases = array(&file["drift"]).iter();
        let mut found = cases.filter(|case| {
            case["detector"] == detector && case["params_set"] == serde_json::json!({})
        });
        found.next().unwrap()["effective_params"].clone()
    };
    let adwin: adwin::Spec = serde_json::from_value(plain("ADWIN")).unwrap();
    assert_eq!(adwin, adwin::Spec::default());
    let page_hinkley: page_hinkley::Spec = serde_json::from_value(plain("PageHinkley")).unwrap();
    assert_eq!(page_hinkley, page_hinkley::Spec::default());
}

#[test]
fn a_detector_goes_on_from_what_was_saved() {
    let file = load("river/drift.json");
    let mut found = 0;
    for stream in file["streams"].as_object().unwrap().values().map(numbers) {
        let mut whole = (
            Adwin::new(adwin::Spec::default()).unwrap(),
            PageHinkley::new(page_hinkley::Spec::default()).unwrap(),
        );
        let mut stopped = whole.clone();
        for &value in &stream {
            let drifts = (whole.0.update(value), whole.1.update(value));
            assert_eq!((stopped.0.update(value), stopped.1.update(value)), drifts);
            found += usize::from(drifts.0) + usize::from(drifts.1);
            let saved = serde_json::to_string(&(stopped.0.checkpoint(), stopped.1.checkpoint()));
            let (adwin, page_hinkley) = serde_json::from_str(&saved.unwrap()).unwrap();
            stopped.0 = Adwin::resume(adwin).unwrap();
            stopped.1 = PageHinkley::resume(page_hinkley).unwrap();
            assert_eq!(stopped, whole);
        }
    }
    assert_eq!(found, 17);
}

#[test]
fn moving_measures_as_river_has_them() {
    let file = load("river/drift.json");
    let labels = array(&file["misc"])
        .iter()
        .find(|case| case["what"] == "labels")
        .unwrap();
    let truths = array(&labels["y_true"])
        .iter()
        .zip(array(&labels["y_pred"]));
    let hits: Vec<f64> = truths.map(|(t, p)| f64::from(u8::from(t == p))).collect();
    let mut compared = 0;
    for case in array(&file["misc"]) {
        let what = text(&case["what"]);
        if what.starts_with("preprocessing.") || what == "labels" || what == "what is refused" {
            continue;
        }
        let values = match case.get("stream") {
            Some(stream) => numbers(&file["streams"][text(stream)]),
            None => hits.clone(),
        };
        check_moving(case, what, &values);
        compared += 1;
    }
    assert_eq!(compared, 12);
}

fn check_moving(case: &Value, what: &str, values: &[f64]) {
    let share = case.get("fading_factor").map_or(1.0, number);
    let window = what
        .split_once("window_size=")
        .map(|(_, rest)| rest.trim_end_matches(')').parse().unwrap());
    let mut moving = Ewm::new(share).unwrap();
    let mut mean = Prequential::<MeanLoss>::new(window.map_or(Span::All, Span::Window)).unwrap();
    let mut recorded = array(&case["values_after_n"]).iter().peekable();
    for n in 0..=values.len() {
        if n > 0 {
            moving.add(values[n - 1]);
            mean.add(values[n - 1]);
        }
        let Some(expected) = recorded.next_if(|pair| count(&pair[0]) == n) else {
            continue;
        };
        let found = match what {
            what if what.starts_with("stats.EWMean") => moving.mean(),
            what if what.starts_with("stats.EWVar") => moving.variance(),
            _ => mean.tally().mean(),
        };
        let at = format!("{}, after {n}", case["name"]);
        if n == 0 {
            // River says 0 before the first value; here there is no mean of nothing.
            assert!(found.is_nan(), "{at}");
            continue;
        }
        assert_numbers(&at, &[found], &[number(&expected[1])]);
    }
    assert!(recorded.next().is_none(), "{}", case["name"]);
}

#[test]
fn what_river_refuses_is_refused() {
    let file = load("river/drift.json");
    let case = array(&file["misc"])
        .iter()
        .find(|case| case["name"] == "errors")
        .unwrap();
    for attempt in array(&case["attempts"]) {
        let taken = match text(&attempt[0]) {
            "drift.PageHinkley(mode='x')" => {
                serde_json::from_str::<page_hinkley::Spec>(r#"{"mode":"x"}"#).is_ok()
            }
            "stats.EWMean(1.5)" => Ewm::new(1.5).is_ok(),
            "stats.EWMean(-0.1)" => Ewm::new(-0.1).is_ok(),
            "drift.ADWIN(delta=2.0)" => Adwin::new(adwin::Spec {
                delta: 2.0,
                ..adwin::Spec::default()
            })
            .is_ok(),
            other => panic!("{other}"),
        };
        assert_eq!(taken, attempt[1] == "accepted", "{}", attempt[0]);
    }
}
