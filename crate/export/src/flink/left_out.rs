//! What a Flink job cannot do as the lane does.

use lab::config::{Cut, Role, Settings};
use learn::kmeans::TimeUnit;

use super::super::{LeftOut, Plan};
use super::model::{BATCH_ROWS, Model};

/// What is added to what holds for every engine.
pub(super) fn of(plan: &Plan<'_>, model: &Model) -> Vec<LeftOut> {
    let mut items = Vec::new();
    cut(plan, &mut items);
    spark(plan, model, &mut items);
    parallelism(model, &mut items);
    logistic(plan, model, &mut items);
    if plan.streams.iter().any(|stream| stream.role == Role::Both) {
        items.push(LeftOut::new(
            "classifies a row before it learns it",
            "The job reads a topic that is both classified and learned twice, and each row meets whatever version is there.",
        ));
    }
    if plan.lane.publish.is_some() && !plan.topics(true).is_empty() {
        items.push(LeftOut::new(
            "publishes each prediction once",
            "After a restart the job may send predictions again; they have the same header eddy.source. It answers for each row \
             from its start on, not only for new ones.",
        ));
    }
    items
}

fn cut(plan: &Plan<'_>, items: &mut Vec<LeftOut>) {
    if let Cut::Interval(ms) = plan.cut() {
        items.push(LeftOut::new(
            format!("ends a batch every {ms} ms"),
            format!(
                "Flink ML ends batches by their rows alone: {BATCH_ROWS} (BATCH_ROWS, Flink's default). Set it to what an \
                 interval has."
            ),
        ));
    }
}

fn spark(plan: &Plan<'_>, model: &Model, items: &mut Vec<LeftOut>) {
    if !model.is_of_spark() {
        return;
    }
    items.push(LeftOut::new(
        "goes by Spark's rules",
        "Flink's k-means has no rule for clusters that die: where Spark lays one beside the heaviest, here it stays where it is. A \
         batch without rows makes no version.",
    ));
    if let (
        Settings::Kmeans(settings),
        Model::Kmeans {
            batch_rows,
            decay_factor,
            ..
        },
    ) = (plan.settings(), model)
        && settings.time_unit == Some(TimeUnit::Points)
    {
        items.push(LeftOut::new(
            "forgets with each row",
            format!("Flink forgets with each batch: {decay_factor} is what {batch_rows} rows leave. It has to follow BATCH_ROWS."),
        ));
    }
}

fn parallelism(model: &Model, items: &mut Vec<LeftOut>) {
    if model.parallelism() > 2 {
        items.push(LeftOut::new(
            "adds up its subtasks' centroids in their order",
            "Flink adds them as they come: the last digit of a number may differ from run to run.",
        ));
    }
}

fn logistic(plan: &Plan<'_>, model: &Model, items: &mut Vec<LeftOut>) {
    let Model::Logistic { coefficients, .. } = model else {
        return;
    };
    let version = plan.start.version;
    if version > 1 || coefficients.iter().any(|number| *number != 0.0) {
        items.push(LeftOut::new(
            format!("goes on from what FTRL has summed up until version {version}"),
            "Flink ML can be given coefficients, not those sums: its first batch makes all coefficients anew, and the versions are \
             others than the lane's. Export version 1, of zeros, for the same ones.",
        ));
    }
    items.push(LeftOut::new(
        "goes on after a restart",
        "OnlineLogisticRegression does not read FTRL's sums back from a checkpoint. The job refuses to go on from one; started \
         anew, it reads from the same offsets again and writes its versions again.",
    ));
    if plan.file.engine_defects.unwrap_or(true) && !plan.topics(true).is_empty() {
        items.push(LeftOut::new(
            "answers as Flink ML does, with the coefficients of its first prediction (FLINK-36653)",
            "The job answers with the newest version's: it does not go through the transform that has the defect.",
        ));
    }
}
