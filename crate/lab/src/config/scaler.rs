//! A lane's scaler, checked.

use learn::Checkpoint;
use learn::online::{Numbers, Online};
use learn::scaler::{Kind, Scaler};

use super::{Batch, Cut, LabError, ScalerFile, ScalerKind};
use crate::lane::KeptScaler;

/// A valid scaler.
#[derive(Clone, Debug)]
pub struct Scaling {
    /// As it starts.
    pub scaler: Scaler,
    /// Rows that it learns from; None: all.
    pub freeze_after: Option<u64>,
    /// When a window of its own ends (by hand: then, or when the input ends); None: it learns with the lane's batch.
    pub cut: Option<Cut>,
}

/// Refuses an initial model that cannot be brought behind the scaler.
///
/// Coefficients in the columns' units leave an intercept there, where the scaler takes something from the features.
pub(super) fn check_initial(
    scaling: &Scaling,
    model: &dyn Online,
    at: &str,
) -> Result<(), LabError> {
    let takes = match scaling.scaler.kind() {
        Kind::Standard | Kind::MinMax => true,
        Kind::Fixed { mean, .. } => mean.iter().any(|mean| *mean != 0.0),
        Kind::Flink { with_mean, .. } => *with_mean,
    };
    let Numbers::Linear(mut shifted) = model.numbers() else {
        return Ok(());
    };
    if !takes || shifted.coefficients.iter().all(|number| *number == 0.0) {
        return Ok(());
    }
    shifted.intercept = 1.0;
    if model.boxed().start_from(&Numbers::Linear(shifted)).is_ok() {
        return Ok(());
    }
    Err(LabError::value(
        format!("{at}.model.initial.coefficients"),
        "are not all 0 beside a scaler that takes a mean: given in the columns' units, they would need an intercept \
         behind it, and the engine's model has none; start from zeros, or scale without a mean (engine flink, with_mean \
         false)",
    ))
}

/// The scaler of a lane at this place of the file.
pub(super) fn check_scaler(file: &ScalerFile, dim: usize, at: &str) -> Result<Scaling, LabError> {
    let refuse =
        |field: &str, reason: &str| Err(LabError::value(format!("{at}.scaler{field}"), reason));
    let flink = file.engine.is_some();
    let given = [
        (
            file.mean.is_some(),
            file.kind == ScalerKind::Fixed,
            ".mean",
            "is for the kind fixed",
        ),
        (
            file.std.is_some(),
            file.kind == ScalerKind::Fixed,
            ".std",
            "is for the kind fixed",
        ),
        (
            flink,
            file.kind == ScalerKind::Standard,
            ".engine",
            "is for the kind standard",
        ),
        (
            file.with_mean.is_some(),
            flink,
            ".with_mean",
            "is for the engine flink",
        ),
        (
            file.with_std.is_some(),
            flink,
            ".with_std",
            "is for the engine flink",
        ),
        (
            file.batch.is_some(),
            flink,
            ".batch",
            "is for the engine flink",
        ),
        (
            file.freeze_after.is_some(),
            file.kind != ScalerKind::Fixed,
            ".freeze_after",
            "is for a scaler that learns",
        ),
    ];
    if let Some((_, _, field, reason)) = given.iter().find(|(there, fits, ..)| *there && !fits) {
        return refuse(field, reason);
    }
    let kind = match (file.kind, &file.mean, &file.std) {
        (ScalerKind::Standard, ..) if flink => Kind::Flink {
            with_mean: file.with_mean.unwrap_or(false),
            with_std: file.with_std.unwrap_or(true),
        },
        (ScalerKind::Standard, ..) => Kind::Standard,
        (ScalerKind::MinMax, ..) => Kind::MinMax,
        (ScalerKind::Fixed, Some(mean), Some(std)) => Kind::Fixed {
            mean: mean.clone(),
            std: std.clone(),
        },
        (ScalerKind::Fixed, ..) => return refuse("", "is fixed; give mean and std"),
    };
    if file.freeze_after == Some(0) {
        return refuse(
            ".freeze_after",
            "is 0; a scaler learns from one row at least",
        );
    }
    let cut = match (flink, file.batch) {
        (false, _) => None,
        // The engine's default is one window over the whole input.
        (true, None | Some(Batch::Hand {})) => Some(Cut::Hand),
        (true, Some(Batch::Count { rows })) if rows > 0 => Some(Cut::Count(rows)),
        (true, Some(Batch::Count { .. })) => {
            return refuse(".batch.rows", "is 0; a window has a row");
        }
        (true, Some(Batch::Interval { ms })) if ms > 0 => Some(Cut::Interval(ms)),
        (true, Some(Batch::Interval { ms })) => {
            let reason = format!("is {ms}; a window is at least 1 ms long");
            return refuse(".batch.ms", &reason);
        }
        (true, Some(Batch::Transaction {})) => {
            return refuse(
                ".batch",
                "is by transaction; the engine's windows end by count or by interval",
            );
        }
    };
    let scaler = Scaler::new(kind, dim)
        .map_err(|e| LabError::value(format!("{at}.scaler"), e.to_string()))?;
    Ok(Scaling {
        scaler,
        freeze_after: file.freeze_after,
        cut,
    })
}

/// Lets a scaler start with what one has learned; whether that was anything.
///
/// # Errors
/// The lane has no scaler, or one of another width.
pub(super) fn start_scaler(
    scaling: &mut Option<Scaling>,
    kept: KeptScaler,
) -> Result<bool, String> {
    // A window that was open is not the new lane's.
    let KeptScaler { state, scale, .. } = kept;
    if scale.is_none() {
        return Ok(false);
    }
    let Some(scaling) = scaling else {
        return Err(
            "has a model behind a scaler; give the lane the same scaler, or the model's state alone"
                .to_owned(),
        );
    };
    let spec = scaling.scaler.checkpoint().spec;
    scaling.scaler =
        Scaler::resume(Checkpoint { spec, state }).map_err(|e| format!("scaler: {e}"))?;
    Ok(true)
}
