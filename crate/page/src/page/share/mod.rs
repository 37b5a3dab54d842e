//! Share: the experiment as a link or a lab file, the recording, the stage as a picture, tables.
//!
//! - [`link`]: a lab file in an address; [`address`]: the page's own
//! - [`mod@file`]: what a chosen or dropped file is
//! - [`stage`]: the stage as a picture
//! - [`dialog`]: what is seen of all that

pub mod address;
pub mod dialog;
pub mod file;
pub mod link;
pub mod stage;

use lab::config::LabFile;

use super::experiment;
use super::msg::{Dialog, Effect};
use super::notice::Notice;
use super::state::State;
use crate::protocol::Update;

/// What is known of sharing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Share {
    /// The page's own lab file: an experiment by it needs no link of its own.
    pub own: Option<LabFile>,
    /// What was last done in the dialog, or why not.
    pub said: Option<Result<String, String>>,
    /// The lab file that was opened and is not in force yet.
    opening: Option<Opened>,
}

/// A lab file that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Opened {
    name: String,
    /// Onto the page, where the dialog is not open.
    dropped: bool,
}

/// Something happened in it.
#[derive(Clone, Debug, PartialEq)]
pub enum ShareMsg {
    /// The dialog was asked for.
    Open,
    /// The lab file is to be saved.
    SaveLab,
    /// A lab file is to take the place of the one in force.
    OpenLab {
        /// Its name.
        name: String,
        /// Its text.
        text: String,
        /// Whether it was dropped onto the page.
        dropped: bool,
    },
    /// The stage is to be saved.
    Picture(Format),
    /// Something was done, or not.
    Said(Result<String, String>),
    /// A file that was dropped onto the page cannot be read, and why.
    Unread(String),
}

/// Form of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Pixels.
    Png,
    /// Marks and text.
    Svg,
}

/// One step.
pub fn update(state: &mut State, msg: ShareMsg, out: &mut Vec<Effect>) {
    match msg {
        ShareMsg::Open => {
            state.share.said = None;
            out.push(Effect::Open(Dialog::Share));
        }
        ShareMsg::SaveLab => {
            let file = state.file().map_err(|error| error.to_string());
            let text = file.and_then(|file| {
                serde_json::to_string_pretty(&file).map_err(|error| error.to_string())
            });
            match text {
                Ok(text) => out.push(Effect::Save {
                    name: "lab.json",
                    text: text + "\n",
                }),
                Err(why) => state.share.said = Some(Err(why)),
            }
        }
        ShareMsg::OpenLab {
            name,
            text,
            dropped,
        } => match link::check(&text) {
            Ok(file) => {
                state.share.opening = Some(Opened { name, dropped });
                out.extend(experiment::send(state, &file));
            }
            Err(why) => tell(state, dropped, Err(format!("{name}: {why}"))),
        },
        ShareMsg::Picture(format) => out.push(Effect::Picture(format)),
        ShareMsg::Said(said) => state.share.said = Some(said),
        ShareMsg::Unread(why) => tell(state, true, Err(why)),
    }
}

/// The worker says what lab file is in force, or why it refuses one: address and reader are told.
pub fn arrived(state: &mut State, update: &Update, out: &mut Vec<Effect>) {
    let outcome = match (&update.lab, &update.refused) {
        (Some(_), _) => Ok(()),
        (None, Some(why)) => Err(why),
        (None, None) => return,
    };
    if let Some(Opened { name, dropped }) = state.share.opening.take() {
        let said = match outcome {
            Ok(()) => Ok(format!("{name} is in force.")),
            Err(why) => Err(format!("{name}: {why}")),
        };
        tell(state, dropped, said);
    }
    if outcome.is_ok() {
        out.push(Effect::Address(fragment(state)));
    }
}

/// What stands behind the page's address for the experiment as it is; nothing where it is the page's own, or no link can hold it.
fn fragment(state: &State) -> Option<String> {
    let file = LabFile::parse(&state.scenario.lab).ok()?;
    if state.share.own.as_ref() == Some(&file) {
        return None;
    }
    link::pack(&file).ok().map(|packed| format!("lab={packed}"))
}

/// Says it where the reader looks.
fn tell(state: &mut State, dropped: bool, said: Result<String, String>) {
    if !dropped {
        state.share.said = Some(said);
        return;
    }
    let (error, title, text) = match said {
        Ok(text) => (false, text, String::new()),
        Err(why) => (true, "The file cannot be opened.".to_owned(), why),
    };
    state.notice = Some(Notice {
        error,
        title,
        text,
        fresh: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::state::Scenario;
    use crate::protocol::Command;

    const LAB: &str = include_str!("../../../../../www/lab.json");

    fn state() -> State {
        let mut state = State {
            scenario: Scenario::read(LAB),
            ..State::default()
        };
        state.share.own = LabFile::parse(LAB).ok();
        state
    }

    fn open(state: &mut State, text: &str, dropped: bool) -> Vec<Effect> {
        let mut out = Vec::new();
        let msg = ShareMsg::OpenLab {
            name: "mine.json".to_owned(),
            text: text.to_owned(),
            dropped,
        };
        update(state, msg, &mut out);
        out
    }

    #[test]
    fn an_opened_lab_file_changes_the_experiment_and_the_address() {
        let mut state = state();
        let text = LAB.replace("\"rows\": 32", "\"rows\": 16");
        let sent = open(&mut state, &text, false);
        assert!(
            matches!(&sent[..], [Effect::Send(Command::ChangeLab { lab })] if lab.contains("16")),
            "{sent:?}"
        );
        let update = Update {
            lab: Some(text.clone()),
            ..Update::default()
        };
        let mut out = Vec::new();
        experiment::arrived(&mut state, &update);
        arrived(&mut state, &update, &mut out);
        assert!(
            matches!(&out[..], [Effect::Address(Some(fragment))] if fragment.starts_with("lab=")),
            "{out:?}"
        );
        assert_eq!(
            state.share.said,
            Some(Ok("mine.json is in force.".to_owned()))
        );
        // Back to the page's own: the address is, too.
        let update = Update {
            lab: Some(LAB.to_owned()),
            ..Update::default()
        };
        let mut out = Vec::new();
        experiment::arrived(&mut state, &update);
        arrived(&mut state, &update, &mut out);
        assert_eq!(out, [Effect::Address(None)]);
    }

    #[test]
    fn what_is_no_lab_file_is_told_where_the_reader_looks() {
        let mut state = state();
        assert_eq!(open(&mut state, "{\"eddy\": 1}", false), []);
        let said = state.share.said.clone();
        assert!(
            matches!(&said, Some(Err(why)) if why.starts_with("mine.json: lab file: missing field")),
            "{said:?}"
        );
        assert_eq!(open(&mut state, "{}", true), []);
        assert!(state.notice.is_some_and(|notice| notice.error));
    }
}
