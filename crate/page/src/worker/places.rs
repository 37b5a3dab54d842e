//! Places on the timeline that the reader asks for, and the columns that rows have brought.

use lab::Lab;
use lab::snapshot::Playhead;

use super::desk::Desk;
use super::run::Worker;
use crate::protocol::KnownColumn;

/// What is told of places and columns.
#[derive(Default)]
pub(super) struct Places {
    sought: Option<Result<(), String>>,
    told: Vec<KnownColumn>,
}

impl Places {
    /// What came of the last place that was asked for, once.
    pub(super) fn take_sought(&mut self) -> Option<Result<(), String>> {
        self.sought.take()
    }

    /// The columns, when there are others than were told.
    pub(super) fn columns_to_tell(&mut self, lab: &Lab) -> Option<Vec<KnownColumn>> {
        let names = lab.rows.columns().iter().enumerate();
        let is_told = |(i, name): (usize, &String)| {
            let told = self.told.get(i);
            told.is_some_and(|told| told.name == *name && told.numbers == lab.rows.holds_numbers(i))
        };
        if names.len() == self.told.len() && names.clone().all(is_told) {
            return None;
        }
        let column = |(i, name): (usize, &String)| KnownColumn {
            name: name.clone(),
            numbers: lab.rows.holds_numbers(i),
        };
        self.told = names.map(column).collect();
        Some(self.told.clone())
    }
}

impl Worker {
    /// Goes to what a text names.
    pub(super) fn go_to(&mut self, text: &str) {
        let found = self.desk.lab.find(self.desk.view.lane, text);
        if let Ok(place) = found {
            self.desk.view.at = place;
        }
        self.places.sought = Some(found.map(drop).map_err(|error| error.to_string()));
    }

    /// To the end of the next test round; among what waits, to where one ends.
    pub(super) fn next_round(&mut self) {
        let record = self.snapshot_place().0;
        if let Some(end) = round_end_after(&self.desk.lab.rounds.spans, record) {
            self.desk.view.at = at(&self.desk.lab, end);
            return;
        }
        let before = self.desk.lab.rows.end();
        self.desk.view.at = Playhead::Live;
        self.desk.step_round();
        self.count_played(self.desk.lab.rows.end() - before);
    }

    /// Back to the end of the test round before.
    pub(super) fn back_round(&mut self) {
        let record = self.snapshot_place().0;
        let end = round_end_before(&self.desk.lab.rounds.spans, record);
        self.desk.view.at = end.map_or(Playhead::Version(1), Playhead::Record);
    }
}

impl Desk {
    /// Applies what waits until a test round has ended: the next one that trains stays.
    pub(super) fn step_round(&mut self) {
        let rounds = |desk: &Desk| desk.lab.rounds.spans.last().copied();
        let before = rounds(self);
        while rounds(self) == before || self.waiting_is_tested() {
            if !self.step_row() {
                return;
            }
        }
    }

    /// Whether the next record that waits is one to classify.
    fn waiting_is_tested(&self) -> bool {
        let (events, _) = self.waiting_events();
        // 1: its stream is classified.
        events.first().is_some_and(|event| event.role == 1)
    }
}

/// The end of the first round that ends after a record.
fn round_end_after(spans: &[(u64, u64)], record: u64) -> Option<u64> {
    let next = spans.partition_point(|span| span.1 < record);
    spans.get(next).map(|span| span.1 + 1)
}

/// The end of the last round that ends before a record.
fn round_end_before(spans: &[(u64, u64)], record: u64) -> Option<u64> {
    let before = spans.partition_point(|span| span.1 + 1 < record);
    Some(spans.get(before.checked_sub(1)?)?.1 + 1)
}

/// A record's place; the newest is where live is.
fn at(lab: &Lab, record: u64) -> Playhead {
    match record >= lab.rows.end() {
        true => Playhead::Live,
        false => Playhead::Record(record),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::player;

    const SPANS: [(u64, u64); 2] = [(3, 5), (9, 9)];

    #[test]
    fn rounds_are_stepped_through_end_by_end() {
        let forward = [(0, Some(6)), (5, Some(6)), (6, Some(10)), (10, None)];
        for (record, end) in forward {
            assert_eq!(round_end_after(&SPANS, record), end, "{record}");
        }
        let back = [(12, Some(10)), (10, Some(6)), (6, None), (0, None)];
        for (record, end) in back {
            assert_eq!(round_end_before(&SPANS, record), end, "{record}");
        }
    }

    #[test]
    fn what_waits_is_applied_to_the_end_of_a_round() {
        let lab = include_str!("../../../../www/lab.json");
        let mut desk = Desk::new(lab, false).unwrap();
        desk.set_flowing(false);
        desk.lay_out(player::read(include_str!("../../../../www/demo.ndjson")).items);
        desk.step_round();
        let first = desk.lab.rounds.spans.clone();
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].1 - first[0].0, 10);
        assert_eq!(desk.lab.rows.end(), first[0].1 + 1);
        desk.step_round();
        assert_eq!(desk.lab.rounds.spans.len(), 2);
    }

    #[test]
    fn columns_are_told_when_they_are_others() {
        let lab = include_str!("../../../../www/lab.json");
        let mut desk = Desk::new(lab, false).unwrap();
        desk.lay_out(player::read(include_str!("../../../../www/demo.ndjson")).items);
        let mut places = Places::default();
        let told = places.columns_to_tell(&desk.lab).unwrap();
        assert!(told.iter().all(|column| !column.numbers));
        assert!(desk.step_row());
        let told = places.columns_to_tell(&desk.lab).unwrap();
        let holds = |name: &str| {
            told.iter()
                .any(|column| column.name == name && column.numbers)
        };
        assert!(holds("petal_width") && holds("iris_class"), "{told:?}");
        assert_eq!(places.columns_to_tell(&desk.lab), None);
    }
}
