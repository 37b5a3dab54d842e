//! How source and sink are, as far as one look can tell.

use std::time::Duration;

use wire::Hello;

use crate::shared::Shared;

/// How long source and sink may take to say how they are.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the source may tell nothing at all; it owes a word every 100 ms.
const SILENCE: Duration = Duration::from_secs(10);

/// What a look found.
pub(crate) struct Look {
    /// The log and its ends; none where the source does not say.
    pub(crate) hello: Option<Hello>,
    pub(crate) source: State,
    /// None where there is no sink.
    pub(crate) sink: Option<State>,
}

/// The state of one side.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// What is wrong, and what to do.
    pub(crate) error: Option<String>,
    /// The bridge's clock when it came into this state; none where only this look found it.
    pub(crate) since_ms: Option<i64>,
    /// What is worth knowing though nothing is wrong.
    pub(crate) note: Option<String>,
}

/// What source and sink say of themselves.
struct Said {
    hello: Result<Hello, String>,
    note: Option<String>,
    sink: Option<String>,
}

/// Asks source and sink, one look at a time: a source that hangs must not take more than one thread.
pub(crate) async fn look(shared: &Shared) -> Look {
    let said = tokio::time::timeout(PATIENCE, ask(shared))
        .await
        .unwrap_or_else(|_| {
            let seconds = PATIENCE.as_secs();
            Said::nothing(format!(
                "the source has not answered for {seconds} s; see whether it is running"
            ))
        });
    let (hello, unanswered) = match said.hello {
        Ok(hello) => (Some(hello), None),
        Err(error) => (None, Some(error)),
    };
    let mut source = followed(shared);
    if source.error.is_none() && unanswered.is_some() {
        source.error = unanswered;
        source.since_ms = None;
    }
    source.note = said.note;
    let sink = shared
        .backend
        .sink
        .is_some()
        .then(|| published(shared, said.sink));
    Look {
        hello,
        source,
        sink,
    }
}

impl Said {
    fn nothing(error: String) -> Self {
        Said {
            hello: Err(error),
            note: None,
            sink: None,
        }
    }
}

async fn ask(shared: &Shared) -> Said {
    let Ok(turn) = shared.looks.clone().acquire_owned().await else {
        // The semaphore is never closed.
        return Said::nothing("the bridge shuts down".to_owned());
    };
    let (source, sink) = (shared.backend.source.clone(), shared.backend.sink.clone());
    let asked = tokio::task::spawn_blocking(move || {
        // Here, not outside: the turn lasts as long as the thread is taken.
        let _turn = turn;
        Said {
            hello: source.hello().map_err(|error| error.to_string()),
            note: source.note(),
            sink: sink.and_then(|sink| sink.trouble()),
        }
    });
    asked.await.unwrap_or_else(|error| {
        Said::nothing(format!(
            "the source failed: {error}; report this as a bug of the source, with the program's log"
        ))
    })
}

/// The source as the thread that follows it finds it.
fn followed(shared: &Shared) -> State {
    let source = &shared.metrics.source;
    let silent = source.news_age();
    match shared.trouble.borrow().clone() {
        None if silent > SILENCE => {
            let silent_ms = i64::try_from(silent.as_millis()).unwrap_or(i64::MAX);
            State {
                error: Some(format!(
                    "the source has told nothing for {} s; see whether it is running",
                    silent.as_secs()
                )),
                since_ms: Some(shared.now_ms().saturating_sub(silent_ms)),
                note: None,
            }
        }
        error => State {
            error,
            since_ms: Some(source.since_ms()),
            note: None,
        },
    }
}

/// The sink as it sees itself, or else as the last messages found it.
fn published(shared: &Shared, said: Option<String>) -> State {
    let (remembered, since_ms) = shared.metrics.sink.trouble().unzip();
    State {
        error: said.or(remembered),
        since_ms,
        note: None,
    }
}
