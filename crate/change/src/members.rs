//! The members of an event that mean something, found in one pass over its bytes.

use crate::cells::{Cells, Noted, Spot};
use crate::cursor::{Cursor, Stop};
use crate::places::{KnownObject, Places};
use crate::raw::{Form, Raw};
use crate::row::Row;

mod found;
mod names;

pub(crate) use found::{Members, SourceMembers};
pub(crate) use names::{Name, SourceName, name_of};

use found::Span;
use names::{event_name, source_name};

/// What is found in one event.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) members: Members,
    /// What is in `source`, where that is an object.
    pub(crate) source: SourceMembers,
    /// Its members as columns: it may be an unwrapped row.
    noted: Noted,
}

/// What is kept from record to record: how events are written, and room for what is found.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    outer_places: Places<Name>,
    payload_places: Places<Name>,
    parts: Parts,
    /// What was found at the top.
    pub(crate) outer: Event,
    /// What was found in `payload`, where that is an object at the top.
    pub(crate) payload: Event,
}

/// How the objects in an event are written.
#[derive(Debug, Clone)]
struct Parts {
    schema: KnownObject,
    source: Places<SourceName>,
    before: Image,
    after: Image,
}

/// How one of a change's two rows is written, and the columns of the last one.
#[derive(Debug, Clone)]
struct Image {
    places: Places<()>,
    noted: Noted,
}

impl Image {
    fn new() -> Self {
        Self {
            places: Places::new(),
            noted: Noted::new(),
        }
    }

    fn forgetful() -> Self {
        Self {
            places: Places::forgetful(),
            noted: Noted::forgetful(),
        }
    }

    fn note(&mut self, cursor: &mut Cursor<'_>) -> Result<Form, Stop> {
        self.places.note(cursor, &mut self.noted, ())
    }
}

impl Memory {
    /// One that remembers how the last events were written.
    pub(crate) fn new() -> Self {
        Self {
            outer_places: Places::new(),
            payload_places: Places::new(),
            parts: Parts {
                schema: KnownObject::new(),
                source: Places::new(),
                before: Image::new(),
                after: Image::new(),
            },
            outer: Event::new(Noted::new()),
            payload: Event::new(Noted::new()),
        }
    }

    /// One that remembers nothing and allocates nothing.
    pub(crate) fn forgetful() -> Self {
        Self {
            outer_places: Places::forgetful(),
            payload_places: Places::forgetful(),
            parts: Parts {
                schema: KnownObject::forgetful(),
                source: Places::forgetful(),
                before: Image::forgetful(),
                after: Image::forgetful(),
            },
            outer: Event::new(Noted::forgetful()),
            payload: Event::new(Noted::forgetful()),
        }
    }

    /// A number that stays the same as long as the schema does; `None` where the last object had none
    /// beside its payload.
    pub(crate) fn schema_version(&self) -> Option<u64> {
        let form = self.outer.members.form(Name::Schema);
        (form == Some(Form::Object)).then(|| self.parts.schema.version())
    }

    /// The columns of a row of the last event; of any other row they are found now.
    pub(crate) fn cells<'a>(&mut self, row: Row<'a>) -> Cells<'_, 'a> {
        let Self {
            outer_places,
            payload_places,
            parts,
            outer,
            payload,
        } = self;
        let known = [
            (&outer.noted, outer_places.version()),
            (&payload.noted, payload_places.version()),
            (&parts.before.noted, parts.before.places.version()),
        ];
        // No two layouts of different objects are the same.
        let layout = |version: u64, object: usize| version * 4 + object as u64;
        for (object, (noted, version)) in known.into_iter().enumerate() {
            if noted.is_of(row) {
                return Cells::new(row, noted, layout(version, object));
            }
        }
        let after = &mut parts.after;
        if !after.noted.is_of(row) {
            // A row has been scanned without a fault before: an error cannot come, and would end it.
            let _ended = after.note(&mut Cursor::new(row.bytes()));
        }
        Cells::new(row, &after.noted, layout(after.places.version(), 3))
    }

    /// Steps over an object that may be an event, or `{schema, payload}` with one in it, and leaves
    /// in `outer` and `payload` what they hold.
    ///
    /// So every byte is looked at once, not once to find the payload's end and again to read it.
    pub(crate) fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        let Self {
            outer_places,
            payload_places,
            parts,
            outer,
            payload,
        } = self;
        // What this record does not have must not be found in the place of the last one's.
        payload.noted.forget();
        parts.before.noted.forget();
        parts.after.noted.forget();
        outer.read(cursor, outer_places, parts, |cursor, parts| {
            if cursor.byte() != b'{' {
                return cursor.skip();
            }
            payload.read(cursor, payload_places, parts, |cursor, _| cursor.skip())?;
            Ok(Form::Object)
        })
    }
}

impl Event {
    fn new(noted: Noted) -> Self {
        Self {
            members: Members::default(),
            source: SourceMembers::default(),
            noted,
        }
    }

    /// Steps over an object; `read_payload` steps over the value of `payload`.
    fn read(
        &mut self,
        cursor: &mut Cursor<'_>,
        places: &mut Places<Name>,
        parts: &mut Parts,
        mut read_payload: impl FnMut(&mut Cursor<'_>, &mut Parts) -> Result<Form, Stop>,
    ) -> Result<(), Stop> {
        self.members.clear();
        self.noted.begin(cursor);
        cursor.enter_object()?;
        let mut place = 0;
        while let Some(name) = places.next(cursor, place, event_name)? {
            place += 1;
            let first = cursor.peek();
            let from = cursor.position();
            let form = match name {
                Name::Schema => parts.schema.skip(cursor)?,
                Name::Payload => read_payload(cursor, parts)?,
                Name::Source if first == b'{' => {
                    self.source.read(cursor, &mut parts.source)?;
                    Form::Object
                }
                Name::Before => parts.before.note(cursor)?,
                Name::After => parts.after.note(cursor)?,
                _ => {
                    let spot = cursor.spot()?;
                    self.noted.add(spot);
                    self.members.set(name as usize, Span::of(&spot));
                    continue;
                }
            };
            let spot = Spot {
                number: f64::NAN,
                form,
                from,
                to: cursor.position(),
            };
            self.noted.add(spot);
            self.members.set(name as usize, Span::of(&spot));
        }
        self.noted.end(cursor);
        Ok(())
    }
}

impl SourceMembers {
    fn read(
        &mut self,
        cursor: &mut Cursor<'_>,
        places: &mut Places<SourceName>,
    ) -> Result<(), Stop> {
        self.clear();
        cursor.enter_object()?;
        let mut place = 0;
        while let Some(name) = places.next(cursor, place, source_name)? {
            place += 1;
            cursor.peek();
            let from = cursor.position();
            let form = cursor.skip()?;
            self.set(
                name as usize,
                Span {
                    form,
                    from,
                    to: cursor.position(),
                },
            );
        }
        Ok(())
    }
}

/// Whether a `snapshot` says that the row was read: only "false" and null mean streamed.
pub(crate) fn snapshot(raw: Raw<'_>) -> Option<bool> {
    match raw.form {
        Form::Null | Form::False => Some(false),
        Form::True => Some(true),
        Form::Text | Form::Escaped => Some(raw.inside() != b"false"),
        Form::Number | Form::Array | Form::Object => None,
    }
}
