//! How far a walk-through has come, told from the picture of the lab, not from clicks.

use lab::snapshot::{LedgerRow, Snapshot};

use super::numbers;
use super::walk::{Step, Table};

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps that are done, each with what came of it.
    pub done: Vec<String>,
    /// Rows of the step under way that have been applied.
    pub applied: u64,
}

/// Applied rows: to train, to classify.
pub fn counts(snapshot: &Snapshot) -> (u64, u64) {
    let trained: u64 = snapshot.bars.iter().map(|bar| bar.rows).sum();
    let open = snapshot
        .lanes
        .get(snapshot.lane)
        .map_or(0, |lane| lane.waiting);
    // A lane that holds rows for its window has not counted them yet; another one has.
    let tested = snapshot
        .lanes
        .iter()
        .map(|lane| lane.rounds.iter().map(|round| u64::from(round.1)).sum());
    (trained + open, tested.max().unwrap_or(0))
}

/// How far these steps have come in the shown lane.
pub fn progress(snapshot: &Snapshot, steps: &[Step]) -> Progress {
    let (train, test) = counts(snapshot);
    let mut progress = Progress {
        done: Vec::new(),
        applied: 0,
    };
    let (mut train_due, mut test_due) = (0, 0);
    // Test rounds that are over.
    let mut round = 0;
    for step in steps {
        let (have, due) = match step.table {
            Table::Test => (test, &mut test_due),
            Table::Train => (train, &mut train_due),
        };
        *due += step.count();
        if have < *due {
            progress.applied = have.saturating_sub(*due - step.count());
            break;
        }
        progress.done.push(match step.table {
            Table::Test => tested(snapshot, round),
            Table::Train => trained(snapshot, round, train_due),
        });
        round += usize::from(step.table == Table::Test);
    }
    progress
}

/// "5 of 11 right"; of a regression "R² 0.910"; "200 predicted" where nothing says what is right.
fn tested(snapshot: &Snapshot, round: usize) -> String {
    let rounds = snapshot
        .lanes
        .get(snapshot.lane)
        .map(|lane| lane.rounds.as_slice())
        .unwrap_or_default();
    let r2 = snapshot
        .rounds
        .get(round)
        .map_or(f64::NAN, |round| round.r2);
    match rounds.get(round) {
        _ if r2.is_finite() => format!("R² {}", numbers::fixed(r2, 3)),
        Some((right, of)) if *of > 0 && snapshot.judged => format!("{right} of {of} right"),
        Some((_, of)) if *of > 0 => format!("{} predicted", numbers::count(u64::from(*of))),
        _ => "held until the window ends".to_owned(),
    }
}

/// "4 versions"; before the first one "1 of 32 in batch 1".
fn trained(snapshot: &Snapshot, round: usize, train_due: u64) -> String {
    let start = round
        .checked_sub(1)
        .and_then(|before| snapshot.rounds.get(before))
        .map_or(0, |round| round.last + 1);
    let end = snapshot
        .rounds
        .get(round)
        .map_or(u64::MAX, |round| round.last + 1);
    let learned = |bar: &&LedgerRow| bar.rows > 0 && bar.to_record <= end;
    let versions: u64 = snapshot
        .bars
        .iter()
        .filter(learned)
        .filter(|bar| bar.to_record > start)
        .map(|bar| bar.last - bar.first + 1)
        .sum();
    if versions > 0 {
        return numbers::counted(versions, "version");
    }
    let rows: u64 = snapshot
        .bars
        .iter()
        .filter(learned)
        .map(|bar| bar.rows)
        .sum();
    match (snapshot.batch.size, train_due.saturating_sub(rows)) {
        // Rows came in other steps than these.
        (_, 0) => "learned".to_owned(),
        (Some(size), waiting) => format!("{waiting} of {size} in batch 1"),
        (None, _) => "in the open window".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use lab::snapshot::{LaneHead, OpenBatch, Round};

    use super::super::walk;
    use super::*;

    fn progress(snapshot: &Snapshot) -> Progress {
        super::progress(snapshot, &walk::iris().steps)
    }

    fn snapshot(bars: &[(u64, u64)], waiting: u64, rounds: &[(u64, u64, u32)]) -> Snapshot {
        let bar = |(i, (rows, to_record)): (usize, &(u64, u64))| LedgerRow {
            first: i as u64 + 1,
            last: i as u64 + 1,
            rows: *rows,
            to_record: *to_record,
            ..LedgerRow::default()
        };
        let heads = rounds.iter().map(|(_, _, right)| (*right, 11)).collect();
        Snapshot {
            lanes: vec![LaneHead {
                waiting,
                rounds: heads,
                ready: true,
                ..LaneHead::default()
            }],
            bars: bars.iter().enumerate().map(bar).collect(),
            rounds: rounds
                .iter()
                .map(|(first, last, right)| Round {
                    first: *first,
                    last: *last,
                    right: *right,
                    of: 11,
                    r2: f64::NAN,
                    ..Round::default()
                })
                .collect(),
            batch: OpenBatch {
                size: Some(32),
                ..OpenBatch::default()
            },
            judged: true,
            ..Snapshot::default()
        }
    }

    #[test]
    fn the_demo_begins_with_train_1() {
        assert_eq!(
            progress(&snapshot(&[(0, 0)], 0, &[])),
            Progress {
                done: vec![],
                applied: 0
            }
        );
        assert_eq!(
            progress(&snapshot(&[(0, 0)], 1, &[])).done,
            ["1 of 32 in batch 1"]
        );
    }

    #[test]
    fn it_is_told_from_counts_alone() {
        let bars = [
            (0, 0),
            (32, 43),
            (32, 75),
            (32, 107),
            (32, 139),
            (32, 182),
            (32, 214),
            (32, 246),
            (32, 278),
        ];
        let rounds = [(1, 11, 5), (150, 160, 7), (299, 309, 9)];
        let half = progress(&snapshot(&bars[..3], 2, &rounds[..1]));
        assert_eq!(
            half,
            Progress {
                done: vec!["1 of 32 in batch 1".into(), "5 of 11 right".into()],
                applied: 65
            }
        );
        let all = progress(&snapshot(&bars, 21, &rounds));
        let said = [
            "1 of 32 in batch 1",
            "5 of 11 right",
            "4 versions",
            "7 of 11 right",
            "4 versions",
            "9 of 11 right",
        ];
        assert_eq!(all.done, said);
        let mut unjudged = snapshot(&bars[..1], 1, &rounds[..1]);
        unjudged.judged = false;
        assert_eq!(progress(&unjudged).done[1], "11 predicted");
        unjudged.rounds[0].r2 = 0.90969;
        assert_eq!(progress(&unjudged).done[1], "R² 0.910");
    }
}
