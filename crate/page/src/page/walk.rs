//! A walk-through: rows that are inserted step by step, as scenarios.json and a file of rows say.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::state::Scenario;

/// A scenario of scenarios.json.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Entry {
    /// Its name in the page's address.
    pub name: String,
    /// Its name in the menu.
    pub title: String,
    /// The tables that it trains on and tests on.
    pub tables: [String; 2],
    /// File of its lab file; None where the server has none.
    pub lab: Option<String>,
    /// File of its rows.
    pub rows: String,
    /// File of its recording.
    pub recording: String,
    /// What it is about, in a sentence or two.
    pub about: String,
    /// What its recording holds.
    pub recorded: String,
    /// What its steps are called together.
    pub heading: String,
    /// Its steps.
    pub steps: Vec<EntryStep>,
}

/// A step as it stands in scenarios.json.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EntryStep {
    /// The rows, by their name in the file of rows.
    pub set: String,
    /// The table that they go into.
    pub table: Table,
    /// Its name.
    pub name: String,
    /// What to expect.
    pub says: String,
}

/// Which of the two tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// Its rows are learned.
    Train,
    /// Its rows are predicted.
    Test,
}

/// A scenario with its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk {
    /// The scenario.
    pub entry: Entry,
    /// The steps.
    pub steps: Vec<Step>,
}

/// A step with its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The table that they go into.
    pub table: Table,
    /// Its name.
    pub name: String,
    /// What to expect.
    pub says: String,
    /// The rows.
    pub rows: Vec<Map<String, Value>>,
}

/// Reads scenarios.json.
///
/// # Errors
/// It is another file.
pub fn read_list(json: &str) -> Result<Vec<Entry>, String> {
    serde_json::from_str(json).map_err(|error| format!("scenarios.json: {error}"))
}

/// The scenario that this lab file belongs to.
pub fn of_lab<'a>(list: &'a [Entry], lab: &Scenario) -> Option<&'a Entry> {
    list.iter().find(|entry| {
        let [train, test] = &entry.tables;
        lab.train.as_ref() == Some(train) && lab.test.as_ref() == Some(test)
    })
}

impl Walk {
    /// The scenario with the rows of its file.
    ///
    /// # Errors
    /// It is another file.
    pub fn read(entry: Entry, json: &str) -> Result<Walk, String> {
        let file = &entry.rows;
        let sets: BTreeMap<String, Vec<Map<String, Value>>> =
            serde_json::from_str(json).map_err(|error| format!("{file}: {error}"))?;
        let step = |step: &EntryStep| {
            let rows = sets.get(&step.set);
            Ok(Step {
                table: step.table,
                name: step.name.clone(),
                says: step.says.clone(),
                rows: rows
                    .cloned()
                    .ok_or_else(|| format!("{file} has no list {:?}", step.set))?,
            })
        };
        let steps = entry
            .steps
            .iter()
            .map(step)
            .collect::<Result<_, String>>()?;
        Ok(Walk { entry, steps })
    }

    /// The least and largest number of a column.
    pub fn range(&self, column: &str) -> Option<(f64, f64)> {
        let rows = self.steps.iter().flat_map(|step| &step.rows);
        let values = rows.filter_map(|row| row.get(column)?.as_f64());
        values.fold(None, |range, value| {
            let (least, largest) = range.unwrap_or((value, value));
            Some((f64::min(least, value), f64::max(largest, value)))
        })
    }
}

impl Step {
    /// How many rows.
    pub fn count(&self) -> u64 {
        self.rows.len() as u64
    }
}

/// The published demo, for tests.
#[cfg(test)]
pub fn iris() -> Walk {
    let list = read_list(include_str!("../../../../www/scenarios.json")).unwrap();
    Walk::read(list[0].clone(), include_str!("../../../../www/iris.json")).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demos_rows_are_read() {
        let walk = iris();
        let rows: Vec<u64> = walk.steps.iter().map(Step::count).collect();
        assert_eq!(rows, [1, 11, 138, 11, 138, 11]);
        assert_eq!(walk.range("petal_length"), Some((1.0, 6.9)));
        assert_eq!(walk.range("none"), None);
        assert!(Walk::read(walk.entry, "{}").is_err());
        assert!(read_list("{}").is_err());
    }

    #[test]
    fn every_scenario_has_its_rows_and_its_lab_file() {
        let list = read_list(include_str!("../../../../www/scenarios.json")).unwrap();
        let www = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/");
        let read = |file: &str| std::fs::read_to_string(www.to_owned() + file).unwrap();
        for entry in &list {
            let walk = Walk::read(entry.clone(), &read(&entry.rows)).unwrap();
            assert!(walk.steps.iter().all(|step| !step.rows.is_empty()));
            let lab = Scenario::read(&read(entry.lab.as_deref().unwrap()));
            assert_eq!(of_lab(&list, &lab), Some(entry));
            let columns: Vec<&String> = lab.columns().collect();
            for row in walk.steps.iter().flat_map(|step| &step.rows) {
                assert!(columns.iter().all(|column| row.contains_key(*column)));
            }
        }
        assert_eq!(of_lab(&list, &Scenario::read("{}")), None);
    }
}
