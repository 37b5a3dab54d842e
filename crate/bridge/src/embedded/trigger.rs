//! The triggers that write the change log.
//!
//! They run in the writer's own SQLite, which may be as old as 3.31. So: no RETURNING, no `->`, no `unixepoch()`,
//! no `IS DISTINCT FROM`. A change takes as many offsets as it becomes records: a delete two (the event and its
//! tombstone), a change of the key three (delete, tombstone, create).

use super::tables::{Column, quoted};

/// The moment of the statement in milliseconds since the epoch, exact, by functions that old versions have.
pub(super) const NOW_MS: &str =
    "strftime('%s','now')*1000+CAST(substr(strftime('%f','now'),4) AS INTEGER)";

/// One trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trigger {
    /// Its name.
    pub(super) name: String,
    /// Its text, as SQLite keeps it.
    pub(super) sql: String,
}

/// The triggers that capture a table's changes.
pub(super) fn capture(
    topic_id: i64,
    layout_id: i64,
    table: &str,
    columns: &[Column],
) -> [Trigger; 3] {
    let before = Image {
        letter: 'b',
        alias: "OLD",
    };
    let after = Image {
        letter: 'a',
        alias: "NEW",
    };
    let make = |event: &str, op: &str, offsets: &str, images: &[Image]| {
        let name = format!("_eddy_{topic_id}_{event}");
        let into: String = images.iter().map(|image| image.targets(columns)).collect();
        let values: String = images.iter().map(|image| image.values(columns)).collect();
        let sql = format!(
            "CREATE TRIGGER {name} AFTER {} ON {} BEGIN \
             INSERT INTO _eddy_change(topic_id,\"offset\",layout_id,op,ts_ms{into}) \
             SELECT id,next,{layout_id},{op},{NOW_MS}{values} FROM _eddy_topic WHERE id={topic_id}; \
             UPDATE _eddy_topic SET next=next+{offsets} WHERE id={topic_id}; END",
            event.to_uppercase(),
            quoted(table),
        );
        Trigger { name, sql }
    };
    let (update_op, update_offsets) = match same_key(columns) {
        Some(same) => (
            format!("CASE WHEN {same} THEN 'u' ELSE 'k' END"),
            format!("CASE WHEN {same} THEN 1 ELSE 3 END"),
        ),
        None => ("'u'".to_owned(), "1".to_owned()),
    };
    [
        make("insert", "'c'", "1", &[after]),
        make("update", &update_op, &update_offsets, &[before, after]),
        make("delete", "'d'", "2", &[before]),
    ]
}

/// A trigger that does nothing but go when its table goes.
///
/// It names no column, so that nothing short of DROP TABLE needs it gone: a table whose capturing triggers are
/// missing but which has this one was altered; one without it is new.
pub(super) fn mark(topic_id: i64, table: &str) -> Trigger {
    let name = format!("_eddy_{topic_id}_mark");
    let sql = format!(
        "CREATE TRIGGER {name} AFTER DELETE ON {} WHEN 0 BEGIN SELECT 1; END",
        quoted(table)
    );
    Trigger { name, sql }
}

/// The condition that a row kept its key; `None` for a table without one.
fn same_key(columns: &[Column]) -> Option<String> {
    let same: Vec<String> = columns
        .iter()
        .filter(|column| column.key > 0)
        .map(|column| {
            let name = quoted(&column.name);
            format!("OLD.{name} IS NEW.{name} COLLATE BINARY")
        })
        .collect();
    (!same.is_empty()).then(|| same.join(" AND "))
}

/// One side of a change.
#[derive(Clone, Copy)]
struct Image {
    letter: char,
    alias: &'static str,
}

impl Image {
    fn targets(self, columns: &[Column]) -> String {
        let letter = self.letter;
        (0..columns.len())
            .map(|i| format!(",{letter}{i}"))
            .collect()
    }

    fn values(self, columns: &[Column]) -> String {
        let alias = self.alias;
        columns
            .iter()
            .map(|column| format!(",{alias}.{}", quoted(&column.name)))
            .collect()
    }
}
