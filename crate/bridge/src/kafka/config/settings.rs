//! How to reach a cluster, in settings that librdkafka takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError as NativeError;

use super::given::{Given, Place};
use super::{jaas, names, stores};
use crate::kafka::KafkaError;

/// Settings of a cluster that have been checked; they name its brokers.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// Under librdkafka's names.
    native: BTreeMap<String, String>,
}

impl Settings {
    /// Checks settings and puts them into librdkafka's terms; the later ones override the earlier ones.
    ///
    /// Beside them comes what people should be told of them.
    pub fn of(given: Vec<Given>) -> Result<(Self, Vec<String>), KafkaError> {
        let mut warnings = Vec::new();
        let mut named = by_name(given, &mut warnings)?;
        let brokers = named.get("bootstrap.servers");
        if brokers.is_none_or(|given| given.value.is_empty()) {
            return Err(KafkaError::setting(
                "no Kafka broker is named",
                "give --kafka HOST:PORT, or bootstrap.servers in the Kafka settings",
            ));
        }
        security(&mut named, &mut warnings)?;
        stores::translate(&mut named)?;
        named.values().try_for_each(check)?;
        let native = named
            .into_iter()
            .map(|(name, given)| (name, given.value))
            .collect();
        Ok((Settings { native }, warnings))
    }

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

/// The settings by their names, without those that Eddy decides; of several with one name the last.
fn by_name(
    given: Vec<Given>,
    warnings: &mut Vec<String>,
) -> Result<BTreeMap<String, Given>, KafkaError> {
    let mut named = BTreeMap::new();
    let mut decided = BTreeSet::new();
    for mut one in given {
        one.name = names::canonical(&one.name).to_owned();
        // As Kafka's own clients do.
        one.value = one.value.trim().to_owned();
        if names::is_decided(&one.name) {
            decided.insert(one.name);
        } else if one.name == "sasl.jaas.config" {
            for part in login(&one)? {
                named.insert(part.name.clone(), part);
            }
        } else {
            named.insert(one.name.clone(), one);
        }
    }
    if !decided.is_empty() {
        let names: Vec<_> = decided.into_iter().collect();
        warnings.push(format!(
            "these Kafka settings are left aside, because Eddy decides them or does without: {}",
            names.join(", ")
        ));
    }
    Ok(named)
}

/// User and password of a `sasl.jaas.config`, as settings of their own.
fn login(given: &Given) -> Result<[Given; 2], KafkaError> {
    let login = jaas::parse(&given.value).map_err(|problem| {
        KafkaError::setting(
            format!(
                "Kafka setting sasl.jaas.config ({}): {problem}",
                given.place
            ),
            "give sasl.username and sasl.password, or \
             PlainLoginModule or ScramLoginModule required username=\"..\" password=\"..\";",
        )
    })?;
    let part = |name: &str, value: String| Given {
        name: name.to_owned(),
        value,
        place: given.place.clone(),
    };
    Ok([
        part("sasl.username", login.username),
        part("sasl.password", login.password),
    ])
}

/// Checks what has to fit together: protocol, mechanism, login, host names.
fn security(
    named: &mut BTreeMap<String, Given>,
    warnings: &mut Vec<String>,
) -> Result<(), KafkaError> {
    let protocol = named.get("security.protocol").map_or_else(
        || "PLAINTEXT".to_owned(),
        |given| given.value.to_uppercase(),
    );
    if let Some(given) = named.get_mut("ssl.endpoint.identification.algorithm") {
        // Java says it with nothing.
        given.value = match given.value.to_lowercase() {
            nothing if nothing.is_empty() => "none".to_owned(),
            value => value,
        };
    }
    if protocol.starts_with("SASL_") {
        return mechanism(named);
    }
    for (start, with) in [
        ("sasl.", "SASL_PLAINTEXT or SASL_SSL"),
        ("ssl.", "SSL or SASL_SSL"),
    ] {
        let unused = named.keys().find(|name| name.starts_with(start));
        if let Some(name) = unused.filter(|_| start == "sasl." || protocol == "PLAINTEXT") {
            warnings.push(format!(
                "Kafka setting {name} has no effect, because security.protocol is {protocol}; \
                 set it to {with} if that is what the brokers want"
            ));
        }
    }
    Ok(())
}

/// Checks that Eddy can log in this way, and has what it takes.
fn mechanism(named: &mut BTreeMap<String, Given>) -> Result<(), KafkaError> {
    const CHOICE: &str = "set sasl.mechanism to PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512";
    let Some(given) = named.get_mut("sasl.mechanism") else {
        return Err(KafkaError::setting(
            "Kafka setting sasl.mechanism is missing (Java's default, GSSAPI, is not supported)",
            CHOICE,
        ));
    };
    given.value = given.value.to_uppercase();
    if !["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"].contains(&given.value.as_str()) {
        let Given { value, place, .. } = given;
        return Err(KafkaError::setting(
            format!("Kafka setting sasl.mechanism ({place}): {value} is not supported"),
            CHOICE,
        ));
    }
    for name in ["sasl.username", "sasl.password"] {
        if !named.contains_key(name) {
            return Err(KafkaError::setting(
                format!("Kafka setting {name} is missing"),
                "give it, or sasl.jaas.config as for a Java client",
            ));
        }
    }
    Ok(())
}

/// Asks librdkafka whether it knows the setting and takes the value.
fn check(given: &Given) -> Result<(), KafkaError> {
    let Given { name, value, place } = given;
    let mut config = ClientConfig::new();
    config.set(name, value);
    let Err(error) = config.create_native_config() else {
        return Ok(());
    };
    let reason = match error {
        _ if names::is_secret(name) => "its value is refused".to_owned(),
        NativeError::ClientConfig(_, reason, ..) => reason,
        other => other.to_string(),
    };
    Err(KafkaError::setting(
        format!("Kafka setting {name} ({place}): {reason}"),
        match place {
            Place::File { .. } => "correct the line, or remove it",
            Place::Variable(_) => "correct the variable, or unset it",
            Place::Flag(_) => "correct the flag, or leave it out",
        },
    ))
}

#[cfg(test)]
mod tests;
