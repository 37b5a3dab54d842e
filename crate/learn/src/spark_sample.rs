//! Which rows Spark draws from a batch: `RDD.sample` without replacement of Spark 3.5, for a batch in one partition.

/// A batch's rows are drawn with this seed and the number of the step added.
const SEED: i64 = 42;
/// Up to this share the engine draws how many rows to pass over, above it it draws for each row.
const MAX_GAP_FRACTION: f64 = 0.4;
/// The least random number by which the engine passes over rows.
const LEAST: f64 = 5e-11;
/// `scala.util.hashing.MurmurHash3.arraySeed`.
const ARRAY_SEED: u32 = 0x3c07_4a61;

/// Says of one row after the other whether it is drawn.
pub(crate) struct Sample {
    fraction: f64,
    /// The state of the engine's `XORShiftRandom`.
    random: u64,
    /// How many rows to pass over before the next is drawn.
    gap: u64,
}

impl Sample {
    /// The sample of one step of a batch, from 1.
    pub(crate) fn of_step(fraction: f64, step: usize) -> Self {
        let seed = java_long(SEED.wrapping_add(step as i64)).to_be_bytes();
        let low = murmur3(seed, ARRAY_SEED);
        let high = murmur3(seed, low);
        let mut sample = Self {
            fraction,
            random: u64::from(high) << 32 | u64::from(low),
            gap: 0,
        };
        if fraction <= MAX_GAP_FRACTION {
            sample.gap = sample.next_gap();
        }
        sample
    }

    /// Whether the next row is drawn.
    pub(crate) fn draws(&mut self) -> bool {
        if self.fraction >= 1.0 {
            return true;
        }
        if self.fraction > MAX_GAP_FRACTION {
            return self.next_double() <= self.fraction;
        }
        let drawn = self.gap == 0;
        self.gap = if drawn { self.next_gap() } else { self.gap - 1 };
        drawn
    }

    fn next_gap(&mut self) -> u64 {
        let random = self.next_double().max(LEAST);
        (libm::log(random) / libm::log1p(-self.fraction)) as u64
    }

    /// A number from 0 to 1, as `java.util.Random` makes it of bits.
    fn next_double(&mut self) -> f64 {
        let high = self.next_bits(26) << 27;
        (high + self.next_bits(27)) as f64 / (1_u64 << 53) as f64
    }

    fn next_bits(&mut self, bits: u32) -> u64 {
        self.random ^= self.random << 21;
        self.random ^= self.random >> 35;
        self.random ^= self.random << 4;
        self.random & ((1 << bits) - 1)
    }
}

/// `new java.util.Random(seed).nextLong()`: what the first partition's sample is seeded with.
fn java_long(seed: i64) -> i64 {
    const FACTOR: u64 = 0x5_deec_e66d;
    let mut state = seed as u64 ^ FACTOR;
    let mut next = || {
        state = state.wrapping_mul(FACTOR).wrapping_add(0xb) & ((1 << 48) - 1);
        i64::from((state >> 16) as i32)
    };
    (next() << 32).wrapping_add(next())
}

/// `scala.util.hashing.MurmurHash3.bytesHash`, of 8 bytes.
fn murmur3(bytes: [u8; 8], seed: u32) -> u32 {
    let mut hash = seed;
    for block in bytes.as_chunks::<4>().0 {
        let mixed = u32::from_le_bytes(*block).wrapping_mul(0xcc9e_2d51);
        hash ^= mixed.rotate_left(15).wrapping_mul(0x1b87_3593);
        hash = hash
            .rotate_left(13)
            .wrapping_mul(5)
            .wrapping_add(0xe654_6b64);
    }
    hash ^= bytes.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_about_that_share() {
        for fraction in [0.05, 0.4, 0.41, 0.9] {
            let drawn: usize = (1..=50)
                .map(|step| {
                    let mut sample = Sample::of_step(fraction, step);
                    (0..1000).filter(|_| sample.draws()).count()
                })
                .sum();
            let share = drawn as f64 / 50_000.0;
            assert!((share - fraction).abs() < 0.01, "{fraction}: {share}");
        }
    }

    #[test]
    fn seeds_as_java_does() {
        // The first numbers of java.util.Random(42), as its users know them.
        assert_eq!(java_long(42), -5_025_562_857_975_149_833);
    }
}
