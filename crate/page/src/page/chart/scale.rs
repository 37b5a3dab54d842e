//! Numbers to pixels, and ticks.

/// A linear scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Numbers from, to.
    pub domain: (f64, f64),
    /// Pixels from, to.
    pub pixels: (f64, f64),
}

impl Scale {
    /// The pixel of a number.
    pub fn at(&self, value: f64) -> f64 {
        let (from, to) = self.domain;
        let span = if to == from { 1.0 } else { to - from };
        self.pixels.0 + (value - from) / span * (self.pixels.1 - self.pixels.0)
    }

    /// The number of a pixel.
    pub fn back(&self, pixel: f64) -> f64 {
        let (from, to) = self.pixels;
        let span = if to == from { 1.0 } else { to - from };
        self.domain.0 + (pixel - from) / span * (self.domain.1 - self.domain.0)
    }
}

/// A number held between two others; the lower one holds where they cross.
pub fn within(value: f64, low: f64, high: f64) -> f64 {
    value.min(high).max(low)
}

/// Ticks at multiples of 1, 2 or 5, about so many, and the decimals that they need.
pub fn ticks(from: f64, to: f64, about: f64) -> (Vec<f64>, usize) {
    let span = to - from;
    if !span.is_finite() || span <= 0.0 {
        return (vec![from], 0);
    }
    let step = nice_step(span / about.max(1.0));
    let first = (from / step - 1e-9).ceil();
    let count = ((to / step + 1e-9).floor() - first).max(0.0) as usize;
    let ticks = (0..=count.min(100))
        .map(|i| (first + i as f64) * step)
        .collect();
    (ticks, decimals_of_step(step))
}

/// The smallest of 1, 2, 5, 10, .. times a power of ten that is not below this.
pub fn nice_step(least: f64) -> f64 {
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    let mut power = 1.0;
    while power > least {
        power /= 10.0;
    }
    while power * 10.0 <= least {
        power *= 10.0;
    }
    [1.0, 2.0, 5.0]
        .map(|digit| digit * power)
        .into_iter()
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(power * 10.0)
}

/// Ticks of a logarithmic scale: 1, 2, 5 times powers of ten; only the powers where those would be many.
pub fn log_ticks(from: f64, to: f64) -> Vec<f64> {
    if !(from > 0.0 && to >= from && to.is_finite()) {
        return Vec::new();
    }
    let mut power = 1.0;
    while power > from {
        power /= 10.0;
    }
    while power * 10.0 <= from {
        power *= 10.0;
    }
    let mut ticks = Vec::new();
    let digits: &[f64] = if to / from > 2_000.0 {
        &[1.0]
    } else {
        &[1.0, 2.0, 5.0]
    };
    while power <= to && ticks.len() < 40 {
        ticks.extend(
            digits
                .iter()
                .map(|digit| digit * power)
                .filter(|tick| *tick >= from && *tick <= to),
        );
        power *= 10.0;
    }
    ticks
}

/// A height from 0 to 1 on a root scale, or, where the largest is more than 100 times the smallest, a logarithmic one.
pub fn height(value: f64, smallest: f64, largest: f64) -> f64 {
    if !(value > 0.0 && largest > 0.0 && value.is_finite()) {
        return 0.0;
    }
    if is_wide(smallest, largest) {
        let lowest = libm::log(smallest / 2.0);
        return ((libm::log(value) - lowest) / (libm::log(largest) - lowest)).clamp(0.0, 1.0);
    }
    (value / largest).sqrt().min(1.0)
}

/// Whether heights are on a logarithmic scale.
pub fn is_wide(smallest: f64, largest: f64) -> bool {
    smallest > 0.0 && largest.is_finite() && largest > 100.0 * smallest
}

fn decimals_of_step(step: f64) -> usize {
    let mut decimals = 0;
    let mut step = step;
    while step < 0.999_999 && decimals < 9 {
        step *= 10.0;
        decimals += 1;
    }
    decimals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_goes_there_and_back() {
        let scale = Scale {
            domain: (1.0, 3.0),
            pixels: (100.0, 0.0),
        };
        assert_eq!(scale.at(1.5), 75.0);
        assert_eq!(scale.back(75.0), 1.5);
        let point = Scale {
            domain: (2.0, 2.0),
            pixels: (0.0, 10.0),
        };
        assert_eq!(point.at(2.0), 0.0);
    }

    #[test]
    fn crossed_bounds_do_not_panic() {
        assert_eq!(within(5.0, 0.0, 3.0), 3.0);
        assert_eq!(within(5.0, 8.0, 3.0), 8.0);
    }

    #[test]
    fn ticks_are_round_and_inside() {
        let rows: [(f64, f64, f64, &[f64], usize); 5] = [
            (0.0, 2.7, 6.0, &[0.0, 0.5, 1.0, 1.5, 2.0, 2.5], 1),
            (0.55, 7.2, 7.0, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 0),
            (-10.0, 340.0, 4.0, &[0.0, 100.0, 200.0, 300.0], 0),
            (0.0, 0.05, 5.0, &[0.0, 0.01, 0.02, 0.03, 0.04, 0.05], 2),
            (3.0, 3.0, 5.0, &[3.0], 0),
        ];
        for (from, to, about, expected, decimals) in rows {
            let (ticks, given) = ticks(from, to, about);
            assert_eq!(given, decimals, "{from}..{to}");
            assert_eq!(ticks.len(), expected.len(), "{from}..{to}: {ticks:?}");
            for (tick, expected) in ticks.iter().zip(expected) {
                assert!((tick - expected).abs() < 1e-9, "{ticks:?}");
            }
        }
        assert_eq!(ticks(f64::NAN, 1.0, 3.0).0.len(), 1);
    }

    #[test]
    fn log_ticks_are_1_2_5() {
        assert_eq!(log_ticks(0.4, 6.0), [0.5, 1.0, 2.0, 5.0]);
        assert_eq!(
            log_ticks(1.0, 1e6),
            [1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0]
        );
        assert!(log_ticks(0.0, 1.0).is_empty());
        assert!(log_ticks(f64::NAN, 1.0).is_empty());
    }

    #[test]
    fn heights_are_roots_until_the_range_is_wide() {
        assert_eq!(height(1.0, 0.25, 4.0), 0.5);
        assert_eq!(height(0.0, 0.25, 4.0), 0.0);
        assert_eq!(height(4.0, 0.25, 4.0), 1.0);
        assert!(is_wide(0.01, 4.0));
        assert!(height(0.01, 0.01, 4.0) > 0.05);
        assert_eq!(height(f64::NAN, 1.0, 2.0), 0.0);
    }
}
