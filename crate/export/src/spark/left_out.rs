//! What Spark does not do as the lane does.

use lab::config::{Cut, From, Update};
use learn::kmeans::Engine;

use super::model::Model;
use crate::{LeftOut, Plan};

pub(super) fn of(plan: &Plan<'_>, model: &Model) -> Vec<LeftOut> {
    let mut items = Vec::new();
    rules(plan, model, &mut items);
    cut(plan, model, &mut items);
    if plan.changes().update == Update::Ignore {
        items.push(LeftOut::new(
            "passes updates over",
            "The job knows them by the envelope's op, or by a column __op that the unwrap step adds. One that only a Kafka \
             header tells is learned as a row.",
        ));
    }
    if !plan.rejects_not_finite() {
        items.push(LeftOut::new(
            "learns numbers that are not finite as the engine would",
            "The job counts and logs such rows and learns nothing from them.",
        ));
    }
    let by_time = |topic: &&str| matches!(plan.from(topic), From::TimestampMs(_));
    let streams = plan.streams.iter().map(|stream| stream.topic.as_str());
    for topic in streams.filter(|topic| by_time(topic)) {
        items.push(LeftOut::new(
            format!("reads {topic} from a point in time on"),
            "Spark takes either offsets or a time: the job reads partitions of which version and lab know nothing from their \
             oldest record.",
        ));
    }
    if plan.file.publish.is_some() {
        items.push(LeftOut::new(
            "publishes each prediction once, by its eddy.id",
            "The job's batches are cut otherwise, so its predictions are not the lane's and have no such id. After a crash a \
             batch's predictions may come twice; the headers eddy.version and eddy.source tell that.",
        ));
    }
    items
}

fn rules(plan: &Plan<'_>, model: &Model, items: &mut Vec<LeftOut>) {
    if model.is_flinks() {
        items.push(LeftOut::new(
            "updates centroids by Flink ML's rules",
            "MLlib's are the same but for one: where a weight falls below 1e-8 of the largest one, the largest cluster is split \
             in two.",
        ));
    }
    match model {
        Model::Kmeans(settings) if settings.engine == Engine::Flink => {
            if let Some(parallelism) = settings.parallelism.filter(|subtasks| *subtasks > 1) {
                items.push(LeftOut::new(
                    format!(
                        "learns in {parallelism} subtasks, whose copies of the model are merged"
                    ),
                    "MLlib sums up a batch over all executors and updates one model.",
                ));
            }
        }
        Model::Kmeans(_) => {}
        Model::Linear(settings) | Model::Logistic(settings) => {
            if settings.intercept && plan.file.engine_defects == Some(false) {
                items.push(LeftOut::new(
                    "lets the intercept go on from batch to batch",
                    "MLlib's starts from 1 in every batch and forgets what it had learned.",
                ));
            }
        }
    }
}

fn cut(plan: &Plan<'_>, model: &Model, items: &mut Vec<LeftOut>) {
    match plan.cut() {
        Cut::Count(rows) => items.push(LeftOut::new(
            format!("ends a batch after {rows} rows"),
            format!(
                "Spark ends one at its trigger: the job takes {rows} records at most at a time, of all topics and partitions \
                 together, as soon as the batch before is done. A micro-batch takes a good part of a second however small it is; \
                 MAX_OFFSETS_PER_TRIGGER and TRIGGER make larger ones."
            ),
        )),
        Cut::Interval(_) => items.push(LeftOut::new(
            "cuts windows of the records' own time",
            "Spark cuts by its clock and by what has arrived until then, at most MAX_OFFSETS_PER_TRIGGER records. Each model \
             record says by its offsets what its batch was.",
        )),
        Cut::Transaction | Cut::Hand => {}
    }
    let instead = match model {
        Model::Kmeans(_) => {
            "Structured Streaming runs no micro-batch where nothing at all arrived, so that no version is made and no weight \
             decays then."
        }
        Model::Linear(_) | Model::Logistic(_) => {
            "Structured Streaming runs no micro-batch where nothing at all arrived, so that no version is made then."
        }
    };
    if matches!(plan.cut(), Cut::Interval(_)) {
        items.push(LeftOut::new(
            "makes a version of an interval without rows, too",
            instead,
        ));
    }
}
