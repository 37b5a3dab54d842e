//! When to connect again.

/// Waits between tries, ms; the last one holds for all later tries.
const WAITS_MS: [u32; 5] = [500, 1_000, 2_000, 4_000, 8_000];

/// The wait before this try, counted from 1.
pub fn wait_ms(attempt: u32) -> u32 {
    WAITS_MS[(attempt.max(1) as usize - 1).min(WAITS_MS.len() - 1)]
}
