//! Records, or lanes of a record, that are rejected, and why.

use change::Change;

use super::Arrived;
use crate::event::{LabEvent, RejectedEvent};
use crate::lab::Lab;
use crate::reading::Fault;
use crate::rows::Verdict;

impl Lab {
    /// Leaves out the lanes of which a feature is no finite number, and says so.
    pub(super) fn leave_out_unusable(
        &mut self,
        arrived: Arrived<'_>,
        change: &Change<'_>,
        row: change::Row<'_>,
        takes: &mut [bool],
    ) {
        let faults = self.faults(arrived, change, row);
        if faults.is_empty() {
            return;
        }
        let faults_of = |features: &[usize]| {
            let mut faults = faults.iter();
            faults
                .find(|(column, _)| features.contains(column))
                .cloned()
        };
        let found: Vec<Option<(usize, Fault)>> = self
            .config
            .lanes
            .iter()
            .map(|lane| faults_of(&lane.features))
            .collect();
        for (takes, fault) in takes.iter_mut().zip(&found) {
            *takes = fault.is_none();
        }
        if !takes.contains(&true) {
            let (column, fault) = faults[0].clone();
            let column = self.config.columns[column].clone();
            return self.reject(arrived, Some(column), fault.reason);
        }
        self.rejected += 1;
        for (lane, fault) in found.into_iter().enumerate() {
            if let Some((column, fault)) = fault {
                let column = self.config.columns[column].clone();
                self.reject_in(arrived, lane, Some(column), fault.reason);
            }
        }
    }

    /// The features of any lane that are no finite numbers, and why.
    fn faults(
        &mut self,
        arrived: Arrived<'_>,
        change: &Change<'_>,
        row: change::Row<'_>,
    ) -> Vec<(usize, Fault)> {
        let mut faults = Vec::new();
        for &column in &self.config.feature_columns {
            if self.rows.number(arrived.number, column).is_finite() {
                continue;
            }
            let reading = &self.streams[arrived.stream].reading;
            let name = &self.config.columns[column];
            match reading.fault(change, row, name, &self.config) {
                Ok(number) => self.rows.set_number(column, number),
                Err(fault) => faults.push((column, fault)),
            }
        }
        for (column, fault) in &faults {
            self.remark_fault(arrived, *column, fault);
        }
        faults
    }

    /// Rejects a record in all lanes.
    pub(super) fn reject(&mut self, arrived: Arrived<'_>, column: Option<String>, reason: String) {
        self.rows
            .mark(Verdict::Rejected, '!', said(column.as_deref(), &reason));
        self.rejected += 1;
        self.out.push(LabEvent::Rejected(RejectedEvent {
            source: self.source(arrived),
            column,
            reason,
            lane_name: None,
        }));
    }

    /// Rejects a record in one lane.
    pub(super) fn reject_in(
        &mut self,
        arrived: Arrived<'_>,
        lane: usize,
        column: Option<String>,
        reason: String,
    ) {
        let name = self.lanes[lane].name();
        let note = format!("not in {name}: {}", said(column.as_deref(), &reason));
        self.rows.note_on(note);
        self.out.push(LabEvent::Rejected(RejectedEvent {
            source: self.source(arrived),
            column,
            reason,
            lane_name: Some(name),
        }));
    }
}

fn said(column: Option<&str>, reason: &str) -> String {
    match column {
        Some(column) => format!("{column} {reason}"),
        None => reason.to_owned(),
    }
}
