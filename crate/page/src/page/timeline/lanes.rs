//! Which lanes have a track, where it lies, and what is written beside it.

use lab::snapshot::{LaneHead, LedgerRow, Snapshot, Track};

use crate::page::chart::scale::Scale;
use crate::page::numbers;

/// A lane's track on the canvas.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lane {
    /// Index of the lane.
    pub lane: usize,
    /// Where its tallest bar ends.
    pub top: f64,
    /// Where its bars stand.
    pub base: f64,
}

/// The lanes that have a track: the shown one with those that it left or that left it; all while they are compared.
pub fn shown(snapshot: &Snapshot, compare: bool) -> Vec<usize> {
    let all = 0..snapshot.tracks.len();
    if compare {
        return all.collect();
    }
    let parent = |lane: usize| snapshot.tracks[lane].fork.map(|fork| fork.of);
    let mut family = vec![snapshot.lane];
    let mut before = 0;
    while before != family.len() {
        before = family.len();
        for lane in all.clone() {
            let is_near =
                |other: &usize| parent(lane) == Some(*other) || parent(*other) == Some(lane);
            if !family.contains(&lane) && family.iter().any(is_near) {
                family.push(lane);
            }
        }
    }
    family.retain(|lane| all.contains(lane));
    family.sort_unstable();
    family
}

/// Where the tracks lie on a canvas of this height; `roomy` is one with labels of test rounds.
pub fn lay_out(lanes: &[usize], height: f64, roomy: bool) -> Vec<Lane> {
    let (top, bottom, names) = if roomy {
        (32.0, 24.0, 18.0)
    } else {
        (17.0, 22.0, 16.0)
    };
    let pitch = (height - top - bottom + names) / lanes.len().max(1) as f64;
    let lane = |(i, lane): (usize, &usize)| {
        let top = top + pitch * i as f64;
        Lane {
            lane: *lane,
            top,
            base: top + (pitch - names).max(6.0),
        }
    };
    lanes.iter().enumerate().map(lane).collect()
}

/// The bars that are a track's own: a fork's begin where it leaves.
pub fn own_bars(track: &Track) -> impl DoubleEndedIterator<Item = &LedgerRow> {
    let from = track.fork.map_or(0, |fork| fork.version);
    track.bars.iter().filter(move |bar| bar.last > from)
}

/// "v5", or "v5'" where it is a fork's own.
pub fn version_name(track: &Track, version: u64) -> String {
    let is_forks = track.fork.is_some_and(|fork| version > fork.version);
    let prime = if is_forks { "′" } else { "" };
    format!("v{version}{prime}")
}

/// The quiet line beside a track: "decay 0.5, hidden".
pub fn about(snapshot: &Snapshot, lanes: &[usize], lane: usize, compare: bool) -> String {
    if compare {
        return numbers::counted(snapshot.tracks[lane].versions, "version");
    }
    let heads: Vec<&LaneHead> = lanes
        .iter()
        .filter_map(|lane| snapshot.lanes.get(*lane))
        .collect();
    let parts = |head: &LaneHead| -> Vec<String> {
        head.parameters.split(" · ").map(str::to_owned).collect()
    };
    let is_shared = |part: &String| heads.iter().all(|head| parts(head).contains(part));
    let own = snapshot.lanes.get(lane).map(parts).unwrap_or_default();
    let differs = own.into_iter().find(|part| !is_shared(part));
    let shown = if lane == snapshot.lane {
        "shown"
    } else {
        "hidden"
    };
    match differs {
        Some(part) => format!("{part}, {shown}"),
        None => shown.to_owned(),
    }
}

/// The version whose bar is under a pointer, and its lane.
pub fn bar_at(
    bars: &[(Lane, Vec<LedgerRow>)],
    scale: Scale,
    (x, y): (f64, f64),
) -> Option<(usize, u64)> {
    let (lane, bars) = bars
        .iter()
        .find(|(lane, _)| (lane.top - 2.0..=lane.base + 2.0).contains(&y))?;
    let bar = bars.iter().find(|bar| {
        let (from, to) = (
            scale.at(bar.from_record as f64),
            scale.at(bar.to_record as f64),
        );
        bar.rows > 0 && (from..to.max(from + 2.0)).contains(&x)
    })?;
    Some((lane.lane, bar.last))
}

#[cfg(test)]
mod tests {
    use lab::snapshot::ForkMark;

    use super::*;

    /// Flink, Spark, a fork of Flink at version 3, a fork of that at version 5.
    fn snapshot(lane: usize) -> Snapshot {
        let track = |fork: Option<(usize, u64)>| Track {
            fork: fork.map(|(of, version)| ForkMark {
                of,
                version,
                record: Some(version * 32),
            }),
            versions: 9,
            bars: (1..=9)
                .map(|version| LedgerRow {
                    first: version,
                    last: version,
                    rows: 32,
                    shift: 1.0,
                    from_record: (version - 1) * 32,
                    to_record: version * 32,
                    ..LedgerRow::default()
                })
                .collect(),
            ..Track::default()
        };
        let head = |parameters: &str| LaneHead {
            parameters: parameters.to_owned(),
            ..LaneHead::default()
        };
        Snapshot {
            lane,
            tracks: vec![
                track(None),
                track(None),
                track(Some((0, 3))),
                track(Some((2, 5))),
            ],
            lanes: vec![
                head("k 3 · decay 0 · batch 32"),
                head("k 3 · decay 1"),
                head("k 3 · decay 0.5 · batch 32"),
                head("k 3 · decay 0.5 · batch 16"),
            ],
            ..Snapshot::default()
        }
    }

    #[test]
    fn a_lane_is_seen_with_its_forks_and_all_while_compared() {
        for (lane, family) in [(0, vec![0, 2, 3]), (1, vec![1]), (3, vec![0, 2, 3])] {
            assert_eq!(shown(&snapshot(lane), false), family);
        }
        assert_eq!(shown(&snapshot(1), true), [0, 1, 2, 3]);
        assert_eq!(shown(&Snapshot::default(), false), [0; 0]);
    }

    #[test]
    fn one_track_has_the_room_and_more_share_it() {
        assert_eq!(
            lay_out(&[0], 92.0, true)[0],
            Lane {
                lane: 0,
                top: 32.0,
                base: 68.0
            }
        );
        let two = lay_out(&[0, 2], 136.0, true);
        assert_eq!((two[0].base, two[1].base), (63.0, 112.0));
        let four = lay_out(&[0, 1, 2, 3], 192.0, true);
        assert!(
            four.windows(2)
                .all(|pair| pair[0].base + 12.0 < pair[1].top)
        );
    }

    #[test]
    fn a_forks_own_versions_have_a_prime_and_begin_where_it_leaves() {
        let snapshot = snapshot(0);
        let fork = &snapshot.tracks[2];
        assert_eq!(version_name(fork, 3), "v3");
        assert_eq!(version_name(fork, 4), "v4′");
        assert_eq!(own_bars(fork).next().unwrap().first, 4);
        assert_eq!(own_bars(&snapshot.tracks[0]).count(), 9);
    }

    #[test]
    fn what_differs_is_said_beside_each() {
        let snapshot = snapshot(0);
        let lanes = [0, 2];
        assert_eq!(about(&snapshot, &lanes, 0, false), "decay 0, shown");
        assert_eq!(about(&snapshot, &lanes, 2, false), "decay 0.5, hidden");
        assert_eq!(about(&snapshot, &lanes, 2, true), "9 versions");
    }

    #[test]
    fn a_bar_is_found_under_the_pointer() {
        let snapshot = snapshot(0);
        let lanes = lay_out(&[0, 2], 136.0, true);
        let bars: Vec<_> = lanes
            .into_iter()
            .map(|lane| {
                let own = own_bars(&snapshot.tracks[lane.lane]).cloned().collect();
                (lane, own)
            })
            .collect();
        let scale = Scale {
            domain: (0.0, 320.0),
            pixels: (0.0, 320.0),
        };
        assert_eq!(bar_at(&bars, scale, (40.0, 60.0)), Some((0, 2)));
        assert_eq!(bar_at(&bars, scale, (110.0, 110.0)), Some((2, 4)));
        // Before the fork, and between the tracks.
        assert_eq!(bar_at(&bars, scale, (40.0, 110.0)), None);
        assert_eq!(bar_at(&bars, scale, (40.0, 72.0)), None);
    }
}
