//! JSON numbers: where they end, and the double nearest to them.

use crate::error::{Fault, What};

/// Finds the end of the number that begins at `from`.
#[inline]
pub(crate) fn end_of_number(bytes: &[u8], from: usize) -> Result<usize, Fault> {
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

/// Finds the end of a number of few digits and no exponent, and the double nearest to it.
///
/// `None` where another number begins at `from`, or none. The double is NaN where finding it costs more:
/// then [`to_double`] does.
#[inline]
pub(crate) fn quick_number(bytes: &[u8], from: usize) -> Option<(usize, f64)> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let first = byte(from);
    let begin = from + usize::from(first == b'-');
    let (point, whole) = take_digits(bytes, begin, 0);
    // A leading zero stands alone.
    if point == begin || (byte(begin) == b'0' && point > begin + 1) {
        return None;
    }
    let mut end = point;
    let mut number = whole;
    let mut places = 0;
    if byte(point) == b'.' {
        (end, number) = take_digits(bytes, point + 1, whole);
        places = end - point - 1;
        if places == 0 {
            return None;
        }
    }
    // Nineteen digits fit.
    if end - begin > 20 || matches!(byte(end), b'e' | b'E') {
        return None;
    }
    let value = exact_quotient(number, places).unwrap_or(f64::NAN);
    Some((end, if first == b'-' { -value } else { value }))
}

/// Steps over digits, and puts them behind those of a number; of more than 19 it is not the number.
#[inline]
fn take_digits(bytes: &[u8], from: usize, mut number: u64) -> (usize, u64) {
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let count = leading_digits(word);
        if count == 0 {
            return (at, number);
        }
        // The digits go to the high end, behind zeros.
        let digits = (word ^ ZEROS) << (64 - 8 * count);
        let scale = POWERS_U64.get(count).copied().unwrap_or(0);
        number = number
            .wrapping_mul(scale)
            .wrapping_add(eight_digits(digits));
        at += count;
        if count < 8 {
            return (at, number);
        }
    }
    while let Some(byte) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
        number = number.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
        at += 1;
    }
    (at, number)
}

const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

const POWERS_U64: [u64; 9] = [
    1,
    10,
    100,
    1000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
];

/// The number of eight digits, each a byte of its value, the first one lowest.
#[inline]
fn eight_digits(word: u64) -> u64 {
    let pairs = (word * 10 + (word >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    (fours * 10_000 + (fours >> 32)) & 0xFFFF_FFFF
}

/// The double nearest to a number divided by a power of ten, where one division finds it.
///
/// Whole numbers below 2^53 and powers of ten up to 22 are exact doubles, so the one division rounds
/// correctly and gives what the general way gives, only faster.
#[inline]
fn exact_quotient(number: u64, places: usize) -> Option<f64> {
    const POWERS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];
    if number >= 1 << 53 {
        return None;
    }
    Some(number.cast_signed() as f64 / POWERS.get(places)?)
}

/// The double nearest to a JSON number; infinite where it is too large.
pub(crate) fn to_double(text: &str) -> Option<f64> {
    match quick_number(text.as_bytes(), 0) {
        Some((end, number)) if end == text.len() && !number.is_nan() => Some(number),
        _ => text.parse().ok(),
    }
}

/// Finds the end of one or more digits.
#[inline]
fn end_of_digits(bytes: &[u8], from: usize) -> Result<usize, Fault> {
    let mut at = from;
    // Eight at a time: time stamps and positions are long.
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let digits = leading_digits(u64::from_le_bytes(*chunk));
        at += digits;
        if digits < 8 {
            break;
        }
    }
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if at == from {
        Err(Fault::new(at, What::Expected("a digit")))
    } else {
        Ok(at)
    }
}

/// How many of eight bytes, from the first on, are digits.
#[inline]
fn leading_digits(word: u64) -> usize {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let values = word ^ ZEROS;
    // A value above 9 sets the high bit, here or before; carries only travel upwards, and only
    // the lowest mark counts.
    let marks = (values.wrapping_add(u64::from_ne_bytes([0x76; 8])) | values) & HIGH;
    (marks.trailing_zeros() / 8) as usize
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
    fn eight_bytes_of_which_some_are_digits() {
        for byte in 0..=255u8 {
            for place in 0..8 {
                let mut word = *b"01234567";
                word[place] = byte;
                let wanted = if byte.is_ascii_digit() { 8 } else { place };
                assert_eq!(
                    leading_digits(u64::from_le_bytes(word)),
                    wanted,
                    "{byte:#x} at {place}"
                );
            }
        }
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
