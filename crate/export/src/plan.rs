//! What a job has to know of lab and lane, worked out once for all engines.

use std::collections::BTreeMap;

use lab::config::{
    Changes, Column, Config, Cut, Form, From, LabFile, LaneConfig, LaneFile, NotFinite, Role,
    Settings, Stream,
};
use lab::lint::Finding;

use super::left_out::{self, LeftOut};
use super::{Engine, Refused, Request, Start};

/// A job to be written.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The experiment.
    pub lab: &'a LabFile,
    /// The lane, as the lab file has it.
    pub file: &'a LaneFile,
    /// The lane, checked: what the file leaves out is filled in.
    pub lane: LaneConfig,
    /// The version that the job starts from.
    pub start: &'a Start,
    /// The engine.
    pub engine: Engine,
    /// The streams that train or are classified, in the order of the lab file.
    pub streams: Vec<&'a Stream>,
    /// The column that the model learns to predict.
    pub target: Option<&'a str>,
    /// Topic of the predictions, and their form.
    pub predictions: (String, Form),
    /// Topic of the model records.
    pub model_topic: String,
    /// What the linter found of this lane and its streams.
    pub findings: Vec<&'a Finding>,
    /// What no engine's job does as the lane does; what one engine does not is added by it.
    pub left_out: Vec<LeftOut>,
}

impl<'a> Plan<'a> {
    /// Looks a request over.
    ///
    /// # Errors
    /// [`Refused::Lab`] or [`Refused::NoLane`].
    pub fn of(request: &Request<'a>) -> Result<Plan<'a>, Refused> {
        let Request {
            lab, start, engine, ..
        } = *request;
        let mut config = Config::check(lab.clone())?;
        let names = lab.lanes.iter().map(|lane| lane.name.as_str());
        let Some(index) = names.clone().position(|name| name == request.lane) else {
            return Err(Refused::NoLane {
                lane: request.lane.to_owned(),
                there: names.collect::<Vec<_>>().join(", "),
            });
        };
        let file = &lab.lanes[index];
        let lane = config.lanes.swap_remove(index);
        // A fork behind the version that it left its parent at has its own settings.
        let lane = match &lane.then {
            Some(then) if start.version >= then.version => then.config.clone(),
            _ => lane,
        };
        let streams = lab
            .streams
            .iter()
            .filter(|stream| stream.role != Role::Ignore);
        let target = lane
            .target
            .and(file.target.as_deref().or(lab.target.as_deref()));
        let predictions = match &lane.publish {
            Some(publish) => (publish.topic.clone(), publish.form),
            None => (topic_name(&file.name, "predictions"), Form::Text),
        };
        let findings = request
            .findings
            .iter()
            .filter(|finding| finding.lane.as_ref().is_none_or(|lane| *lane == file.name));
        let mut plan = Plan {
            lab,
            file,
            start,
            engine,
            streams: streams.collect(),
            target,
            predictions,
            model_topic: model_topic(&file.name),
            findings: findings.collect(),
            left_out: Vec::new(),
            lane,
        };
        plan.left_out = left_out::of(&plan);
        Ok(plan)
    }

    /// The model's settings, as the lab file has them.
    pub fn settings(&self) -> &'a Settings {
        // Up to the version that it left its parent at, a fork has its parent's.
        let mut file = self.file;
        while let Some(fork) = &file.fork
            && self.start.version < fork.version
        {
            let parent = self.lab.lanes.iter().find(|lane| lane.name == fork.of);
            let Some(parent) = parent else { break };
            file = parent;
        }
        &file.model
    }

    /// Names of the features, in order.
    pub fn features(&self) -> &[String] {
        &self.lane.feature_names
    }

    /// What the lab file declares of columns.
    pub fn columns(&self) -> &'a BTreeMap<String, Column> {
        &self.lab.columns
    }

    /// Columns that are read as others.
    pub fn rename(&self) -> &'a BTreeMap<String, String> {
        &self.lab.rename
    }

    /// When the lane ends a batch.
    pub fn cut(&self) -> Cut {
        self.lane.cut
    }

    /// What the lane makes of updates and the rest.
    pub fn changes(&self) -> Changes {
        self.lane.changes
    }

    /// Whether rows with numbers that are not finite are passed over.
    pub fn rejects_not_finite(&self) -> bool {
        self.lane.not_finite == NotFinite::Reject
    }

    /// Topics whose rows train, and those whose rows are classified; one may be both.
    pub fn topics(&self, classified: bool) -> Vec<&'a str> {
        let is_one = |role: Role| match classified {
            true => matches!(role, Role::Classify | Role::Both),
            false => matches!(role, Role::Train | Role::Both),
        };
        let streams = self.streams.iter().filter(|stream| is_one(stream.role));
        streams.map(|stream| stream.topic.as_str()).collect()
    }

    /// Known positions of a topic, by partition: (partition, next offset).
    pub fn positions(&self, topic: &str) -> Vec<(i32, i64)> {
        let of_topic = self.start.positions.iter().filter(|at| at.topic == topic);
        of_topic.map(|at| (at.partition, at.next_offset)).collect()
    }

    /// Where a topic's partitions of which no position is known are read from.
    pub fn from(&self, topic: &str) -> From {
        let stream = self.streams.iter().find(|stream| stream.topic == topic);
        stream.map_or(From::Earliest, |stream| stream.from)
    }

    /// A name for the job's folder, that says the engine.
    pub fn folder_name(&self) -> String {
        let (name, engine) = (self.job_name(), self.engine.to_string().to_lowercase());
        match name.ends_with(&engine) {
            true => format!("{name}-job"),
            false => format!("{name}-{engine}-job"),
        }
    }

    /// A name for the job, its artifact and its consumer: small letters, digits and hyphens.
    pub fn job_name(&self) -> String {
        let legal = |c: char| match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => c,
            _ => '-',
        };
        let name: String = self.file.name.chars().map(legal).collect();
        let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
        match parts.is_empty() {
            true => "lane".to_owned(),
            false => parts.join("-"),
        }
    }
}

/// A topic that is called after a lane, in the letters that Kafka takes.
/// The topic that a job of a lane writes its models to.
pub fn model_topic(lane: &str) -> String {
    topic_name(lane, "models")
}

fn topic_name(lane: &str, what: &str) -> String {
    let legal = |c: char| match c {
        c if c.is_ascii_alphanumeric() || "._-".contains(c) => c,
        _ => '_',
    };
    let name: String = lane.chars().map(legal).take(200).collect();
    format!("{name}_{what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_called_after_the_lane_in_letters_that_kafka_takes() {
        assert_eq!(topic_name("Flink, k = 3", "models"), "Flink__k___3_models");
        assert!(topic_name(&"x".repeat(500), "models").len() <= 249);
    }
}
