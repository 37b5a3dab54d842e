//! What a build without Kafka says of it.

use std::sync::Arc;

use anyhow::{Result, bail};
use bridge::{Backend, Source};

use super::{KafkaArgs, Publish, Topics};

const ABSENT: &str = "this build has no Kafka; build with `--features kafka`, which needs a C++ compiler, make, \
                      pkg-config and OpenSSL's headers";

/// The records of these topics.
pub(crate) fn open_source(_: &KafkaArgs, _: Topics) -> Result<Arc<dyn Source>> {
    bail!(ABSENT)
}

/// The records of these topics, and these to publish to.
pub(crate) fn open(_: &KafkaArgs, _: Topics, _: Publish) -> Result<Backend> {
    bail!(ABSENT)
}
