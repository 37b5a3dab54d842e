//! The worker: it owns socket, decoding and lab, and posts pictures of the lab to the page thread.
//!
//! - [`order`]: the order in which things were applied, and how a reload follows it again
//! - [`applied`]: everything that was applied, kept small, for recordings
//! - [`desk`]: the lab with what waits for it, and the playhead
//! - [`progress`]: offsets received and applied, by partition
//! - [`link`]: the WebSocket to the bridge
//! - [`session`]: what frames do: credit, catching up, publishing, log identity
//! - [`retry`]: when to connect again
//! - [`player`]: the pace of a recording
//! - [`banners`]: what needs the reader, in words
//! - `checkpoints`: versions that are kept, and going on from one
//! - `job`: a version of a lane as a job for an engine
//! - `lint`: what the linter has found; `choose`: other k's beside the shown lane
//! - `connect`: the connection as the reader sees it
//! - `change`: another lab file; [`rebuild`]: the lab that is made of it
//! - `places`: a place on the timeline that was asked for; columns that there are
//! - `pipeline`: what flows through, and how fast
//! - `survey`: a look at the bridge's topics; `play_as`: a recording that brings its own lab file
//! - [`look`]: what is looked at closer; [`search`]: through what was applied
//! - `transport`: play, pause, step, look back, replay
//! - [`run`]: commands in, updates out

pub mod applied;
pub mod banners;
mod change;
mod checkpoints;
mod choose;
mod connect;
pub mod desk;
mod job;
pub mod link;
mod lint;
pub mod look;
pub mod order;
mod pipeline;
mod places;
mod play_as;
pub mod player;
pub mod progress;
pub mod rebuild;
pub mod retry;
pub mod run;
pub mod search;
pub mod session;
mod survey;
mod transport;
