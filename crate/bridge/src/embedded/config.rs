//! What an embedded source is told.

use std::path::PathBuf;

/// What an embedded source watches, and what it lets others do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddedConfig {
    /// The SQLite file; it is created where it is missing.
    pub path: PathBuf,
    /// The tables to watch: names, or patterns with `*` and `?`.
    ///
    /// A table that does not exist yet is watched as soon as it does.
    pub tables: Vec<String>,
    /// The first part of a topic's name.
    pub topic_prefix: String,
    /// The second part of a topic's name; SQLite has no schemas, Debezium's topics do.
    pub schema: String,
    /// Whether keys and values carry their schema, as Debezium's JSON converter writes it by default.
    pub schemas: bool,
    /// How many changes the log keeps; all of them where this is `None`.
    ///
    /// The oldest go once the log is an eighth longer than that.
    pub retention_rows: Option<u64>,
    /// The tables that rows may be inserted into, and that starting over empties.
    pub insert_tables: Vec<String>,
    /// The topics that may be published to.
    pub publish: Vec<PublishTable>,
}

/// Where the messages of one topic are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishTable {
    /// The topic that may be published to.
    pub topic: String,
    /// The table that takes its messages; never watched itself.
    pub table: String,
}

impl EmbeddedConfig {
    /// A source on this file that watches nothing yet, under the names of the published demo.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        EmbeddedConfig {
            path: path.into(),
            tables: Vec::new(),
            topic_prefix: "flink".to_owned(),
            schema: "public".to_owned(),
            schemas: false,
            retention_rows: None,
            insert_tables: Vec::new(),
            publish: Vec::new(),
        }
    }

    /// Whether this table is watched.
    #[must_use]
    pub fn watches(&self, table: &str) -> bool {
        let internal = starts_with(table, "_eddy_") || starts_with(table, "sqlite_");
        let predictions = self
            .publish
            .iter()
            .any(|publish| publish.table.eq_ignore_ascii_case(table));
        !internal
            && !predictions
            && self
                .tables
                .iter()
                .any(|pattern| matches(pattern.as_bytes(), table.as_bytes()))
    }

    /// Whether rows may be inserted into this table.
    #[must_use]
    pub fn takes_rows(&self, table: &str) -> bool {
        self.insert_tables
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(table))
    }

    /// The topic of this table, with `_` for what Kafka does not take in a name.
    #[must_use]
    pub fn topic(&self, table: &str) -> String {
        let mut topic = format!("{}.{}.", self.topic_prefix, self.schema);
        // Debezium replaces UTF-16 units, so that a character beyond the first plane makes two.
        topic.extend(table.encode_utf16().map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) => byte as char,
            _ => '_',
        }));
        topic
    }

    /// The file's name without its folder.
    pub(super) fn database(&self) -> String {
        self.path
            .file_name()
            .unwrap_or(self.path.as_os_str())
            .to_string_lossy()
            .into_owned()
    }
}

fn starts_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Matches as SQLite compares table names, that is without regard to the case of ASCII letters.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => (0..=name.len()).any(|skip| matches(rest, &name[skip..])),
        (Some((b'?', rest)), Some((_, tail))) => matches(rest, tail),
        (Some((wanted, rest)), Some((found, tail))) => {
            wanted.eq_ignore_ascii_case(found) && matches(rest, tail)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_tables() {
        let check = |pattern: &str, table: &str, watched: bool| {
            let mut config = EmbeddedConfig::new("x.db");
            config.tables = vec![pattern.to_owned()];
            config.publish = vec![PublishTable {
                topic: "predictions".to_owned(),
                table: "iris_predictions".to_owned(),
            }];
            assert_eq!(config.watches(table), watched, "{pattern} {table}");
        };
        check("iris_train", "iris_train", true);
        check("IRIS_train", "iris_Train", true);
        check("iris_*", "iris_train", true);
        check("iris_*", "iris_", true);
        check("iris_*", "rose_iris_train", false);
        check("*_t?st", "iris_test", true);
        check("*_t?st", "iris_tst", false);
        check("*", "iris_predictions", false);
        check("*", "_eddy_change", false);
        check("*", "sqlite_sequence", false);
        check("*", "Größe", true);
    }

    #[test]
    fn topics_are_named_as_debezium_names_them() {
        let config = EmbeddedConfig::new("x.db");
        assert_eq!(config.topic("iris_train"), "flink.public.iris_train");
        assert_eq!(config.topic("Iris Größe"), "flink.public.Iris_Gr__e");
        assert_eq!(config.topic("a🌸"), "flink.public.a__");
    }
}
