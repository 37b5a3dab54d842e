//! Eddy's experiment: which streams are read, how they are cut into batches, which lanes learn.
//!
//! A pure state machine: records, ticks, gaps and hands go in, versions and predictions come out.
//! The same inputs in the same order give the same outputs, bit for bit, natively and in the page.
//! It does no I/O, has no clock and no threads, and knows neither DOM nor socket.
//!
//! - [`config`]: the lab file (FORMATS: "Lab file"), and its checked form
//! - [`lab`]: [`Lab`], the state machine; `apply`: a record's way through it; `time`: windows that end
//! - `reading`: how the records of a stream become columns; `codes`: of texts that are features
//! - `redelivery`: events that have come before
//! - `notes`: what holds for a stream as a whole
//! - [`lane`]: one model under one configuration, with its open batch
//! - [`timeline`]: the versions of a lane, each with the batch that made it
//! - [`rows`]: retained rows, as columns; [`tally`]: how many there are of each kind
//! - [`rounds`]: test rounds and their score
//! - [`elbow`]: which k, tried beside a lane
//! - [`event`]: what happened, in order
//! - [`replay`]: one line of JSON for each event; [`csv`]: predictions as a table; [`number`]: numbers as both write them
//! - [`peek`]: how a record that waits would be read; [`mod@inspect`]: an event as it arrived, and how it is read; [`ask`]: what a lane
//!   would say of a row
//! - [`follow`]: what a job learned, learned again
//! - [`filter`]: which of the applied events are wanted
//! - [`lint`]: what to know before a lane is deployed
//! - [`propose`]: what an experiment on unknown topics could be like
//! - [`positions`]: where reading goes on behind a version
//! - [`publish`]: predictions as messages for other programs
//! - [`checkpoint`]: all that goes on, as JSON: saved, loaded, compared
//! - `rebuild`: an experiment that is changed while it runs
//! - [`seek`]: a place on the timeline, by what names it
//! - [`snapshot`]: what the page draws; [`view`] makes it

mod apply;
pub mod ask;
pub mod checkpoint;
mod codes;
pub mod config;
pub mod csv;
pub mod elbow;
pub mod event;
pub mod filter;
pub mod follow;
pub mod inspect;
pub mod lab;
pub mod lane;
pub mod lint;
mod notes;
pub mod number;
pub mod peek;
pub mod positions;
pub mod propose;
pub mod publish;
mod reading;
mod rebuild;
mod redelivery;
pub mod replay;
pub mod rounds;
pub mod rows;
pub mod seek;
pub mod snapshot;
pub mod tally;
mod time;
pub mod timeline;
pub mod view;

pub use config::LabFile;
pub use event::LabEvent;
pub use lab::Lab;
