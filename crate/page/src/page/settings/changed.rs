//! What a draft changes, in words: "decay factor 0 → 0.5".

use serde_json::Value;

use super::draft::{Draft, text_at};
use super::form::strings;
use super::table::{CHANGES, Control, DECAY, Field, HALF_LIFE, KINDS, Kind};
use crate::page::numbers;

/// What differs from the lane as it is: "decay factor 0 → 0.5".
pub fn changed(draft: &Draft) -> Vec<String> {
    let (before, after) = (facts(draft, draft.base()), facts(draft, draft.lane()));
    let mut said = Vec::new();
    for (slot, name, value) in &after {
        let old = before.iter().find(|(other, ..)| other == slot);
        match old {
            Some((_, old_name, old)) if old_name == name && old != value => {
                said.push(format!("{name} {old} → {value}"));
            }
            Some((_, old_name, old)) if old_name != name => {
                said.push(format!("{old_name} {old} → {name} {value}"));
            }
            // The same, or of another kind of model: nothing to compare with.
            _ => {}
        }
    }
    said
}

/// What there is to say of a lane: what it is about, its name, its value.
fn facts(draft: &Draft, lane: &Value) -> Vec<(&'static str, String, String)> {
    let kind = &KINDS[Kind::of(&lane["model"]).unwrap_or(0)];
    let mut facts = vec![("engine", "engine".to_owned(), kind.name.to_owned())];
    let mut fact = |slot, name: &str, value: String| facts.push((slot, name.to_owned(), value));
    for field in kind.fields {
        let has_half_life = lane.pointer(HALF_LIFE.path).is_some();
        let slot = match field.path {
            path if path == DECAY.path && has_half_life => continue,
            path if path == HALF_LIFE.path && !has_half_life => continue,
            path if path == HALF_LIFE.path => DECAY.path,
            path => path,
        };
        fact(slot, field.name, in_words(field, &text_at(lane, field)));
    }
    fact("batch", "batch", batch_in_words(&lane["batch"]));
    let is_now = std::ptr::eq(lane, draft.lane());
    let shown = draft.from_shown().filter(|_| is_now);
    fact("initial", "initial", start_in_words(draft, lane, shown));
    let features: Vec<&str> = strings(&lane["features"]);
    fact("features", "features", features.join(", "));
    for (slot, path) in [("label", "/label"), ("target", "/target")] {
        let column = lane.pointer(path).and_then(Value::as_str);
        fact(slot, slot, column.unwrap_or("none").to_owned());
    }
    fact("scaling", "scaling", scaler_in_words(&lane["scaler"]));
    for field in CHANGES {
        fact(
            field.path,
            field.name,
            in_words(field, &text_at(lane, field)),
        );
    }
    facts
}

fn in_words(field: &Field, text: &str) -> String {
    let choices = field.choices();
    let found = choices.iter().find(|(value, _)| *value == text);
    match (field.control, found) {
        (_, Some((_, words))) => (*words).to_owned(),
        (Control::Flag, None) => if text == "true" { "yes" } else { "no" }.to_owned(),
        (_, None) => text.to_owned(),
    }
}

fn batch_in_words(batch: &Value) -> String {
    match batch["by"].as_str() {
        Some("count") => numbers::counted(batch["rows"].as_u64().unwrap_or(0), "row"),
        Some("interval") => {
            let seconds = batch["ms"].as_f64().unwrap_or(0.0) / 1000.0;
            format!("every {seconds} s")
        }
        Some(by) => format!("by {by}"),
        None => String::new(),
    }
}

/// What a lane starts from: a fork from its parent's version, as long as it is not to start anew.
pub fn start_in_words(draft: &Draft, lane: &Value, shown: Option<u64>) -> String {
    let same = lane["model"]["initial"] == draft.base()["model"]["initial"];
    match (
        lane["fork"]["of"].as_str(),
        lane["fork"]["version"].as_u64(),
    ) {
        (Some(of), Some(version)) if same => format!("v{version} of {of}"),
        _ => initial_in_words(lane, shown),
    }
}

fn initial_in_words(lane: &Value, shown: Option<u64>) -> String {
    let initial = &lane["model"]["initial"];
    let number = |path: &str| {
        let number = initial.pointer(path).and_then(Value::as_u64);
        number.unwrap_or(0)
    };
    if let Some(version) = shown {
        return format!("version {version}");
    }
    if let Some(centroids) = initial["centroids"].as_array() {
        let weights = initial["weights"].as_array().map_or(&[][..], Vec::as_slice);
        let zero = weights.iter().all(|weight| weight.as_f64() == Some(0.0));
        let weights = if zero { ", weights 0" } else { "" };
        return format!("{} given{weights}", centroids.len());
    }
    if initial["random"].is_object() {
        let best = best_of(number("/random/restarts"));
        return format!("random, seed {}{best}", number("/random/seed"));
    }
    if initial["kmeans++"].is_object() {
        let rows = number("/kmeans++/rows");
        let best = best_of(number("/kmeans++/restarts"));
        let seed = match number("/kmeans++/seed") {
            1 => String::new(),
            seed => format!(", seed {seed}"),
        };
        return format!("k-means++ on {rows} rows{seed}{best}");
    }
    match initial {
        Value::Object(initial) if initial.contains_key("checkpoint") => "a kept version",
        Value::Object(_) => "given",
        _ => "zeros",
    }
    .to_owned()
}

/// ", best of 3"
fn best_of(restarts: u64) -> String {
    match restarts {
        0 | 1 => String::new(),
        restarts => format!(", best of {restarts}"),
    }
}

/// "standard, frozen after 100".
pub fn scaler_in_words(scaler: &Value) -> String {
    let kind = match (scaler["kind"].as_str(), scaler["engine"].as_str()) {
        (None, _) => return "none".to_owned(),
        (_, Some(_)) => "Flink’s standard",
        (Some("min_max"), _) => "min-max",
        (Some(kind), _) => kind,
    };
    match scaler["freeze_after"].as_u64() {
        Some(rows) => format!("{kind}, frozen after {rows}"),
        None => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use lab::config::LabFile;

    use super::super::draft::ShownModel;
    use super::*;

    const IRIS: &str = include_str!("../../../../../www/lab.json");

    fn draft(lab: &str) -> Draft {
        let file = LabFile::parse(lab).unwrap();
        Draft::of(&file, &file.lanes[0])
    }

    #[test]
    fn changes_are_told_in_words() {
        let shown = ShownModel::default();
        let mut draft = draft(IRIS);
        assert_eq!(changed(&draft), [""; 0]);
        draft.set("/model/decay_factor", "0.5", &shown);
        assert_eq!(changed(&draft), ["decay factor 0 → 0.5"]);
        draft.set("/model/k", "4", &shown);
        draft.set("/batch/rows", "16", &shown);
        draft.set("/scaler/kind", "standard", &shown);
        assert_eq!(
            changed(&draft),
            [
                "k 3 → 4",
                "decay factor 0 → 0.5",
                "batch 32 rows → 16 rows",
                "initial 3 given, weights 0 → k-means++ on 100 rows",
                "scaling none → standard",
            ]
        );
        draft.undo();
        draft.set("engine", "1", &shown);
        draft.set("forgetting", "half_life", &shown);
        assert_eq!(
            changed(&draft)[..2],
            [
                "engine Flink ML OnlineKMeans → Spark StreamingKMeans",
                "decay factor 0 → half-life 5"
            ]
        );
    }
}
