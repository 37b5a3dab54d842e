//! What an update or a delete does in lanes that correct what they have learned.

use change::{Change, Kind, Op, Shape};
use wire::RecordRef;
use xxhash_rust::xxh3::xxh3_128;

use super::Arrived;
use crate::config::{Delete, Redelivered, Role, Update};
use crate::event::{LabEvent, RefusedEvent};
use crate::lab::Lab;
use crate::lane::{Corrected, Lane, Place, RowId};
use crate::redelivery::values_of;

/// The header by which Debezium says of a delete that the row goes on under another key.
const NEW_KEY: &str = "__debezium.newkey";

/// What an event says of a row that was there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// There was none: one of the same key was never said to be gone.
    New,
    /// It has other values now.
    Replaced,
    /// It has these values; whether there were others is not said.
    Is,
    /// It is gone.
    Gone,
    /// It is gone, as another event may have said before.
    GoneToo,
}

impl Lab {
    /// Takes old rows out, and notes the new one, in the lanes that correct.
    pub(super) fn correct(&mut self, arrived: Arrived<'_>, change: &Change<'_>) {
        let role = self.role(arrived.stream);
        let trains = matches!(role, Role::Train | Role::Both);
        if !trains || !self.lanes.iter().any(Lane::corrects) {
            return;
        }
        let Some((says, moved)) = says(arrived.record, change) else {
            return;
        };
        let ids = Ids::of(arrived, change);
        let mut told: Vec<(String, String)> = Vec::new();
        for i in 0..self.lanes.len() {
            let lane = &mut self.lanes[i];
            let changes = lane.config.changes;
            let left_out = arrived.first.is_some() && changes.redelivered == Redelivered::Once;
            if !lane.corrects() || left_out {
                continue;
            }
            let gone = matches!(says, Says::Gone | Says::GoneToo);
            let corrects = match says {
                Says::New => false,
                _ if gone && !moved => changes.delete == Delete::Correct,
                _ => changes.update == Update::Correct,
            };
            if corrects {
                let name = lane.config.name.clone();
                if let Some(became) = self.correct_in(i, arrived, says, &ids) {
                    told.push((name, became));
                }
            } else if let (true, Some(old)) = (gone, ids.old) {
                lane.forget_row(old);
            }
            let lane = &mut self.lanes[i];
            let op = change.op.map_or('c', Op::letter);
            if let (Some(new), true) = (ids.new, lane.takes(op, false)) {
                lane.note_row(new, arrived.number);
            }
        }
        self.say_corrected(&told, matches!(says, Says::Gone | Says::GoneToo));
    }

    /// Takes the old row out in one lane, and says what became of that; None where there is nothing to say.
    fn correct_in(
        &mut self,
        lane: usize,
        arrived: Arrived<'_>,
        says: Says,
        ids: &Ids,
    ) -> Option<String> {
        let source = self.source(arrived);
        let lane = &mut self.lanes[lane];
        let quiet = matches!(says, Says::Is | Says::GoneToo);
        let became = match ids.old {
            Some(old) if quiet && !lane.knows_row(old) => return None,
            None if quiet => return None,
            Some(old) => lane.correct(old),
            None => Corrected::Unknown,
        };
        let reason = match became {
            Corrected::TakenOut(row, place) => return Some(taken_out(row.offset, place)),
            Corrected::NotLearned => {
                return Some("nothing was learned of its old row".to_owned());
            }
            Corrected::LetGo => format!(
                "the batch that held its old row is no longer kept: about the newest {} rows are, none from before a lane \
                 starts again or leaves another",
                lane.corrections_max()
            ),
            Corrected::Unknown => unknown(ids, lane.corrections_max()),
        };
        lane.refuse_correction(source.clone(), reason.clone());
        let lane_name = lane.name();
        let said = format!("refused, {reason}");
        self.out.push(LabEvent::Refused(RefusedEvent {
            source,
            lane_name,
            reason,
        }));
        Some(said)
    }

    /// Notes on the event what became of it, by lane.
    fn say_corrected(&mut self, told: &[(String, String)], gone: bool) {
        let Some((_, first)) = told.first() else {
            return;
        };
        let all = told.len() == self.lanes.len();
        let note = if all && told.iter().all(|(_, said)| said == first) {
            format!("corrected: {first}")
        } else {
            let lanes = told.iter();
            let notes: Vec<String> = lanes
                .map(|(name, said)| format!("corrected in {name}: {said}"))
                .collect();
            notes.join("; ")
        };
        match gone && all {
            // In place of "not unlearned".
            true => self.rows.say_of_newest(note),
            false => self.rows.note_on(note),
        }
    }
}

/// What a change says of a row that was there, and whether the row goes on under another key; None where it says nothing.
fn says(record: RecordRef<'_>, change: &Change<'_>) -> Option<(Says, bool)> {
    let says = match (change.kind, change.op) {
        (Kind::Tombstone, _) => Says::GoneToo,
        (Kind::Row, Some(Op::Delete)) => {
            let moved = record.headers.iter().any(|(name, _)| name == NEW_KEY);
            return Some((Says::Gone, moved));
        }
        (Kind::Row, Some(Op::Update)) => Says::Replaced,
        (Kind::Row, Some(Op::Create)) => Says::New,
        (Kind::Row, _) => Says::Is,
        _ => return None,
    };
    Some((says, false))
}

/// By what the rows of an event are known.
struct Ids {
    /// The row that was there.
    old: Option<RowId>,
    /// The row that is there now.
    new: Option<RowId>,
    has_key: bool,
    has_old_image: bool,
}

impl Ids {
    fn of(arrived: Arrived<'_>, change: &Change<'_>) -> Ids {
        let stream = arrived.stream;
        let key = change.key.map(|key| key.bytes());
        let key = key.or(arrived.record.key.filter(|key| is_key(key)));
        let by_key = key.map(|key| id(stream, xxh3_128(key), true));
        let shape = change.shape.unwrap_or(Shape::Unwrapped);
        let mut text = String::new();
        let mut by_values = |row| id(stream, values_of(row, shape, &mut text), false);
        let (before, after) = (change.before, change.after);
        // Behind the unwrap step, the image of a delete is the old row, wherever it stands.
        let gone = change.op == Some(Op::Delete);
        let old = before.or(after.filter(|_| gone));
        Ids {
            old: by_key.or_else(|| old.map(&mut by_values)),
            new: after
                .filter(|_| !gone)
                .map(|row| by_key.unwrap_or_else(|| by_values(row))),
            has_key: by_key.is_some(),
            has_old_image: old.is_some(),
        }
    }
}

/// Whether a record's key says anything, where it is no row.
fn is_key(key: &[u8]) -> bool {
    let text = key.trim_ascii();
    !text.is_empty() && text != b"null" && !text.ends_with(b"\"payload\":null}")
}

fn id(stream: usize, hash: u128, is_key: bool) -> RowId {
    // Another one for each stream: their keys have nothing to do with each other.
    let stream = (stream as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    RowId {
        hash: hash ^ stream,
        is_key,
    }
}

fn taken_out(offset: i64, place: Place) -> String {
    match place {
        Place::Version(version) => {
            format!("the row of offset {offset} was taken out of version {version}")
        }
        Place::OpenBatch => format!("the row of offset {offset} was taken out of the open batch"),
        Place::Waiting => {
            format!("the row of offset {offset} was taken out of the rows that wait")
        }
    }
}

fn unknown(ids: &Ids, most: usize) -> String {
    match (ids.has_key, ids.has_old_image) {
        (true, _) => format!(
            "its old row is not among the newest {most} rows, by key: it came before reading began, or is no longer kept"
        ),
        (false, true) => {
            "no row that is kept is the same as its old image, and it has no key; give the table a primary key, or, if the \
             image is not whole, set ALTER TABLE .. REPLICA IDENTITY FULL"
                .to_owned()
        }
        (false, false) => {
            "it has neither a key nor the old row; give the table a primary key, or set ALTER TABLE .. REPLICA IDENTITY \
             FULL"
                .to_owned()
        }
    }
}
