//! How good probabilities are.

/// Probabilities nearer to 0 and 1 than this are taken for this near, as in scikit-learn.
const CLIP: f64 = f64::EPSILON;

/// Log loss of one row: minus the logarithm of the probability that its own class was given; its mean is scikit-learn's
/// `log_loss`.
///
/// Good, "Rational decisions" (1952). At most 36.04: 0 counts as 2.2e-16. NaN for NaN.
pub fn log_loss(probability_of_class: f64) -> f64 {
    -libm::log(probability_of_class.clamp(CLIP, 1.0 - CLIP))
}

/// The Brier score of one row, of the probability of class 1: its squared distance from what happened.
///
/// Brier, "Verification of forecasts expressed in terms of probability" (1950); the mean is scikit-learn's
/// `brier_score_loss`.
pub fn brier_score(is_class_1: bool, probability: f64) -> f64 {
    let off = probability - f64::from(u8::from(is_class_1));
    off * off
}

/// The area under the ROC curve: how often a row of class 1 has a higher score than one of class 0, a tie counting half.
///
/// Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic curve" (1982);
/// scikit-learn's `roc_auc_score`. NaN where a class has no rows, or a score is NaN.
pub fn roc_auc(rows: &[(bool, f64)]) -> f64 {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
    let ones = sorted.iter().filter(|row| row.0).count() as f64;
    let zeros = sorted.len() as f64 - ones;
    if sorted.iter().any(|row| row.1.is_nan()) || ones == 0.0 || zeros == 0.0 {
        return f64::NAN;
    }
    let (mut below, mut wins) = (0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.1 == b.1) {
        let ones = tied.iter().filter(|row| row.0).count() as f64;
        let zeros = tied.len() as f64 - ones;
        wins += ones * (below + zeros / 2.0);
        below += zeros;
    }
    wins / (ones * zeros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certainty_is_clipped_on_both_sides() {
        assert_eq!(log_loss(1.0), -libm::log(1.0 - f64::EPSILON));
        assert!(log_loss(1.0) > 0.0 && log_loss(1.0) == log_loss(2.0));
        assert_eq!(log_loss(0.0), -libm::log(f64::EPSILON));
    }

    #[test]
    fn a_nan_is_not_hidden() {
        assert!(log_loss(f64::NAN).is_nan() && brier_score(true, f64::NAN).is_nan());
        assert!(roc_auc(&[(true, 0.5), (false, f64::NAN)]).is_nan());
        assert!(roc_auc(&[]).is_nan());
    }
}
