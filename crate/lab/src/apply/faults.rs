//! Records, or lanes of a record, that are rejected, and why.

use change::Change;

use super::Arrived;
use crate::config::{LaneConfig, NotFinite, Role};
use crate::event::{LabEvent, RejectedEvent, Source};
use crate::lab::Lab;
use crate::lane::Lane;
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
                used && !(as_engine && matches!(fault.kind, FaultKind::NotFinite(_)))
            };
            faults.iter().find(matters).cloned()
        };
        let mut found: Vec<Option<(usize, Fault)>> =
            self.config.lanes.iter().map(fault_of).collect();
        for (lane, fault) in found.iter_mut().enumerate() {
            match fault {
                Some((_, fault)) => fault.reason += &self.engine_would(arrived, lane, fault),
                None => self.note_not_finite(arrived, lane, &faults),
            }
        }
        if found.iter().all(Option::is_none) {
            return;
        }
        for (takes, fault) in takes.iter_mut().zip(&found) {
            *takes = fault.is_none();
        }
        if !takes.contains(&true)
            && let Some((column, fault)) = found[0].clone()
        {
            let column = self.config.columns[column].clone();
            return self.reject(arrived, Some(column), fault.reason);
        }
        self.rejected += 1;
        for (lane, fault) in found.into_iter().enumerate() {
            if let Some((column, fault)) = fault {
                let column = self.config.columns[column].clone();
                let source = self.source(arrived);
                self.reject_in(arrived.number, source, lane, Some(column), fault.reason);
            }
        }
    }

    /// Says what the engine does with a number that is not finite, in a lane that takes it as the engine does.
    fn note_not_finite(&mut self, arrived: Arrived<'_>, lane: usize, faults: &[(usize, Fault)]) {
        let learns = self.role(arrived.stream) != Role::Classify;
        let lane = &self.lanes[lane];
        let used = |column| {
            lane.config.features.contains(&column) || learns && lane.config.target == Some(column)
        };
        let first = faults.iter().find_map(|(column, fault)| match fault.kind {
            FaultKind::NotFinite(number) if used(*column) => Some((*column, number)),
            _ => None,
        });
        let (Some((column, number)), true) = (first, self.engine_takes(arrived, lane)) else {
            // What it cannot take is rejected with the reason.
            return;
        };
        let about = lane.model().about();
        let as_engine = match about.engine {
            "" => String::new(),
            engine => format!("as in {engine}, "),
        };
        let does = lane.model().of_not_finite(number, learns);
        let (name, column) = (&lane.config.name, &self.config.columns[column]);
        let note = format!("{name}: {column} is {number}: {as_engine}{does}");
        self.rows.note_on(note);
    }

    /// "; Flink would take it: it goes to cluster 0", of a number that is not finite.
    fn engine_would(&self, arrived: Arrived<'_>, lane: usize, fault: &Fault) -> String {
        let lane = &self.lanes[lane];
        let engine = lane.model().about().engine;
        let FaultKind::NotFinite(number) = fault.kind else {
            return String::new();
        };
        match (engine, self.engine_takes(arrived, lane)) {
            ("", _) => String::new(),
            (engine, false) => format!("; {engine}'s job would fail on it"),
            (engine, true) => {
                let learns = self.role(arrived.stream) != Role::Classify;
                let does = lane.model().of_not_finite(number, learns);
                format!("; {engine} would take it: {does}")
            }
        }
    }

    /// Whether the engine's job goes on with the newest row.
    fn engine_takes(&self, arrived: Arrived<'_>, lane: &Lane) -> bool {
        let number = |column: &usize| self.rows.number(arrived.number, *column);
        let features: Vec<f64> = lane.config.features.iter().map(number).collect();
        let learns = self.role(arrived.stream) != Role::Classify;
        let target = lane.config.target.as_ref().filter(|_| learns).map(number);
        lane.model().check_row(&features, target).is_ok()
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
                Err(fault) => {
                    if let FaultKind::NotFinite(number) = fault.kind {
                        self.rows.set_number(column, number);
                    }
                    faults.push((column, fault));
                }
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
        record: u64,
        source: Source,
        lane: usize,
        column: Option<String>,
        reason: String,
    ) {
        let name = self.lanes[lane].name();
        let note = format!("not in {name}: {}", said(column.as_deref(), &reason));
        self.rows.note_of(record, note);
        self.rows.refuse(record);
        self.out.push(LabEvent::Rejected(RejectedEvent {
            source,
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
