//! What the page knows.

use lab::config::{LabError, LabFile};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::choose::Choose;
use super::inspector::Inspector;
use super::job::JobState;
use super::kept::Kept;
use super::lanes::{self, Lanes};
use super::lint::Lint;
use super::lit::Lit;
use super::made::Made;
use super::notice::Notice;
use super::pipeline::PipelineState;
use super::places::Places;
use super::session::Keeping;
use super::settings::Settings;
use super::share::Share;
use super::stage::axes::Axes;
use super::views::Views;
use super::walk::{Entry, Table, Walk};
use super::yours::Yours;
use super::{names, psql};
use crate::protocol::{Connection, Update};

/// Everything that rendering depends on.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The newest picture from the worker.
    pub update: Update,
    /// When it came, ms since the page was opened.
    pub update_ms: f64,
    /// Whether one came at all.
    pub started: bool,
    /// What lab.json says.
    pub scenario: Scenario,
    /// The walk-through, where the lab file belongs to one.
    pub walk: Option<Walk>,
    /// The scenarios that this server has, those of the menu.
    pub menu: Vec<Entry>,
    /// Token that inserts are sent with; None where the page was not served by a bridge that takes rows.
    pub token: Option<String>,
    /// How rows get into the stream.
    pub rows_from: RowsFrom,
    /// Features of the form's last row that is to be predicted.
    pub asked: Option<Vec<f64>>,
    /// The form's row as a command, where the page cannot insert it.
    pub row_command: String,
    /// Axes that were chosen; the next picture has them.
    pub axes: Axes,
    /// Width of the page, pixels.
    pub width: f64,
    /// Tab of the left rail.
    pub left: LeftTab,
    /// Tab of the drawer.
    pub tab: Tab,
    /// Tab of the right rail.
    pub right: RightTab,
    /// The lab file that was sent to the worker and is not in force yet.
    pub wanted_lab: Option<String>,
    /// Why the experiment could not be changed.
    pub change_refused: String,
    /// Counts up with each lab file.
    pub experiment: u64,
    /// Whether all lanes are shown side by side.
    pub compare: bool,
    /// Whether the drawer shows its tables.
    pub drawer_open: bool,
    /// Whether the left rail, where it is folded, opens over the stage.
    pub left_open: bool,
    /// Show predictions of the newest round only.
    pub only_round: bool,
    /// Show wrong predictions only.
    pub only_wrong: bool,
    /// Show the predictions that are furthest off first, in place of the newest.
    pub worst_first: bool,
    /// The walk-through's insert.
    pub step: Errand,
    /// The form's insert.
    pub row: Errand,
    /// The start over.
    pub over: Errand,
    /// Reading a recording.
    pub recording: Errand,
    /// Whether the reader asked for another address.
    pub card_open: bool,
    /// Records that the x axes reach to; grows only.
    pub domain: u64,
    /// Kept versions.
    pub kept: Kept,
    /// Lanes side by side, and their menu.
    pub lanes: Lanes,
    /// Drafts of the lanes' settings.
    pub settings: Settings,
    /// The place that is asked for.
    pub places: Places,
    /// The version whose rows are lit.
    pub lit: Option<Lit>,
    /// What the linter has found.
    pub lint: Lint,
    /// Which k.
    pub choose: Choose,
    /// Links, files, pictures.
    pub share: Share,
    /// A lane as a job.
    pub job: JobState,
    /// What is kept for a page that is loaded anew.
    pub session: Keeping,
    /// What the page itself has to say.
    pub notice: Option<Notice>,
    /// Made-up streams.
    pub made: Made,
    /// The reader's own stream.
    pub yours: Yours,
    /// What the stage shows rows as.
    pub views: Views,
    /// What is looked at closer.
    pub inspector: Inspector,
    /// What flows from the source to the sink.
    pub pipeline: PipelineState,
    /// Show the measures' scores in place of their curves, where there is no room for both.
    pub scores: bool,
}

/// How rows get into the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowsFrom {
    /// The bridge takes them from the page.
    #[default]
    Page,
    /// From a database that the bridge does not write to.
    Database,
    /// From a recording.
    File,
}

/// Something that was sent away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Errand {
    /// Nothing was sent.
    #[default]
    Idle,
    /// No answer yet.
    UnderWay,
    /// What came of it.
    Done(String),
    /// What is, then what to do.
    Failed(String),
}

/// Tab of the left rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeftTab {
    /// The walk-through.
    #[default]
    Walk,
    /// The form.
    Insert,
}

/// Tab of the right rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RightTab {
    /// How good the lane is.
    #[default]
    Measures,
    /// What the lane is made of.
    Settings,
    /// Which k.
    Choose,
}

/// Tab of the drawer; the last two only where the page is narrow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tab {
    /// Predictions.
    #[default]
    Predictions,
    /// Versions.
    Ledger,
    /// The right rail.
    Measures,
    /// The left rail.
    Stream,
    /// Rows on which lanes disagree, while they are shown side by side.
    Differences,
}

/// What lab.json says, as far as the page thread needs it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// The file's text.
    pub lab: String,
    /// Feature columns.
    pub features: Vec<String>,
    /// Label column.
    pub label: Option<String>,
    /// Column that holds what is to be predicted, a number.
    pub target: Option<String>,
    /// Labels as they stand in the column, with their names.
    pub labels: Vec<(String, String)>,
    /// Table of the first training stream.
    pub train: Option<String>,
    /// Table of the first stream that is classified.
    pub test: Option<String>,
    /// Those tables as SQL names them: with their schema, where psql would not find them without.
    pub sql_names: Vec<(String, String)>,
    /// What the tables' names begin with.
    pub prefix: String,
    /// What the first lane's model is called.
    pub model: String,
    /// The streams' topics, in their order.
    pub topics: Vec<String>,
}

/// Narrower than this, measures join the drawer's tabs; style.css says the same.
const WIDE: f64 = 900.0;
/// Narrower than this, the stream does too.
const PHONE: f64 = 600.0;

impl State {
    /// The lab file that changes start from: the newest one that was sent, or else the one in force.
    ///
    /// # Errors
    /// The page's own lab file cannot be read; the worker says why.
    pub fn file(&self) -> Result<LabFile, LabError> {
        LabFile::parse(self.wanted_lab.as_ref().unwrap_or(&self.scenario.lab))
    }

    /// Another stream is about to be shown: what was chosen of the old one's lists holds no more.
    pub fn show_anew(&mut self) {
        (self.drawer_open, self.card_open) = (true, false);
        (self.only_round, self.only_wrong, self.worst_first) = (false, false, false);
    }

    /// Whether measures are a tab of the drawer.
    pub fn is_narrow(&self) -> bool {
        self.width < WIDE
    }

    /// Whether the stream is one as well.
    pub fn is_phone(&self) -> bool {
        self.width < PHONE
    }

    /// The drawer's tab at this width.
    pub fn shown_tab(&self) -> Tab {
        match self.tab {
            Tab::Measures if !self.is_narrow() => Tab::Predictions,
            Tab::Stream if !self.is_phone() => Tab::Predictions,
            Tab::Differences if !lanes::is_comparing(self) => Tab::Predictions,
            tab => tab,
        }
    }

    /// Whether records are applied as they come and the newest is shown.
    pub fn is_playing(&self) -> bool {
        let runs = self.has_stream() && !self.has_ended();
        runs && !self.update.status.paused && self.update.snapshot.live
    }

    /// Whether a recording was played to its end: playing begins it anew.
    pub fn has_ended(&self) -> bool {
        matches!(self.update.status.connection, Connection::Replaying { row, of, .. } if row >= of)
    }

    /// Whether there is anything that records come from.
    pub fn has_stream(&self) -> bool {
        !matches!(self.update.status.connection, Connection::NoBridge)
    }

    /// Whether the page is what a newcomer sees first: nothing connected, nothing read.
    pub fn is_first_open(&self) -> bool {
        self.started && !self.has_stream() && self.update.snapshot.records == 0
    }

    /// Whether the card with the ways to feed the page is shown.
    pub fn shows_card(&self) -> bool {
        let failed = matches!(self.update.status.connection, Connection::Failed { .. });
        let stuck = failed && self.token.is_none() && self.update.snapshot.records == 0;
        self.is_first_open() || self.card_open || (self.started && stuck)
    }

    /// Whether rows can be inserted now.
    pub fn can_insert(&self) -> bool {
        let connected = matches!(
            self.update.status.connection,
            Connection::Live { .. } | Connection::Behind { .. }
        );
        self.token.is_some() && self.rows_from == RowsFrom::Page && connected
    }

    /// Whether the bridge can empty the tables and the log.
    pub fn can_empty(&self) -> bool {
        let is_replay = matches!(self.update.status.connection, Connection::Replaying { .. });
        self.token.is_some() && self.rows_from == RowsFrom::Page && self.has_stream() && !is_replay
    }

    /// A command that inserts these rows.
    pub fn psql(&self, table: &str, rows: &[Map<String, Value>]) -> String {
        let names = &self.scenario.sql_names;
        let found = names.iter().find(|(known, _)| known == table);
        let name = found.map_or(table, |(_, name)| name.as_str());
        let columns: Vec<String> = self.scenario.columns().cloned().collect();
        psql::command(name, &columns, rows)
    }

    /// Whether every lane is ready for the next step of a walk-through.
    pub fn lanes_are_ready(&self) -> bool {
        self.update.snapshot.lanes.iter().all(|lane| lane.ready)
    }
}

impl Scenario {
    /// Reads lab.json; what cannot be read stays empty, and the worker says why.
    pub fn read(lab: &str) -> Scenario {
        let file: Value = serde_json::from_str(lab).unwrap_or_default();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let features = file["features"]
            .as_array()
            .map(|names| names.iter().filter_map(text).collect());
        let labels = file["label_names"].as_object();
        let labels = labels.map(|names| {
            names
                .iter()
                .filter_map(|(id, name)| Some((id.clone(), text(name)?)))
                .collect()
        });
        let table = |role: &str| {
            let streams = file["streams"].as_array()?;
            let stream = streams.iter().find(|stream| stream["role"] == role)?;
            stream["topic"]
                .as_str()
                .map(|topic| names::table(topic).to_owned())
        };
        let topics: Vec<String> = file["streams"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|stream| text(&stream["topic"]))
            .collect();
        let tables: Vec<&str> = topics.iter().map(|topic| names::table(topic)).collect();
        let sql_name = |topic: &String| (names::table(topic).to_owned(), psql::table(topic));
        Scenario {
            lab: lab.to_owned(),
            features: features.unwrap_or_default(),
            label: text(&file["label"]),
            target: text(&file["target"]),
            labels: labels.unwrap_or_default(),
            train: table("train").or_else(|| table("both")),
            test: table("classify"),
            sql_names: topics.iter().map(sql_name).collect(),
            prefix: names::common_prefix(&tables),
            model: names::model(
                file["lanes"][0]["model"]["kind"]
                    .as_str()
                    .unwrap_or_default(),
            ),
            topics,
        }
    }

    /// Feature columns, and the one that says what is right.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        self.features.iter().chain(&self.label).chain(&self.target)
    }

    /// A table's name.
    pub fn table(&self, table: Table) -> Option<&str> {
        match table {
            Table::Train => self.train.as_deref(),
            Table::Test => self.test.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAB: &str = include_str!("../../../../www/lab.json");

    #[test]
    fn the_demos_lab_file_is_read() {
        let scenario = Scenario::read(LAB);
        assert_eq!(scenario.train.as_deref(), Some("iris_train"));
        assert_eq!(scenario.model, "k-means");
        assert_eq!(scenario.features.len(), 4);
        assert_eq!(scenario.label.as_deref(), Some("iris_class"));
        assert_eq!(
            scenario.labels[1],
            ("1".to_owned(), "versicolor".to_owned())
        );
        assert_eq!(scenario.prefix, "iris_");
        assert_eq!(Scenario::read("{").train, None);
    }

    #[test]
    fn a_target_is_a_column_beside_the_features() {
        let lab = include_str!("../../../../www/ecommerce.lab.json");
        let scenario = Scenario::read(lab);
        let columns: Vec<&String> = scenario.columns().collect();
        assert_eq!(columns, ["age", "income", "buy_count", "price"]);
        assert_eq!(scenario.target.as_deref(), Some("price"));
        assert_eq!(scenario.label, None);
        assert_eq!(scenario.model, "linear regression");
    }
}
