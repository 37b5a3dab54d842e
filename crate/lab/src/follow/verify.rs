//! All versions of a job against all events, at once: what `eddy verify` says.

use std::sync::Arc;

use wire::{Line, Record};

use super::difference::SAME;
use super::record::lane_of;
use super::told::{Compared, Followed, Remark};
use crate::config::{Follow, LabError, LabFile, LaneFile, Role, Stream};
use crate::event::LabEvent;
use crate::lab::{Bounds, Lab};

/// Records that are kept to be looked at: none is.
const ROWS: usize = 1;

/// A model record, as it was found.
#[derive(Clone, Debug)]
pub struct Model {
    /// Where it was found, in words.
    pub place: String,
    /// The topic that it was read from; None where that is not known.
    pub topic: Option<Arc<str>>,
    /// Its value.
    pub json: Vec<u8>,
}

/// A lab whose lanes follow jobs, with nothing let go.
pub struct Verify {
    lab: Lab,
    places: Vec<String>,
    summaries: Vec<Summary>,
}

/// Something that was found.
#[derive(Clone, Debug)]
pub enum Found {
    /// A version of a job, and what its cut gives.
    Version {
        /// The lane that the job names.
        lane: Arc<str>,
        /// Its number.
        version: u64,
        /// Rows of its cut.
        rows: u64,
        /// How far the lane's rules are from it.
        followed: Arc<Followed>,
    },
    /// A model record that cannot be used.
    Rejected {
        /// Where it was found.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// What came out for a lane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// The lane.
    pub lane: String,
    /// The first version that is known.
    pub from: Option<u64>,
    /// Versions behind it.
    pub versions: u64,
    /// Rows that they learned.
    pub rows: u64,
    /// The largest relative difference: how far, at which version, and where.
    pub largest: Option<(f64, u64, String)>,
    /// The first version that differs by more than rounding: which, how far, and where.
    pub apart: Option<(u64, f64, String)>,
    /// Versions that were not compared, and the first of them with the reason.
    pub not_compared: u64,
    /// The first of them, and why.
    pub first_not_compared: Option<(u64, String)>,
    /// Rows that no version learned.
    pub lost: u64,
    /// Rows that two versions learned.
    pub twice: u64,
    /// The first remarks, each with its version.
    pub remarks: Vec<(u64, Remark)>,
    /// Versions with remarks.
    pub remarked: u64,
    /// Model records that cannot be used.
    pub rejected: u64,
    /// Rows behind the last version.
    pub waiting: u64,
}

/// Remarks that a summary names.
const REMARKS_MAX: usize = 5;

/// Why nothing can be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The lab file cannot be used.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// There is no model record.
    #[error(
        "there is no model record; a job writes each version as one: {{\"event\":\"version\",\"lane\":..}}"
    )]
    NoModel,
    /// None is of the lane that was asked for.
    #[error("there is no model record of lane {0:?}, but of {1}")]
    NoSuchModel(String, String),
    /// The lab file has no such lane.
    #[error("the model records are of lane {0:?}, and the lab file has {1}; name the lane alike")]
    NoLane(String, String),
}

impl Verify {
    /// Takes all model records; of those of the same version the last one counts. With `only`, those of one lane.
    ///
    /// # Errors
    /// There is none, or none of a lane of this lab file.
    pub fn new(
        file: &LabFile,
        models: Vec<Model>,
        only: Option<&str>,
    ) -> Result<Verify, VerifyError> {
        let jobs = jobs(&models, only)?;
        let topic = free_topic(file);
        let lab = Lab::with_bounds(followers(file, &jobs, &topic)?, bounds())?;
        let mut verify = Verify {
            lab,
            places: Vec::with_capacity(models.len()),
            summaries: jobs.into_iter().map(|job| Summary::of(job.lane)).collect(),
        };
        for (model, offset) in models.into_iter().zip(0..) {
            verify.places.push(model.place);
            let record = Record {
                topic: topic.as_str().into(),
                partition: 0,
                offset,
                timestamp_ms: 0,
                headers: Vec::new(),
                key: None,
                value: Some(model.json),
            };
            verify.lab.apply(record.as_ref());
        }
        Ok(verify)
    }

    /// Applies what a line of the events says; false where it is a record of no stream of the lab.
    pub fn apply(&mut self, line: Line) -> bool {
        match line {
            Line::Record(record) => self.lab.apply(record.as_ref()),
            Line::Gap { gap } => {
                self.lab.gap(gap);
                true
            }
            // Batches are the job's: neither time nor hands end one.
            _ => true,
        }
    }

    /// Nothing more comes: what waits is told as it is.
    pub fn finish(&mut self) {
        self.lab.let_models_in(true);
        for (summary, lane) in self.summaries.iter_mut().zip(&self.lab.lanes) {
            summary.waiting = lane.batch_rows() as u64;
        }
    }

    /// What was found since the last call.
    pub fn drain(&mut self) -> Vec<Found> {
        let (places, summaries) = (&self.places, &mut self.summaries);
        let found = self.lab.drain().filter_map(|event| match event {
            LabEvent::Version(version) => {
                let followed = version.followed?;
                let rows = version.batch.map_or(0, |batch| batch.rows);
                summaries[version.lane].count(version.last, rows, &followed);
                Some(Found::Version {
                    lane: version.lane_name,
                    version: version.last,
                    rows,
                    followed,
                })
            }
            LabEvent::Rejected(rejected) => {
                let is_model = rejected.source.topic.starts_with(MODELS);
                let at = usize::try_from(rejected.source.offset).ok()?;
                let place = places.get(at).filter(|_| is_model)?;
                let lane = rejected.lane_name.as_deref();
                for summary in summaries.iter_mut() {
                    summary.rejected += u64::from(lane.is_none_or(|lane| lane == summary.lane));
                }
                Some(Found::Rejected {
                    place: place.clone(),
                    reason: rejected.reason,
                })
            }
            _ => None,
        });
        found.collect()
    }

    /// What came out, by lane.
    pub fn summaries(&self) -> &[Summary] {
        &self.summaries
    }
}

impl Summary {
    fn of(lane: String) -> Summary {
        Summary {
            lane,
            ..Summary::default()
        }
    }

    /// Whether the lane's rules give what the job made, and all of it was compared.
    pub fn is_same(&self) -> bool {
        self.from.is_some()
            && self.apart.is_none()
            && self.not_compared == 0
            && self.remarked == 0
            && self.rejected == 0
    }

    fn count(&mut self, version: u64, rows: u64, followed: &Followed) {
        match self.from {
            None => self.from = Some(version),
            Some(_) => (self.versions, self.rows) = (self.versions + 1, self.rows + rows),
        }
        match &followed.compared {
            Compared::Begins => {}
            Compared::By { difference, place } => {
                let is_larger = |(largest, ..): &(f64, u64, String)| difference > largest;
                if self.largest.as_ref().is_none_or(is_larger) {
                    self.largest = Some((*difference, version, place.clone()));
                }
                if *difference > SAME && self.apart.is_none() {
                    self.apart = Some((version, *difference, place.clone()));
                }
            }
            Compared::Not { reason } => {
                self.not_compared += 1;
                self.first_not_compared
                    .get_or_insert_with(|| (version, reason.clone()));
            }
        }
        self.remarked += u64::from(!followed.remarks.is_empty());
        for remark in &followed.remarks {
            match remark {
                Remark::Lost { rows, .. } => self.lost += rows,
                Remark::Twice { rows, .. } => self.twice += rows,
                Remark::Rows { .. } | Remark::Again => {}
            }
            if self.remarks.len() < REMARKS_MAX {
                self.remarks.push((version, remark.clone()));
            }
        }
    }
}

/// What the topic of the model records begins with.
const MODELS: &str = "eddy verify";

fn free_topic(file: &LabFile) -> String {
    let mut topic = MODELS.to_owned();
    while file.streams.iter().any(|stream| stream.topic == topic) {
        topic.push('\'');
    }
    topic
}

fn bounds() -> Bounds {
    Bounds {
        rows: ROWS,
        predictions: 1,
        models: usize::MAX,
        unlearned: usize::MAX,
        ..Bounds::default()
    }
}

/// A job whose models there are.
struct Job {
    /// The lane that it names.
    lane: String,
    /// The topic that it writes to, where that is known.
    topic: Option<Arc<str>>,
}

/// The jobs whose models these are, or the one that is asked for.
fn jobs(models: &[Model], only: Option<&str>) -> Result<Vec<Job>, VerifyError> {
    let mut jobs: Vec<Job> = Vec::new();
    for model in models {
        let value = serde_json::from_slice(&model.json).unwrap_or_default();
        if let Ok(Some(lane)) = lane_of(&value)
            && jobs.iter().all(|job| job.lane != lane)
        {
            jobs.push(Job {
                lane: lane.to_owned(),
                topic: model.topic.clone(),
            });
        }
    }
    if jobs.is_empty() {
        return Err(VerifyError::NoModel);
    }
    let Some(only) = only else {
        return Ok(jobs);
    };
    match jobs.iter().position(|job| job.lane == only) {
        Some(at) => Ok(vec![jobs.swap_remove(at)]),
        None => {
            let names: Vec<String> = jobs.into_iter().map(|job| job.lane).collect();
            Err(VerifyError::NoSuchModel(only.to_owned(), names.join(", ")))
        }
    }
}

/// The lane whose rules are a job's: one that follows it, from its topic before others; else the lane that it names.
///
/// A lane that follows the job has the job's rules, where those are others than the lane's that it was made of.
fn rules_of<'a>(file: &'a LabFile, job: &Job) -> Option<&'a LaneFile> {
    let follows = |lane: &&LaneFile| {
        let follow = lane.follow.as_ref();
        let of = |follow: &Follow| follow.lane.clone().unwrap_or_else(|| lane.name.clone());
        follow.is_some_and(|follow| of(follow) == job.lane)
    };
    let from_topic = |lane: &&LaneFile| {
        let follow = lane.follow.as_ref();
        follow.is_some_and(|follow| Some(&*follow.topic) == job.topic.as_deref())
    };
    let lanes = || file.lanes.iter();
    let following = lanes().filter(follows).find(from_topic);
    following
        .or_else(|| lanes().find(follows))
        .or_else(|| lanes().find(|lane| lane.name == job.lane))
}

/// The lab file with a lane for each job, by its rules.
fn followers(file: &LabFile, jobs: &[Job], topic: &str) -> Result<LabFile, VerifyError> {
    let mut lanes = Vec::with_capacity(jobs.len());
    for job in jobs {
        let name = &job.lane;
        let Some(rules) = rules_of(file, job) else {
            let there: Vec<&str> = file.lanes.iter().map(|lane| lane.name.as_str()).collect();
            return Err(VerifyError::NoLane(name.clone(), there.join(", ")));
        };
        let lane = rules.following(Follow {
            topic: topic.to_owned(),
            lane: Some(name.clone()),
        });
        lanes.push(LaneFile {
            name: name.clone(),
            ..lane
        });
    }
    let classify = |stream: &Stream| match stream.role {
        // Nothing is learned from it.
        Role::Classify => Role::Ignore,
        role => role,
    };
    let streams = file.streams.iter();
    Ok(LabFile {
        streams: streams
            .map(|stream| Stream {
                role: classify(stream),
                ..stream.clone()
            })
            .collect(),
        lanes,
        ..file.clone()
    })
}
