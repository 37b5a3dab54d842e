//! A lane that starts again, because a table that trained it was emptied.

use super::Lane;
use super::sample::Sample;
use crate::event::{LabEvent, Outbox, Source, VersionEvent};
use crate::timeline::{Entry, Records, Restart};

impl Lane {
    /// Goes back to the initial model, as a new version.
    ///
    /// What the model has learned cannot be taken apart by topic: all of it is forgotten. Rows that wait
    /// and came from the emptied topic are dropped; those of other topics stay in the open batch. The scaler starts again
    /// too. A lane without a version goes on waiting for its first.
    pub(crate) fn restart(
        &mut self,
        stream: u32,
        truncate: &Source,
        records: u64,
        out: &mut Outbox,
    ) {
        let dim = self.config.dim();
        self.batch.drop_topic(&truncate.topic, dim);
        self.transactions.drop_topic(&truncate.topic, dim);
        self.waiting.drop_topic(&truncate.topic);
        self.forget_scaled();
        if !self.is_started() {
            return;
        }
        self.use_model(out);
        self.forget_history(records);
        let before = self.model.numbers();
        self.start();
        self.still = false;
        self.measuring.sample = Sample::new();
        self.measuring.told = None;
        let model = self.version();
        let moves = before.moves(&model.numbers, dim);
        let version = self.timeline.versions() + 1;
        self.timeline.push(Entry {
            first: version,
            last: version,
            rows: 0,
            counts: vec![0; self.timeline.parts().counts],
            shift: moves.iter().copied().fold(0.0, f64::max),
            shifts: moves,
            loss_before: f64::NAN,
            loss_after: f64::NAN,
            tested: None,
            from_record: self.batch_from,
            to_record: records,
            span: None,
            records: Some(Records::default()),
            split: None,
            restarted: Some(Restart {
                stream,
                source: truncate.clone(),
            }),
            revision: 0,
            followed: None,
            model: Some(model),
        });
        self.batch_from = records;
        out.push(LabEvent::Version(VersionEvent {
            restarted: Some(truncate.clone()),
            ..self.version_event(version, version, None)
        }));
    }

    /// Starts the scaler again; rows that it has scaled go back to the columns' units.
    fn forget_scaled(&mut self) {
        self.start_scaler();
        self.batch.forget_scaled();
        self.transactions.forget_scaled();
        for row in &mut self.held {
            row.scaled = None;
        }
    }
}
