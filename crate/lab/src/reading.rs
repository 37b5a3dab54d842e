//! How the records of a stream are read: events in, columns out.
//!
//! What a column's values mean is said by the event's own schema, or declared in the lab file. Both are
//! looked up once, not for each record: a topic's events are written alike.

use change::{Change, ColumnType, ColumnTypes, Kind, Placeholder, Types, Unreadable, Value};
use wire::RecordRef;

use crate::codes::{ColumnCodes, code_of};
use crate::config::Config;
use crate::rows::{COLUMNS_MAX, Rows};

mod fault;
#[cfg(test)]
mod tests;

pub(crate) use fault::{Fault, FaultKind};

/// The reading of one stream, with its memory.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    reader: change::Reader,
    /// The schema that `types` are of.
    schema: Schema,
    types: Types,
    is_news: bool,
    /// The columns of the last row, in its order: the next row's are most likely the same.
    places: Vec<Place>,
    /// The reader's layout of that row; None where the places are to be taken anew.
    layout: Option<u64>,
    placeholder: Placeholder,
}

#[derive(Clone, Debug, PartialEq)]
enum Schema {
    /// No row has been read yet.
    Unknown,
    /// The rows have none.
    None,
    /// The one of this version of the reader's.
    Version(u64),
    /// The one of these bytes.
    Bytes(String),
}

/// A column at its place in the row.
#[derive(Clone, Debug)]
struct Place {
    /// Its name there.
    written: String,
    /// Its index among the lab's columns; None where there are too many.
    column: Option<usize>,
    column_type: ColumnType,
    how: How,
    /// The wanted elements, ascending, where it is an array, and the columns that they are.
    elements: (Vec<usize>, Vec<usize>),
}

/// How a column's values become a number or a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// As JSON says.
    Plain,
    /// A JSON number is what it says; all else goes by the type.
    PlainNumber,
    /// By the type.
    Typed,
    /// As one of some texts, whose codes are declared.
    Enum,
    /// As one of some texts, whose codes are given as they are first seen.
    EnumBySight,
}

impl Reading {
    pub(crate) fn new() -> Reading {
        Reading {
            reader: change::Reader::new(),
            schema: Schema::Unknown,
            types: Types::default(),
            is_news: false,
            places: Vec::new(),
            layout: None,
            placeholder: Placeholder::default(),
        }
    }

    /// A reading by the types of one change, for a record that is only looked at.
    pub(crate) fn of(change: &Change<'_>, config: &Config) -> Reading {
        Reading {
            types: types_of(change, &config.declared),
            ..Reading::new()
        }
    }

    /// Reads a record, and what its values mean where that is news: then [`Reading::is_news`] until the next.
    pub(crate) fn read<'a>(
        &mut self,
        record: RecordRef<'a>,
        config: &Config,
    ) -> Result<Change<'a>, Unreadable> {
        let mut change = self.reader.read(record.topic, record.key, record.value)?;
        for (name, value) in record.headers.iter() {
            change.add_header(name, value);
        }
        self.is_news = change.kind == Kind::Row && self.is_new_schema(&change);
        if self.is_news {
            self.types = types_of(&change, &config.declared);
            self.layout = None;
        }
        Ok(change)
    }

    /// Whether the last record's schema was another than the one before it.
    pub(crate) fn is_news(&self) -> bool {
        self.is_news
    }

    fn is_new_schema(&mut self, change: &Change<'_>) -> bool {
        let same = match (&self.schema, change.schema) {
            (Schema::None, None) => true,
            (Schema::Version(version), Some(_)) => self.reader.schema_version() == Some(*version),
            (Schema::Bytes(bytes), Some(schema)) => schema.json() == bytes,
            _ => false,
        };
        if !same {
            self.schema = match (change.schema, self.reader.schema_version()) {
                (None, _) => Schema::None,
                (Some(_), Some(version)) => Schema::Version(version),
                (Some(schema), None) => Schema::Bytes(schema.json().to_owned()),
            };
        }
        !same
    }

    /// The first of these columns that has a default, which may stand for a null.
    pub(crate) fn defaulted<'c>(&self, columns: impl Iterator<Item = &'c str>) -> Option<&'c str> {
        let mut columns = columns;
        columns.find(|column| self.types.defaulted.iter().any(|name| name == column))
    }

    /// The features and targets of this row that are decimals and come as base64.
    pub(crate) fn decimals_as_bytes(&self, row: change::Row<'_>, config: &Config) -> Vec<String> {
        let is_wanted = |name: &String| {
            let columns = config.number_columns.iter();
            columns
                .clone()
                .any(|column| config.columns[*column] == *name)
        };
        let named = |(written, value): (std::borrow::Cow<'_, str>, Value<'_>)| {
            let as_bytes = matches!(
                (self.types.row.get(&*written)?, value),
                (ColumnType::Decimal { scale: Some(_) }, Value::Text(_))
                    | (ColumnType::Decimal { .. }, Value::Object(_))
            );
            let name = config.file.rename.get(&*written).cloned();
            let name = name.unwrap_or_else(|| written.into_owned());
            (as_bytes && is_wanted(&name)).then_some(name)
        };
        row.columns().filter_map(named).collect()
    }

    /// Names of the columns of the last row, in its order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|place| place.written.as_str())
    }

    /// Keeps every scalar column of the row as the newest record's, and the elements of arrays that are wanted.
    ///
    /// Codes of texts are given only where `codes` is there. What was not sent is not kept.
    pub(crate) fn keep(
        &mut self,
        row: change::Row<'_>,
        rows: &mut Rows,
        mut codes: Option<&mut ColumnCodes>,
        config: &Config,
    ) {
        let layout = self.reader.cells(row).layout();
        if self.layout != Some(layout) {
            self.learn(row, rows, config);
            self.layout = Some(layout);
        }
        for (place, cell) in self.places.iter().zip(self.reader.cells(row)) {
            let Some(column) = place.column else {
                continue;
            };
            if matches!(place.how, How::Plain | How::PlainNumber)
                && let Some(number) = cell.number()
            {
                rows.set_number(column, number);
                continue;
            }
            let value = cell.value();
            match (place.how, &value) {
                // Too large for a double.
                (How::Plain | How::PlainNumber, Value::Number(_)) => {}
                (How::Plain, _) => keep_plain(rows, column, &value),
                (_, Value::Null) => {}
                _ if self.placeholder.stands_in(&value) => {}
                (How::EnumBySight, _) => {
                    if let Some(label) = value.label() {
                        rows.set_text(column, label);
                        let code = code_of(codes.as_deref_mut(), column, label);
                        rows.set_number(column, code.unwrap_or(f64::NAN));
                    }
                }
                _ => keep_typed(rows, column, place, &value),
            }
            if !place.elements.0.is_empty() && !self.placeholder.stands_in(&value) {
                let (wanted, columns) = &place.elements;
                change::elements(value, &place.column_type, wanted, |at, number| {
                    if let Ok(number) = number {
                        rows.set_number(columns[at], number);
                    }
                });
            }
        }
    }

    /// Takes the places of the columns from a row that is not like the one before it.
    fn learn(&mut self, row: change::Row<'_>, rows: &mut Rows, config: &Config) {
        let columns = row.columns().take(COLUMNS_MAX);
        let names: Vec<String> = columns.map(|(name, _)| name.into_owned()).collect();
        let rename = &config.file.rename;
        let places = names.iter().map(|written| {
            // Where a column has the other name itself, nothing else is read as that.
            let read_as = rename.get(written).filter(|name| !names.contains(name));
            self.place(written, read_as.unwrap_or(written), rows, config)
        });
        self.places = places.collect();
    }

    fn place(&self, written: &str, name: &str, rows: &mut Rows, config: &Config) -> Place {
        let column_type = self.types.row.get(written).cloned().unwrap_or_default();
        let how = match &column_type {
            ColumnType::Number | ColumnType::Decimal { .. } => How::PlainNumber,
            ColumnType::Enum { codes } if codes.is_empty() => How::EnumBySight,
            ColumnType::Enum { .. } => How::Enum,
            ColumnType::Timestamp { .. }
            | ColumnType::DateDays
            | ColumnType::Time { .. }
            | ColumnType::Interval { .. }
            | ColumnType::Bits
            | ColumnType::Boolean => How::Typed,
            _ => How::Plain,
        };
        let mut elements: Vec<(usize, usize)> = config
            .columns
            .iter()
            .enumerate()
            .filter_map(|(column, wanted)| match change::element_of(wanted)? {
                (array, index) if array == name => Some((index, column)),
                _ => None,
            })
            .collect();
        elements.sort_unstable();
        Place {
            written: written.to_owned(),
            column: rows.column(name),
            column_type,
            how,
            elements: elements.into_iter().unzip(),
        }
    }
}

/// The types that the event's schema names, and those that are declared.
fn types_of(change: &Change<'_>, declared: &ColumnTypes) -> Types {
    let mut types = change.schema.map(Types::of_schema).unwrap_or_default();
    types.declare(declared);
    types
}

fn keep_plain(rows: &mut Rows, column: usize, value: &Value<'_>) {
    match value {
        Value::Text(text) => rows.set_text(column, text),
        Value::Bool(true) => rows.set_text(column, "true"),
        Value::Bool(false) => rows.set_text(column, "false"),
        Value::Number(_) | Value::Null | Value::Array(_) | Value::Object(_) => {}
    }
}

fn keep_typed(rows: &mut Rows, column: usize, place: &Place, value: &Value<'_>) {
    let number = change::feature(value.clone(), &place.column_type);
    if let Ok(number) = number {
        rows.set_number(column, number);
    }
    // A truth or a text is a label too; of a number its digits are.
    if number.is_err() || matches!(place.how, How::Enum) || matches!(value, Value::Bool(_)) {
        keep_plain(rows, column, value);
    }
}
