//! The engines' recorded cases, as a lab file and a recording each: what `eddy replay` would be given, and what it should say.
//!
//! - [`Case`], and the list of all
//! - `record`: rows as record lines
//! - `data`: the recorded files, and the rows that they name
//! - `kmeans`, `logistic`, `sgd`, `scaler`, `linreg`, `seeds`: the cases of each recording

mod data;
mod kmeans;
mod linreg;
mod logistic;
mod record;
mod scaler;
mod seeds;
mod sgd;

use anyhow::Result;

/// Numbers under a name of a replay line.
pub type Fields = Vec<(&'static str, Vec<f64>)>;

/// A recorded case.
#[derive(Default)]
pub struct Case {
    /// File and name.
    pub name: String,
    /// The lab file.
    pub lab: String,
    /// The recording, line by line.
    pub events: String,
    /// The engine refuses the parameters: so has the lab file to be.
    pub refused: bool,
    /// What the version lines say, in order; None where that version was not recorded.
    pub versions: Vec<Option<Fields>>,
    /// What version lines say of each scaler model, by its number.
    pub scalers: Vec<Fields>,
    /// Version lines may follow that were not recorded.
    pub more_versions: bool,
    /// What the prediction lines say, in order.
    pub predictions: Vec<Fields>,
    /// Topic, offset and a part of the reason of what is rejected, in order.
    pub rejected: Vec<(String, u64, &'static str)>,
    /// How near is equal, relative to the larger number.
    pub tolerance: f64,
}

/// As the recordings themselves say.
const TOLERANCE: f64 = 1e-12;

/// Why a row of more numbers than the model's is no case.
const WIDER: &str = "a row has the columns that are asked for: more of them are not read";

/// A recorded case that a lab has no form for, and why.
pub struct LeftOut {
    /// File and name.
    pub name: String,
    /// Why.
    pub why: &'static str,
}

/// Every recorded case, and those that a lab has no form for.
///
/// # Errors
///
/// If a recording is not what it was.
pub fn cases() -> Result<(Vec<Case>, Vec<LeftOut>)> {
    let mut cases = Vec::new();
    let mut left_out = Vec::new();
    kmeans::cases(&mut cases, &mut left_out)?;
    sgd::cases(&mut cases, &mut left_out)?;
    logistic::cases(&mut cases, &mut left_out)?;
    scaler::cases(&mut cases, &mut left_out)?;
    linreg::cases(&mut cases)?;
    seeds::cases(&mut cases)?;
    Ok((cases, left_out))
}
