//! A row of the change log as Debezium's records.

use std::sync::Arc;

use rusqlite::Row;
use wire::{Header, Record};

use super::config::EmbeddedConfig;
use super::connect::{key_schema, value_schema};
use super::json::{write_integer, write_text, write_value};
use super::meta::FIXED_COLUMNS;
use super::tables::Column;

/// What all records of one layout of a table have in common.
#[derive(Debug)]
pub(super) struct Shape {
    topic: Arc<str>,
    /// Each column's name as JSON, with its colon.
    names: Vec<String>,
    /// The columns of the primary key, in its order.
    key: Vec<usize>,
    /// What stands before a key, and before a value: nothing, or the schema.
    key_head: String,
    value_head: String,
    /// Whether there is a schema, so that another brace ends it.
    schemas: bool,
    /// `source` up to its time, from there to its position, and its end.
    source_head: String,
    source_body: String,
}

/// A row image of a change: which of its two columns per table column holds it.
#[derive(Clone, Copy)]
enum Image {
    Before = 0,
    After = 1,
}

impl Shape {
    /// Works out what stays the same.
    pub(super) fn new(config: &EmbeddedConfig, table: &str, columns: &[Column]) -> Self {
        let topic = config.topic(table);
        let mut key: Vec<usize> = (0..columns.len()).filter(|i| columns[*i].key > 0).collect();
        key.sort_by_key(|i| columns[*i].key);
        let key_columns: Vec<&Column> = key.iter().map(|i| &columns[*i]).collect();
        let head = |schema: String| match config.schemas {
            true => format!(r#"{{"schema":{schema},"payload":"#),
            false => String::new(),
        };
        Shape {
            names: columns
                .iter()
                .map(|column| json_of(&column.name) + ":")
                .collect(),
            key_head: head(key_schema(&topic, &key_columns)),
            value_head: head(value_schema(&topic, columns)),
            schemas: config.schemas,
            source_head: format!(
                r#","source":{{"version":{},"connector":"sqlite","name":{},"ts_ms":"#,
                json_of(concat!("eddy-", env!("CARGO_PKG_VERSION"))),
                json_of(&config.topic_prefix),
            ),
            source_body: format!(
                r#","db":{},"sequence":null,"schema":{},"table":{},"txId":null,"lsn":"#,
                json_of(&config.database()),
                json_of(&config.schema),
                json_of(table),
            ),
            topic: Arc::from(topic),
            key,
        }
    }

    /// Hands out the records that this change becomes, by their offsets.
    ///
    /// A delete is followed by its tombstone, a changed key is a delete, its tombstone and a create.
    pub(super) fn unfold(
        &self,
        row: &Row<'_>,
        mut each: impl FnMut(Record),
    ) -> rusqlite::Result<()> {
        let change = Change {
            shape: self,
            row,
            seq: row.get(0)?,
            offset: row.get(2)?,
            timestamp_ms: row.get(5)?,
        };
        let op = row.get_ref(4)?.as_bytes().unwrap_or_default().first();
        let (before, after) = (Some(Image::Before), Some(Image::After));
        match op {
            Some(b'd') => {
                let key = change.key(Image::Before)?;
                each(change.record(0, key.clone(), change.value('d', before, None)?, None));
                each(change.record(1, key, None, None));
            }
            Some(b'k') => {
                let (old, new) = (change.key(Image::Before)?, change.key(Image::After)?);
                let new_key = ("__debezium.newkey", change.bare_key(Image::After)?);
                let old_key = ("__debezium.oldkey", change.bare_key(Image::Before)?);
                let deleted = change.value('d', before, None)?;
                let created = change.value('c', None, after)?;
                each(change.record(0, old.clone(), deleted, Some(&new_key)));
                each(change.record(1, old, None, Some(&new_key)));
                each(change.record(2, new, created, Some(&old_key)));
            }
            op => {
                let (letter, before) = match op {
                    Some(b'u') => ('u', before),
                    Some(b'r') => ('r', None),
                    _ => ('c', None),
                };
                let value = change.value(letter, before, after)?;
                each(change.record(0, change.key(Image::After)?, value, None));
            }
        }
        Ok(())
    }
}

/// One row of the change log.
struct Change<'a> {
    shape: &'a Shape,
    row: &'a Row<'a>,
    seq: i64,
    offset: i64,
    timestamp_ms: i64,
}

impl Change<'_> {
    fn record(
        &self,
        step: i64,
        key: Option<String>,
        value: Option<String>,
        header: Option<&(&str, Option<String>)>,
    ) -> Record {
        let header = header.map(|(name, value)| Header {
            name: (*name).to_owned(),
            value: value.clone().map(String::into_bytes),
        });
        Record {
            topic: Arc::clone(&self.shape.topic),
            partition: 0,
            offset: self.offset + step,
            timestamp_ms: self.timestamp_ms,
            headers: header.into_iter().collect(),
            key: key.map(String::into_bytes),
            value: value.map(String::into_bytes),
        }
    }

    /// The record's key; `None` for a table without a primary key.
    fn key(&self, image: Image) -> rusqlite::Result<Option<String>> {
        let shape = self.shape;
        if shape.key.is_empty() {
            return Ok(None);
        }
        let mut out = shape.key_head.clone();
        self.write_columns(&mut out, image, shape.key.iter().copied())?;
        if shape.schemas {
            out.push('}');
        }
        Ok(Some(out))
    }

    /// The key without its schema, as it stands in headers.
    fn bare_key(&self, image: Image) -> rusqlite::Result<Option<String>> {
        let mut out = String::new();
        self.write_columns(&mut out, image, self.shape.key.iter().copied())?;
        Ok(Some(out))
    }

    fn value(
        &self,
        op: char,
        before: Option<Image>,
        after: Option<Image>,
    ) -> rusqlite::Result<Option<String>> {
        let shape = self.shape;
        let mut out = String::with_capacity(shape.value_head.len() + 256 + 48 * shape.names.len());
        out.push_str(&shape.value_head);
        out.push_str("{\"before\":");
        self.write_image(&mut out, before)?;
        out.push_str(",\"after\":");
        self.write_image(&mut out, after)?;
        out.push_str(&shape.source_head);
        write_integer(&mut out, self.timestamp_ms);
        out.push_str(",\"snapshot\":\"");
        out.push_str(
            self.row
                .get_ref(6)?
                .as_str_or_null()
                .ok()
                .flatten()
                .unwrap_or("false"),
        );
        out.push('"');
        out.push_str(&shape.source_body);
        write_integer(&mut out, self.seq);
        out.push_str(",\"xmin\":null},\"transaction\":null,\"op\":\"");
        out.push(op);
        out.push_str("\",\"ts_ms\":");
        write_integer(&mut out, self.timestamp_ms);
        out.push('}');
        if shape.schemas {
            out.push('}');
        }
        Ok(Some(out))
    }

    fn write_image(&self, out: &mut String, image: Option<Image>) -> rusqlite::Result<()> {
        match image {
            Some(image) => self.write_columns(out, image, 0..self.shape.names.len()),
            None => {
                out.push_str("null");
                Ok(())
            }
        }
    }

    fn write_columns(
        &self,
        out: &mut String,
        image: Image,
        columns: impl Iterator<Item = usize>,
    ) -> rusqlite::Result<()> {
        for (i, column) in columns.enumerate() {
            out.push(if i == 0 { '{' } else { ',' });
            out.push_str(&self.shape.names[column]);
            write_value(
                out,
                self.row
                    .get_ref(FIXED_COLUMNS + 2 * column + image as usize)?,
            );
        }
        out.push('}');
        Ok(())
    }
}

fn json_of(text: &str) -> String {
    let mut out = String::new();
    write_text(&mut out, text);
    out
}
