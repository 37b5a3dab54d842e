//! Settings as people give them, and where.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::kafka::KafkaError;
use crate::kafka::properties;

/// What every variable of a setting begins with.
const PREFIX: &str = "EDDY_KAFKA_";

/// One setting, and where it stands.
///
/// Not `Debug`: the value may be secret.
#[derive(Clone)]
pub struct Given {
    /// The name, as Kafka's Java clients or librdkafka have it.
    pub name: String,
    /// The value.
    pub value: String,
    /// Where it stands, for messages.
    pub place: Place,
}

/// Where a setting stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a properties file.
    File {
        /// Which file.
        path: PathBuf,
        /// Where its line begins, counted from 1.
        line: usize,
    },
    /// In the environment, under this name.
    Variable(String),
    /// On the command line, under this flag.
    Flag(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Place::Variable(name) => write!(f, "variable {name}"),
            Place::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

impl Given {
    /// The settings of a properties file, as a Java client would read it.
    pub fn read_file(path: &Path) -> Result<Vec<Given>, KafkaError> {
        let cannot = |why: String, remedy: &str| {
            KafkaError::setting(
                format!(
                    "cannot read the Kafka settings in {}: {why}",
                    path.display()
                ),
                remedy,
            )
        };
        let text =
            std::fs::read(path).map_err(|error| cannot(error.to_string(), "correct the path"))?;
        let text = String::from_utf8(text)
            .map_err(|_| cannot("it is not UTF-8".to_owned(), "store it as UTF-8"))?;
        let properties = properties::parse(&text).map_err(|(line, problem)| {
            cannot(format!("line {line}: {problem}"), "correct the line")
        })?;
        let given = properties.into_iter().map(|property| Given {
            name: property.name,
            value: property.value,
            place: Place::File {
                path: path.to_owned(),
                line: property.line,
            },
        });
        Ok(given.collect())
    }

    /// The settings among these variables: `EDDY_KAFKA_SASL_PASSWORD` is `sasl.password`.
    ///
    /// Names of one word (`EDDY_KAFKA_CONFIG`) are the program's own.
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Vec<Given> {
        let mut given: Vec<Given> = variables
            .into_iter()
            .filter_map(|(variable, value)| {
                let name = variable.strip_prefix(PREFIX)?;
                name.contains('_').then(|| Given {
                    name: name.to_ascii_lowercase().replace('_', "."),
                    value,
                    place: Place::Variable(variable.clone()),
                })
            })
            .collect();
        // The environment has no order; messages should have one.
        given.sort_by(|a, b| a.name.cmp(&b.name));
        given
    }

    /// The setting in `NAME=VALUE`, as this flag takes it.
    pub fn from_flag(flag: &'static str, text: &str) -> Result<Given, KafkaError> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok(Given {
                name: name.trim().to_owned(),
                value: value.to_owned(),
                place: Place::Flag(flag),
            }),
            // What was given is not repeated: it may be a password.
            _ => Err(KafkaError::setting(
                format!("flag {flag} has a value without a name"),
                format!("give {flag} NAME=VALUE"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_after_settings() {
        let variables = [
            ("EDDY_KAFKA", "h:1"),
            ("EDDY_KAFKA_CONFIG", "kafka.properties"),
            ("EDDY_KAFKA_SASL_PASSWORD", "a=b"),
            ("EDDY_KAFKA_CLIENT_ID", "me"),
            ("KAFKA_CLIENT_ID", "not me"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let given = Given::from_variables(variables);
        let found: Vec<_> = given
            .iter()
            .map(|given| (given.name.as_str(), given.value.as_str()))
            .collect();
        assert_eq!(found, [("client.id", "me"), ("sasl.password", "a=b")]);
        assert_eq!(
            given[1].place.to_string(),
            "variable EDDY_KAFKA_SASL_PASSWORD"
        );
    }

    #[test]
    fn flags_have_a_name_and_a_value() {
        let given = Given::from_flag("--kafka-set", "sasl.password=a=b ").ok();
        let given = given.map(|given| (given.name, given.value));
        assert_eq!(given, Some(("sasl.password".to_owned(), "a=b ".to_owned())));
        for bad in ["secret", "=secret", ""] {
            let error = Given::from_flag("--kafka-set", bad).err();
            let error = error.map(|error| error.to_string());
            assert_eq!(
                error.as_deref(),
                Some("flag --kafka-set has a value without a name; give --kafka-set NAME=VALUE")
            );
        }
    }

    #[test]
    fn files_are_read_with_their_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("client.properties");
        std::fs::write(&path, "# mine\nclient.id = me\n").expect("a file");
        let given = Given::read_file(&path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            given[0].place.to_string(),
            format!("{}, line 2", path.display())
        );
        std::fs::write(&path, "a=1\nb=\\u1\n").expect("a file");
        let error = Given::read_file(&path).err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("line 2")));
        let error = Given::read_file(&folder.path().join("none")).err();
        assert!(error.is_some());
    }
}
