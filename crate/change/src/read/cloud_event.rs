//! Events that Debezium writes as CloudEvents.
//!
//! The images are in `data`, which may be `{schema, payload}`; what an envelope has beside them are
//! attributes whose names begin with `iodebezium`, all of them texts.

use crate::change::{Change, Kind, Op, Shape, Source};
use crate::error::Unreadable;
use crate::raw::{Form, Raw};
use crate::row::Row;

/// Whether a CloudEvent is one of Debezium's.
pub(super) fn is_from_debezium(whole: Raw<'_>) -> bool {
    let attribute = |name| Row::of(whole)?.raw(name)?.string();
    attribute("iodebeziumop").is_some()
        || attribute("type").is_some_and(|kind| kind.starts_with("io.debezium."))
}

/// The schema and the payload that are in the data.
pub(super) fn data(event: Row<'_>) -> Option<(Option<Row<'_>>, Row<'_>)> {
    let data = event.raw("data").and_then(Row::of)?;
    let part = |name| data.raw(name).and_then(Row::of);
    Some(match (part("schema"), part("payload")) {
        (schema, Some(payload)) => (schema, payload),
        _ => (None, data),
    })
}

pub(super) fn read<'a>(whole: Raw<'a>, key: Option<Row<'a>>) -> Result<Change<'a>, Unreadable> {
    let Some((event, (schema, payload))) =
        Row::of(whole).and_then(|event| Some((event, data(event)?)))
    else {
        return Err(Unreadable::value(
            "is a CloudEvent without an object in `data`",
        ));
    };
    let attribute = |name| event.raw(name).and_then(Raw::string);
    let number = |name| attribute(name).and_then(|digits| digits.parse().ok());
    let op = attribute("iodebeziumop").and_then(|letter| Op::from_letter(&letter));
    let before = image(payload, "before")?;
    let after = image(payload, "after")?;
    let kind = match op {
        Some(Op::Truncate) => Kind::Truncate,
        Some(Op::Message) => Kind::Message,
        _ if before.is_none() && after.is_none() => {
            return Err(Unreadable::value(
                "is a CloudEvent with a row neither in `data.before` nor in `data.after`",
            ));
        }
        _ => Kind::Row,
    };
    Ok(Change {
        shape: Some(Shape::Envelope),
        op,
        before,
        after,
        lsn: number("iodebeziumlsn"),
        tx_id: number("iodebeziumtxId"),
        source_ts_ms: number("iodebeziumtsms"),
        snapshot: attribute("iodebeziumsnapshot").map(|text| text != "false"),
        transaction_id: attribute("iodebeziumtxid"),
        source: Some(Source {
            name: event.raw("iodebeziumname"),
            schema: event.raw("iodebeziumschema"),
            table: event.raw("iodebeziumtable"),
        }),
        schema,
        ..Change::new(kind, key)
    })
}

fn image<'a>(payload: Row<'a>, name: &str) -> Result<Option<Row<'a>>, Unreadable> {
    match payload.raw(name) {
        None
        | Some(Raw {
            form: Form::Null, ..
        }) => Ok(None),
        Some(raw) => Row::of(raw).map(Some).ok_or_else(|| {
            Unreadable::value(format!("is a CloudEvent with no row in `data.{name}`"))
        }),
    }
}
