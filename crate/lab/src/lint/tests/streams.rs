//! Rules on rows, batches and changes.

use super::*;

#[test]
fn scales_apart() {
    let wide: Vec<_> = spread(12)
        .iter()
        .map(|[x, y]| [1_900.0 * x, y / 5.0 * 6.0])
        .collect();
    let lab = learned(file(kmeans("spark", json!({}))), &wide);
    let near = learned(file(kmeans("spark", json!({}))), &spread(12));
    let finding = check(Rule::Scales, &lab, &near);
    assert_eq!(finding.headline(), "Scale: x spans 1,900× the range of y");
    assert_eq!(
        finding.seen,
        "Seen in 12 rows: x 0 to 11,400, y 0 to 6, up to s.t/0/11."
    );
    assert_eq!(find(&fixed(&lab, &finding, &wide), Rule::Scales), None);
    // Least squares weigh features by themselves.
    let rls = json!({"model": {"kind": "linear_regression", "solver": "rls"}});
    let rls = check(Rule::Scales, &learned(file(rls), &wide), &near);
    assert_eq!(rls.severity, Severity::Note);
    // Given coefficients cannot be brought behind a scaler without an intercept.
    let given = json!({"model": {"kind": "logistic_regression", "engine": "flink", "initial": {"coefficients": [1, 0]}}});
    let given = learned(file(given), &wide);
    assert_eq!(check(Rule::Scales, &given, &near).fix, None);
}

#[test]
fn constant_feature() {
    let same: Vec<_> = spread(20).iter().map(|[x, _]| [*x, 0.2]).collect();
    let lab = learned(file(kmeans("flink", json!({}))), &same);
    let differs = learned(file(kmeans("flink", json!({}))), &spread(20));
    let finding = check(Rule::Constant, &lab, &differs);
    assert_eq!(finding.headline(), "y is always 0.2");
    let without = fixed(&lab, &finding, &same);
    assert_eq!(without.config.lanes[0].feature_names, ["x"]);
    assert_eq!(find(&without, Rule::Constant), None);
    let flink = json!({"kind": "standard", "engine": "flink"});
    let mut lane = kmeans("flink", json!({}));
    lane["scaler"] = flink;
    let finding = check(Rule::Constant, &learned(file(lane), &same), &differs);
    assert!(finding.means.contains("NaN"), "{}", finding.means);
    assert_eq!(
        find(
            &learned(file(kmeans("flink", json!({}))), &same[..19]),
            Rule::Constant
        ),
        None
    );
}

#[test]
fn a_batch_that_is_slow_to_fill() {
    let large = |rows: usize| {
        let mut lane = kmeans("flink", json!({}));
        lane["batch"] = json!({"by": "count", "rows": rows});
        learned(file(lane), &spread(10))
    };
    // One row a second: 990 rows are 16.5 minutes.
    let (slow, quick) = (large(1_000), large(32));
    let finding = check(Rule::SlowBatch, &slow, &quick);
    assert_eq!(
        finding.headline(),
        "The next version is 17 min away at the present rate"
    );
    assert_eq!(
        finding.fix.as_ref().unwrap().words,
        "Set the batch to 60 rows"
    );
    // The clock goes on and nothing comes.
    let mut stopped = quick.clone();
    stopped.tick(3_600_000);
    assert!(find(&stopped, Rule::SlowBatch).is_some());
    assert_eq!(
        find(
            &learned(slow.config.file.clone(), &spread(1)),
            Rule::SlowBatch
        ),
        None
    );
}

#[test]
fn rows_that_flink_drops() {
    let lab = |engine: &str, rows: usize| learned(file(kmeans(engine, json!({}))), &spread(rows));
    let finding = check(Rule::LeftOver, &lab("flink", 11), &lab("flink", 12));
    assert_eq!(
        finding.headline(),
        "3 rows not learned. Flink drops them when the input ends"
    );
    assert_eq!(finding.seen, "The last of them is s.t/0/10.");
    assert_eq!(find(&lab("spark", 11), Rule::LeftOver), None);
}

#[test]
fn updates_that_are_learned() {
    let changed = |policy: &str, op: &str| {
        let mut lane = kmeans("flink", json!({}));
        lane["changes"] = json!({"update": policy});
        let mut lab = learned(file(lane), &spread(3));
        lab.apply(record(3, op, json!({"id": 0, "x": 2, "y": 2})).as_ref());
        lab
    };
    let finding = check(
        Rule::Updates,
        &changed("as_row", "u"),
        &changed("as_row", "c"),
    );
    assert_eq!(finding.headline(), "1 update is learned as a new row");
    assert_eq!(
        finding.seen,
        "1 update of 4 training rows, the first at s.t/0/3."
    );
    assert_eq!(find(&changed("ignore", "u"), Rule::Updates), None);
}

#[test]
fn events_that_come_again() {
    let again = |policy: &str| {
        let mut lane = kmeans("flink", json!({}));
        lane["changes"] = json!({"redelivered": policy});
        let mut lab = learned(file(lane), &spread(3));
        let mut repeat = record(1, "c", json!({"id": 1, "x": 1.0, "y": 1.5, "z": 2.5}));
        repeat.offset = 3;
        lab.apply(repeat.as_ref());
        assert_eq!(lab.redelivered, 1);
        lab
    };
    let none = learned(file(kmeans("flink", json!({}))), &spread(3));
    let finding = check(Rule::Redelivered, &again("once"), &none);
    assert_eq!(
        (finding.severity, &*finding.title),
        (Severity::Note, "1 event")
    );
    assert_eq!(finding.seen, "Training rows, the first at s.t/0/3.");
    let finding = check(Rule::Redelivered, &again("again"), &none);
    assert_eq!(finding.severity, Severity::Warning);
}

#[test]
fn columns_that_a_stream_sends_otherwise() {
    let read = |columns: Value, row: Value| {
        let mut lab = serde_json::to_value(file(kmeans("flink", json!({})))).unwrap();
        lab["columns"] = columns;
        let mut lab = Lab::new(LabFile::parse(&lab.to_string()).unwrap()).unwrap();
        lab.apply(record(7, "c", row).as_ref());
        lab
    };
    let number = || read(json!({}), json!({"id": 1, "x": 1, "y": 2}));
    let text = json!({"id": 1, "x": "AfQ=", "y": 2});
    let finding = check(
        Rule::UndeclaredColumn,
        &read(json!({}), text.clone()),
        &number(),
    );
    assert!(finding.todo.starts_with("Declare it:"), "{}", finding.todo);
    assert_eq!(finding.seen, "First seen at s.t/0/7.");
    let declared = json!({"x": {"as": "decimal", "scale": 2}});
    let finding = check(
        Rule::Base64Decimal,
        &read(declared.clone(), text),
        &number(),
    );
    assert_eq!(finding.headline(), "x is a decimal that arrives as base64");
    assert!(finding.todo.starts_with("Set decimal.handling.mode=double"));
    // A declared decimal that comes as a number, or in digits, is none of those.
    assert_eq!(
        find(
            &read(declared, json!({"x": 5, "y": 2})),
            Rule::Base64Decimal
        ),
        None
    );
    let digits = json!({"x": {"as": "decimal"}});
    assert_eq!(
        find(
            &read(digits, json!({"x": "5.00", "y": 2})),
            Rule::Base64Decimal
        ),
        None
    );
    let finding = check(
        Rule::MissingColumn,
        &read(json!({}), json!({"id": 1, "x": 1})),
        &number(),
    );
    assert_eq!(finding.column.as_deref(), Some("y"));
}

#[test]
fn a_default_that_stands_for_null() {
    let typed = |default: Value| {
        let mut field = json!({"type": "double", "optional": true, "field": "x"});
        if !default.is_null() {
            field["default"] = default;
        }
        let row = json!({"type": "struct", "optional": true, "field": "after", "fields": [field,
                         {"type": "double", "optional": true, "field": "y"}]});
        let schema = json!({"type": "struct", "name": "s.t.Envelope", "fields": [row]});
        let payload =
            json!({"before": null, "after": {"x": 1.5, "y": 2.0}, "op": "c", "source": {"lsn": 1}});
        let mut lab = Lab::new(file(kmeans("flink", json!({})))).unwrap();
        let mut record = record(0, "c", json!({}));
        record.value = Some(
            json!({"schema": schema, "payload": payload})
                .to_string()
                .into_bytes(),
        );
        lab.apply(record.as_ref());
        lab
    };
    let finding = check(
        Rule::DefaultForNull,
        &typed(json!(1.5)),
        &typed(Value::Null),
    );
    assert_eq!(finding.headline(), "x may be a default in place of NULL");
    assert!(finding.todo.contains("replace.null.with.default=false"));
}

#[test]
fn repeats_that_nothing_tells() {
    let lsn = |lsn: Value| {
        let mut lab = Lab::new(file(kmeans("flink", json!({})))).unwrap();
        let mut record = record(0, "c", json!({}));
        let value =
            json!({"before": null, "after": {"x": 1, "y": 1}, "op": "c", "source": {"lsn": lsn}});
        record.value = Some(value.to_string().into_bytes());
        lab.apply(record.as_ref());
        lab
    };
    let finding = check(Rule::RepeatsUnknown, &lsn(Value::Null), &lsn(json!(5)));
    assert_eq!((finding.severity, finding.lane), (Severity::Note, None));
}
