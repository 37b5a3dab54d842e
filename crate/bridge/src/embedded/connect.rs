//! The schema part of keys and values, as Kafka Connect's JSON converter writes it.

use super::json::write_text;
use super::tables::Column;

/// The schema of a topic's keys.
pub(super) fn key_schema(topic: &str, key: &[&Column]) -> String {
    let mut out = String::from(r#"{"type":"struct","fields":["#);
    write_fields(&mut out, key.iter().copied());
    out.push_str(r#"],"optional":false,"name":"#);
    write_text(&mut out, &format!("{topic}.Key"));
    out.push('}');
    out
}

/// The schema of a topic's values.
pub(super) fn value_schema(topic: &str, columns: &[Column]) -> String {
    let mut out = String::from(r#"{"type":"struct","fields":["#);
    for image in ["before", "after"] {
        out.push_str(r#"{"type":"struct","fields":["#);
        write_fields(&mut out, columns.iter());
        out.push_str(r#"],"optional":true,"name":"#);
        write_text(&mut out, &format!("{topic}.Value"));
        out.push_str(r#","field":"#);
        write_text(&mut out, image);
        out.push_str("},");
    }
    out.push_str(SOURCE_AND_BELOW);
    out.push_str(r#"],"optional":false,"name":"#);
    write_text(&mut out, &format!("{topic}.Envelope"));
    out.push_str(r#","version":2}"#);
    out
}

/// The fields of an envelope that do not depend on the table.
const SOURCE_AND_BELOW: &str = concat!(
    r#"{"type":"struct","fields":["#,
    r#"{"type":"string","optional":false,"field":"version"},"#,
    r#"{"type":"string","optional":false,"field":"connector"},"#,
    r#"{"type":"string","optional":false,"field":"name"},"#,
    r#"{"type":"int64","optional":false,"field":"ts_ms"},"#,
    r#"{"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,"parameters":{"allowed":"#,
    r#""true,first,first_in_data_collection,last_in_data_collection,last,false,incremental"},"#,
    r#""default":"false","field":"snapshot"},"#,
    r#"{"type":"string","optional":false,"field":"db"},"#,
    r#"{"type":"string","optional":true,"field":"sequence"},"#,
    r#"{"type":"string","optional":false,"field":"schema"},"#,
    r#"{"type":"string","optional":false,"field":"table"},"#,
    r#"{"type":"int64","optional":true,"field":"txId"},"#,
    r#"{"type":"int64","optional":true,"field":"lsn"},"#,
    r#"{"type":"int64","optional":true,"field":"xmin"}],"#,
    r#""optional":false,"name":"eddy.sqlite.Source","version":1,"field":"source"},"#,
    r#"{"type":"struct","fields":["#,
    r#"{"type":"string","optional":false,"field":"id"},"#,
    r#"{"type":"int64","optional":false,"field":"total_order"},"#,
    r#"{"type":"int64","optional":false,"field":"data_collection_order"}],"#,
    r#""optional":true,"name":"event.block","version":1,"field":"transaction"},"#,
    r#"{"type":"string","optional":false,"field":"op"},"#,
    r#"{"type":"int64","optional":true,"field":"ts_ms"}"#,
);

fn write_fields<'a>(out: &mut String, columns: impl Iterator<Item = &'a Column>) {
    for (i, column) in columns.enumerate() {
        if i > 0 {
            out.push(',');
        }
        let optional = !column.not_null && column.key == 0;
        out.push_str(r#"{"type":""#);
        out.push_str(field_type(&column.declared));
        out.push_str(r#"","optional":"#);
        out.push_str(if optional { "true" } else { "false" });
        out.push_str(r#","field":"#);
        write_text(out, &column.name);
        out.push('}');
    }
}

/// The type that a column's values have as a rule.
///
/// SQLite's own rules of affinity; a single value may still be of another type, and is written as what it is.
fn field_type(declared: &str) -> &'static str {
    let declared = declared.to_ascii_uppercase();
    let has = |parts: &[&str]| parts.iter().any(|part| declared.contains(part));
    if has(&["INT", "SERIAL", "BOOL"]) {
        "int64"
    } else if has(&["CHAR", "CLOB", "TEXT", "DATE", "TIME"]) {
        "string"
    } else if has(&["BLOB"]) {
        "bytes"
    } else if declared.is_empty() {
        "string"
    } else {
        "double"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_follow_the_declaration() {
        for (declared, expected) in [
            ("INTEGER", "int64"),
            ("bigint", "int64"),
            ("float", "double"),
            ("DOUBLE PRECISION", "double"),
            ("varchar(20)", "string"),
            ("timestamp", "string"),
            ("BLOB", "bytes"),
            ("numeric(10,2)", "double"),
            ("", "string"),
        ] {
            assert_eq!(field_type(declared), expected, "{declared}");
        }
    }
}
