//! The npm package eddy-lab: a lab for JavaScript, in Node and in the browser, without DOM and charts.
//!
//! - [`lab`]: the class `Lab`, as JavaScript sees it
//! - [`experiment`]: what it does, as texts: a lab that takes recordings' lines and tells replay lines
//! - [`shown`]: what a snapshot is to show, by names
//! - `types`: its types for TypeScript

pub mod experiment;
pub mod lab;
pub mod shown;
mod types;
