//! What a page begins with: its own lab file, that of a link, or what its session was.

use lab::config::LabFile;

use super::{Played, Session, stored};
use crate::page::notice::Notice;
use crate::page::numbers;
use crate::page::share::address::{self, Linked};
use crate::page::share::link;
use crate::protocol::Command;

/// What a page begins with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opening {
    /// The lab file, where it is not the page's own.
    pub lab: Option<String>,
    /// What the page was before it was loaded anew.
    pub session: Option<Session>,
    /// The recording that was played.
    pub recording: Option<String>,
    /// What the address asks for.
    pub linked: Option<Linked>,
    /// What there is to say of it.
    pub notice: Option<Notice>,
}

/// Looks at address and session.
pub async fn opening(scenario: Option<&str>) -> Opening {
    let (linked, session) = (address::read(), stored::read());
    let mut opening = choose(linked, session, scenario);
    match &opening.session {
        None => stored::forget(),
        Some(session) => {
            let key = session
                .recording
                .as_ref()
                .and_then(|played| played.key.as_deref());
            if let Some(key) = key {
                opening.recording = stored::recording(key).await;
            }
        }
    }
    if opening.notice.as_ref().is_some_and(|notice| notice.error)
        && let Err(error) = address::replace(None)
    {
        gloo::console::error!(error);
    }
    if opening.notice.is_none() {
        opening.notice = restored(&opening);
    }
    opening
}

/// A link goes before the session, unless it is the session's own.
fn choose(
    linked: Option<Result<Linked, String>>,
    session: Option<Session>,
    scenario: Option<&str>,
) -> Opening {
    let session = session.filter(|session| session.scenario.as_deref() == scenario);
    let file = |session: &Session| LabFile::parse(session.lab.as_deref()?).ok();
    match linked {
        Some(Err(why)) => Opening {
            notice: Some(Notice {
                error: true,
                title: "The link’s experiment cannot be shown; this is the page’s own.".to_owned(),
                text: why,
                fresh: false,
            }),
            ..Opening::default()
        },
        Some(Ok(linked)) => {
            let session = session.filter(|session| file(session).as_ref() == Some(&linked.file));
            Opening {
                lab: serde_json::to_string_pretty(&linked.file).ok(),
                linked: session.is_none().then_some(linked),
                session,
                ..Opening::default()
            }
        }
        None => {
            // A lab file of another release may be one no more.
            let usable = |session: &Session| {
                session
                    .lab
                    .as_deref()
                    .is_none_or(|lab| link::check(lab).is_ok())
            };
            let session = session.filter(usable);
            Opening {
                lab: session.as_ref().and_then(|session| session.lab.clone()),
                session,
                ..Opening::default()
            }
        }
    }
}

/// What is said of a session that goes on; nothing where only the view does.
fn restored(opening: &Opening) -> Option<Notice> {
    let session = opening.session.as_ref()?;
    let notice = |error, title: &str, text: String| {
        Some(Notice {
            error,
            title: title.to_owned(),
            text,
            fresh: true,
        })
    };
    match (&session.recording, &opening.recording) {
        (Some(played), None) => notice(
            true,
            "The recording could not be kept.",
            format!(
                "Open {} again, to see it with this experiment.",
                played.name
            ),
        ),
        (Some(played), Some(_)) => notice(
            false,
            "Restored.",
            format!(
                "{}, {}, as before the page was loaded anew.",
                played.name,
                numbers::counted(played.rows, "row")
            ),
        ),
        (None, _) if session.lab.is_some() => notice(
            false,
            "Restored.",
            "The changed experiment, as before the page was loaded anew.".to_owned(),
        ),
        (None, _) => None,
    }
}

impl Opening {
    /// What the worker is told once it has its lab file, in order.
    pub fn commands(&self) -> Vec<Command> {
        let mut commands = Vec::new();
        if let Some(Linked { lane, axes, .. }) = &self.linked {
            commands.push(Command::ShowLane { lane: *lane });
            commands.extend(axes.map(|(x, y)| Command::Axes { x, y }));
        }
        let Some(session) = &self.session else {
            return commands;
        };
        let (x, y) = session.axes;
        commands.extend([
            Command::ShowLane { lane: session.lane },
            Command::Axes { x, y },
        ]);
        if session.compare {
            commands.push(Command::Compare { on: true });
        }
        if let (Some(played), Some(text)) = (&session.recording, &self.recording) {
            commands.extend(resume(played, text));
        }
        commands
    }
}

fn resume(played: &Played, text: &str) -> Vec<Command> {
    let mut commands = vec![
        Command::Speed {
            factor: played.speed,
        },
        Command::Resume {
            name: played.name.clone(),
            text: text.to_owned(),
            rows: played.rows,
            records_per_s: played.records_per_s,
        },
    ];
    commands.extend(played.paused.then_some(Command::Pause));
    commands.extend(played.at.map(|record| Command::Seek { record }));
    commands
}

#[cfg(test)]
mod tests {
    use lab::snapshot::Axis;

    use super::*;

    const LAB: &str = include_str!("../../../../../www/lab.json");

    fn linked() -> Linked {
        Linked {
            file: LabFile::parse(LAB).unwrap(),
            lane: 1,
            axes: Some((Axis::Feature(0), Axis::Feature(1))),
        }
    }

    fn session(lab: Option<&str>) -> Session {
        Session {
            lab: lab.map(str::to_owned),
            ..Session::default()
        }
    }

    #[test]
    fn a_link_goes_before_a_session_of_another_experiment() {
        let other = session(Some(&LAB.replace("32", "16")));
        let opening = choose(Some(Ok(linked())), Some(other), None);
        assert_eq!(
            (opening.session.is_none(), opening.linked.is_some()),
            (true, true)
        );
        let own = session(Some(LAB));
        let opening = choose(Some(Ok(linked())), Some(own), None);
        assert_eq!(
            (opening.session.is_some(), opening.linked.is_none()),
            (true, true)
        );
    }

    #[test]
    fn a_damaged_link_is_told_and_the_page_is_its_own() {
        let opening = choose(Some(Err("why".to_owned())), Some(session(Some(LAB))), None);
        assert_eq!((&opening.lab, &opening.session), (&None, &None));
        assert!(
            opening
                .notice
                .is_some_and(|notice| notice.error && notice.text == "why")
        );
    }

    #[test]
    fn a_session_of_another_scenario_or_release_is_none() {
        assert!(
            choose(None, Some(session(None)), Some("ecommerce"))
                .session
                .is_none()
        );
        assert!(
            choose(None, Some(session(Some("{\"eddy\":7}"))), None)
                .session
                .is_none()
        );
        assert!(
            choose(None, Some(session(Some(LAB))), None)
                .session
                .is_some()
        );
    }

    #[test]
    fn a_recording_goes_on_where_it_was() {
        let mut session = session(None);
        session.recording = Some(Played {
            name: "demo".to_owned(),
            rows: 7,
            at: Some(5),
            paused: true,
            speed: 2.0,
            ..Played::default()
        });
        let mut opening = Opening {
            session: Some(session),
            ..Opening::default()
        };
        assert!(restored(&opening).is_some_and(|notice| notice.error));
        opening.recording = Some("{}".to_owned());
        let commands = opening.commands();
        assert_eq!(
            commands[2..],
            [
                Command::Speed { factor: 2.0 },
                Command::Resume {
                    name: "demo".to_owned(),
                    text: "{}".to_owned(),
                    rows: 7,
                    records_per_s: None
                },
                Command::Pause,
                Command::Seek { record: 5 },
            ]
        );
        assert_eq!(
            restored(&opening).unwrap().text,
            "demo, 7 rows, as before the page was loaded anew."
        );
    }
}
