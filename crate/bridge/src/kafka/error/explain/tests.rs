use super::*;
use crate::kafka::error::Nature;

/// What librdkafka 2.12 said to Kafka 4.3, and the words that must be in the sentence made of it.
#[track_caller]
fn check(code: Code, told: &str, nature: Nature, broker: &str, words: &str) {
    let found = connection(code, told, false).expect("an explanation");
    assert_eq!(found.nature, nature, "{found}");
    let text = found.to_string();
    assert!(text.contains(&format!("broker {broker} ")), "{text}");
    assert!(text.contains(words), "{text}");
}

#[test]
fn what_passes() {
    let passes = |told, words| {
        check(
            Code::BrokerTransportFailure,
            told,
            Nature::Passing,
            "h:1",
            words,
        );
    };
    passes(
        "h:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)",
        "Connection refused; see whether it runs and whether bootstrap.servers",
    );
    passes(
        "sasl_ssl://h:1/1: Disconnected: connection closed by peer: receive 0 after POLLIN (after 60313ms in state UP)",
        "ended the connection",
    );
    check(
        Code::Resolve,
        "h:1/bootstrap: Failed to resolve 'h:1': Name or service not known (after 9ms in state CONNECT)",
        Nature::Passing,
        "h:1",
        "bootstrap.servers",
    );
}

#[test]
fn what_a_setting_mends() {
    let check = |code, told: &str, words| check(code, told, Nature::Setting, "h:1", words);
    check(
        Code::BrokerTransportFailure,
        "h:1/bootstrap: Disconnected: connection closed by peer: receive 0 after POLLIN (after 0ms in state APIVERSION_QUERY)",
        "security.protocol to SSL",
    );
    check(
        Code::BrokerTransportFailure,
        "h:1/bootstrap: Disconnected: connection closed by peer: receive 0 after POLLIN (after 3ms in state UP, 1 identical error(s) suppressed)",
        "security.protocol to SASL_PLAINTEXT",
    );
    check(
        Code::BrokerTransportFailure,
        "ssl://h:1/bootstrap: SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener? (after 4ms in state SSL_HANDSHAKE)",
        "security.protocol to PLAINTEXT",
    );
    check(
        Code::SSL,
        "sasl_ssl://h:1/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified, verify that ssl.ca.location is correctly configured or root CA certificates are installed (install ca-certificates package) (after 8ms in state SSL_HANDSHAKE)",
        "ssl.truststore.location",
    );
    check(
        Code::Authentication,
        "sasl_ssl://h:1/bootstrap: SASL authentication error: Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512 (after 300ms in state AUTH_REQ)",
        "sasl.password",
    );
    check(
        Code::Authentication,
        "sasl_plaintext://h:1/bootstrap: SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: SCRAM-SHA-512 (after 1ms in state AUTH_HANDSHAKE)",
        "supported mechanisms: SCRAM-SHA-512; set sasl.mechanism",
    );
    check(
        Code::Authentication,
        "sasl_plaintext://h:1/bootstrap: SASL PLAIN mechanism handshake failed: Broker: Request not valid in current SASL state: broker's supported mechanisms:  (after 1ms in state AUTH_HANDSHAKE)",
        "wants no login",
    );
}

#[test]
fn brokers_refusals_say_whether_waiting_helps() {
    let nature = |code| {
        answer(
            &NativeError::MessageProduction(code),
            "publish to topic t",
            None,
        )
        .nature
    };
    assert_eq!(nature(Code::NotEnoughReplicas), Nature::Passing);
    assert_eq!(nature(Code::TopicAuthorizationFailed), Nature::Setting);
    assert_eq!(nature(Code::UnknownTopicOrPartition), Nature::Setting);
    assert_eq!(nature(Code::MessageSizeTooLarge), Nature::Message);
    assert_eq!(nature(Code::InvalidRecord), Nature::Message);
}

#[test]
fn a_time_out_is_put_down_to_its_cause() {
    let late = NativeError::MetadataFetch(Code::OperationTimedOut);
    let cause = connection(
        Code::Resolve,
        "h:1/bootstrap: Failed to resolve 'h:1'",
        false,
    );
    let text = answer(&late, "list the topics", cause).to_string();
    assert!(
        text.starts_with("cannot list the topics: the name of broker h:1 "),
        "{text}"
    );
}

#[test]
fn a_broker_that_has_answered_before_is_not_taken_for_one_with_tls() {
    let told = "127.0.0.1:9092/1: Disconnected (after 1ms in state APIVERSION_QUERY)";
    let nature = |answered| {
        let found = connection(Code::BrokerTransportFailure, told, answered);
        found.expect("an explanation").nature
    };
    assert_eq!(nature(false), Nature::Setting);
    assert_eq!(nature(true), Nature::Passing);
}
