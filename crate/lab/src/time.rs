//! Lab time: it moves on with records and ticks, and closes windows.

use crate::lab::Lab;

impl Lab {
    /// Moves lab time on, never back, and closes the windows that ended.
    pub(crate) fn advance(&mut self, now_ms: i64) {
        if self.time_ms.is_some_and(|time_ms| now_ms <= time_ms) {
            return;
        }
        self.time_ms = Some(now_ms);
        for lane in &mut self.lanes {
            lane.open_window(now_ms);
        }
        // A scaler's window closes before the lanes' that end with it.
        while let Some((end_ms, next)) = self.next_scaler_end()
            && end_ms <= now_ms
        {
            self.pass_windows(end_ms.saturating_sub(1));
            self.lanes[next].close_scaler_window(end_ms.saturating_sub(1), &mut self.out);
        }
        self.pass_windows(now_ms);
        self.tell();
    }

    /// Closes the lanes' windows that end by a time.
    fn pass_windows(&mut self, now_ms: i64) {
        let records = self.rows.end();
        let mut may_fade = true;
        // In the order of their ends, so that the outcome does not hang on how often time moves.
        while let Some((end_ms, next)) = self.next_window_end()
            && end_ms <= now_ms
        {
            for lane in &mut self.lanes {
                lane.use_model(&mut self.out);
            }
            // Many windows at once no further than to where a fork goes its own way.
            let leave_ms = self
                .lanes
                .iter()
                .filter_map(|lane| lane.leaves_at_ms())
                .min();
            let now_ms = leave_ms.map_or(now_ms, |leave_ms| now_ms.min(leave_ms));
            may_fade |= leave_ms.is_some();
            if self.lanes.iter().all(|lane| {
                lane.window_end_ms()
                    .is_none_or(|end| end > now_ms || lane.is_still())
            }) {
                for lane in &mut self.lanes {
                    lane.skip_windows(now_ms, records, &mut self.out);
                }
            } else if !self
                .lanes
                .iter()
                .any(|lane| lane.window_end_ms().is_some() && lane.has_rows())
                && std::mem::take(&mut may_fade)
                && let Some(faded) = self
                    .lanes
                    .iter()
                    .map(|lane| lane.faded(now_ms))
                    .collect::<Option<Vec<_>>>()
            {
                for (lane, faded) in self.lanes.iter_mut().zip(faded) {
                    lane.pass_windows(now_ms, records, faded, &mut self.out);
                }
            } else {
                self.lanes[next].close_window(records, &mut self.out);
            }
        }
    }

    fn next_scaler_end(&self) -> Option<(i64, usize)> {
        let lanes = self.lanes.iter().zip(0..);
        lanes
            .filter_map(|(lane, i)| Some((lane.scaler_end_ms()?, i)))
            .min()
    }

    fn next_window_end(&self) -> Option<(i64, usize)> {
        self.lanes
            .iter()
            .enumerate()
            .filter_map(|(i, lane)| Some((lane.window_end_ms()?, i)))
            .min()
    }
}
