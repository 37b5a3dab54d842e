//! Makes the picture of the lab at the playhead.
//!
//! Everything is read from what lab and lanes keep; nothing here changes them.
//!
//! - `stage`: the scatter plot, by features or by [`components`]; `linear`: what a linear model's panels are drawn from
//! - `events`, `predictions`, `ledger`: the lists; `lit`: the rows that made a version; `measures`: what predictions are worth
//! - `facts`, `differences`: lanes side by side; `follow`: lanes that follow a job
//! - `why`: what became of one record; `life`: of one centroid

pub mod components;
mod differences;
mod events;
mod facts;
mod follow;
mod ledger;
mod life;
mod linear;
mod lit;
mod measures;
mod predictions;
mod stage;
mod why;

use learn::scaler::Kind;

use crate::config::{Cut, Role};
use crate::lab::Lab;
use crate::lane::Lane;
use crate::rows::Verdict;
use crate::snapshot::{
    Axis, Comparison, ComponentAxes, ForkMark, LaneHead, Playhead, RefusedRow, Round, Snapshot,
    Track, View,
};
use crate::timeline::{Entry, Version};

pub use components::Follower;
use components::has_components;
use differences::differences;
pub use events::role_number;
pub(crate) use events::texts;
use facts::facts;
pub(crate) use ledger::ledger_row;
use ledger::{bars, open_batch, with_drift};
use linear::linear;
use lit::lit;
use measures::{cluster_labels, judged, measures};
use predictions::predictions;
use stage::{Ranges, shared_ranges, stage};

/// So many rows of each list are in a picture beside others.
const PANEL_ROWS: usize = 50;

/// What a view sees: the lane, and the place on its timeline.
struct Place<'a> {
    lab: &'a Lab,
    lane: &'a Lane,
    /// Index of the lane.
    index: usize,
    /// Records applied at the playhead.
    record: u64,
    /// Index into the lane's timeline.
    entry: usize,
    live: bool,
}

impl Lab {
    /// The picture at the playhead.
    pub fn snapshot(&self, view: &View) -> Snapshot {
        self.snapshot_within(view, None)
    }

    fn snapshot_within(&self, view: &View, within: Option<Ranges>) -> Snapshot {
        let lane_index = view.lane.min(self.lanes.len() - 1);
        let place = self.place(lane_index, view.at);
        let labels = self.labels();
        let stage = stage(&place, view, &labels, within);
        let (predictions, predictions_total) = predictions(&place, &labels, view.rows);
        let lit = lit(&place, view, &stage);
        Snapshot {
            lanes: self.lanes.iter().map(|lane| self.head(lane)).collect(),
            lane: lane_index,
            axes: axes(place.lane, view),
            features: place.lane.config.feature_names.clone(),
            labels: labels.iter().map(|label| self.label_name(label)).collect(),
            cluster_labels: cluster_labels(place.lane, &labels),
            judged: judged(place.lane),
            task: place.lane.model().task(),
            target: self.target_name(place.lane),
            linear: linear(&place, view, &stage.slice),
            measures: measures(&place, view, &labels),
            records: self.rows.end(),
            record: place.record,
            live: place.live,
            version: place.entry().last,
            versions: place.lane.timeline.versions(),
            lab_time_ms: self.time_ms,
            stage,
            batch: open_batch(&place),
            ledger: place.lane.timeline.entries()[..=place.entry]
                .iter()
                .rev()
                .take(view.rows)
                .map(|entry| with_drift(place.lane, ledger_row(place.lane, entry)))
                .collect(),
            bars: bars(place.lane, view.bars),
            predictions,
            predictions_total,
            rounds: self.rounds(place.lane, view.bars),
            events: self.events(&place, view.rows),
            rejected: self.rejected,
            redelivered: self.redelivered,
            refused: refused(place.lane, view.rows),
            notes: self.notes().to_vec(),
            marks: self.marks_of(place.lane),
            let_go: self.rows.first(),
            // The timeline is drawn once: pictures beside others, which share their ranges, need no tracks of their own.
            tracks: match within {
                None => self.tracks(lane_index, view),
                Some(_) => Vec::new(),
            },
            lit,
        }
    }

    /// A picture of each lane, with the lists cut short, at the record where the view's lane is looked at.
    ///
    /// All stages have the same ranges, so that they can be drawn with the same axes, where their axes are the same features.
    pub fn panels(&self, view: &View) -> Vec<Snapshot> {
        let shown = view.lane.min(self.lanes.len() - 1);
        let at = |lane| self.at(shown, view.at, lane);
        let lanes = 0..self.lanes.len();
        let places: Vec<Place<'_>> = lanes
            .clone()
            .map(|lane| self.place(lane, at(lane)))
            .collect();
        let ranges = shared_ranges(&places, view);
        let panel = |(lane, within)| {
            let view = View {
                lane,
                at: at(lane),
                rows: PANEL_ROWS.min(view.rows),
                lit: view.lit.filter(|_| lane == shown),
                ..view.clone()
            };
            self.snapshot_within(&view, Some(within))
        };
        lanes.zip(ranges).map(panel).collect()
    }

    /// The lanes side by side at the record where the view's lane is looked at: what they are, and where they disagree.
    pub fn comparison(&self, view: &View) -> Comparison {
        let shown = view.lane.min(self.lanes.len() - 1);
        let at = |lane| self.place(lane, self.at(shown, view.at, lane));
        let places: Vec<Place<'_>> = (0..self.lanes.len()).map(at).collect();
        Comparison {
            lanes: places.iter().map(facts).collect(),
            differences: differences(&places, shown, PANEL_ROWS.min(view.rows)),
        }
    }

    /// Where a lane is looked at while another one is shown there: at the same record.
    fn at(&self, shown: usize, at: Playhead, lane: usize) -> Playhead {
        match at {
            Playhead::Version(_) if lane != shown => Playhead::Record(self.place(shown, at).record),
            at => at,
        }
    }

    fn tracks(&self, shown: usize, view: &View) -> Vec<Track> {
        let track = |(i, lane)| {
            let place = self.place(i, self.at(shown, view.at, i));
            Track {
                bars: bars(lane, view.bars),
                version: place.entry().last,
                versions: lane.timeline.versions(),
                batch: open_batch(&place),
                fork: self.fork_mark(i),
            }
        };
        self.lanes.iter().enumerate().map(track).collect()
    }

    fn fork_mark(&self, lane: usize) -> Option<ForkMark> {
        let fork = self.config.file.lanes[lane].fork.as_ref()?;
        let lanes = &self.config.file.lanes;
        let of = lanes.iter().position(|other| other.name == fork.of);
        let timeline = &self.lanes[lane].timeline;
        let entry = &timeline.entries()[timeline.of_version(fork.version)];
        Some(ForkMark {
            of: of.unwrap_or(lane),
            version: fork.version,
            record: (timeline.versions() >= fork.version).then_some(entry.to_record),
        })
    }

    fn place(&self, index: usize, at: Playhead) -> Place<'_> {
        let lane = &self.lanes[index];
        let end = self.rows.end();
        let (record, entry) = match at {
            Playhead::Live => (end, lane.timeline.entries().len() - 1),
            Playhead::Version(version) => {
                let entry = lane.timeline.of_version(version);
                (lane.timeline.entries()[entry].to_record, entry)
            }
            Playhead::Record(record) => (record.min(end), lane.timeline.of_record(record.min(end))),
        };
        Place {
            lab: self,
            lane,
            index,
            record,
            entry,
            live: at == Playhead::Live,
        }
    }

    fn head(&self, lane: &Lane) -> LaneHead {
        let interval = matches!(lane.config.cut, Cut::Interval(_));
        let about = lane.model().about();
        LaneHead {
            name: lane.config.name.clone(),
            engine: about.engine.to_owned(),
            algorithm: about.algorithm.to_owned(),
            task: lane.model().task(),
            answers_at_once: lane.model().answers_at_once(),
            defects: about
                .defects
                .iter()
                .map(|defect| (*defect).to_owned())
                .collect(),
            parameters: parameters(lane),
            scaler: scaler(lane),
            follows: follow::follows(lane),
            versions: lane.timeline.versions(),
            ready: lane.held() == 0 && (!interval || lane.batch_rows() == 0),
            window_end_ms: lane.window_end_ms(),
            waiting: lane.batch_rows() as u64,
            rounds: (0..self.rounds.spans.len())
                .map(|i| {
                    lane.scores
                        .get(i)
                        .map_or((0, 0), |score| (score.right, score.of))
                })
                .collect(),
            corrected: lane.corrected(),
            corrections_refused: lane.corrections_refused(),
        }
    }

    pub(crate) fn label_name(&self, label: &str) -> String {
        self.config
            .file
            .label_names
            .get(label)
            .cloned()
            .unwrap_or_else(|| label.to_owned())
    }

    fn target_name(&self, lane: &Lane) -> String {
        let column = lane.config.target;
        column.map_or_else(String::new, |column| self.config.columns[column].clone())
    }

    fn rounds(&self, lane: &Lane, most: usize) -> Vec<Round> {
        let spans = &self.rounds.spans;
        let from = spans.len().saturating_sub(most);
        let round = |(i, span): (usize, &(u64, u64))| {
            let score = lane.scores.get(from + i).cloned().unwrap_or_default();
            Round {
                first: span.0,
                last: span.1,
                right: score.right,
                of: score.of,
                mse: score.errors.mse(),
                mae: score.errors.mae(),
                r2: score.errors.r2(),
            }
        };
        spans[from..].iter().enumerate().map(round).collect()
    }
}

impl Place<'_> {
    fn entry(&self) -> &Entry {
        &self.lane.timeline.entries()[self.entry]
    }

    /// The model at the playhead; where it was let go, the oldest one kept.
    fn model(&self) -> Option<&Version> {
        self.lane.timeline.entries()[self.entry..]
            .iter()
            .find_map(|entry| entry.model.as_ref())
    }

    /// What is to be predicted of a record; NaN where that is not known.
    fn target(&self, record: u64) -> f64 {
        let column = self.lane.config.target;
        column.map_or(f64::NAN, |column| self.lab.rows.number(record, column))
    }

    /// Whether a retained record is a row that this lane took, and its stream's role.
    fn row(&self, record: u64) -> Option<Role> {
        let meta = self.lab.rows.meta(record)?;
        let role = self.lab.role(meta.stream as usize);
        let number = |column: &usize| self.lab.rows.number(record, *column);
        let taken = meta.verdict == Verdict::Row
            && role != Role::Ignore
            && self.lane.takes(meta.op, meta.again)
            && self
                .lane
                .config
                .features
                .iter()
                .all(|column| number(column).is_finite());
        match role {
            // It is classified all the same.
            Role::Both if self.lane.took_out(record) => taken.then_some(Role::Classify),
            _ => (taken && !self.lane.took_out(record)).then_some(role),
        }
    }
}

/// "k 3 · decay 0 · batch 32 · euclidean": the batch stands before what rows find their cluster by.
fn parameters(lane: &Lane) -> String {
    let about = lane.model().about();
    let mut parts = about.parameters;
    let batch = match lane.config.cut {
        _ if lane.is_following() => "cut by the job".to_owned(),
        Cut::Count(rows) => format!("batch {rows}"),
        Cut::Interval(ms) if ms % 1000 == 0 => format!("every {} s", ms / 1000),
        Cut::Interval(ms) => format!("every {ms} ms"),
        Cut::Transaction => "batch by transaction".to_owned(),
        Cut::Hand => "batch by hand".to_owned(),
    };
    let distance = parts.iter().position(|part| part == about.distance);
    parts.insert(distance.unwrap_or(parts.len()), batch);
    parts.join(" · ")
}

/// The newest refused corrections first, at most so many.
fn refused(lane: &Lane, most: usize) -> Vec<RefusedRow> {
    let newest_first = lane.refused_corrections().rev().take(most);
    newest_first
        .map(|refused| RefusedRow {
            topic: refused.source.topic.to_string(),
            partition: refused.source.partition,
            offset: refused.source.offset,
            reason: refused.reason.clone(),
        })
        .collect()
}

/// "standard, frozen after 100 rows"
fn scaler(lane: &Lane) -> String {
    let Some(scaling) = &lane.config.scaling else {
        return String::new();
    };
    let kind = match scaling.scaler.kind() {
        Kind::Standard => "standard",
        Kind::MinMax => "min-max",
        Kind::Fixed { .. } => "fixed",
        Kind::Flink { .. } => "Flink’s standard",
    };
    match scaling.freeze_after {
        Some(rows) => format!("{kind}, frozen after {rows} rows"),
        None => kind.to_owned(),
    }
}

/// The view's axes, as far as the lane has them; only a lane of one feature has it on both.
fn axes(lane: &Lane, view: &View) -> (Axis, Axis) {
    let last = lane.config.dim() - 1;
    let is_there = |axis: Axis| match axis {
        Axis::Feature(feature) => feature <= last,
        Axis::Component(_) => components_of(lane, view).is_some(),
    };
    match is_there(view.x) && is_there(view.y) {
        true => (view.x, view.y),
        false => (Axis::Feature(last.saturating_sub(1)), Axis::Feature(last)),
    }
}

/// The view's components, where they are axes and this lane's.
fn components_of<'a>(lane: &Lane, view: &'a View) -> Option<&'a ComponentAxes> {
    let pair = [view.x.component()?, view.y.component()?];
    let axes = view.components.as_ref()?;
    let fits = axes.columns == lane.config.features && has_components(lane);
    (fits && matches!(pair, [0, 1] | [1, 0])).then_some(axes)
}
