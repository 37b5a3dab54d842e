//! What happens on the page thread, and what is to be done about it outside of it.

use lab::config::LabFile;
use lab::snapshot::Axis;
use serde_json::{Map, Value};

use super::choose::ChooseMsg;
use super::inspector::InspectMsg;
use super::job::JobMsg;
use super::kept::{KeptMsg, Work};
use super::lanes::LanesMsg;
use super::lint::LintMsg;
use super::made::MadeMsg;
use super::pipeline::PipelineMsg;
use super::places::PlacesMsg;
use super::session::{self, SessionMsg};
use super::settings::SettingsMsg;
use super::share::{Format, ShareMsg};
use super::state::{LeftTab, RightTab, Tab};
use super::views::ViewsMsg;
use super::yours::YoursMsg;
use crate::protocol::{Command, Update};

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// A picture came from the worker.
    Update(Box<Update>),
    /// For the worker, as it is.
    Send(Command),
    /// Play or pause.
    PlayPause,
    /// Choose what is on the horizontal axis.
    AxisX(Axis),
    /// Choose what is on the vertical axis.
    AxisY(Axis),
    /// Switch to another scenario.
    Scenario(String),
    /// Light or dark.
    Theme,
    /// The system's colours changed.
    SystemTheme {
        /// To dark ones.
        dark: bool,
    },
    /// Open the help sheet.
    Help,
    /// Close what is open.
    Close,
    /// Choose a tab of the left rail.
    Left(LeftTab),
    /// Choose a tab of the drawer.
    Tab(Tab),
    /// Open or close the drawer.
    Fold,
    /// Open or close the left rail.
    Unfold,
    /// Go to the change events.
    Events,
    /// Choose a tab of the right rail, and go there.
    Right(RightTab),
    /// Change the experiment to this lab file.
    Change(Box<LabFile>),
    /// Show the newest round only, or all.
    OnlyRound,
    /// Show wrong predictions only, or all.
    OnlyWrong,
    /// Show the predictions that are furthest off first, or the newest.
    WorstFirst,
    /// Insert the rows of this step of the walk-through.
    Step(usize),
    /// Insert the form's row.
    InsertRow {
        /// Into this table.
        table: String,
        /// Column by column.
        row: Map<String, Value>,
    },
    /// The form's row cannot be sent as it is.
    RowRefused(String),
    /// Ask whether to start over.
    AskStartOver,
    /// Start over.
    StartOver,
    /// Of kept versions.
    Kept(KeptMsg),
    /// Of settings.
    Settings(SettingsMsg),
    /// Of places on the timeline.
    Places(PlacesMsg),
    /// Light the rows of this version, or none.
    Light(u64),
    /// Go to the version whose rows are lit.
    GoToLit,
    /// Of the linter's findings.
    Lint(LintMsg),
    /// Of the choice of k.
    Choose(ChooseMsg),
    /// Play the recorded demo.
    PlayDemo,
    /// A file was chosen or dropped.
    Recording {
        /// Its name.
        name: String,
        /// Its text.
        text: String,
    },
    /// Ask for another address.
    ChangeAddress,
    /// Connect to this address.
    Connect(String),
    /// An errand came back.
    Back(Errands, Result<String, String>),
    /// The page has this width, pixels.
    Width(f64),
    /// Of what the stage shows rows as.
    Views(ViewsMsg),
    /// Show the measures' scores, or their curves.
    Scores(bool),
    /// Of the pipeline.
    Pipeline(PipelineMsg),
    /// Colours or the pointer changed: draw again.
    Redraw,
    /// Of lanes.
    Lanes(LanesMsg),
    /// Of sharing.
    Share(ShareMsg),
    /// Of a lane as a job.
    Job(JobMsg),
    /// Of the session.
    Session(SessionMsg),
    /// Close the page's notice.
    Unnotice,
    /// Of made-up streams.
    Made(MadeMsg),
    /// Of the reader's own stream.
    Yours(YoursMsg),
    /// Of the inspector and the filter.
    Inspect(InspectMsg),
}

/// What was sent away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errands {
    /// The walk-through's insert.
    Step,
    /// The form's insert.
    Row,
    /// The start over.
    Over,
    /// Reading a recording.
    Recording,
}

/// Something to do outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Tell the worker.
    Send(Command),
    /// POST rows.
    Insert {
        /// On whose behalf.
        errand: Errands,
        /// Into this table.
        table: String,
        /// The rows.
        rows: Vec<Map<String, Value>>,
    },
    /// POST a start over.
    StartOver,
    /// Fetch this recording.
    FetchRecording(String),
    /// Open the page of a scenario.
    GoTo(String),
    /// Open a dialog.
    Open(Dialog),
    /// Close all dialogs.
    CloseDialogs,
    /// Move the keyboard.
    Focus(&'static str),
    /// Switch light and dark.
    Theme(Option<bool>),
    /// Keep the order for a reload.
    KeepOrder(String),
    /// Do something where versions are kept.
    Kept(Work),
    /// Ask the bridge for its health and its metrics, if it is this one: host and port.
    AskBridge(Option<String>),
    /// Say it to screen readers.
    Say(String),
    /// Let the reader save a file.
    Save {
        /// Its name.
        name: &'static str,
        /// Its text.
        text: String,
    },
    /// Let the reader save a file that is no text.
    SaveBytes {
        /// Its name.
        name: String,
        /// What is in it.
        bytes: Vec<u8>,
    },
    /// Let the reader save the stage.
    Picture(Format),
    /// Put this behind the page's address.
    Address(Option<String>),
    /// Do something where sessions are kept.
    Session(session::Work),
}

/// A dialog of index.html.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// The help sheet.
    Help,
    /// Whether to start over.
    Over,
    /// Kept versions.
    Kept,
    /// The pipeline.
    Pipeline,
    /// Links, files, pictures.
    Share,
    /// A made-up stream.
    Made,
    /// The reader's own stream.
    Yours,
    /// A lane's name, or whether it goes.
    Lane,
    /// A lane as a job.
    Job,
}
