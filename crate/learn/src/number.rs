//! Numbers in serialized form: in text formats, what is not finite is "NaN", "inf" or "-inf".
//!
//! JSON has no such numbers. Every NaN is written alike, so its sign and payload are lost; no arithmetic here looks at
//! them. Formats of bytes keep doubles as they are.

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::{SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};

/// Writes a number.
pub fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
    if number.is_finite() || !to.is_human_readable() {
        return to.serialize_f64(*number);
    }
    to.serialize_str(match number {
        number if number.is_nan() => "NaN",
        number if *number > 0.0 => "inf",
        _ => "-inf",
    })
}

/// Reads a number.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    match from.is_human_readable() {
        true => from.deserialize_any(NumberVisitor),
        false => f64::deserialize(from),
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number, \"NaN\", \"inf\" or \"-inf\"")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<f64, E> {
        Ok(number)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
        match text {
            "NaN" => Ok(f64::NAN),
            "inf" => Ok(f64::INFINITY),
            "-inf" => Ok(f64::NEG_INFINITY),
            other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
        }
    }
}

/// One number.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(#[serde(with = "self")] pub f64);

/// Numbers that may be missing.
pub mod maybe {
    use super::*;

    /// Writes a number, or null.
    pub fn serialize<S: Serializer>(number: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
        number.map(Number).serialize(to)
    }

    /// Reads a number, or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
        Ok(Option::<Number>::deserialize(from)?.map(|Number(number)| number))
    }
}

/// Lists of pairs of numbers.
pub mod pairs {
    use super::*;

    /// Writes a list of pairs.
    pub fn serialize<S: Serializer>(pairs: &[(f64, f64)], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(pairs.iter().map(|(a, b)| (Number(*a), Number(*b))))
    }

    /// Reads a list of pairs.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(f64, f64)>, D::Error> {
        let pairs = Vec::<(Number, Number)>::deserialize(from)?;
        Ok(pairs.into_iter().map(|(a, b)| (a.0, b.0)).collect())
    }
}

/// Lists of numbers.
pub mod list {
    use super::*;

    /// Writes a list.
    pub fn serialize<S: Serializer>(numbers: &[f64], to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(numbers.len()))?;
        for &number in numbers {
            list.serialize_element(&Number(number))?;
        }
        list.end()
    }

    /// Reads a list.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
        let numbers = Vec::<Number>::deserialize(from)?;
        Ok(numbers.into_iter().map(|Number(number)| number).collect())
    }
}

/// Lists of numbers that may be missing.
pub mod maybe_list {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct List(#[serde(with = "super::list")] Vec<f64>);

    /// Writes a list, or null.
    pub fn serialize<S: Serializer>(numbers: &Option<Vec<f64>>, to: S) -> Result<S::Ok, S::Error> {
        numbers.clone().map(List).serialize(to)
    }

    /// Reads a list, or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<f64>>, D::Error> {
        Ok(Option::<List>::deserialize(from)?.map(|List(numbers)| numbers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: f64, json: &str) {
        assert_eq!(serde_json::to_string(&Number(number)).unwrap(), json);
        let Number(read) = serde_json::from_str(json).unwrap();
        assert!(
            read.to_bits() == number.to_bits() || (read.is_nan() && number.is_nan()),
            "{json}"
        );
    }

    #[test]
    fn comes_back_to_the_bit() {
        check(0.1, "0.1");
        check(-0.0, "-0.0");
        check(f64::MIN_POSITIVE / 8.0, "2.781342323134e-309");
        check(f64::NAN, "\"NaN\"");
        check(f64::INFINITY, "\"inf\"");
        check(f64::NEG_INFINITY, "\"-inf\"");
    }

    #[test]
    fn reads_whole_numbers_and_refuses_words() {
        let Number(read) = serde_json::from_str("-3").unwrap();
        assert_eq!(read, -3.0);
        let refused = serde_json::from_str::<Number>("\"Infinity\"")
            .err()
            .unwrap();
        assert!(
            refused.to_string().contains("expected a number, \"NaN\""),
            "{refused}"
        );
        assert!(serde_json::from_str::<Number>("null").is_err());
    }
}
