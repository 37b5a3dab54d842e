//! A job for Flink: a Maven project with one Java class.
//!
//! The class is put together from templates, and what a lane does not need is left out of them: `template/*.java` in order,
//! `template/pom.xml`, `template/README.md`.
//!
//! - `model`: the lane's model in Flink ML's terms, or why there is none; `left_out`: what else is not carried over
//! - `class`: what is put into the class; `columns`: how columns become numbers; `remarks`: findings, as comments where they bite
//! - `fill`: templates; `java`: literals, comments and imports

mod class;
mod columns;
mod fill;
mod java;
mod left_out;
mod model;
mod remarks;

use super::{Engine, Job, JobFile, Plan, Refused};
use fill::Filling;
use model::Model;

/// The version of Flink that a job is made for.
pub const FLINK_VERSION: &str = "1.17.2";
/// The version of Flink ML that a job is made for.
pub const ML_VERSION: &str = "2.3.0";
/// Where the class lies in a job.
pub const CLASS_PATH: &str = "src/main/java/eddy/LaneJob.java";

/// What a batch of the job leaves of the weights before it; None where its model is no k-means.
pub(crate) fn decay_factor(plan: &Plan<'_>) -> Option<f64> {
    match Model::of(plan) {
        Ok(Model::Kmeans { decay_factor, .. }) => Some(decay_factor),
        _ => None,
    }
}

/// Writes the job.
///
/// # Errors
/// Flink ML has no such model, or a feature is of a form that the job cannot read.
pub fn job(plan: &Plan<'_>) -> Result<Job, Refused> {
    let refuse = |reason: String| Refused::NoModel {
        engine: Engine::Flink,
        lane: plan.file.name.clone(),
        reason,
    };
    let model = Model::of(plan).map_err(refuse)?;
    let mut left_out = plan.left_out.clone();
    left_out.extend(left_out::of(plan, &model));
    let class = class::filling(plan, &model, &left_out).map_err(refuse)?;
    let project = project(plan, &model);
    let file = |path: &str, template: &str, filling: &Filling| {
        JobFile::new(path, fill::fill(template, filling))
    };
    Ok(Job {
        files: vec![
            file("README.md", include_str!("template/README.md"), &project),
            file("pom.xml", include_str!("template/pom.xml"), &project),
            file(
                "log4j2.properties",
                include_str!("template/log4j2.properties"),
                &project,
            ),
            JobFile::new(CLASS_PATH, class::text(class)),
        ],
        left_out,
        model_topic: plan.model_topic.clone(),
    })
}

/// What stands in the files beside the class.
fn project(plan: &Plan<'_>, model: &Model) -> Filling {
    let mut filling = Filling::default();
    filling.flag("kmeans", model.is_kmeans());
    filling.flag("logistic", !model.is_kmeans());
    let classifies = !plan.topics(true).is_empty();
    filling.flag("classifies", classifies);
    filling.put("lane", java::one_line(&plan.file.name));
    filling.put("artifact", format!("{}-job", plan.job_name()));
    filling.put("start_version", plan.start.version.to_string());
    filling.put("model_topic", &plan.model_topic);
    filling.put("prediction_topic", &plan.predictions.0);
    filling.put("parallelism", model.parallelism().to_string());
    let slots = if model.parallelism() == 1 {
        "task slot"
    } else {
        "task slots"
    };
    filling.put("slots", slots);
    let topics: Vec<String> = plan
        .topics(false)
        .iter()
        .map(|topic| format!("--topic {topic}"))
        .collect();
    filling.put("record_topics", topics.join(" "));
    filling.put("flink_version", FLINK_VERSION);
    filling.put("ml_version", ML_VERSION);
    filling
}
