//! Typed values as JSON.

use super::{Typed, bytes, hstore};
use crate::json::{write_name, write_text};

impl Typed<'_> {
    /// Writes it as JSON: JSON's own forms where they say it all, else an object that names the type.
    pub fn write(&self, out: &mut String) {
        match self {
            Typed::Plain(value) => value.write(out),
            Typed::Float(word) => object(out, "float", |out| write_text(out, word)),
            Typed::Decimal(digits) => object(out, "decimal", |out| write_text(out, digits)),
            Typed::Timestamp { us, utc } => moment(out, "timestamp_us", *us, *utc),
            Typed::DateDays(days) => {
                object(out, "date_days", |out| out.push_str(&days.to_string()))
            }
            Typed::Time { us, utc } => moment(out, "time_us", *us, *utc),
            Typed::IntervalUs(us) => {
                object(out, "interval_us", |out| out.push_str(&us.to_string()))
            }
            Typed::IntervalIso(text) => object(out, "interval_iso", |out| write_text(out, text)),
            Typed::Infinity(sign) => object(out, "infinity", |out| out.push_str(&sign.to_string())),
            Typed::Bytes(bytes) => {
                object(out, "base64", |out| {
                    write_text(out, &bytes::to_base64(bytes))
                });
            }
            Typed::Bits(digits) => object(out, "bits_value", |out| out.push_str(digits)),
            Typed::Json(text) => object(out, "json", |out| write_text(out, text)),
            Typed::Hstore(pairs) => object(out, "hstore", |out| hstore::write(out, pairs)),
            Typed::Vector(elements) => object(out, "vector", |out| list(out, elements)),
            Typed::Array(elements) => list(out, elements),
            Typed::Sparse {
                elements,
                dimensions,
            } => {
                out.push_str("{\"sparse\":{");
                for (index, element) in elements {
                    write_name(out, index);
                    element.write(out);
                }
                out.push_str("},\"dimensions\":");
                out.push_str(dimensions);
                out.push('}');
            }
            Typed::Point([x, y]) => {
                out.push_str("{\"x\":");
                x.write(out);
                out.push_str(",\"y\":");
                y.write(out);
                out.push('}');
            }
            Typed::Unavailable => out.push_str("{\"unavailable\":true}"),
        }
    }
}

fn object(out: &mut String, name: &str, write: impl FnOnce(&mut String)) {
    out.push('{');
    write_name(out, name);
    write(out);
    out.push('}');
}

fn moment(out: &mut String, name: &str, us: i128, utc: bool) {
    object(out, name, |out| {
        out.push_str(&us.to_string());
        if utc {
            out.push_str(",\"utc\":true");
        }
    });
}

fn list(out: &mut String, elements: &[Typed<'_>]) {
    out.push('[');
    for (place, element) in elements.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        element.write(out);
    }
    out.push(']');
}
