//! Records go into a lab, versions come out: reading, recognising what comes again, keeping, batches, learning.

use anyhow::{Result, ensure};
use lab::{Lab, LabEvent, LabFile};
use wire::RecordRef;
use wire::record::Headers;

use crate::case::Workload;
use crate::events::{EVENTS, Events, Form};

const LAB: &str = r#"{
  "eddy": 1,
  "streams": [{"topic": "shop.public.iris_train", "role": "train"}],
  "features": ["sepal_length", "sepal_width", "petal_length", "petal_width"],
  "label": "iris_class",
  "lanes": [{
    "name": "Flink",
    "model": {
      "kind": "kmeans", "engine": "flink", "k": 3,
      "initial": {"centroids": [[5, 3, 1, 0], [6, 3, 4, 1], [7, 3, 6, 2]], "weights": [0, 0, 0]}
    },
    "batch": {"by": "count", "rows": 32}
  }]
}"#;

pub(crate) struct Pipeline {
    lab: Lab,
    events: Events,
    offset: i64,
    versions: u64,
}

impl Pipeline {
    pub(crate) fn new(form: Form) -> Result<Pipeline> {
        let file: LabFile = serde_json::from_str(LAB)?;
        Ok(Pipeline {
            lab: Lab::new(file)?,
            events: Events::new(form),
            offset: 0,
            versions: 0,
        })
    }
}

impl Workload for Pipeline {
    fn prepare(&mut self) -> Result<()> {
        self.events.next()
    }

    fn run(&mut self) -> Result<usize> {
        let before = self.versions;
        for event in &self.events.events {
            self.lab.apply(RecordRef {
                topic: "shop.public.iris_train",
                partition: 0,
                offset: self.offset,
                timestamp_ms: 1_795_242_687_000 + self.offset,
                headers: Headers::NONE,
                key: Some(&event.key),
                value: Some(&event.value),
            });
            self.offset += 1;
            let versions = self.lab.drain();
            self.versions += versions
                .filter(|event| matches!(event, LabEvent::Version(_)))
                .count() as u64;
        }
        let expected = (EVENTS / 32) as u64;
        ensure!(
            self.versions - before >= expected,
            "the lab made {} versions of {EVENTS} rows",
            self.versions - before
        );
        Ok(EVENTS)
    }

    fn outcome(&self) -> Vec<f64> {
        vec![self.versions as f64, self.offset as f64]
    }
}
