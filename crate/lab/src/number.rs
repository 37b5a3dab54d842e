//! Numbers as the text formats write them.

/// Appends `value` with the fewest digits that read back the same double.
///
/// What is not finite is the string "NaN", "inf" or "-inf", with its quotes. Whole numbers below 2^53
/// have no fraction: 3, not 3.0.
pub fn write(out: &mut String, value: f64) {
    if value.is_nan() {
        out.push_str("\"NaN\"");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "\"inf\"" } else { "\"-inf\"" });
    } else if value == 0.0 && value.is_sign_negative() {
        out.push_str("-0");
    } else if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        out.push_str(itoa::Buffer::new().format(value as i64));
    } else {
        out.push_str(ryu::Buffer::new().format_finite(value));
    }
}

/// Appends a JSON array of numbers.
pub fn write_all(out: &mut String, values: &[f64]) {
    out.push('[');
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(out, *value);
    }
    out.push(']');
}

/// Appends `value` as Java's `Double.toString` prints it: 3.0, 1.0E-5, 1.234E7.
pub fn write_java(out: &mut String, value: f64) {
    if value.is_nan() {
        return out.push_str("NaN");
    }
    if value.is_infinite() {
        return out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    let size = value.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        let text = format!("{value}");
        out.push_str(&text);
        if !text.contains('.') {
            out.push_str(".0");
        }
        return;
    }
    // Rust's `{:e}` is the shortest form, 1.234e7 or 1e7; Java wants one digit behind the point at least.
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    out.push_str(digits);
    if !digits.contains('.') {
        out.push_str(".0");
    }
    out.push('E');
    out.push_str(exponent);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_shortest_that_read_back() {
        let written = |value| {
            let mut out = String::new();
            write(&mut out, value);
            out
        };
        for (value, text) in [
            (3.0, "3"),
            (-2.0, "-2"),
            (0.0, "0"),
            (-0.0, "-0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e15, "1000000000000000"),
            (123_456_789_012_345_680_000.0, "1.2345678901234568e20"),
            (1e300, "1e300"),
            (f64::NAN, "\"NaN\""),
            (f64::NEG_INFINITY, "\"-inf\""),
        ] {
            assert_eq!(written(value), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_number_reads_back_in_as_few_digits_as_there_are(bits: u64, whole: i64, shift in 0..64) {
            for value in [f64::from_bits(bits), (whole >> shift) as f64, (whole >> shift) as f64 / 1000.0] {
                if !value.is_finite() {
                    continue;
                }
                let mut text = String::new();
                write(&mut text, value);
                assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{text}");
                assert_eq!(serde_json::from_str::<f64>(&text).unwrap().to_bits(), value.to_bits(), "{text}");
                // Digits without the zeros that only say where the point is.
                let digits = |text: &str| {
                    let mantissa = text.split('e').next().unwrap_or_default();
                    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
                    digits.trim_matches('0').len()
                };
                assert_eq!(digits(&text), digits(&format!("{value:e}")), "{text}");
            }
        }
    }

    #[test]
    fn java_prints_doubles_its_own_way() {
        let written = |value| {
            let mut out = String::new();
            write_java(&mut out, value);
            out
        };
        for (value, text) in [
            (3.0, "3.0"),
            (5.4, "5.4"),
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (0.001, "0.001"),
            (1e-5, "1.0E-5"),
            (12_345_678.0, "1.2345678E7"),
            (1e7, "1.0E7"),
            (9_999_999.0, "9999999.0"),
        ] {
            assert_eq!(written(value), text);
        }
    }
}
