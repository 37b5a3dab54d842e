//! When the walk-through's next step is offered, and what is said until then.

use super::numbers;
use super::state::{RowsFrom, State};
use super::walk::{Step, Table};
use crate::protocol::Connection;

/// Whether the next step is offered, and if not, what it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Whether it is.
    pub button: bool,
    /// What it waits for; empty where it is offered.
    pub waits_for: String,
}

/// Whether a step is offered now.
pub fn offer(step: &Step, applied: u64, state: &State) -> Offer {
    let no = |waits_for: String| Offer {
        button: false,
        waits_for,
    };
    let update = &state.update;
    let of = step.count();
    if update.status.paused && update.waiting_total > 0 {
        let arrived = applied
            + if step.table == Table::Test {
                0
            } else {
                update.waiting_total.min(of - applied)
            };
        let batch = update.snapshot.batch.number;
        return no(match step.table {
            Table::Test => format!(
                "{} wait. Press Row or Play.",
                numbers::counted(update.waiting_total, "record")
            ),
            Table::Train => format!(
                "{arrived} of {of} have arrived and wait. Press Batch to see batch {batch} fill and the model jump."
            ),
        });
    }
    match &update.status.connection {
        Connection::NoBridge => {
            return no("Eddy has no database yet. Play the recording, or connect a bridge to insert rows yourself.".to_owned());
        }
        Connection::Replaying { .. } => {
            return no(if applied > 0 {
                format!("{applied} of {of} so far.")
            } else {
                "The recording inserts them.".to_owned()
            });
        }
        Connection::Live { .. } | Connection::Behind { .. } => {}
        _ => return no("Offered again as soon as the bridge answers.".to_owned()),
    }
    if state.rows_from == RowsFrom::File {
        return no(match applied {
            0 => "The file inserts them.".to_owned(),
            _ => format!("{applied} of {of} so far."),
        });
    }
    if state.token.is_none() {
        return no(
            "This bridge takes no rows from the page: insert them where its tables are.".to_owned(),
        );
    }
    if applied > 0 {
        return no(format!("{applied} of {of} have arrived."));
    }
    if let Some(wait) = window_wait(state) {
        return no(wait);
    }
    Offer {
        button: true,
        waits_for: String::new(),
    }
}

/// "Spark's window ends in 7 s.", while a lane is not ready.
fn window_wait(state: &State) -> Option<String> {
    let snapshot = &state.update.snapshot;
    let lane = snapshot.lanes.iter().find(|lane| !lane.ready)?;
    Some(match (lane.window_end_ms, snapshot.lab_time_ms) {
        (Some(end), Some(now)) if end > now => format!(
            "Offered when {}’s window has ended, in {}.",
            lane.name,
            numbers::left(end - now)
        ),
        _ => format!("Offered when {} is ready.", lane.name),
    })
}

/// What the shown lane has not learned at the end.
pub fn unlearned(state: &State) -> String {
    let snapshot = &state.update.snapshot;
    let Some(lane) = snapshot.lanes.get(snapshot.lane) else {
        return String::new();
    };
    let rows = numbers::counted(lane.waiting, "row");
    match (lane.waiting, lane.window_end_ms) {
        (0, _) => "Every row is learned.".to_owned(),
        (n, None) => {
            let are = if n == 1 { "is" } else { "are" };
            let fate = match lane.engine.as_str() {
                "Flink" => "; Flink drops them when the input ends",
                _ => "",
            };
            let batch = lane.versions;
            format!("{rows} in batch {batch} {are} not learned yet{fate}.")
        }
        (_, Some(_)) => format!("{rows} will be learned when the window ends."),
    }
}

#[cfg(test)]
mod tests {
    use lab::snapshot::LaneHead;

    use super::super::walk;
    use super::*;
    use crate::protocol::Status;

    fn offer(step: usize, applied: u64, state: &State) -> Offer {
        super::offer(&walk::iris().steps[step], applied, state)
    }

    fn state(connection: Connection) -> State {
        let mut state = State {
            token: Some("t".to_owned()),
            ..State::default()
        };
        state.update.status = Status {
            connection,
            ..Status::default()
        };
        state.update.snapshot.lanes = vec![LaneHead {
            engine: "Flink".to_owned(),
            ready: true,
            ..LaneHead::default()
        }];
        state
    }

    fn live() -> State {
        state(Connection::Live {
            address: String::new(),
            topics: 2,
        })
    }

    #[test]
    fn a_step_is_offered_when_every_lane_is_ready() {
        let mut state = live();
        assert!(offer(1, 0, &state).button);
        let spark = LaneHead {
            name: "Spark".to_owned(),
            window_end_ms: Some(17_000),
            ..LaneHead::default()
        };
        state.update.snapshot.lanes.push(spark);
        state.update.snapshot.lab_time_ms = Some(10_500);
        let waits = offer(1, 0, &state);
        assert_eq!(
            waits,
            Offer {
                button: false,
                waits_for: "Offered when Spark’s window has ended, in 7 s.".to_owned()
            }
        );
    }

    #[test]
    fn without_a_bridge_that_takes_rows_nothing_is_offered() {
        assert!(!offer(0, 0, &state(Connection::NoBridge)).button);
        let mut other = live();
        other.token = None;
        assert!(
            offer(0, 0, &other)
                .waits_for
                .contains("no rows from the page")
        );
    }

    #[test]
    fn a_file_inserts_its_rows_itself() {
        let mut file = live();
        file.rows_from = RowsFrom::File;
        let waits = |applied| offer(2, applied, &file).waits_for;
        assert_eq!(waits(0), "The file inserts them.");
        assert_eq!(waits(7), "7 of 138 so far.");
        file.rows_from = RowsFrom::Database;
        assert!(offer(2, 0, &file).button);
    }

    #[test]
    fn paused_rows_are_said_to_wait() {
        let mut paused = live();
        (paused.update.status.paused, paused.update.waiting_total) = (true, 31);
        paused.update.snapshot.batch.number = 5;
        let says =
            "31 of 138 have arrived and wait. Press Batch to see batch 5 fill and the model jump.";
        assert_eq!(offer(4, 0, &paused).waits_for, says);
    }

    #[test]
    fn the_end_says_what_is_not_learned() {
        let mut end = live();
        (
            end.update.snapshot.lanes[0].waiting,
            end.update.snapshot.lanes[0].versions,
        ) = (21, 9);
        assert_eq!(
            unlearned(&end),
            "21 rows in batch 9 are not learned yet; Flink drops them when the input ends."
        );
        end.update.snapshot.lanes[0].waiting = 0;
        assert_eq!(unlearned(&end), "Every row is learned.");
    }
}
