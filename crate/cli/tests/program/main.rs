//! The program `eddy`, run as people run it.

mod checkpoint;
mod config;
mod dataset;
mod debezium_server;
mod file;
mod generate;
mod insert;
mod inspect;
mod lint;
mod operations;
mod record;
mod serve;
mod support;
mod verify;
