//! Which rows made a version.

use serde::{Deserialize, Serialize};

/// Record numbers as ranges with both ends in them, ascending and apart from each other: contiguous rows are one range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(u64, u64)>", into = "Vec<(u64, u64)>")]
pub struct Records(Vec<(u64, u64)>);

impl Records {
    /// These numbers, each once; ascending ones take no sorting.
    pub fn of(numbers: &[u64]) -> Records {
        let mut sorted = std::borrow::Cow::Borrowed(numbers);
        if !numbers.is_sorted() {
            sorted.to_mut().sort_unstable();
        }
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for &number in sorted.iter() {
            match ranges.last_mut() {
                Some((_, last)) if number <= last.saturating_add(1) => *last = number,
                _ => ranges.push((number, number)),
            }
        }
        Records(ranges)
    }

    /// First and last number of each range, ascending.
    pub fn ranges(&self) -> &[(u64, u64)] {
        &self.0
    }

    /// How many numbers there are.
    pub fn rows(&self) -> u64 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// Whether a record is one of them.
    pub fn contains(&self, record: u64) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < record);
        self.0.get(at).is_some_and(|(first, _)| *first <= record)
    }

    /// All numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }
}

impl TryFrom<Vec<(u64, u64)>> for Records {
    type Error = &'static str;

    fn try_from(ranges: Vec<(u64, u64)>) -> Result<Records, &'static str> {
        let apart = |pair: &[(u64, u64)]| pair[0].1 < pair[1].0;
        match ranges.iter().all(|(first, last)| first <= last) && ranges.windows(2).all(apart) {
            true => Ok(Records(ranges)),
            false => Err("records: the ranges are not ascending"),
        }
    }
}

impl From<Records> for Vec<(u64, u64)> {
    fn from(records: Records) -> Vec<(u64, u64)> {
        records.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contiguous_rows_are_one_range_in_whatever_order_they_came() {
        let records = Records::of(&[7, 5, 6, 9, 1]);
        assert_eq!(records.ranges(), [(1, 1), (5, 7), (9, 9)]);
        assert_eq!(records.iter().collect::<Vec<_>>(), [1, 5, 6, 7, 9]);
        assert_eq!(records.rows(), 5);
        let found: Vec<u64> = (0..11).filter(|record| records.contains(*record)).collect();
        assert_eq!(found, [1, 5, 6, 7, 9]);
        assert_eq!(Records::of(&[]), Records::default());
    }

    #[test]
    fn ranges_that_are_none_are_refused() {
        for wrong in ["[[3,2]]", "[[1,4],[4,5]]", "[[4,5],[1,2]]"] {
            assert!(
                serde_json::from_str::<Records>(wrong).is_err(),
                "{wrong} was taken"
            );
        }
        let records = Records::of(&[3, 4, 8]);
        let json = serde_json::to_string(&records).unwrap();
        assert_eq!(json, "[[3,4],[8,8]]");
        assert_eq!(serde_json::from_str::<Records>(&json).unwrap(), records);
    }
}
