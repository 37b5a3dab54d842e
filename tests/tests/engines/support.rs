//! What the tests of exported jobs share: a broker, topics, labs, exports, and what a job wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use eddy_tests::program::eddy;
use eddy_tests::stack::Stack;
use serde_json::Value;

use crate::job::Job;

/// Long enough for a busy machine; a passing wait takes a fraction.
pub(crate) const SOON: Duration = Duration::from_secs(600);

const POLL: Duration = Duration::from_millis(200);

/// A broker, and a folder for what is written beside it.
pub(crate) struct Engines {
    pub(crate) stack: Stack,
}

/// A version on a model topic.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Version {
    pub(crate) number: u64,
    pub(crate) rows: u64,
    /// First and last offset of each partition: topic, partition, from, to.
    pub(crate) offsets: Vec<(String, i64, i64, i64)>,
    /// When it was written.
    pub(crate) timestamp_ms: i64,
    /// The whole record.
    pub(crate) record: Value,
}

impl Engines {
    /// Starts a broker; None where tests may do without.
    pub(crate) fn start() -> Result<Option<Engines>> {
        let stack = Stack::for_tests("kafka")?;
        Ok(stack.map(|stack| Engines { stack }))
    }

    /// A file or folder of this test.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.stack.folder().join(name)
    }

    /// Writes a file and returns its path as text.
    pub(crate) fn file(&self, name: &str, text: &str) -> Result<String> {
        let path = self.path(name);
        fs::write(&path, text)?;
        Ok(path.display().to_string())
    }

    /// Makes a topic of these rows: (key, value) each.
    pub(crate) fn topic(
        &self,
        name: &str,
        partitions: usize,
        rows: impl IntoIterator<Item = (String, String)>,
    ) -> Result<()> {
        self.stack.make_topic(name, partitions)?;
        let lines = rows
            .into_iter()
            .map(|(key, value)| format!("{key}\t{value}\n"));
        self.stack.produce(name, &lines.collect::<String>())
    }

    /// Makes the topics of a recording, of one partition each, with its messages at the same offsets.
    pub(crate) fn replay_into_topics(&self, recording: &str) -> Result<()> {
        let mut topics: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for line in fs::read_to_string(recording)?.lines() {
            let record: Value = serde_json::from_str(line)?;
            let Some(topic) = record["topic"].as_str() else {
                continue;
            };
            let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
            let messages = topics.entry(topic.to_owned()).or_default();
            ensure!(record["offset"] == messages.len(), "{topic} has holes");
            messages.push((text("key"), text("value")));
        }
        let mut topics = topics.into_iter();
        topics.try_for_each(|(topic, messages)| self.topic(&topic, 1, messages))
    }

    /// Exports a lane; returns the job's folder.
    pub(crate) fn export(&self, lab: &str, lane: &str, to: &str, more: &[&str]) -> Result<PathBuf> {
        let out = self.path(&format!("{to}-job"));
        let args = ["export", lab, "--lane", lane, "--to", to, "--out"];
        let mut args = args.to_vec();
        let folder = out.display().to_string();
        args.push(&folder);
        args.extend(more);
        eddy(&args)?;
        Ok(out)
    }

    /// Records topics from their beginning to where they end now; returns the recording's path.
    pub(crate) fn record(&self, topics: &[&str], name: &str) -> Result<String> {
        let kafka = self.stack.kafka()?;
        let out = self.path(name);
        // The same file again would be gone on with.
        if out.exists() {
            fs::remove_file(&out)?;
        }
        let out = out.display().to_string();
        let mut args = vec!["record", "--kafka", &kafka, "--out", &out];
        topics
            .iter()
            .for_each(|topic| args.extend(["--topic", topic]));
        eddy(&args)?;
        Ok(out)
    }

    /// The messages of a topic, as record lines.
    pub(crate) fn messages(&self, topic: &str) -> Result<Vec<Value>> {
        let recording = self.record(&[topic], "messages.ndjson")?;
        let Ok(text) = fs::read_to_string(recording) else {
            // A recording of nothing is not kept.
            return Ok(Vec::new());
        };
        text.lines()
            .map(|line| Ok(serde_json::from_str(line)?))
            .collect()
    }

    /// What `eddy verify` says of all versions on a model topic; an error where they are not the same.
    pub(crate) fn verify(&self, job: &Path, model_topic: &str, events: &str) -> Result<String> {
        let models = self.record(&[model_topic], "models.ndjson")?;
        let lab = job.join("lab.json").display().to_string();
        eddy(&["verify", &lab, &models, events])
    }

    /// All versions on a model topic, in the order in which they were written.
    pub(crate) fn versions(&self, topic: &str) -> Result<Vec<Version>> {
        self.messages(topic)?
            .iter()
            .map(Version::of_message)
            .collect()
    }

    /// Waits until versions on a model topic are as wanted, while a job runs.
    pub(crate) fn wait_for_versions(
        &self,
        topic: &str,
        job: &mut Job,
        is_enough: impl Fn(&[Version]) -> bool,
    ) -> Result<Vec<Version>> {
        let end = Instant::now() + SOON;
        loop {
            let versions = self.versions(topic)?;
            if is_enough(&versions) {
                return Ok(versions);
            }
            if Instant::now() > end || job.ended()? {
                bail!(
                    "{} versions on {topic}, and no more come. The job said:\n{}",
                    versions.len(),
                    job.said()
                );
            }
            thread::sleep(POLL);
        }
    }
}

impl Version {
    fn of_message(line: &Value) -> Result<Version> {
        let value = line["value"].as_str().context("a version is text")?;
        let record: Value = serde_json::from_str(value)?;
        let offsets = record["offsets"].as_array().into_iter().flatten();
        let cut = |part: &Value| {
            let number = |name: &str| part[name].as_i64();
            let (partition, from, to) = (number("partition")?, number("from")?, number("to")?);
            Some((part["topic"].as_str()?.to_owned(), partition, from, to))
        };
        Ok(Version {
            number: record["version"]
                .as_u64()
                .context("a version has a number")?,
            timestamp_ms: line["timestamp_ms"]
                .as_i64()
                .context("a record has a time")?,
            rows: record["batch"]["rows"].as_u64().unwrap_or(0),
            offsets: offsets
                .map(|part| cut(part).context("a cut"))
                .collect::<Result<_>>()?,
            record,
        })
    }
}

/// Made-up rows of four features around three centres, the same for the same number of rows: (key, value) each.
pub(crate) fn made_rows(rows: usize) -> impl Iterator<Item = (String, String)> {
    const CENTRES: [[f64; 4]; 3] = [
        [5.0, 3.4, 1.5, 0.2],
        [5.9, 2.8, 4.3, 1.3],
        [6.6, 3.0, 5.5, 2.0],
    ];
    let mut random = 7_u64;
    (0..rows).map(move |id| {
        let mut next = || {
            // Knuth's MMIX; the upper bits are the random ones.
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize
        };
        let centre = CENTRES[next() % 3];
        let [a, b, c, d] = centre.map(|x| x + (next() % 101) as f64 / 100.0 - 0.5);
        let key = format!("{{\"id\":{id}}}");
        let row = format!("{{\"id\":{id},\"a\":{a:.2},\"b\":{b:.2},\"c\":{c:.2},\"d\":{d:.2}}}");
        (key, row)
    })
}

/// A lab whose one lane, k-means of an engine, learns [`made_rows`] of a topic.
pub(crate) fn made_lab(topic: &str, engine: &str, batch: &Value) -> String {
    serde_json::json!({
        "eddy": 1,
        "streams": [{"topic": topic, "role": "train"}],
        "features": ["a", "b", "c", "d"],
        "lanes": [{
            "name": "Made",
            "model": {"kind": "kmeans", "engine": engine, "k": 3, "decay_factor": 0.9,
                      "initial": {"centroids": [[5, 3, 1, 0], [6, 3, 4, 1], [7, 3, 6, 2]], "weights": [1, 1, 1]}},
            "batch": batch,
            "changes": {"redelivered": "again"}
        }]
    })
    .to_string()
}

/// Rows that versions have learned, each counted once.
pub(crate) fn rows_of(versions: &[Version]) -> u64 {
    last_of_each(versions)
        .iter()
        .map(|version| version.rows)
        .sum()
}

/// Of each version what was written last, in order; they must count on, and their cuts follow each other without a hole.
pub(crate) fn chain(versions: &[Version]) -> Result<Vec<Version>> {
    let chain = last_of_each(versions);
    let mut next = BTreeMap::new();
    for pair in chain.windows(2) {
        ensure!(
            pair[1].number == pair[0].number + 1,
            "version {} follows {}",
            pair[1].number,
            pair[0].number
        );
    }
    for version in &chain {
        for (topic, partition, from, to) in &version.offsets {
            let expected = next.insert((topic.clone(), *partition), to + 1);
            ensure!(
                expected.is_none_or(|expected| expected == *from),
                "version {}: {topic}/{partition} goes on at {from}, not at {expected:?}",
                version.number
            );
        }
    }
    Ok(chain)
}

fn last_of_each(versions: &[Version]) -> Vec<Version> {
    let by_number: BTreeMap<u64, &Version> = versions
        .iter()
        .map(|version| (version.number, version))
        .collect();
    by_number.into_values().cloned().collect()
}
