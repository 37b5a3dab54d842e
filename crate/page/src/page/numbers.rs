//! How numbers are written.

/// A minus sign as wide as a digit.
const MINUS: &str = "\u{2212}";

/// What stands where there is no value.
pub const NONE: &str = "–";

/// A count: "12,400".
pub fn count(n: u64) -> String {
    group(&n.to_string())
}

/// "1 row", "2 rows".
pub fn counted(n: u64, word: &str) -> String {
    format!("{} {word}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A number with this many decimals: "1,203.40", "−0.73", "NaN", "inf".
pub fn fixed(value: f64, decimals: usize) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 {
            "inf".to_owned()
        } else {
            format!("{MINUS}inf")
        };
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let zero = text.bytes().all(|byte| byte == b'0' || byte == b'.');
    let sign = if value < 0.0 && !zero { MINUS } else { "" };
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{dot}{fraction}", group(whole))
}

/// A number with so many digits that say something: "26.85", "0.002503", "1,203".
pub fn significant(value: f64, digits: i32) -> String {
    fixed(value, decimals_of(value, digits))
}

/// The same with its sign: "+2.991", "−0.73", "0".
pub fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    let zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value > 0.0 && !zero {
        format!("+{text}")
    } else {
        text
    }
}

/// The decimals with which a number has so many digits that say something.
pub fn decimals_of(value: f64, digits: i32) -> usize {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    let magnitude = libm::floor(libm::log10(value.abs())) as i32;
    (digits - 1 - magnitude).clamp(0, 9) as usize
}

/// A centroid's move.
pub fn shift(value: f64) -> String {
    fixed(value, 3)
}

/// A distance, or an inertia.
pub fn distance(value: f64) -> String {
    fixed(value, 2)
}

/// "0.73 → 0.61"; without rows: "–".
pub fn before_after(before: f64, after: f64) -> String {
    if before.is_nan() && after.is_nan() {
        return NONE.to_owned();
    }
    format!("{} → {}", distance(before), distance(after))
}

/// By how much something changed, in percent: "−16%"; without rows: "–".
pub fn change(before: f64, after: f64) -> String {
    if !before.is_finite() || !after.is_finite() || before == 0.0 {
        return NONE.to_owned();
    }
    let percent = (after - before) / before * 100.0;
    let sign = if percent.round() > 0.0 { "+" } else { "" };
    format!("{sign}{}%", fixed(percent, 0))
}

/// Decimals that these numbers need, so that a column of them lines up; at most 6.
pub fn decimals(values: impl Iterator<Item = f64>) -> usize {
    let needed = |value: f64| {
        if !value.is_finite() {
            return 0;
        }
        let text = format!("{value}");
        text.split_once('.')
            .map_or(0, |(_, fraction)| fraction.len())
    };
    values.map(needed).max().unwrap_or(0).min(6)
}

/// What is left of a span of time: "7 s", "2 min 5 s".
pub fn left(ms: i64) -> String {
    let seconds = (ms.max(0) as u64).div_ceil(1000);
    if seconds < 100 {
        format!("{seconds} s")
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

/// "0 · 17 · 6"
pub fn dotted(counts: &[u64]) -> String {
    counts
        .iter()
        .map(|n| count(*n))
        .collect::<Vec<_>>()
        .join(" · ")
}

fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_400, "12,400"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(n), text);
        }
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(1_200, "row"), "1,200 rows");
    }

    #[test]
    fn numbers_have_a_true_minus_and_no_negative_zero() {
        let rows = [
            (0.0, 2, "0.00"),
            (-0.001, 2, "0.00"),
            (-1.5, 1, "\u{2212}1.5"),
            (1234.5, 2, "1,234.50"),
            (-1234.0, 0, "\u{2212}1,234"),
            (f64::NAN, 2, "NaN"),
            (f64::INFINITY, 2, "inf"),
            (f64::NEG_INFINITY, 2, "\u{2212}inf"),
        ];
        for (value, decimals, text) in rows {
            assert_eq!(fixed(value, decimals), text);
        }
    }

    #[test]
    fn numbers_of_any_size_have_the_digits_that_say_something() {
        let rows = [
            (26.8512, "26.85"),
            (-0.002_503_4, "\u{2212}0.002503"),
            (120_345.6, "120,346"),
            (0.0, "0"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in rows {
            assert_eq!(significant(value, 4), text);
        }
        assert_eq!(signed(2.991, 2), "+2.99");
        assert_eq!(signed(-2.991, 2), "\u{2212}2.99");
        assert_eq!(signed(0.001, 2), "0.00");
    }

    #[test]
    fn changes_are_whole_percents() {
        for (before, after, text) in [
            (0.73, 0.61, "\u{2212}16%"),
            (1.0, 1.5, "+50%"),
            (1.0, 1.0, "0%"),
            (1.0, 1.001, "0%"),
            (0.0, 1.0, "–"),
            (f64::NAN, 1.0, "–"),
        ] {
            assert_eq!(change(before, after), text);
        }
        assert_eq!(before_after(0.734, 0.61), "0.73 → 0.61");
        assert_eq!(before_after(f64::NAN, f64::NAN), "–");
    }

    #[test]
    fn a_column_gets_the_decimals_that_it_needs() {
        assert_eq!(decimals([3.0, 5.1, 2.0].into_iter()), 1);
        assert_eq!(decimals([3.0, 5.0].into_iter()), 0);
        assert_eq!(decimals([0.1 + 0.2].into_iter()), 6);
        assert_eq!(decimals([f64::NAN].into_iter()), 0);
    }

    #[test]
    fn time_left_is_rounded_up() {
        for (ms, text) in [
            (-5, "0 s"),
            (1, "1 s"),
            (7_000, "7 s"),
            (7_001, "8 s"),
            (125_000, "2 min 5 s"),
        ] {
            assert_eq!(left(ms), text);
        }
    }
}
