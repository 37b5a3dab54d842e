//! Values of records become numbers, as `lab::reading` does it: every column, the layout compared with the last row's.

use anyhow::{Context, Result, ensure};
use change::Reader;

use crate::case::Workload;
use crate::events::{Events, Form};

pub(crate) struct Decode {
    events: Events,
    reader: Reader,
    /// The layout of the last row.
    layout: Option<u64>,
    numbers: Vec<f64>,
    sum: f64,
}

impl Decode {
    pub(crate) fn new(form: Form) -> Result<Decode> {
        let mut events = Events::new(form);
        events.next()?;
        Ok(Decode {
            events,
            reader: Reader::new(),
            layout: None,
            numbers: Vec::new(),
            sum: 0.0,
        })
    }
}

impl Workload for Decode {
    fn run(&mut self) -> Result<usize> {
        for event in &self.events.events {
            let change = self
                .reader
                .read("shop.public.iris_train", None, Some(&event.value))?;
            let row = change.after.context("an event without a row")?;
            let cells = self.reader.cells(row);
            if self.layout != Some(cells.layout()) {
                self.layout = Some(cells.layout());
                self.numbers = vec![f64::NAN; cells.clone().count()];
            }
            for (number, cell) in self.numbers.iter_mut().zip(cells) {
                *number = cell.number().context("a column without a number")?;
            }
            self.sum += self.numbers.iter().sum::<f64>();
        }
        ensure!(self.sum.is_finite(), "not all columns were read");
        Ok(self.events.events.len())
    }

    fn outcome(&self) -> Vec<f64> {
        vec![self.sum]
    }
}
