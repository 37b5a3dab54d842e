//! Each rule with a stream on which it fires, and one on which it does not.
//!
//! - `models`: rules on models, engines and what they start from; `streams`: on rows, batches and changes

use serde_json::{Value, json};
use wire::Record;

use super::*;
use crate::config::{Config, LabFile};

mod models;
mod streams;

/// A lab of one lane on the topic `s.t`, with the features x and y.
fn file(lane: Value) -> LabFile {
    let mut all = json!({"name": "L", "batch": {"by": "count", "rows": 4}});
    let fields = lane.as_object().into_iter().flatten();
    for (name, value) in fields {
        all[name] = value.clone();
    }
    let target = if all["model"]["kind"] == "kmeans" {
        Value::Null
    } else {
        json!("z")
    };
    let lab = json!({"eddy": 1, "streams": [{"topic": "s.t", "role": "train"}],
                     "features": ["x", "y"], "target": target, "lanes": [all]});
    LabFile::parse(&lab.to_string()).unwrap()
}

fn kmeans(engine: &str, more: Value) -> Value {
    let mut model = json!({"kind": "kmeans", "engine": engine, "k": 2, "decay_factor": 0.5,
                           "initial": {"centroids": [[0, 0], [4, 4]], "weights": [1, 1]}});
    for (name, value) in more.as_object().into_iter().flatten() {
        model[name] = value.clone();
    }
    json!({"model": model})
}

/// A record of the topic, a second after the one before it.
fn record(offset: i64, op: &str, row: Value) -> Record {
    let value = json!({"before": null, "after": row, "op": op, "source": {"lsn": 100 + offset}});
    Record {
        topic: "s.t".into(),
        partition: 0,
        offset,
        timestamp_ms: 1_000 * offset,
        headers: Vec::new(),
        key: Some(format!("{{\"id\":{offset}}}").into_bytes()),
        value: Some(value.to_string().into_bytes()),
    }
}

/// A lab that has learned rows x, y, with a target where there is one.
fn learned(file: LabFile, rows: &[[f64; 2]]) -> Lab {
    let mut lab = Lab::new(file).unwrap();
    for (offset, [x, y]) in (0..).zip(rows) {
        let row = json!({"id": offset, "x": x, "y": y, "z": x + y});
        lab.apply(record(offset, "c", row).as_ref());
    }
    lab
}

/// Rows that all differ, in a small square.
fn spread(rows: usize) -> Vec<[f64; 2]> {
    let at = |i: usize| [(i % 7) as f64, ((i * 3) % 11) as f64 / 2.0];
    (0..rows).map(at).collect()
}

fn find(lab: &Lab, rule: Rule) -> Option<Finding> {
    let mut found = lab
        .lint()
        .into_iter()
        .filter(|finding| finding.rule == rule);
    let first = found.next();
    assert_eq!(found.next(), None, "the same thing is said once");
    first
}

/// The finding of a rule that fires in one lab and not in the other, and that its fix, where it has one, takes away.
fn check(rule: Rule, fires: &Lab, fires_not: &Lab) -> Finding {
    let finding = find(fires, rule).unwrap_or_else(|| panic!("{rule:?} does not fire"));
    assert_eq!(find(fires_not, rule), None);
    let sentences = [&finding.means, &finding.seen, &finding.todo];
    for sentence in sentences.into_iter().filter(|text| !text.is_empty()) {
        assert!(
            sentence.ends_with('.') && !sentence.contains(".."),
            "{sentence}"
        );
    }
    assert!(!finding.headline().ends_with('.') && !finding.means.is_empty());
    if let Some(fix) = &finding.fix {
        let mut fixed = fires.config.file.clone();
        fix.apply(&mut fixed);
        assert_ne!(fixed, fires.config.file);
        Config::check(fixed).unwrap();
    }
    finding
}

/// The same lab file after the finding's fix, on the same rows.
fn fixed(lab: &Lab, finding: &Finding, rows: &[[f64; 2]]) -> Lab {
    let mut file = lab.config.file.clone();
    finding.fix.as_ref().unwrap().apply(&mut file);
    learned(file, rows)
}

#[test]
fn a_lab_file_that_cannot_be_used() {
    let three = file(kmeans("flink", json!({"k": 3})));
    let finding = refused(&three).unwrap();
    assert_eq!(finding.severity, Severity::Error);
    assert!(
        finding.says.contains("k is 3, but 2 initial centroids"),
        "{}",
        finding.says
    );
    let mut two = three;
    finding.fix.unwrap().apply(&mut two);
    assert_eq!(refused(&two), None);
    let one = kmeans("flink", json!({"k": 1, "initial": {"centroids": [[0, 0]]}}));
    assert_eq!(refused(&file(one)).unwrap().fix, None);
}

#[test]
fn records_are_looked_at_once_and_another_lab_anew() {
    let lab = learned(file(kmeans("flink", json!({}))), &spread(50));
    let mut linter = Linter::default();
    let mut looks = 1;
    while !linter.see(&lab, 7) {
        looks += 1;
    }
    assert_eq!((looks, linter.lanes[0].rows), (8, 50));
    assert_eq!(linter.findings(&lab), lab.lint());
    assert!(linter.see(&lab, 7));
    assert_eq!(linter.lanes[0].rows, 50);
    // Other rows under the same lab file, and fewer of them.
    let mirrored: Vec<_> = spread(60).iter().map(|[x, y]| [*y, *x]).collect();
    let shifted = {
        let mut lab = Lab::new(lab.config.file.clone()).unwrap();
        for (offset, [x, y]) in (5..).zip(&mirrored) {
            lab.apply(record(offset, "c", json!({"x": x, "y": y})).as_ref());
        }
        lab
    };
    for other in [
        shifted,
        learned(lab.config.file.clone(), &spread(3)),
        learned(file(kmeans("spark", json!({}))), &spread(50)),
    ] {
        let mut linter = linter.clone();
        linter.see(&other, usize::MAX);
        assert_eq!(linter.findings(&other), other.lint());
    }
}

#[test]
fn what_matters_most_comes_first_and_things_keep_their_ids() {
    let lane = kmeans(
        "flink",
        json!({"decay_factor": 0, "initial": {"centroids": [[0, 0], [4, 4]]}}),
    );
    let (few, more) = (
        learned(file(lane.clone()), &spread(5)),
        learned(file(lane), &spread(6)),
    );
    let found = few.lint();
    assert!(found.is_sorted_by_key(|finding| finding.severity));
    let ids = |lab: &Lab| lab.lint().iter().map(Finding::id).collect::<Vec<_>>();
    assert_eq!(ids(&few), ids(&more));
    let mut distinct = ids(&few);
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), found.len());
}
