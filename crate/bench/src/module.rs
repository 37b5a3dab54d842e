//! The workloads for JavaScript, which has the clock.

use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Case, Workload};

/// A workload.
#[wasm_bindgen]
pub struct Bench(Box<dyn Workload>);

#[wasm_bindgen]
impl Bench {
    /// Starts what is asked for in JSON.
    ///
    /// # Errors
    ///
    /// When there is no such workload.
    #[wasm_bindgen(constructor)]
    pub fn new(case: &str) -> Result<Bench, JsError> {
        let case: Case = serde_json::from_str(case)?;
        Ok(Bench(case.workload().map_err(to_js)?))
    }

    /// Makes what the next piece works on.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn prepare(&mut self) -> Result<(), JsError> {
        self.0.prepare().map_err(to_js)
    }

    /// Does a piece and tells how many rows that were.
    ///
    /// # Errors
    ///
    /// When the work was not done as it should.
    pub fn run(&mut self) -> Result<usize, JsError> {
        self.0.run().map_err(to_js)
    }

    /// What has come of it so far.
    pub fn outcome(&self) -> Vec<f64> {
        self.0.outcome()
    }
}

/// The value of the event at a place, from 0, that [`Case::Decode`] decodes; nothing behind the last one.
///
/// # Errors
///
/// When there is no such form.
#[wasm_bindgen]
pub fn value(form: &str, i: usize) -> Result<Option<Vec<u8>>, JsError> {
    let form = serde_json::from_str(form)?;
    let values = crate::values(form).map_err(to_js)?;
    Ok(values.into_iter().nth(i))
}

fn to_js(error: anyhow::Error) -> JsError {
    JsError::new(&format!("{error:#}"))
}
