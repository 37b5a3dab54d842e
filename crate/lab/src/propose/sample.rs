//! The first rows of some topics, as columns.

use change::{ColumnType, Kind, Shape, Types, Value};
use wire::Record;

use super::{COLUMNS_MOST, ROWS_MOST};

/// Rows of some topics.
pub(super) struct Sample {
    /// Topics, and the rows of each.
    pub(super) topics: Vec<(String, usize)>,
    /// Rows in all.
    pub(super) rows: usize,
    /// Columns, in the order of first sight.
    pub(super) columns: Vec<Values>,
}

/// The values of a column.
pub(super) struct Values {
    pub(super) name: String,
    /// What the events' schema says of it.
    pub(super) column_type: ColumnType,
    /// Whether it is part of a record's key.
    pub(super) is_key: bool,
    /// Topics that it was seen in.
    pub(super) topics: Vec<usize>,
    /// Row by row; None where the row has no such column.
    pub(super) cells: Vec<Option<Cell>>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) form: Form,
    /// By its type; None where it is none.
    pub(super) number: Option<f64>,
    /// As it is shown, and compared.
    pub(super) text: String,
}

/// What JSON says that a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Null,
    Boolean,
    Whole,
    Number,
    Text,
    Array,
    Object,
}

impl Sample {
    /// The first rows of these topics among the records.
    pub(super) fn of(topics: &[String], records: &[Record]) -> Sample {
        let mut sample = Sample {
            topics: topics.iter().map(|name| (name.clone(), 0)).collect(),
            rows: 0,
            columns: Vec::new(),
        };
        for record in records {
            let topic = topics.iter().position(|name| **name == *record.topic);
            if let Some(topic) = topic
                && sample.topics[topic].1 < ROWS_MOST
            {
                sample.take(topic, record);
            }
        }
        sample
    }

    /// A column of this name.
    pub(super) fn column(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Takes the record's row, where it has one.
    fn take(&mut self, topic: usize, record: &Record) {
        // What cannot be read says nothing of columns.
        let Ok(change) = change::read(
            &record.topic,
            record.key.as_deref(),
            record.value.as_deref(),
        ) else {
            return;
        };
        let (Kind::Row, Some(row)) = (change.kind, change.after) else {
            return;
        };
        let types = change.schema.map(Types::of_schema).unwrap_or_default();
        let columns: Vec<_> = match change.shape {
            Some(Shape::Unwrapped) => change::own_columns(row).collect(),
            _ => row.columns().collect(),
        };
        for (name, value) in columns {
            let is_key = change.key.is_some_and(|key| key.get(&name).is_some());
            let column_type = types.row.get(name.as_ref()).cloned().unwrap_or_default();
            let cell = Cell::of(&value, &column_type);
            let number = self.rows;
            let Some(column) = self.of_name(&name) else {
                continue;
            };
            column.is_key |= is_key;
            column.column_type = column_type;
            if !column.topics.contains(&topic) {
                column.topics.push(topic);
            }
            column.cells.resize(number, None);
            column.cells.push(Some(cell));
        }
        self.rows += 1;
        self.topics[topic].1 += 1;
    }

    /// The column of this name, a new one where there is room.
    fn of_name(&mut self, name: &str) -> Option<&mut Values> {
        let known = self.columns.iter().position(|column| column.name == name);
        let place = match known {
            Some(place) => place,
            None if self.columns.len() == COLUMNS_MOST => return None,
            None => {
                self.columns.push(Values {
                    name: name.to_owned(),
                    column_type: ColumnType::Plain,
                    is_key: false,
                    topics: Vec::new(),
                    cells: Vec::new(),
                });
                self.columns.len() - 1
            }
        };
        self.columns.get_mut(place)
    }
}

impl Values {
    /// The values that are there and not null.
    pub(super) fn known(&self) -> impl Iterator<Item = &Cell> {
        let cells = self.cells.iter().flatten();
        cells.filter(|cell| cell.form != Form::Null)
    }

    /// The number of this row.
    pub(super) fn number(&self, row: usize) -> Option<f64> {
        let cell = self.cells.get(row)?.as_ref()?;
        cell.number.filter(|number| number.is_finite())
    }
}

impl Cell {
    fn of(value: &Value<'_>, column_type: &ColumnType) -> Cell {
        let form = match value {
            Value::Null => Form::Null,
            Value::Bool(_) => Form::Boolean,
            Value::Number(digits) if digits.contains(['.', 'e', 'E']) => Form::Number,
            Value::Number(_) => Form::Whole,
            Value::Text(_) => Form::Text,
            Value::Array(_) => Form::Array,
            Value::Object(_) => Form::Object,
        };
        let number = match column_type {
            ColumnType::Plain => value.as_number(),
            typed => change::feature(value.clone(), typed),
        };
        let number = number.ok();
        let mut text = String::new();
        match (column_type, number, value.label()) {
            // Its bytes say nothing to a reader.
            (ColumnType::Decimal { .. }, Some(number), _) => text = number.to_string(),
            (_, _, Some(label)) => label.clone_into(&mut text),
            _ => value.write(&mut text),
        }
        Cell { form, number, text }
    }
}
