//! Which column holds the label.

use super::Seen;
use super::column::{Is, Judged};
use super::sample::Sample;

/// Words of names that labels have.
const NAMES: [&str; 12] = [
    "label", "class", "cluster", "species", "category", "segment", "kind", "type", "group",
    "target", "truth", "grade",
];

/// Whole numbers up to here may be a label.
const WHOLE_MOST: f64 = 20.0;

/// The column that is most likely a label; the last of equals, where labels mostly stand.
pub(super) fn label(sample: &Sample, columns: &[Judged]) -> Option<String> {
    let last = sample.columns.last().map(|column| column.name.as_str());
    let score = |judged: &Judged| {
        let seen = &judged.seen;
        if !seen.is_label {
            return 0;
        }
        let name = seen.name.to_ascii_lowercase();
        let named = NAMES.iter().any(|word| name.contains(word)) || name.starts_with("is_");
        match judged.is {
            Is::Text => 2 + 4 * u32::from(named),
            Is::Boolean => 1 + 4 * u32::from(named),
            _ => {
                let small = seen
                    .range
                    .is_some_and(|(least, greatest)| least >= 0.0 && greatest <= WHOLE_MOST);
                // Counts and grades are small whole numbers too.
                let stands_so = named || last == Some(seen.name.as_str());
                u32::from(small && stands_so) * (1 + 4 * u32::from(named))
            }
        }
    };
    let best = columns.iter().max_by_key(|judged| score(judged))?;
    (score(best) > 0).then(|| best.seen.name.clone())
}

/// What is said of it.
pub(super) fn reason(seen: &Seen) -> String {
    format!("{} different values: the label", seen.distinct)
}
