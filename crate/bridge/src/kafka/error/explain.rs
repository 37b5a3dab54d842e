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
        code => KafkaError::passing(cannot(&code.to_string()), "see the broker's log"),
    }
}

/// What an error means that concerns the connection to a broker; None where the code says nothing of one.
///
/// `told` is librdkafka's own text, such as `sasl_ssl://kafka:9093/bootstrap: SSL handshake failed: ..`.
pub(crate) fn connection(code: Code, told: &str) -> Option<KafkaError> {
    let (broker, reason) = split(told);
    let says = |words: &str| reason.contains(words);
    let at = |what: &str| format!("{what} {broker}");
    Some(match code {
        Code::Resolve => KafkaError::passing(
            format!("the name of broker {broker} cannot be resolved"),
            "correct bootstrap.servers, or the broker's advertised.listeners where the name stands nowhere in it",
        ),
        Code::SSL | Code::BrokerTransportFailure
            if says("PLAINTEXT broker listener") || says("wrong version number") =>
        {
            KafkaError::setting(
                at("TLS was spoken to a port without TLS, broker"),
                "set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or give the broker's TLS port in bootstrap.servers",
            )
        }
        Code::SSL if says("certificate verify failed") && says("hostname mismatch") => {
            KafkaError::setting(
                format!("the certificate of broker {broker} is for another host name"),
                "name the broker in bootstrap.servers as its certificate does, or set ssl.endpoint.identification.algorithm to nothing",
            )
        }
        Code::SSL if says("certificate verify failed") => KafkaError::setting(
            format!("the certificate of broker {broker} is not trusted"),
            "name the authority that signed it in ssl.truststore.location (or ssl.ca.location, PEM)",
        ),
        Code::SSL | Code::BrokerTransportFailure
            if says("alert") || says("certificate required") =>
        {
            KafkaError::setting(
                format!(
                    "broker {broker} refused the TLS handshake: {}",
                    tls_alert(reason)
                ),
                "give the client certificate that it wants in ssl.keystore.location",
            )
        }
        Code::SSL => KafkaError::setting(
            format!("no TLS with broker {broker}: {reason}"),
            "see the settings that begin with ssl., and security.protocol",
        ),
        Code::Authentication | Code::SaslAuthenticationFailed if says("mechanism") => {
            KafkaError::setting(
                format!("broker {broker} does not take this way to log in: {reason}"),
                "set sasl.mechanism to one that it supports",
            )
        }
        Code::Authentication | Code::SaslAuthenticationFailed => KafkaError::setting(
            format!("broker {broker} did not accept the login: {reason}"),
            "correct sasl.username and sasl.password (or sasl.jaas.config) and sasl.mechanism",
        ),
        Code::BrokerTransportFailure if says("security.protocol") && says("SSL listener") => {
            KafkaError::setting(
                at("TLS is wanted (or something that is not Kafka answers) at"),
                "set security.protocol to SSL or SASL_SSL, or correct bootstrap.servers",
            )
        }
        Code::BrokerTransportFailure if says("require SASL authentication") => KafkaError::setting(
            format!("broker {broker} hung up, as one does that wants a login"),
            "set security.protocol to SASL_PLAINTEXT or SASL_SSL, sasl.mechanism, sasl.username and sasl.password",
        ),
        Code::BrokerTransportFailure | Code::AllBrokersDown => KafkaError::passing(
            format!("broker {broker} cannot be reached: {reason}"),
            "see whether it runs and whether bootstrap.servers names it",
        ),
        _ => return None,
    })
}

/// Broker and reason in librdkafka's text.
fn split(told: &str) -> (&str, &str) {
    let (broker, reason) = told.split_once(": ").unwrap_or((told, told));
    let broker = broker.split_once("://").map_or(broker, |(_, rest)| rest);
    let broker = broker.split_once('/').map_or(broker, |(name, _)| name);
    // How long a state lasted helps nobody who reads this.
    let reason = reason
        .rsplit_once(" (after ")
        .map_or(reason, |(reason, _)| reason);
    (broker, reason)
}

/// The last part of OpenSSL's error, which is the one for people.
fn tls_alert(reason: &str) -> &str {
    reason
        .split(": ")
        .find(|part| part.starts_with("error:"))
        .and_then(|part| part.rsplit(':').next())
        .unwrap_or(reason)
}
