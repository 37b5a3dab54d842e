//! Rules on models, engines and what they start from.

use super::*;

#[test]
fn decay_zero() {
    let rows = spread(11);
    let zero = learned(file(kmeans("flink", json!({"decay_factor": null}))), &rows);
    let half = learned(file(kmeans("flink", json!({}))), &rows);
    let finding = check(Rule::DecayZero, &zero, &half);
    assert_eq!(finding.headline(), "Decay 0 forgets every earlier batch");
    assert_eq!(
        finding.seen,
        "Of 8 rows learned, version 3 rests on the 4 of its batch."
    );
    assert_eq!(finding.fix.as_ref().unwrap().words, "Use 0.5");
    assert_eq!(find(&fixed(&zero, &finding, &rows), Rule::DecayZero), None);
    let half_life = json!({"decay_factor": null, "half_life": 3});
    let half_life = learned(file(kmeans("spark", half_life)), &[]);
    assert_eq!(find(&half_life, Rule::DecayZero), None);
}

#[test]
fn zero_weights() {
    let weightless = json!({"initial": {"centroids": [[0, 0], [40, 40]]}});
    let rows = spread(4);
    let lab = learned(file(kmeans("spark", weightless.clone())), &rows);
    let given = learned(file(kmeans("spark", json!({}))), &rows);
    let finding = check(Rule::ZeroWeights, &lab, &given);
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(
        finding.seen,
        "In version 2 cluster 1 was laid beside cluster 0."
    );
    assert_eq!(find(&fixed(&lab, &finding, &rows), Rule::ZeroWeights), None);
    for initial in [
        weightless["initial"].clone(),
        json!({"random": {"seed": 1}}),
        json!({"kmeans++": {"seed": 1, "rows": 4}}),
    ] {
        let lab = learned(file(kmeans("flink", json!({"initial": initial}))), &rows);
        let finding = check(Rule::ZeroWeights, &lab, &given);
        assert_eq!(finding.severity, Severity::Note);
        assert_eq!(find(&fixed(&lab, &finding, &rows), Rule::ZeroWeights), None);
    }
}

#[test]
fn the_origin() {
    let near = [[1.0, 1.0], [1.5, 1.0], [1.0, 2.0], [2.0, 2.0]];
    let two = |decay: f64, weight: f64| {
        let model = json!({"parallelism": 2, "decay_factor": decay,
                           "initial": {"centroids": [[1, 1], [40, 40]], "weights": [weight, weight]}});
        learned(file(kmeans("flink", model)), &near)
    };
    let finding = check(Rule::Origin, &two(0.0, 1.0), &two(0.5, 1.0));
    assert_eq!(
        finding.seen,
        "In version 2 cluster 1 got no row and lies at the origin."
    );
    let weightless = two(0.5, 0.0);
    let finding = check(Rule::Origin, &weightless, &two(0.5, 1.0));
    assert!(finding.means.contains("initial weights of 0"));
    assert_eq!(
        find(&fixed(&weightless, &finding, &near), Rule::Origin),
        None
    );
    let alone = learned(file(kmeans("flink", json!({"decay_factor": 0}))), &near);
    assert_eq!(find(&alone, Rule::Origin), None);
}

#[test]
fn fewer_distinct_rows_than_clusters() {
    let two: Vec<_> = spread(12)
        .iter()
        .map(|[x, _]| [f64::from(*x > 3.0), 1.0])
        .collect();
    let three = json!({"k": 3, "initial": {"centroids": [[0, 0], [1, 1], [2, 2]]}});
    let lab = learned(file(kmeans("flink", three.clone())), &two);
    let spread = learned(file(kmeans("flink", three)), &spread(12));
    let finding = check(Rule::FewDistinct, &lab, &spread);
    assert_eq!(finding.headline(), "k 3, but 2 rows that differ");
    assert_eq!(finding.fix.as_ref().unwrap().words, "Set k to 2");
    assert_eq!(find(&fixed(&lab, &finding, &two), Rule::FewDistinct), None);
}

#[test]
fn numbers_that_ran_away() {
    let rows: Vec<_> = spread(8)
        .iter()
        .map(|[x, y]| [1e5 * (x + 1.0), 1e5 * y])
        .collect();
    let spark = json!({"model": {"kind": "linear_regression", "engine": "spark"}, "batch": {"by": "count", "rows": 4}});
    let (raw, small) = (
        learned(file(spark.clone()), &rows),
        learned(file(spark), &spread(4)),
    );
    let finding = check(Rule::NotFinite, &raw, &small);
    assert_eq!(
        finding.headline(),
        "The coefficients are not finite any more"
    );
    assert_eq!(find(&fixed(&raw, &finding, &rows), Rule::NotFinite), None);
}

#[test]
fn what_the_engines_are_known_for() {
    let lab = |lane: Value| learned(file(lane), &spread(2));
    let logistic = |more: Value| {
        let mut lane = json!({"model": {"kind": "logistic_regression", "engine": "flink"}});
        for (name, value) in more.as_object().into_iter().flatten() {
            lane[name] = value.clone();
        }
        lab(lane)
    };
    let plain = logistic(json!({"engine_defects": false}));
    let finding = check(Rule::EngineDefect, &logistic(json!({})), &plain);
    assert!(finding.means.contains("FLINK-36653"));
    assert_eq!(finding.headline(), "A defect of Flink shows in this lane");
    let whole = json!({"scaler": {"kind": "standard", "engine": "flink"}, "engine_defects": false});
    let finding = check(Rule::ScalerWaits, &logistic(whole.clone()), &plain);
    assert_eq!(finding.seen, "2 rows wait, up to s.t/0/1.");
    let cut = finding.fix.unwrap();
    let mut file = file(
        json!({"model": {"kind": "logistic_regression", "engine": "flink"}, "scaler": whole["scaler"]}),
    );
    cut.apply(&mut file);
    assert_eq!(find(&Lab::new(file).unwrap(), Rule::ScalerWaits), None);
    let model = json!({"kind": "logistic_regression", "engine": "flink", "initial": {"coefficients": [1, 0]}});
    check(Rule::NoEffect, &logistic(json!({"model": model})), &plain);
    let linear = |reg_param: f64| {
        lab(
            json!({"model": {"kind": "linear_regression", "engine": "spark", "reg_param": reg_param}}),
        )
    };
    check(Rule::NoEffect, &linear(0.1), &linear(0.0));
}

#[test]
fn of_a_lane_that_follows_a_job_nothing_is_said_of_batches_and_starts_and_nothing_is_mended() {
    let mut lane = kmeans("flink", json!({"decay_factor": 0}));
    lane["model"]["initial"]["weights"] = json!([0, 0]);
    let own = learned(file(lane.clone()), &[[0.0, 1.0]; 5]).lint();
    let rules = |found: &[Finding]| -> Vec<Rule> { found.iter().map(|found| found.rule).collect() };
    assert!(rules(&own).contains(&Rule::LeftOver) && rules(&own).contains(&Rule::ZeroWeights));
    lane["follow"] = json!({"topic": "models"});
    let followed = learned(file(lane), &[[0.0, 1.0]; 5]).lint();
    assert!(rules(&followed).contains(&Rule::DecayZero));
    for rule in [Rule::LeftOver, Rule::SlowBatch, Rule::ZeroWeights] {
        assert!(!rules(&followed).contains(&rule), "{rule:?}");
    }
    let mends = followed
        .iter()
        .filter(|found| found.lane.is_some() && found.fix.is_some());
    assert_eq!(mends.count(), 0);
}
