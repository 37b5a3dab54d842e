//! Other k's beside the shown lane: worked at in small slices, only while somebody looks.

use gloo::timers::callback::Timeout;
use lab::elbow::{Elbow, ElbowView, Start};

use super::run::{Worker, now_ms, with_if};

/// Work of one slice, ms.
const SLICE_MS: f64 = 4.0;
/// Between slices, ms: a slice in each frame.
const BETWEEN_MS: u32 = 12;

/// The candidates, while somebody looks.
#[derive(Default)]
pub(super) struct Choose {
    elbow: Option<(Start, Elbow)>,
    next_slice: Option<Timeout>,
    /// Whether slices did anything since they were last told of.
    worked: bool,
    /// What was last told, as text: it may hold NaN.
    told: String,
}

impl Worker {
    /// Begins, begins anew with another start, or ends.
    pub(super) fn choose(&mut self, start: Option<Start>) {
        self.choose.told.clear();
        match (start, &self.choose.elbow) {
            (None, _) => self.choose = Choose::default(),
            (Some(start), Some((same, _))) if *same == start => {}
            (Some(start), _) => self.choose.elbow = Some((start, Elbow::new(start))),
        }
    }

    /// The curves, where they are others than the last time; sees to it that the work goes on.
    pub(super) fn curves_to_tell(&mut self) -> Option<ElbowView> {
        let (_, elbow) = self.choose.elbow.as_ref()?;
        if self.choose.next_slice.is_none() {
            self.choose.next_slice = Some(Timeout::new(0, || with_if(Worker::choose_slice)));
        }
        let view = elbow.view(&self.desk.lab, self.desk.view.lane);
        let told = format!("{view:?}");
        (told != self.choose.told).then(|| {
            self.choose.told = told;
            view
        })
    }

    /// A slice of the work; whether it is done, and did anything.
    fn choose_slice(&mut self) -> bool {
        self.choose.next_slice = None;
        let Some((_, elbow)) = &mut self.choose.elbow else {
            return false;
        };
        let began_ms = now_ms();
        while elbow.step(&self.desk.lab, self.desk.view.lane) {
            self.choose.worked = true;
            if now_ms() - began_ms >= SLICE_MS {
                let slice = || with_if(Worker::choose_slice);
                self.choose.next_slice = Some(Timeout::new(BETWEEN_MS, slice));
                return false;
            }
        }
        std::mem::take(&mut self.choose.worked)
    }
}
