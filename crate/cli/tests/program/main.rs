//! The program `eddy`, run as people run it.

mod config;
mod dataset;
mod debezium_server;
mod file;
mod insert;
mod inspect;
mod operations;
mod record;
mod serve;
mod support;
