//! What the columns of an event are, beyond what JSON says.

use std::collections::BTreeMap;

use crate::read::{self, Parts};
use crate::row::Row;
use crate::value::Value;

/// What a column's values mean.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ColumnType {
    /// What JSON says.
    #[default]
    Plain,
    /// A double: a JSON number, or a text that holds a number, `NaN` or `Infinity`.
    Number,
    /// A decimal of any length: base64 of a big integer, `{scale, value}`, a JSON number, or a text.
    Decimal {
        /// Digits behind the point; of an integer without one there are none.
        ///
        /// `None` also means that a text holds digits, not base64.
        scale: Option<i64>,
    },
    /// A moment: a number since 1970, or an ISO text.
    Timestamp {
        /// The unit of a number.
        unit: Unit,
        /// Whether the column has a zone. A text, where this is `None`, has one; a number has none.
        utc: Option<bool>,
    },
    /// A day: days since 1970, or an ISO text.
    DateDays,
    /// A time of day: a number since midnight, or an ISO text.
    Time {
        /// The unit of a number.
        unit: Unit,
        /// Whether the column has a zone.
        utc: bool,
    },
    /// A length of time: a number, or an ISO text.
    Interval {
        /// The unit of a number.
        unit: Unit,
    },
    /// Bytes, in a text.
    Bytes(Encoding),
    /// Bits: base64 of a little-endian integer.
    Bits,
    /// JSON, or PostgreSQL's hstore, in a text.
    ///
    /// Debezium gives them one name. An object of strings and nulls without white space is taken
    /// for an hstore; a JSON column holds it so only if it was inserted so.
    Json,
    /// A map from strings to strings or nulls.
    Hstore,
    /// True or false: JSON's own, 0 or 1, or the words `t`, `true`, `f`, `false`.
    Boolean,
    /// One of some texts.
    Enum {
        /// The number that stands for each.
        codes: BTreeMap<String, f64>,
    },
    /// A dense vector.
    Vector,
    /// A sparse vector, `{dimensions, vector}`.
    Sparse,
    /// A point, `{x, y, wkb, srid}`.
    Point,
    /// An array of values of a type.
    ///
    /// An array is also read by the type of its elements alone.
    Array(Box<ColumnType>),
}

/// The unit of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Ms,
    /// Microseconds.
    Us,
    /// Nanoseconds.
    Ns,
}

/// How bytes are written in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Base64, in either alphabet.
    Base64,
    /// Pairs of hexadecimal digits.
    Hex,
    /// `Hex` where a text has nothing but pairs of lower-case hexadecimal digits, else `Base64`.
    Guess,
}

/// The types of columns, by name.
pub type ColumnTypes = BTreeMap<String, ColumnType>;

/// The types that an event's own schema part says its rows have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Types {
    /// Of the row before and the row after a change.
    pub row: ColumnTypes,
    /// Names of the columns that have a default: a null may have come as that.
    pub defaulted: Vec<String>,
    /// Names of the columns whose schema says more than how their values are written.
    named: Vec<String>,
}

impl Types {
    /// The types in the schema part of a record's value, or key; none where it has none.
    ///
    /// This parses the schema. It is the same for record after record of a topic: keep the
    /// types as long as the schema's bytes stay the same.
    pub fn of(bytes: &[u8]) -> Self {
        match read::parts(bytes) {
            Some(Parts {
                schema: Some(schema),
                ..
            }) => Self::of_schema(schema),
            _ => Self::default(),
        }
    }

    /// The types in a schema part, as [`Change::schema`](crate::Change::schema) has it.
    pub fn of_schema(schema: Row<'_>) -> Self {
        let images: Vec<_> = fields(schema)
            .filter(|field| matches!(text(*field, "field").as_deref(), Some("before" | "after")))
            .filter(|field| text(*field, "type").as_deref() == Some("struct"))
            .collect();
        let mut types = Self::default();
        // An unwrapped row may have columns of these names, but they are no structs.
        match images.last() {
            Some(image) => types.take(*image),
            None => types.take(schema),
        }
        types
    }

    /// Puts declared types where the schema does not say what values mean.
    ///
    /// A column whose schema has a name (`org.apache.kafka.connect.data.Decimal`) keeps its type.
    pub fn declare(&mut self, columns: &ColumnTypes) {
        for (name, declared) in columns {
            if self.named.iter().any(|named| named == name) {
                continue;
            }
            let known = self.row.entry(name.clone()).or_default();
            *known = declared.clone();
        }
    }

    fn take(&mut self, structure: Row<'_>) {
        for field in fields(structure) {
            let Some(name) = text(field, "field") else {
                continue;
            };
            if is_named(field) {
                self.named.push(name.clone());
            }
            if field.get("default").is_some() {
                self.defaulted.push(name.clone());
            }
            self.row.insert(name, type_of(field, 0));
        }
    }
}

/// How deeply arrays of arrays are followed.
const MAX_DEPTH: usize = 16;

/// The fields of a struct's schema.
fn fields<'a>(structure: Row<'a>) -> impl Iterator<Item = Row<'a>> {
    let fields = structure.get("fields").unwrap_or(Value::Null);
    fields.into_elements().filter_map(object)
}

/// Whether a schema, or that of an array's elements, has a name.
fn is_named(schema: Row<'_>) -> bool {
    let items = schema.get("items").and_then(object);
    text(schema, "name").is_some() || items.is_some_and(|items| text(items, "name").is_some())
}

fn type_of(schema: Row<'_>, depth: usize) -> ColumnType {
    if let Some(named) = text(schema, "name").and_then(|name| named(&name, schema)) {
        return named;
    }
    match text(schema, "type").as_deref() {
        Some("float" | "double") => ColumnType::Number,
        Some("bytes") => ColumnType::Bytes(Encoding::Base64),
        Some("map") => ColumnType::Hstore,
        Some("array") if depth < MAX_DEPTH => {
            let items = schema.get("items").and_then(object);
            let items = items.map_or(ColumnType::Plain, |items| type_of(items, depth + 1));
            ColumnType::Array(Box::new(items))
        }
        _ => ColumnType::Plain,
    }
}

/// The type that a schema's name stands for; `None` for a name that says nothing more.
fn named(name: &str, schema: Row<'_>) -> Option<ColumnType> {
    let timestamp = |unit, utc| ColumnType::Timestamp {
        unit,
        utc: Some(utc),
    };
    let time = |unit, utc| ColumnType::Time { unit, utc };
    Some(match name {
        "org.apache.kafka.connect.data.Decimal" => ColumnType::Decimal {
            scale: Some(scale(schema)),
        },
        "io.debezium.data.VariableScaleDecimal" => ColumnType::Decimal { scale: None },
        "io.debezium.time.Date" | "org.apache.kafka.connect.data.Date" => ColumnType::DateDays,
        "io.debezium.time.IsoDate" => ColumnType::DateDays,
        "io.debezium.time.Time" | "org.apache.kafka.connect.data.Time" => time(Unit::Ms, false),
        "io.debezium.time.MicroTime" | "io.debezium.time.IsoTime" => time(Unit::Us, false),
        "io.debezium.time.NanoTime" => time(Unit::Ns, false),
        "io.debezium.time.ZonedTime" => time(Unit::Us, true),
        "io.debezium.time.Timestamp" | "org.apache.kafka.connect.data.Timestamp" => {
            timestamp(Unit::Ms, false)
        }
        "io.debezium.time.MicroTimestamp" | "io.debezium.time.IsoTimestamp" => {
            timestamp(Unit::Us, false)
        }
        "io.debezium.time.NanoTimestamp" => timestamp(Unit::Ns, false),
        "io.debezium.time.ZonedTimestamp" => timestamp(Unit::Us, true),
        "io.debezium.time.MicroDuration" | "io.debezium.time.Interval" => {
            ColumnType::Interval { unit: Unit::Us }
        }
        "io.debezium.time.NanoDuration" => ColumnType::Interval { unit: Unit::Ns },
        "io.debezium.data.Bits" => ColumnType::Bits,
        "io.debezium.data.Json" => ColumnType::Json,
        "io.debezium.data.DoubleVector" | "io.debezium.data.FloatVector" => ColumnType::Vector,
        "io.debezium.data.SparseDoubleVector" => ColumnType::Sparse,
        "io.debezium.data.geometry.Point" => ColumnType::Point,
        _ => return None,
    })
}

/// The scale in a decimal's parameters: a text there.
fn scale(schema: Row<'_>) -> i64 {
    let scale = schema
        .get("parameters")
        .and_then(object)
        .and_then(|parameters| parameters.get("scale"));
    scale
        .and_then(|scale| scale.label().and_then(|digits| digits.parse().ok()))
        .unwrap_or(0)
}

fn text(schema: Row<'_>, name: &str) -> Option<String> {
    match schema.get(name) {
        Some(Value::Text(text)) => Some(text.into_owned()),
        _ => None,
    }
}

fn object(value: Value<'_>) -> Option<Row<'_>> {
    match value {
        Value::Object(json) => Row::parse(json).ok(),
        _ => None,
    }
}
