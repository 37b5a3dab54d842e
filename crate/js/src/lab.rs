//! The class `Lab`, as JavaScript sees it.
//!
//! Its comments are those of the type declarations. Nothing is done here but bringing values across: records go in as
//! JSON and events come out as JSON, so that both are what FORMATS.md says, to the last digit.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::experiment::Experiment;

/// An experiment: records and time in, versions and predictions out.
///
/// What happened comes back from every call, in order, as the objects that `eddy replay` writes. The same lab file and the
/// same calls give the same events, on every machine.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Lab(Experiment);

#[wasm_bindgen]
impl Lab {
    /// Starts an experiment. Its first events, the initial models, come from the next call, or from `events()`.
    ///
    /// Throws an Error that names the place in the lab file where that cannot be.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "LabFile | string")] lab_file: JsValue,
    ) -> Result<Lab, JsError> {
        Ok(Lab(Experiment::new(&json(&lab_file, "lab file")?)?))
    }

    /// Goes on from what `checkpoint()` gave, as if it had never stopped.
    #[wasm_bindgen]
    pub fn resume(
        #[wasm_bindgen(unchecked_param_type = "LabFile | string")] lab_file: JsValue,
        checkpoint: &str,
    ) -> Result<Lab, JsError> {
        let lab_file = json(&lab_file, "lab file")?;
        Ok(Lab(Experiment::resume(&lab_file, checkpoint)?))
    }

    /// What happened and was not returned by a call yet.
    #[wasm_bindgen(unchecked_return_type = "LabEvent[]")]
    pub fn events(&mut self) -> Result<JsValue, JsError> {
        parsed(&self.0.events())
    }

    /// Applies a record, or another entry of a recording.
    #[wasm_bindgen(unchecked_return_type = "LabEvent[]")]
    pub fn apply(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "RecordingEntry")] record: JsValue,
    ) -> Result<JsValue, JsError> {
        parsed(&self.0.apply(&json(&record, "record")?)?)
    }

    /// Applies a line of a recording, as text. What `kcat -J` prints and bare JSON values are taken, too.
    #[wasm_bindgen(unchecked_return_type = "LabEvent[]")]
    pub fn line(&mut self, text: &str) -> Result<JsValue, JsError> {
        parsed(&self.0.line(text)?)
    }

    /// Moves lab time on, in ms since the epoch: windows that ended are closed.
    #[wasm_bindgen(unchecked_return_type = "LabEvent[]")]
    pub fn tick(&mut self, now_ms: f64) -> Result<JsValue, JsError> {
        parsed(&self.0.tick(now_ms)?)
    }

    /// Ends the open batch of a lane by hand.
    #[wasm_bindgen(unchecked_return_type = "LabEvent[]")]
    pub fn close(&mut self, lane: &str) -> Result<JsValue, JsError> {
        parsed(&self.0.close(lane)?)
    }

    /// Ends the experiment: open windows are closed, each lane is summed up. Nothing can be applied after it.
    #[wasm_bindgen(unchecked_return_type = "LabEvent[]")]
    pub fn finish(&mut self) -> Result<JsValue, JsError> {
        parsed(&self.0.finish()?)
    }

    /// One picture of the lab: model, points, batches, predictions, measures. Its size is bounded by the view.
    #[wasm_bindgen(unchecked_return_type = "Snapshot")]
    pub fn snapshot(
        &mut self,
        #[wasm_bindgen(unchecked_optional_param_type = "View")] view: JsValue,
    ) -> Result<JsValue, JsError> {
        let view = match view.is_undefined() || view.is_null() {
            true => "{}".to_owned(),
            false => json(&view, "snapshot")?,
        };
        let snapshot = self.0.snapshot(&view)?;
        Ok(snapshot.serialize(&Serializer::json_compatible())?)
    }

    /// All that the experiment goes on from, as JSON text for `Lab.resume`, `eddy replay --from` or a file.
    #[wasm_bindgen]
    pub fn checkpoint(&self) -> Result<String, JsError> {
        Ok(self.0.checkpoint()?)
    }

    /// What a lane would say of a row now, or would have said by an earlier version. Nothing is learned or counted.
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn predict(
        &mut self,
        lane: &str,
        #[wasm_bindgen(unchecked_param_type = "ArrayLike<number>")] features: Vec<f64>,
        version: Option<f64>,
    ) -> Result<JsValue, JsError> {
        // What is no version's number is that of none: 0 is never one.
        let version = version.map(|version| match version.fract() == 0.0 {
            true => version as u64,
            false => 0,
        });
        parsed(&self.0.predict(lane, &features, version)?)
    }

    /// The newest version of each lane, by the lane's name.
    #[wasm_bindgen(getter, unchecked_return_type = "Record<string, number>")]
    pub fn versions(&self) -> Result<JsValue, JsError> {
        parsed(&self.0.versions())
    }

    /// How many records had a topic that is no stream of the lab file. They were passed over.
    #[wasm_bindgen(getter)]
    pub fn foreign(&self) -> f64 {
        self.0.foreign() as f64
    }
}

/// The JSON of a value that may be JSON already.
fn json(value: &JsValue, what: &str) -> Result<String, JsError> {
    if let Some(text) = value.as_string() {
        return Ok(text);
    }
    let text = js_sys::JSON::stringify(value).ok();
    let text = text.and_then(|text| text.as_string());
    text.ok_or_else(|| JsError::new(&format!("{what}: is nothing that JSON can hold")))
}

fn parsed(json: &str) -> Result<JsValue, JsError> {
    js_sys::JSON::parse(json)
        .map_err(|_| JsError::new("what happened has no form in JSON; please report this"))
}
