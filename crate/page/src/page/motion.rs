//! Gliding, and whether to.

/// How long a centroid takes to its new place.
pub const GLIDE_MS: f64 = 300.0;
/// How long a fill takes.
pub const FILL_MS: f64 = 120.0;
/// One pulse of what is newest; there are two.
pub const PULSE_MS: f64 = 600.0;

/// Numbers on their way to new values.
#[derive(Clone, Debug, Default)]
pub struct Glide {
    from: Vec<f64>,
    to: Vec<f64>,
    start_ms: f64,
    last_change_ms: f64,
    moving: bool,
}

impl Glide {
    /// Sets where to go; true where that is somewhere else than before.
    ///
    /// It jumps where motion is not wanted, where the number of values changes, and where changes come
    /// faster than 10 a second.
    pub fn aim(&mut self, to: &[f64], now_ms: f64, still: bool) -> bool {
        if self.to == to {
            return false;
        }
        let fast = now_ms - self.last_change_ms < 100.0;
        let jump =
            still || fast || self.to.len() != to.len() || to.iter().any(|value| !value.is_finite());
        self.from = if jump { to.to_vec() } else { self.at(now_ms) };
        self.to = to.to_vec();
        self.start_ms = now_ms;
        self.last_change_ms = now_ms;
        self.moving = !jump;
        true
    }

    /// The values now.
    pub fn at(&self, now_ms: f64) -> Vec<f64> {
        let share = if self.moving {
            ease((now_ms - self.start_ms) / GLIDE_MS)
        } else {
            1.0
        };
        if share >= 1.0 {
            return self.to.clone();
        }
        self.from
            .iter()
            .zip(&self.to)
            .map(|(from, to)| from + (to - from) * share)
            .collect()
    }

    /// Whether the values are still on their way; says so a last time when they have arrived.
    pub fn is_moving(&mut self, now_ms: f64) -> bool {
        let moving = self.moving;
        if moving && now_ms - self.start_ms >= GLIDE_MS {
            self.moving = false;
        }
        moving
    }
}

/// Fast first, slow at the end.
pub fn ease(share: f64) -> f64 {
    let rest = 1.0 - share.clamp(0.0, 1.0);
    1.0 - rest * rest * rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_glides_and_arrives() {
        let mut glide = Glide::default();
        assert!(glide.aim(&[0.0, 1.0], 1_000.0, false));
        assert!(!glide.is_moving(1_000.0), "the first place is no move");
        assert!(glide.aim(&[10.0, 1.0], 2_000.0, false));
        assert!(!glide.aim(&[10.0, 1.0], 2_010.0, false));
        let half = glide.at(2_150.0);
        assert!(
            half[0] > 5.0 && half[0] < 10.0 && half[1] == 1.0,
            "{half:?}"
        );
        assert!(glide.is_moving(2_150.0));
        assert!(glide.is_moving(2_300.0), "the last frame is drawn");
        assert!(!glide.is_moving(2_301.0));
        assert_eq!(glide.at(2_301.0), [10.0, 1.0]);
    }

    #[test]
    fn it_jumps_where_motion_is_not_wanted_or_too_fast() {
        let mut glide = Glide::default();
        glide.aim(&[0.0], 0.0, false);
        glide.aim(&[1.0], 1_000.0, true);
        assert_eq!(glide.at(1_000.0), [1.0]);
        glide.aim(&[2.0], 1_050.0, false);
        assert_eq!(glide.at(1_050.0), [2.0]);
        glide.aim(&[3.0, 4.0], 9_000.0, false);
        assert_eq!(glide.at(9_000.0), [3.0, 4.0]);
    }
}
