//! Kafka as source and sink.
//!
//! - [`config`]: brokers, topics, and the client's settings under Kafka's own names

pub mod config;

pub use config::KafkaConfig;
