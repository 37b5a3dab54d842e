//! What a lab file says of a column's values, where no schema does.

use std::collections::BTreeMap;

use change::{ColumnType, Encoding, Unit};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The form of a column's values.
///
/// A column whose own schema names its type keeps that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(tag = "as", rename_all = "snake_case", deny_unknown_fields)]
pub enum Column {
    /// A decimal: base64 of a big integer, or `{scale, value}`, or digits.
    Decimal {
        /// Digits behind the point, of base64 alone; left out: a text holds digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scale: Option<i64>,
    },
    /// A moment: a number since 1970, or an ISO text. As a feature: microseconds since 1970.
    Timestamp {
        /// The unit of a number; left out: us.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<TimeUnitOf>,
        /// Whether it is a moment in UTC; where a text is not said to be, it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        utc: Option<bool>,
    },
    /// Days since 1970.
    DateDays {},
    /// A time of day. As a feature: microseconds since midnight.
    Time {
        /// The unit of a number; left out: us.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<TimeUnitOf>,
        /// Whether it has a zone; left out: no.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        utc: Option<bool>,
    },
    /// A length of time. As a feature: microseconds.
    Interval {
        /// The unit of a number; left out: us.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<TimeUnitOf>,
    },
    /// Bytes in a text.
    Bytes {
        /// How they are written; left out: what they look like.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encoding: Option<BytesAs>,
    },
    /// Bits: base64 of a little-endian integer. As a feature: that integer.
    Bits {},
    /// JSON in a text.
    Json {},
    /// A map from texts to texts.
    Hstore {},
    /// A dense vector; its elements are features `column[i]`.
    Vector {},
    /// A sparse vector; its elements are features `column[i]`, from 0.
    Sparse {},
    /// A point.
    Point {},
    /// A number, or a text that holds one.
    Number {},
    /// True or false. As a feature: 1 or 0.
    Boolean {},
    /// One of some texts. As a feature: its code.
    Enum {
        /// The texts in the order of their codes, or each with its code; left out: codes from 0 in the
        /// order in which the texts are first seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        codes: Option<Codes>,
    },
}

/// The unit of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeUnitOf {
    /// Milliseconds.
    Ms,
    /// Microseconds.
    Us,
    /// Nanoseconds.
    Ns,
}

/// How bytes are written in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BytesAs {
    /// Base64.
    Base64,
    /// Pairs of hexadecimal digits.
    Hex,
}

/// The codes of texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(untagged)]
pub enum Codes {
    /// In the order of their codes, from 0.
    InOrder(Vec<String>),
    /// Each with its code.
    Named(BTreeMap<String, f64>),
}

impl std::convert::From<Column> for ColumnType {
    fn from(column: Column) -> Self {
        match column {
            Column::Decimal { scale } => ColumnType::Decimal { scale },
            Column::Timestamp { unit, utc } => ColumnType::Timestamp {
                unit: unit_of(unit),
                utc,
            },
            Column::DateDays {} => ColumnType::DateDays,
            Column::Time { unit, utc } => ColumnType::Time {
                unit: unit_of(unit),
                utc: utc.unwrap_or(false),
            },
            Column::Interval { unit } => ColumnType::Interval {
                unit: unit_of(unit),
            },
            Column::Bytes { encoding } => ColumnType::Bytes(match encoding {
                Some(BytesAs::Base64) => Encoding::Base64,
                Some(BytesAs::Hex) => Encoding::Hex,
                None => Encoding::Guess,
            }),
            Column::Bits {} => ColumnType::Bits,
            Column::Json {} => ColumnType::Json,
            Column::Hstore {} => ColumnType::Hstore,
            Column::Vector {} => ColumnType::Vector,
            Column::Sparse {} => ColumnType::Sparse,
            Column::Point {} => ColumnType::Point,
            Column::Number {} => ColumnType::Number,
            Column::Boolean {} => ColumnType::Boolean,
            Column::Enum { codes } => ColumnType::Enum {
                codes: match codes {
                    Some(Codes::InOrder(texts)) => {
                        let coded = texts.into_iter().enumerate();
                        coded.map(|(code, text)| (text, code as f64)).collect()
                    }
                    Some(Codes::Named(codes)) => codes,
                    None => BTreeMap::new(),
                },
            },
        }
    }
}

/// Microseconds are what PostgreSQL keeps, and what Debezium sends unless told otherwise.
fn unit_of(declared: Option<TimeUnitOf>) -> Unit {
    match declared {
        Some(TimeUnitOf::Ms) => Unit::Ms,
        Some(TimeUnitOf::Us) | None => Unit::Us,
        Some(TimeUnitOf::Ns) => Unit::Ns,
    }
}
