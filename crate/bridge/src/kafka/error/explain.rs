//! librdkafka's errors as sentences that name broker and setting.

use rdkafka::error::KafkaError as NativeError;
use rdkafka::types::RDKafkaErrorCode as Code;

use super::KafkaError;

/// What an answer means: the cause where the connection is the cause, else what the code says of `subject`.
///
/// `doing` completes "cannot ..": "read topic shop.orders, partition 3". `trouble` is what the client's log knows.
pub(crate) fn answer(error: &NativeError, doing: &str, trouble: Option<KafkaError>) -> KafkaError {
    let code = match error {
        NativeError::AdminOp(code) => Some(*code),
        other => other.rdkafka_error_code(),
    };
    let Some(code) = code else {
        return KafkaError::passing(format!("cannot {doing}: {error}"), "see the program's log");
    };
    match code {
        Code::BrokerTransportFailure
        | Code::AllBrokersDown
        | Code::OperationTimedOut
        | Code::RequestTimedOut
        | Code::TimedOutQueue
        | Code::MessageTimedOut
        | Code::Resolve
        | Code::SSL
        | Code::Authentication => match trouble {
            Some(cause) => KafkaError {
                what: format!("cannot {doing}: {}", cause.what),
                ..cause
            },
            None => KafkaError::passing(
                format!("cannot {doing}: no broker answers"),
                "see whether the brokers run and whether bootstrap.servers names them",
            ),
        },
        code => by_code(code, doing),
    }
}

/// Why librdkafka made no client.
pub(crate) fn creation(error: &NativeError) -> KafkaError {
    match error {
        NativeError::ClientConfig(_, reason, name, _) => KafkaError::setting(
            format!("Kafka setting {name} is refused: {reason}"),
            "correct it, or leave it out",
        ),
        NativeError::ClientCreation(reason) => KafkaError::setting(
            format!("no Kafka client can be made: {reason}"),
            "correct the setting that it names",
        ),
        other => KafkaError::setting(
            format!("no Kafka client can be made: {other}"),
            "see the Kafka settings",
        ),
    }
}

/// What a broker's own refusal means.
fn by_code(code: Code, doing: &str) -> KafkaError {
    let cannot = |why: &str| format!("cannot {doing}: {why}");
    match code {
        Code::TopicAuthorizationFailed => KafkaError::setting(
            cannot("this user may not use the topic"),
            "give it the right (kafka-acls), or log in as another (sasl.username)",
        ),
        Code::ClusterAuthorizationFailed => KafkaError::setting(
            cannot("this user may not ask this of the cluster"),
            "give it the right (kafka-acls; publishing needs Write on the topic)",
        ),
        Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition => {
            KafkaError::setting(
                cannot("the cluster has no such topic or partition"),
                "create it (kafka-topics --create --topic NAME), or correct the name",
            )
        }
        Code::MessageSizeTooLarge | Code::MessageBatchTooLarge | Code::InvalidMessageSize => {
            KafkaError::message(
                cannot("the message is larger than the topic takes"),
                "raise the topic's max.message.bytes, and message.max.bytes here",
            )
        }
        Code::InvalidMessage | Code::InvalidRecord | Code::PolicyViolation => KafkaError::message(
            cannot(&format!("the broker refuses the message ({code})")),
            "see the topic's settings; a compacted topic takes no message without a key",
        ),
        Code::NotEnoughReplicas | Code::NotEnoughReplicasAfterAppend => KafkaError::passing(
            cannot("too few replicas are in step"),
            "wait for the brokers that are away, or lower the topic's min.insync.replicas",
        ),
        Code::NotLeaderForPartition | Code::LeaderNotAvailable => KafkaError::passing(
            cannot("a partition has no leader just now"),
            "wait for the cluster to choose one, and see whether all brokers run",
        ),
        code => KafkaError::passing(cannot(&code.to_string()), "see the broker's log"),
    }
}

/// What an error means that concerns the connection to a broker; None where the code says nothing of one.
///
/// `told` is librdkafka's own text, such as `sasl_ssl://kafka:9093/bootstrap: SSL handshake failed: ..`. Where the cluster has
/// `answered` before, a broker that hangs up is one that ends, not one that was asked in the wrong way.
pub(crate) fn connection(code: Code, told: &str, answered: bool) -> Option<KafkaError> {
    let Told {
        broker,
        reason,
        when,
    } = Told::of(told);
    match code {
        Code::Resolve => Some(unresolved(broker)),
        Code::SSL => Some(tls(broker, reason)),
        Code::BrokerTransportFailure if reason.contains("Failed to resolve") => {
            Some(unresolved(broker))
        }
        Code::BrokerTransportFailure if reason.contains("SSL") => Some(tls(broker, reason)),
        Code::BrokerTransportFailure if reason.starts_with("SASL") => Some(login(broker, reason)),
        Code::Authentication | Code::SaslAuthenticationFailed => Some(login(broker, reason)),
        Code::BrokerTransportFailure if reason.starts_with("Disconnected") => {
            Some(hung_up(broker, if answered { "" } else { when }))
        }
        Code::BrokerTransportFailure => Some(KafkaError::passing(
            format!("broker {broker} cannot be reached: {reason}"),
            "see whether it runs and whether bootstrap.servers names it",
        )),
        _ => None,
    }
}

fn unresolved(broker: &str) -> KafkaError {
    KafkaError::passing(
        format!("the name of broker {broker} cannot be resolved"),
        "correct bootstrap.servers, or the broker's advertised.listeners where the name does not stand there",
    )
}

fn tls(broker: &str, reason: &str) -> KafkaError {
    let says = |words: &str| reason.contains(words);
    if says("certificate verify failed") {
        // librdkafka does not tell the two apart.
        KafkaError::setting(
            format!(
                "the certificate of broker {broker} is not trusted, or is for another host name"
            ),
            "name the authority that signed it in ssl.truststore.location (or ssl.ca.location, PEM), and the broker in \
             bootstrap.servers as its certificate does; an empty ssl.endpoint.identification.algorithm allows any name",
        )
    } else if says("PLAINTEXT broker listener") || says("wrong version number") {
        KafkaError::setting(
            format!("broker {broker} does not speak TLS at this port"),
            "set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or give the broker's TLS port in bootstrap.servers",
        )
    } else if says("alert") || says("client SSL authentication") {
        KafkaError::setting(
            format!(
                "broker {broker} refused the TLS handshake: {}",
                last_part(reason)
            ),
            "give the client certificate that it wants in ssl.keystore.location",
        )
    } else {
        KafkaError::setting(
            format!("no TLS with broker {broker}: {reason}"),
            "see security.protocol and the settings that begin with ssl.",
        )
    }
}

fn login(broker: &str, reason: &str) -> KafkaError {
    if reason.contains("Request not valid in current SASL state") {
        KafkaError::setting(
            format!("broker {broker} wants no login at this port"),
            "set security.protocol to PLAINTEXT or SSL, or give the port for logins in bootstrap.servers",
        )
    } else if reason.contains("mechanism handshake failed") {
        KafkaError::setting(
            format!("broker {broker} does not take this way to log in: {reason}"),
            "set sasl.mechanism to one that it supports",
        )
    } else {
        KafkaError::setting(
            format!("broker {broker} did not accept the login: {reason}"),
            "correct sasl.username and sasl.password (or sasl.jaas.config) and sasl.mechanism",
        )
    }
}

/// A broker that ends the connection says why only by when it does so.
fn hung_up(broker: &str, when: &str) -> KafkaError {
    let at_once = || {
        let ms = when.split_once("ms ").map_or("", |(ms, _)| ms);
        ms.parse::<u32>().is_ok_and(|ms| ms < 2_000)
    };
    if when.contains("state APIVERSION_QUERY") {
        KafkaError::setting(
            format!("broker {broker} hung up at the first question, as one does that wants TLS"),
            "set security.protocol to SSL or SASL_SSL, or correct the port in bootstrap.servers",
        )
    } else if when.contains("state UP") && at_once() {
        KafkaError::setting(
            format!(
                "broker {broker} hung up at the second question, as one does that wants a login"
            ),
            "set security.protocol to SASL_PLAINTEXT or SASL_SSL, sasl.mechanism, sasl.username and sasl.password",
        )
    } else {
        KafkaError::passing(
            format!("broker {broker} ended the connection"),
            "see whether it still runs, and its log",
        )
    }
}

/// What stands in librdkafka's text.
struct Told<'a> {
    broker: &'a str,
    reason: &'a str,
    /// How long which state of the connection lasted: `5ms in state UP`.
    when: &'a str,
}

impl<'a> Told<'a> {
    fn of(told: &'a str) -> Self {
        let (broker, reason) = told.split_once(": ").unwrap_or((told, told));
        let broker = broker.split_once("://").map_or(broker, |(_, rest)| rest);
        let broker = broker.split_once('/').map_or(broker, |(name, _)| name);
        let (reason, when) = reason.rsplit_once(" (after ").unwrap_or((reason, ""));
        Told {
            broker,
            reason,
            when,
        }
    }
}

/// The last part of OpenSSL's error, which is the one for people.
fn last_part(reason: &str) -> &str {
    reason
        .split(": ")
        .find(|part| part.starts_with("error:"))
        .and_then(|part| part.rsplit(':').next())
        .unwrap_or(reason)
}

#[cfg(test)]
mod tests;
