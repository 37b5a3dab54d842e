//! Which topics may be subscribed to.

use std::collections::BTreeSet;

use regex_lite::Regex;

use super::super::{KafkaConfig, KafkaError};

/// Topics by name, and by patterns that match the whole name.
pub(super) struct Selection {
    names: BTreeSet<String>,
    patterns: Vec<Regex>,
}

impl Selection {
    /// Reads the patterns.
    pub(super) fn new(config: &KafkaConfig) -> Result<Self, KafkaError> {
        let pattern = |text: &String| {
            Regex::new(&format!("^(?:{text})$")).map_err(|error| {
                KafkaError::setting(
                    format!("topic pattern {text} is no regular expression: {error}"),
                    "correct it; all of a name must match, so `shop\\..*` takes every topic that begins with `shop.`",
                )
            })
        };
        Ok(Selection {
            names: config.topics.iter().cloned().collect(),
            patterns: config
                .patterns
                .iter()
                .map(pattern)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Whether the cluster's list of topics is needed.
    pub(super) fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// The selected topics, of those that are there; a topic that is named is always among them.
    pub(super) fn select<'a>(&self, there: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
        let mut selected = self.names.clone();
        selected.extend(there.filter(|name| self.matches(name)).map(str::to_owned));
        selected
    }

    /// Kafka's own topics begin with two underscores; no pattern means them.
    fn matches(&self, name: &str) -> bool {
        !name.starts_with("__") && self.patterns.iter().any(|pattern| pattern.is_match(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::Settings;

    fn selection(topics: &[&str], patterns: &[&str]) -> Result<Selection, KafkaError> {
        let mut config = KafkaConfig::new(Settings::plaintext("127.0.0.1:9092"));
        config.topics = topics.iter().map(|&name| name.to_owned()).collect();
        config.patterns = patterns.iter().map(|&text| text.to_owned()).collect();
        Selection::new(&config)
    }

    fn selected(topics: &[&str], patterns: &[&str], there: &[&str]) -> Vec<String> {
        let selection = selection(topics, patterns).expect("valid patterns");
        selection
            .select(there.iter().copied())
            .into_iter()
            .collect()
    }

    #[test]
    fn a_pattern_matches_the_whole_name() {
        let there = ["shop.a", "shop.ab", "my-shop.a", "shop"];
        assert_eq!(selected(&[], &["shop.."], &there), ["shop.a"]);
        assert_eq!(
            selected(&[], &[r"shop\..*|shop"], &there),
            ["shop", "shop.a", "shop.ab"]
        );
    }

    #[test]
    fn a_named_topic_need_not_be_there() {
        assert_eq!(selected(&["later"], &[], &["a"]), ["later"]);
    }

    #[test]
    fn no_pattern_means_a_topic_of_kafkas_own() {
        assert_eq!(selected(&[], &[".*"], &["__consumer_offsets", "a"]), ["a"]);
    }

    #[test]
    fn a_pattern_that_is_none_is_refused_by_name() {
        let error = selection(&[], &["shop.("]).err().expect("refused");
        assert!(error.to_string().contains("shop.("), "{error}");
    }
}
