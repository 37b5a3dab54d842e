//! The file, as arguments.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use clap::{Arg, ArgAction, Command};
use toml::de::{DeTable, DeValue};

/// A file of settings of one command.
pub(super) struct File<'a> {
    pub(super) path: &'a Path,
    pub(super) command: &'a Command,
    /// All commands that may read the file.
    pub(super) others: &'a [&'a Command],
}

/// One setting of the file.
#[derive(Debug)]
pub(super) struct Setting {
    /// The flag's name.
    pub(super) name: String,
    /// The flag's id among the matches.
    pub(super) id: String,
    /// File and line.
    pub(super) place: String,
    /// What would say the same on the command line.
    pub(super) arguments: Vec<OsString>,
}

impl File<'_> {
    /// The file's settings, in its order.
    pub(super) fn read(&self) -> Result<Vec<Setting>> {
        let path = self.path.display();
        let text = std::fs::read_to_string(self.path)
            .with_context(|| format!("cannot read the settings in {path}; see --config"))?;
        self.settings(&text)
    }

    fn settings(&self, text: &str) -> Result<Vec<Setting>> {
        let path = self.path.display();
        let table = DeTable::parse(text)
            .map_err(|error| anyhow!("{path} is not TOML: {}", error.to_string().trim_end()))?;
        let mut table: Vec<_> = table.get_ref().iter().collect();
        table.sort_by_key(|(name, _)| name.span().start);
        let mut settings = Vec::new();
        for (name, value) in table {
            let line = 1 + text[..name.span().start].matches('\n').count();
            let place = format!("{path}, line {line}");
            let name = name.get_ref();
            let Some(arg) = find(self.command, name) else {
                if self
                    .others
                    .iter()
                    .any(|command| find(command, name).is_some())
                {
                    continue;
                }
                bail!("{place}: {}", self.unknown(name));
            };
            let arguments = arguments(arg, name, value.get_ref());
            settings.push(Setting {
                name: name.to_string(),
                id: arg.get_id().to_string(),
                arguments: arguments.map_err(|error| anyhow!("{place}: {error}"))?,
                place,
            });
        }
        Ok(settings)
    }

    fn unknown(&self, name: &str) -> String {
        let command = self.command.get_name();
        let near = flags(self.command)
            .filter_map(Arg::get_long)
            .map(|known| (strsim::jaro_winkler(known, name), known))
            .filter(|(likeness, _)| *likeness > 0.7)
            .max_by(|(a, _), (b, _)| a.total_cmp(b));
        match near {
            Some((_, near)) => {
                format!("eddy {command} has no setting {name:?}; did you mean {near:?}?")
            }
            None => format!(
                "eddy {command} has no setting {name:?}; see eddy {command} --help for what there is"
            ),
        }
    }
}

/// The flags that may stand in a file.
fn flags(command: &Command) -> impl Iterator<Item = &Arg> {
    command
        .get_arguments()
        .filter(|arg| !["help", "version", super::FLAG].contains(&arg.get_id().as_str()))
}

fn find<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    flags(command).find(|arg| arg.get_long() == Some(name))
}

fn arguments(arg: &Arg, name: &str, value: &DeValue<'_>) -> Result<Vec<OsString>, String> {
    let one = |value: &DeValue<'_>| {
        let text = scalar(value)?;
        // With an equals sign, so that a value may begin with a dash.
        Some(OsString::from(format!("--{name}={text}")))
    };
    match (arg.get_action(), value) {
        (ArgAction::SetTrue, DeValue::Boolean(true)) => Ok(vec![format!("--{name}").into()]),
        (ArgAction::SetTrue, DeValue::Boolean(false)) => Ok(Vec::new()),
        (ArgAction::SetTrue, _) => Err(format!(
            "{name} is a switch, not {}; write {name} = true or {name} = false",
            kind(value)
        )),
        (ArgAction::Append, DeValue::Array(list)) => list
            .iter()
            .map(|item| {
                let item = item.get_ref();
                one(item).ok_or_else(|| {
                    format!("{name} is a list of values, and {} is none", kind(item))
                })
            })
            .collect(),
        (ArgAction::Append, _) => Err(format!(
            "{name} may be given several times, so it is a list, not {}; write {name} = [..]",
            kind(value)
        )),
        _ => match one(value) {
            Some(argument) => Ok(vec![argument]),
            None => Err(format!(
                "{name} takes one value ({}), not {}",
                placeholder(arg),
                kind(value)
            )),
        },
    }
}

/// What the command line's help calls the value.
fn placeholder(arg: &Arg) -> String {
    arg.get_value_names()
        .and_then(<[_]>::first)
        .map_or_else(|| arg.get_id().to_string(), ToString::to_string)
}

/// A text or number as it would stand on the command line.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        // What is too large for any flag is left to the flag's own check.
        DeValue::Integer(number) => Some(
            i128::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| number.to_string(), |number| number.to_string()),
        ),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date (put it in quotes)",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        let flag = |name: &'static str| Arg::new(name).long(name).value_name("VALUE");
        Command::new("serve")
            .arg(flag("port"))
            .arg(flag("db"))
            .arg(flag("ring-bytes"))
            .arg(flag("table").action(ArgAction::Append))
            .arg(
                Arg::new("schemas")
                    .long("schemas")
                    .action(ArgAction::SetTrue),
            )
    }

    fn read(text: &str) -> Result<Vec<String>, String> {
        let (command, record) = (
            command(),
            Command::new("record").arg(Arg::new("out").long("out")),
        );
        let file = File {
            path: Path::new("eddy.toml"),
            command: &command,
            others: &[&record],
        };
        let settings = file.settings(text).map_err(|error| format!("{error:#}"))?;
        let arguments = settings.into_iter().flat_map(|setting| setting.arguments);
        Ok(arguments
            .map(|argument| argument.into_string().unwrap())
            .collect())
    }

    #[test]
    fn settings_become_arguments_in_their_order() {
        let text = "
            ring-bytes = 0x10_00   # hexadecimal
            table = [\"order*\", \"-x y\"]
            schemas = true
            db = 'shop.db'
            port = 9_000
            out = \"another command's\"";
        let expected = [
            "--ring-bytes=4096",
            "--table=order*",
            "--table=-x y",
            "--schemas",
            "--db=shop.db",
            "--port=9000",
        ];
        assert_eq!(read(text).unwrap(), expected);
        assert_eq!(read("schemas = false\ntable = []").unwrap(), [""; 0]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let rows = [
            (
                "db = 'x'\nprot = 1",
                "eddy.toml, line 2: eddy serve has no setting \"prot\"; did you mean \"port\"?",
            ),
            (
                "xyz = 1",
                "eddy.toml, line 1: eddy serve has no setting \"xyz\"; see eddy serve --help for what there is",
            ),
            ("config = 'x'", "eddy serve has no setting \"config\""),
            (
                "port = true",
                "line 1: port takes one value (VALUE), not true or false",
            ),
            (
                "db = 2026-01-01",
                "line 1: db takes one value (VALUE), not a date (put it in quotes)",
            ),
            (
                "schemas = 1",
                "line 1: schemas is a switch, not a number; write schemas = true or schemas = false",
            ),
            (
                "table = 'a'",
                "line 1: table may be given several times, so it is a list, not a text; write table = [..]",
            ),
            (
                "\n\ntable = [['a']]",
                "line 3: table is a list of values, and a list is none",
            ),
            (
                "[port]\nx = 1",
                "line 1: port takes one value (VALUE), not a table",
            ),
            (
                "port = ",
                "eddy.toml is not TOML: TOML parse error at line 1",
            ),
            (
                "port = 1\nport = 2",
                "eddy.toml is not TOML: TOML parse error at line 2",
            ),
        ];
        for (text, expected) in rows {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
