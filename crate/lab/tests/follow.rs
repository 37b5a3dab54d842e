//! Lanes that follow a job, and `eddy verify`: the lab itself stands in for the job, with batches ended wherever.
#![allow(clippy::unwrap_used)] // a test may

#[path = "support/replayed.rs"]
mod support;

use eddy_lab::follow::verify::{Found, Model, Verify};
use eddy_lab::lab::Bounds;
use eddy_lab::{Lab, LabFile, replay};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Close, In, Test, Train, lab, lines, of, refused, replayed};
use wire::LineReader;

/// The model records that a job of lane A would have written, had it ended its batches by hand.
fn job(lab: &Value, input: &[In]) -> Vec<Value> {
    let made = replayed(lab, input);
    let versions = of(&made, "version").into_iter().cloned();
    versions
        .map(|mut version| {
            let batch = version["batch"].take();
            let fields = version.as_object_mut().unwrap();
            fields.remove("batch");
            fields.remove("engine_version");
            if !batch.is_null() {
                let span = json!({"topic": "train", "partition": 0, "from": batch["first"]["offset"],
                    "to": batch["last"]["offset"]});
                let offsets = if batch["rows"] == 0 { json!([]) } else { json!([span]) };
                version["offsets"] = offsets;
                version["batch"] = json!({"rows": batch["rows"]});
            }
            version
        })
        .collect()
}

fn verify(lab: &Value, models: &[Value], events: &[String]) -> (Verify, Vec<Found>) {
    let file = LabFile::parse(&lab.to_string()).unwrap();
    let models = models.iter().map(|model| Model {
        place: "here".to_owned(),
        topic: None,
        json: model.to_string().into_bytes(),
    });
    let mut verify = Verify::new(&file, models.collect(), None).unwrap();
    let mut found = verify.drain();
    let mut reader = LineReader::new();
    for (line, number) in events.iter().zip(1..) {
        verify.apply(reader.read(number, line).unwrap().unwrap());
        found.extend(verify.drain());
    }
    verify.finish();
    found.extend(verify.drain());
    (verify, found)
}

/// A model record as a record line of the topic `models`.
fn line(offset: usize, model: &Value) -> String {
    json!({"topic": "models", "partition": 0, "offset": offset, "timestamp_ms": 0, "headers": [], "key": "A",
        "value": model.to_string()})
    .to_string()
}

/// A lab in which lane F follows what the job writes of lane A, alone.
fn follower(lab: &Value) -> Value {
    let mut lab = lab.clone();
    let lane = &mut lab["lanes"][0];
    lane["name"] = json!("F");
    lane["follow"] = json!({"topic": "models", "lane": "A"});
    let model = lane["model"].as_object_mut().unwrap();
    model.remove("initial");
    lab
}

fn run(lab: &Value, lines: &[String]) -> Vec<Value> {
    let mut lab = Lab::new(LabFile::parse(&lab.to_string()).unwrap()).unwrap();
    apply(&mut lab, lines);
    lab.finish();
    told(&mut lab)
}

fn apply(lab: &mut Lab, lines: &[String]) {
    let mut reader = LineReader::new();
    for (line, number) in lines.iter().zip(1..) {
        replay::apply(lab, reader.read(number, line).unwrap().unwrap()).unwrap();
    }
}

fn told(lab: &mut Lab) -> Vec<Value> {
    let told = lab.drain().map(|event| {
        let mut line = String::new();
        replay::write(&event, &mut line);
        serde_json::from_str(&line).unwrap()
    });
    told.collect()
}

fn models() -> Vec<Value> {
    let initial = json!({"centroids": [[0, 0], [4, 4], [-3, 2]], "weights": [1, 0, 2]});
    let hand = json!({"by": "hand"});
    let scaler = json!({"kind": "fixed", "mean": [0.5, -0.25], "std": [2, 0.75]});
    let kmeans = |more: Value| {
        let mut model = json!({"kind": "kmeans", "k": 3, "initial": initial});
        let fields = model.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        model
    };
    let flink = kmeans(json!({"engine": "flink", "decay_factor": 0.5}));
    let manhattan = kmeans(json!({"engine": "flink", "distance": "manhattan"}));
    let spark = kmeans(json!({"engine": "spark", "half_life": 3, "time_unit": "points"}));
    let linear = json!({"kind": "linear_regression", "engine": "spark", "step_size": 0.01});
    let with_intercept = json!({"kind": "linear_regression", "engine": "spark", "step_size": 0.01, "intercept": true});
    let logistic = json!({"kind": "logistic_regression", "engine": "spark"});
    let ftrl = json!({"kind": "logistic_regression", "engine": "flink"});
    let plain = [
        &flink,
        &manhattan,
        &spark,
        &linear,
        &with_intercept,
        &logistic,
        &ftrl,
    ];
    let plain = plain.map(|model| json!({"model": model, "batch": hand}));
    let scaled = [&flink, &spark, &logistic]
        .map(|model| json!({"model": model, "batch": hand, "scaler": scaler}));
    plain.into_iter().chain(scaled).collect()
}

fn inputs() -> impl Strategy<Value = Vec<In>> {
    let row = proptest::collection::vec(-5.0..5.0, 2);
    let input = prop_oneof![
        6 => row.prop_map(|row| Train(0, row)),
        1 => Just(Close),
    ];
    proptest::collection::vec(input, 1..60)
}

fn some_rows() -> Vec<In> {
    let row = |i: i64| vec![(i * 7 % 11) as f64 - 5.0, (i * 5 % 13) as f64 / 2.0 - 3.0];
    let mut input: Vec<In> = (0..40).map(|i| Train(i, row(i))).collect();
    for at in [33, 26, 17, 16, 9, 4] {
        input.insert(at, Close);
    }
    input
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_cut_it_is_the_same(input in inputs()) {
        for lane in models() {
            let lab = lab(2, &lane);
            let models = job(&lab, &input);
            let (verify, _) = verify(&lab, &models, &lines(&input));
            let summary = &verify.summaries()[0];
            prop_assert!(summary.is_same(), "{lane}: {summary:?}");
            prop_assert_eq!(summary.versions, models.len() as u64 - 1);
        }
    }
}

#[test]
fn a_changed_digit_is_found_where_it_is_and_the_next_version_is_the_same() {
    let lab = lab(2, &models()[0]);
    let mut made = job(&lab, &some_rows());
    let digit = made[3]["centroids"][1][0].as_f64().unwrap();
    made[3]["centroids"][1][0] = json!(digit * (1.0 + 1e-11));
    let (verify, found) = verify(&lab, &made, &lines(&some_rows()));
    let summary = &verify.summaries()[0];
    assert!(!summary.is_same());
    let (version, difference, place) = summary.apart.clone().unwrap();
    assert_eq!((version, place.as_str()), (4, "centroid 1, x0"));
    assert!((difference - 1e-11).abs() < 1e-13, "{difference}");
    let apart = found.iter().filter(|found| match found {
        Found::Version { followed, .. } => !followed.is_same(),
        Found::Rejected { .. } => true,
    });
    assert_eq!(apart.count(), 1);
}

#[test]
fn rows_that_are_lost_or_doubled_are_found() {
    let lab = lab(2, &models()[0]);
    let made = job(&lab, &some_rows());
    let events = lines(&some_rows());
    // Of the events.
    let without: Vec<String> = events
        .iter()
        .filter(|line| !line.contains("\"offset\":12,"))
        .cloned()
        .collect();
    let (without, _) = verify(&lab, &made, &without);
    let remarks = |verify: &Verify| -> Vec<String> {
        let remarks = verify.summaries()[0].remarks.iter();
        remarks
            .map(|(version, remark)| format!("{version}: {remark}"))
            .collect()
    };
    assert_eq!(remarks(&without), ["4: it says 7 rows, its offsets hold 6"]);
    assert_eq!(without.summaries()[0].apart.as_ref().unwrap().0, 4);
    // By the job.
    let mut skips = made.clone();
    skips[3]["offsets"][0]["from"] = json!(11);
    let (skips, _) = verify(&lab, &skips, &events);
    assert_eq!(
        remarks(&skips),
        [
            "4: 2 rows before it learned by no version: train/0, offsets 9 to 10",
            "4: it says 7 rows, its offsets hold 5"
        ]
    );
    assert_eq!(skips.summaries()[0].lost, 2);
    let mut doubles = made;
    doubles[3]["offsets"][0]["from"] = json!(8);
    doubles[3]["batch"] = json!({});
    let (doubles, _) = verify(&lab, &doubles, &events);
    assert_eq!(
        remarks(&doubles),
        ["4: 1 row learned a second time: train/0, offset 8"]
    );
}

#[test]
fn a_model_with_more_than_its_numbers_cannot_be_gone_on_from_in_the_middle() {
    let ftrl = lab(2, &models()[6]);
    let kmeans = lab(2, &models()[0]);
    let (with_sums, _) = verify(&ftrl, &job(&ftrl, &some_rows())[2..], &lines(&some_rows()));
    let summary = &with_sums.summaries()[0];
    assert_eq!((summary.is_same(), summary.not_compared), (false, 5));
    let (version, reason) = summary.first_not_compared.clone().unwrap();
    assert_eq!(version, 3);
    assert!(reason.contains("more than the numbers"), "{reason}");
    let (numbers_alone, _) = verify(
        &kmeans,
        &job(&kmeans, &some_rows())[2..],
        &lines(&some_rows()),
    );
    let summary = &numbers_alone.summaries()[0];
    assert_eq!(
        (summary.is_same(), summary.from, summary.versions),
        (true, Some(3), 4)
    );
}

#[test]
fn a_version_that_is_missing_is_said_and_the_next_is_compared_again() {
    let lab = lab(2, &models()[2]);
    let mut made = job(&lab, &some_rows());
    made.remove(3);
    let (verify, _) = verify(&lab, &made, &lines(&some_rows()));
    let summary = &verify.summaries()[0];
    assert_eq!(
        summary.first_not_compared,
        Some((5, "version 4 is missing".to_owned()))
    );
    assert_eq!((summary.not_compared, summary.remarked), (1, 0));
    assert_eq!(summary.apart, None);
}

#[test]
fn of_a_version_that_was_written_twice_the_later_one_counts() {
    let lab = lab(2, &models()[0]);
    let mut made = job(&lab, &some_rows());
    let right = made[4].clone();
    made[4]["weights"][0] = json!(77);
    made.push(right);
    let (found, _) = verify(&lab, &made, &lines(&some_rows()));
    let summary = &found.summaries()[0];
    assert_eq!((summary.remarked, summary.is_same()), (1, false));
    assert!(
        found.summaries()[0].apart.is_none(),
        "{:?}",
        found.summaries()
    );
}

#[test]
fn a_followed_lane_does_as_the_lane_that_it_follows() {
    for lane in models() {
        let own = lab(2, &lane);
        let mut input = some_rows();
        input.push(Close);
        input.push(Test(50, vec![1.0, 2.0]));
        let expected = replayed(&own, &input);
        let made = job(&own, &input);
        // The records come before their rows, and after.
        let events = lines(&input);
        let records = made.iter().enumerate().map(|(i, model)| line(i, model));
        let rows = events
            .iter()
            .filter(|line| line.contains("\"topic\""))
            .cloned();
        let lines: Vec<String> = records.chain(rows).collect();
        let told = run(&follower(&own), &lines);
        let versions = of(&told, "version");
        let others = of(&expected, "version");
        assert_eq!(versions.len(), others.len(), "{lane}");
        for (version, other) in versions.iter().zip(others) {
            assert!(
                version["difference"]
                    .as_f64()
                    .is_none_or(|far| far <= 1e-12),
                "{version}"
            );
            assert_eq!(
                version["begins"] == true,
                version["version"] == 1,
                "{version}"
            );
            for field in [
                "version",
                "centroids",
                "weights",
                "coefficients",
                "intercept",
            ] {
                assert_eq!(version[field], other[field], "{lane}");
            }
            for field in ["rows", "counts", "first", "last"] {
                assert_eq!(version["batch"][field], other["batch"][field], "{lane}");
            }
        }
        let (given, other) = (of(&told, "prediction"), of(&expected, "prediction"));
        assert_eq!(given[0]["version"], 8);
        let far = |field: &str| {
            let of = |value: &Value| value[field].as_f64().unwrap();
            (of(given[0]) - of(other[0])).abs()
        };
        // Flink's logistic regression has its defect: it goes on with what it first predicted with.
        let places = if other[0]["distance"].is_number() {
            ["prediction", "distance"]
        } else {
            ["prediction"; 2]
        };
        assert!(
            places.iter().all(|field| far(field) < 1e-9),
            "{lane}: {told:?}"
        );
        let summary = of(&told, "summary")[0];
        assert_eq!(
            (&summary["rows"], &summary["waiting"]),
            (&json!(40), &json!(0))
        );
    }
}

#[test]
fn a_broken_record_is_rejected_by_name_and_the_rest_goes_on() {
    let own = lab(2, &models()[0]);
    let made = job(&own, &some_rows());
    let mut broken = made[1].clone();
    broken["centroids"] = json!([[1, 2]]);
    let mut other = made[1].clone();
    other["lane"] = json!("B");
    let mut input = vec![
        line(0, &made[0]),
        line(1, &json!({"x": 1})),
        line(2, &broken),
        line(3, &other),
        line(4, &json!({"event": "summary", "lane": "A"})),
    ];
    input.extend(lines(&some_rows()[..4]));
    input.push(line(5, &made[1]));
    let told = run(&follower(&own), &input);
    let rejected: Vec<String> = of(&told, "rejected")
        .iter()
        .map(|line| {
            format!(
                "{}/{}/{}: {}",
                line["topic"], line["partition"], line["offset"], line["reason"]
            )
        })
        .collect();
    assert_eq!(
        rejected,
        [
            "\"models\"/0/1: \"is no model record: it has no \\\"event\\\":\\\"version\\\"\"",
            "\"models\"/0/2: \"the row has 1 centroids and 3 weights, and the lane's k is 3\""
                .replace("the row ", "")
                .as_str(),
        ]
    );
    assert_eq!(of(&told, "version").len(), 2);
}

#[test]
fn a_record_waits_for_its_rows_no_longer_than_others_need_its_place() {
    let own = lab(2, &models()[0]);
    let made = job(&own, &some_rows());
    let bounds = Bounds {
        models: 2,
        unlearned: 8,
        ..Bounds::default()
    };
    let file = LabFile::parse(&follower(&own).to_string()).unwrap();
    let mut lab = Lab::with_bounds(file.clone(), bounds).unwrap();
    let all: Vec<String> = made
        .iter()
        .enumerate()
        .map(|(i, model)| line(i, model))
        .collect();
    apply(&mut lab, &all[..5]);
    let told_first = told(&mut lab);
    let versions = of(&told_first, "version");
    assert_eq!(versions.len(), 3);
    assert_eq!(
        versions[2]["not_compared"],
        "its rows have not come: nothing of train/0 was read"
    );
    assert_eq!(versions[2]["batch"]["rows"], 5);
    assert_eq!(lab.lanes[0].models_waiting(), 2);
    // Rows that no record claims are let go in the end.
    let mut lab = Lab::with_bounds(file, bounds).unwrap();
    let rows: Vec<String> = lines(&some_rows())
        .into_iter()
        .filter(|line| line.contains("topic"))
        .collect();
    apply(&mut lab, &all[..1]);
    apply(&mut lab, &rows);
    apply(&mut lab, &all[1..]);
    let told = told(&mut lab);
    let versions = of(&told, "version");
    assert_eq!(
        versions[1]["not_compared"],
        "its rows are no longer kept: train/0, offsets 0 to 3"
    );
    assert_eq!(versions.len(), 7);
}

#[test]
fn a_checkpoint_anywhere_goes_on_as_if_it_had_never_stopped() {
    for lane in [&models()[0], &models()[6], &models()[7]] {
        let own = lab(2, lane);
        let mut input = some_rows();
        input.insert(20, Test(0, vec![1.0, 1.0]));
        let made = job(&own, &input);
        let mut records = made.iter().enumerate().map(|(i, model)| line(i, model));
        let mut all = Vec::new();
        for (i, line) in lines(&input)
            .into_iter()
            .filter(|line| line.contains("topic"))
            .enumerate()
        {
            if i % 6 == 1 {
                all.extend(records.next());
            }
            all.push(line);
        }
        all.extend(records);
        let file = LabFile::parse(&follower(&own).to_string()).unwrap();
        let expected = run(&follower(&own), &all);
        assert!(of(&expected, "version").len() > 5);
        for cut in 0..all.len() {
            let mut lab = Lab::new(file.clone()).unwrap();
            apply(&mut lab, &all[..cut]);
            let mut lines = told(&mut lab);
            let kept = lab.checkpoint().to_json();
            let kept = eddy_lab::checkpoint::Checkpoint::parse(&kept).unwrap();
            let mut lab = Lab::resume(file.clone(), kept).unwrap();
            apply(&mut lab, &all[cut..]);
            lab.finish();
            lines.extend(told(&mut lab));
            assert_eq!(lines, expected, "cut at {cut}");
        }
    }
}

#[test]
fn a_fork_of_a_followed_version_goes_on_with_the_rows_that_no_version_had_learned() {
    let own = lab(2, &models()[0]);
    let made = job(&own, &some_rows());
    let mut lab = follower(&own);
    let mut fork = own["lanes"][0].clone();
    (fork["name"], fork["fork"]) = (json!("Fork"), json!({"of": "F", "version": 4}));
    fork["batch"] = json!({"by": "count", "rows": 5});
    lab["lanes"].as_array_mut().unwrap().push(fork);
    let rows: Vec<String> = lines(&some_rows())
        .into_iter()
        .filter(|line| line.contains("topic"))
        .collect();
    let records: Vec<String> = made
        .iter()
        .enumerate()
        .map(|(i, model)| line(i, model))
        .collect();
    let told = run(&lab, &[&rows[..30], &records[..], &rows[30..]].concat());
    let versions: Vec<&Value> = of(&told, "version")
        .into_iter()
        .filter(|line| line["lane"] == "Fork")
        .collect();
    assert_eq!(versions[3]["centroids"], made[3]["centroids"]);
    assert_eq!(versions[3]["difference"], 0);
    let learned = |i: usize| {
        (
            versions[i]["batch"]["first"]["offset"].clone(),
            versions[i]["batch"]["rows"].clone(),
        )
    };
    assert_eq!(
        (learned(3), learned(4)),
        ((json!(9), json!(7)), (json!(16), json!(5)))
    );
    assert_eq!(versions[4]["difference"], Value::Null);
    let summary = of(&told, "summary")[1];
    assert_eq!(
        summary,
        &json!({"event": "summary", "lane": "Fork", "versions": 8, "rows": 40, "waiting": 4})
    );
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let own = follower(&lab(2, &models()[0]));
    let with = |change: &dyn Fn(&mut Value)| {
        let mut lab = own.clone();
        change(&mut lab);
        refused(&lab)
    };
    let said = with(&|lab| lab["lanes"][0]["follow"]["topic"] = json!("train"));
    assert!(
        said.contains("lanes[0].follow.topic: is a stream whose rows are used"),
        "{said}"
    );
    let said = with(&|lab| lab["lanes"][0]["changes"] = json!({"delete": "correct"}));
    assert!(said.contains("lanes[0].changes: correct rows"), "{said}");
    let said = with(&|lab| lab["lanes"][0]["fork"] = json!({"of": "A", "version": 1}));
    assert!(said.contains("stands beside follow"), "{said}");
    let file = LabFile::parse(&own.to_string()).unwrap();
    let said = Lab::new(file).unwrap().close("F").unwrap_err().to_string();
    assert!(said.contains("follows a job"), "{said}");
}

#[test]
fn the_rules_are_those_of_the_lane_that_follows_the_job() {
    let own = lab(2, &models()[0]);
    let mut both = own.clone();
    let mut other = follower(&own)["lanes"][0].clone();
    both["lanes"][0]["model"]["decay_factor"] = json!(1);
    both["lanes"].as_array_mut().unwrap().push(other.clone());
    other["name"] = json!("G");
    other["follow"]["topic"] = json!("others");
    other["model"]["decay_factor"] = json!(0.25);
    both["lanes"].as_array_mut().unwrap().insert(0, other);
    let file = LabFile::parse(&both.to_string()).unwrap();
    let made = job(&own, &some_rows());
    let same_by = |topic: &str| {
        let models = made.iter().map(|model| Model {
            place: "here".to_owned(),
            topic: Some(topic.into()),
            json: model.to_string().into_bytes(),
        });
        let mut verify = Verify::new(&file, models.collect(), None).unwrap();
        let mut reader = LineReader::new();
        for (line, number) in lines(&some_rows()).iter().zip(1..) {
            verify.apply(reader.read(number, line).unwrap().unwrap());
        }
        verify.finish();
        verify.drain();
        verify.summaries()[0].is_same()
    };
    assert_eq!((same_by("models"), same_by("others")), (true, false));
}

#[test]
fn a_job_that_is_restarted_may_write_versions_again() {
    let own = lab(2, &models()[2]);
    let events: Vec<String> = lines(&some_rows())
        .into_iter()
        .filter(|line| line.contains("topic"))
        .collect();
    let first = job(&own, &some_rows());
    let again = |models: &[Value]| {
        let all = first.iter().chain(models).enumerate();
        let records: Vec<String> = all.map(|(i, model)| line(i, model)).collect();
        run(&follower(&own), &[&events[..], &records[..]].concat())
    };
    // The same: nothing is told twice, and the chain goes on.
    let told = again(&first[4..]);
    assert_eq!(
        (of(&told, "version").len(), of(&told, "revised").len()),
        (7, 0)
    );
    // Cut otherwise from version 5 on: the later ones take the places, and are compared with each other.
    let mut other = some_rows();
    let mut closes = 0;
    other.retain(|input| {
        closes += usize::from(matches!(input, Close));
        !(matches!(input, Close) && closes == 4)
    });
    let second = job(&own, &other);
    assert_eq!(second[3], first[3]);
    let told = again(&second[4..]);
    let revised = of(&told, "revised");
    assert_eq!(revised.len(), 2);
    let said: Vec<&Value> = revised.iter().map(|line| &line["remarks"][0]).collect();
    let later = "it was written before with other numbers or offsets; the later one counts";
    assert_eq!(said, [later, later]);
    assert_eq!(revised[0]["not_compared"], "version 8 was to come");
    assert!(revised[1]["difference"].as_f64().unwrap() <= 1e-12);
    assert_eq!(revised[1]["centroids"], second[5]["centroids"]);
}

#[test]
fn a_lane_can_start_from_a_checkpoint_of_a_followed_one() {
    let own = lab(2, &models()[0]);
    let made = job(&own, &some_rows());
    let records: Vec<String> = made
        .iter()
        .enumerate()
        .map(|(i, model)| line(i, model))
        .collect();
    let events: Vec<String> = lines(&some_rows())
        .into_iter()
        .filter(|line| line.contains("topic"))
        .collect();
    let mut followed = Lab::new(LabFile::parse(&follower(&own).to_string()).unwrap()).unwrap();
    apply(&mut followed, &[&events[..], &records[..]].concat());
    let kept: Value = serde_json::from_str(&followed.checkpoint().to_json()).unwrap();
    let mut started = own;
    started["lanes"][0]["model"]["initial"] = json!({ "checkpoint": kept });
    let first = &run(&started, &[])[0];
    assert_eq!(first["centroids"], made[6]["centroids"]);
    assert_eq!(first["weights"], made[6]["weights"]);
}
