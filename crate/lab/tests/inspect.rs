//! An event as it arrived, beside how it is read.
#![allow(clippy::unwrap_used)] // a test may

mod support;

use eddy_lab::inspect::{Conversion, EventView};
use eddy_lab::{Lab, LabFile};
use support::{TRAIN, iris_lab, record};
use wire::Record;

fn used(view: &EventView) -> Vec<&str> {
    let lines = view.value.iter().filter(|line| line.used);
    lines.map(|line| line.name.as_str()).collect()
}

fn with(value: &str) -> Record {
    let mut record = record(TRAIN, 7, 1_795_239_078_909, &[0.0; 4], 0);
    record.value = Some(value.as_bytes().to_vec());
    record
}

fn of<'a>(view: &'a EventView, name: &str) -> &'a Conversion {
    view.features
        .iter()
        .find(|feature| feature.name == name)
        .unwrap()
}

#[test]
fn an_update_says_what_was_and_what_is() {
    let mut lab = iris_lab(10_000);
    let event = with(
        r#"{"before":{"id":8,"sepal_length":5.1,"sepal_width":2.5,"petal_length":3.0,"petal_width":1.1,"iris_class":1},
            "after":{"id":8,"sepal_length":5.1,"sepal_width":2.5,"petal_length":3.0,"petal_width":1.3,"iris_class":1},
            "source":{"lsn":12,"txId":771,"ts_ms":5},"op":"u","ts_ms":1795239078909}"#,
    );
    lab.apply(event.as_ref());
    let view = lab.inspect(event.as_ref(), Some(0), 0);
    assert_eq!(
        (view.kind.as_str(), view.shape.as_str(), view.op.as_str()),
        ("row", "envelope", "u")
    );
    assert_eq!(
        (view.role, view.image.as_str(), view.lsn),
        (Some(0), "after", Some(12))
    );
    assert_eq!(
        (view.read_key.as_str(), view.key_bytes),
        (r#"{"id":8}"#, Some(8))
    );
    assert_eq!(view.text.len() as u64, view.value_bytes.unwrap());
    let width = of(&view, "petal_width");
    assert_eq!(
        (width.arrived.as_str(), width.before.as_str()),
        ("1.3", "1.1")
    );
    assert_eq!(
        (width.number, width.number_before, width.how.as_str()),
        (1.3, 1.1, "")
    );
    assert_eq!(of(&view, "sepal_length").before, "");
    let label = view.label.as_ref().unwrap();
    assert_eq!(
        (label.arrived.as_str(), label.label.as_str()),
        ("1", "versicolor")
    );
    assert_eq!(
        used(&view),
        [
            "sepal_length",
            "sepal_width",
            "petal_length",
            "petal_width",
            "iris_class",
            "lsn",
            "op"
        ]
    );
    assert!(!view.has_schema && view.value.iter().all(|line| !line.schema));
}

#[test]
fn a_conversion_says_how_the_number_is_made() {
    let file = r#"{"eddy":1,"streams":[{"topic":"flink.public.iris_train","role":"train"}],
        "features":["price","size","at","embedding[1]","width","ok"],"rename":{"w":"width"},
        "columns":{"size":{"as":"enum"},"at":{"as":"timestamp","unit":"ms","utc":true},"w":{"as":"number"},
                   "ok":{"as":"boolean"}},
        "lanes":[{"name":"L","model":{"kind":"kmeans","engine":"spark","k":1,
                  "initial":{"centroids":[[0,0,0,0,0,0]]}}}]}"#;
    let mut lab = Lab::new(LabFile::parse(file).unwrap()).unwrap();
    let event = with(
        r#"{"schema":{"type":"struct","fields":[{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal",
             "parameters":{"scale":"1"},"field":"price"}]},
            "payload":{"price":"Mw==","size":"L","at":12,"embedding":[1,2.5],"w":"7.5","ok":true}}"#,
    );
    lab.apply(event.as_ref());
    let view = lab.inspect(event.as_ref(), Some(0), 0);
    let told: Vec<(&str, f64, &str)> = view
        .features
        .iter()
        .map(|feature| {
            (
                feature.arrived.as_str(),
                feature.number,
                feature.how.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("\"Mw==\"", 5.1, "decimal 5.1, in bytes"),
            (
                "\"L\"",
                0.0,
                "code of the text, in the order of first sight"
            ),
            ("12", 12_000.0, "µs since 1970"),
            ("[1,2.5]", 2.5, "element 1 of embedding"),
            ("\"7.5\"", 7.5, "w is read as it; a number in a text"),
            ("true", 1.0, "true is 1, false 0"),
        ]
    );
    assert_eq!(
        (view.shape.as_str(), view.image.as_str()),
        ("unwrapped", "the row")
    );
    assert!(view.has_schema);
    assert!(used(&view).contains(&"w") && used(&view).contains(&"embedding"));
    let folded = view.value.iter().filter(|line| line.schema);
    assert_eq!(folded.map(|line| line.name.as_str()).next(), Some("schema"));
}

#[test]
fn what_cannot_be_used_says_why() {
    let mut lab = iris_lab(10_000);
    let bad = with(
        r#"{"before":null,"after":{"sepal_length":"n/a","sepal_width":null,"petal_length":1},"source":{},"op":"c"}"#,
    );
    lab.apply(bad.as_ref());
    let view = lab.inspect(bad.as_ref(), Some(0), 0);
    assert_eq!(of(&view, "sepal_length").fault, "is \"n/a\", not a number");
    assert_eq!(of(&view, "sepal_width").fault, "is null");
    let missing = of(&view, "petal_width");
    assert_eq!(
        (missing.fault.as_str(), missing.arrived.as_str()),
        ("is missing", "")
    );
    assert_eq!(of(&view, "petal_length").fault, "");
    let broken = lab.inspect(with("{\"a\":").as_ref(), None, 0);
    assert_eq!(
        (broken.kind.as_str(), broken.features.len()),
        ("unreadable", 0)
    );
    assert!(!broken.unreadable.is_empty());
    assert_eq!(broken.value[0].value, "{\"a\":");
    let mut tombstone = bad.clone();
    tombstone.value = None;
    let view = lab.inspect(tombstone.as_ref(), None, 0);
    assert_eq!((view.kind.as_str(), view.value_bytes), ("tombstone", None));
    let deleted = with(r#"{"before":{"id":1},"after":null,"source":{},"op":"d"}"#);
    let view = lab.inspect(deleted.as_ref(), None, 0);
    assert_eq!((view.op.as_str(), view.image.as_str()), ("d", ""));
}
