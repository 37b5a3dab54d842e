//! Chooses ports, once for each part of a stack.

use std::collections::BTreeMap;
use std::net::TcpListener;

use anyhow::{Result, ensure};

use super::folder::Stack;
use super::part::Part;

/// Below the range that outgoing connections take their ports from, so that a part which was down finds its port free.
const FREE: std::ops::Range<u16> = 20_000..32_000;

/// Gives each part its ports: those that were asked for, else those that it had, else free ones.
///
/// `documented` has the parts' own default ports preferred to other free ones.
pub(crate) fn assign(
    stack: &Stack,
    parts: &[Part],
    wished: &BTreeMap<Part, u16>,
    documented: bool,
) -> Result<()> {
    let mut taken = Vec::new();
    for part in parts {
        let entry = stack.entry(*part);
        let had = entry.as_ref().map(|entry| entry.port);
        let port = match (wished.get(part), had) {
            (Some(port), Some(had)) if *port != had => {
                ensure!(
                    !stack.runs(*part),
                    "{} runs on port {had}: stop the stack, then start it with --port-{} {port}",
                    part.title(),
                    part.name()
                );
                *port
            }
            (Some(port), _) => *port,
            (None, Some(had)) => had,
            (None, None) => {
                let preferred = documented.then(|| part.default_port());
                match preferred.filter(|port| is_free(*port)) {
                    Some(port) => port,
                    None => free(&taken)?,
                }
            }
        };
        taken.push(port);
        let controller_port = match (part, entry.and_then(|entry| entry.controller_port)) {
            (Part::Kafka, None) => Some(free(&taken)?),
            (_, controller_port) => controller_port,
        };
        taken.extend(controller_port);
        stack.set_ports(*part, port, controller_port)?;
    }
    Ok(())
}

/// Checks that a part can have its port.
pub(crate) fn check_free(part: Part, port: u16) -> Result<()> {
    ensure!(
        is_free(port),
        "port {port}, which {} had or was given, is taken: end what listens there, or choose another with --port-{}",
        part.title(),
        part.name()
    );
    Ok(())
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

/// A free port that is not in `taken`.
fn free(taken: &[u16]) -> Result<u16> {
    // Stacks that start at the same moment begin their search at different places.
    let any = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let start = (u32::from(any) * 7919) ^ std::process::id();
    let count = FREE.len();
    (0..count)
        .map(|step| FREE.start + ((start as usize + step * 37) % count) as u16)
        .find(|port| !taken.contains(port) && is_free(*port))
        .ok_or_else(|| {
            anyhow::anyhow!(
                "no port from {} to {} is free: name some with --port-kafka and the like",
                FREE.start,
                FREE.end
            )
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::net::TcpListener;

    use super::{FREE, assign, check_free};
    use crate::stack::folder::Stack;
    use crate::stack::part::{PARTS, Part};

    #[test]
    fn ports_differ_and_stay() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let stack = Stack::open(folder.path())?;
        assign(&stack, &PARTS, &BTreeMap::new(), false)?;
        let ports = |stack: &Stack| {
            let entries = PARTS.map(|part| stack.entry(part));
            entries
                .into_iter()
                .flatten()
                .flat_map(|entry| [Some(entry.port), entry.controller_port])
                .flatten()
                .collect::<Vec<u16>>()
        };
        let first = ports(&stack);
        assert_eq!(first.len(), 7);
        let distinct: std::collections::BTreeSet<_> = first.iter().collect();
        assert_eq!(distinct.len(), 7, "{first:?}");
        assert!(first.iter().all(|port| FREE.contains(port)), "{first:?}");
        drop(stack);

        let again = Stack::open(folder.path())?;
        let wished = BTreeMap::from([(Part::Eddy, 5)]);
        assign(&again, &PARTS, &wished, false)?;
        let mut expected = first.clone();
        expected[4] = 5;
        assert_eq!(ports(&again), expected);
        Ok(())
    }

    #[test]
    fn a_taken_port_is_refused_with_its_flag() -> anyhow::Result<()> {
        let held = TcpListener::bind(("127.0.0.1", 0))?;
        let port = held.local_addr()?.port();
        let error = format!("{:#}", check_free(Part::Connect, port).unwrap_err());
        assert!(error.contains("--port-connect"), "{error}");
        Ok(())
    }
}
