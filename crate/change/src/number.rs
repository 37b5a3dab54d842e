//! JSON numbers: where they end, and the double nearest to them.

use crate::error::{Fault, What};

/// Finds the end of the number that begins at `from`.
#[inline]
pub(crate) fn end_of_number(bytes: &[u8], from: usize) -> Result<usize, Fault> {
    match end_of_plain_number(bytes, from) {
        Some(end) => Ok(end),
        None => end_of_any_number(bytes, from),
    }
}

/// The end of a number of digits with at most one point among them, which most are.
///
/// Looks for what ends a number first, and at what stands before it second, eight bytes at a time: so
/// the scan can go on behind the number while the processor still checks it.
#[inline]
fn end_of_plain_number(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let mut points = 0;
    loop {
        let word = u64::from_le_bytes(*bytes.get(at..)?.first_chunk::<8>()?);
        let ends = number_ends(word);
        // All bits below those of the first byte that ends the number; all where there is none.
        let before = ((ends & ends.wrapping_neg()) >> 7).wrapping_sub(1);
        let others = non_digits(word) & before;
        if others != 0 {
            if others != equal_bytes(word, b'.') & before {
                return None;
            }
            points += others.count_ones();
        }
        if ends != 0 {
            at += (ends.trailing_zeros() / 8) as usize;
            break;
        }
        at += 8;
    }
    let (first, last) = (bytes.get(from)?, bytes.get(at.checked_sub(1)?)?);
    let zero_leads = *first == b'0' && at > from + 1 && bytes.get(from + 1) != Some(&b'.');
    let plain = at > from && points <= 1 && *first != b'.' && *last != b'.' && !zero_leads;
    plain.then_some(at)
}

#[inline(never)]
fn end_of_any_number(bytes: &[u8], from: usize) -> Result<usize, Fault> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let mut at = from;
    if byte(at) == b'-' {
        at += 1;
    }
    // A leading zero stands alone.
    at = if byte(at) == b'0' {
        at + 1
    } else {
        end_of_digits(bytes, at)?
    };
    if byte(at) == b'.' {
        at = end_of_digits(bytes, at + 1)?;
    }
    if matches!(byte(at), b'e' | b'E') {
        at += 1;
        if matches!(byte(at), b'+' | b'-') {
            at += 1;
        }
        at = end_of_digits(bytes, at)?;
    }
    Ok(at)
}

/// The double nearest to a JSON number; infinite where it is too large.
pub(crate) fn to_double(text: &str) -> Option<f64> {
    short_decimal(text.as_bytes()).or_else(|| text.parse().ok())
}

/// Most numbers: few digits, no exponent.
///
/// Digits below 2^53 and powers of ten up to 22 are exact doubles, so the one division rounds
/// correctly. It gives what the general way gives, in a third of the time.
#[inline]
fn short_decimal(bytes: &[u8]) -> Option<f64> {
    const MAX_DIGITS: usize = 15;
    const POWERS: [f64; MAX_DIGITS + 1] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    let (negative, digits) = match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, bytes),
    };
    if digits.len() > MAX_DIGITS + 1 {
        return None;
    }
    let mut number = 0u64;
    let mut point = digits.len();
    for (place, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => number = number * 10 + u64::from(byte - b'0'),
            b'.' if point == digits.len() => point = place + 1,
            _ => return None,
        }
    }
    if number >= 1 << 53 {
        return None;
    }
    let value = number as f64 / POWERS.get(digits.len() - point)?;
    Some(if negative { -value } else { value })
}

/// Finds the end of one or more digits.
fn end_of_digits(bytes: &[u8], from: usize) -> Result<usize, Fault> {
    let digits = bytes
        .get(from..)
        .unwrap_or_default()
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    match digits.count() {
        0 => Err(Fault::new(from, What::Expected("a digit"))),
        count => Ok(from + count),
    }
}

const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// Marks (with the high bit) commas, closing brackets and braces, white space and controls.
///
/// Only the lowest mark is exact: borrows travel upwards from it.
#[inline]
fn number_ends(word: u64) -> u64 {
    let zero_bytes = |x: u64| x.wrapping_sub(ONES) & !x;
    let commas = zero_bytes(word ^ (ONES * b',' as u64));
    // The two differ in one bit.
    let closing = zero_bytes((word | (ONES * 0x20)) ^ (ONES * b'}' as u64));
    let spaces = word.wrapping_sub(ONES * 0x21) & !word;
    (commas | closing | spaces) & HIGH
}

/// Marks the bytes that are no digits, each exactly.
#[inline]
fn non_digits(word: u64) -> u64 {
    let values = word ^ (ONES * b'0' as u64);
    ((values & !HIGH) + ONES * 0x76 | values) & HIGH
}

/// Marks the bytes that are this one, each exactly.
#[inline]
fn equal_bytes(word: u64, byte: u8) -> u64 {
    let others = word ^ (ONES * byte as u64);
    !((others & !HIGH) + !HIGH | others) & HIGH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str) {
        let wanted: f64 = text.parse().unwrap();
        let found = to_double(text).unwrap();
        assert_eq!(found.to_bits(), wanted.to_bits(), "{text}");
    }

    #[test]
    fn doubles_are_the_nearest() {
        for text in [
            "0",
            "-0",
            "0.0",
            "-0.0",
            "5.1",
            "0.1",
            "0.3",
            "2.675",
            "100",
            "1.0E-300",
            "1e5",
            "1E400",
            "-1e400",
            "123456789012345",
            "0.12345678901234",
            "12345678.9012345",
            "999999999999999",
            "9007199254740993",
            "9007199254740992",
            "900719925474099.3",
            "0.000000000000001",
            "5e-324",
            "1.7976931348623157e308",
            "123456789012345678901234567890.5",
        ] {
            check(text);
        }
    }

    #[test]
    fn every_byte_is_marked_or_not() {
        for byte in 0..=255u8 {
            for place in 0..8 {
                let mut bytes = *b"01.34.67";
                bytes[place] = byte;
                let word = u64::from_le_bytes(bytes);
                let marks = |is: &dyn Fn(u8) -> bool| {
                    bytes
                        .iter()
                        .enumerate()
                        .fold(0, |marks, (i, b)| marks | u64::from(is(*b)) << (8 * i + 7))
                };
                assert_eq!(
                    non_digits(word),
                    marks(&|b| !b.is_ascii_digit()),
                    "{byte:#x} at {place}"
                );
                assert_eq!(
                    equal_bytes(word, b'.'),
                    marks(&|b| b == b'.'),
                    "{byte:#x} at {place}"
                );
                let ends = marks(&|b| b <= b' ' || b",]}".contains(&b));
                assert_eq!(
                    number_ends(word).trailing_zeros(),
                    ends.trailing_zeros(),
                    "{byte:#x} at {place}"
                );
            }
        }
    }

    #[test]
    fn the_short_way_finds_the_same_end() {
        let numbers = [
            "0",
            "7",
            "5.1",
            "0.2",
            "10",
            "1234567",
            "12345678",
            "123456789",
            "1795243702347571234",
            "12345678.5",
            "1234567.25",
            "00",
            "01",
            "0.",
            ".5",
            "1.",
            "1..2",
            "1.2.3",
            "12x",
            "1e5",
            "-1",
            "",
            "x",
            "1é",
            "1\u{7f}",
        ];
        for number in numbers {
            for rest in [
                ",\"next\":12345678",
                "}          ",
                "]}]}]}]}]}",
                "\n         ",
                ":::::::::",
                "",
                "}",
            ] {
                let text = format!("{number}{rest}");
                let slow = end_of_any_number(text.as_bytes(), 0);
                if let Some(end) = end_of_plain_number(text.as_bytes(), 0) {
                    assert_eq!(slow, Ok(end), "{text}");
                    assert_eq!(end, number.len(), "{text}");
                }
                assert_eq!(end_of_number(text.as_bytes(), 0), slow, "{text}");
            }
        }
        assert_eq!(end_of_plain_number(b"5.1,\"next\":", 0), Some(3));
        assert_eq!(
            end_of_plain_number(b"1795243702347571,\"next\":", 0),
            Some(16)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn any_double(value in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
            check(&format!("{value}"));
            check(&format!("{value:e}"));
        }

        #[test]
        fn any_short_decimal(whole in 0..1_000_000_000u64, places in 0..10usize, sign in any::<bool>()) {
            let digits = format!("{whole:0width$}", width = places + 1);
            let (before, after) = digits.split_at(digits.len() - places);
            let point = if places > 0 { "." } else { "" };
            check(&format!("{}{before}{point}{after}", if sign { "-" } else { "" }));
        }
    }
}
