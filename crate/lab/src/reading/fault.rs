//! Why a feature is no number that can be learned from.

use change::{Change, ColumnType, Value};

use super::Reading;
use crate::codes::CODES_MAX;
use crate::config::Config;

/// What is wrong with a feature of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    /// Worded to follow the column's name.
    pub(crate) reason: String,
    pub(crate) kind: FaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum FaultKind {
    /// The row has no such column.
    Missing,
    /// It was not sent, because the update left it as it was.
    Unavailable,
    /// A text stands there, and nothing says what it means.
    Undeclared,
    /// It is NaN or infinite: this number.
    NotFinite(f64),
    /// All else.
    Value,
}

/// A long value that an update has left as it was is not in PostgreSQL's log.
const UNAVAILABLE: &str = "is unavailable (TOAST: the update left it as it was, and so it was not sent); \
                           set REPLICA IDENTITY FULL on the table";

impl Reading {
    /// Why a feature is no finite number; or its number after all, where the row is too wide for it to be kept.
    pub(crate) fn fault(
        &self,
        change: &Change<'_>,
        row: change::Row<'_>,
        name: &str,
        config: &Config,
    ) -> Result<f64, Fault> {
        let named = |wanted: &str| {
            let read_as = |written: &str| config.file.rename.get(written).map(String::as_str);
            let mut itself = None;
            let mut renamed = None;
            for (written, value) in row.columns() {
                if written == wanted {
                    itself = Some((written, value));
                } else if read_as(&written) == Some(wanted) {
                    renamed = Some((written, value));
                }
            }
            itself.or(renamed)
        };
        let plain = ColumnType::Plain;
        let type_of = |written: &str| self.types.row.get(written).unwrap_or(&plain);
        if let Some((written, value)) = named(name) {
            return self.value_fault(change, value, type_of(&written));
        }
        let missing = Fault::new(FaultKind::Missing, "is missing");
        let Some((array, index)) = change::element_of(name) else {
            return Err(missing);
        };
        match named(array) {
            Some((written, value)) => self.element_fault(change, value, type_of(&written), index),
            None => Err(missing),
        }
    }

    fn value_fault(
        &self,
        change: &Change<'_>,
        value: Value<'_>,
        column: &ColumnType,
    ) -> Result<f64, Fault> {
        if self.placeholder.stands_in(&value)
            || change::may_be_unavailable(change.op, &value, column)
        {
            return Err(Fault::new(FaultKind::Unavailable, UNAVAILABLE));
        }
        if let (ColumnType::Enum { codes }, Some(label)) = (column, value.label())
            && codes.is_empty()
        {
            return Err(Fault::value(format!(
                "is \"{label}\", and {CODES_MAX} other texts have codes already; declare its `codes`"
            )));
        }
        let undeclared = *column == ColumnType::Plain && !matches!(value, Value::Null);
        let of_numbers = matches!(column, ColumnType::Number | ColumnType::Decimal { .. });
        if (undeclared || of_numbers)
            && let Some(number) = not_finite(&value)
        {
            return finite(Ok(number));
        }
        finite(change::feature(value, column)).map_err(|mut fault| {
            if undeclared && fault.kind == FaultKind::Value {
                fault.kind = FaultKind::Undeclared;
            }
            fault
        })
    }

    fn element_fault(
        &self,
        change: &Change<'_>,
        value: Value<'_>,
        column: &ColumnType,
        index: usize,
    ) -> Result<f64, Fault> {
        // That it is an array is said by the feature's name, where no schema says it.
        let array = ColumnType::Array(Box::default());
        if self.placeholder.stands_in(&value)
            || change::may_be_unavailable(change.op, &value, &array)
        {
            return Err(Fault::new(FaultKind::Unavailable, UNAVAILABLE));
        }
        if value == Value::Null {
            return Err(Fault::value("is of an array that is null".to_owned()));
        }
        if !matches!(value, Value::Array(_) | Value::Object(_)) {
            return Err(Fault::value("is of a column that is no array".to_owned()));
        }
        let mut found = None;
        change::elements(value, column, &[index], |_, number| found = Some(number));
        match found {
            Some(number) => finite(number),
            None => Err(Fault::value(
                "is not there: the array is shorter".to_owned(),
            )),
        }
    }
}

impl Fault {
    fn new(kind: FaultKind, reason: &str) -> Fault {
        Fault {
            kind,
            reason: reason.to_owned(),
        }
    }

    fn value(reason: String) -> Fault {
        Fault {
            kind: FaultKind::Value,
            reason,
        }
    }
}

/// The number that is not finite that a text writes, as all text formats here do, or as Java does.
fn not_finite(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Text(text) => match &**text {
            "NaN" => Some(f64::NAN),
            "inf" | "Infinity" => Some(f64::INFINITY),
            "-inf" | "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

fn finite(number: Result<f64, String>) -> Result<f64, Fault> {
    match number {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(number) => Err(Fault {
            reason: format!("is {number}, not a finite number"),
            kind: FaultKind::NotFinite(number),
        }),
        Err(reason) => Err(Fault::value(reason)),
    }
}
