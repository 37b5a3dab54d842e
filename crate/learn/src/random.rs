//! Random numbers that are the same everywhere: SplitMix64.

use serde::{Deserialize, Serialize};

/// A generator of 64 bits of state: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
///
/// Made for sampling and starts, where a seed has to give the same numbers natively and in the page; not for secrets.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Random {
    state: u64,
}

impl Random {
    /// Starts from a seed; every seed is as good as another.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to 1, without 1, uniform over the multiples of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below a bound; 0 where the bound is 0. Off by at most one in 2^64 / bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// A number of the standard normal distribution, by Marsaglia's polar method.
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * libm::log(square) / square).sqrt();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_numbers_of_the_reference() {
        // The first outputs for the seed 1234567, as the authors' C code prints them.
        let mut random = Random::new(1_234_567);
        let first = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(first, [(); 3].map(|()| random.bits()));
    }

    #[test]
    fn spreads_evenly_and_normally() {
        let mut random = Random::new(7);
        let mut drawn = [0; 10];
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..100_000 {
            drawn[random.below(10) as usize] += 1;
            let x = random.normal();
            sum += x;
            squares += x * x;
        }
        assert!(
            drawn.iter().all(|n| (9_600..10_400).contains(n)),
            "{drawn:?}"
        );
        assert!((sum / 1e5).abs() < 0.02 && (squares / 1e5 - 1.0).abs() < 0.03);
        assert_eq!(random.below(0), 0);
    }
}
