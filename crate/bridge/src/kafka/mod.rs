//! Kafka as source and sink.
//!
//! - [`config`]: brokers, topics, and the client's settings under Kafka's own names
//! - `properties`: Java's properties files
//! - `client`: clients, each set up for its use
//! - [`error`]: librdkafka's errors, so that they can be mended

pub mod config;
pub mod error;

mod client;
mod properties;

pub use config::{Given, KafkaConfig, Place, Settings};
pub use error::{KafkaError, Nature};
