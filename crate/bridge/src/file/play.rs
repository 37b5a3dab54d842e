//! How far a recording has been played.

use std::time::{Duration, Instant};

/// How fast a recording is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// So many times as fast as it was recorded.
    Times(f64),
    /// All at once.
    Max,
}

/// The recording's clock.
#[derive(Debug)]
pub(super) struct Play {
    speed: Speed,
    begun: Instant,
    /// The times of the first and the last line, in milliseconds since the epoch.
    first_ms: i64,
    last_ms: i64,
}

impl Play {
    /// A clock that starts now.
    pub(super) fn new(speed: Speed, first_ms: i64, last_ms: i64) -> Self {
        Play {
            speed,
            begun: Instant::now(),
            first_ms,
            last_ms,
        }
    }

    /// The recording's time by now.
    pub(super) fn clock_ms(&self) -> i64 {
        self.clock_after(self.begun.elapsed())
    }

    /// The recording's time so long after the start.
    fn clock_after(&self, elapsed: Duration) -> i64 {
        let elapsed_ms = elapsed.as_secs_f64() * 1_000.0;
        let (from_ms, times) = match self.speed {
            Speed::Times(times) => (self.first_ms, times),
            Speed::Max => (self.last_ms, 1.0),
        };
        // Conversion from floating point saturates.
        from_ms.saturating_add((elapsed_ms * times) as i64)
    }

    /// How long the clock needs to get from one time to another.
    pub(super) fn wait(&self, from_ms: i64, to_ms: i64) -> Duration {
        match self.speed {
            Speed::Times(times) => {
                let ms = to_ms.saturating_sub(from_ms).max(0) as f64 / times;
                Duration::try_from_secs_f64(ms / 1_000.0).unwrap_or(Duration::MAX)
            }
            Speed::Max => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_runs_at_the_speed_and_goes_on_behind_the_end() {
        let check = |speed, elapsed_ms: u64, clock_ms: i64| {
            let play = Play::new(speed, 1_000, 5_000);
            let clock = play.clock_after(Duration::from_millis(elapsed_ms));
            assert_eq!(clock, clock_ms, "{speed:?} after {elapsed_ms} ms");
        };
        check(Speed::Times(1.0), 0, 1_000);
        check(Speed::Times(1.0), 250, 1_250);
        check(Speed::Times(10.0), 250, 3_500);
        check(Speed::Times(10.0), 1_000, 11_000);
        check(Speed::Times(0.5), 1_000, 1_500);
        check(Speed::Max, 0, 5_000);
        check(Speed::Max, 700, 5_700);
        check(Speed::Times(1e300), 1_000, i64::MAX);
    }

    #[test]
    fn waits_are_as_long_as_the_clock_needs() {
        let play = Play::new(Speed::Times(10.0), 0, 0);
        assert_eq!(play.wait(100, 1_100), Duration::from_millis(100));
        assert_eq!(play.wait(100, 50), Duration::ZERO);
        assert_eq!(Play::new(Speed::Max, 0, 0).wait(0, 9), Duration::ZERO);
    }
}
