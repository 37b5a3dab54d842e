//! JSON laid out in lines, with what was used of it.

use change::{Row, Value};
use serde::{Deserialize, Serialize};

/// More lines than this are not laid out.
const LINES_MOST: usize = 4_000;

/// How deeply objects are opened.
const DEPTH_MOST: usize = 32;

/// A line of an event as it arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawLine {
    /// How far it is indented.
    pub depth: u8,
    /// The member's name; empty where there is none.
    pub name: String,
    /// What stands behind it, brackets and comma included.
    pub value: String,
    /// Whether something was read from it.
    pub used: bool,
    /// Whether it is part of the schema.
    pub schema: bool,
}

/// What is used of an event.
pub(super) struct Used<'a> {
    /// The row that was read, in its bytes.
    pub(super) image: Option<Row<'a>>,
    /// Names of its columns that were used.
    pub(super) columns: Vec<String>,
    /// Whether the change's place in the log was.
    pub(super) position: bool,
    /// Whether its transaction was.
    pub(super) transaction: bool,
}

/// Lays out bytes: JSON member by member, anything else as it is; whether lines were left out.
pub(super) fn layout(bytes: &[u8], used: &Used<'_>) -> (Vec<RawLine>, bool) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let text = format!("{} bytes that are no text", bytes.len());
        return (vec![plain(text)], false);
    };
    let Ok(row) = Row::parse(text.trim()) else {
        return (vec![plain(text.to_owned())], false);
    };
    let mut writer = Writer {
        used,
        lines: Vec::new(),
        cut: false,
    };
    writer.object(row, String::new(), Inside::default(), 0, "");
    (writer.lines, writer.cut)
}

fn plain(value: String) -> RawLine {
    RawLine {
        value,
        ..RawLine::default()
    }
}

/// Where a member stands.
#[derive(Clone, Copy, Default)]
struct Inside {
    schema: bool,
    /// In the row that was read.
    image: bool,
    /// In the object that holds that row.
    envelope: bool,
    /// In the object that says where the change comes from.
    source: bool,
    transaction: bool,
}

struct Writer<'a, 'u> {
    used: &'u Used<'a>,
    lines: Vec<RawLine>,
    cut: bool,
}

impl Writer<'_, '_> {
    fn object(&mut self, row: Row<'_>, name: String, inside: Inside, depth: usize, comma: &str) {
        let members: Vec<_> = row.columns().collect();
        let is_image = |json: &str| {
            self.used
                .image
                .is_some_and(|image| std::ptr::eq(image.json(), json))
        };
        let here = is_image(row.json());
        let names = |wanted: &str| members.iter().any(|(name, _)| name == wanted);
        let inside = Inside {
            image: here,
            envelope: members
                .iter()
                .any(|(_, value)| matches!(value, Value::Object(json) if is_image(json)))
                || names("op") && names("source"),
            ..inside
        };
        // A schema stands beside what it is the schema of.
        let has_schema = names("schema") && names("payload");
        if members.is_empty() || depth == DEPTH_MOST {
            let text = if members.is_empty() { "{}" } else { "{…}" };
            return self.line(depth, name, format!("{text}{comma}"), false, inside);
        }
        self.line(depth, name, "{".to_owned(), false, inside);
        let last = members.len() - 1;
        for (i, (name, value)) in members.into_iter().enumerate() {
            let comma = if i == last { "" } else { "," };
            let member = Inside {
                schema: inside.schema || has_schema && name == "schema",
                image: inside.image,
                envelope: inside.envelope,
                source: inside.envelope && name == "source",
                transaction: inside.envelope && name == "transaction",
            };
            let used = self.is_used(&name, inside, here);
            self.member(name.into_owned(), value, member, depth + 1, comma, used);
        }
        self.line(depth, String::new(), format!("}}{comma}"), false, inside);
    }

    fn is_used(&self, name: &str, inside: Inside, in_image: bool) -> bool {
        let of_image = in_image
            && (self.used.columns.iter().any(|column| column == name)
                || matches!(name, "__op" | "__deleted"));
        let of_source = inside.source && (self.used.position && name == "lsn");
        let of_transaction = self.used.transaction
            && (inside.transaction && name == "id" || inside.source && name == "txId");
        let of_envelope = inside.envelope && !in_image && name == "op";
        of_image || of_source || of_transaction || of_envelope
    }

    fn member(
        &mut self,
        name: String,
        value: Value<'_>,
        inside: Inside,
        depth: usize,
        comma: &str,
        used: bool,
    ) {
        match &value {
            Value::Object(json) => {
                if let Ok(row) = Row::parse(json) {
                    return self.object(row, name, inside, depth, comma);
                }
            }
            Value::Array(_)
                if value
                    .elements()
                    .any(|element| matches!(element, Value::Object(_))) =>
            {
                self.line(depth, name, "[".to_owned(), used, inside);
                let elements: Vec<Value<'_>> = value.elements().collect();
                let last = elements.len() - 1;
                for (i, element) in elements.into_iter().enumerate() {
                    let comma = if i == last { "" } else { "," };
                    self.member(String::new(), element, inside, depth + 1, comma, used);
                }
                return self.line(depth, String::new(), format!("]{comma}"), used, inside);
            }
            _ => {}
        }
        let mut text = String::new();
        value.write(&mut text);
        text.push_str(comma);
        self.line(depth, name, text, used, inside);
    }

    fn line(&mut self, depth: usize, name: String, value: String, used: bool, inside: Inside) {
        if self.lines.len() == LINES_MOST {
            self.cut = true;
            return;
        }
        self.lines.push(RawLine {
            depth: depth.min(DEPTH_MOST) as u8,
            name,
            value,
            used,
            schema: inside.schema,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str, used: &Used<'_>) -> Vec<String> {
        let (lines, cut) = layout(json.as_bytes(), used);
        assert!(!cut);
        lines
            .iter()
            .map(|line| {
                let mark = if line.used { "* " } else { "" };
                let schema = if line.schema { "~ " } else { "" };
                let name = if line.name.is_empty() {
                    String::new()
                } else {
                    format!("{}: ", line.name)
                };
                format!(
                    "{mark}{schema}{}{name}{}",
                    " ".repeat(line.depth.into()),
                    line.value
                )
            })
            .collect()
    }

    #[test]
    fn what_was_used_is_marked_and_the_schema_is_told_apart() {
        let json = r#"{"schema":{"type":"struct","fields":[{"a":1},{}]},"payload":{"before":{"x":1},
            "after":{"x":1.50,"y":[1,"b"],"z":"é"},"source":{"lsn":7,"txId":3},"op":"u","ts_ms":9}}"#;
        let payload = change::read("t", None, Some(json.as_bytes())).unwrap();
        let used = Used {
            image: payload.after,
            columns: vec!["x".to_owned(), "y".to_owned()],
            position: true,
            transaction: false,
        };
        assert_eq!(
            shown(json, &used),
            [
                "{",
                "~  schema: {",
                "~   type: \"struct\",",
                "~   fields: [",
                "~    {",
                "~     a: 1",
                "~    },",
                "~    {}",
                "~   ]",
                "~  },",
                " payload: {",
                "  before: {",
                "   x: 1",
                "  },",
                "  after: {",
                "*    x: 1.50,",
                "*    y: [1,\"b\"],",
                "   z: \"é\"",
                "  },",
                "  source: {",
                "*    lsn: 7,",
                "   txId: 3",
                "  },",
                "*   op: \"u\",",
                "  ts_ms: 9",
                " }",
                "}",
            ]
        );
    }

    #[test]
    fn an_unwrapped_row_is_its_own_image_and_no_json_is_shown_as_it_is() {
        let json = r#"{"x":1,"op":"c","__op":"c"}"#;
        let change = change::read("t", None, Some(json.as_bytes())).unwrap();
        let used = Used {
            image: change.after,
            columns: vec!["x".to_owned()],
            position: false,
            transaction: false,
        };
        assert_eq!(
            shown(json, &used),
            ["{", "*  x: 1,", " op: \"c\",", "*  __op: \"c\"", "}"]
        );
        assert_eq!(shown("n/a {", &used), ["n/a {"]);
        assert_eq!(
            layout(&[0xff, 0], &used).0[0].value,
            "2 bytes that are no text"
        );
    }
}
