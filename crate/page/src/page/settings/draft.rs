//! A draft: a lane of the lab file that is being changed, as JSON, and what was typed that is no value.

use std::collections::BTreeMap;

use lab::config::{Batch, LabFile, LaneFile, Settings};
use serde_json::{Value, json};

use super::table::{CHANGES, Control, DECAY, Field, HALF_LIFE, KINDS, Kind};

/// A lane's settings on their way to others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The lane as the lab file in force has it, with what the lab gives it.
    base: Value,
    /// The same as it is to be.
    now: Value,
    /// Texts that are no values of their fields, by the fields' paths.
    pub typed: BTreeMap<String, String>,
    /// The version whose numbers the initial model is.
    from_shown: Option<u64>,
    /// The field that was last set.
    pub last: String,
}

/// The numbers of the version at the playhead, in the columns' units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShownModel {
    /// The version.
    pub version: u64,
    /// Row by row; empty for a linear model.
    pub centroids: Vec<Vec<f64>>,
    /// Their weights.
    pub weights: Vec<f64>,
    /// Of a linear model; empty for clusters.
    pub coefficients: Vec<f64>,
    /// Of a linear model.
    pub intercept: f64,
}

impl Draft {
    /// The lane of a lab file, as it is.
    pub fn of(file: &LabFile, lane: &LaneFile) -> Draft {
        // A lane always has a form in JSON.
        let mut base = serde_json::to_value(lane).unwrap_or_default();
        let features = lane.features.as_ref().unwrap_or(&file.features);
        base["features"] = json!(features);
        base["label"] = json!(lane.label.as_ref().or(file.label.as_ref()));
        base["target"] = json!(lane.target.as_ref().or(file.target.as_ref()));
        base["batch"] = json!(lane.batch.unwrap_or_else(|| cadence(&base["model"])));
        Draft {
            now: base.clone(),
            base,
            ..Draft::default()
        }
    }

    /// The lane as it is to be.
    pub fn lane(&self) -> &Value {
        &self.now
    }

    /// The lane as it is.
    pub fn base(&self) -> &Value {
        &self.base
    }

    /// The version whose numbers the initial model is.
    pub fn from_shown(&self) -> Option<u64> {
        self.from_shown
    }

    /// Its kind of model.
    pub fn kind(&self) -> &'static Kind {
        &KINDS[Kind::of(&self.now["model"]).unwrap_or(0)]
    }

    /// The text of a field: as it was typed, or as it is.
    pub fn text(&self, field: &Field) -> String {
        match self.typed.get(field.path) {
            Some(text) => text.clone(),
            None => text_at(&self.now, field),
        }
    }

    /// Puts everything back.
    pub fn undo(&mut self) {
        *self = Draft {
            base: self.base.clone(),
            now: self.base.clone(),
            ..Draft::default()
        };
    }

    /// Sets a field of the table, or one of the choices that stand for several fields.
    pub fn set(&mut self, path: &str, text: &str, shown: &ShownModel) {
        path.clone_into(&mut self.last);
        match path {
            "engine" => self.set_kind(text),
            "forgetting" => self.set_forgetting(text),
            "/batch/by" => self.now["batch"] = batch_by(text, &self.base["batch"]),
            "/batch/ms" => {
                let seconds = text.trim().parse::<f64>().ok();
                let ms = seconds.map(|seconds| json!((seconds * 1000.0).round() as i64));
                self.put(path, text, ms);
            }
            "/batch/rows" => self.put(path, text, whole(text)),
            "initial" => self.set_initial(text, shown),
            "features" => self.set_features(text),
            "/label" | "/target" => self.now[&path[1..]] = json!(text),
            "/scaler/kind" => self.set_scaler(text),
            "/scaler/freeze_after" => match text.trim() {
                "" => self.remove(path),
                text => self.put(path, text, whole(text)),
            },
            _ if path.ends_with("/restarts") && text.trim().is_empty() => self.remove(path),
            _ if path.starts_with("/model/initial/") => self.put(path, text, whole(text)),
            _ => {
                let all = self.kind().fields.iter().chain(CHANGES);
                if let Some(field) = all.into_iter().find(|field| field.path == path) {
                    self.set_field(field, text);
                }
            }
        }
    }

    /// The lane for the lab file: what did not change is left as it stood there.
    ///
    /// # Errors
    /// A text is no value, or the values are not of the lab file's form.
    pub fn lane_file(&self, old: &LaneFile) -> Result<LaneFile, String> {
        if let Some((path, text)) = self.typed.first_key_value() {
            return Err(format!("{}. Now: {text}.", rule(self.kind(), path)));
        }
        let mut lane = self.now.clone();
        let stood = serde_json::to_value(old).unwrap_or_default();
        for name in ["features", "label", "target", "batch"] {
            if self.now[name] == self.base[name] {
                match stood.get(name) {
                    Some(value) => lane[name] = value.clone(),
                    None => self::remove(&mut lane, &format!("/{name}")),
                }
            }
        }
        serde_json::from_value(lane).map_err(|error| error.to_string())
    }

    fn set_field(&mut self, field: &Field, text: &str) {
        let value = match field.control {
            _ if text.trim().is_empty() => return self.remove(field.path),
            Control::Number => number(text),
            Control::Whole => whole(text),
            Control::Flag => Some(json!(text == "true")),
            Control::Choice(_) => Some(json!(text)),
        };
        self.put(field.path, text, value);
        if field.path == "/model/k" {
            self.other_size();
        }
    }

    fn put(&mut self, path: &str, text: &str, value: Option<Value>) {
        match value {
            Some(value) => {
                self.typed.remove(path);
                put(&mut self.now, path, value);
            }
            None => drop(self.typed.insert(path.to_owned(), text.trim().to_owned())),
        }
    }

    fn remove(&mut self, path: &str) {
        self.typed.remove(path);
        remove(&mut self.now, path);
    }

    fn set_kind(&mut self, text: &str) {
        let Some(kind) = text.parse().ok().and_then(|kind: usize| KINDS.get(kind)) else {
            return;
        };
        let had_cadence = self.now["batch"] == json!(cadence(&self.now["model"]));
        self.typed.clear();
        if Kind::of(&self.base["model"]) == text.parse().ok() {
            // Back to what it was, with what the form does not show.
            self.from_shown = None;
            for name in ["model", "batch", "cluster_labels"] {
                match self.base.get(name) {
                    Some(value) => self.now[name] = value.clone(),
                    None => remove(&mut self.now, &format!("/{name}")),
                }
            }
            return;
        }
        self.now["model"] = kind.model(&self.now["model"]);
        if had_cadence {
            self.now["batch"] = json!(cadence(&self.now["model"]));
        }
        if !kind.is_kmeans() {
            remove(&mut self.now, "/cluster_labels");
        }
    }

    /// "decay_factor" or "half_life": one takes the other's place.
    fn set_forgetting(&mut self, text: &str) {
        let (comes, goes, value) = match text {
            "half_life" => (&HALF_LIFE, &DECAY, json!(5)),
            _ => (&DECAY, &HALF_LIFE, Value::Null),
        };
        let stood = self.base.pointer(comes.path).cloned();
        self.remove(goes.path);
        match stood.unwrap_or(value) {
            Value::Null => self.remove(comes.path),
            value => put(&mut self.now, comes.path, value),
        }
    }

    fn set_initial(&mut self, text: &str, shown: &ShownModel) {
        self.from_shown = None;
        self.typed
            .retain(|path, _| !path.starts_with("/model/initial"));
        let kmeans = self.kind().is_kmeans();
        let initial = match text {
            "as_it_is" => self.base["model"]["initial"].clone(),
            "random" => json!({ "random": { "seed": 1 } }),
            "kmeans++" => json!({ "kmeans++": { "seed": 1, "rows": 100 } }),
            "shown" if kmeans => {
                json!({ "centroids": shown.centroids, "weights": shown.weights })
            }
            "shown" if shown.intercept == 0.0 => json!({ "coefficients": shown.coefficients }),
            "shown" => {
                json!({ "coefficients": shown.coefficients, "intercept": shown.intercept })
            }
            _ => Value::Null,
        };
        if text == "shown" {
            self.from_shown = Some(shown.version);
        }
        match initial {
            Value::Null => remove(&mut self.now, "/model/initial"),
            initial => put(&mut self.now, "/model/initial", initial),
        }
        match (&self.base["cluster_labels"], text) {
            // What the ids stand for is known of these centroids only.
            (Value::Null, _) | (_, "random" | "kmeans++") => {
                remove(&mut self.now, "/cluster_labels");
            }
            (labels, _) => self.now["cluster_labels"] = labels.clone(),
        }
    }

    /// Other features, each on a line.
    fn set_features(&mut self, text: &str) {
        let features: Vec<&str> = text.lines().collect();
        self.now["features"] = json!(features);
        self.other_size();
    }

    /// Given centroids are of one k and of so many features: of others, rows are taken.
    fn other_size(&mut self) {
        let initial = &self.now["model"]["initial"];
        let given = initial["centroids"].as_array();
        let coefficients = initial["coefficients"].as_array();
        let dim = self.now["features"].as_array().map_or(0, Vec::len);
        if coefficients.is_some_and(|given| given.len() != dim) {
            remove(&mut self.now, "/model/initial");
            return;
        }
        let Some(given) = given else { return };
        let k = self.now["model"]["k"].as_u64().unwrap_or(2);
        let fits = |given: &[Value]| {
            given.len() as u64 == k
                && given
                    .iter()
                    .all(|row| row.as_array().is_some_and(|row| row.len() == dim))
        };
        if !fits(given) && k > 0 {
            self.set_initial("kmeans++", &ShownModel::default());
        }
    }

    fn set_scaler(&mut self, text: &str) {
        let freeze = self.now.pointer("/scaler/freeze_after").cloned();
        self.typed.remove("/scaler/freeze_after");
        match text {
            "none" => remove(&mut self.now, "/scaler"),
            "as_it_is" => self.now["scaler"] = self.base["scaler"].clone(),
            kind => {
                self.now["scaler"] = json!({ "kind": kind });
                if let Some(freeze) = freeze {
                    self.now["scaler"]["freeze_after"] = freeze;
                }
            }
        }
    }
}

/// What a field may be, in words: "k is a whole number".
fn rule(kind: &Kind, path: &str) -> String {
    let field = kind.fields.iter().find(|field| field.path == path);
    let (name, control) = match (field, path) {
        (Some(field), _) => (field.name, field.control),
        (None, "/batch/rows") => ("rows of a batch", Control::Whole),
        (None, "/batch/ms") => ("seconds of a window", Control::Number),
        (None, "/scaler/freeze_after") => ("rows that the scaler learns from", Control::Whole),
        (None, path) if path.ends_with("restarts") => ("restarts", Control::Whole),
        (None, path) if path.ends_with("rows") => ("rows to choose among", Control::Whole),
        (None, _) => ("seed", Control::Whole),
    };
    match control {
        Control::Whole => format!("{name} is a whole number"),
        _ => format!("{name} is a number"),
    }
}

/// When the engine ends a batch of a model, if nothing else is asked for.
fn cadence(model: &Value) -> Batch {
    let settings: Option<Settings> = serde_json::from_value(model.clone()).ok();
    settings.map_or(Batch::Count { rows: 32 }, |model| Batch::of_engine(&model))
}

fn batch_by(by: &str, base: &Value) -> Value {
    match by {
        by if base["by"] == by => base.clone(),
        "count" => json!(Batch::Count { rows: 32 }),
        "interval" => json!(Batch::Interval { ms: 10_000 }),
        by => json!({ "by": by }),
    }
}

/// The text of a field of a lane.
pub fn text_at(lane: &Value, field: &Field) -> String {
    match lane.pointer(field.path) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.as_f64().map_or_else(
            || number.to_string(),
            // As a person writes it: 0, not 0.0.
            |number| format!("{number}"),
        ),
        Some(Value::Bool(is)) => is.to_string(),
        _ => field.default.to_owned(),
    }
}

fn number(text: &str) -> Option<Value> {
    let number = text.trim().parse::<f64>().ok()?;
    match whole(text) {
        Some(whole) => Some(whole),
        None => number.is_finite().then(|| json!(number)),
    }
}

fn whole(text: &str) -> Option<Value> {
    text.trim().parse::<u64>().ok().map(|whole| json!(whole))
}

fn put(lane: &mut Value, path: &str, value: Value) {
    let mut at = lane;
    for name in path.split('/').skip(1) {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[name];
    }
    *at = value;
}

fn remove(lane: &mut Value, path: &str) {
    let Some((parent, name)) = path.rsplit_once('/') else {
        return;
    };
    if let Some(Value::Object(parent)) = lane.pointer_mut(parent) {
        parent.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> LabFile {
        LabFile::parse(include_str!("../../../../../www/lab.json")).unwrap()
    }

    fn set(draft: &mut Draft, path: &str, text: &str) -> Result<LaneFile, String> {
        draft.set(path, text, &ShownModel::default());
        draft.lane_file(&file().lanes[0])
    }

    fn draft() -> Draft {
        Draft::of(&file(), &file().lanes[0])
    }

    #[test]
    fn what_is_not_changed_stands_as_it_stood() {
        let mut draft = draft();
        assert_eq!(
            draft.lane_file(&file().lanes[0]),
            Ok(file().lanes[0].clone())
        );
        assert_eq!(draft.text(&DECAY), "0");
        let lane = set(&mut draft, "/model/decay_factor", "0.5").unwrap();
        assert_eq!(draft.text(&DECAY), "0.5");
        let text = serde_json::to_string(&lane).unwrap();
        assert!(text.contains("\"decay_factor\":0.5"), "{text}");
        assert_eq!(lane.features, None);
        draft.undo();
        assert_eq!(
            draft.lane_file(&file().lanes[0]),
            Ok(file().lanes[0].clone())
        );
    }

    #[test]
    fn what_is_no_value_is_kept_as_it_was_typed_and_said() {
        let mut draft = draft();
        assert_eq!(
            set(&mut draft, "/model/decay_factor", "x").unwrap_err(),
            "decay factor is a number. Now: x."
        );
        assert_eq!(draft.text(&DECAY), "x");
        assert_eq!(
            set(&mut draft, "/model/k", "2.5").unwrap_err(),
            "decay factor is a number. Now: x."
        );
        set(&mut draft, "/model/decay_factor", "").unwrap_err();
        assert_eq!(
            set(&mut draft, "/model/k", "2.5").unwrap_err(),
            "k is a whole number. Now: 2.5."
        );
    }

    #[test]
    fn of_another_k_or_other_features_rows_are_taken_to_start_from() {
        for (path, text) in [("/model/k", "4"), ("features", "petal_length\npetal_width")] {
            let mut draft = draft();
            let lane = set(&mut draft, path, text).unwrap();
            assert_eq!(lane.cluster_labels, None);
            assert!(draft.lane()["model"]["initial"]["kmeans++"].is_object());
        }
    }

    #[test]
    fn another_engine_keeps_what_it_can_and_ends_batches_its_own_way() {
        let mut draft = draft();
        let lane = set(&mut draft, "engine", "1").unwrap();
        assert_eq!(lane.batch, Some(Batch::Interval { ms: 10_000 }));
        assert_eq!(draft.text(&super::super::table::K), "3");
        set(&mut draft, "forgetting", "half_life").unwrap();
        assert_eq!(draft.text(&HALF_LIFE), "5");
        set(&mut draft, "forgetting", "decay_factor").unwrap();
        assert_eq!(draft.text(&super::super::table::SPARK_DECAY), "1");
        let lane = set(&mut draft, "engine", "2").unwrap();
        assert_eq!(lane.cluster_labels, None);
        set(&mut draft, "engine", "0").unwrap();
        assert_eq!(draft.lane(), draft.base());
    }

    #[test]
    fn a_lane_starts_from_the_shown_version() {
        let mut draft = draft();
        let shown = ShownModel {
            version: 5,
            centroids: vec![vec![1.0; 4]; 3],
            weights: vec![8.0, 4.0, 20.0],
            ..ShownModel::default()
        };
        draft.set("initial", "shown", &shown);
        assert_eq!(draft.lane()["model"]["initial"]["weights"][2], 20.0);
        assert_eq!(draft.from_shown(), Some(5));
        assert!(
            draft
                .lane_file(&file().lanes[0])
                .unwrap()
                .cluster_labels
                .is_some()
        );
        draft.set("initial", "as_it_is", &shown);
        assert_eq!(draft.lane(), draft.base());
    }

    #[test]
    fn batches_and_scalers_are_chosen() {
        let mut draft = draft();
        let lane = set(&mut draft, "/batch/by", "interval").unwrap();
        assert_eq!(lane.batch, Some(Batch::Interval { ms: 10_000 }));
        let lane = set(&mut draft, "/batch/ms", "2.5").unwrap();
        assert_eq!(lane.batch, Some(Batch::Interval { ms: 2_500 }));
        let lane = set(&mut draft, "/batch/by", "hand").unwrap();
        assert_eq!(lane.batch, Some(Batch::Hand {}));
        set(&mut draft, "/scaler/kind", "standard").unwrap();
        let lane = set(&mut draft, "/scaler/freeze_after", "100").unwrap();
        assert_eq!(lane.scaler.unwrap().freeze_after, Some(100));
        let lane = set(&mut draft, "/scaler/kind", "none").unwrap();
        assert_eq!(lane.scaler, None);
    }
}
