//! What a record's headers add to a change.

use std::borrow::Cow;

use crate::change::{Change, Op, Shape};
use crate::cursor::Cursor;
use crate::members::{Name, name_of};
use crate::raw::Form;
use crate::row::Row;
use crate::value::Value;

impl Change<'_> {
    /// Takes in a header of the record.
    ///
    /// Debezium's unwrap step can be told to put into headers (`add.headers`) what is lost with the
    /// envelope: `__op`, `__lsn`, `__source_ts_ms` and so on, as JSON text or plain. They count for
    /// an unwrapped row that does not say the same itself; all other headers change nothing.
    pub fn add_header(&mut self, name: &str, value: Option<&[u8]>) {
        if self.shape != Some(Shape::Unwrapped) || !name.starts_with("__") {
            return;
        }
        let Some(text) = value.and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
            return;
        };
        let said = said(text);
        match name_of(name) {
            Name::AddedOp if self.op.is_none() => self.set_op(Op::of_row(&said)),
            Name::AddedDeleted if self.op.is_none() && said == "true" => {
                self.set_op(Some(Op::Delete))
            }
            Name::AddedLsn => self.lsn = self.lsn.or(said.parse().ok()),
            Name::AddedTxId => self.tx_id = self.tx_id.or(said.parse().ok()),
            Name::AddedSourceTsMs => self.source_ts_ms = self.source_ts_ms.or(said.parse().ok()),
            Name::AddedTransactionId if self.transaction_id.is_none() => {
                self.transaction_id = Some(Cow::Owned(said.into_owned()));
            }
            Name::AddedSnapshot => self.snapshot = self.snapshot.or(Some(said != "false")),
            _ => {}
        }
    }

    /// What an unwrapped row holds of a deleted one is how it was before.
    fn set_op(&mut self, op: Option<Op>) {
        self.op = op;
        if op == Some(Op::Delete) {
            self.before = self.before.or(self.after.take());
        }
    }
}

/// What a header says: the scalar in JSON text, bare or in `{schema, payload}`, or plain text itself.
fn said(text: &str) -> Cow<'_, str> {
    match Cursor::new(text.as_bytes()).only_value() {
        Ok(raw) if raw.form == Form::Object => {
            match Row::of(raw).and_then(|wrapped| wrapped.get("payload")) {
                Some(Value::Text(text)) => text,
                Some(Value::Number(text)) => Cow::Borrowed(text),
                _ => Cow::Borrowed(text),
            }
        }
        Ok(raw) => raw.string().unwrap_or(Cow::Borrowed(raw.text())),
        Err(_) => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Op, read};

    /// Op, whether it is a delete's image, lsn, and snapshot after one header.
    fn check(
        row: &str,
        header: (&str, &str),
        wanted: (Option<char>, bool, Option<i64>, Option<bool>),
    ) {
        let mut change = read("", None, Some(row.as_bytes())).unwrap();
        change.add_header(header.0, Some(header.1.as_bytes()));
        let found = (
            change.op.map(Op::letter),
            change.before.is_some(),
            change.lsn,
            change.snapshot,
        );
        assert_eq!(found, wanted, "{row} {header:?}");
        assert_eq!(change.after.is_some(), !wanted.1, "{row} {header:?}");
    }

    #[test]
    fn headers_say_what_the_row_does_not() {
        let row = r#"{"a":1}"#;
        for (header, wanted) in [
            (("__op", "c"), (Some('c'), false, None, None)),
            (("__op", "\"u\""), (Some('u'), false, None, None)),
            (
                ("__op", r#"{"schema":{"type":"string"},"payload":"d"}"#),
                (Some('d'), true, None, None),
            ),
            (("__op", "t"), (None, false, None, None)),
            (("__op", "\"unfinished"), (None, false, None, None)),
            (("op", "c"), (None, false, None, None)),
            (("__deleted", "true"), (Some('d'), true, None, None)),
            (("__deleted", "\"false\""), (None, false, None, None)),
            (("__lsn", "17"), (None, false, Some(17), None)),
            (
                ("__source_lsn", r#"{"schema":{},"payload":17}"#),
                (None, false, Some(17), None),
            ),
            (("__lsn", "null"), (None, false, None, None)),
            (("__snapshot", "first"), (None, false, None, Some(true))),
            (
                ("__source_snapshot", "\"false\""),
                (None, false, None, Some(false)),
            ),
            (("__db", "x"), (None, false, None, None)),
        ] {
            check(row, header, wanted);
        }
        let own = r#"{"a":1,"__op":"u","__lsn":1}"#;
        check(own, ("__op", "d"), (Some('u'), false, Some(1), Some(false)));
        check(
            own,
            ("__lsn", "2"),
            (Some('u'), false, Some(1), Some(false)),
        );
        let envelope = r#"{"op":"c","after":{},"source":{}}"#;
        check(envelope, ("__op", "d"), (Some('c'), false, None, None));
        check(row, ("__op", ""), (None, false, None, None));
    }
}
