//! A record of a model topic: a version of the job that writes it.

use serde_json::Value;

use super::Arrived;
use crate::config::Role;
use crate::follow::record::{Span, lane_of};
use crate::lab::Lab;
use crate::lane::Come;
use crate::rows::Verdict;

/// The letter of a model record, where others have that of their operation.
const MODEL: char = 'v';

impl Lab {
    /// Hands a model record to the lanes that follow its job.
    pub(super) fn apply_model(&mut self, arrived: Arrived<'_>) {
        let Some(value) = arrived.record.value else {
            let note = "tombstone: ignored".to_owned();
            return self.rows.mark(Verdict::Shown, '0', note);
        };
        let value = serde_json::from_slice::<Value>(value);
        let value = match value.map_err(|error| format!("is no model record: no JSON: {error}")) {
            Ok(value) => value,
            Err(reason) => return self.reject(arrived, None, reason),
        };
        let lane = match lane_of(&value) {
            Ok(Some(lane)) => lane.to_owned(),
            Ok(None) => {
                let note = "no model record: ignored".to_owned();
                return self.rows.mark(Verdict::Shown, 'm', note);
            }
            Err(reason) => return self.reject(arrived, None, reason),
        };
        let follows = |lab: &Lab, i: usize| {
            let follows = lab.config.lanes[i].follows.as_ref();
            lab.lanes[i].is_following()
                && follows
                    .is_some_and(|follows| follows.stream == arrived.stream && follows.lane == lane)
        };
        let followers: Vec<usize> = (0..self.lanes.len())
            .filter(|i| follows(self, *i))
            .collect();
        if followers.is_empty() {
            let note = format!("a version of {lane}, which no lane follows");
            return self.rows.mark(Verdict::Shown, MODEL, note);
        }
        let mut said = Vec::new();
        let mut faults = Vec::new();
        for i in followers {
            match self.lanes[i].take_model(value.clone(), arrived.number) {
                Ok(text) => said.push(text),
                Err(reason) => faults.push((i, reason)),
            }
        }
        self.rows.mark(Verdict::Shown, MODEL, said.join("; "));
        self.rejected += u64::from(!faults.is_empty());
        for (lane, reason) in faults {
            let source = self.source(arrived);
            self.reject_in(arrived.number, source, lane, None, reason);
        }
    }

    /// Lets the model records in whose rows have come; with `is_last` all of them.
    pub(crate) fn let_models_in(&mut self, is_last: bool) {
        if self.lanes.iter().all(|lane| lane.models_waiting() == 0) {
            return;
        }
        let records = self.rows.end();
        for i in 0..self.lanes.len() {
            while self.lanes[i].models_waiting() > 0 {
                let (config, seen, streams) = (&self.config, &self.seen, &self.streams);
                let has_come = |span: &Span| {
                    let mut all = streams.iter();
                    let stream = all.position(|stream| *stream.topic == *span.topic);
                    let Some(stream) = stream else {
                        return Come::Never(format!("{} is no stream of the lab", span.topic));
                    };
                    if !matches!(config.streams[stream].role, Role::Train | Role::Both) {
                        return Come::Never(format!("{} does not train", span.topic));
                    }
                    match seen.last(stream, span.partition) {
                        Some(last) if last >= span.to => Come::All,
                        last => Come::NotYet(span.clone(), last),
                    }
                };
                if !self.lanes[i].let_model_in(has_come, is_last, records, &mut self.out) {
                    break;
                }
            }
        }
        self.tell();
    }
}
