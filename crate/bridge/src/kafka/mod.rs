//! Kafka as source and sink.
//!
//! - [`config`]: brokers, topics, and the client's settings under Kafka's own names
//! - `client`: clients, each set up for its use
//! - [`error`]: librdkafka's errors, so that they can be mended

pub mod config;
pub mod error;

mod client;

pub use config::{KafkaConfig, Settings};
pub use error::KafkaError;
