//! From a page to the sink.

use std::sync::Arc;

use wire::Publication;

use crate::identity::Identity;
use crate::metrics::Rejection;
use crate::shared::Shared;
use crate::{Sink, SinkError};

/// What became of messages that a page wants published; each is in one of the lists.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The ids of those that are there now.
    pub(crate) published: Vec<String>,
    /// Those that never will be, and why.
    pub(crate) refused: Vec<Not>,
    /// Those that may be sent again later, and why.
    pub(crate) unpublished: Option<Not>,
    /// Whether the log that they come from is another by now.
    pub(crate) made_anew: bool,
}

/// Messages that were not published.
#[derive(Debug)]
pub(crate) struct Not {
    pub(crate) reason: Rejection,
    pub(crate) ids: Vec<String>,
    pub(crate) message: String,
}

/// Publishes those messages whose topics were allowed, if the log is still the one that they come from; counts them.
pub(crate) async fn publish(
    shared: Arc<Shared>,
    identity: Identity,
    publications: Vec<Publication>,
) -> Outcome {
    let outcome = attempt(&shared, identity, publications).await;
    shared.metrics.sink.count(&outcome, shared.now_ms());
    outcome
}

async fn attempt(shared: &Shared, identity: Identity, publications: Vec<Publication>) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(sink) = shared.backend.sink.clone() else {
        let message =
            "this bridge publishes nothing; start it with a topic that may be published to";
        outcome.refuse(&publications, Rejection::NoSink, message.to_owned());
        return outcome;
    };
    let (allowed, others): (Vec<_>, Vec<_>) = publications
        .into_iter()
        .partition(|publication| sink.allowed(&publication.topic));
    for publication in &others {
        let topic = publication.topic.clone();
        let message = SinkError::NotAllowed { topic }.to_string();
        outcome.refuse(
            std::slice::from_ref(publication),
            Rejection::NotAllowed,
            message,
        );
    }
    if allowed.is_empty() {
        return outcome;
    }
    let ids = ids(&allowed);
    let source = shared.backend.source.clone();
    let under_way = shared.metrics.sink.begin();
    let call = move || {
        let _under_way = under_way;
        match source.hello() {
            Ok(hello) if identity.is_of(&hello) => deliver(&*sink, &allowed, &mut outcome),
            Ok(_) => outcome.refuse_stale(&allowed),
            // Whether they are still wanted cannot be told.
            Err(error) => outcome.hold_back(&allowed, Rejection::Source, error.to_string()),
        }
        outcome
    };
    tokio::task::spawn_blocking(call)
        .await
        .unwrap_or_else(|error| Outcome {
            unpublished: Some(Not {
                reason: Rejection::Panicked,
                ids,
                message: format!("the sink failed: {error}; see the program's log"),
            }),
            ..Outcome::default()
        })
}

impl Outcome {
    /// Refuses what was learned from a log, or from a topic, that is no more.
    pub(crate) fn refuse_stale(&mut self, publications: &[Publication]) {
        self.made_anew = true;
        let message = "the log was made anew; what was learned from the old one is not published";
        self.refuse(publications, Rejection::MadeAnew, message.to_owned());
    }

    fn refuse(&mut self, publications: &[Publication], reason: Rejection, message: String) {
        match (self.refused.iter_mut()).find(|refused| refused.message == message) {
            Some(refused) => refused.ids.extend(ids(publications)),
            None => self.refused.push(Not {
                reason,
                ids: ids(publications),
                message,
            }),
        }
    }

    /// Leaves these to be sent again later.
    pub(crate) fn hold_back(
        &mut self,
        publications: &[Publication],
        reason: Rejection,
        message: String,
    ) {
        match &mut self.unpublished {
            Some(held) => held.ids.extend(ids(publications)),
            None => {
                self.unpublished = Some(Not {
                    reason,
                    ids: ids(publications),
                    message,
                });
            }
        }
    }
}

/// Publishes these in their order.
///
/// A sink writes all or none: where it refuses, halves find the message that it cannot hold, so that the others do
/// not share its lot.
fn deliver(sink: &dyn Sink, publications: &[Publication], outcome: &mut Outcome) {
    if let Some(held) = &outcome.unpublished {
        // What comes later must not be there earlier.
        let (reason, message) = (held.reason, held.message.clone());
        return outcome.hold_back(publications, reason, message);
    }
    match sink.publish(publications) {
        Ok(ids) => outcome.published.extend(ids),
        Err(error @ SinkError::Unwritable { .. }) => {
            outcome.hold_back(publications, Rejection::from(&error), error.to_string());
        }
        Err(error) if publications.len() == 1 => {
            outcome.refuse(publications, Rejection::from(&error), error.to_string());
        }
        Err(_) => {
            let (earlier, later) = publications.split_at(publications.len() / 2);
            deliver(sink, earlier, outcome);
            deliver(sink, later, outcome);
        }
    }
}

fn ids(publications: &[Publication]) -> Vec<String> {
    let ids = publications.iter().map(|publication| &publication.id);
    ids.cloned().collect()
}
