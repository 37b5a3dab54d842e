//! From a page to the sink.

use wire::Publication;

use crate::SinkError;
use crate::metrics::Rejection;
use crate::shared::Shared;

/// What became of messages that a page wants published.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The ids of those that are there now.
    pub(crate) ids: Vec<String>,
    /// Why others are not, a sentence each.
    pub(crate) refused: Vec<String>,
    /// Whether nothing was published because the log is another by now.
    pub(crate) made_anew: bool,
}

/// Publishes those messages whose topics were allowed, if the log is still the one that they come from.
pub(crate) async fn publish(
    shared: &Shared,
    log_id: &str,
    publications: Vec<Publication>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(sink) = shared.backend.sink.clone() else {
        let refusal =
            "this bridge publishes nothing; start it with a topic that may be published to";
        rejected(shared, Rejection::NoSink, publications.len(), refusal);
        outcome.refused.push(refusal.to_owned());
        return outcome;
    };
    let (allowed, others): (Vec<_>, Vec<_>) = publications
        .into_iter()
        .partition(|publication| sink.allowed(&publication.topic));
    for Publication { topic, .. } in others {
        let refusal = SinkError::NotAllowed { topic }.to_string();
        rejected(shared, Rejection::NotAllowed, 1, &refusal);
        if !outcome.refused.contains(&refusal) {
            outcome.refused.push(refusal);
        }
    }
    if allowed.is_empty() {
        return outcome;
    }
    let (source, log_id) = (shared.backend.source.clone(), log_id.to_owned());
    let messages = allowed.len();
    let under_way = shared.metrics.sink.begin();
    let call = move || {
        let _under_way = under_way;
        let hello = source
            .hello()
            .map_err(|error| (Rejection::Unwritable, error.to_string()))?;
        if hello.log_id != log_id {
            return Ok(None);
        }
        sink.publish(&allowed)
            .map(Some)
            .map_err(|error| (Rejection::from(&error), error.to_string()))
    };
    let (reason, error) = match tokio::task::spawn_blocking(call).await {
        Ok(Ok(Some(ids))) => {
            shared.metrics.sink.published(ids.len());
            outcome.ids = ids;
            return outcome;
        }
        Ok(Ok(None)) => {
            outcome.made_anew = true;
            rejected(
                shared,
                Rejection::MadeAnew,
                messages,
                "the log was made anew",
            );
            return outcome;
        }
        Ok(Err(refused)) => refused,
        Err(error) => {
            let error = format!("the sink failed: {error}; see the program's log");
            (Rejection::Panicked, error)
        }
    };
    rejected(shared, reason, messages, &error);
    outcome.refused.push(error);
    outcome
}

/// Counts messages that are not published, and tells the log why.
pub(crate) fn rejected(shared: &Shared, reason: Rejection, messages: usize, why: &str) {
    let sink = &shared.metrics.sink;
    sink.rejected(reason, messages, why, shared.now_ms());
}
