//! Rows that are inserted, updated and deleted.

use std::collections::VecDeque;

use learn::random::Random;

use crate::Stream;
use crate::centres::{BOX, Centres};
use crate::plane::{FEATURES, Plane, TARGETS};

/// Of so many changes ..
const ROUND: u64 = 50;
/// .. the first are to train, the others to test.
const TRAIN: u64 = 40;
/// Rows of a table that may still be changed: the newest.
const REMEMBERED: usize = 256;

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// It is new.
    Insert,
    /// It has other values.
    Update,
    /// It is gone.
    Delete,
}

/// The values of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The features, three digits behind the point.
    pub features: Vec<f64>,
    /// The cluster that it is said to come from, a letter; none for noise, and of a plane.
    pub label: Option<char>,
    /// The height of the plane over the features, and a little; only of a plane.
    pub target: Option<f64>,
}

/// One change of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its place in the stream, from 0.
    pub number: u64,
    /// Whether the row is to test, not to train.
    pub is_test: bool,
    /// The row's id in its table, from 1.
    pub id: u64,
    /// What becomes of the row.
    pub op: Op,
    /// The row as it was; none where it is new.
    pub before: Option<Row>,
    /// The row as it is; none where it is gone.
    pub after: Option<Row>,
}

/// The changes of a stream, one after the other.
#[derive(Clone, Debug)]
pub struct Changes<'a> {
    stream: &'a Stream,
    random: Random,
    centres: Centres,
    plane: Plane,
    number: u64,
    tables: [Table; 2],
}

#[derive(Clone, Debug, Default)]
struct Table {
    rows: u64,
    newest: VecDeque<(u64, Row)>,
}

impl Stream {
    /// The changes, made as they are asked for.
    pub fn changes(&self) -> Changes<'_> {
        let mut random = Random::new(self.settings().seed);
        Changes {
            stream: self,
            centres: Centres::new(self.settings(), &mut random),
            plane: Plane::new(self.settings(), &mut random),
            random,
            number: 0,
            tables: Default::default(),
        }
    }
}

impl Iterator for Changes<'_> {
    type Item = Change;

    fn next(&mut self) -> Option<Change> {
        let settings = self.stream.settings();
        if self.number == settings.rows {
            return None;
        }
        let number = self.number;
        self.number += 1;
        let is_test = number % ROUND >= TRAIN;
        // Drawn whatever the shares are: another share then changes what it must, and no more.
        let (kind, which) = (self.random.uniform(), self.random.bits());
        let row = self.row(number);
        let table = &mut self.tables[usize::from(is_test)];
        let known = table.newest.len();
        let op = match kind {
            _ if known == 0 => Op::Insert,
            kind if kind < settings.updates => Op::Update,
            kind if kind < settings.updates + settings.deletes => Op::Delete,
            _ => Op::Insert,
        };
        let which = which as usize % known.max(1);
        let (id, before, after) = match op {
            Op::Insert => (table.insert(row.clone()), None, Some(row)),
            Op::Update => {
                let (id, old) = &mut table.newest[which];
                (*id, Some(std::mem::replace(old, row.clone())), Some(row))
            }
            Op::Delete => {
                let (id, old) = table.newest.remove(which)?;
                (id, Some(old), None)
            }
        };
        Some(Change {
            number,
            is_test,
            id,
            op,
            before,
            after,
        })
    }
}

impl Table {
    fn insert(&mut self, row: Row) -> u64 {
        self.rows += 1;
        self.newest.push_back((self.rows, row));
        if self.newest.len() > REMEMBERED {
            self.newest.pop_front();
        }
        self.rows
    }
}

impl Changes<'_> {
    fn row(&mut self, number: u64) -> Row {
        match self.stream.settings().kind.is_regression() {
            true => self.on_plane(number),
            false => self.in_cluster(number),
        }
    }

    fn in_cluster(&mut self, number: u64) -> Row {
        let settings = self.stream.settings();
        let present = self.centres.present(number);
        let cluster = self.random.below(present);
        let is_noise = self.random.uniform() < settings.noise;
        let is_mislabelled = self.random.uniform() < settings.label_noise;
        let another = self.random.below(present.max(2) - 1);
        let features = (0..settings.dims).map(|dim| {
            let normal = self.random.normal();
            let anywhere = (BOX + 2.0) * (2.0 * self.random.uniform() - 1.0);
            match is_noise {
                true => anywhere,
                false => self.centres.at(cluster as usize, dim, number) + normal,
            }
        });
        let features = features.map(rounded).collect();
        let said = match is_mislabelled && present > 1 {
            true => another + u64::from(another >= cluster),
            false => cluster,
        };
        // Clusters are 8 at most.
        let letter = (b'A' + said as u8) as char;
        Row {
            features,
            label: (!is_noise).then_some(letter),
            target: None,
        }
    }

    fn on_plane(&mut self, number: u64) -> Row {
        let settings = self.stream.settings();
        let is_noise = self.random.uniform() < settings.noise;
        let features: Vec<f64> = (0..settings.dims)
            .map(|_| rounded(FEATURES * (2.0 * self.random.uniform() - 1.0)))
            .collect();
        let (normal, anywhere) = (self.random.normal(), self.random.uniform());
        let target = match is_noise {
            true => TARGETS * (2.0 * anywhere - 1.0),
            false => self.plane.over(&features, number) + normal,
        };
        Row {
            features,
            label: None,
            target: Some(rounded(target)),
        }
    }
}

/// With three digits behind the point, and no minus before 0.
fn rounded(x: f64) -> f64 {
    (x * 1_000.0).round() / 1_000.0 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Settings};

    fn stream(kind: Kind, change: fn(&mut Settings)) -> Stream {
        let mut settings = Settings::of(kind);
        change(&mut settings);
        Stream::new(settings).expect("settings")
    }

    /// Share of the changes for which this holds.
    fn share(stream: &Stream, holds: impl Fn(&Change) -> bool) -> f64 {
        let all: Vec<Change> = stream.changes().collect();
        all.iter().filter(|change| holds(change)).count() as f64 / all.len() as f64
    }

    #[test]
    fn rows_lie_about_their_clusters() {
        let stream = stream(Kind::Blobs, |it| it.drift = 0.0);
        let mut sums = [[0.0; 3]; 3];
        for change in stream.changes() {
            let row = change.after.expect("a row");
            let cluster = (row.label.expect("a label") as u8 - b'A') as usize;
            let sum = &mut sums[cluster];
            *sum = [
                sum[0] + row.features[0],
                sum[1] + row.features[1],
                sum[2] + 1.0,
            ];
        }
        let mut random = Random::new(7);
        let centres = Centres::new(stream.settings(), &mut random);
        for (cluster, [x, y, n]) in sums.into_iter().enumerate() {
            assert!((250.0..420.0).contains(&n), "{n}");
            assert!((x / n - centres.at(cluster, 0, 0)).abs() < 0.25);
            assert!((y / n - centres.at(cluster, 1, 0)).abs() < 0.25);
        }
    }

    #[test]
    fn shares_are_what_was_asked_for() {
        let noisy = stream(Kind::Rotating, |it| {
            (it.rows, it.noise) = (10_000, 0.2);
        });
        let noise = share(&noisy, |change| {
            change.after.as_ref().is_some_and(|row| row.label.is_none())
        });
        assert!((noise - 0.2).abs() < 0.02, "{noise}");
        let changing = stream(Kind::Blobs, |it| {
            (it.rows, it.updates, it.deletes) = (10_000, 0.3, 0.1);
        });
        for (op, asked) in [(Op::Update, 0.3), (Op::Delete, 0.1), (Op::Insert, 0.6)] {
            let found = share(&changing, |change| change.op == op);
            assert!((found - asked).abs() < 0.02, "{op:?} {found}");
        }
        let tests = share(&changing, |change| change.is_test);
        assert_eq!(tests, 0.2);
    }

    #[test]
    fn label_noise_changes_labels_and_nothing_else() {
        let right = stream(Kind::Blobs, |_| {});
        let wrong = stream(Kind::Blobs, |it| it.label_noise = 0.25);
        let mut differ = 0;
        for (a, b) in right.changes().zip(wrong.changes()) {
            let (a, b) = (a.after.expect("a row"), b.after.expect("a row"));
            assert_eq!(a.features, b.features);
            differ += u32::from(a.label != b.label);
        }
        assert!((210..290).contains(&differ), "{differ}");
    }

    #[test]
    fn an_update_and_a_delete_know_the_row_before() {
        let stream = stream(Kind::Blobs, |it| {
            (it.rows, it.updates, it.deletes) = (3_000, 0.3, 0.2);
        });
        let mut tables: [std::collections::BTreeMap<u64, Row>; 2] = Default::default();
        for change in stream.changes() {
            let table = &mut tables[usize::from(change.is_test)];
            let before = match change.after.clone() {
                Some(row) => table.insert(change.id, row),
                None => table.remove(&change.id),
            };
            assert_eq!(before, change.before, "{change:?}");
        }
    }

    #[test]
    fn a_plane_is_one() {
        let stream = stream(Kind::Plane, |it| it.dims = 3);
        let mut random = Random::new(7);
        Centres::new(stream.settings(), &mut random);
        let plane = Plane::new(stream.settings(), &mut random);
        let mut squares = 0.0;
        for change in stream.changes() {
            let row = change.after.expect("a row");
            let error = row.target.expect("a target") - plane.over(&row.features, change.number);
            squares += error * error;
        }
        assert!((squares / 1_000.0 - 1.0).abs() < 0.15, "{squares}");
    }
}
