//! The program `eddy`, run as people run it.

mod debezium_server;
mod file;
mod insert;
mod inspect;
mod record;
mod serve;
mod support;
