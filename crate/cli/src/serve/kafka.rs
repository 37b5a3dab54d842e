//! The source for streams that are there already: topics of a Kafka cluster.

use anyhow::{Result, ensure};
use bridge::Backend;
use lab::LabFile;

use crate::kafka::{self, KafkaArgs, Publish, Topics};

// clap would name the group of each source's flags `Args`.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) kafka: KafkaArgs,
    /// A topic that may be subscribed to; those of the lab file where none is named; may be repeated
    #[arg(long = "topic", value_name = "TOPIC")]
    topics: Vec<String>,
    /// Topics that may be subscribed to, later ones too: a regular expression for the whole name; may be repeated
    #[arg(long = "topic-pattern", value_name = "REGEX")]
    patterns: Vec<String>,
    /// How many of the newest records of a topic are remembered, so that none of them is published again
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    remember_records: usize,
}

impl Args {
    /// Whether Kafka is asked for.
    pub(super) fn chosen(&self) -> Result<bool> {
        let chosen = self.kafka.chosen();
        ensure!(
            chosen || (self.topics.is_empty() && self.patterns.is_empty()),
            "--topic and --topic-pattern name topics of a Kafka cluster; say which one with --kafka HOST:PORT"
        );
        Ok(chosen)
    }
}

/// Opens the cluster, for pages with these lab files, to publish to these topics.
pub(super) fn open(args: &Args, labs: &[Vec<u8>], publish: Vec<String>) -> Result<Backend> {
    let mut topics = Topics {
        names: args.topics.clone(),
        patterns: args.patterns.clone(),
    };
    if topics.names.is_empty() && topics.patterns.is_empty() {
        topics.names = streams(labs)?;
    }
    ensure!(
        !topics.names.is_empty() || !topics.patterns.is_empty(),
        "no topic is named; name those that pages may subscribe to with --topic or --topic-pattern, or give --lab FILE \
         or --scenario iris, whose topics they are then"
    );
    let publish = Publish {
        topics: publish,
        remember_records: args.remember_records,
    };
    kafka::open(&args.kafka, topics, publish)
}

/// The topics of lab files, each once: streams, model topics that lanes follow, and those that jobs of their lanes write to.
fn streams(labs: &[Vec<u8>]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for lab in labs {
        let lab = LabFile::parse(std::str::from_utf8(lab)?)?;
        names.extend(lab.reads().into_iter().map(|stream| stream.topic));
        let lanes = lab.lanes.iter();
        names.extend(lanes.map(|lane| ::export::model_topic(&lane.name)));
    }
    names.sort();
    names.dedup();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn the_lab_files_topics_are_the_pages() {
        let lab = Scenario::Iris.lab().as_bytes().to_vec();
        let topics = streams(&[lab.clone(), lab]).expect("topics");
        assert_eq!(
            topics,
            [
                "Flink_models",
                "Spark_models",
                "flink.public.iris_test",
                "flink.public.iris_train"
            ]
        );
        assert!(streams(&[b"{}".to_vec()]).is_err());
        assert!(streams(&[]).expect("none").is_empty());
    }
}
