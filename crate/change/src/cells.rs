//! The columns of the row that was read last: where they stand, and their numbers.
//!
//! A row is scanned to the end anyway, to find out whether it is JSON. What is seen on the way is noted
//! here, so that taking the columns out of the row costs no second scan.

use crate::cursor::Cursor;
use crate::number::to_double;
use crate::places::MAX_PLACES;
use crate::raw::{Form, Raw};
use crate::row::Row;
use crate::value::Value;

/// A column of a row that a [`Reader`](crate::Reader) has read.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    raw: Raw<'a>,
    /// NaN where it is no number, or one that is yet to be made of its digits.
    number: f64,
}

impl<'a> Cell<'a> {
    /// The double nearest to a JSON number; `None` of all else, and of what is too large for a double.
    #[inline]
    pub fn number(&self) -> Option<f64> {
        if !self.number.is_nan() {
            return Some(self.number);
        }
        if self.raw.form != Form::Number {
            return None;
        }
        to_double(self.raw.text()).filter(|number| number.is_finite())
    }

    /// The value.
    pub fn value(&self) -> Value<'a> {
        Value::of(self.raw)
    }
}

/// The columns of a row, in order; the first 4,096 of more.
#[derive(Debug, Clone)]
pub struct Cells<'r, 'a> {
    row: Row<'a>,
    noted: &'r Noted,
    layout: u64,
    at: usize,
}

impl<'r, 'a> Cells<'r, 'a> {
    pub(crate) fn new(row: Row<'a>, noted: &'r Noted, layout: u64) -> Self {
        Self {
            row,
            noted,
            layout,
            at: 0,
        }
    }

    /// A number that stays the same as long as the rows of this reader have the same columns in the same
    /// order.
    pub fn layout(&self) -> u64 {
        self.layout
    }
}

impl<'a> Iterator for Cells<'_, 'a> {
    type Item = Cell<'a>;

    #[inline]
    fn next(&mut self) -> Option<Cell<'a>> {
        let spot = self.noted.spots.get(self.at)?;
        self.at += 1;
        let from = spot.from - self.noted.base;
        let to = spot.to - self.noted.base;
        Some(Cell {
            raw: Raw {
                form: spot.form,
                bytes: self.row.bytes().get(from..to).unwrap_or_default(),
            },
            number: spot.number,
        })
    }
}

/// What was noted of the columns of one object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Noted {
    spots: Vec<Spot>,
    /// So many are noted.
    limit: usize,
    /// Where the object begins in the bytes that were scanned.
    base: usize,
    /// Where it begins in memory, and its length: so the row is known again.
    stands: (usize, usize),
}

/// Where a column's value stands in the bytes that were scanned, and what it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) number: f64,
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) form: Form,
}

impl Noted {
    pub(crate) fn new() -> Self {
        Self {
            limit: MAX_PLACES,
            ..Self::default()
        }
    }

    /// One that notes nothing and allocates nothing.
    pub(crate) fn forgetful() -> Self {
        Self::default()
    }

    /// Begins with an object: the cursor is at its `{`.
    #[inline]
    pub(crate) fn begin(&mut self, cursor: &Cursor<'_>) {
        self.spots.clear();
        self.base = cursor.position();
        self.stands = (0, 0);
    }

    /// Notes the next column.
    #[inline]
    pub(crate) fn add(&mut self, spot: Spot) {
        if self.spots.len() < self.limit {
            self.spots.push(spot);
        }
    }

    /// Ends with the object: the cursor is behind its `}`.
    #[inline]
    pub(crate) fn end(&mut self, cursor: &Cursor<'_>) {
        self.stands = stands(cursor.since(self.base));
    }

    /// Whether this was noted of the row.
    ///
    /// A row that stood in memory where another stands now would be taken for it: only rows of the record
    /// that was read last are looked for.
    pub(crate) fn is_of(&self, row: Row<'_>) -> bool {
        self.stands == stands(row.bytes())
    }
}

fn stands(bytes: &[u8]) -> (usize, usize) {
    (bytes.as_ptr().addr(), bytes.len())
}
