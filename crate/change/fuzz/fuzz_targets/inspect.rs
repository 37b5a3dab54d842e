//! Inspects any bytes with columns declared as every type: no panic, and the line is one line.

#![no_main]

use eddy_change::{ColumnType, Encoding, Inspected, Reading, Unit, inspect};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8], &[u8])| {
    let (choice, key, value) = input;
    let types = [
        ColumnType::Plain,
        ColumnType::Number,
        ColumnType::Decimal { scale: Some(2) },
        ColumnType::Decimal { scale: None },
        ColumnType::Timestamp {
            unit: Unit::Us,
            utc: None,
        },
        ColumnType::DateDays,
        ColumnType::Time {
            unit: Unit::Us,
            utc: true,
        },
        ColumnType::Interval { unit: Unit::Us },
        ColumnType::Bytes(Encoding::Guess),
        ColumnType::Bits,
        ColumnType::Json,
        ColumnType::Boolean,
        ColumnType::Sparse,
        ColumnType::Point,
    ];
    let column = types[usize::from(choice) % types.len()].clone();
    let reading = Reading {
        columns: [("v".to_owned(), column)].into(),
        ..Reading::default()
    };
    let record = Inspected {
        topic: "t",
        partition: 0,
        offset: 0,
        key: Some(key),
        value: Some(value),
    };
    let mut out = String::new();
    inspect(&mut out, record, [("__op", Some(key))], &reading);
    assert!(!out.contains(['\n', '\r']));
});
