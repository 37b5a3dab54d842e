//! The page thread: everything that a person sees.
//!
//! Something happens ([`msg`]), the state changes ([`state`], [`update`]), what is to be done outside is done
//! ([`app`], [`http`], [`theme`]), and at most once a frame the parts that changed are drawn ([`view`]):
//!
//! - [`header`], [`transport`], [`timeline`], [`dialogs`], [`banners`], [`first_open`]
//! - left rail: [`rail`] with [`walkthrough`] (made of [`walk`], told by [`progress`] and [`offer`]), [`insert`] and [`events`]
//! - stage: [`lane_head`], [`batch_strip`], [`stage`], in its place [`regression`]
//! - [`experiment`]: the lab file is changed
//! - right rail and drawer: [`right`], [`measures`], [`settings`], [`drawer`] with [`predictions`] and [`ledger`]
//! - [`lanes`]: lanes side by side, and their menu
//! - [`places`]: going to a place of the timeline, and back to live; [`lit`]: the rows that made a version
//! - [`pipeline`]: source, bridge, page, lanes and sink, with what flows between them
//! - [`views`]: what the stage shows rows as
//! - [`inspector`]: an event, a centroid's life, the filter over the events
//! - [`kept`]: versions that are kept, and gone on from
//! - [`lint`]: what the linter has found; [`choose`]: which k
//! - [`job`]: a lane as a job for an engine
//! - [`share`]: link, lab file, pictures, tables; [`session`]: what a page goes on with that is loaded anew; [`notice`]: what is said of both
//! - [`made`]: made-up streams; [`yours`]: the reader's own topics
//! - [`keys`]: the keyboard
//! - [`psql`], [`copy`]: what the reader types elsewhere, where the page cannot insert
//! - helpers: [`dom`], [`rows`], [`row_keys`], [`chart`], [`motion`], [`numbers`], [`names`]

pub mod app;
pub mod banners;
pub mod batch_strip;
pub mod chart;
pub mod choose;
pub mod copy;
pub mod dialogs;
pub mod dom;
pub mod drawer;
pub mod events;
pub mod experiment;
pub mod first_open;
pub mod gzip;
pub mod header;
pub mod http;
pub mod insert;
pub mod inspector;
pub mod job;
pub mod kept;
pub mod keys;
pub mod lane_head;
pub mod lanes;
pub mod ledger;
pub mod lint;
pub mod lit;
pub mod made;
pub mod measures;
pub mod motion;
pub mod msg;
pub mod names;
pub mod notice;
pub mod numbers;
pub mod offer;
pub mod pipeline;
pub mod places;
pub mod predictions;
pub mod progress;
pub mod psql;
pub mod rail;
pub mod regression;
pub mod right;
pub mod row_keys;
pub mod rows;
pub mod session;
pub mod settings;
pub mod share;
pub mod stage;
pub mod state;
pub mod theme;
pub mod timeline;
pub mod transport;
pub mod update;
pub mod view;
pub mod views;
pub mod walk;
pub mod walkthrough;
pub mod yours;
