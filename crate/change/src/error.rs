//! Why something could not be read.

use std::fmt;

/// Says why a record, or a column of it, could not be read.
///
/// The reason is worded to follow the name of what it is about: "is empty", "is cut off at
/// byte 120". `column` is `None` where the reason is about the record's whole value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Unreadable {
    /// The column that the reason is about.
    pub column: Option<String>,
    /// What is wrong, and where it can be said, what to do about it.
    pub reason: String,
}

impl Unreadable {
    /// About the value as a whole.
    pub(crate) fn value(reason: impl Into<String>) -> Self {
        Self {
            column: None,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "column `{column}` {}", self.reason),
            None => write!(f, "the value {}", self.reason),
        }
    }
}

/// A place where the bytes stop being JSON.
///
/// Small and without allocation: the sentence is made only when somebody reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Byte position in the scanned text.
    pub(crate) at: usize,
    pub(crate) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Something else than this stands there.
    Expected(&'static str),
    /// A control character stands unescaped in a string.
    Control,
    /// A backslash is followed by something that is no escape.
    Escape,
    /// A string is not UTF-8.
    Utf8,
    /// Arrays and objects are nested more deeply than the scanner follows.
    TooDeep,
}

impl Fault {
    pub(crate) fn new(at: usize, what: What) -> Self {
        Self { at, what }
    }

    /// The sentence, worded to follow "the value".
    pub(crate) fn reason(self, text: &[u8]) -> String {
        let at = self.at;
        let Some(&found) = text.get(at) else {
            return format!("is cut off: the JSON ends at byte {at}");
        };
        match self.what {
            What::Expected(wanted) => {
                format!(
                    "is not JSON: expected {wanted} at byte {at}, found {}",
                    shown(found)
                )
            }
            What::Control => {
                format!(
                    "is not JSON: unescaped control character 0x{found:02x} in a string at byte {at}"
                )
            }
            What::Escape => format!("is not JSON: unknown escape in a string at byte {at}"),
            What::Utf8 => format!(
                "is not JSON: no UTF-8 at byte {at}; set the connector's value.converter to \
                 org.apache.kafka.connect.json.JsonConverter"
            ),
            What::TooDeep => {
                format!(
                    "is nested more than {} deep at byte {at}",
                    crate::cursor::MAX_DEPTH
                )
            }
        }
    }
}

fn shown(byte: u8) -> String {
    if byte.is_ascii_graphic() {
        format!("`{}`", byte as char)
    } else {
        format!("byte 0x{byte:02x}")
    }
}
