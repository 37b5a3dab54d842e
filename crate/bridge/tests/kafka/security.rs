//! TLS, client certificates and logins, against a broker that wants them.

use std::time::{Duration, Instant};

use eddy_bridge::kafka::{Given, Kafka, KafkaConfig, KafkaSink, Nature, Place, Settings, reach};
use eddy_bridge::{Sink as _, SinkError};

use super::cluster::{SOON, at, read_all};
use super::publishing::{ids_in, message};
use super::secured::Secured;

type Pairs<'a> = &'a [(&'a str, &'a str)];

#[test]
fn a_broker_that_wants_tls_and_logins() {
    let Some(broker) = Secured::start() else {
        return;
    };
    broker.create("there");
    logins_that_are_right(&broker);
    settings_that_are_wrong(&broker);
    rights_that_are_missing(&broker);
}

/// Every way in: it is answered, takes a prediction, and gives all of them.
fn logins_that_are_right(broker: &Secured) {
    let ca = broker.path("ca.pem");
    let (trust, client) = (broker.path("trust.p12"), broker.path("client.pem"));
    let in_one_line = |file: &str| broker.text(file).replace('\n', " ");
    let (ca_line, certificate, key) = (
        in_one_line("ca.pem"),
        in_one_line("client.crt"),
        in_one_line("client.key"),
    );
    let plain = "org.apache.kafka.common.security.plain.PlainLoginModule required \
                 username=\"alice\" password=\"alice-secret\";";
    let scram = "org.apache.kafka.common.security.scram.ScramLoginModule required \
                 username=\"carol\" password=\"carol-secret\";";
    let ways: [(u16, Pairs<'_>); 7] = [
        (
            broker.sasl_ssl,
            &[
                ("security.protocol", "SASL_SSL"),
                ("sasl.mechanism", "PLAIN"),
                ("sasl.jaas.config", plain),
                ("ssl.truststore.location", &trust),
                ("ssl.truststore.password", "trust-secret"),
            ],
        ),
        (
            broker.sasl_ssl,
            &[
                ("security.protocol", "SASL_SSL"),
                ("sasl.mechanism", "SCRAM-SHA-512"),
                ("sasl.jaas.config", scram),
                ("ssl.truststore.location", &ca),
            ],
        ),
        (
            broker.sasl_ssl,
            &[
                ("security.protocol", "sasl_ssl"),
                ("sasl.mechanisms", "SCRAM-SHA-256"),
                ("sasl.username", "carol"),
                ("sasl.password", "carol-secret"),
                ("ssl.ca.location", &ca),
            ],
        ),
        (
            broker.sasl_plaintext,
            &[
                ("security.protocol", "SASL_PLAINTEXT"),
                ("sasl.mechanism", "SCRAM-SHA-512"),
                ("sasl.jaas.config", scram),
            ],
        ),
        (
            broker.ssl,
            &[
                ("security.protocol", "SSL"),
                ("ssl.truststore.location", &ca),
                ("ssl.keystore.location", &client),
                ("ssl.keystore.type", "PEM"),
            ],
        ),
        (
            broker.ssl,
            &[
                ("security.protocol", "SSL"),
                ("ssl.truststore.certificates", &ca_line),
                ("ssl.keystore.certificate.chain", &certificate),
                ("ssl.keystore.key", &key),
            ],
        ),
        (
            broker.ssl,
            &[
                ("security.protocol", "SSL"),
                ("ssl.ca.location", &ca),
                ("ssl.keystore.location", &broker.path("client.p12")),
                ("ssl.keystore.password", "client-secret"),
            ],
        ),
    ];
    for (number, (port, pairs)) in ways.into_iter().enumerate() {
        let mut config = KafkaConfig::new(settings(&format!("localhost:{port}"), pairs));
        reach(&config.settings, SOON).unwrap_or_else(|error| panic!("way {number}: {error}"));
        config.topics = vec!["there".to_owned()];
        config.publish = config.topics.clone();
        let sink = KafkaSink::open(&config).expect("a sink");
        let messages: Vec<_> = (0..=number).map(|n| message("there", n)).collect();
        sink.publish(&messages)
            .unwrap_or_else(|error| panic!("way {number}: {error}"));
        let kafka = Kafka::open(config).expect("a source");
        let records = read_all(&kafka, &mut vec![at("there", 0, 0)]).1;
        assert_eq!(ids_in(&records).len(), number + 1, "way {number}");
    }
}

fn settings_that_are_wrong(broker: &Secured) {
    let (ca, other) = (broker.path("ca.pem"), broker.path("other.pem"));
    let alice = [
        ("security.protocol", "SASL_SSL"),
        ("sasl.mechanism", "PLAIN"),
        ("sasl.username", "alice"),
        ("sasl.password", "alice-secret"),
        ("ssl.truststore.location", ca.as_str()),
    ];
    let with = |more: Pairs<'static>| [&alice[..], more].concat();
    let check = |host: &str, port: u16, pairs: Pairs<'_>, words: &[&str]| {
        let address = format!("{host}:{port}");
        let began = Instant::now();
        let error = reach(&settings(&address, pairs), SOON).expect_err("no way in");
        assert!(began.elapsed() < Duration::from_secs(10), "{error}");
        assert_eq!(error.nature, Nature::Setting, "{error}");
        let error = error.to_string();
        for words in [&[address.as_str()], words].concat() {
            assert!(error.contains(words), "{error}");
        }
        assert!(!error.contains("secret"), "{error}");
    };
    check(
        "localhost",
        broker.ssl,
        &[],
        &["wants TLS", "security.protocol"],
    );
    check(
        "localhost",
        broker.sasl_plaintext,
        &[],
        &["wants a login", "security.protocol"],
    );
    let tls = [
        ("security.protocol", "SSL"),
        ("ssl.truststore.location", ca.as_str()),
    ];
    check(
        "localhost",
        broker.plaintext,
        &tls,
        &["does not speak TLS", "security.protocol"],
    );
    check("localhost", broker.ssl, &tls, &["ssl.keystore.location"]);
    check(
        "localhost",
        broker.sasl_ssl,
        &with(&[("sasl.password", "another secret")]),
        &["did not accept the login", "sasl.password"],
    );
    check(
        "localhost",
        broker.sasl_plaintext,
        &with(&[("security.protocol", "SASL_PLAINTEXT")]),
        &["SCRAM-SHA-512", "set sasl.mechanism"],
    );
    let distrust = [&alice[..4], &[("ssl.truststore.location", other.as_str())]].concat();
    check(
        "localhost",
        broker.sasl_ssl,
        &distrust,
        &["not trusted", "ssl.truststore.location"],
    );
    // The certificate is for localhost.
    check(
        "127.0.0.1",
        broker.sasl_ssl,
        &alice,
        &["another host name", "ssl.endpoint.identification.algorithm"],
    );
    let any_name = with(&[("ssl.endpoint.identification.algorithm", "")]);
    let address = format!("127.0.0.1:{}", broker.sasl_ssl);
    reach(&settings(&address, &any_name), SOON).unwrap_or_else(|error| panic!("{error}"));
}

/// Bob has none, and this broker makes no topics.
fn rights_that_are_missing(broker: &Secured) {
    let bob = [
        ("security.protocol", "SASL_SSL"),
        ("sasl.mechanism", "PLAIN"),
        ("sasl.username", "bob"),
        ("sasl.password", "bob-secret"),
        ("ssl.truststore.location", &broker.path("ca.pem")),
    ];
    let bob = settings(&format!("localhost:{}", broker.sasl_ssl), &bob);
    let anybody = settings(&format!("localhost:{}", broker.plaintext), &[]);
    for (settings, topic, words) in [
        (bob, "there", "sasl.username"),
        (
            anybody,
            "missing",
            "kafka-topics.sh --bootstrap-server localhost:",
        ),
    ] {
        let mut config = KafkaConfig::new(settings);
        config.publish = vec![topic.to_owned()];
        let sink = KafkaSink::open(&config).expect("a sink");
        let error = sink.publish(&[message(topic, 1)]).expect_err("a refusal");
        assert!(matches!(error, SinkError::Unwritable { .. }), "{error:?}");
        let error = error.to_string();
        assert!(
            error.contains(&format!("topic {topic}")) && error.contains(words),
            "{error}"
        );
    }
}

fn settings(address: &str, pairs: Pairs<'_>) -> Settings {
    let given = [("bootstrap.servers", address)]
        .iter()
        .chain(pairs)
        .map(|(name, value)| Given {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
            place: Place::Flag("--kafka-set"),
        })
        .collect();
    Settings::of(given)
        .unwrap_or_else(|error| panic!("{error}"))
        .0
}
