//! Numbers, times and places in sentences.

use crate::event::Source;

/// "1,344"
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 row", "1,344 rows"
pub(super) fn counted(number: u64, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {what}{s}", count(number))
}

/// A number as it is read: whole from 1,000 on, else with as many digits as it has, three at most behind the point.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if (1_000.0..1e15).contains(&size) {
        let sign = if value < 0.0 { "−" } else { "" };
        return format!("{sign}{}", count(size.round() as u64));
    }
    if size >= 1e15 || (size > 0.0 && size < 0.001) {
        return format!("{value:.1e}").replace('-', "−");
    }
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.replace('-', "−")
}

/// Two digits that matter: 1,874 is "1,900".
pub(super) fn about(value: f64) -> String {
    if !(1.0..1e15).contains(&value) {
        return number(value);
    }
    let mut unit = 1.0;
    while value / unit >= 100.0 {
        unit *= 10.0;
    }
    number((value / unit).round() * unit)
}

/// "40 s", "12 min", "3 h", "2 days"
pub(super) fn time(ms: f64) -> String {
    let (minutes, hours) = (ms / 60_000.0, ms / 3_600_000.0);
    if minutes < 1.0 {
        format!("{} s", (ms / 1_000.0).round().max(1.0))
    } else if minutes < 100.0 {
        format!("{} min", minutes.round())
    } else if hours < 72.0 {
        format!("{} h", hours.round())
    } else {
        format!("{} days", count((hours / 24.0).round() as u64))
    }
}

/// "flink.public.iris_train/0/17"
pub(super) fn place(source: &Source) -> String {
    format!("{}/{}/{}", source.topic, source.partition, source.offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(
            [1_874.0, 103.0, 96.4, 1_000_000.0].map(about),
            ["1,900", "100", "96", "1,000,000"]
        );
        assert_eq!(
            [0.2, 180_000.0, -1.25, 0.0, 1e-7, -2_000.0].map(number),
            ["0.2", "180,000", "−1.25", "0", "1.0e−7", "−2,000"]
        );
        assert_eq!(
            [500.0, 40_000.0, 720_000.0, 1e7, 1e9].map(time),
            ["1 s", "40 s", "12 min", "3 h", "12 days"]
        );
        assert_eq!(
            (counted(1, "row"), counted(1_344, "row")),
            ("1 row".to_owned(), "1,344 rows".to_owned())
        );
    }
}
