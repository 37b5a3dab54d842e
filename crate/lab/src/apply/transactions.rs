//! What a record says of its database transaction, for lanes that cut batches by it.

use change::{Change, Kind};

use super::Arrived;
use crate::config::{Cut, Redelivered, Role};
use crate::lab::{Lab, TRANSACTION_TOPIC};
use crate::lane::{Membership, Trouble};
use crate::notes::About;

impl Lab {
    /// Tells the lanes which transaction the event belongs to, before its row is handed out.
    pub(super) fn transaction_event(&mut self, arrived: Arrived<'_>, change: &Change<'_>) {
        if !counts(change) {
            return;
        }
        let event = Membership {
            id: change.transaction(),
            end_is_told: self.streams[arrived.stream].end_is_told
                && change.transaction_id.is_some(),
            time_ms: arrived.record.timestamp_ms,
        };
        let records = arrived.number;
        for i in 0..self.lanes.len() {
            if self.is_by_transaction(i, arrived) {
                let lane = &mut self.lanes[i];
                let trouble = lane.transaction_event(event, records, &mut self.out);
                self.remark_trouble(arrived, trouble);
            }
        }
    }

    /// Tells the lanes that the event's row was handed out.
    pub(super) fn transaction_event_done(&mut self, arrived: Arrived<'_>, change: &Change<'_>) {
        if !counts(change) {
            return;
        }
        for i in 0..self.lanes.len() {
            if self.is_by_transaction(i, arrived) {
                let records = arrived.number + 1;
                let lane = &mut self.lanes[i];
                lane.transaction_event_done(change.transaction(), records, &mut self.out);
            }
        }
    }

    /// Takes the end of a transaction, as the transaction topic tells it.
    pub(super) fn transaction_end(&mut self, arrived: Arrived<'_>, change: &Change<'_>) {
        let (Some(id), Some(end)) = (change.transaction(), change.boundary) else {
            return;
        };
        let prefix = arrived.record.topic.strip_suffix(TRANSACTION_TOPIC);
        let prefix = prefix.unwrap_or(arrived.record.topic);
        // Of the transaction's tables, those that this lab reads.
        let streams = self.config.streams.iter();
        let topics: Vec<&str> = streams
            .filter(|stream| stream.role != Role::Ignore)
            .map(|stream| stream.topic.as_str())
            .collect();
        let mut events = None;
        for (table, count) in end.collections() {
            let topic = topic_of(prefix, &table);
            if topics.contains(&topic.as_str()) {
                events = Some(events.unwrap_or(0) + count);
            }
        }
        let records = arrived.number + 1;
        for i in 0..self.lanes.len() {
            let lane = &mut self.lanes[i];
            if lane.config.cut == Cut::Transaction {
                let trouble = lane.transaction_end(id, events, records, &mut self.out);
                self.remark_trouble(arrived, trouble);
            }
        }
    }

    fn is_by_transaction(&self, lane: usize, arrived: Arrived<'_>) -> bool {
        let config = &self.lanes[lane].config;
        let left_out = arrived.first.is_some() && config.changes.redelivered == Redelivered::Once;
        config.cut == Cut::Transaction && !left_out
    }

    fn remark_trouble(&mut self, arrived: Arrived<'_>, trouble: Option<Trouble>) {
        let Some(trouble) = trouble else { return };
        let topic = self.streams[arrived.stream].topic.clone();
        let place = (&topic, arrived.record.partition, arrived.record.offset);
        let mut say = |about, text| self.notes.say(arrived.stream, about, place, || text);
        match trouble {
            Trouble::NoTransaction => say(
                About::NoTransaction,
                "Events carry no transaction, so each is a batch of its own. Let the connector name it: \
                 provide.transaction.metadata=true, or behind the unwrap step add.fields=source.txId."
                    .to_owned(),
            ),
            Trouble::CameApart(id) => say(
                About::CameApart,
                format!(
                    "Events of transaction {id} came after its batch had ended, and are a batch of their own. With \
                     provide.transaction.metadata=true and the connector's transaction topic among the \
                     streams (role ignore), a batch waits until all of its events are there."
                ),
            ),
            Trouble::TooManyOpen(id) => say(
                About::CameApart,
                format!(
                    "Transaction {id} was ended before all of its events had come, because {} others were open. \
                     Are all of its tables' topics read from their start?",
                    self.bounds.transactions
                ),
            ),
        }
    }
}

/// Whether Debezium counts the record among a transaction's events.
fn counts(change: &Change<'_>) -> bool {
    matches!(change.kind, Kind::Row | Kind::Truncate)
}

/// The topic of a table, as Debezium names it: what Kafka does not take becomes an underscore.
fn topic_of(prefix: &str, table: &str) -> String {
    let allowed = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
            c
        } else {
            '_'
        }
    };
    let table: String = table.chars().map(allowed).collect();
    format!("{prefix}.{table}")
}
