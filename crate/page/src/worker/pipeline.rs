//! What flows through the page, as long as somebody looks at it: counts, rates over the last seconds, what waits where.

use std::collections::VecDeque;

use gloo::timers::callback::Interval;

use super::run::{Worker, with};
use crate::protocol::{Flow, LaneFlow, Pipeline};

/// How often it is looked at, ms.
const BEAT_MS: u32 = 500;

/// Rates are over this long, ms.
const OVER_MS: f64 = 5_000.0;

/// Who looks, and what was seen in the last seconds.
#[derive(Default)]
pub(super) struct Pipes {
    beat: Option<Interval>,
    meter: Meter,
    /// Milliseconds that this worker has worked.
    busy_ms: f64,
}

/// Counts of the last seconds.
#[derive(Debug, Default)]
struct Meter {
    /// When, and what was counted then; oldest first.
    samples: VecDeque<(f64, Vec<f64>)>,
}

impl Meter {
    /// Takes the counts of this time.
    fn take(&mut self, now_ms: f64, counts: Vec<f64>) {
        // Something began anew, or there are other lanes: what was before says nothing.
        let is_other = self.samples.back().is_some_and(|(_, before)| {
            before.len() != counts.len() || before.iter().zip(&counts).any(|(a, b)| a > b)
        });
        if is_other {
            self.samples.clear();
        }
        self.samples.push_back((now_ms, counts));
        // One that is older than the span stays, so that the span is covered.
        while self.samples.len() > 2 && self.samples[1].0 <= now_ms - OVER_MS {
            self.samples.pop_front();
        }
    }

    /// Milliseconds that the rates are over.
    fn over_ms(&self) -> f64 {
        match (self.samples.front(), self.samples.back()) {
            (Some((first, _)), Some((last, _))) => last - first,
            _ => 0.0,
        }
    }

    /// A count, and how fast it grows.
    fn flow(&self, i: usize) -> Flow {
        let (Some((_, first)), Some((_, last))) = (self.samples.front(), self.samples.back())
        else {
            return Flow::default();
        };
        let over_ms = self.over_ms();
        let more = last[i] - first[i];
        Flow {
            total: last[i] as u64,
            per_s: if over_ms > 0.0 {
                more / over_ms * 1_000.0
            } else {
                0.0
            },
        }
    }
}

impl Pipes {
    /// Counts a piece of work.
    pub(super) fn worked(&mut self, ms: f64) {
        self.busy_ms += ms.max(0.0);
    }
}

impl Worker {
    /// Looks at what flows through, or no longer.
    pub(super) fn watch_pipeline(&mut self, on: bool) {
        self.pipes.meter = Meter::default();
        self.pipes.beat = on.then(|| Interval::new(BEAT_MS, || with(|_| {})));
    }

    /// What flows through, while it is looked at.
    pub(super) fn pipeline(&mut self) -> Option<Pipeline> {
        self.pipes.beat.as_ref()?;
        let counts = self.counts();
        let now_ms = self.clock_ms();
        self.pipes.meter.take(now_ms, counts);
        let (meter, outbox) = (&self.pipes.meter, &self.session.outbox);
        let lanes = self.desk.lab.lanes.iter().enumerate();
        Some(Pipeline {
            over_ms: meter.over_ms() as u32,
            received: meter.flow(0),
            applied: meter.flow(1),
            published: meter.flow(2),
            // Milliseconds in a second: thousandths.
            busy: (meter.flow(3).per_s / 1_000.0).min(1.0),
            waiting: self.desk.waiting() as u64,
            behind: self.desk.progress.behind(),
            ahead_bytes: self.session.owed_bytes(),
            ahead_most_bytes: self.session.ahead_bytes,
            lanes: lanes
                .map(|(i, lane)| LaneFlow {
                    rows: meter.flow(4 + 3 * i),
                    versions: meter.flow(5 + 3 * i),
                    predictions: meter.flow(6 + 3 * i),
                    open: lane.batch_rows() as u64,
                    held: lane.held() as u64,
                })
                .collect(),
            unpublished: outbox.waiting() as u64,
            refused: outbox.refused,
            let_go: outbox.let_go,
            sink_away: outbox.is_away(),
        })
    }

    /// All that grows: of the page, then of each lane.
    fn counts(&self) -> Vec<f64> {
        let mut counts = vec![
            self.session.records_received() as f64,
            self.desk.records_applied as f64,
            self.session.outbox.published as f64,
            self.pipes.busy_ms,
        ];
        for lane in &self.desk.lab.lanes {
            let predictions = lane.predictions_let_go + lane.predictions.len() as u64;
            let of_lane = [lane.rows_trained(), lane.timeline.versions(), predictions];
            counts.extend(of_lane.map(|count| count as f64));
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_over_the_last_seconds() {
        let mut meter = Meter::default();
        assert_eq!(meter.flow(0), Flow::default());
        meter.take(0.0, vec![100.0]);
        let still = Flow {
            total: 100,
            per_s: 0.0,
        };
        assert_eq!(meter.flow(0), still);
        for beat in 1..=20_u32 {
            meter.take(
                f64::from(beat) * 500.0,
                vec![100.0 + f64::from(beat) * 10.0],
            );
        }
        assert_eq!(meter.over_ms(), OVER_MS);
        let flow = Flow {
            total: 300,
            per_s: 20.0,
        };
        assert_eq!(meter.flow(0), flow);
        // Nothing comes any more: the rate falls to nothing.
        for beat in 21..=31_u32 {
            meter.take(f64::from(beat) * 500.0, vec![300.0]);
        }
        assert_eq!(meter.flow(0).per_s, 0.0);
    }

    #[test]
    fn what_begins_anew_is_measured_anew() {
        let mut meter = Meter::default();
        meter.take(0.0, vec![100.0, 5.0]);
        meter.take(500.0, vec![0.0, 5.0]);
        assert_eq!(meter.flow(0), Flow::default());
        // Another lane.
        meter.take(1_000.0, vec![10.0, 5.0]);
        meter.take(1_500.0, vec![10.0, 5.0, 7.0]);
        assert_eq!(meter.over_ms(), 0.0);
        assert_eq!(meter.flow(2).total, 7);
    }
}
