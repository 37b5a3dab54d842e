//! The experiment with one lane more, which follows the job: for the page, and for `eddy verify`.

use lab::LabFile;
use lab::config::{Follow, LaneFile, Settings};
use learn::kmeans;

use super::{Engine, Plan, flink};

/// The text of the lab file.
pub(crate) fn lab_file(plan: &Plan<'_>) -> String {
    let mut file = plan.lab.clone();
    file.lanes.push(follower(plan));
    // A lab file that was read is one that can be written.
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}

/// A lane that takes the job's versions, with the job's rules beside it.
fn follower(plan: &Plan<'_>) -> LaneFile {
    let rules = LaneFile {
        // A fork that starts before it left its parent has its parent's.
        model: rules(plan),
        // MLlib has its own; Flink's job goes around the one that Flink ML has.
        engine_defects: (plan.engine == Engine::Flink).then_some(false),
        ..plan.file.clone()
    };
    let mut lane = rules.following(Follow {
        topic: plan.model_topic.clone(),
        lane: Some(plan.file.name.clone()),
    });
    lane.name = free_name(plan.lab, &format!("{} on {}", plan.file.name, plan.engine));
    lane
}

/// The rules by which the job learns: the lane's, or those of the engine that it goes to.
fn rules(plan: &Plan<'_>) -> Settings {
    let settings = plan.settings();
    let Settings::Kmeans(own) = settings else {
        return settings.clone();
    };
    let (engine, decay_factor) = match (own.engine, plan.engine) {
        (kmeans::Engine::Flink, Engine::Spark) => {
            (kmeans::Engine::Spark, own.decay_factor.unwrap_or(0.0))
        }
        (kmeans::Engine::Spark, Engine::Flink) => match flink::decay_factor(plan) {
            Some(decay_factor) => (kmeans::Engine::Flink, decay_factor),
            None => return settings.clone(),
        },
        _ => return settings.clone(),
    };
    Settings::Kmeans(kmeans::Settings {
        engine,
        k: own.k,
        decay_factor: Some(decay_factor),
        half_life: None,
        time_unit: None,
        distance: None,
        parallelism: None,
        initial: kmeans::Initial::default(),
    })
}

fn free_name(file: &LabFile, name: &str) -> String {
    let is_free = |name: &str| file.lanes.iter().all(|lane| lane.name != name);
    let mut numbered = (2..).map(|n| format!("{name} {n}"));
    match is_free(name) {
        true => name.to_owned(),
        false => numbered.find(|name| is_free(name)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use lab::Lab;

    use super::*;
    use crate::{Request, Start, export};

    const LAB: &str = include_str!("../../../www/lab.json");

    /// The lane that follows this lane's job for this engine.
    fn of(lane: &str, engine: Engine) -> LaneFile {
        let file = LabFile::parse(LAB).unwrap();
        let start = Start::at(&Lab::new(file.clone()).unwrap(), lane, None).unwrap();
        let request = Request {
            lab: &file,
            lane,
            start: &start,
            engine,
            findings: &[],
        };
        let job = export(&request).unwrap();
        let text = &job
            .files
            .iter()
            .find(|file| file.path == "lab.json")
            .unwrap()
            .text;
        let written = LabFile::parse(text).unwrap();
        assert_eq!(written.lanes[..2], file.lanes);
        let last = written.lanes.last().unwrap().clone();
        // It can be opened.
        Lab::new(written).unwrap();
        last
    }

    fn model(lane: &LaneFile) -> serde_json::Value {
        serde_json::to_value(&lane.model).unwrap()
    }

    #[test]
    fn a_job_of_the_lanes_own_engine_is_followed_by_its_rules() {
        let lane = of("Flink", Engine::Flink);
        assert_eq!(lane.name, "Flink on Flink");
        let follow = lane.follow.as_ref().unwrap();
        assert_eq!(
            (&*follow.topic, follow.lane.as_deref()),
            ("Flink_models", Some("Flink"))
        );
        assert_eq!(
            (&model(&lane)["engine"], lane.publish),
            (&"flink".into(), None)
        );
    }

    #[test]
    fn a_job_of_the_other_engine_is_followed_by_that_ones_rules() {
        let lane = of("Flink", Engine::Spark);
        assert_eq!(lane.name, "Flink on Spark");
        let model = model(&lane);
        assert_eq!(
            (&model["engine"], &model["decay_factor"]),
            (&"spark".into(), &0.0.into())
        );
        assert_eq!(lane.engine_defects, None);
        let lane = of("Spark", Engine::Flink);
        assert_eq!(self::model(&lane)["engine"], "flink");
    }
}
