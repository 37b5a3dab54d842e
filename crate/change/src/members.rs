//! The members of an event that mean something, found in one pass over its bytes.

use crate::cells::{Cells, Noted, Spot};
use crate::cursor::{Cursor, Stop};
use crate::places::{KnownObject, Places};
use crate::raw::{Form, Raw};
use crate::row::Row;

/// A name that means something at the top of an event, its payload, or an unwrapped row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    Schema,
    Payload,
    Before,
    After,
    Source,
    Op,
    TsMs,
    Transaction,
    // Transaction topic.
    Status,
    Id,
    EventCount,
    DataCollections,
    // CloudEvents.
    SpecVersion,
    Data,
    // What Debezium's unwrap step can add to a row.
    AddedDeleted,
    AddedOp,
    AddedLsn,
    AddedTxId,
    AddedSourceTsMs,
    AddedSnapshot,
    AddedTransactionId,
    /// All others.
    Other,
}

/// A name that means something in an event's `source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceName {
    Lsn,
    TxId,
    TsMs,
    Snapshot,
    Name,
    Schema,
    Table,
    /// All others.
    Other,
}

/// Where the members of an object stand; of a name that stands twice, the last.
#[derive(Debug, Clone)]
pub(crate) struct Found<const NAMES: usize> {
    /// One bit a name that was there.
    seen: u32,
    spans: [Span; NAMES],
}

/// Members of an event, a payload or an unwrapped row, by [`Name`].
pub(crate) type Members = Found<{ Name::Other as usize }>;

/// Members of a `source`, by [`SourceName`].
pub(crate) type SourceMembers = Found<{ SourceName::Other as usize }>;

#[derive(Debug, Clone, Copy, Default)]
struct Span {
    form: Form,
    from: usize,
    to: usize,
}

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
        self.members.seen = 0;
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

impl Span {
    fn of(spot: &Spot) -> Self {
        Self {
            form: spot.form,
            from: spot.from,
            to: spot.to,
        }
    }
}

impl SourceMembers {
    fn read(
        &mut self,
        cursor: &mut Cursor<'_>,
        places: &mut Places<SourceName>,
    ) -> Result<(), Stop> {
        self.seen = 0;
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

    /// The value of a name, where it is there.
    pub(crate) fn get<'a>(&self, name: SourceName, bytes: &'a [u8]) -> Option<Raw<'a>> {
        self.raw(name as usize, bytes)
    }
}

impl Members {
    /// The value of a name, where it is there.
    pub(crate) fn get<'a>(&self, name: Name, bytes: &'a [u8]) -> Option<Raw<'a>> {
        self.raw(name as usize, bytes)
    }

    /// What the value of a name is, where it is there.
    pub(crate) fn form(&self, name: Name) -> Option<Form> {
        self.span(name as usize).map(|span| span.form)
    }

    /// Whether these names, and no others, are there.
    pub(crate) fn are(&self, names: &[Name]) -> bool {
        self.seen == bits(names)
    }

    /// Whether any of these names is there.
    pub(crate) fn any(&self, names: &[Name]) -> bool {
        self.seen & bits(names) != 0
    }
}

fn bits(names: &[Name]) -> u32 {
    names.iter().fold(0, |bits, name| bits | 1 << *name as u32)
}

impl<const NAMES: usize> Found<NAMES> {
    /// The name after the last stands for all others: it is noted, its values are not.
    fn set(&mut self, name: usize, span: Span) {
        self.seen |= 1 << name;
        if let Some(place) = self.spans.get_mut(name) {
            *place = span;
        }
    }

    fn span(&self, name: usize) -> Option<Span> {
        if self.seen & 1 << name == 0 {
            None
        } else {
            self.spans.get(name).copied()
        }
    }

    fn raw<'a>(&self, name: usize, bytes: &'a [u8]) -> Option<Raw<'a>> {
        let span = self.span(name)?;
        Some(Raw {
            form: span.form,
            bytes: bytes.get(span.from..span.to)?,
        })
    }
}

impl<const NAMES: usize> Default for Found<NAMES> {
    fn default() -> Self {
        Self {
            seen: 0,
            spans: [Span::default(); NAMES],
        }
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

/// The name that this text means.
pub(crate) fn name_of(text: &str) -> Name {
    match text {
        "schema" => Name::Schema,
        "payload" => Name::Payload,
        "before" => Name::Before,
        "after" => Name::After,
        "source" => Name::Source,
        "op" => Name::Op,
        "ts_ms" => Name::TsMs,
        "transaction" => Name::Transaction,
        "status" => Name::Status,
        "id" => Name::Id,
        "event_count" => Name::EventCount,
        "data_collections" => Name::DataCollections,
        "specversion" => Name::SpecVersion,
        "data" => Name::Data,
        "__deleted" => Name::AddedDeleted,
        "__op" => Name::AddedOp,
        "__lsn" | "__source_lsn" => Name::AddedLsn,
        "__txId" | "__source_txId" => Name::AddedTxId,
        "__source_ts_ms" => Name::AddedSourceTsMs,
        "__snapshot" | "__source_snapshot" => Name::AddedSnapshot,
        "__transaction_id" => Name::AddedTransactionId,
        _ => Name::Other,
    }
}

fn event_name(written: Raw<'_>) -> Name {
    written.string().map_or(Name::Other, |name| name_of(&name))
}

fn source_name(written: Raw<'_>) -> SourceName {
    match written.string().as_deref() {
        Some("lsn") => SourceName::Lsn,
        Some("txId") => SourceName::TxId,
        Some("ts_ms") => SourceName::TsMs,
        Some("snapshot") => SourceName::Snapshot,
        Some("name") => SourceName::Name,
        Some("schema") => SourceName::Schema,
        Some("table") => SourceName::Table,
        _ => SourceName::Other,
    }
}
