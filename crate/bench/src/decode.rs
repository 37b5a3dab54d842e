//! Values of records become numbers, as `lab::reading` does it: every column, the names compared with the last row's.

use anyhow::{Context, Result, ensure};
use change::Reader;

use crate::case::Workload;
use crate::events::{Events, Form};

pub(crate) struct Decode {
    events: Events,
    reader: Reader,
    /// Names of the columns of the last row, in its order.
    names: Vec<String>,
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
            names: Vec::new(),
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
            for (i, (name, value)) in row.columns().enumerate() {
                if self.names.get(i).is_none_or(|known| *known != name) {
                    self.names = row.columns().map(|(name, _)| name.into_owned()).collect();
                    self.numbers = vec![f64::NAN; self.names.len()];
                }
                self.numbers[i] = value.as_number().map_err(anyhow::Error::msg)?;
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
