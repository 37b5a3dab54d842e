//! What came at each place of the last object of a kind.
//!
//! Objects of a stream mostly have the same names in the same order. A place remembers how its
//! name is written, with what stands around it, and what the name means; so in the steady state a
//! name costs one comparison instead of a scan and a search. Objects that differ are read all the same,
//! only slower, and are what is remembered from then on.

use crate::cells::Noted;
use crate::cursor::{Cursor, Stop};
use crate::raw::{Form, Raw};

/// Places beyond this are never remembered, so that no object makes the memory grow on.
pub(crate) const MAX_PLACES: usize = 4096;

/// Longer names are never remembered.
const MAX_WRITTEN: usize = 1024;

/// A memory of the names of one kind of object, each with what it means.
#[derive(Debug, Clone)]
pub(crate) struct Places<M> {
    places: Vec<Place<M>>,
    limit: usize,
    /// How many members the last object had.
    count: usize,
    /// Another one whenever the members were others, or differently written.
    version: u64,
}

#[derive(Debug, Clone)]
struct Place<M> {
    /// From the end of the value before (or the `{`) to the begin of the value; never empty but
    /// where nothing is remembered.
    written: Vec<u8>,
    meaning: M,
}

impl<M: Copy> Places<M> {
    pub(crate) const fn new() -> Self {
        Self {
            places: Vec::new(),
            limit: MAX_PLACES,
            count: 0,
            version: 0,
        }
    }

    /// One that remembers nothing and allocates nothing.
    pub(crate) const fn forgetful() -> Self {
        Self {
            places: Vec::new(),
            limit: 0,
            count: 0,
            version: 0,
        }
    }

    /// Steps to the begin of the member's value at this place and says what its name means; steps out
    /// of the object after the last one.
    #[inline(always)]
    pub(crate) fn next(
        &mut self,
        cursor: &mut Cursor<'_>,
        place: usize,
        meaning: impl FnOnce(Raw<'_>) -> M,
    ) -> Result<Option<M>, Stop> {
        if let Some(known) = self.places.get(place)
            && !known.written.is_empty()
            && cursor.take(&known.written)
        {
            return Ok(Some(known.meaning));
        }
        if place == self.count && cursor.take(b"}") {
            return Ok(None);
        }
        self.next_unknown(cursor, place, meaning)
    }

    /// A number that stays the same as long as the objects have the same names in the same order.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Steps over a value and notes its columns, where it is an object of this kind.
    #[inline]
    pub(crate) fn note(
        &mut self,
        cursor: &mut Cursor<'_>,
        noted: &mut Noted,
        meaning: M,
    ) -> Result<Form, Stop> {
        if cursor.peek() != b'{' {
            return cursor.skip();
        }
        noted.begin(cursor);
        cursor.enter_object()?;
        let mut place = 0;
        while self.next(cursor, place, |_| meaning)?.is_some() {
            noted.add(cursor.spot()?);
            place += 1;
        }
        noted.end(cursor);
        Ok(Form::Object)
    }

    #[inline(never)]
    fn next_unknown(
        &mut self,
        cursor: &mut Cursor<'_>,
        place: usize,
        meaning: impl FnOnce(Raw<'_>) -> M,
    ) -> Result<Option<M>, Stop> {
        let from = cursor.position();
        let Some(name) = cursor.next_member(place == 0)? else {
            self.count = place;
            self.version += 1;
            return Ok(None);
        };
        let meaning = meaning(name);
        self.remember(place, cursor.since(from), meaning);
        Ok(Some(meaning))
    }

    fn remember(&mut self, place: usize, written: &[u8], meaning: M) {
        self.version += 1;
        let written = if written.len() > MAX_WRITTEN {
            &[]
        } else {
            written
        };
        match self.places.get_mut(place) {
            Some(known) => {
                known.written.clear();
                known.written.extend_from_slice(written);
                known.meaning = meaning;
            }
            None if place < self.limit => {
                self.places.push(Place {
                    written: written.to_vec(),
                    meaning,
                });
            }
            None => {}
        }
    }
}

/// An object that was the same in every event so far, such as the schema.
#[derive(Debug, Clone)]
pub(crate) struct KnownObject {
    /// Empty where nothing is remembered.
    bytes: Vec<u8>,
    max_bytes: usize,
    /// Another one whenever the object was another one.
    version: u64,
}

impl KnownObject {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            max_bytes: 1 << 20,
            version: 0,
        }
    }

    /// One that remembers nothing and allocates nothing.
    pub(crate) const fn forgetful() -> Self {
        Self {
            bytes: Vec::new(),
            max_bytes: 0,
            version: 0,
        }
    }

    /// A number that stays the same as long as the object does.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Steps over a value that may be the object, and remembers it where it is another one.
    #[inline]
    pub(crate) fn skip(&mut self, cursor: &mut Cursor<'_>) -> Result<Form, Stop> {
        if !self.bytes.is_empty() && cursor.take(&self.bytes) {
            return Ok(Form::Object);
        }
        let from = cursor.position();
        let form = cursor.skip()?;
        let bytes = cursor.since(from);
        self.version += 1;
        if form == Form::Object && bytes.len() <= self.max_bytes {
            self.bytes.clear();
            self.bytes.extend_from_slice(bytes);
        }
        Ok(form)
    }
}
