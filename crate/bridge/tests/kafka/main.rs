//! The Kafka source against a real broker.
//!
//! Needs one: `EDDY_KAFKA_TEST=HOST:PORT` names a broker, or `EDDY_XTASK` the program `xtask`, which starts one.
//! Without either the tests say so and pass, unless `EDDY_REQUIRE_STACK=1`.
//!
//! - `broker`: the broker; `cluster`: topics and records in it; `following`: what a tail delivers

mod broker;
mod cluster;
mod faults;
mod following;
mod gaps;
mod publishing;
mod reading;
mod secured;
mod security;
mod tailing;
mod throughput;
mod transactions;
