//! What came of learning a job's version again.

use serde::{Deserialize, Serialize};

use super::difference::SAME;
use super::record::Span;

/// Of a version that a job made: what it was made of, and how far the lane's own rules are from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Followed {
    /// The records of its batch; none of the version that the job started from.
    pub offsets: Vec<Span>,
    /// How far.
    pub compared: Compared,
    /// What else was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
}

/// How far the lane's own rules are from a job's version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Compared {
    /// The job, or what is known of it, begins with it.
    Begins,
    /// So far, and where.
    By {
        /// The largest relative difference.
        #[serde(with = "learn::number")]
        difference: f64,
        /// Where it is; empty where there is none.
        place: String,
    },
    /// That is not known; the next version is compared from this one on.
    Not {
        /// Why.
        reason: String,
    },
}

/// What a cut shows beside its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Remark {
    /// Rows between this cut and the one before, which no version learned.
    Lost {
        /// First and last of them.
        span: Span,
        /// How many.
        rows: u64,
    },
    /// Records that an earlier cut had.
    Twice {
        /// First and last of them.
        span: Span,
        /// Rows among them that are still known.
        rows: u64,
    },
    /// The record says that other rows were learned than there are.
    Rows {
        /// Rows that the record says.
        said: u64,
        /// Rows that there are.
        found: u64,
    },
    /// The version was written before, with other numbers or offsets.
    Again,
}

impl Followed {
    /// The largest relative difference; None where it was not compared.
    pub fn difference(&self) -> Option<f64> {
        match self.compared {
            Compared::By { difference, .. } => Some(difference),
            Compared::Begins | Compared::Not { .. } => None,
        }
    }

    /// Why it was not compared.
    pub fn not_compared(&self) -> Option<&str> {
        match &self.compared {
            Compared::Not { reason } => Some(reason),
            Compared::Begins | Compared::By { .. } => None,
        }
    }

    /// Whether the lane's rules give the same, and nothing is remarked.
    pub fn is_same(&self) -> bool {
        let compared = match &self.compared {
            Compared::Begins => true,
            Compared::By { difference, .. } => *difference <= SAME,
            Compared::Not { .. } => false,
        };
        compared && self.remarks.is_empty()
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}, offset", self.topic, self.partition)?;
        match self.from == self.to {
            true => write!(f, " {}", self.from),
            false => write!(f, "s {} to {}", self.from, self.to),
        }
    }
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows = |rows: u64| match rows {
            1 => "1 row".to_owned(),
            rows => format!("{rows} rows"),
        };
        match self {
            Remark::Lost { span, rows: lost } => {
                write!(f, "{} before it learned by no version: {span}", rows(*lost))
            }
            Remark::Twice { span, rows: twice } => {
                write!(f, "{} learned a second time: {span}", rows(*twice))
            }
            Remark::Rows { said, found } => {
                write!(f, "it says {}, its offsets hold {found}", rows(*said))
            }
            Remark::Again => write!(
                f,
                "it was written before with other numbers or offsets; the later one counts"
            ),
        }
    }
}
