//! Comparing bytes by words.

/// Whether two slices of one length hold the same bytes.
///
/// The standard comparison goes byte by byte in wasm. Here the last word may overlap the one before.
#[inline]
pub(super) fn same(found: &[u8], expected: &[u8]) -> bool {
    match (found.last_chunk::<16>(), expected.last_chunk::<16>()) {
        (Some(last), Some(wanted)) => {
            let words = found.as_chunks::<16>().0.iter();
            u128::from_ne_bytes(*last) == u128::from_ne_bytes(*wanted)
                && words
                    .zip(expected.as_chunks::<16>().0)
                    .all(|(a, b)| u128::from_ne_bytes(*a) == u128::from_ne_bytes(*b))
        }
        _ => same_short(found, expected),
    }
}

/// The same of fewer than 16 bytes.
#[inline]
fn same_short(found: &[u8], expected: &[u8]) -> bool {
    if let (Some(first), Some(wanted)) = (found.first_chunk::<8>(), expected.first_chunk::<8>()) {
        return u64::from_ne_bytes(*first) == u64::from_ne_bytes(*wanted)
            && found
                .last_chunk::<8>()
                .map(|last| u64::from_ne_bytes(*last))
                == expected
                    .last_chunk::<8>()
                    .map(|last| u64::from_ne_bytes(*last));
    }
    if let (Some(first), Some(wanted)) = (found.first_chunk::<4>(), expected.first_chunk::<4>()) {
        return u32::from_ne_bytes(*first) == u32::from_ne_bytes(*wanted)
            && found
                .last_chunk::<4>()
                .map(|last| u32::from_ne_bytes(*last))
                == expected
                    .last_chunk::<4>()
                    .map(|last| u32::from_ne_bytes(*last));
    }
    found.iter().zip(expected).all(|(a, b)| a == b)
}
