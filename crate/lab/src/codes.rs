//! Codes of texts that are features, in the order in which the texts were first seen.

use std::collections::{BTreeMap, HashMap};

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

/// The texts of each column, by its index, each list in the order of the codes.
pub(crate) fn to_kept(codes: &ColumnCodes) -> BTreeMap<usize, Vec<String>> {
    let texts = |codes: &HashMap<String, f64>| {
        let mut texts: Vec<(&String, &f64)> = codes.iter().collect();
        texts.sort_by(|a, b| a.1.total_cmp(b.1));
        texts.into_iter().map(|(text, _)| text.clone()).collect()
    };
    codes
        .iter()
        .map(|(column, codes)| (*column, texts(codes)))
        .collect()
}

/// Codes by texts in their order.
pub(crate) fn from_kept(kept: BTreeMap<usize, Vec<String>>) -> ColumnCodes {
    let codes = |texts: Vec<String>| {
        let codes = (0..texts.len()).map(|code| code as f64);
        texts.into_iter().zip(codes).collect()
    };
    kept.into_iter()
        .map(|(column, texts)| (column, codes(texts)))
        .collect()
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
