//! Measures of predictions, test rounds, drift, and what clusters stand for, against the lines by hand.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod support;

use eddy_lab::replay::Replay;
use eddy_lab::snapshot::{MarkKind, Playhead, View};
use eddy_lab::{Lab, LabFile};
use learn::alignment::Alignment;
use learn::kmeans::Distance;
use learn::metrics::{Confusion, Regression, accuracy, adjusted_rand_index, roc_auc};
use learn::metrics::{log_loss, mean_silhouette, normalized_mutual_information};
use serde_json::{Value, json};
use support::{demo_records, golden, iris_lab};

/// The lines of a replay of rows (topic, value).
fn replayed(lab: &Value, rows: &[(&str, Value)]) -> Vec<Value> {
    let mut out = String::new();
    let mut replay = Replay::new(LabFile::parse(&lab.to_string()).unwrap(), &mut out).unwrap();
    for (offset, (topic, value)) in rows.iter().enumerate() {
        replay.line(&line(topic, offset, value), &mut out).unwrap();
    }
    replay.finish(&mut out);
    parsed(&out)
}

fn line(topic: &str, offset: usize, value: &Value) -> String {
    json!({"topic": topic, "partition": 0, "offset": offset, "timestamp_ms": offset, "headers": [], "key": null,
        "value": value.to_string()})
    .to_string()
}

fn parsed(lines: &str) -> Vec<Value> {
    let lines = lines.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn lab(model: Value, extra: Value) -> Value {
    let mut lane = json!({"name": "A", "model": model, "batch": {"by": "count", "rows": 4}});
    let fields = extra.as_object().unwrap().clone();
    lane.as_object_mut().unwrap().extend(fields);
    json!({"eddy": 1, "features": ["x"], "target": "y", "label": "c", "lanes": [lane],
        "streams": [{"topic": "train", "role": "train"}, {"topic": "test", "role": "classify"},
            {"topic": "both", "role": "both"}]})
}

fn kmeans(k: usize) -> Value {
    let centroids: Vec<Vec<usize>> = (0..k).map(|cluster| vec![10 * cluster]).collect();
    json!({"kind": "kmeans", "engine": "flink", "k": k, "decay_factor": 1.0,
        "initial": {"centroids": centroids, "weights": vec![0; k]}})
}

fn of<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

/// A number, which may be written as "NaN".
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| {
        assert_eq!(value, "NaN");
        f64::NAN
    })
}

/// For each version's line: it, and the predictions before it.
fn versions_after(lines: &[Value]) -> Vec<(&Value, Vec<&Value>)> {
    let mut seen = Vec::new();
    let mut versions = Vec::new();
    for line in lines {
        match line["event"].as_str().unwrap() {
            "prediction" => seen.push(line),
            "version" => versions.push((line, seen.clone())),
            _ => {}
        }
    }
    versions
}

fn close(at: &str, found: &Value, expected: f64) {
    let found = number(found);
    let same = (found - expected).abs() <= 1e-12 * expected.abs().max(1.0);
    assert!(
        same || (found.is_nan() && expected.is_nan()),
        "{at}: {found} {expected}"
    );
}

/// Rows of a test-then-train stream whose line turns over at half.
fn drifting(rows: usize) -> Vec<(&'static str, Value)> {
    let row = |i: usize| {
        let x = (i * 7 % 11) as f64 - 5.0;
        let noise = (i * 13 % 17) as f64 / 17.0;
        let slope = if i < rows / 2 { 2.0 } else { -6.0 };
        ("both", json!({"x": x, "y": slope * x + noise}))
    };
    (0..rows).map(row).collect()
}

#[test]
fn a_regressions_metrics_are_those_of_its_prediction_lines() {
    for (metrics, newest) in [
        (json!({}), usize::MAX),
        (json!({"window": 7}), 7),
        (json!({"fading": 0.9}), usize::MAX),
    ] {
        let rls = json!({"kind": "linear_regression", "solver": "rls"});
        let lines = replayed(&lab(rls, json!({"metrics": metrics})), &drifting(40));
        let versions = versions_after(&lines);
        assert_eq!(versions.len(), 11);
        assert_eq!(versions[0].0["metrics"]["mse"], "NaN");
        for (version, seen) in &versions[1..] {
            let fading = metrics["fading"].as_f64().unwrap_or(1.0);
            let from = seen.len().saturating_sub(newest);
            let (mut weight, mut squared, mut absolute) = (0.0, 0.0, 0.0);
            for line in &seen[from..] {
                let error = line["target"].as_f64().unwrap() - line["prediction"].as_f64().unwrap();
                weight = weight * fading + 1.0;
                squared = squared * fading + error * error;
                absolute = absolute * fading + error.abs();
            }
            let told = &version["metrics"];
            assert_eq!(told["rows"], json!(seen.len() - from));
            close("mse", &told["mse"], squared / weight);
            close("rmse", &told["rmse"], (squared / weight).sqrt());
            close("mae", &told["mae"], absolute / weight);
        }
    }
}

#[test]
fn a_round_ends_with_its_errors() {
    let rls = json!({"kind": "linear_regression", "solver": "rls"});
    let row = |topic, x: f64, y: f64| (topic, json!({"x": x, "y": y}));
    let rows = [
        row("test", 1.0, 3.0),
        row("test", 2.0, 4.0),
        row("train", 0.0, 1.0),
        ("test", json!({"x": 9})),
        row("train", 1.0, 3.0),
        row("train", 2.0, 5.0),
        row("train", 3.0, 7.0),
        row("test", 4.0, 9.5),
        row("test", 5.0, 11.0),
        row("test", 6.0, 12.0),
    ];
    let lines = replayed(&lab(rls, json!({})), &rows);
    let events: Vec<&str> = lines.iter().map(|l| l["event"].as_str().unwrap()).collect();
    let expected = "version prediction prediction round prediction version prediction prediction prediction round summary";
    assert_eq!(events.join(" "), expected);
    let rounds = of(&lines, "round");
    assert_eq!(
        rounds[0],
        &json!({"event": "round", "lane": "A", "round": 1, "rows": 2,
            "first": {"topic": "test", "partition": 0, "offset": 0},
            "last": {"topic": "test", "partition": 0, "offset": 1},
            "mse": 12.5, "rmse": 12.5_f64.sqrt(), "mae": 3.5, "r2": -49})
    );
    // The second round has no target, so there is nothing to tell.
    assert_eq!(
        (&rounds[1]["round"], &rounds[1]["last"]["offset"]),
        (&json!(3), &json!(9))
    );
    let errors: Regression = of(&lines, "prediction")[3..]
        .iter()
        .map(|line| (number(&line["target"]), number(&line["prediction"])))
        .collect();
    assert_eq!(rounds[1]["mse"], json!(errors.mse()));
    assert_eq!(rounds[1]["r2"], json!(errors.r2()));
}

#[test]
fn a_round_whose_rows_wait_for_a_window_ends_after_them() {
    let rls = json!({"kind": "linear_regression", "solver": "rls"});
    let mut file = lab(rls, json!({"batch": {"by": "interval", "ms": 10}}));
    file["streams"].as_array_mut().unwrap().pop();
    let row = |topic, x: f64| (topic, json!({"x": x, "y": x}));
    let rows = [
        row("test", 1.0),
        row("test", 2.0),
        row("train", 3.0),
        row("test", 4.0),
    ];
    let lines = replayed(&file, &rows);
    let events: Vec<&str> = lines.iter().map(|l| l["event"].as_str().unwrap()).collect();
    assert_eq!(
        events.join(" "),
        "version version prediction prediction round prediction round summary"
    );
    assert_eq!(of(&lines, "round")[0]["rows"], json!(2));
}

#[test]
fn a_classifications_metrics_are_those_of_its_prediction_lines() {
    let spark = json!({"kind": "logistic_regression", "engine": "spark", "step_size": 0.5});
    let row = |i: usize| {
        let x = (i * 7 % 11) as f64 - 5.0;
        (
            "both",
            json!({"x": x, "y": u8::from(x + (i % 3) as f64 > 0.5)}),
        )
    };
    let rows: Vec<_> = (0..30).map(row).collect();
    let metrics = json!({"metrics": {"window": 9}, "batch": {"by": "count", "rows": 4}});
    let lines = replayed(&lab(spark, metrics), &rows);
    for (version, seen) in &versions_after(&lines)[1..] {
        let seen = &seen[seen.len().saturating_sub(9)..];
        let told = &version["metrics"];
        let n = seen.len() as f64;
        let right = seen
            .iter()
            .filter(|line| line["prediction"] == line["target"])
            .count();
        close("accuracy", &told["accuracy"], right as f64 / n);
        let given: Vec<(bool, f64)> = seen
            .iter()
            .map(|line| (line["target"] == 1, number(&line["probability"])))
            .collect();
        let losses = given
            .iter()
            .map(|(one, p)| log_loss(if *one { *p } else { 1.0 - p }));
        close("log_loss", &told["log_loss"], losses.sum::<f64>() / n);
        close("auc", &told["auc"], roc_auc(&given));
    }
}

/// Labelled points about 0, 10 and 20; of label 2 some lie with label 1.
fn labelled(rows: usize) -> Vec<(&'static str, Value)> {
    let row = |i: usize| {
        let class = i * 5 % 3;
        let place = if class == 2 && i.is_multiple_of(4) {
            1
        } else {
            class
        };
        let x = 10.0 * place as f64 + (i * 7 % 5) as f64 - 2.0;
        (
            "both",
            json!({"x": x, "c": (["rose", "lily", "iris"][class])}),
        )
    };
    (0..rows).map(row).collect()
}

#[test]
fn a_clusterings_metrics_are_those_of_its_prediction_lines() {
    let metrics = json!({"metrics": {"window": 12}, "cluster_labels": ["iris", "lily", "rose"]});
    let lines = replayed(&lab(kmeans(3), metrics), &labelled(60));
    let classes = ["iris", "lily", "rose"];
    for (version, seen) in &versions_after(&lines)[1..] {
        let seen = &seen[seen.len().saturating_sub(12)..];
        let given = |line: &&&Value| {
            let label = classes.iter().position(|class| line["label"] == **class);
            (
                label.unwrap(),
                line["prediction"].as_u64().unwrap() as usize,
            )
        };
        let table: Confusion = seen.iter().map(|line| given(&line)).collect();
        let told = &version["metrics"];
        let right = seen.iter().filter(|line| {
            let (label, cluster) = given(line);
            label == cluster
        });
        close(
            "accuracy",
            &told["accuracy"],
            right.count() as f64 / seen.len() as f64,
        );
        let best = Alignment::best(&table, 3, 3, None);
        close(
            "accuracy_aligned",
            &told["accuracy_aligned"],
            accuracy(&table, &best),
        );
        close(
            "adjusted_rand",
            &told["adjusted_rand"],
            adjusted_rand_index(&table),
        );
        close("nmi", &told["nmi"], normalized_mutual_information(&table));
        close("purity", &told["purity"], table.purity());
        let (exact, simplified) = silhouettes(version, &lines);
        close("silhouette", &told["silhouette"], exact);
        // Flink's own distances lose digits near a centroid.
        let off = number(&told["silhouette_simplified"]) - simplified;
        assert!(off.abs() < 1e-6, "{off}");
    }
    let round = of(&lines, "round");
    assert_eq!((round.len(), &round[0]["rows"]), (1, &json!(60)));
    assert_eq!(round[0]["silhouette"], Value::Null);
}

/// Of the rows that a version has learned, each in a prediction's line too; the sample has them all.
fn silhouettes(version: &Value, lines: &[Value]) -> (f64, f64) {
    let learned = 4 * (version["version"].as_u64().unwrap() as usize - 1);
    let centroids = version["centroids"].as_array().unwrap();
    let (mut rows, mut clusters, mut simplified) = (Vec::new(), Vec::new(), 0.0);
    for line in &of(lines, "prediction")[..learned] {
        let x = number(&line["features"][0]);
        let away = |centroid: &Value| (number(&centroid[0]) - x).abs();
        let mut order: Vec<usize> = (0..centroids.len()).collect();
        order.sort_by(|a, b| away(&centroids[*a]).total_cmp(&away(&centroids[*b])));
        let (own, next) = (away(&centroids[order[0]]), away(&centroids[order[1]]));
        simplified += (next - own) / next / learned as f64;
        clusters.push(order[0] as u32);
        rows.push(x);
    }
    let rows = learn::Rows::new(&rows, 1).unwrap();
    let exact = mean_silhouette(rows, &clusters, Distance::Euclidean);
    (exact.unwrap(), simplified)
}

#[test]
fn without_metrics_the_lines_of_a_clustering_stay_as_they_were() {
    let with = replayed(&lab(kmeans(3), json!({"metrics": {}})), &labelled(30));
    let without = replayed(&lab(kmeans(3), json!({})), &labelled(30));
    assert!(without.iter().all(|line| line["metrics"] == Value::Null));
    let stripped = with
        .into_iter()
        .filter(|line| line["event"] != "round")
        .map(|mut line| {
            line.as_object_mut().unwrap().remove("metrics");
            line
        });
    assert_eq!(stripped.collect::<Vec<_>>(), without);
}

#[test]
fn a_drift_is_told_after_its_version_and_marked() {
    for (drift, detector) in [
        (
            json!({"adwin": {"delta": 0.5, "clock": 1, "grace_period": 4}}),
            "adwin",
        ),
        (
            json!({"page_hinkley": {"threshold": 5, "min_instances": 4, "mode": "up"}}),
            "page_hinkley",
        ),
    ] {
        let sgd = json!({"kind": "linear_regression", "solver": "rls"});
        let file = lab(sgd, json!({"drift": drift}));
        let lines = replayed(&file, &drifting(200));
        let at = lines
            .iter()
            .position(|line| line["event"] == "drift")
            .unwrap();
        let (version, drift) = (&lines[at - 1], &lines[at]);
        assert_eq!(drift["detector"], detector);
        assert_eq!(version["version"], drift["version"]);
        assert_eq!(version["batch"]["mse_before"], drift["error"]);
        assert!(drift["version"].as_u64().unwrap() > 25, "{drift}");

        let lab = applied(&file, &drifting(200), |_| {});
        let marks = lab.snapshot(&View::default()).marks;
        assert_eq!(marks[0].kind, MarkKind::Drift);
        let text = format!("Drift by {detector} at version {}", drift["version"]);
        assert!(marks[0].text.starts_with(&text), "{}", marks[0].text);
        assert_eq!(marks.len(), of(&lines, "drift").len());
    }
}

/// A lab to which rows were applied; `between` has it after each.
fn applied(file: &Value, rows: &[(&str, Value)], mut between: impl FnMut(&mut Lab)) -> Lab {
    let mut lab = Lab::new(LabFile::parse(&file.to_string()).unwrap()).unwrap();
    let mut reader = wire::LineReader::new();
    for (offset, (topic, value)) in rows.iter().enumerate() {
        let line = line(topic, offset, value);
        match reader.read(offset as u64 + 1, &line).unwrap() {
            Some(wire::Line::Record(record)) => lab.apply(record.as_ref()),
            other => panic!("{other:?}"),
        };
        between(&mut lab);
    }
    lab
}

#[test]
fn what_is_measured_goes_on_from_its_serialized_form() {
    let drift = json!({"metrics": {"fading": 0.9}, "drift": {"adwin": {"delta": 0.5, "clock": 1}}});
    let rls = json!({"kind": "linear_regression", "solver": "rls"});
    for (file, rows) in [
        (lab(rls, drift.clone()), drifting(100)),
        (lab(kmeans(3), drift), labelled(100)),
    ] {
        let lines = |go_on: fn(&mut Lab)| {
            let mut lab = applied(&file, &rows, go_on);
            lab.finish();
            support::lines(&mut lab)
        };
        let again = |lab: &mut Lab| {
            let json = serde_json::to_string(&lab.lanes[0].measuring).unwrap();
            lab.lanes[0].measuring = serde_json::from_str(&json).unwrap();
        };
        assert_eq!(lines(again), lines(|_| {}));
    }
}

/// The published demo without pinned labels.
fn own_stream() -> Lab {
    let order = &golden("seeds/orders_confirmed.json")["orders"][0];
    let mut file = iris_lab(10_000).config.file;
    file.lanes[0].cluster_labels = None;
    let mut lab = Lab::new(file).unwrap();
    for record in demo_records(order, 10_000) {
        lab.apply(record.as_ref());
    }
    lab
}

#[test]
fn without_pinned_labels_the_newest_round_says_what_clusters_stand_for() {
    let lab = own_stream();
    let live = lab.snapshot(&View::default());
    assert!(live.judged);
    // The best match on the last round of 11 rows; all rounds are scored by it.
    assert_eq!(live.cluster_labels, [0, 1, 2]);
    let right: Vec<u32> = live.rounds.iter().map(|round| round.right).collect();
    assert_eq!(right, [5, 7, 9]);
    for round in 1..=3_u32 {
        let of_round = live.predictions.iter().filter(|row| row.round == round);
        let is_right = of_round.filter(|row| row.right == Some(true)).count();
        assert_eq!(is_right as u32, right[round as usize - 1]);
    }
    // The first round alone was matched otherwise: 9 of 11.
    let said: Vec<_> = live
        .marks
        .iter()
        .map(|mark| (mark.kind, mark.record))
        .collect();
    assert_eq!(said, [(MarkKind::Labels, 310)], "{:?}", live.marks);
    let text = &live.marks[0].text;
    assert!(text.contains("All test rounds are scored anew"), "{text}");
}

#[test]
fn measures_follow_the_playhead() {
    let lab = own_stream();
    let at = |at| {
        lab.snapshot(&View {
            at,
            ..View::default()
        })
        .measures
    };
    let live = at(Playhead::Live);
    assert_eq!(
        (live.rows, live.list.len(), live.note.as_str()),
        (33, 7, "")
    );
    assert_eq!(live.span, "all test rows");
    let table = live.confusion.unwrap();
    let rows = table.classes.iter().flat_map(|class| &class.counts);
    assert_eq!(rows.sum::<f64>(), 33.0);
    let at_end = at(Playhead::Record(310));
    assert_eq!(at_end.list, live.list);
    let first = at(Playhead::Record(12));
    assert_eq!(first.rows, 11);
    let before = at(Playhead::Record(1));
    assert_eq!((before.rows, before.confusion), (0, None));
    assert_eq!(before.note, "after the first labelled test row");
    assert!(before.list[..5].iter().all(|row| row.value.is_nan()));
    // As it was at the ends of the three rounds.
    let records: Vec<_> = live
        .history
        .iter()
        .map(|point| (point.record, point.rows))
        .collect();
    assert_eq!(records, [(12, 11), (161, 22)]);
}

#[test]
fn too_many_labels_are_said_and_not_judged() {
    let mut file = lab(kmeans(2), json!({"metrics": {}}));
    file["label"] = json!("id");
    let rows: Vec<_> = (0..70)
        .map(|i| ("test", json!({"x": i % 12, "id": i})))
        .collect();
    let lines = replayed(&file, &rows);
    assert!(
        of(&lines, "round")
            .iter()
            .all(|round| round["accuracy"] == "NaN")
    );
    let lab = applied(&file, &rows, |_| {});
    let live = lab.snapshot(&View::default());
    assert_eq!((live.judged, live.labels.len()), (false, 0));
    assert_eq!(live.marks.len(), 1);
    assert!(
        live.marks[0]
            .text
            .starts_with("More than 64 different labels")
    );
    assert!(live.predictions.iter().all(|row| row.right.is_none()));
    assert_eq!(
        live.measures.note,
        "too many different labels: nothing to compare with"
    );
}

#[test]
fn what_cannot_be_is_refused_with_its_place() {
    let refused = |extra: Value| {
        let file = LabFile::parse(&lab(kmeans(2), extra).to_string());
        match file.map(Lab::new) {
            Ok(lab) => lab.unwrap_err().to_string(),
            Err(error) => error.to_string(),
        }
    };
    for (extra, says) in [
        (
            json!({"metrics": {"window": 0}}),
            "lanes[0].metrics: window is 1 row or more. Now: 0.",
        ),
        (
            json!({"metrics": {"window": 1_000_000}}),
            "lanes[0].metrics.window: is 1000000; give 1 to 100000",
        ),
        (
            json!({"metrics": {"fading": 1.5}}),
            "lanes[0].metrics: fading is above 0, up to 1. Now: 1.5.",
        ),
        (
            json!({"metrics": {"window": 3, "fading": 0.5}}),
            "lanes[0].metrics: has window and fading",
        ),
        (json!({"metrics": {"widow": 3}}), "unknown field `widow`"),
        (
            json!({"drift": {"adwin": {"delta": 0}}}),
            "lanes[0].drift.adwin: delta is a number above 0. Now: 0.",
        ),
        (
            json!({"drift": {"page_hinkley": {"alpha": 2}}}),
            "lanes[0].drift.page_hinkley: alpha is 0 to 1",
        ),
        (json!({"drift": {"ddm": {}}}), "unknown variant `ddm`"),
    ] {
        let error = refused(extra);
        assert!(error.contains(says), "{error}");
    }
}
