//! Decimals of any length, digit by digit.

/// The most bytes of an integer that are turned into digits.
///
/// PostgreSQL's longest number has some 61,000; the time that it takes grows with the square.
const MAX_BYTES: usize = 1 << 16;

/// The most places before or behind the point that are filled up with zeros; PostgreSQL has half.
const MAX_SCALE: i64 = 1 << 15;

/// The decimal whose digits are a big-endian two's complement integer, `scale` of them behind the point.
///
/// A negative scale adds zeros at the end.
pub(crate) fn from_unscaled(bytes: &[u8], scale: i64) -> Result<String, String> {
    let Some(first) = bytes.first() else {
        return Err("has no bytes, where a decimal has at least one".to_owned());
    };
    if *first < 0x80 {
        return with_point("", &digits(bytes)?, scale);
    }
    let mut magnitude: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
    add_one(&mut magnitude);
    with_point("-", &digits(&magnitude)?, scale)
}

/// The digits of a big-endian integer without a sign.
pub(crate) fn digits(bytes: &[u8]) -> Result<String, String> {
    const BASE: u64 = 1_000_000_000;
    if bytes.len() > MAX_BYTES {
        return Err(format!(
            "is an integer of {} bytes; the most that are read are {MAX_BYTES}",
            bytes.len()
        ));
    }
    // The least part first. Four bytes at a time come in from the right.
    let mut parts: Vec<u64> = Vec::new();
    let (head, words) = bytes.as_rchunks::<4>();
    let head = head
        .iter()
        .fold(0, |word, byte| word << 8 | u64::from(*byte));
    let words = words
        .iter()
        .map(|word| u64::from(u32::from_be_bytes(*word)));
    for word in std::iter::once(head).chain(words) {
        let mut carry = word;
        for part in &mut parts {
            let sum = (*part << 32) + carry;
            *part = sum % BASE;
            carry = sum / BASE;
        }
        while carry > 0 {
            parts.push(carry % BASE);
            carry /= BASE;
        }
    }
    let Some(largest) = parts.pop() else {
        return Ok("0".to_owned());
    };
    let mut text = largest.to_string();
    for part in parts.iter().rev() {
        text.push_str(&format!("{part:09}"));
    }
    Ok(text)
}

/// The plain digits of a JSON number: no exponent, nothing rounded, zeros at the end kept.
///
/// `None` where the text is no such number; an error where it has more places than are written out.
pub(crate) fn from_number(text: &str) -> Option<Result<String, String>> {
    if crate::number::end_of_number(text.as_bytes(), 0) != Ok(text.len()) {
        return None;
    }
    let Some((number, exponent)) = text.split_once(['e', 'E']) else {
        return Some(Ok(text.to_owned()));
    };
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => ("-", number),
        None => ("", number),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    let digits = match digits.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    // An exponent that does not fit has too many places too.
    let exponent = exponent.parse::<i64>().unwrap_or(i64::MAX / 2);
    let scale = i64::try_from(fraction.len()).unwrap_or(i64::MAX / 2) - exponent;
    let sign = if digits == "0" { "" } else { sign };
    Some(with_point(sign, digits, scale))
}

fn with_point(sign: &str, digits: &str, scale: i64) -> Result<String, String> {
    if scale.abs() > MAX_SCALE {
        return Err(format!(
            "has scale {scale}; the most that is read is {MAX_SCALE}"
        ));
    }
    let places = usize::try_from(scale.unsigned_abs()).unwrap_or_default();
    if scale <= 0 {
        let zeros = if digits == "0" { 0 } else { places };
        return Ok(format!("{sign}{digits}{}", "0".repeat(zeros)));
    }
    // At least one digit stands before the point.
    let digits = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    Ok(format!("{sign}{whole}.{fraction}"))
}

fn add_one(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().rev() {
        let (sum, carried) = byte.overflowing_add(1);
        *byte = sum;
        if !carried {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn integers_with_a_point() {
        for (bytes, scale, wanted) in [
            (&[0x33][..], 1, "5.1"),
            (&[0x01, 0xfe], 2, "5.10"),
            (&[0xfb], 2, "-0.05"),
            (&[0xff], 10, "-0.0000000001"),
            (&[0x80], 1, "-12.8"),
            (&[0x00, 0x80], 0, "128"),
            (&[0x00], 2, "0.00"),
            (&[0x00], -2, "0"),
            (&[0x7b], -2, "12300"),
            (&[0x80, 0, 0, 0, 0, 0, 0, 0], 0, "-9223372036854775808"),
            (
                &[0x0d, 0xe0, 0xb6, 0xb3, 0xa7, 0x64, 0, 0],
                0,
                "1000000000000000000",
            ),
        ] {
            assert_eq!(from_unscaled(bytes, scale).unwrap(), wanted);
        }
        assert!(from_unscaled(&[], 0).is_err());
        assert!(from_unscaled(&[1], 1 << 40).is_err());
        assert!(from_unscaled(&vec![1; MAX_BYTES + 1], 0).is_err());
    }

    #[test]
    fn exponents_are_written_out() {
        for (text, wanted) in [
            ("5.10", "5.10"),
            ("-1E-10", "-0.0000000001"),
            ("1.000E-7", "0.0000001000"),
            ("0E-10", "0.0000000000"),
            ("1.23E+4", "12300"),
            ("-1.5e3", "-1500"),
            ("-0.0", "-0.0"),
            ("9999999999.9999999999", "9999999999.9999999999"),
        ] {
            assert_eq!(from_number(text).unwrap().unwrap(), wanted, "{text}");
        }
        for text in ["", "NAN", "5.", ".5", "1 ", "+1", "0x1"] {
            assert_eq!(from_number(text), None, "{text}");
        }
        for text in ["1E99999999999999999999", "1E-400000", "1e40000"] {
            assert!(from_number(text).unwrap().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_integer(number in any::<i128>(), scale in -5..40i64) {
            let text = from_unscaled(&number.to_be_bytes(), 0).unwrap();
            prop_assert_eq!(&text, &number.to_string());
            let scaled = from_unscaled(&number.to_be_bytes(), scale).unwrap();
            let written = from_number(&format!("{number}E{}", -scale)).unwrap().unwrap();
            prop_assert_eq!(scaled, written);
        }
    }
}
