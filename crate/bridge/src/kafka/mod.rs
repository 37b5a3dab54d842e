//! Kafka as source and sink.
//!
//! - [`config`]: brokers, topics, and the client's settings under Kafka's own names
//! - `properties`: Java's properties files
//! - `client`: clients, each set up for its use
//! - [`error`]: librdkafka's errors, so that they can be mended
//! - [`source`]: topics as a source
//! - [`sink`]: topics that predictions go to
//! - `native`: what librdkafka offers and its safe wrapper does not

pub mod config;
pub mod error;
pub mod sink;
pub mod source;

mod client;
mod native;
mod properties;

pub use client::reach;
pub use config::{Given, KafkaConfig, Place, Settings};
pub use error::{KafkaError, Nature};
pub use sink::KafkaSink;
pub use source::Kafka;
