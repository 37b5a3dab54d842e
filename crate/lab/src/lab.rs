//! The state machine: records, ticks, gaps and hands in; events out.

use std::sync::Arc;

use wire::Gap;

use crate::checkpoint::Seen;
use crate::codes::ColumnCodes;
use crate::config::{Config, Cut, LabError, LabFile, Role};
use crate::event::{LabEvent, Outbox, SummaryEvent};
use crate::lane::Lane;
use crate::notes::Notes;
use crate::reading::Reading;
use crate::redelivery::Repeats;
use crate::rounds::Rounds;
use crate::rows::Rows;
use crate::snapshot::{Mark, MarkKind, StreamNote};
use crate::timeline::Records;

/// What Debezium puts behind a connector's prefix to name its transaction topic.
pub(crate) const TRANSACTION_TOPIC: &str = ".transaction";

/// Gaps that are marked; older marks are let go.
const MARKS_MAX: usize = 256;

/// Rows of a lane that wait, unless other bounds are given.
pub(crate) const WAITING_MAX: usize = 100_000;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Records, with their columns.
    pub rows: usize,
    /// Bytes of models on each lane's timeline.
    pub model_bytes: usize,
    /// Predictions of each lane.
    pub predictions: usize,
    /// Events, and keys, that each stream remembers at least, to recognise what comes again; twice as
    /// many at most.
    pub events: usize,
    /// Transactions of each lane that are open at a time.
    pub transactions: usize,
    /// Rows of each lane that wait for its scaler, its first version or its window's end: so many to train and so many to
    /// classify.
    pub waiting: usize,
    /// Rows, and as many keys, that each lane with corrections keeps to make versions anew, about.
    pub corrections: usize,
    /// Model records that wait for their rows, of each lane that follows a job.
    pub models: usize,
    /// Rows that each such lane keeps until a record says which version learned them.
    pub unlearned: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            rows: 200_000,
            model_bytes: 64 << 20,
            predictions: 100_000,
            events: 100_000,
            transactions: 1_024,
            waiting: WAITING_MAX,
            corrections: 10_000,
            models: 10_000,
            unlearned: 200_000,
        }
    }
}

/// An experiment under way.
#[derive(Clone, Debug)]
pub struct Lab {
    /// The configuration that it was made from.
    pub config: Config,
    /// The lanes, in the order of the lab file.
    pub lanes: Vec<Lane>,
    /// Retained records.
    pub rows: Rows,
    /// Test rounds.
    pub rounds: Rounds,
    /// The largest record timestamp or tick applied so far, ms since the epoch.
    pub time_ms: Option<i64>,
    /// Records that were rejected.
    pub rejected: u64,
    /// The newest gaps, in order.
    pub marks: Vec<Mark>,
    /// By column: the least and largest number of a row that was used.
    pub ranges: Vec<(f64, f64)>,
    /// By column: sum and count over the rows that were used.
    pub sums: Vec<(f64, u64)>,
    /// Records that came again, whatever the lanes made of them.
    pub redelivered: u64,
    pub(crate) bounds: Bounds,
    pub(crate) out: Outbox,
    pub(crate) streams: Vec<Stream>,
    pub(crate) notes: Notes,
    pub(crate) codes: ColumnCodes,
    pub(crate) seen: Seen,
    /// By lane: whether it takes the row that is being applied.
    pub(crate) takes: Vec<bool>,
}

/// A stream, with what is remembered of it.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) topic: Arc<str>,
    pub(crate) reading: Reading,
    pub(crate) repeats: Repeats,
    /// Whether the ends of its transactions are told by another stream.
    pub(crate) end_is_told: bool,
    /// Whether it was said that its repeats cannot be recognised.
    pub(crate) repeats_remarked: bool,
}

impl Lab {
    /// Starts an experiment with the default bounds.
    ///
    /// # Errors
    /// The lab file holds a value that cannot be.
    pub fn new(file: LabFile) -> Result<Lab, LabError> {
        Lab::with_bounds(file, Bounds::default())
    }

    /// Starts an experiment.
    ///
    /// # Errors
    /// The lab file holds a value that cannot be.
    pub fn with_bounds(file: LabFile, bounds: Bounds) -> Result<Lab, LabError> {
        let config = Config::check(file)?;
        let mut out = Outbox::new(config.lanes.len());
        let lanes = config
            .lanes
            .iter()
            .enumerate()
            .map(|(i, lane)| Lane::new(i, lane.clone(), &bounds, &mut out))
            .collect();
        Ok(Lab {
            lanes,
            rows: Rows::new(&config.columns, bounds.rows),
            rounds: Rounds::default(),
            time_ms: None,
            rejected: 0,
            marks: Vec::new(),
            ranges: vec![(f64::INFINITY, f64::NEG_INFINITY); config.columns.len()],
            sums: vec![(0.0, 0); config.columns.len()],
            redelivered: 0,
            streams: streams(&config, &bounds),
            notes: Notes::default(),
            codes: ColumnCodes::new(),
            seen: Seen::default(),
            takes: Vec::new(),
            bounds,
            out,
            config,
        })
    }

    /// Moves lab time on: windows that ended are closed.
    ///
    /// Nothing more is there at this time: a transaction whose end is not told is over after a while of quiet.
    pub fn tick(&mut self, now_ms: i64) {
        let quiet = |lab: &Lab| {
            let lanes = lab.lanes.iter().zip(0..);
            let quiet = lanes.filter_map(|(lane, i): (_, usize)| Some((lane.quiet_at_ms()?, i)));
            quiet.min().filter(|(at_ms, _)| *at_ms <= now_ms)
        };
        // In the order of time, so that the outcome does not hang on how often the clock ticks.
        while let Some((at_ms, lane)) = quiet(self) {
            self.advance(at_ms);
            let records = self.rows.end();
            self.lanes[lane].end_quiet_transactions(at_ms, records, &mut self.out);
        }
        self.advance(now_ms);
    }

    /// Ends the open batch of a lane by hand.
    ///
    /// # Errors
    /// There is no lane of this name.
    pub fn close(&mut self, lane: &str) -> Result<(), LabError> {
        let names: Vec<&str> = self
            .config
            .lanes
            .iter()
            .map(|lane| lane.name.as_str())
            .collect();
        let Some(index) = names.iter().position(|name| *name == lane) else {
            return Err(LabError::value(
                "close",
                format!("no lane is called {lane:?}; there are {}", names.join(", ")),
            ));
        };
        if self.lanes[index].is_following() {
            let reason = format!("{lane:?} follows a job, which ends its batches itself");
            return Err(LabError::value("close", reason));
        }
        self.lanes[index].close(self.rows.end(), &mut self.out);
        self.tell();
        self.seen.other();
        Ok(())
    }

    /// Marks records that are gone from a topic, and goes on.
    pub fn gap(&mut self, gap: Gap) {
        let count = gap.to.saturating_sub(gap.from).saturating_add(1);
        let text = format!(
            "{count} records are gone from {}: offsets {}–{}",
            gap.topic, gap.from, gap.to
        );
        if self.marks.len() == MARKS_MAX {
            self.marks.remove(0);
        }
        self.marks.push(Mark {
            record: self.rows.end(),
            kind: MarkKind::Gap,
            text,
        });
        self.out.push(LabEvent::Gap(gap));
        self.seen.other();
    }

    /// Ends a replay: open windows and transactions are closed and each lane is summed up.
    pub fn finish(&mut self) {
        self.let_models_in(true);
        let records = self.rows.end();
        for lane in &mut self.lanes {
            lane.use_model(&mut self.out);
            lane.end_scaler_window(&mut self.out);
            if lane.window_end_ms().is_some() {
                lane.close_window(records, &mut self.out);
            }
            if lane.config.cut == Cut::Transaction {
                lane.close(records, &mut self.out);
            }
        }
        for lane in &mut self.lanes {
            lane.end_round(&mut self.out);
        }
        self.tell();
        for lane in &self.lanes {
            self.out.push(LabEvent::Summary(SummaryEvent {
                lane_name: lane.name(),
                versions: lane.timeline.versions(),
                rows: lane.rows_trained(),
                waiting: lane.batch_rows() as u64,
                redelivered: lane.redelivered,
                corrected: lane.corrected(),
                refused: lane.corrections_refused(),
            }));
        }
    }

    /// Brings the versions of all lanes up to date after corrections, to be looked at.
    ///
    /// What comes out does not hang on how often this is called: what changed is told, and counts as one revision, when
    /// the model is used again.
    pub fn settle(&mut self) {
        self.lanes.iter_mut().for_each(Lane::settle);
    }

    /// Takes what happened since the last call.
    pub fn drain(&mut self) -> impl Iterator<Item = LabEvent> + '_ {
        self.out.drain()
    }

    /// The role of a stream, by index.
    pub fn role(&self, stream: usize) -> Role {
        self.config.streams[stream].role
    }

    /// The topic of a stream, by index.
    pub fn topic(&self, stream: usize) -> &Arc<str> {
        &self.streams[stream].topic
    }

    /// The rows that made a version of a lane, by record number: none of version 1 and of empty batches.
    ///
    /// None where there is no such version, and where its rows were let go ([`RANGES_MAX`](crate::timeline::RANGES_MAX)).
    pub fn rows_of_version(&self, lane: usize, version: u64) -> Option<&Records> {
        self.lanes.get(lane)?.timeline.rows_of(version)
    }

    /// What there is to say of the streams as a whole, and how to mend it.
    pub fn notes(&self) -> &[StreamNote] {
        self.notes.all()
    }
}

fn streams(config: &Config, bounds: &Bounds) -> Vec<Stream> {
    let prefixes: Vec<&str> = config
        .streams
        .iter()
        .filter_map(|stream| stream.topic.strip_suffix(TRANSACTION_TOPIC))
        .collect();
    let streams = config.streams.iter().map(|stream| Stream {
        topic: stream.topic.as_str().into(),
        reading: Reading::new(),
        repeats: Repeats::new(bounds.events),
        repeats_remarked: false,
        end_is_told: prefixes.iter().any(|prefix| {
            let table = stream.topic.strip_prefix(prefix);
            table.is_some_and(|table| table.starts_with('.') && table != TRANSACTION_TOPIC)
        }),
    });
    streams.collect()
}
