//! One explicit step: something happened, so the state changes, and this is to be done.

use serde_json::{Map, Value};

use super::kept::{self, Work};
use super::msg::{Dialog, Effect, Errands, Msg};
use super::places::Places;
use super::state::{Errand, LeftTab, RightTab, RowsFrom, State, Tab};
use super::views::ViewsMsg;
use super::{
    choose, experiment, inspector, job, lanes, lint, lit, made, pipeline, places, right, session,
    settings, share, views, yours,
};
use crate::protocol::{Command, Connection, Update};

/// The x axes reach at least this far, records: the published demo and a little.
const DOMAIN_LEAST: u64 = 340;

/// Changes the state, and adds what is to be done outside.
pub fn update(state: &mut State, msg: Msg, now_ms: f64, out: &mut Vec<Effect>) {
    act(state, msg, now_ms, out);
    session::see(state, out);
    session::keep(state, out);
}

fn act(state: &mut State, msg: Msg, now_ms: f64, out: &mut Vec<Effect>) {
    match msg {
        Msg::Update(update) => arrived(state, *update, now_ms, out),
        Msg::Send(command) => out.push(Effect::Send(command)),
        Msg::PlayPause => play_pause(state, out),
        Msg::AxisX(x) => out.push(state.axes.choose_x(x)),
        Msg::AxisY(y) => out.push(state.axes.choose_y(y)),
        Msg::Scenario(name) => out.push(Effect::GoTo(name)),
        Msg::Theme => out.push(Effect::Theme(None)),
        Msg::SystemTheme { dark } => out.push(Effect::Theme(Some(dark))),
        Msg::Help => out.push(Effect::Open(Dialog::Help)),
        Msg::Close => {
            (state.left_open, state.card_open) = (false, false);
            state.places = Places::default();
            out.extend(lit::clear(state));
            if std::mem::take(&mut state.views.open) {
                out.push(Effect::Focus("view-button"));
            }
            inspector::close(state, out);
            out.push(Effect::CloseDialogs);
        }
        Msg::Left(tab) => choose_left(state, tab, out),
        Msg::Tab(tab) => (state.tab, state.drawer_open) = (tab, true),
        Msg::Fold => state.drawer_open = !state.drawer_open,
        Msg::Unfold => state.left_open = !state.left_open,
        Msg::Events => {
            open_left(state);
            out.push(Effect::Focus("events-title"));
        }
        Msg::Right(tab) => {
            // The inspector lies over the rail.
            inspector::close(state, out);
            show_right(state, tab);
            choose::shown(state, out);
            out.push(Effect::Focus(right::tab_id(tab)));
        }
        Msg::Change(file) => out.extend(experiment::send(state, &file)),
        Msg::OnlyRound if state.shown_tab() == Tab::Differences => {
            state.lanes.all_rounds = !state.lanes.all_rounds;
        }
        Msg::OnlyRound => state.only_round = !state.only_round,
        Msg::OnlyWrong => state.only_wrong = !state.only_wrong,
        Msg::WorstFirst => state.worst_first = !state.worst_first,
        Msg::Step(step) => insert_step(state, step, out),
        Msg::InsertRow { table, row } => {
            if state.rows_from != RowsFrom::Page {
                state.row_command = state.psql(&table, &[row]);
                state.row = Errand::Idle;
                return;
            }
            state.row = Errand::UnderWay;
            state.asked = asked(state, &table, &row);
            out.push(Effect::Insert {
                errand: Errands::Row,
                table,
                rows: vec![row],
            });
        }
        Msg::RowRefused(why) => {
            state.row_command.clear();
            state.row = Errand::Failed(why);
        }
        Msg::AskStartOver => {
            if state.can_empty() {
                state.over = Errand::Idle;
                out.push(Effect::Open(Dialog::Over));
            } else {
                out.push(Effect::Send(Command::StartOver));
            }
        }
        Msg::StartOver => {
            state.over = Errand::UnderWay;
            out.push(Effect::StartOver);
        }
        Msg::PlayDemo => {
            state.recording = Errand::UnderWay;
            let walk = state.walk.as_ref();
            let file = walk.map_or("demo.ndjson", |walk| &walk.entry.recording);
            out.push(Effect::FetchRecording(file.to_owned()));
        }
        Msg::Recording { name, text } => {
            (state.drawer_open, state.card_open) = (true, false);
            state.recording = Errand::Idle;
            yours::recording(state, name, text, out);
        }
        Msg::ChangeAddress => {
            state.card_open = true;
            out.push(Effect::Focus("address"));
        }
        Msg::Connect(url) => {
            (state.drawer_open, state.card_open) = (true, false);
            out.push(Effect::Send(Command::Connect { url }));
        }
        Msg::Kept(msg) => kept::update(state, msg, out),
        Msg::Settings(msg) => settings::update(state, msg, out),
        Msg::Places(msg) => places::update(state, msg, out),
        Msg::Light(version) => out.push(lit::choose(state, version)),
        Msg::GoToLit => out.extend(lit::go(state).map(Effect::Send)),
        Msg::Lint(msg) => lint::update(state, msg, out),
        Msg::Choose(msg) => choose::update(state, msg, out),
        Msg::Back(errand, result) => came_back(state, errand, result, out),
        Msg::Lanes(msg) => lanes::update(state, msg, out),
        Msg::Scores(scores) => state.scores = scores,
        Msg::Pipeline(msg) => pipeline::update(state, msg, now_ms, out),
        // Where the menu is not there, its key does nothing.
        Msg::Views(ViewsMsg::Open) if !views::has_menu(state) => {}
        Msg::Views(msg) => views::update(&mut state.views, msg, out),
        Msg::Width(width) => state.width = width,
        Msg::Redraw => {}
        Msg::Share(msg) => share::update(state, msg, out),
        Msg::Job(msg) => job::update(state, msg, out),
        Msg::Session(msg) => session::update(state, msg, out),
        Msg::Unnotice => state.notice = None,
        Msg::Made(msg) => made::update(state, msg, out),
        Msg::Yours(msg) => yours::update(state, msg, out),
        Msg::Inspect(msg) => inspector::update(state, msg, out),
    }
}

fn arrived(state: &mut State, mut update: Update, now_ms: f64, out: &mut Vec<Effect>) {
    if let Some(order) = &update.order {
        out.push(Effect::KeepOrder(order.clone()));
    }
    if let Some(text) = &update.announcement {
        out.push(Effect::Say(text.clone()));
    }
    if let Some(kept) = &update.kept {
        out.push(Effect::Kept(Work::Add(kept.clone())));
    }
    for (name, text) in [
        ("recording.ndjson", &update.recording),
        ("replay.ndjson", &update.lines),
        ("predictions.csv", &update.csv),
        ("ledger.csv", &update.ledger_csv),
    ] {
        if let Some(text) = text {
            out.push(Effect::Save {
                name,
                text: text.clone(),
            });
        }
    }
    experiment::arrived(state, &update);
    lint::arrived(state, &mut update);
    choose::arrived(state, &mut update);
    share::arrived(state, &update, out);
    job::arrived(state, &mut update);
    if let Some(surveyed) = &update.surveyed {
        let topics = surveyed.topics.iter().map(|topic| topic.name.clone());
        state.lanes.topics = topics.collect();
        yours::surveyed(state, surveyed);
    }
    inspector::arrived(state, &mut update.closer);
    let snapshot = &update.snapshot;
    let of = if let Connection::Replaying { of, .. } = update.status.connection {
        of
    } else {
        0
    };
    let missing = snapshot
        .batch
        .size
        // Looking back, it is the batch of that moment.
        .filter(|_| snapshot.live)
        .map_or(0, |size| size.saturating_sub(snapshot.batch.rows));
    let needed = (snapshot.records + missing.max(update.waiting_total)).max(of);
    if snapshot.records < state.update.snapshot.records {
        (state.domain, state.step, state.row) = (0, Errand::Idle, Errand::Idle);
    }
    state.domain = state.domain.max(DOMAIN_LEAST);
    if needed > state.domain {
        // By half again, so that it happens seldom.
        state.domain = needed + needed / 2;
    }
    out.extend(state.axes.keep_to(snapshot));
    settings::arrived(state, &update, out);
    places::arrived(state, &update, out);
    (state.update, state.update_ms, state.started) = (update, now_ms, true);
    settings::keep_up(state);
}

/// Shows a tab of the right rail, wherever this width has it.
pub fn show_right(state: &mut State, tab: RightTab) {
    state.right = tab;
    if state.is_narrow() {
        (state.tab, state.drawer_open) = (Tab::Measures, true);
    }
}

fn play_pause(state: &mut State, out: &mut Vec<Effect>) {
    if state.is_first_open() {
        return act(state, Msg::PlayDemo, 0.0, out);
    }
    out.push(Effect::Send(if state.is_playing() {
        Command::Pause
    } else {
        Command::Play
    }));
}

/// Shows the left rail, wherever this width has it.
pub fn open_left(state: &mut State) {
    state.left_open = true;
    if state.is_phone() {
        state.tab = Tab::Stream;
    }
}

fn choose_left(state: &mut State, tab: LeftTab, out: &mut Vec<Effect>) {
    state.inspector.left_chosen = true;
    state.left = if state.walk.is_some() {
        tab
    } else {
        LeftTab::Insert
    };
    open_left(state);
    // A phone would open its keyboard over what the tab shows.
    if tab == LeftTab::Insert && !state.is_phone() {
        out.push(Effect::Focus("field-0"));
    }
}

fn insert_step(state: &mut State, step: usize, out: &mut Vec<Effect>) {
    let step = state.walk.as_ref().and_then(|walk| walk.steps.get(step));
    let Some(step) = step.filter(|_| state.step != Errand::UnderWay) else {
        return;
    };
    let Some(table) = state.scenario.table(step.table) else {
        return;
    };
    out.push(Effect::Insert {
        errand: Errands::Step,
        table: table.to_owned(),
        rows: step.rows.clone(),
    });
    state.step = Errand::UnderWay;
    state.drawer_open = true;
}

/// The features of a row whose prediction the form shows.
fn asked(state: &State, table: &str, row: &Map<String, Value>) -> Option<Vec<f64>> {
    let scenario = &state.scenario;
    let is_asked = scenario.target.is_some() && scenario.test.as_deref() == Some(table);
    let features = scenario.features.iter();
    features
        .map(|name| row.get(name)?.as_f64().filter(|_| is_asked))
        .collect()
}

fn came_back(
    state: &mut State,
    errand: Errands,
    result: Result<String, String>,
    out: &mut Vec<Effect>,
) {
    let answer = match result {
        Ok(text) => Errand::Done(text),
        Err(why) => Errand::Failed(why),
    };
    match errand {
        Errands::Step => state.step = answer,
        Errands::Row => state.row = answer,
        Errands::Recording => state.recording = answer,
        Errands::Over => {
            if matches!(answer, Errand::Done(_)) {
                out.extend([Effect::CloseDialogs, Effect::Send(Command::StartOver)]);
            }
            state.over = answer;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::state::Scenario;
    use crate::page::walk;
    use crate::protocol::Status;

    fn demo() -> State {
        State {
            scenario: Scenario::read(include_str!("../../../../www/lab.json")),
            walk: Some(walk::iris()),
            ..State::default()
        }
    }

    fn after(state: &mut State, msg: Msg) -> Vec<Effect> {
        let mut out = Vec::new();
        update(state, msg, 1.0, &mut out);
        out
    }

    fn live(records: u64) -> Update {
        let connection = Connection::Live {
            address: "127.0.0.1:1".to_owned(),
            topics: 2,
        };
        let mut update = Update {
            status: Status {
                connection,
                ..Status::default()
            },
            ..Update::default()
        };
        (update.snapshot.records, update.snapshot.live) = (records, true);
        update
    }

    #[test]
    fn space_plays_the_demo_first_and_then_pauses_and_plays() {
        let mut state = demo();
        after(&mut state, Msg::Update(Box::default()));
        assert_eq!(
            after(&mut state, Msg::PlayPause),
            [Effect::FetchRecording("demo.ndjson".to_owned())]
        );
        after(&mut state, Msg::Update(Box::new(live(3))));
        assert_eq!(
            after(&mut state, Msg::PlayPause),
            [Effect::Send(Command::Pause)]
        );
        let mut paused = live(3);
        paused.status.paused = true;
        after(&mut state, Msg::Update(Box::new(paused)));
        assert_eq!(
            after(&mut state, Msg::PlayPause),
            [Effect::Send(Command::Play)]
        );
    }

    #[test]
    fn a_recording_that_has_ended_can_be_played_again() {
        let mut state = demo();
        let mut update = live(310);
        for (row, playing) in [(309, true), (310, false)] {
            update.status.connection = Connection::Replaying {
                row,
                of: 310,
                name: "recorded demo".to_owned(),
            };
            after(&mut state, Msg::Update(Box::new(update.clone())));
            assert_eq!(state.is_playing(), playing);
        }
        assert_eq!(
            after(&mut state, Msg::PlayPause),
            [Effect::Send(Command::Play)]
        );
    }

    #[test]
    fn a_step_is_sent_once() {
        let mut state = demo();
        let sent = after(&mut state, Msg::Step(2));
        let Effect::Insert { table, rows, .. } = &sent[0] else {
            panic!("{sent:?}")
        };
        assert_eq!((table.as_str(), rows.len()), ("iris_train", 138));
        assert_eq!(after(&mut state, Msg::Step(2)), []);
        after(&mut state, Msg::Back(Errands::Step, Err("no".to_owned())));
        assert_eq!(after(&mut state, Msg::Step(1)).len(), 1);
    }

    #[test]
    fn a_row_that_the_page_cannot_insert_becomes_a_command() {
        let mut state = demo();
        state.rows_from = RowsFrom::Database;
        let row = Map::from_iter([
            ("iris_class".to_owned(), Value::from(0)),
            ("petal_width".to_owned(), Value::from(0.2)),
        ]);
        let table = "iris_test".to_owned();
        assert_eq!(after(&mut state, Msg::InsertRow { table, row }), []);
        assert_eq!(
            state.row_command,
            "psql -c 'INSERT INTO iris_test (petal_width, iris_class) VALUES (0.2, 0)'"
        );
        after(&mut state, Msg::RowRefused(String::new()));
        assert_eq!(state.row_command, "");
    }

    #[test]
    fn only_a_row_that_is_to_be_predicted_waits_for_its_prediction() {
        let mut state = demo();
        let lab = include_str!("../../../../www/ecommerce.lab.json");
        state.scenario = Scenario::read(lab);
        let row = Map::from_iter(
            [("age", 35), ("income", 82_000), ("buy_count", 12)]
                .map(|(name, value)| (name.to_owned(), Value::from(value))),
        );
        for (table, asked) in [
            ("ecommerce_test", Some(vec![35.0, 82_000.0, 12.0])),
            ("ecommerce_train", None),
        ] {
            let (table, row) = (table.to_owned(), row.clone());
            assert_eq!(after(&mut state, Msg::InsertRow { table, row }).len(), 1);
            assert_eq!(state.asked, asked);
        }
    }

    #[test]
    fn the_axes_grow_only_until_the_log_begins_anew() {
        let mut state = demo();
        after(&mut state, Msg::Update(Box::new(live(10))));
        assert_eq!(state.domain, 340);
        after(&mut state, Msg::Update(Box::new(live(400))));
        assert_eq!(state.domain, 600);
        after(&mut state, Msg::Update(Box::new(live(401))));
        assert_eq!(state.domain, 600);
        after(&mut state, Msg::Update(Box::new(live(0))));
        assert_eq!(state.domain, 340);
    }

    #[test]
    fn starting_over_asks_only_where_rows_would_be_lost() {
        let mut state = demo();
        assert_eq!(
            after(&mut state, Msg::AskStartOver),
            [Effect::Send(Command::StartOver)]
        );
        state.token = Some("t".to_owned());
        after(&mut state, Msg::Update(Box::new(live(3))));
        assert_eq!(
            after(&mut state, Msg::AskStartOver),
            [Effect::Open(Dialog::Over)]
        );
        state.rows_from = RowsFrom::Database;
        assert_eq!(
            after(&mut state, Msg::AskStartOver),
            [Effect::Send(Command::StartOver)]
        );
        state.rows_from = RowsFrom::Page;
        assert_eq!(after(&mut state, Msg::StartOver), [Effect::StartOver]);
        let done = after(&mut state, Msg::Back(Errands::Over, Ok(String::new())));
        assert_eq!(
            done,
            [Effect::CloseDialogs, Effect::Send(Command::StartOver)]
        );
    }
}
