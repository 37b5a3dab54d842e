//! Counts and rates in few letters.

use crate::page::numbers;
use crate::protocol::Flow;

/// "310 · 12/s"
pub(super) fn flow(flow: Flow) -> String {
    format!("{} · {}/s", numbers::count(flow.total), rate(flow.per_s))
}

/// A rate with as many digits as say something: "0", "0.4", "12", "1,240".
pub(super) fn rate(per_s: f64) -> String {
    let decimals = usize::from(per_s > 0.0 && per_s < 9.95);
    numbers::fixed(per_s, decimals)
}

/// "1 record", "12,400 records"
pub(super) fn counted(records: u64) -> String {
    numbers::counted(records, "record")
}

/// "2 of 64"
pub(super) fn of_which(some: u64, of: u64) -> String {
    format!("{} of {}", numbers::count(some), numbers::count(of))
}

/// "0.1 of 4.0 MB"
pub(super) fn bytes((some, of): (u64, u64)) -> String {
    let mb = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    format!(
        "{} of {} MB",
        numbers::fixed(mb(some), 1),
        numbers::fixed(mb(of), 0)
    )
}

/// "3%"
pub(super) fn share(of_time: f64) -> String {
    format!("{}%", numbers::fixed(of_time * 100.0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let rates = [(0.0, "0"), (0.42, "0.4"), (12.3, "12"), (1_240.0, "1,240")];
        for (per_s, text) in rates {
            assert_eq!(rate(per_s), text);
        }
        assert_eq!(bytes((150_000, 4 << 20)), "0.1 of 4 MB");
    }
}
