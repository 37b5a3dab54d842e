//! A lane as a job of the engine that it stands for: the same model with the same parameters, from the same offsets.
//!
//! Pure: a lab file and one version of a lane go in, files come out. The generated sources are templates beside this code; the
//! job writes its versions as model records (FORMATS: "Model records"), which `eddy verify` and followed lanes read.
//!
//! - [`start`]: the version that a job starts from
//! - [`plan`]: what a job has to know of lab and lane; [`left_out`]: what it cannot do as the lane does
//! - `follower`: the lab file with a lane that follows the job
//! - [`spark`]: PySpark, Structured Streaming; [`flink`]: a Maven project

pub mod flink;
mod follower;
pub mod left_out;
pub mod plan;
pub mod spark;
pub mod start;

use std::fmt;
use std::str::FromStr;

use lab::LabFile;
use lab::config::LabError;
use lab::lint::Finding;
use serde::{Deserialize, Serialize};

pub use left_out::LeftOut;
pub use plan::{Plan, model_topic};
pub use start::Start;

/// Which engine a job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Apache Spark, with MLlib.
    Spark,
    /// Apache Flink, with Flink ML.
    Flink,
}

impl fmt::Display for Engine {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Engine::Spark => "Spark",
            Engine::Flink => "Flink",
        })
    }
}

impl FromStr for Engine {
    type Err = String;

    fn from_str(name: &str) -> Result<Engine, String> {
        match name {
            "spark" => Ok(Engine::Spark),
            "flink" => Ok(Engine::Flink),
            other => Err(format!("{other:?} is no engine; take spark or flink")),
        }
    }
}

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The experiment.
    pub lab: &'a LabFile,
    /// Name of the lane.
    pub lane: &'a str,
    /// The version that the job starts from.
    pub start: &'a Start,
    /// The engine.
    pub engine: Engine,
    /// What the linter found; of other lanes too.
    pub findings: &'a [Finding],
}

/// A job, as files in a folder of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The files.
    pub files: Vec<JobFile>,
    /// What it does not do as the lane does, to be read before it is run.
    pub left_out: Vec<LeftOut>,
    /// The topic that it writes its versions to.
    pub model_topic: String,
}

/// A file of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFile {
    /// Its path in the job's folder, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl JobFile {
    /// A file of this path and text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> JobFile {
        JobFile {
            path: path.into(),
            text: text.into(),
        }
    }
}

/// Why there is no such job.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refused {
    /// The lab file cannot be used.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// The lab file has no such lane.
    #[error("no lane is called {lane:?}; there are {there}")]
    NoLane {
        /// The name.
        lane: String,
        /// The names that there are.
        there: String,
    },
    /// The lane has no such version to start from.
    #[error("lane {lane:?}: {reason}")]
    NoVersion {
        /// Name of the lane.
        lane: String,
        /// What is, then what to do.
        reason: String,
    },
    /// The engine has no such model.
    #[error("{engine} cannot run lane {lane:?}: {reason}")]
    NoModel {
        /// The engine.
        engine: Engine,
        /// Name of the lane.
        lane: String,
        /// What is, then what to do.
        reason: String,
    },
}

/// Makes a job of a lane.
///
/// # Errors
/// [`Refused`]: the lab file has no such lane, or the engine no such model.
pub fn export(request: &Request<'_>) -> Result<Job, Refused> {
    let plan = Plan::of(request)?;
    let mut job = match request.engine {
        Engine::Spark => spark::job(&plan),
        Engine::Flink => flink::job(&plan),
    }?;
    job.files
        .push(JobFile::new("lab.json", follower::lab_file(&plan)));
    Ok(job)
}
