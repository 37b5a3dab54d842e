//! Begin and end of a database transaction, as Debezium's transaction topic tells them.

use std::borrow::Cow;

use crate::row::Row;
use crate::value::Value;

/// Begin or end of a transaction.
///
/// Topics are read each on its own: an end may come before some of the rows that it counts, and a
/// begin after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boundary<'a> {
    event: Row<'a>,
}

impl<'a> Boundary<'a> {
    pub(crate) fn new(event: Row<'a>) -> Self {
        Self { event }
    }

    /// Whether it is the end.
    pub fn is_end(&self) -> bool {
        matches!(self.event.get("status"), Some(Value::Text(status)) if status == "END")
    }

    /// The events of an ended transaction, by table: its name with its schema's, `public.iris_train`.
    pub fn collections(&self) -> impl Iterator<Item = (Cow<'a, str>, u64)> {
        let collections = self.event.get("data_collections").unwrap_or(Value::Null);
        collections.into_elements().filter_map(|collection| {
            let Value::Object(json) = collection else {
                return None;
            };
            let collection = Row::parse(json).ok()?;
            match (
                collection.get("data_collection")?,
                collection.get("event_count")?,
            ) {
                (Value::Text(name), Value::Number(count)) => Some((name, count.parse().ok()?)),
                _ => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::read;

    #[test]
    fn an_end_counts_the_events_of_each_table() {
        let end = br#"{"status":"END","id":"7:100","event_count":3,"ts_ms":1,"data_collections":[
            {"data_collection":"public.a","event_count":1},{"data_collection":"public.b","event_count":2}]}"#;
        let begin = br#"{"status":"BEGIN","id":"7:90","event_count":null,"data_collections":null,"ts_ms":1}"#;
        let end = read("t.transaction", None, Some(end)).unwrap();
        let boundary = end.boundary.unwrap();
        assert!(boundary.is_end());
        assert_eq!(end.transaction(), Some(7));
        let counts: Vec<_> = boundary.collections().collect();
        assert_eq!(counts, [("public.a".into(), 1), ("public.b".into(), 2)]);
        let begin = read("t.transaction", None, Some(begin))
            .unwrap()
            .boundary
            .unwrap();
        assert!(!begin.is_end());
        assert_eq!(begin.collections().count(), 0);
    }
}
