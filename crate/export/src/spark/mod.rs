//! A job for Spark: Structured Streaming, whose micro-batches MLlib's own models learn.
//!
//! - [`job`] fills the templates of `template/` with what the lane needs, and no more
//! - `model`: the model and its parameters; `columns`: how values are read; `streams`: topics, offsets, trigger
//! - `left_out`: what Spark does not do as the lane does
//! - `template`: sections and values; `python`: literals

mod columns;
mod left_out;
mod model;
mod python;
mod streams;
mod template;

use lab::config::Form;

use super::{Job, JobFile, Plan, Refused};
use model::Model;
use template::Filling;

/// Versions that work together, as run in the tests.
const SPARK_VERSION: &str = "3.5.9";
const SPARK_IMAGE: &str = "3.5.7-scala2.12-java17-python3-ubuntu";
const PACKAGES: &str = "org.apache.spark:spark-sql-kafka-0-10_2.12:3.5.7";

/// Writes the job.
///
/// # Errors
/// [`Refused::NoModel`]: MLlib has no such model, or a column cannot be read without the lab.
pub fn job(plan: &Plan<'_>) -> Result<Job, Refused> {
    let refuse = |reason: String| Refused::NoModel {
        engine: plan.engine,
        lane: plan.file.name.clone(),
        reason,
    };
    let model = Model::of(plan).map_err(refuse)?;
    let mut left_out = plan.left_out.clone();
    left_out.extend(left_out::of(plan, &model));
    let mut filling = Filling::default();
    named(plan, &model, &mut filling);
    model.fill(plan, &mut filling);
    streams::fill(plan, &mut filling);
    columns::fill(plan, &mut filling).map_err(refuse)?;
    let mut readme = filling.clone();
    let of_lane = |item: &super::LeftOut| format!("The lane {}. {}", item.what, item.instead);
    let items: Vec<String> = left_out.iter().map(of_lane).collect();
    let found = plan.findings.iter();
    let findings: Vec<String> = found
        .map(|found| format!("{} {}. {}", found.title, found.says, found.todo))
        .collect();
    filling.value("LEFT_OUT", python::in_docstring(&items));
    filling.section("findings", !findings.is_empty());
    filling.value("FINDINGS", python::in_docstring(&findings));
    filling.section("left_out", !items.is_empty());
    readme.value("LEFT_OUT", python::bullets(&items));
    readme.section("left_out", !items.is_empty());
    let files = [
        ("README.md", readme.fill(include_str!("template/README.md"))),
        ("job.py", filling.fill(include_str!("template/job.py"))),
        (
            "change_events.py",
            filling.fill(include_str!("template/change_events.py")),
        ),
        (
            "requirements.txt",
            filling.fill(include_str!("template/requirements.txt")),
        ),
    ];
    Ok(Job {
        files: files.map(|(path, text)| JobFile::new(path, text)).into(),
        left_out,
        model_topic: plan.model_topic.clone(),
    })
}

/// What things are called.
fn named(plan: &Plan<'_>, model: &Model, filling: &mut Filling) {
    let classifies = !plan.topics(true).is_empty();
    let (predictions, form) = &plan.predictions;
    let name = plan.job_name();
    filling
        .either(classifies, "predicts", "trains_only")
        .section("text", classifies && *form == Form::Text)
        .section("json", classifies && *form == Form::Json)
        .value("TITLE", model.title())
        .value("LANE", python::text(&plan.file.name))
        .value("LANE_TEXT", python::text(&plan.file.name))
        .value("START_VERSION", plan.start.version.to_string())
        .value("PREDICTIONS_TOPIC", python::text(predictions))
        .value("PREDICTIONS_TEXT", predictions.clone())
        .value("MODELS_TOPIC", python::text(&plan.model_topic))
        .value("MODELS_TEXT", plan.model_topic.clone())
        .value("CHECKPOINT", python::text(&format!("{name}-checkpoint")))
        .value("CHECKPOINT_TEXT", format!("{name}-checkpoint"))
        .value("JOB_NAME", name)
        .value("SPARK_VERSION", SPARK_VERSION)
        .value("SPARK_IMAGE", SPARK_IMAGE)
        .value("PACKAGES", PACKAGES);
}
