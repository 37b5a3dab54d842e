//! What needs the reader, in words: what is, then what to do.

use super::session::Notice;
use crate::protocol::{Action, Banner};

/// The bridge does not answer.
pub const LOST: u32 = 1;
/// Another log.
const LOG: u32 = 2;
/// A topic is not there yet.
pub const TOPIC: u32 = 4;
/// The bridge is in trouble, or the connection was broken off.
pub const REFUSED: u32 = 5;
/// A partition lost what was read.
const TRUNCATED: u32 = 6;
/// Predictions cannot be published just now.
pub const SINK: u32 = 7;
/// Predictions are refused.
pub const NOT_PUBLISHED: u32 = 8;
/// Predictions were let go.
const LET_GO: u32 = 9;

/// Banners that are shown again with each prediction, say: once they are closed they stay so until something changes.
pub const COME_AGAIN: [u32; 3] = [SINK, NOT_PUBLISHED, LET_GO];

/// Broken lines of a recording: this and the next two.
const LINE: u32 = 10;

/// The lab goes on from a checkpoint, or a version could not be kept.
const KEPT: u32 = 13;
/// Lanes of a changed experiment do not know all records.
const CHANGED: u32 = 14;

/// Records are gone: this, and the next ones for other partitions.
pub const GAP: u32 = 20;
/// So many partitions have a banner of their own; the last is shared.
pub const GAPS_MOST: usize = 8;

/// The lab goes on from a checkpoint.
pub fn restored(name: &str, records: u64, is_replay: bool, log_id: &str) -> Banner {
    let rest = match is_replay {
        true => "The recording is paused behind them: play it.",
        false if log_id.is_empty() => {
            "It does not say of which log it is: the bridge sends what follows its offsets, if its topics are the same. \
             A reload of the page reads the log from its start."
        }
        false => {
            "The bridge sends what follows. A reload of the page reads the log from its start; kept versions stay in \
             the list."
        }
    };
    let text = format!(
        "It has learned from {} before this. Earlier rows and versions are not in it. {rest}",
        counted(records, "record")
    );
    warning(KEPT, &format!("The page goes on from {name}."), text, &[])
}

/// Lanes of a changed experiment that do not know all records.
pub fn younger_lanes(names: &[String], records: u64) -> Banner {
    let (who, has) = match names {
        [name] => (name.clone(), "has"),
        names => (names.join(", "), "have"),
    };
    let text = "Older records are no longer kept in this page. Lanes that did not change keep all that they have learned.";
    let title = format!(
        "{who} {has} learned from the newest {}.",
        counted(records, "record")
    );
    warning(CHANGED, &title, text.to_owned(), &[])
}

/// A version could not be made again.
pub fn not_kept(why: String) -> Banner {
    warning(KEPT, "This version cannot be kept.", why, &[])
}

/// A checkpoint could not be gone on from.
pub fn not_restored(name: &str, why: String) -> Banner {
    error(
        KEPT,
        &format!("The page cannot go on from {name}."),
        sentence(&why),
        &[],
    )
}

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

/// What a session has to tell; none where something is no longer the matter.
pub fn of_notice(notice: Notice) -> Option<Banner> {
    Some(match notice {
        Notice::SinkBack | Notice::TroubleOver => return None,
        Notice::OtherLog => made_anew("The log was made anew."),
        Notice::OtherTopic(topic) => made_anew(&format!("The topic {topic} was made anew.")),
        Notice::OtherLogSinceReload => warning(
            LOG,
            "The log was made anew since this page was last open.",
            "It is read from its start.".to_owned(),
            &[],
        ),
        Notice::OtherTopicSinceReload(topic) => warning(
            LOG,
            &format!("The topic {topic} was made anew since this page was last open."),
            "It is read from its start.".to_owned(),
            &[],
        ),
        Notice::Truncated {
            topic,
            partition,
            read_to,
            end,
        } => {
            let title =
                format!("{topic}, partition {partition}, ends before what this page has read.");
            let text = format!(
                "It ends at offset {end}; the page has read up to {}. Nothing more is read from it, the rest goes on. \
                 Start over to learn from what it holds now.",
                read_to - 1
            );
            error(TRUNCATED, &title, text, &[Action::StartOver])
        }
        Notice::Gone(gap) => {
            let title = format!(
                "{} records are gone from {}.",
                gap.to - gap.from + 1,
                gap.topic
            );
            let text = format!(
                "Offsets {}–{} were deleted by the topic's retention before Eddy read them. \
                 The model has not learned from them.",
                gap.from, gap.to
            );
            error(GAP, &title, text, &[Action::GoOn, Action::StartOver])
        }
        Notice::Missing { topics, there } => missing(&topics, &there)?,
        Notice::NotPublished { message, refused } => {
            let were = if refused == 1 { "was" } else { "were" };
            let refused = counted(refused, "prediction");
            let text = format!("{}. {refused} {were} refused.", sentence(&message));
            warning(
                NOT_PUBLISHED,
                "The bridge publishes no such predictions.",
                text,
                &[],
            )
        }
        Notice::SinkAway { message } => {
            let text = format!(
                "{}. They wait in this page, which tries again by itself.",
                sentence(&message)
            );
            warning(SINK, "Predictions cannot be published just now.", text, &[])
        }
        Notice::LetGo { let_go } => {
            let text = format!(
                "More waited to be published than this page keeps: the oldest {} were let go.",
                counted(let_go, "prediction")
            );
            warning(LET_GO, "Some predictions will not be published.", text, &[])
        }
        Notice::Trouble(message) => warning(REFUSED, "The bridge is in trouble.", message, &[]),
        Notice::Ended(reason) => error(
            REFUSED,
            "The bridge ended the connection.",
            reason,
            &[Action::TryNow],
        ),
    })
}

fn made_anew(title: &str) -> Banner {
    let text = "What the page shows was read from the one before it, and nothing is read from the new one yet.";
    error(LOG, title, text.to_owned(), &[Action::StartOver])
}

/// Topics that are not there yet: nothing is wrong, a connector makes them with their first rows.
fn missing(topics: &[String], there: &[String]) -> Option<Banner> {
    let (last, first) = topics.split_last()?;
    let (names, it_is, appears) = match first {
        [] => (format!("topic {last}"), "It is", "appears"),
        _ => (
            format!("topics {} and {last}", first.join(", ")),
            "They are",
            "appear",
        ),
    };
    let it = if first.is_empty() { "it" } else { "they" };
    let there = match there {
        [] => "The bridge has no topic yet.".to_owned(),
        _ => format!("The bridge has {}.", there.join(", ")),
    };
    let text = format!("{it_is} read as soon as {it} {appears}. {there}");
    Some(warning(
        TOPIC,
        &format!("There is no {names} yet."),
        text,
        &[],
    ))
}

/// A bridge's message as a sentence of its own.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
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
