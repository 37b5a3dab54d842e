//! The columns of the row that was read last: where they stand, and their numbers.
//!
//! A row is scanned to the end anyway, to find out whether it is JSON. What is seen on the way is noted
//! here, so that taking the columns out of the row costs no second scan.

use std::slice;

use crate::cursor::Cursor;
use crate::number::to_double;
use crate::places::MAX_PLACES;
use crate::raw::{Form, Raw};
use crate::row::Row;
use crate::value::Value;

/// A column of a row that a [`Reader`](crate::Reader) has read.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'r, 'a> {
    row: Row<'a>,
    /// Where the row begins in the bytes that were scanned.
    base: usize,
    spot: &'r Spot,
}

impl<'a> Cell<'_, 'a> {
    /// The double nearest to a JSON number; `None` of all else, and of what is too large for a double.
    #[inline]
    pub fn number(&self) -> Option<f64> {
        if !self.spot.number.is_nan() {
            return Some(self.spot.number);
        }
        if self.spot.form != Form::Number {
            return None;
        }
        to_double(self.raw().text()).filter(|number| number.is_finite())
    }

    /// The value.
    pub fn value(&self) -> Value<'a> {
        Value::of(self.raw())
    }

    fn raw(&self) -> Raw<'a> {
        let Spot { from, to, form, .. } = *self.spot;
        let inside = |at: usize| at.saturating_sub(self.base);
        let bytes = self.row.bytes().get(inside(from)..inside(to));
        Raw {
            form,
            bytes: bytes.unwrap_or_default(),
        }
    }
}

/// The columns of a row, in order; the first 4,096 of more.
#[derive(Debug, Clone)]
pub struct Cells<'r, 'a> {
    row: Row<'a>,
    base: usize,
    spots: slice::Iter<'r, Spot>,
    layout: u64,
}

impl<'r, 'a> Cells<'r, 'a> {
    pub(crate) fn new(row: Row<'a>, noted: &'r Noted, layout: u64) -> Self {
        Self {
            row,
            base: noted.base,
            spots: noted.spots.iter(),
            layout,
        }
    }

    /// A number that stays the same as long as the rows of this reader have the same columns in the same
    /// order.
    pub fn layout(&self) -> u64 {
        self.layout
    }
}

impl<'r, 'a> Iterator for Cells<'r, 'a> {
    type Item = Cell<'r, 'a>;

    #[inline]
    fn next(&mut self) -> Option<Cell<'r, 'a>> {
        Some(Cell {
            row: self.row,
            base: self.base,
            spot: self.spots.next()?,
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
    /// NaN where it is no number, or one that is yet to be made of its digits.
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

    /// Forgets whose columns these are: another record is read.
    #[inline]
    pub(crate) fn forget(&mut self) {
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
    /// A row that stood in memory where another stands now would be taken for it: so all is forgotten when the next record
    /// is read.
    pub(crate) fn is_of(&self, row: Row<'_>) -> bool {
        self.stands == stands(row.bytes())
    }
}

fn stands(bytes: &[u8]) -> (usize, usize) {
    (bytes.as_ptr().addr(), bytes.len())
}
