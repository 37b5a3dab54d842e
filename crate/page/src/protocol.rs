//! What page thread and worker say to each other.
//!
//! - `closer`: of what is looked at closer

mod closer;

use export::{Engine, Job};
use lab::elbow::{ElbowView, Start};
use lab::filter::Filter;
use lab::lint::Finding;
use lab::positions::Position;
use lab::snapshot::{Axis, Comparison, EventRow, Snapshot};
use serde::{Deserialize, Serialize};

pub use closer::{Closer, Form, Found, Look};

/// Page thread to worker, as a plain JS object (serde-wasm-bindgen).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// First message: the lab file (JSON text), and whether to keep replay lines for [`Command::Lines`].
    Start {
        /// JSON text of a lab file.
        lab: String,
        /// Keep every replay line (tests, `?keep=lines`).
        keep_lines: bool,
        /// The last [`Update::order`] of this page (localStorage key `eddy.order`), if there is one: a reload
        /// applies the log in the same order again.
        order: Option<String>,
    },
    /// Connect to this WebSocket address and stay connected.
    Connect {
        /// "ws://127.0.0.1:8080/ws".
        url: String,
    },
    /// Play these record lines (the recorded demo, or a dropped file).
    Replay {
        /// Name for the state line.
        name: String,
        /// NDJSON text.
        text: String,
    },
    /// Apply records as they come.
    Play,
    /// Let records wait.
    Pause,
    /// One record forward (applies a waiting one if the playhead is at the end).
    StepRow,
    /// One version of the shown lane forward.
    StepBatch,
    /// One record back.
    BackRow,
    /// One version back.
    BackBatch,
    /// To version 1.
    First,
    /// To the newest record.
    Live,
    /// To this number of applied records.
    Seek {
        /// Records seen.
        record: u64,
    },
    /// Show this lane.
    ShowLane {
        /// Index.
        lane: usize,
    },
    /// Show these features, or components.
    Axes {
        /// What is on the horizontal axis.
        x: Axis,
        /// What is on the vertical axis.
        y: Axis,
    },
    /// Bring all features of this many of the newest points along.
    Values {
        /// How many; 0 for none.
        most: usize,
    },
    /// Bring [`Update::pipeline`] along, or no longer.
    Pipeline {
        /// Whether it is looked at.
        on: bool,
    },
    /// Replay speed: 1, 2, 5, 0 for as fast as possible.
    Speed {
        /// Factor.
        factor: f64,
    },
    /// End the open batch of the lane by hand.
    CloseBatch {
        /// Name of the lane.
        lane: String,
    },
    /// Forget everything applied and read the log from its start.
    StartOver,
    /// Try to connect now.
    TryNow,
    /// Dismiss the banner with this id.
    Dismiss {
        /// Banner id.
        id: u32,
    },
    /// Ask for [`Update::recording`].
    Recording,
    /// Ask for [`Update::lines`].
    Lines,
    /// Ask for [`Update::csv`].
    Csv,
    /// Ask for [`Update::kept`]: a version of a lane, as it was when it was made, or as the lab stands if it is the newest.
    Keep {
        /// What to call it.
        name: String,
        /// Index of the lane.
        lane: usize,
        /// Its version.
        version: u64,
    },
    /// Go on from a version of a lane.
    GoOn {
        /// Index of the lane.
        lane: usize,
        /// Its version.
        version: u64,
    },
    /// Go on from a checkpoint.
    Restore {
        /// What it is called.
        name: String,
        /// The checkpoint.
        json: String,
        /// The log that it is of; empty where that is not known.
        log_id: String,
    },
    /// Go over to another lab file: lanes are rebuilt from what was applied, other topics are read anew.
    ChangeLab {
        /// JSON text of a whole lab file.
        lab: String,
    },
    /// Try other k's beside the shown lane, for [`Update::elbow`].
    Choose {
        /// How candidates start; None: no longer.
        start: Option<Start>,
    },
    /// Show all lanes side by side.
    Compare {
        /// Or only the shown one.
        on: bool,
    },
    /// Show this version of this lane.
    ShowVersion {
        /// Index of the lane.
        lane: usize,
        /// Its version.
        version: u64,
    },
    /// Look for the rows that made this version of the shown lane among the points, or for none.
    Light {
        /// The version.
        version: Option<u64>,
    },
    /// Go to what this names: "v5", "row 161", "iris_train/0/204", "lsn 34837072". Answered by [`Update::sought`].
    GoTo {
        /// What was typed.
        text: String,
    },
    /// To the end of the next test round; among what waits, to where one ends.
    NextRound,
    /// Back to the end of the test round before.
    BackRound,
    /// Ask for [`Update::ledger_csv`].
    LedgerCsv,
    /// Play these record lines, so many records at once: the page was there before it was loaded anew.
    Resume {
        /// Name for the state line.
        name: String,
        /// NDJSON text.
        text: String,
        /// Records.
        rows: u64,
        /// Records a second at speed 1; None: as any recording.
        records_per_s: Option<f64>,
    },
    /// Go over to a lab file, and play these record lines with it.
    PlayAs {
        /// JSON text of a lab file.
        lab: String,
        /// Name for the state line.
        name: String,
        /// NDJSON text.
        text: String,
        /// Records a second at speed 1; None: as any recording.
        records_per_s: Option<f64>,
    },
    /// Ask for [`Update::surveyed`]: the bridge's topics, and the first records of some.
    Survey {
        /// The topics to look into.
        topics: Vec<String>,
    },
    /// Look at something closer: [`Update::closer`] says what there is.
    Look(Look),
    /// List the events that pass a filter in [`Closer::found`]; an empty one lists none.
    Filter(Filter),
    /// Ask for [`Update::exported`]: a version of a lane as a job.
    Export {
        /// Index of the lane.
        lane: usize,
        /// Its version.
        version: u64,
        /// The engine.
        engine: Engine,
    },
}

/// Worker to page thread: postcard bytes in one transferred `ArrayBuffer`, at most one a frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// Connection and transport.
    pub status: Status,
    /// The lab.
    pub snapshot: Snapshot,
    /// Events that wait (paused, behind), next one first, bounded.
    pub waiting: Vec<EventRow>,
    /// How many wait in all, as far as known from the log's ends.
    pub waiting_total: u64,
    /// Rows the waiting ones would add to the shown lane's open batch.
    pub waiting_training: u64,
    /// What needs the reader.
    pub banners: Vec<Banner>,
    /// One polite line for screen readers, when there is news.
    pub announcement: Option<String>,
    /// NDJSON recording, in answer to [`Command::Recording`].
    pub recording: Option<String>,
    /// Replay lines, in answer to [`Command::Lines`].
    pub lines: Option<String>,
    /// The predictions that are kept, in answer to [`Command::Csv`].
    pub csv: Option<String>,
    /// The version that was kept, in answer to [`Command::Keep`].
    pub kept: Option<KeptVersion>,
    /// Predictions that the bridge has confirmed as published.
    pub published: u64,
    /// The order in which records were applied, to be kept in localStorage under `eddy.order`; None: as it was.
    pub order: Option<String>,
    /// The lab file in force, where it is another one since the last update.
    pub lab: Option<String>,
    /// How far the rebuild of a changed experiment has come.
    pub rebuilding: Option<Rebuilding>,
    /// Why the last [`Command::ChangeLab`] was refused.
    pub refused: Option<String>,
    /// While comparing, a picture of each lane at the same record, with the same ranges; else empty.
    pub panels: Vec<Snapshot>,
    /// While comparing, what makes the lanes differ and where they disagree.
    pub comparison: Option<Comparison>,
    /// Columns that rows have brought, when there are others than were told.
    pub columns: Option<Vec<KnownColumn>>,
    /// What came of [`Command::GoTo`]: why there is no such place.
    pub sought: Option<Result<(), String>>,
    /// What the linter has found, where it is something else than the last time.
    pub lint: Option<Vec<Finding>>,
    /// Other k's beside the shown lane, while they are asked for, where they are others than the last time.
    pub elbow: Option<ElbowView>,
    /// What flows through the worker, while [`Command::Pipeline`] asks for it.
    pub pipeline: Option<Pipeline>,
    /// What is looked at closer.
    pub closer: Closer,
    /// All versions of all lanes, in answer to [`Command::LedgerCsv`].
    pub ledger_csv: Option<String>,
    /// What the bridge has, in answer to [`Command::Survey`].
    pub surveyed: Option<Surveyed>,
    /// The job, in answer to [`Command::Export`], or why there is none.
    pub exported: Option<Result<Exported, String>>,
}

/// A version of a lane as a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// Its files, and what they do not do.
    pub job: Job,
    /// What its folder could be called.
    pub folder: String,
    /// Where it begins to read.
    pub positions: Vec<Position>,
}

/// The bridge's topics, and the first records of some.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surveyed {
    /// All topics that may be read, by name.
    pub topics: Vec<SurveyedTopic>,
    /// Those that were to be looked into.
    pub of: Vec<String>,
    /// First records of those, as record lines, bounded.
    pub lines: String,
    /// Why nothing more was seen; empty where all was.
    pub failed: String,
}

/// A topic that may be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyedTopic {
    /// Its name.
    pub name: String,
    /// How many partitions it has.
    pub partitions: u64,
    /// Offsets between their starts and ends.
    pub records: u64,
}

/// A column that rows have brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownColumn {
    /// Its name.
    pub name: String,
    /// Whether it has held a number.
    pub numbers: bool,
}

/// A changed experiment on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebuilding {
    /// Records it has been fed.
    pub done: u64,
    /// Records to feed.
    pub of: u64,
}

/// What flows through the worker, and what waits where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Rates are over this long, ms; 0 at first.
    pub over_ms: u32,
    /// Records that came from the bridge.
    pub received: Flow,
    /// Records that were applied, from the bridge or of a recording.
    pub applied: Flow,
    /// Share of the time in which the worker works, 0 to 1.
    pub busy: f64,
    /// Records that wait in the page to be applied.
    pub waiting: u64,
    /// Records that the log has and that were not applied.
    pub behind: u64,
    /// Bytes that the bridge has sent ahead of what was applied.
    pub ahead_bytes: u64,
    /// Bytes that it may send ahead.
    pub ahead_most_bytes: u64,
    /// The lanes, in their order.
    pub lanes: Vec<LaneFlow>,
    /// Predictions that wait for the bridge's answer.
    pub unpublished: u64,
    /// Predictions that the bridge has confirmed as published.
    pub published: Flow,
    /// Predictions that it has refused for good.
    pub refused: u64,
    /// Predictions that were let go because too many waited.
    pub let_go: u64,
    /// Whether the sink could not be written when it was last tried.
    pub sink_away: bool,
}

/// What flows through a lane.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LaneFlow {
    /// Training rows that it took.
    pub rows: Flow,
    /// Versions that it made.
    pub versions: Flow,
    /// Predictions that it made.
    pub predictions: Flow,
    /// Training rows that no version has learned yet.
    pub open: u64,
    /// Rows to classify that wait.
    pub held: u64,
}

/// A count, and how fast it grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// So far.
    pub total: u64,
    /// A second, over the last seconds.
    pub per_s: f64,
}

/// A version that was kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptVersion {
    /// What the reader calls it.
    pub name: String,
    /// Name of the lane.
    pub lane: String,
    /// Its version.
    pub version: u64,
    /// Records applied.
    pub records: u64,
    /// The log that it is of; empty where there is none.
    pub log_id: String,
    /// The checkpoint.
    pub json: String,
}

/// What the header says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Connection.
    pub connection: Connection,
    /// Whether records wait for the reader's hand.
    pub paused: bool,
    /// Replay speed.
    pub speed: f64,
    /// Topics of the lab's streams that are not there yet.
    pub missing: usize,
    /// Log identity of the bridge, if connected once.
    pub log_id: Option<String>,
}

/// State of the connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Connection {
    /// Nothing connected.
    NoBridge,
    /// First try under way.
    Connecting {
        /// Host and port.
        address: String,
    },
    /// Caught up.
    Live {
        /// Host and port.
        address: String,
        /// Topics subscribed.
        topics: usize,
    },
    /// Connected, reading towards the log's end.
    Behind {
        /// Host and port.
        address: String,
        /// Records not yet applied.
        records: u64,
    },
    /// Playing a recording.
    Replaying {
        /// Records applied.
        row: u64,
        /// Records in the recording.
        of: u64,
        /// Name of the recording.
        name: String,
    },
    /// Lost, trying again.
    Reconnecting {
        /// Host and port.
        address: String,
        /// Tries so far.
        attempt: u32,
        /// When the next try is due, ms from now.
        next_ms: u32,
    },
    /// Gave up.
    Failed {
        /// What is, then what to do.
        reason: String,
    },
}

/// A banner over the stage. Nothing closes by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Banner {
    /// For [`Command::Dismiss`].
    pub id: u32,
    /// Error (red) or warning (amber).
    pub error: bool,
    /// Bold first sentence.
    pub title: String,
    /// The rest.
    pub text: String,
    /// Buttons.
    pub actions: Vec<Action>,
}

/// A banner's button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// "Try now"
    TryNow,
    /// "Start over"
    StartOver,
    /// "Go on"
    GoOn,
}

impl Default for Status {
    fn default() -> Self {
        Status {
            connection: Connection::NoBridge,
            paused: false,
            speed: 1.0,
            missing: 0,
            log_id: None,
        }
    }
}
