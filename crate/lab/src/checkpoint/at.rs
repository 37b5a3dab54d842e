//! Stopping at a version, although more is made at the same time.

use wire::Line;

use crate::lab::Lab;

impl Lab {
    /// Moves lab time on towards that of a line, no further than to the moment at which the lane makes this version;
    /// whether it is made.
    ///
    /// The line is to be applied after that as it is: how often time moves changes nothing.
    pub fn approach(&mut self, lane: usize, version: u64, line: &Line) -> bool {
        let (now_ms, is_tick) = match line {
            Line::Tick { tick_ms } => (*tick_ms, true),
            Line::Record(record) if self.stream_of(record.as_ref()).is_some() => {
                (record.timestamp_ms, false)
            }
            _ => (i64::MIN, false),
        };
        while self.lanes[lane].timeline.versions() < version {
            let next_ms = self.next_version_ms(lane, version, is_tick);
            match next_ms {
                Some(at_ms) if at_ms <= now_ms && is_tick => self.tick(at_ms),
                Some(at_ms) if at_ms <= now_ms => self.advance(at_ms),
                _ => return false,
            }
            if self.next_version_ms(lane, version, is_tick) == next_ms {
                break;
            }
        }
        self.lanes[lane].timeline.versions() >= version
    }

    /// The next time at which the lane makes a version, or this one, where nothing but time is needed for that.
    fn next_version_ms(&self, lane: usize, version: u64, is_tick: bool) -> Option<i64> {
        let lane = &self.lanes[lane];
        let more = version.checked_sub(lane.timeline.versions() + 1)?;
        let window_ms = lane.window_end_ms().and_then(|end_ms| {
            let crate::config::Cut::Interval(ms) = lane.config.cut else {
                return None;
            };
            end_ms.checked_add(ms.checked_mul(i64::try_from(more).ok()?)?)
        });
        let quiet_ms = lane.quiet_at_ms().filter(|_| is_tick);
        [window_ms, quiet_ms].into_iter().flatten().min()
    }
}
