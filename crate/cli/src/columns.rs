//! A lab file's `columns`: what values mean where no schema says it.

use std::path::Path;

use anyhow::{Context, Result};
use change::ColumnTypes;
use lab::config::Column;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Reads the `columns` of a lab file, which may have none.
pub(crate) fn read(path: &Path) -> Result<ColumnTypes> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot open {}; check the name", path.display()))?;
    parse(&text).with_context(|| format!("cannot use {}", path.display()))
}

fn parse(lab: &str) -> Result<ColumnTypes> {
    let lab: Map<String, Value> = serde_json::from_str(lab).context("it is no JSON object")?;
    let columns = match lab.get("columns") {
        Some(columns) => Map::deserialize(columns).context("columns is no JSON object")?,
        None => Map::new(),
    };
    let declared = columns.into_iter().map(|(name, value)| {
        let declared = Column::deserialize(value).with_context(|| format!("columns.{name}"))?;
        Ok((name, declared.into()))
    });
    declared.collect()
}

#[cfg(test)]
mod tests {
    use change::{ColumnType, Encoding, Unit};

    use super::*;

    #[test]
    fn every_form() {
        let lab = r#"{"eddy":1,"columns":{
            "n31":{"as":"decimal","scale":1},"n":{"as":"decimal"},
            "ms":{"as":"timestamp","unit":"ms"},"at":{"as":"timestamp","utc":true},
            "c":{"as":"time","unit":"ms"},"cz":{"as":"time","utc":true},"i":{"as":"interval","unit":"ns"},
            "bits":{"as":"bits"},"hs":{"as":"hstore"},"v":{"as":"vector"},"s":{"as":"sparse"},"p":{"as":"point"},
            "d":{"as":"date_days"},"b":{"as":"bytes"},"h":{"as":"bytes","encoding":"hex"},
            "j":{"as":"json"},"x":{"as":"number"},"t":{"as":"boolean"},
            "e":{"as":"enum","codes":["a","b"]},"f":{"as":"enum","codes":{"a":3}},"g":{"as":"enum"}}}"#;
        let codes = |codes: &[(&str, f64)]| ColumnType::Enum {
            codes: codes
                .iter()
                .map(|(text, code)| ((*text).to_owned(), *code))
                .collect(),
        };
        let wanted = [
            ("n31", ColumnType::Decimal { scale: Some(1) }),
            ("n", ColumnType::Decimal { scale: None }),
            (
                "ms",
                ColumnType::Timestamp {
                    unit: Unit::Ms,
                    utc: None,
                },
            ),
            (
                "at",
                ColumnType::Timestamp {
                    unit: Unit::Us,
                    utc: Some(true),
                },
            ),
            (
                "c",
                ColumnType::Time {
                    unit: Unit::Ms,
                    utc: false,
                },
            ),
            (
                "cz",
                ColumnType::Time {
                    unit: Unit::Us,
                    utc: true,
                },
            ),
            ("i", ColumnType::Interval { unit: Unit::Ns }),
            ("bits", ColumnType::Bits),
            ("hs", ColumnType::Hstore),
            ("v", ColumnType::Vector),
            ("s", ColumnType::Sparse),
            ("p", ColumnType::Point),
            ("d", ColumnType::DateDays),
            ("b", ColumnType::Bytes(Encoding::Guess)),
            ("h", ColumnType::Bytes(Encoding::Hex)),
            ("j", ColumnType::Json),
            ("x", ColumnType::Number),
            ("t", ColumnType::Boolean),
            ("e", codes(&[("a", 0.0), ("b", 1.0)])),
            ("f", codes(&[("a", 3.0)])),
            ("g", codes(&[])),
        ];
        let wanted: ColumnTypes = wanted
            .map(|(name, column)| (name.to_owned(), column))
            .into();
        assert_eq!(parse(lab).expect("read"), wanted);
        assert_eq!(parse(r#"{"eddy":1}"#).expect("read"), ColumnTypes::new());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (lab, wanted) in [
            (
                r#"{"columns":{"n":{"as":"decimal","scal":1}}}"#,
                "columns.n: unknown field `scal`",
            ),
            (
                r#"{"columns":{"n":{"as":"money"}}}"#,
                "columns.n: unknown variant `money`",
            ),
            (
                r#"{"columns":{"n":{"scale":1}}}"#,
                "columns.n: missing field `as`",
            ),
            (r#"{"columns":[]}"#, "columns is no JSON object"),
            ("[]", "it is no JSON object"),
        ] {
            let error = format!("{:#}", parse(lab).expect_err(lab));
            assert!(error.starts_with(wanted), "{error}");
        }
    }
}
