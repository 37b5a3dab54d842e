//! Why numbers are not rows, and why settings, a start or a row are refused.

use thiserror::Error;

/// Why a slice of numbers is not a batch of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum RowsError {
    /// A row without numbers.
    #[error("a row has at least one number. Now: 0.")]
    NoNumbers,
    /// The last row is cut off.
    #[error("rows of {dim} numbers fill a multiple of {dim}. Now: {found}.")]
    CutOff {
        /// Numbers in a row.
        dim: usize,
        /// Numbers in the slice.
        found: usize,
    },
}

/// Why a model's settings, or what it is to start from, are refused; k-means has its own.
#[derive(Clone, Copy, PartialEq, Debug, Error)]
pub enum SpecError {
    /// A setting out of its range.
    #[error("{name} is {rule}. Now: {found}.")]
    Setting {
        /// The setting's name.
        name: &'static str,
        /// What it may be.
        rule: &'static str,
        /// What was asked for.
        found: f64,
    },
    /// Too few or too many numbers.
    #[error("{name} are {expected} numbers. Now: {found}.")]
    Count {
        /// What they are.
        name: &'static str,
        /// How many there have to be.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A number among others that is out of its range.
    #[error("{name} are {rule}. Now: {found} at place {place}, from 0.")]
    Number {
        /// What they are.
        name: &'static str,
        /// What each may be.
        rule: &'static str,
        /// Its place.
        place: usize,
        /// The number.
        found: f64,
    },
}

/// Why a model cannot learn from a row: the engine's job would fail.
#[derive(Clone, Copy, PartialEq, Debug, Error)]
pub enum BadRow {
    /// A row of another width than the model's.
    #[error("has {found} numbers, the model takes {dim}")]
    Width {
        /// Numbers in the model's rows.
        dim: usize,
        /// Numbers in the row.
        found: usize,
    },
    /// A label that is no class.
    #[error("its label is {found}; Spark's job fails on labels other than 0 and 1")]
    Label {
        /// The label.
        found: f64,
    },
}

/// Refuses a setting that is not as it has to be.
pub(crate) fn check_setting(
    name: &'static str,
    rule: &'static str,
    found: f64,
    good: bool,
) -> Result<(), SpecError> {
    match good {
        true => Ok(()),
        false => Err(SpecError::Setting { name, rule, found }),
    }
}

/// Refuses rows without numbers.
pub(crate) fn check_dim(dim: usize) -> Result<(), SpecError> {
    check_setting("dim", "1 or more", dim as f64, dim > 0)
}

/// Refuses numbers that are too many or too few.
pub(crate) fn check_count(
    name: &'static str,
    numbers: &[f64],
    expected: usize,
) -> Result<(), SpecError> {
    let found = numbers.len();
    match found == expected {
        true => Ok(()),
        false => Err(SpecError::Count {
            name,
            expected,
            found,
        }),
    }
}

/// Refuses numbers that are too many, too few or not finite.
pub(crate) fn check_numbers(
    name: &'static str,
    numbers: &[f64],
    expected: usize,
) -> Result<(), SpecError> {
    check_count(name, numbers, expected)?;
    match numbers.iter().position(|number| !number.is_finite()) {
        Some(place) => Err(SpecError::Number {
            name,
            rule: "finite",
            place,
            found: numbers[place],
        }),
        None => Ok(()),
    }
}

/// Refuses a row of another width than the model's.
pub(crate) fn check_width(row: &[f64], dim: usize) -> Result<(), BadRow> {
    match row.len() == dim {
        true => Ok(()),
        false => Err(BadRow::Width {
            dim,
            found: row.len(),
        }),
    }
}
