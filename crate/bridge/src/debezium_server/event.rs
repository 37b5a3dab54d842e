//! Which topic an event belongs to, and what makes it this one and no other.

use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::headers::{self, Headers};
use super::json::{self, Members, Value};

/// The name where neither event nor headers have one.
const NAMELESS: &str = "debezium-server";

/// What is known of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) topic: String,
    /// Why it cannot be read, if so.
    pub(super) unreadable: Option<String>,
    /// What it has in common with the same event when that comes again; none: that cannot be known.
    pub(super) identity: Option<Identity>,
}

/// What makes an event this one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// The change in the database: its place in the log, and its images.
    pub(super) change: [u8; 16],
    /// The event to the last byte, where that names the nanosecond in which it was made; two rows never share it.
    pub(super) exact: Option<[u8; 16]>,
    /// When the event was made, in milliseconds since the epoch; none: nobody but the clock of its arrival knows.
    pub(super) made_ms: Option<i64>,
    /// Whether it is a row of a snapshot: such rows share their place.
    pub(super) snapshot: bool,
}

/// Looks into an event.
pub(super) fn read(value: &[u8], headers: &Headers) -> Event {
    let name = headers::said(headers, "__debezium.context.connectorLogicalName");
    let outside = Outside { headers, name };
    match json::document(value) {
        Ok(Value::Object(whole)) => outside.object(&whole, value),
        Ok(Value::Null) => outside.row(&Members::new(), None, value),
        Ok(Value::Array(_) | Value::Scalar) => {
            outside.unreadable("an event is a JSON object, and this is none".to_owned())
        }
        Err(reason) => outside.unreadable(reason),
    }
}

/// An event whose body is too long to be kept.
pub(super) fn cut(bytes: u64, kept: usize, headers: &Headers) -> Event {
    let name = headers::said(headers, "__debezium.context.connectorLogicalName");
    Outside { headers, name }.unreadable(format!(
        "the body has {bytes} bytes, more than is kept of one; this is its beginning, {kept} bytes: leave large columns \
         out of the change stream (column.exclude.list)"
    ))
}

/// What comes beside the event.
struct Outside<'a> {
    headers: &'a Headers,
    /// The connector's name.
    name: Option<String>,
}

impl Outside<'_> {
    fn object(&self, whole: &Members<'_>, value: &[u8]) -> Event {
        let kind = json::text(whole.get("type"));
        let debezium = kind.is_some_and(|kind| kind.starts_with("io.debezium."));
        if json::is_set(whole.get("specversion")) && debezium {
            return self.cloud_event(whole);
        }
        let schema = whole.get("schema");
        let wrapped = schema.is_some_and(|schema| matches!(&schema.get()[..1], "{" | "n"));
        match whole.get("payload") {
            Some(payload) if wrapped => {
                let schema =
                    json::members(schema).and_then(|schema| json::text(schema.get("name")));
                match json::value(payload) {
                    Ok(Value::Object(payload)) => self.payload(&payload, schema, value),
                    Ok(Value::Null) => self.row(&Members::new(), schema, value),
                    _ => self.unreadable("the payload is no JSON object".to_owned()),
                }
            }
            _ => self.payload(whole, None, value),
        }
    }

    fn payload(&self, payload: &Members<'_>, schema: Option<String>, value: &[u8]) -> Event {
        let op = json::text(payload.get("op"));
        if let Some(op) = op.filter(|op| matches!(&**op, "c" | "u" | "d" | "r" | "t" | "m"))
            && let Some(source) = json::members(payload.get("source"))
        {
            return self.envelope(payload, &source, &op, value);
        }
        let status = json::text(payload.get("status"));
        if payload.contains_key("event_count") && matches!(status.as_deref(), Some("BEGIN" | "END"))
        {
            return plain(format!("{}.transaction", self.name(None)));
        }
        if payload.len() == 1 && payload.contains_key("ts_ms") {
            return plain(format!("__debezium-heartbeat.{}", self.name(None)));
        }
        self.row(payload, schema, value)
    }

    fn envelope(
        &self,
        payload: &Members<'_>,
        source: &Members<'_>,
        op: &str,
        value: &[u8],
    ) -> Event {
        let name = self.name(json::text(source.get("name")));
        let topic = match op {
            "m" => format!("{name}.message"),
            _ => table_topic(
                &name,
                json::text(source.get("schema")).or_else(|| json::text(source.get("db"))),
                json::text(source.get("table")).or_else(|| json::text(source.get("collection"))),
            ),
        };
        let topic = sanitized(&topic);
        let mut change = Parts::new(&[&topic, op]);
        // What came before it in the log is told anew after a restart, and a new version may have restarted.
        let place = source
            .iter()
            .filter(|(name, _)| !matches!(&***name, "sequence" | "version"));
        change.add_all(place.map(|(name, raw)| (&**name, *raw)));
        for part in ["before", "after", "message"] {
            change.add_all(payload.get(part).map(|raw| (part, *raw)));
        }
        // Milliseconds are too few to tell two rows apart; versions before 2.6 say no more.
        let to_the_nanosecond = json::is_set(payload.get("ts_ns"));
        let made_ms = json::integer(payload.get("ts_ms")).filter(|_| to_the_nanosecond);
        Event {
            topic,
            unreadable: None,
            identity: Some(Identity {
                change: change.hash(),
                exact: made_ms.map(|_| hash(value)),
                made_ms,
                snapshot: op == "r",
            }),
        }
    }

    fn cloud_event(&self, event: &Members<'_>) -> Event {
        let attribute = |name: &str| json::text(event.get(&format!("iodebezium{name}")));
        let name = self.name(attribute("name"));
        let op = attribute("op").unwrap_or_default();
        let topic = match &*op {
            "m" => format!("{name}.message"),
            _ => table_topic(
                &name,
                attribute("schema").or_else(|| attribute("db")),
                attribute("table").or_else(|| attribute("collection")),
            ),
        };
        let topic = sanitized(&topic);
        let mut change = Parts::new(&[&topic, &op]);
        let place = event.iter().filter(|(name, _)| {
            name.starts_with("iodebezium")
                && !matches!(&***name, "iodebeziumsequence" | "iodebeziumversion")
        });
        change.add_all(place.map(|(name, raw)| (&**name, *raw)));
        change.add_all(event.get("data").map(|raw| ("data", *raw)));
        Event {
            topic,
            unreadable: None,
            identity: Some(Identity {
                change: change.hash(),
                exact: None,
                made_ms: None,
                snapshot: op == "r",
            }),
        }
    }

    fn row(&self, row: &Members<'_>, schema: Option<String>, value: &[u8]) -> Event {
        let added = |names: [&str; 2]| {
            names.into_iter().find_map(|name| {
                let field = row.get(name).and_then(|raw| headers::scalar(raw));
                field.or_else(|| headers::said(self.headers, name))
            })
        };
        let name = self.name(added(["__name", "__source_name"]));
        let database =
            added(["__schema", "__source_schema"]).or_else(|| added(["__db", "__source_db"]));
        let of_schema = || schema.as_deref()?.strip_suffix(".Value").map(str::to_owned);
        let topic = match added(["__table", "__source_table"]) {
            // All three, or the schema's name says more.
            Some(table) if database.is_some() => table_topic(&name, database, Some(table)),
            table => of_schema().unwrap_or_else(|| match table {
                Some(table) => table_topic(&name, None, Some(table)),
                None => format!("{name}.rows"),
            }),
        };
        let topic = sanitized(&topic);
        let (op, lsn) = (
            added(["__op", "__source_op"]),
            added(["__lsn", "__source_lsn"]),
        );
        let identity = op.zip(lsn).map(|(op, lsn)| {
            let mut change = Parts::new(&[&topic, &op, &lsn]);
            change.0.update(value);
            Identity {
                change: change.hash(),
                exact: None,
                made_ms: None,
                snapshot: op == "r",
            }
        });
        Event {
            topic,
            unreadable: None,
            identity,
        }
    }

    fn unreadable(&self, reason: String) -> Event {
        Event {
            topic: sanitized(&format!("{}.unreadable", self.name(None))),
            unreadable: Some(reason),
            identity: None,
        }
    }

    fn name(&self, said: Option<String>) -> String {
        said.or_else(|| self.name.clone())
            .unwrap_or_else(|| NAMELESS.to_owned())
    }
}

fn plain(topic: String) -> Event {
    Event {
        topic: sanitized(&topic),
        unreadable: None,
        identity: None,
    }
}

fn table_topic(name: &str, database: Option<String>, table: Option<String>) -> String {
    let parts = [Some(name.to_owned()), database, table];
    parts.into_iter().flatten().collect::<Vec<_>>().join(".")
}

/// With `_` for what Kafka does not take in a name, as Debezium does.
fn sanitized(topic: &str) -> String {
    // Debezium replaces UTF-16 units, so that a character beyond the first plane makes two.
    let units = topic.encode_utf16().map(|unit| match u8::try_from(unit) {
        Ok(byte) if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) => byte as char,
        _ => '_',
    });
    units.collect()
}

/// A hash of parts, each with its length, so that none runs into the next.
struct Parts(Sha256);

impl Parts {
    fn new(parts: &[&str]) -> Self {
        let mut all = Parts(Sha256::new());
        for part in parts {
            all.add(part);
        }
        all
    }

    fn add(&mut self, part: &str) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    fn add_all<'a>(&mut self, members: impl IntoIterator<Item = (&'a str, &'a RawValue)>) {
        for (name, raw) in members {
            self.add(name);
            self.add(raw.get());
        }
    }

    fn hash(self) -> [u8; 16] {
        half(&self.0.finalize())
    }
}

fn hash(bytes: &[u8]) -> [u8; 16] {
    half(&Sha256::digest(bytes))
}

/// Half of it is more than enough to tell events apart.
fn half(digest: &[u8]) -> [u8; 16] {
    std::array::from_fn(|index| digest[index])
}

#[cfg(test)]
mod tests;
