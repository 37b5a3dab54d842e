//! The examples of FORMATS.md: each is a lab file, or part of one, that a lab takes.

#![allow(clippy::unwrap_used)]

use eddy_lab::{Lab, LabFile};
use serde_json::{Deserializer, Value, json};

const FORMATS: &str = include_str!("../../../FORMATS.md");

/// Fields of a lane; the others are the file's.
const OF_A_LANE: [&str; 13] = [
    "name",
    "fork",
    "follow",
    "model",
    "batch",
    "scaler",
    "engine_defects",
    "not_finite",
    "cluster_labels",
    "changes",
    "publish",
    "metrics",
    "drift",
];

#[test]
fn every_example_of_a_lab_file_is_one() {
    let mut tried = 0;
    for block in section("Lab file").split("```json\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for example in Deserializer::from_str(block).into_iter::<Value>() {
            let example = example.unwrap_or_else(|error| panic!("{error} in {block}"));
            let text = whole(&example).to_string();
            let lab = LabFile::parse(&text).and_then(Lab::new);
            assert!(lab.is_ok(), "{:?} for {example}", lab.err());
            tried += 1;
        }
    }
    assert!(tried > 30, "only {tried} examples were found");
}

#[test]
fn what_is_not_built_is_said_and_refused() {
    let not_built = section("Lab file")
        .split("### Not built yet")
        .nth(1)
        .unwrap();
    assert!(not_built.contains("`columns`"));
    let mut file = whole(&json!({}));
    file["lanes"][0]["columns"] = json!({});
    let refused = LabFile::parse(&file.to_string()).unwrap_err().to_string();
    assert!(refused.contains("is not built yet"), "{refused}");
}

#[cfg(feature = "schema")]
#[test]
fn every_name_of_the_schema_is_documented() {
    let schema = schemars::schema_for!(LabFile).to_value();
    let mut names = Vec::new();
    collect_names(&schema, &mut names);
    assert!(names.len() > 100, "only {} names were found", names.len());
    let text = section("Lab file");
    let is_missing = |name: &String| {
        !["\"", "`"]
            .iter()
            .any(|mark| text.contains(&format!("{mark}{name}{mark}")))
    };
    names.retain(is_missing);
    assert!(names.is_empty(), "FORMATS.md does not name {names:?}");
}

/// Names of fields, and the words that fields may hold.
#[cfg(feature = "schema")]
fn collect_names(schema: &Value, names: &mut Vec<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                names.extend(properties.keys().cloned());
            }
            let words = object.get("enum").and_then(Value::as_array);
            let words = words.into_iter().flatten().chain(object.get("const"));
            names.extend(words.filter_map(Value::as_str).map(str::to_owned));
            object.values().for_each(|part| collect_names(part, names));
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect_names(part, names)),
        _ => {}
    }
}

/// The text of a section, without its heading.
fn section(name: &str) -> &'static str {
    let mut sections = FORMATS.split("\n## ");
    let found = sections.find_map(|text| text.strip_prefix(name)?.strip_prefix('\n'));
    found.unwrap_or_else(|| panic!("FORMATS.md has no section {name}"))
}

/// The example as a whole lab file: parts are put into a small one, of two features and two clusters.
fn whole(example: &Value) -> Value {
    if example.get("eddy").is_some() {
        return example.clone();
    }
    let mut lane = json!({
        "name": "lane",
        "model": {"kind": "kmeans", "engine": "flink", "initial": {"centroids": [[0, 0], [1, 1]]}}
    });
    let mut file = json!({
        "eddy": 1,
        "streams": [{"topic": "t", "role": "train"}],
        "features": ["x", "y"],
        "label": "kind",
        "target": "z"
    });
    for (name, value) in example.as_object().unwrap() {
        match OF_A_LANE.contains(&name.as_str()) {
            true => lane[name] = value.clone(),
            false => file[name] = value.clone(),
        }
    }
    let mut lanes = vec![lane.clone()];
    if let Some(of) = lane.pointer("/fork/of") {
        // The lane that it leaves stands before it.
        let mut parent = lane.clone();
        parent["name"] = of.clone();
        parent.as_object_mut().unwrap().remove("fork");
        lanes.insert(0, parent);
    }
    file["lanes"] = Value::Array(lanes);
    file
}
