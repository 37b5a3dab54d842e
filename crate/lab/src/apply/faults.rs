//! Records, or lanes of a record, that are rejected, and why.

use change::Change;

use super::Arrived;
use crate::config::{LaneConfig, NotFinite, Role};
use crate::event::{LabEvent, RejectedEvent};
use crate::lab::Lab;
use crate::reading::{Fault, FaultKind};
use crate::rows::Verdict;

impl Lab {
    /// Leaves out the lanes of which a feature, or the target to be learned, is no finite number, and says so.
    pub(super) fn leave_out_unusable(
        &mut self,
        arrived: Arrived<'_>,
        change: &Change<'_>,
        row: change::Row<'_>,
        takes: &mut [bool],
    ) {
        let trains = self.role(arrived.stream) == Role::Train;
        let faults = self.faults(arrived, change, row, trains);
        if faults.is_empty() {
            return;
        }
        let fault_of = |lane: &LaneConfig| {
            let as_engine = lane.not_finite == NotFinite::AsEngine;
            let matters = |(column, fault): &&(usize, Fault)| {
                let used = lane.features.contains(column) || trains && lane.target == Some(*column);
                used && !(as_engine && fault.kind == FaultKind::NotFinite)
            };
            faults.iter().find(matters).cloned()
        };
        let found: Vec<Option<(usize, Fault)>> = self.config.lanes.iter().map(fault_of).collect();
        if found.iter().all(Option::is_none) {
            return;
        }
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

    /// The features of any lane that are no finite numbers, and why; the targets too where they are to be learned.
    fn faults(
        &mut self,
        arrived: Arrived<'_>,
        change: &Change<'_>,
        row: change::Row<'_>,
        with_targets: bool,
    ) -> Vec<(usize, Fault)> {
        let mut faults = Vec::new();
        let columns = match with_targets {
            true => &self.config.number_columns,
            false => &self.config.feature_columns,
        };
        for &column in columns {
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
