//! The program `eddy`, run as people run it.

mod config;
mod insert;
mod inspect;
mod operations;
mod record;
mod serve;
mod support;
