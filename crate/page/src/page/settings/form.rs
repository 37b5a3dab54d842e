//! The form: which rows a draft has, and what each shows.

use lab::snapshot::{Snapshot, Task};
use serde_json::Value;

use super::changed::{scaler_in_words, start_in_words};
use super::draft::Draft;
use super::table::{
    CHANGES, Control, DECAY, DISTANCE, Field, HALF_LIFE, K, KINDS, Kind, TIME_UNIT,
};
use crate::protocol::KnownColumn;

/// A row of the form.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What stands before it.
    pub label: String,
    /// What can be set in it.
    pub controls: Vec<Input>,
    /// What else there is to say.
    pub note: String,
}

/// Something that can be set.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// What it sets: a path below the lane, or a choice that stands for several fields.
    pub path: String,
    /// Its name, for those who do not see what it stands beside.
    pub name: String,
    /// What it is.
    pub takes: Takes,
    /// What it shows.
    pub value: String,
}

/// What an input is.
#[derive(Clone, Debug, PartialEq)]
pub enum Takes {
    /// A number; where nothing is typed, what holds.
    Text(String),
    /// One of a few, in a menu.
    Menu(Vec<Choice>),
    /// One of two, side by side.
    Segments(Vec<Choice>),
    /// Any of these, each on a line of the value.
    Columns(Vec<String>),
    /// Yes or no.
    Flag,
}

/// A choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is set.
    pub value: String,
    /// In words.
    pub words: String,
    /// Why it cannot be chosen; empty where it can.
    pub off: String,
}

/// All rows, in their order.
pub fn rows(draft: &Draft, columns: &[KnownColumn]) -> Vec<Row> {
    let kind = draft.kind();
    let mut rows = vec![row("Engine", [engine(draft)])];
    if kind.is_kmeans() {
        rows.extend(of_kmeans(draft));
    } else {
        let rest = kind.fields.iter();
        rows.extend(rest.map(|field| row(&capital(field.name), [input(draft, field)])));
    }
    rows.push(batch(draft));
    match draft.lane()["follow"].as_object() {
        Some(follow) => {
            let text = |name: &str| follow.get(name).and_then(Value::as_str).unwrap_or_default();
            rows[0].note = format!(
                "The versions come from {}. Engine and parameters are the rules by which the job’s batches are learned again beside it.",
                text("topic")
            );
            if let Some(batch) = rows.last_mut() {
                "The job ends its batches itself: this is for a fork of it."
                    .clone_into(&mut batch.note);
            }
        }
        None => {
            rows.push(initial(draft));
            rows.extend(restarts(draft));
        }
    }
    rows.push(features(draft, columns));
    rows.push(label(draft, columns));
    rows.push(scaling(draft));
    let policies = CHANGES.iter();
    rows.extend(policies.map(|field| row(&capital(field.name), [input(draft, field)])));
    rows
}

fn row(label: &str, controls: impl IntoIterator<Item = Input>) -> Row {
    Row {
        label: label.to_owned(),
        controls: controls.into_iter().collect(),
        note: String::new(),
    }
}

/// "clusters 0 setosa, 1 versicolor, 2 virginica": the one map that serves the whole timeline.
pub fn map_of_labels(snapshot: &Snapshot) -> String {
    if !snapshot.judged || snapshot.task != Task::Clustering {
        return String::new();
    }
    let name = |(id, label): (usize, &usize)| {
        let name = snapshot.labels.get(*label).map_or("none", String::as_str);
        format!("{id} {name}")
    };
    let names: Vec<String> = snapshot
        .cluster_labels
        .iter()
        .enumerate()
        .map(name)
        .collect();
    format!("clusters: {}", names.join(", "))
}

fn choice(value: &str, words: &str) -> Choice {
    Choice {
        value: value.to_owned(),
        words: words.to_owned(),
        off: String::new(),
    }
}

fn choose(path: &str, name: &str, value: &str, choices: Vec<Choice>) -> Input {
    Input {
        path: path.to_owned(),
        name: name.to_owned(),
        takes: Takes::Menu(choices),
        value: value.to_owned(),
    }
}

/// A field of the table.
fn input(draft: &Draft, field: &Field) -> Input {
    let choices = || {
        let all = field.choices().into_iter();
        all.map(|(value, words)| choice(value, words)).collect()
    };
    Input {
        path: field.path.to_owned(),
        name: field.name.to_owned(),
        takes: match field.control {
            Control::Number | Control::Whole => Takes::Text(field.default.to_owned()),
            Control::Choice(_) => Takes::Menu(choices()),
            Control::Flag => Takes::Flag,
        },
        value: draft.text(field),
    }
}

/// A number that is no field of the table.
fn typed(draft: &Draft, path: &str, name: &str, empty: &str, unit: f64) -> Input {
    let stands = draft.lane().pointer(path).and_then(Value::as_f64);
    let value = match draft.typed.get(path) {
        Some(text) => text.clone(),
        None => stands.map_or_else(String::new, |number| format!("{}", number / unit)),
    };
    Input {
        path: path.to_owned(),
        name: name.to_owned(),
        takes: Takes::Text(empty.to_owned()),
        value,
    }
}

fn engine(draft: &Draft) -> Input {
    let choices = KINDS
        .iter()
        .enumerate()
        .map(|(i, kind)| choice(&i.to_string(), kind.name));
    let chosen = Kind::of(&draft.lane()["model"]).unwrap_or(0).to_string();
    choose("engine", "engine", &chosen, choices.collect())
}

fn of_kmeans(draft: &Draft) -> [Row; 3] {
    let is_spark = draft.lane()["model"]["engine"] == "spark";
    let only_spark = |choice: Choice| Choice {
        off: match is_spark {
            true => String::new(),
            false => "only Spark has it".to_owned(),
        },
        ..choice
    };
    let size = match is_spark {
        true => vec![input(draft, &K)],
        false => vec![input(draft, &K), input(draft, &DISTANCE)],
    };
    let has_half_life =
        draft.lane().pointer(HALF_LIFE.path).is_some() || draft.typed.contains_key(HALF_LIFE.path);
    let decay = draft
        .kind()
        .fields
        .iter()
        .find(|field| match has_half_life {
            true => field.path == HALF_LIFE.path,
            false => field.path == DECAY.path,
        });
    let forgetting = choose(
        "forgetting",
        "forgetting",
        if has_half_life {
            "half_life"
        } else {
            "decay_factor"
        },
        vec![
            choice("decay_factor", "decay factor"),
            only_spark(choice("half_life", "half-life")),
        ],
    );
    let per = Input {
        takes: Takes::Segments(vec![
            choice("batches", "batch"),
            only_spark(choice("points", "point")),
        ]),
        ..input(draft, &TIME_UNIT)
    };
    let decay = decay.map(|field| input(draft, field));
    [
        row("k", size),
        row(
            "Forgetting",
            [Some(forgetting), decay].into_iter().flatten(),
        ),
        row("per", [per]),
    ]
}

fn batch(draft: &Draft) -> Row {
    let by = draft.lane()["batch"]["by"].as_str().unwrap_or("count");
    let choices = vec![
        choice("count", "by count"),
        choice("interval", "by interval"),
        choice("transaction", "by transaction"),
        choice("hand", "by hand"),
    ];
    let by_input = choose("/batch/by", "batch ends", by, choices);
    let size = match by {
        "count" => Some(typed(draft, "/batch/rows", "rows of a batch", "rows", 1.0)),
        "interval" => Some(typed(
            draft,
            "/batch/ms",
            "seconds of a window",
            "s",
            1000.0,
        )),
        _ => None,
    };
    let mut row = row("Batch ends", [Some(by_input), size].into_iter().flatten());
    if by == "interval" {
        row.label = "Batch ends, s".to_owned();
    }
    row
}

fn initial(draft: &Draft) -> Row {
    let kmeans = draft.kind().is_kmeans();
    let initial = &draft.lane()["model"]["initial"];
    let base = draft.base();
    let same_kind = base["model"]["kind"] == draft.lane()["model"]["kind"];
    let is_random = initial["random"].is_object();
    let is_plus_plus = initial["kmeans++"].is_object();
    let chosen = match draft.from_shown() {
        Some(_) => "shown",
        None if is_random => "random",
        None if is_plus_plus => "kmeans++",
        None if !initial.is_object() => "zeros",
        None => "as_it_is",
    };
    let mut choices = Vec::new();
    let base_initial = &base["model"]["initial"];
    let drawn = base_initial["random"].is_object() || base_initial["kmeans++"].is_object();
    if same_kind && base_initial.is_object() && !drawn {
        choices.push(choice("as_it_is", &start_in_words(draft, base, None)));
    }
    match kmeans {
        true => choices.extend([
            choice("random", "random, seed"),
            choice("kmeans++", "k-means++, rows"),
        ]),
        false => choices.push(choice("zeros", "zeros")),
    }
    choices.push(choice("shown", "the shown version"));
    let input = choose("initial", "initial model", chosen, choices);
    let number = match chosen {
        "random" => Some(typed(draft, "/model/initial/random/seed", "seed", "", 1.0)),
        "kmeans++" => Some(typed(
            draft,
            "/model/initial/kmeans++/rows",
            "rows to choose among",
            "",
            1.0,
        )),
        _ => None,
    };
    row("Initial", [Some(input), number].into_iter().flatten())
}

/// How often a start that is drawn is drawn, and from which seed on, where that does not stand above.
fn restarts(draft: &Draft) -> Option<Row> {
    let initial = &draft.lane()["model"]["initial"];
    let (way, with_seed) = match (&initial["random"], &initial["kmeans++"]) {
        (Value::Object(_), _) => ("random", false),
        (_, Value::Object(_)) => ("kmeans++", true),
        _ => return None,
    };
    let path = |name: &str| format!("/model/initial/{way}/{name}");
    let restarts = typed(draft, &path("restarts"), "restarts", "once", 1.0);
    let seed = with_seed.then(|| typed(draft, &path("seed"), "seed", "", 1.0));
    let label = if with_seed {
        "Restarts, seed"
    } else {
        "Restarts"
    };
    Some(row(label, [Some(restarts), seed].into_iter().flatten()))
}

fn features(draft: &Draft, columns: &[KnownColumn]) -> Row {
    let chosen = strings(&draft.lane()["features"]);
    let kept_out = ["label", "target"].map(|name| draft.lane()[name].as_str());
    let mut all: Vec<String> = strings(&draft.base()["features"])
        .into_iter()
        .map(str::to_owned)
        .collect();
    for column in columns.iter().filter(|column| column.numbers) {
        if !all.contains(&column.name) && !kept_out.contains(&Some(column.name.as_str())) {
            all.push(column.name.clone());
        }
    }
    let input = Input {
        path: "features".to_owned(),
        name: "features".to_owned(),
        takes: Takes::Columns(all),
        value: chosen.join("\n"),
    };
    row("Features", [input])
}

/// The label of clusters, or the target of another model.
fn label(draft: &Draft, columns: &[KnownColumn]) -> Row {
    let kmeans = draft.kind().is_kmeans();
    let (path, title) = match kmeans {
        true => ("label", "Label"),
        false => ("target", "Target"),
    };
    let chosen = draft.lane()[path].as_str();
    let features = strings(&draft.lane()["features"]);
    let mut all: Vec<&str> = chosen.into_iter().collect();
    let fits = |column: &&KnownColumn| kmeans || column.numbers;
    for column in columns.iter().filter(fits) {
        let name = column.name.as_str();
        if !all.contains(&name) && !features.contains(&name) {
            all.push(name);
        }
    }
    let mut choices: Vec<Choice> = all.into_iter().map(|name| choice(name, name)).collect();
    if chosen.is_none() {
        choices.insert(0, choice("", "none"));
    }
    let input = choose(
        &format!("/{path}"),
        path,
        chosen.unwrap_or_default(),
        choices,
    );
    row(title, [input])
}

fn scaling(draft: &Draft) -> Row {
    let scaler = &draft.lane()["scaler"];
    let plain = |scaler: &Value| scaler["engine"].is_null() && scaler["kind"] != "fixed";
    let chosen = match scaler["kind"].as_str() {
        None => "none",
        Some(kind) if plain(scaler) => kind,
        Some(_) => "as_it_is",
    };
    let mut choices = vec![
        choice("none", "none"),
        choice("standard", "standard"),
        choice("min_max", "min-max"),
    ];
    let base = &draft.base()["scaler"];
    if base.is_object() && !plain(base) {
        choices.push(choice("as_it_is", &scaler_in_words(base)));
    }
    let kind = choose("/scaler/kind", "scaling", chosen, choices);
    let learns = matches!(chosen, "standard" | "min_max");
    let freeze = learns.then(|| {
        let name = "rows that the scaler learns from";
        typed(draft, "/scaler/freeze_after", name, "all rows", 1.0)
    });
    row("Scaling", [Some(kind), freeze].into_iter().flatten())
}

/// The texts of a list.
pub fn strings(list: &Value) -> Vec<&str> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(Value::as_str).collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use lab::config::LabFile;

    use super::super::changed::changed;
    use super::super::draft::ShownModel;
    use super::*;

    #[test]
    fn the_map_of_clusters_to_labels_is_told() {
        let mut snapshot = Snapshot {
            judged: true,
            labels: ["setosa", "versicolor"].map(str::to_owned).to_vec(),
            cluster_labels: vec![1, 0, 2],
            ..Snapshot::default()
        };
        assert_eq!(
            map_of_labels(&snapshot),
            "clusters: 0 versicolor, 1 setosa, 2 none"
        );
        snapshot.judged = false;
        assert_eq!(map_of_labels(&snapshot), "");
    }

    fn draft(lab: &str) -> Draft {
        let file = LabFile::parse(lab).unwrap();
        Draft::of(&file, &file.lanes[0])
    }

    const IRIS: &str = include_str!("../../../../../www/lab.json");
    const SHOP: &str = include_str!("../../../../../www/ecommerce.lab.json");

    fn labels(rows: &[Row]) -> Vec<&str> {
        rows.iter().map(|row| row.label.as_str()).collect()
    }

    #[test]
    fn a_start_that_is_drawn_has_restarts() {
        let mut draft = draft(IRIS);
        let file = LabFile::parse(IRIS).unwrap();
        assert!(!labels(&rows(&draft, &[])).contains(&"Restarts"));
        for (way, label, words) in [
            (
                "random",
                "Restarts",
                "3 given, weights 0 → random, seed 1, best of 3",
            ),
            (
                "kmeans++",
                "Restarts, seed",
                "3 given, weights 0 → k-means++ on 100 rows, best of 3",
            ),
        ] {
            draft.set("initial", way, &ShownModel::default());
            assert!(labels(&rows(&draft, &[])).contains(&label));
            let path = format!("/model/initial/{way}/restarts");
            draft.set(&path, "x", &ShownModel::default());
            let refused = draft.lane_file(&file.lanes[0]).unwrap_err();
            assert_eq!(refused, "restarts is a whole number. Now: x.");
            draft.set(&path, "3", &ShownModel::default());
            let said = changed(&draft).join("; ");
            assert!(said.contains(words), "{said}");
            let mut changed = file.clone();
            changed.lanes[0] = draft.lane_file(&file.lanes[0]).unwrap();
            lab::Lab::new(changed).unwrap();
            draft.set(&path, " ", &ShownModel::default());
            let lane = serde_json::to_value(draft.lane_file(&file.lanes[0]).unwrap()).unwrap();
            assert_eq!(lane["model"]["initial"][way].get("restarts"), None);
        }
    }

    #[test]
    fn a_form_is_made_of_the_models_kind() {
        assert_eq!(
            labels(&rows(&draft(IRIS), &[])),
            [
                "Engine",
                "k",
                "Forgetting",
                "per",
                "Batch ends",
                "Initial",
                "Features",
                "Label",
                "Scaling",
                "Updates",
                "Deletes",
                "Truncates",
                "Repeats"
            ]
        );
        let shop = rows(&draft(SHOP), &[]);
        assert!(labels(&shop).contains(&"Target"), "{shop:?}");
        assert!(!labels(&shop).contains(&"k"));
    }

    #[test]
    fn columns_with_numbers_can_be_features() {
        let known = [
            ("petal_width", true),
            ("id", true),
            ("note", false),
            ("iris_class", true),
        ];
        let columns = known.map(|(name, numbers)| KnownColumn {
            name: name.to_owned(),
            numbers,
        });
        let rows = rows(&draft(IRIS), &columns);
        let input = &rows[6].controls[0];
        let Takes::Columns(all) = &input.takes else {
            panic!("{input:?}")
        };
        assert_eq!(all[4..], ["id"]);
        assert_eq!(input.value.lines().count(), 4);
        let Takes::Menu(choices) = &rows[7].controls[0].takes else {
            panic!("{rows:?}")
        };
        let labels: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
        assert_eq!(labels, ["iris_class", "id", "note"]);
    }
}
