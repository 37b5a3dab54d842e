//! Numbers as they mostly are, read while their end is looked for.

use super::quotient::{by_reciprocal, exact_quotient};

/// Finds the end of a number of up to 19 digits without an exponent, and the double nearest to it.
///
/// `None` where another number begins at `from`, or none. The double is NaN where finding it costs more:
/// then [`to_double`](super::to_double) does.
// One copy of it: where it is inlined, too little of what is around it stays in registers.
#[inline(never)]
pub(crate) fn quick_number(bytes: &[u8], from: usize) -> Option<(usize, f64)> {
    let negative = bytes.get(from) == Some(&b'-');
    let begin = from + usize::from(negative);
    let (end, number, places) = match few_digits(bytes, begin) {
        Some(found) => found,
        None => many_digits(bytes, begin)?,
    };
    let value = exact_quotient(number, places).or_else(|| by_reciprocal(number, places));
    let value = value.unwrap_or(f64::NAN);
    Some((end, if negative { -value } else { value }))
}

/// The end, the digits as a number, and how many of them are decimal places: where all, and a byte more, are
/// eight at most.
#[inline]
fn few_digits(bytes: &[u8], begin: usize) -> Option<(usize, u64, usize)> {
    let word = u64::from_le_bytes(*bytes.get(begin..)?.first_chunk::<8>()?);
    let values = word ^ ZEROS;
    // The high bit of each byte that is no digit.
    let others = (((values & !HIGH) + u64::from_ne_bytes([0x76; 8])) | values) & HIGH;
    let whole_bits = others.trailing_zeros() & 0x78;
    if others == 0 || whole_bits == 0 {
        return None;
    }
    let at = |bits: u32| (word >> bits) as u8;
    // A leading zero stands alone.
    if at(0) == b'0' && whole_bits > 8 {
        return None;
    }
    if at(whole_bits) != b'.' {
        if matches!(at(whole_bits), b'e' | b'E') {
            return None;
        }
        let number = eight_digits(values << (64 - whole_bits));
        return Some((begin + (whole_bits / 8) as usize, number, 0));
    }
    let others = others & (others - 1);
    let bits = others.trailing_zeros() & 0x78;
    if others == 0 || bits == whole_bits + 8 || matches!(at(bits), b'e' | b'E') {
        return None;
    }
    // The point goes.
    let whole = (1 << whole_bits) - 1;
    let digits = (values & whole) | ((values >> 8) & !whole);
    let number = eight_digits(digits << (72 - bits));
    Some((
        begin + (bits / 8) as usize,
        number,
        ((bits - whole_bits) / 8 - 1) as usize,
    ))
}

/// As [`few_digits`], of up to nineteen.
#[inline(never)]
fn many_digits(bytes: &[u8], begin: usize) -> Option<(usize, u64, usize)> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let (point, whole) = take_digits(bytes, begin, 0);
    // A leading zero stands alone.
    if point == begin || (byte(begin) == b'0' && point > begin + 1) {
        return None;
    }
    let (mut end, mut number, mut places) = (point, whole, 0);
    if byte(point) == b'.' {
        (end, number) = take_digits(bytes, point + 1, whole);
        places = end - point - 1;
        if places == 0 {
            return None;
        }
    }
    // Nineteen digits fit.
    let digits = end - begin - usize::from(places > 0);
    if digits > 19 || matches!(byte(end), b'e' | b'E') {
        return None;
    }
    Some((end, number, places))
}

/// The whole number that all of these bytes are, where they are up to 18 digits.
pub(crate) fn short_integer(bytes: &[u8]) -> Option<i64> {
    let (end, number) = take_digits(bytes, 0, 0);
    (end == bytes.len() && (1..=18).contains(&end)).then_some(number.cast_signed())
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

const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

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

/// How many of eight bytes, from the first on, are digits.
#[inline]
pub(super) fn leading_digits(word: u64) -> usize {
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
    use crate::number::end_of_number;

    /// What is found is what the general ways find.
    fn check(text: &str, from: usize) -> bool {
        let general = end_of_number(text.as_bytes(), from);
        let Some((end, number)) = quick_number(text.as_bytes(), from) else {
            return false;
        };
        assert_eq!(general, Ok(end), "{text}");
        let wanted: f64 = text[from..end].parse().unwrap();
        if !number.is_nan() {
            assert_eq!(number.to_bits(), wanted.to_bits(), "{text}");
        }
        !number.is_nan()
    }

    #[test]
    fn most_numbers_are_quick() {
        for (text, quick) in [
            ("5.1,", true),
            ("5.1", true),
            ("-0.0}", true),
            ("0", true),
            ("123456.7", true),
            ("1234567,", true),
            ("12345678", true),
            ("1795243701961,\"", true),
            ("456980560}", true),
            ("9007199254740991", true),
            ("9007199254740992", true),
            ("9007199254740993", true),
            ("9007199254740995.5", true),
            ("0.000000000000000001", true),
            ("0.0000000000000000001", false),
            ("9999999999999999999", true),
            ("0.9999999999999999999", false),
            ("-0.9999999999999999", true),
            ("0.1000000000000000055", false),
            ("900719925474099.35", true),
            // Half way between two doubles, and close to it.
            ("9007199254740993.0", false),
            ("9007199254740993.1", true),
            ("4503599627370496.5", false),
            ("4503599627370496.49", true),
            ("18446744073709551617", false),
            ("18446744073709551.617", false),
            ("01", false),
            ("-01.5,     ", false),
            ("1.", false),
            ("1.,       ", false),
            (".5       ", false),
            ("-", false),
            ("-x       ", false),
            ("", false),
            ("1e5      ", false),
            ("1.5E5    ", false),
            ("1.5e     ", false),
            ("1.5.5    ", true),
            ("null     ", false),
        ] {
            assert_eq!(check(text, 0), quick, "{text}");
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
        #![proptest_config(ProptestConfig::with_cases(5000))]

        /// As programs write doubles: the shortest digits that are theirs, and some more.
        #[test]
        fn any_double(value in -1e4..1e4f64, digits in 14..19usize) {
            check(&format!("{value}"), 0);
            check(&format!("{value:.digits$}"), 0);
        }

        /// Digits near to a tie between two doubles.
        #[test]
        fn near_ties(double in 1u64 << 52..1 << 53, places in 1..5u32, more in 0..5u64) {
            let tie = u128::from(2 * double + 1) * 10u128.pow(places) / 2 / 4 + u128::from(more) - 2;
            let digits = tie.to_string();
            let (whole, rest) = digits.split_at(digits.len() - places as usize);
            check(&format!("{whole}.{rest}"), 0);
        }

        #[test]
        fn any_integer(text in "-?[0-9]{0,20}[.e]?[0-9]{0,2}") {
            if let Some(number) = short_integer(text.as_bytes()) {
                prop_assert_eq!(text.parse(), Ok(number));
            } else {
                prop_assert!(text.len() > 18 || !text.bytes().all(|byte| byte.is_ascii_digit()) || text.is_empty());
            }
        }

        #[test]
        fn any_text(text in "[0-9.eE+, -]{0,24}", from in 0..3usize) {
            check(&text, from.min(text.len()));
        }

        #[test]
        fn any_number(text in "-?(0|[1-9][0-9]{0,21})([.][0-9]{1,21})?([eE][+-]?[0-9]{1,3})?", rest in "[,}\\]. ex]{0,9}") {
            check(&format!("{text}{rest}"), 0);
        }
    }
}
