//! Codes of texts that are features, in the order in which the texts were first seen.

use std::collections::HashMap;

/// So many different texts of a column have codes; those that come later have none.
pub(crate) const CODES_MAX: usize = 4096;

/// The codes of all columns, by column and text.
pub(crate) type ColumnCodes = HashMap<usize, HashMap<String, f64>>;

/// The code of a column's text, a new one where it has none yet; None where there are too many.
pub(crate) fn code_of(codes: Option<&mut ColumnCodes>, column: usize, text: &str) -> Option<f64> {
    let codes = codes?.entry(column).or_default();
    if let Some(code) = codes.get(text) {
        return Some(*code);
    }
    if codes.len() == CODES_MAX {
        return None;
    }
    let code = codes.len() as f64;
    codes.insert(text.to_owned(), code);
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_count_from_zero_and_end() {
        let mut codes = ColumnCodes::new();
        for (column, text, wanted) in [(0, "b", 0.0), (0, "a", 1.0), (1, "a", 0.0), (0, "b", 0.0)] {
            assert_eq!(code_of(Some(&mut codes), column, text), Some(wanted));
        }
        assert_eq!(code_of(None, 0, "b"), None);
        for i in 0..2 * CODES_MAX {
            code_of(Some(&mut codes), 2, &i.to_string());
        }
        assert_eq!(code_of(Some(&mut codes), 2, "7"), Some(7.0));
        assert_eq!(code_of(Some(&mut codes), 2, "x"), None);
    }
}
