//! A lane's rules, which learn again what a job learned, from version to version.

use std::sync::Arc;

use learn::Rows;
use learn::online::{Fitted, Numbers, Online};
use learn::scale::Scale;
use learn::scaler::Kind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pool::Learned;
use super::record::{MeanStd, ModelRecord};
use crate::timeline::Version;

/// The model as the lane's rules make it, at a version.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    model: Box<dyn Online>,
    scale: Option<Arc<Scale>>,
    pub(crate) version: u64,
}

/// What a checkpoint keeps of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptChain {
    model: Value,
    scale: Option<Arc<Scale>>,
    version: u64,
}

impl Chain {
    /// Begins at a job's version.
    ///
    /// # Errors
    /// Why nobody can go on from its numbers.
    pub(crate) fn begin(
        rules: &dyn Online,
        record: &ModelRecord,
        kind: &Kind,
    ) -> Result<Chain, String> {
        if record.cut.is_some() && !rules.is_its_numbers() {
            return Err(format!(
                "{} goes on with more than the numbers of a version; only a version that a job starts from can be gone on from",
                rules.about().algorithm
            ));
        }
        let version = in_model_units(record, kind);
        let mut model = rules.boxed();
        start(&mut *model, &version)?;
        Ok(Chain {
            model,
            scale: version.scale,
            version: record.version,
        })
    }

    /// Whether a record's version is the next, scaled as this one.
    ///
    /// # Errors
    /// Why it is not.
    pub(crate) fn leads_to(&self, record: &ModelRecord) -> Result<(), String> {
        let next = self.version + 1;
        if record.version != next {
            let missing = match record.version.checked_sub(1) {
                Some(last) if last > next => format!("versions {next} to {last} are missing"),
                Some(last) if last == next => format!("version {next} is missing"),
                _ => format!("version {next} was to come"),
            };
            return Err(missing);
        }
        let same = match (&self.scale, &record.scale) {
            (None, None) => true,
            (Some(scale), Some(MeanStd { mean, std })) => scale.mean == *mean && scale.std == *std,
            _ => false,
        };
        match same {
            true => Ok(()),
            false => Err("its mean and std are not those of the version before".to_owned()),
        }
    }

    /// Learns a cut.
    pub(crate) fn learn(&mut self, learned: &Learned, dim: usize) -> Option<Fitted> {
        self.version += 1;
        fit(&mut *self.model, self.scale.as_deref(), learned, dim)
    }

    /// The numbers that it has come to, in the columns' units.
    pub(crate) fn in_columns(&self) -> Numbers {
        let numbers = self.model.numbers();
        match &self.scale {
            None => numbers,
            Some(scale) => scale.to_columns(&numbers),
        }
    }

    pub(crate) fn to_kept(&self) -> KeptChain {
        let Chain {
            model,
            scale,
            version,
        } = self;
        KeptChain {
            model: model.state(),
            scale: scale.clone(),
            version: *version,
        }
    }

    pub(crate) fn from_kept(rules: &dyn Online, kept: KeptChain) -> Result<Chain, String> {
        let KeptChain {
            model: state,
            scale,
            version,
        } = kept;
        let mut model = rules.boxed();
        model.set_state(state)?;
        Ok(Chain {
            model,
            scale,
            version,
        })
    }
}

/// What a cut does to a version: what a batch of it is told by. None where the version's numbers cannot be learned from.
pub(crate) fn fit_on(
    rules: &dyn Online,
    version: &Version,
    learned: &Learned,
    dim: usize,
) -> Option<Fitted> {
    let mut model = rules.boxed();
    start(&mut *model, version).ok()?;
    fit(&mut *model, version.scale.as_deref(), learned, dim)
}

/// A record's version, in the model's units.
pub(crate) fn in_model_units(record: &ModelRecord, kind: &Kind) -> Version {
    let Some(MeanStd { mean, std }) = record.scale.clone() else {
        return Version {
            numbers: record.numbers.clone(),
            scale: None,
        };
    };
    let scale = Scale::given(kind, mean, std);
    Version {
        numbers: scale.to_model(&record.numbers),
        scale: Some(Arc::new(scale)),
    }
}

fn fit(
    model: &mut dyn Online,
    scale: Option<&Scale>,
    learned: &Learned,
    dim: usize,
) -> Option<Fitted> {
    let mut features = learned.features.clone();
    if let Some(scale) = scale {
        scale.transform(&mut features);
    }
    let rows = Rows::new(&features, dim).ok()?;
    Some(model.partial_fit(rows, &learned.targets))
}

/// Starts a model from a version's numbers, in the model's units.
///
/// Where the model has no intercept, what scaling back and forth leaves of one is none.
fn start(model: &mut dyn Online, version: &Version) -> Result<(), String> {
    let Err(refused) = model.start_from(&version.numbers) else {
        return Ok(());
    };
    let (Some(linear), Some(scale)) = (version.numbers.linear(), &version.scale) else {
        return Err(refused);
    };
    let parts = linear.coefficients.iter().zip(&scale.centre);
    let parts = parts
        .zip(&scale.factor)
        .map(|((c, centre), factor)| c * factor * centre);
    let size = parts.fold(0.0, |size: f64, part| size + part.abs());
    if linear.intercept.abs() > size * 1e-12 {
        return Err(refused);
    }
    let mut without = linear.clone();
    without.intercept = 0.0;
    model.start_from(&Numbers::Linear(without))
}
