//! A number divided by a power of ten, as the nearest double. What tests it is beside `quick.rs`.

/// The double nearest to a number divided by a power of ten, where one division finds it.
///
/// Whole numbers below 2^53 and powers of ten up to 22 are exact doubles, so the one division rounds
/// correctly and gives what the general way gives, only faster.
#[inline]
pub(super) fn exact_quotient(number: u64, places: usize) -> Option<f64> {
    const POWERS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];
    if number >= 1 << 53 {
        return None;
    }
    Some(number.cast_signed() as f64 / POWERS.get(places)?)
}

/// The double nearest to a number divided by a power of ten up to 19; `None` where 64 bits do not decide.
///
/// The number, shifted up to 64 bits, is multiplied by the power's reciprocal, cut off after 64 bits. The true
/// product lies above that one, by less than the number. It rounds as every other one between them does, unless
/// a tie is between them.
#[inline(never)]
pub(super) fn by_reciprocal(number: u64, places: usize) -> Option<f64> {
    if places == 0 {
        return Some(number as f64);
    }
    let (reciprocal, shift) = *RECIPROCALS.get(places)?;
    let zeros = number.leading_zeros();
    let shifted = u128::from(number << zeros);
    let least = shifted * u128::from(reciprocal);
    let high = (least >> 64) as u64;
    // So many bits are more than a double holds.
    let more = 11 - high.leading_zeros();
    let half = 1 << (more - 1);
    let rest = |high: u64| high & ((1 << more) - 1);
    if ((least + shifted) >> 64) as u64 != high && rest(high + 1) == half {
        return None;
    }
    let digits = (high >> more) + u64::from(rest(high) >= half);
    let exponent = 1023 + u64::from(more) - u64::from(shift) - u64::from(zeros);
    Some(digits.cast_signed() as f64 * f64::from_bits(exponent << 52))
}

/// By power of ten: the first 64 bits of the reciprocal of that power of five, and how far the power of ten
/// shifts. The first one is not used.
const RECIPROCALS: [(u64, u32); 20] = {
    let mut reciprocals = [(0, 0); 20];
    let mut power = 1u64;
    let mut places = 1;
    while places < 20 {
        power *= 5;
        let bits = u64::BITS - power.leading_zeros();
        let reciprocal = (1u128 << (63 + bits)) / power as u128;
        reciprocals[places] = (reciprocal as u64, bits + places as u32 - 1);
        places += 1;
    }
    reciprocals
};
