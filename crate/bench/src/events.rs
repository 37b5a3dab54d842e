//! Change events of Iris rows, in three forms, as Debezium 3.6 writes them for PostgreSQL.

use std::io::Write;

use anyhow::Result;
use learn::random::Random;
use serde::Deserialize;

/// How many events there are at a time.
pub(crate) const EVENTS: usize = 1024;

/// How an event is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The row alone, behind `ExtractNewRecordState`.
    Row,
    /// The same with its schema.
    RowWithSchema,
    /// The whole envelope with its schema, Debezium's default.
    Envelope,
}

/// The values of the events that are decoded, for others to decode.
///
/// # Errors
///
/// Never: they are written to memory.
pub fn values(form: Form) -> Result<Vec<Vec<u8>>> {
    let mut events = Events::new(form);
    events.next()?;
    Ok(events.events.into_iter().map(|event| event.value).collect())
}

/// An event as a record has it.
#[derive(Default)]
pub(crate) struct Event {
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

/// Events of rows whose ids follow on each other.
pub(crate) struct Events {
    form: Form,
    random: Random,
    next_id: u64,
    pub(crate) events: Vec<Event>,
}

impl Events {
    pub(crate) fn new(form: Form) -> Events {
        let mut events = Events {
            form,
            random: Random::new(11),
            next_id: 0,
            events: Vec::new(),
        };
        events.events.resize_with(EVENTS, Event::default);
        events
    }

    /// Writes the next ones in the place of the last ones.
    pub(crate) fn next(&mut self) -> Result<()> {
        for event in &mut self.events {
            self.next_id += 1;
            event.key.clear();
            event.value.clear();
            write_key(self.form, self.next_id, &mut event.key)?;
            let row = row(self.next_id, &mut self.random);
            write_value(self.form, self.next_id, &row, &mut event.value)?;
        }
        Ok(())
    }
}

const KEY_SCHEMA: &str = r#"{"type":"struct","fields":[{"type":"int32","optional":false,"default":0,"field":"id"}],"optional":false,"name":"shop.public.iris_train.Key"}"#;

const COLUMNS: &str = r#"[{"type":"int32","optional":false,"default":0,"field":"id"},{"type":"double","optional":true,"field":"sepal_length"},{"type":"double","optional":true,"field":"sepal_width"},{"type":"double","optional":true,"field":"petal_length"},{"type":"double","optional":true,"field":"petal_width"},{"type":"int32","optional":true,"field":"iris_class"}]"#;

const SOURCE: &str = r#"[{"type":"string","optional":false,"field":"version"},{"type":"string","optional":false,"field":"connector"},{"type":"string","optional":false,"field":"name"},{"type":"int64","optional":false,"field":"ts_ms"},{"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,"parameters":{"allowed":"true,first,first_in_data_collection,last_in_data_collection,last,false,incremental"},"default":"false","field":"snapshot"},{"type":"string","optional":false,"field":"db"},{"type":"string","optional":true,"field":"sequence"},{"type":"int64","optional":true,"field":"ts_us"},{"type":"int64","optional":true,"field":"ts_ns"},{"type":"string","optional":false,"field":"schema"},{"type":"string","optional":false,"field":"table"},{"type":"int64","optional":true,"field":"txId"},{"type":"int64","optional":true,"field":"lsn"},{"type":"int64","optional":true,"field":"xmin"},{"type":"string","optional":true,"field":"origin"},{"type":"int64","optional":true,"field":"origin_lsn"}]"#;

const TRANSACTION: &str = r#"[{"type":"string","optional":false,"field":"id"},{"type":"int64","optional":false,"field":"total_order"},{"type":"int64","optional":false,"field":"data_collection_order"}]"#;

fn row(id: u64, random: &mut Random) -> String {
    let class = id % 3;
    let mut tenths = |mean: f64| (mean + 3.0 * random.normal()).round().max(1.0) / 10.0;
    let size = class as f64;
    format!(
        r#"{{"id":{id},"sepal_length":{:.1},"sepal_width":{:.1},"petal_length":{:.1},"petal_width":{:.1},"iris_class":{class}}}"#,
        tenths(50.0 + 8.0 * size),
        tenths(33.0 - 2.0 * size),
        tenths(15.0 + 20.0 * size),
        tenths(5.0 + 8.0 * size),
    )
}

fn write_key(form: Form, id: u64, out: &mut Vec<u8>) -> Result<()> {
    match form {
        Form::Row => write!(out, r#"{{"id":{id}}}"#)?,
        Form::RowWithSchema | Form::Envelope => {
            write!(out, r#"{{"schema":{KEY_SCHEMA},"payload":{{"id":{id}}}}}"#)?;
        }
    }
    Ok(())
}

fn write_value(form: Form, id: u64, row: &str, out: &mut Vec<u8>) -> Result<()> {
    match form {
        Form::Row => write!(out, "{row}")?,
        Form::RowWithSchema => write!(
            out,
            r#"{{"schema":{{"type":"struct","fields":{COLUMNS},"optional":false,"name":"shop.public.iris_train.Value"}},"payload":{row}}}"#
        )?,
        Form::Envelope => {
            write!(out, r#"{{"schema":"#)?;
            write_envelope_schema(out)?;
            // Milliseconds of the commit, and a position in the log that goes on from row to row.
            let (ms, lsn) = (1_795_242_687_000 + id, 303_712_656 + 168 * id);
            write!(
                out,
                r#","payload":{{"before":null,"after":{row},"source":{{"version":"3.6.3.Final","connector":"postgresql","name":"shop","ts_ms":{ms},"snapshot":"false","db":"shop","sequence":"[\"{}\",\"{lsn}\"]","ts_us":{ms}242,"ts_ns":{ms}242000,"schema":"public","table":"iris_train","txId":{},"lsn":{lsn},"xmin":null,"origin":null,"origin_lsn":null}},"transaction":null,"op":"c","ts_ms":{},"ts_us":{}657,"ts_ns":{}657951}}}}"#,
                lsn - 168,
                2265 + id,
                ms + 134,
                ms + 134,
                ms + 134,
            )?;
        }
    }
    Ok(())
}

fn write_envelope_schema(out: &mut Vec<u8>) -> Result<()> {
    write!(out, r#"{{"type":"struct","fields":["#)?;
    for side in ["before", "after"] {
        write!(
            out,
            r#"{{"type":"struct","fields":{COLUMNS},"optional":true,"name":"shop.public.iris_train.Value","field":"{side}"}},"#
        )?;
    }
    write!(
        out,
        r#"{{"type":"struct","fields":{SOURCE},"optional":false,"name":"io.debezium.connector.postgresql.Source","version":1,"field":"source"}},{{"type":"struct","fields":{TRANSACTION},"optional":true,"name":"event.block","version":1,"field":"transaction"}},{{"type":"string","optional":false,"field":"op"}},{{"type":"int64","optional":true,"field":"ts_ms"}},{{"type":"int64","optional":true,"field":"ts_us"}},{{"type":"int64","optional":true,"field":"ts_ns"}}],"optional":false,"name":"shop.public.iris_train.Envelope","version":2}}"#
    )?;
    Ok(())
}
