//! What a session's offsets belong to.

use std::collections::BTreeMap;

use wire::Hello;

/// A log, and those of its topics that are subscribed to, as they were then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity {
    pub(crate) log_id: String,
    /// By topic, where the log has one for each.
    topic_ids: BTreeMap<String, String>,
}

impl Identity {
    /// The log without any topic.
    pub(crate) fn of_log(log_id: &str) -> Self {
        Identity {
            log_id: log_id.to_owned(),
            topic_ids: BTreeMap::new(),
        }
    }

    /// The log with these topics.
    pub(crate) fn of(hello: &Hello, topics: &[String]) -> Self {
        let mut topic_ids = hello.topic_ids.clone();
        topic_ids.retain(|topic, _| topics.contains(topic));
        Identity {
            log_id: hello.log_id.clone(),
            topic_ids,
        }
    }

    /// Whether neither the log nor one of the topics was made anew.
    pub(crate) fn is_of(&self, hello: &Hello) -> bool {
        self.log_id == hello.log_id && hello.topic_made_anew(&self.topic_ids).is_none()
    }

    /// Those topics that were made anew in the same log.
    pub(crate) fn topics_made_anew(&self, hello: &Hello) -> Vec<String> {
        let mut known = self.topic_ids.clone();
        known.retain(|topic, id| hello.topic_ids.get(topic).is_some_and(|now| now != id));
        known.into_keys().collect()
    }
}
