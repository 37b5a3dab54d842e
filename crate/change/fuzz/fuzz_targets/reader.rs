//! Reads any records one after the other: no panic, and memory changes nothing.

#![no_main]

use eddy_change::{Reader, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|records: Vec<(Option<&[u8]>, Option<&[u8]>)>| {
    let mut reader = Reader::new();
    for (key, value) in records {
        assert_eq!(reader.read("t", key, value), read("t", key, value));
    }
});
