//! Rows as a command for psql, for databases that this page cannot write to.

use serde_json::{Map, Value};

/// A command that inserts these rows: columns in this order, others behind them.
pub fn command(table: &str, columns: &[String], rows: &[Map<String, Value>]) -> String {
    let sql = insert(table, columns, rows);
    // Within single quotes a shell reads everything as it stands but them.
    format!("psql -c '{}'", sql.replace('\'', r"'\''"))
}

/// The table of a topic: "iris_train" of "flink.public.iris_train", "shop.orders" of "srv.shop.orders".
pub fn table(topic: &str) -> String {
    let parts: Vec<&str> = topic.split('.').collect();
    match parts.as_slice() {
        // Where psql looks by itself.
        [.., "public", table] => identifier(table),
        [_, .., schema, table] => format!("{}.{}", identifier(schema), identifier(table)),
        [.., table] => identifier(table),
        [] => String::new(),
    }
}

fn insert(table: &str, columns: &[String], rows: &[Map<String, Value>]) -> String {
    let mut names: Vec<&String> = rows.iter().flat_map(Map::keys).collect();
    let place = |name: &String| columns.iter().position(|column| column == name);
    names.sort_by_key(|name| (place(name).unwrap_or(columns.len()), name.as_str()));
    names.dedup();
    let row = |row: &Map<String, Value>| {
        let values: Vec<String> = (names.iter().map(|name| literal(row.get(*name)))).collect();
        format!("({})", values.join(", "))
    };
    let rows: Vec<String> = rows.iter().map(row).collect();
    let names: Vec<String> = names.iter().map(|name| identifier(name)).collect();
    format!(
        "INSERT INTO {table} ({}) VALUES {}",
        names.join(", "),
        rows.join(", ")
    )
}

fn identifier(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if is_plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

fn literal(value: Option<&Value>) -> String {
    match value {
        None => "DEFAULT".to_owned(),
        Some(Value::String(text)) => quoted(text),
        Some(value @ (Value::Array(_) | Value::Object(_))) => quoted(&value.to_string()),
        Some(value) => value.to_string(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(rows: Value) -> Vec<Map<String, Value>> {
        serde_json::from_value(rows).unwrap()
    }

    #[test]
    fn rows_become_one_statement_in_the_labs_order() {
        let columns = ["sepal_length".to_owned(), "iris_class".to_owned()];
        let rows = rows(json!([
            {"iris_class": 0, "sepal_length": 5.4},
            {"iris_class": null, "sepal_length": -4, "by": "me"},
        ]));
        assert_eq!(
            command("iris_train", &columns, &rows),
            "psql -c 'INSERT INTO iris_train (sepal_length, iris_class, by) VALUES (5.4, 0, DEFAULT), \
             (-4, null, '\\''me'\\'')'"
        );
    }

    #[test]
    fn nothing_that_is_typed_leaves_its_quotes() {
        let rows = rows(json!([{"a\"b": "it's; $(rm) `x` \\"}]));
        assert_eq!(
            command("t", &[], &rows),
            r#"psql -c 'INSERT INTO t ("a""b") VALUES ('\''it'\'''\''s; $(rm) `x` \'\'')'"#
        );
    }

    #[test]
    fn topics_name_their_tables() {
        assert_eq!(table("flink.public.iris_train"), "iris_train");
        assert_eq!(table("srv.shop.Orders"), "shop.\"Orders\"");
        assert_eq!(table("srv.orders"), "orders");
        assert_eq!(table("orders"), "orders");
    }
}
