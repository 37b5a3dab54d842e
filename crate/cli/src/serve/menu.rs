//! What the page can be switched to: its list of scenarios, as far as this bridge serves them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use bridge::Assets;
use serde_json::Value;

/// The page's own list, which names a lab file for each.
const SCENARIOS: &str = "scenarios.json";
const LIST: &str = include_str!("../../../../www/scenarios.json");

/// The page's files, but only these scenarios have a lab file, and that is the one given here.
pub(super) fn over(assets: Assets, served: Vec<(&str, &[u8])>) -> Result<Assets> {
    let mut list: Vec<Value> = serde_json::from_str(LIST).context(SCENARIOS)?;
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for entry in &mut list {
        entry["lab"] = match served.iter().find(|(name, _)| entry["name"] == *name) {
            Some((name, lab)) => {
                // Not lab.json: that is the one which the page begins with.
                let file = format!("{name}.lab.json");
                files.insert(file.clone(), lab.to_vec());
                Value::from(file)
            }
            None => Value::Null,
        };
    }
    files.insert(SCENARIOS.to_owned(), serde_json::to_vec(&list)?);
    Ok(Arc::new(move |path| match files.get(path) {
        Some(bytes) => Some(Cow::Owned(bytes.clone())),
        None => assets(path),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menu_has_what_is_served() {
        let own: Assets = Arc::new(|path| Some(Cow::Owned(format!("own {path}").into_bytes())));
        let assets = over(own, vec![("ecommerce", b"{}")]).expect("assets");
        let read =
            |path: &str| String::from_utf8(assets(path).expect(path).into_owned()).expect(path);
        let list: Vec<Value> = serde_json::from_str(&read("scenarios.json")).expect("JSON");
        let labs: Vec<&Value> = list.iter().map(|entry| &entry["lab"]).collect();
        assert_eq!(
            labs,
            [
                &Value::Null,
                &Value::from("ecommerce.lab.json"),
                &Value::Null
            ]
        );
        assert_eq!(read("ecommerce.lab.json"), "{}");
        assert_eq!(read("virginica.lab.json"), "own virginica.lab.json");
        assert_eq!(read("style.css"), "own style.css");
    }

    #[test]
    fn the_list_names_the_scenarios_in_order() {
        let list: Vec<Value> = serde_json::from_str(LIST).expect("JSON");
        let names: Vec<&str> = list
            .iter()
            .filter_map(|entry| entry["name"].as_str())
            .collect();
        let known = crate::scenario::Scenario::ALL.map(|scenario| scenario.name());
        assert_eq!(names, known);
    }
}
