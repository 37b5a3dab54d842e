//! How to reach a cluster, in settings that librdkafka takes.

use std::collections::BTreeMap;
use std::fmt;

use crate::kafka::KafkaError;

/// Settings of a cluster that have been checked; they name its brokers.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// Under librdkafka's names.
    native: BTreeMap<String, String>,
}

impl Settings {
    /// A cluster that wants neither TLS nor a login.
    #[must_use]
    pub fn plaintext(bootstrap_servers: &str) -> Self {
        let brokers = ("bootstrap.servers".to_owned(), bootstrap_servers.to_owned());
        Settings {
            native: BTreeMap::from([brokers]),
        }
    }

    /// The brokers that are asked first, as `host:port,host:port`.
    #[must_use]
    pub fn bootstrap_servers(&self) -> &str {
        self.native
            .get("bootstrap.servers")
            .map_or("", String::as_str)
    }

    /// Every setting under librdkafka's name.
    pub(in crate::kafka) fn native(&self) -> impl Iterator<Item = (&str, &str)> {
        self.native
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Settings {
    /// Names only, beside the brokers: values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("bootstrap.servers", &self.bootstrap_servers())
            .field("names", &self.native.keys())
            .finish()
    }
}
