//! Dates and times as Java prints them: ISO 8601, years of any sign and length.

const DAY_US: i128 = 86_400_000_000;

/// What PostgreSQL's infinite dates and times become, on their way through Java.
const INFINITE_DAYS: [i128; 2] = [-2_147_472_692, -2_147_472_691];
const INFINITE_US: [i128; 2] = [9_223_372_036_825_200_000, -9_223_372_036_832_400_000];
const INFINITE_NS: [i128; 2] = [i64::MAX as i128, i64::MIN as i128];

/// The sign of an infinite date, in days since 1970.
pub(crate) fn infinite_days(days: i128) -> Option<i8> {
    infinite(days, INFINITE_DAYS)
}

/// The sign of an infinite timestamp, in microseconds since 1970.
pub(crate) fn infinite_us(us: i128) -> Option<i8> {
    infinite(us, INFINITE_US)
}

/// The sign of an infinite timestamp, in nanoseconds since 1970.
pub(crate) fn infinite_ns(ns: i128) -> Option<i8> {
    infinite(ns, INFINITE_NS)
}

/// The sign of an infinity that is written as a word.
pub(crate) fn infinite_word(text: &str) -> Option<i8> {
    match text {
        "infinity" => Some(1),
        "-infinity" => Some(-1),
        _ => None,
    }
}

/// Days since 1970 of `2024-02-29`, whatever zone stands behind it.
pub(crate) fn days(text: &str) -> Option<i128> {
    let (days, rest) = date(text)?;
    offset_us(rest).map(|_| days)
}

/// Microseconds since 1970 in UTC of `2024-02-29T13:14:15.123456+01:00`; finer digits are cut off.
pub(crate) fn timestamp_us(text: &str) -> Option<i128> {
    let (days, rest) = date(text)?;
    let (us, rest) = time(rest.strip_prefix(['T', ' '])?)?;
    Some(days * DAY_US + us - offset_us(rest)?)
}

/// Microseconds since midnight in UTC of `13:14:15.123456+01:00`; finer digits are cut off.
///
/// Without an offset 24:00:00 stays the end of the day; with one, the time wraps around midnight.
pub(crate) fn time_us(text: &str) -> Option<i128> {
    let (us, rest) = time(text)?;
    match offset_us(rest)? {
        0 => Some(us),
        offset => Some((us - offset).rem_euclid(DAY_US)),
    }
}

fn infinite(value: i128, [plus, minus]: [i128; 2]) -> Option<i8> {
    if value == plus {
        Some(1)
    } else if value == minus {
        Some(-1)
    } else {
        None
    }
}

/// Days since 1970, and what stands behind the date.
fn date(text: &str) -> Option<(i128, &str)> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => (-1, text.get(1..)?),
        b'+' => (1, text.get(1..)?),
        _ => (1, text),
    };
    let (year, rest) = rest.split_once('-')?;
    if !(4..=9).contains(&year.len()) {
        return None;
    }
    let (month, rest) = rest.split_once('-')?;
    let (day, rest) = rest.split_at_checked(2)?;
    let year = sign * number(year)?;
    let (month, day) = (two(month)?, two(day)?);
    if !(1..=12).contains(&month) || !(1..=days_of_month(year, month)).contains(&day) {
        return None;
    }
    Some((days_since_1970(year, month, day), rest))
}

/// Microseconds since midnight, and what stands behind the time.
fn time(text: &str) -> Option<(i128, &str)> {
    let (hour, rest) = text.split_at_checked(2)?;
    let (minute, mut rest) = rest.strip_prefix(':')?.split_at_checked(2)?;
    let (hour, minute) = (two(hour)?, two(minute)?);
    let mut second = 0;
    let mut us = 0;
    // Java leaves out seconds that are zero.
    if let Some(text) = rest.strip_prefix(':') {
        let (digits, behind) = text.split_at_checked(2)?;
        second = two(digits)?;
        rest = behind;
        if let Some(text) = rest.strip_prefix('.') {
            let length = text.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, behind) = text.split_at_checked(length)?;
            if digits.is_empty() {
                return None;
            }
            us = number(format!("{digits:0<6}").get(..6)?)?;
            rest = behind;
        }
    }
    let seconds = (hour * 60 + minute) * 60 + second;
    let fits = minute < 60 && second < 61 && (hour < 24 || (seconds == 86_400 && us == 0));
    fits.then_some((seconds * 1_000_000 + us, rest))
}

/// Microseconds that a zone (`Z`, `+02`, `-05:30`, or nothing) is ahead of UTC.
fn offset_us(text: &str) -> Option<i128> {
    let (sign, rest) = match text.as_bytes().first() {
        None => return Some(0),
        Some(b'Z') if text.len() == 1 => return Some(0),
        Some(b'+') => (1, text.get(1..)?),
        Some(b'-') => (-1, text.get(1..)?),
        Some(_) => return None,
    };
    let mut seconds = 0;
    let mut unit = 3600;
    for part in rest.splitn(3, ':') {
        seconds += two(part)? * unit;
        unit /= 60;
    }
    Some(sign * seconds * 1_000_000)
}

/// Days from 1970-01-01 in the Gregorian calendar, also before it was introduced.
///
/// Counted in eras of 400 years that begin in March, so that the leap day comes last.
fn days_since_1970(year: i128, month: i128, day: i128) -> i128 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn days_of_month(year: i128, month: i128) -> i128 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A number of exactly two digits.
fn two(text: &str) -> Option<i128> {
    (text.len() == 2).then(|| number(text)).flatten()
}

/// A number of nothing but digits.
fn number(text: &str) -> Option<i128> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, wanted) in [
            ("1970-01-01", Some(0)),
            ("2024-02-29Z", Some(19782)),
            ("1969-12-31Z", Some(-1)),
            ("9999-12-31Z", Some(2932896)),
            ("0001-01-01Z", Some(-719162)),
            ("0000-03-01", Some(-719468)),
            ("2024-02-29+02:00", Some(19782)),
            ("-5877611-06-21Z", Some(-2147472692)),
            ("-5877611-06-22Z", Some(-2147472691)),
            ("2023-02-29", None),
            ("1900-02-29", None),
            ("2024-13-01", None),
            ("2024-1-01", None),
            ("2024-01-01x", None),
            ("", None),
            ("-", None),
            ("24-01-01", None),
            ("2024-01-0é", None),
        ] {
            assert_eq!(days(text), wanted, "{text}");
        }
        assert_eq!(infinite_days(-2147472692), Some(1));
        assert_eq!(infinite_days(-2147472691), Some(-1));
        assert_eq!(infinite_days(0), None);
    }

    #[test]
    fn timestamps() {
        for (text, wanted) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1969-12-31T23:59:59.999999Z", Some(-1)),
            ("2024-02-29T13:14:15.123456Z", Some(1709212455123456)),
            (
                "2024-02-29T14:14:15.123456789+01:00",
                Some(1709212455123456),
            ),
            ("2024-02-29T13:14Z", Some(1709212440000000)),
            ("2024-02-29 13:14:15-00:30", Some(1709214255000000)),
            ("+294247-01-10T04:00:25.2Z", Some(9223372036825200000)),
            ("-290308-12-21T19:59:27.6Z", Some(-9223372036832400000)),
            ("2024-02-29T25:00:00Z", None),
            ("2024-02-29T13:14:15.Z", None),
            ("2024-02-29", None),
            ("2024-02-29T13:14:15Q", None),
        ] {
            assert_eq!(timestamp_us(text), wanted, "{text}");
        }
    }

    #[test]
    fn times() {
        for (text, wanted) in [
            ("13:14:15.123456Z", Some(47655123456)),
            ("12:00Z", Some(43200000000)),
            ("24:00:00", Some(86400000000)),
            ("24:00:01", None),
            ("00:30:00+01:00", Some(84600000000)),
            ("23:30:00-01:00", Some(1800000000)),
            ("1:00", None),
            ("", None),
        ] {
            assert_eq!(time_us(text), wanted, "{text}");
        }
    }
}
