//! JSON numbers: where they end, and the double nearest to them.

use crate::error::{Fault, What};

mod quick;
mod quotient;

use quick::leading_digits;
pub(crate) use quick::{quick_number, short_integer};

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
