//! What is put into the job's class.

use lab::config::{Form, From, Update};

use super::super::{LeftOut, Plan};
use super::fill::{Filling, fill};
use super::model::Model;
use super::{FLINK_VERSION, ML_VERSION, columns, java, remarks};

/// The class, part by part.
const PARTS: [&str; 7] = [
    include_str!("template/job.java"),
    include_str!("template/kafka.java"),
    include_str!("template/events.java"),
    include_str!("template/columns.java"),
    include_str!("template/batches.java"),
    include_str!("template/classify.java"),
    include_str!("template/records.java"),
];
/// The part that only a job that classifies has.
const CLASSIFY: usize = 5;

/// Collects what is put into the class.
///
/// # Errors
/// A column that the job cannot read.
pub(super) fn filling(
    plan: &Plan<'_>,
    model: &Model,
    left_out: &[LeftOut],
) -> Result<Filling, String> {
    let mut filling = Filling::default();
    flags(plan, model, &mut filling);
    lane(plan, model, &mut filling);
    header(left_out, &mut filling);
    numbers(model, &mut filling);
    scale(plan, &mut filling);
    offsets(plan, &mut filling);
    columns::put(plan, &mut filling)?;
    remarks::put(plan, &mut filling);
    Ok(filling)
}

/// The class.
pub(super) fn text(mut filling: Filling) -> String {
    let classifies = filling.is_set("classifies");
    let parts = PARTS
        .iter()
        .enumerate()
        .filter(|(at, _)| classifies || *at != CLASSIFY);
    let template: String = parts.map(|(_, part)| *part).collect();
    let without = fill(&template, &filling);
    filling.put("imports", java::imports(&without));
    fill(&template, &filling)
}

fn flags(plan: &Plan<'_>, model: &Model, filling: &mut Filling) {
    let classifies = !plan.topics(true).is_empty();
    filling.flag("kmeans", model.is_kmeans());
    filling.flag("logistic", !model.is_kmeans());
    filling.flag("classifies", classifies);
    filling.flag("parallel", model.parallelism() > 1);
    filling.flag("scaled", plan.start.scale.is_some());
    filling.flag("ignores_updates", plan.changes().update == Update::Ignore);
    filling.flag("rejects_not_finite", plan.rejects_not_finite());
    filling.flag("text", plan.predictions.1 == Form::Text);
    filling.flag("json", plan.predictions.1 == Form::Json);
    // Flink ML does not tell the initial model of a regression, and answers from its first batch on.
    filling.flag("waits", !model.is_kmeans() && plan.start.version == 1);
}

fn lane(plan: &Plan<'_>, model: &Model, filling: &mut Filling) {
    filling.put(
        "lane_comment",
        java::one_line(&format!("{:?}", plan.file.name)),
    );
    filling.put("lane", java::string(&plan.file.name));
    filling.put("training_topics", java::strings(&plan.topics(false)));
    filling.put("classified_topics", java::strings(&plan.topics(true)));
    filling.put("model_topic", java::string(&plan.model_topic));
    filling.put("prediction_topic", java::string(&plan.predictions.0));
    filling.put("features", java::strings(plan.features()));
    filling.put("target", java::string(plan.target.unwrap_or_default()));
    filling.put("batch_rows", model.batch_rows().to_string());
    filling.put("parallelism", model.parallelism().to_string());
    filling.put("start_version", plan.start.version.to_string());
    filling.put("flink_version", java::string(FLINK_VERSION));
    filling.put("ml_version", java::string(ML_VERSION));
    if !model.is_kmeans() {
        filling.put("learned", ", true");
        filling.put("not_learned", ", false");
    }
}

/// What is not carried over, as a list of the class's comment.
fn header(left_out: &[LeftOut], filling: &mut Filling) {
    let mut lines = Vec::new();
    match left_out.is_empty() {
        true => lines.push("<p>It does all that the lane does.".to_owned()),
        false => {
            lines.push("<p>What it does not do as the lane does:".to_owned());
            lines.push(String::new());
            lines.push("<ul>".to_owned());
            for LeftOut { what, instead } in left_out {
                let item = format!("The lane {what}. {instead}");
                lines.push(java::wrapped(&item, "  <li>", "      "));
            }
            lines.push("</ul>".to_owned());
        }
    }
    filling.put("header", lines.join("\n"));
}

fn numbers(model: &Model, filling: &mut Filling) {
    let constant = |kind: &str, name: &str, value: String| {
        format!("private static final {kind} {name} = {value};")
    };
    let double = |name: &str, value: f64| constant("double", name, java::double(value));
    match model {
        Model::Kmeans {
            params,
            decay_factor,
            centroids,
            weights,
            ..
        } => {
            let settings = [
                constant("int", "K", params.k().to_string()),
                constant("String", "DISTANCE", java::string(params.distance().name())),
                double("DECAY_FACTOR", *decay_factor),
            ];
            filling.put("settings", settings.join("\n"));
            let rows: Vec<String> = centroids
                .iter()
                .map(|row| format!("    {{{}}},", java::doubles(row)))
                .collect();
            let centroids = constant(
                "double[][]",
                "START_CENTROIDS",
                format!("{{\n{}\n}}", rows.join("\n")),
            );
            let weights = constant(
                "double[]",
                "START_WEIGHTS",
                format!("{{{}}}", java::doubles(weights)),
            );
            filling.put("start_numbers", format!("{centroids}\n{weights}"));
        }
        Model::Logistic {
            spec, coefficients, ..
        } => {
            let settings = [
                double("ALPHA", spec.alpha),
                double("BETA", spec.beta),
                double("REG", spec.reg),
                double("ELASTIC_NET", spec.elastic_net),
            ];
            filling.put("settings", settings.join("\n"));
            let coefficients = format!("{{{}}}", java::doubles(coefficients));
            filling.put(
                "start_numbers",
                constant("double[]", "START_COEFFICIENTS", coefficients),
            );
        }
    }
}

fn scale(plan: &Plan<'_>, filling: &mut Filling) {
    let row = match &plan.start.scale {
        None => "event.features",
        Some(scale) => {
            filling.put("start_units", ", of scaled features");
            filling.put("centre", java::doubles(&scale.centre));
            filling.put("factor", java::doubles(&scale.factor));
            filling.put("mean", java::doubles(&scale.mean));
            filling.put("std", java::doubles(&scale.std));
            "scaled(event.features)"
        }
    };
    filling.put("row_features", row);
    let centroid = match plan.start.scale.is_some() {
        true => "inColumns(centroid)",
        false => "centroid",
    };
    filling.put("record_centroid", centroid);
}

/// Where each partition is read from.
fn offsets(plan: &Plan<'_>, filling: &mut Filling) {
    let mut known = Vec::new();
    let mut otherwise = Vec::new();
    for stream in &plan.streams {
        let topic = java::string(&stream.topic);
        for (partition, next) in plan.positions(&stream.topic) {
            known.push(format!(
                "next.put(new TopicPartition({topic}, {partition}), {next}L);"
            ));
        }
        let from = match plan.from(&stream.topic) {
            From::Earliest => continue,
            From::Latest => {
                filling.flag("from_end", true);
                "endOf(partition, retriever)".to_owned()
            }
            From::Offset(offset) => format!("{offset}L"),
            From::TimestampMs(time) => {
                filling.flag("from_time", true);
                filling.flag("from_end", true);
                format!("offsetAt(partition, {time}L, retriever)")
            }
        };
        otherwise.push(format!("case {topic}:\n    return {from};"));
    }
    filling.put("start_offsets", known.join("\n"));
    filling.flag("elsewhere", !otherwise.is_empty());
    filling.put("otherwise", otherwise.join("\n"));
}
