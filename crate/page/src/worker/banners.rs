//! What needs the reader, in words: what is, then what to do.

use super::session::Notice;
use crate::protocol::{Action, Banner};

/// The bridge does not answer.
pub const LOST: u32 = 1;
/// Another log.
const LOG: u32 = 2;
/// Records are gone.
const GAP: u32 = 3;
/// A topic is not there.
const TOPIC: u32 = 4;
/// The bridge, or the page, refused something.
pub const REFUSED: u32 = 5;
/// Broken lines of a recording: this and the next two.
const LINE: u32 = 10;

/// The bridge does not answer.
pub fn lost(address: &str, version: u64, records: u64) -> Banner {
    let text = match records {
        0 => "Is the bridge running? The page goes on trying.".to_owned(),
        _ => format!(
            "The model stays at version {version}. Reading resumes after record {records}. The page stays usable."
        ),
    };
    let title = format!("No answer from {address}.");
    warning(LOST, &title, text, &[Action::TryNow])
}

/// The connection was broken off by the page.
pub fn begun_again(why: String) -> Banner {
    warning(REFUSED, "The connection was begun again.", why, &[])
}

/// Lines of a recording that were skipped; the first few.
pub fn broken_lines(lines: &[String]) -> impl Iterator<Item = Banner> {
    let banner = |(id, why): (u32, &String)| warning(id, "A line was skipped.", why.clone(), &[]);
    (LINE..LINE + 3).zip(lines).map(banner)
}

/// What a session has to tell.
pub fn of_notice(notice: Notice) -> Banner {
    match notice {
        Notice::OtherLog => error(
            LOG,
            "The log was made anew.",
            "What the page shows was read from the one before it, and nothing is read from the new one yet."
                .to_owned(),
            &[Action::StartOver],
        ),
        Notice::OtherLogSinceReload => warning(
            LOG,
            "The log was made anew since this page was last open.",
            "It is read from its start.".to_owned(),
            &[],
        ),
        Notice::Gone(gap) => {
            let title = format!("{} records are gone from {}.", gap.to - gap.from + 1, gap.topic);
            let text = format!(
                "Offsets {}–{} were deleted by the topic's retention before Eddy read them. \
                 The model has not learned from them.",
                gap.from, gap.to
            );
            error(GAP, &title, text, &[Action::GoOn, Action::StartOver])
        }
        Notice::NoTopic { topic, there } => {
            let there = if there.is_empty() { "no topic yet".to_owned() } else { there.join(", ") };
            let text = format!("The bridge has {there}. Name one of them in the lab file.");
            error(TOPIC, &format!("There is no topic {topic}."), text, &[Action::TryNow])
        }
        Notice::Refused(message) => warning(REFUSED, "The bridge refused something.", message, &[]),
        Notice::Ended(reason) => {
            error(REFUSED, "The bridge ended the connection.", reason, &[Action::TryNow])
        }
    }
}

fn warning(id: u32, title: &str, text: String, actions: &[Action]) -> Banner {
    Banner {
        id,
        error: false,
        title: title.to_owned(),
        text,
        actions: actions.to_vec(),
    }
}

fn error(id: u32, title: &str, text: String, actions: &[Action]) -> Banner {
    Banner {
        error: true,
        ..warning(id, title, text, actions)
    }
}
