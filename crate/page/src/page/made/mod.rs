//! Made-up streams: made in the page from a seed, and played as a recording with a lab file of its own.
//!
//! - [`fields`]: what the dialog's fields say; [`dialog`]: what is seen of it

pub mod dialog;
pub mod fields;

use generate::{Settings, Stream};

use super::msg::{Dialog, Effect};
use super::state::State;
use super::yours;
use crate::protocol::Command;

/// Changes that a page makes at most: their record lines are held in memory, twice.
pub const ROWS_MOST: u64 = 50_000;

/// What is known of made-up streams.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Made {
    /// What is wrong with the fields, and which.
    pub error: Option<(&'static str, String)>,
}

/// Something happened in the dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum MadeMsg {
    /// It was asked for.
    Open,
    /// This is to be made and played, or these fields cannot be read.
    Play(Result<Box<Settings>, (&'static str, String)>),
}

/// One step.
pub fn update(state: &mut State, msg: MadeMsg, out: &mut Vec<Effect>) {
    state.made.error = None;
    match msg {
        MadeMsg::Open => out.push(Effect::Open(Dialog::Made)),
        MadeMsg::Play(asked) => match asked.and_then(|settings| made(*settings)) {
            Ok(command) => {
                if let Command::PlayAs { text, .. } = &command {
                    yours::plays(state, text);
                }
                state.show_anew();
                out.extend([Effect::CloseDialogs, Effect::Send(command)]);
            }
            Err(error) => state.made.error = Some(error),
        },
    }
}

/// The command that plays such a stream.
fn made(settings: Settings) -> Result<Command, (&'static str, String)> {
    if settings.rows > ROWS_MOST {
        let reason = format!(
            "is {}; give {ROWS_MOST} or less, or use eddy generate",
            settings.rows
        );
        return Err(("rows", reason));
    }
    let stream = Stream::new(settings).map_err(|error| (error.field, error.reason))?;
    Ok(Command::PlayAs {
        lab: stream.lab(),
        name: format!("made-up {}", stream.settings().kind.name()),
        text: stream.ndjson(),
        records_per_s: Some(stream.settings().rate_per_s),
    })
}

#[cfg(test)]
mod tests {
    use generate::Kind;

    use super::*;

    #[test]
    fn what_is_made_is_played_with_its_own_lab_file() {
        let mut state = State::default();
        let mut out = Vec::new();
        let settings = Box::new(Settings::of(Kind::Growing));
        update(&mut state, MadeMsg::Play(Ok(settings)), &mut out);
        let [
            Effect::CloseDialogs,
            Effect::Send(Command::PlayAs {
                lab,
                name,
                text,
                records_per_s,
            }),
        ] = &out[..]
        else {
            panic!("{out:?}")
        };
        assert_eq!(
            (name.as_str(), *records_per_s),
            ("made-up growing", Some(20.0))
        );
        assert!(lab.contains("growing_train") && text.contains("growing_train"));
        assert_eq!(text.lines().count(), 1_001);
    }

    #[test]
    fn what_cannot_be_made_names_the_field() {
        let mut state = State::default();
        let mut out = Vec::new();
        let mut settings = Settings::of(Kind::Blobs);
        settings.noise = 2.0;
        update(&mut state, MadeMsg::Play(Ok(Box::new(settings))), &mut out);
        assert_eq!(out, []);
        assert_eq!(
            state.made.error,
            Some(("noise", "is 2; give 0 to 1".to_owned()))
        );
    }
}
