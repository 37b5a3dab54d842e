//! The command line of `cargo xtask stack`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use lexopt::{Arg, ValueExt};

use super::part::{PARTS, Part};
use crate::unexpected;

/// What to do, and where.
pub(crate) struct Args {
    pub(super) action: Action,
    /// The stack's folder; None is the default one.
    pub(super) dir: Option<PathBuf>,
    only: Option<Vec<Part>>,
    server: bool,
    eddy: bool,
    /// Ports that were asked for.
    pub(super) ports: BTreeMap<Part, u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Start,
    Stop,
    Status,
    /// Of one part or of all.
    Logs(Option<Part>),
}

impl Args {
    pub(crate) fn parse(mut args: lexopt::Parser) -> Result<Args> {
        let mut parsed = Args {
            action: Action::Start,
            dir: None,
            only: None,
            server: false,
            eddy: true,
            ports: BTreeMap::new(),
        };
        let mut words: Vec<String> = Vec::new();
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("dir") => parsed.dir = Some(args.value()?.into()),
                Arg::Long("only") => parsed.only = Some(only(&args.value()?.string()?)?),
                Arg::Long("server") => parsed.server = true,
                Arg::Long("no-eddy") => parsed.eddy = false,
                Arg::Long(flag) if flag.starts_with("port-") => {
                    let part = Part::parse(&flag["port-".len()..])?;
                    parsed.ports.insert(part, args.value()?.parse()?);
                }
                Arg::Value(word) => words.push(word.string()?),
                other => return Err(unexpected(other)),
            }
        }
        parsed.action = action(&words)?;
        Ok(parsed)
    }

    /// The parts that `start` is to start, in their order.
    pub(super) fn parts(&self) -> Vec<Part> {
        let named: &[Part] = match (&self.only, self.server) {
            (Some(only), _) => only,
            (None, true) => &[Part::Postgres, Part::Receiver, Part::Server],
            (None, false) => &[Part::Postgres, Part::Kafka, Part::Connect, Part::Eddy],
        };
        let is_eddy = |part| matches!(part, Part::Eddy | Part::Receiver);
        PARTS
            .into_iter()
            .filter(|part| named.contains(part) && (self.eddy || !is_eddy(*part)))
            .collect()
    }
}

fn only(names: &str) -> Result<Vec<Part>> {
    names.split(',').map(Part::parse).collect()
}

fn action(words: &[String]) -> Result<Action> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(match words[..] {
        [] | ["start"] => Action::Start,
        ["stop"] => Action::Stop,
        ["status"] => Action::Status,
        ["logs"] => Action::Logs(None),
        ["logs", name] => Action::Logs(Some(Part::parse(name)?)),
        _ => bail!(
            "`stack {}`: there are start, stop, status and logs [NAME]; cargo xtask --help says more",
            words.join(" ")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::{Action, Args};
    use crate::stack::part::Part;

    fn parse(line: &str) -> anyhow::Result<Args> {
        Args::parse(lexopt::Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn parts_are_started_in_their_order() -> anyhow::Result<()> {
        let parts = |line: &str| parse(line).map(|args| args.parts());
        let all = [Part::Postgres, Part::Kafka, Part::Connect, Part::Eddy];
        assert_eq!(parts("")?, all);
        assert_eq!(parts("start --no-eddy")?, all[..3]);
        assert_eq!(parts("--only kafka,postgres")?, all[..2]);
        assert_eq!(
            parts("--server")?,
            [Part::Postgres, Part::Receiver, Part::Server]
        );
        assert_eq!(parts("--server --no-eddy")?, [Part::Postgres, Part::Server]);
        Ok(())
    }

    #[test]
    fn actions_and_ports_are_read() -> anyhow::Result<()> {
        let args = parse("logs kafka --dir d --port-kafka 9000")?;
        assert_eq!(args.action, Action::Logs(Some(Part::Kafka)));
        assert_eq!(args.ports.get(&Part::Kafka), Some(&9000));
        assert_eq!(parse("stop")?.action, Action::Stop);
        Ok(())
    }

    #[test]
    fn mistakes_are_named() {
        for (line, name) in [
            ("--only kafak", "kafak"),
            ("restart", "restart"),
            ("--port-x 1", "\"x\""),
            ("--port-kafka 70000", "70000"),
            ("--fast", "--fast"),
        ] {
            let error = parse(line).err().map(|error| format!("{error:#}"));
            assert!(
                error.as_ref().is_some_and(|error| error.contains(name)),
                "{line}: {error:?}"
            );
        }
    }
}
