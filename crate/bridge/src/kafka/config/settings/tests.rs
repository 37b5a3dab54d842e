use super::*;

fn given(settings: &[(&str, &str)]) -> Vec<Given> {
    let one = |(name, value): &(&str, &str)| Given {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
        place: Place::Flag("--kafka-set"),
    };
    settings.iter().map(one).collect()
}

/// What librdkafka is told, beside the broker, and what people are told.
#[track_caller]
fn check(settings: &[(&str, &str)], native: &[(&str, &str)], warnings: &[&str]) {
    let mut all = vec![("bootstrap.servers", "h:1")];
    all.extend(settings);
    let (found, said) = Settings::of(given(&all)).unwrap_or_else(|error| panic!("{error}"));
    let found: Vec<_> = found
        .native()
        .filter(|(name, _)| *name != "bootstrap.servers")
        .collect();
    assert_eq!(found, native);
    assert_eq!(said.len(), warnings.len(), "{said:?}");
    for (said, words) in said.iter().zip(warnings) {
        assert!(said.contains(words), "{said}");
    }
}

#[track_caller]
fn check_refused(settings: &[(&str, &str)], words: &[&str]) {
    let mut all = vec![("bootstrap.servers", "h:1")];
    all.extend(settings);
    let error = Settings::of(given(&all))
        .expect_err("a refusal")
        .to_string();
    for words in words {
        assert!(error.contains(words), "{error}");
    }
    assert!(!error.contains("secret"), "{error}");
}

const LOGIN: [(&str, &str); 4] = [
    ("security.protocol", "SASL_SSL"),
    ("sasl.mechanism", "SCRAM-SHA-512"),
    ("sasl.username", "alice"),
    ("sasl.password", "secret"),
];

#[test]
fn a_broker_is_enough() {
    check(&[], &[], &[]);
    let error = Settings::of(Vec::new()).expect_err("no broker").to_string();
    assert!(error.contains("--kafka HOST:PORT"), "{error}");
}

#[test]
fn later_ones_override_earlier_ones_whatever_they_are_called() {
    check(
        &[("client.id", "a"), ("client.id", " b ")],
        &[("client.id", "b")],
        &[],
    );
    check(
        &[("compression.codec", "gzip"), ("compression.type", "zstd")],
        &[("compression.type", "zstd")],
        &[],
    );
    let brokers = [
        ("bootstrap.servers", "h:1"),
        ("metadata.broker.list", "h:2"),
    ];
    let found = Settings::of(given(&brokers)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(found.0.bootstrap_servers(), "h:2");
}

#[test]
fn a_login_of_a_java_client() {
    let jaas = "org.apache.kafka.common.security.scram.ScramLoginModule required \
                username=\"alice\" password=\"secret\";";
    let native = [
        ("sasl.mechanism", "SCRAM-SHA-512"),
        ("sasl.password", "secret"),
        ("sasl.username", "alice"),
        ("security.protocol", "SASL_SSL"),
        ("ssl.endpoint.identification.algorithm", "none"),
    ];
    check(
        &[
            ("security.protocol", "SASL_SSL"),
            ("sasl.mechanism", "scram-sha-512"),
            ("sasl.jaas.config", jaas),
            ("ssl.endpoint.identification.algorithm", ""),
        ],
        &native,
        &[],
    );
    // The variable's password in place of the file's.
    let wrong = jaas.replace("secret", "old");
    check(
        &[
            ("security.protocol", "SASL_SSL"),
            ("sasl.mechanism", "SCRAM-SHA-512"),
            ("sasl.jaas.config", &wrong),
            ("ssl.endpoint.identification.algorithm", ""),
            ("sasl.password", "secret"),
        ],
        &native,
        &[],
    );
}

#[test]
fn what_eddy_decides_is_left_aside_and_named_once() {
    check(
        &[
            (
                "key.deserializer",
                "org.apache.kafka.common.serialization.StringDeserializer",
            ),
            ("group.id", "mine"),
            ("group.id", "mine too"),
            ("enable.auto.commit", "true"),
            ("auto.offset.reset", "earliest"),
            ("acks", "1"),
            ("schema.registry.url", "http://secret@h"),
            ("ssl.enabled.protocols", "TLSv1.2,TLSv1.3"),
        ],
        &[],
        &[
            "acks, auto.offset.reset, enable.auto.commit, group.id, key.deserializer, \
           schema.registry.url, ssl.enabled.protocols",
        ],
    );
}

#[test]
fn what_has_no_effect_is_said() {
    check(
        &LOGIN[1..2],
        &LOGIN[1..2],
        &["sasl.mechanism has no effect"],
    );
    check(
        &[
            ("ssl.cipher.suites", "A"),
            ("security.protocol", "PLAINTEXT"),
        ],
        &[
            ("security.protocol", "PLAINTEXT"),
            ("ssl.cipher.suites", "A"),
        ],
        &["ssl.cipher.suites has no effect, because security.protocol is PLAINTEXT; set it to SSL"],
    );
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    check_refused(
        &[("sasl.pasword", "secret")],
        &["sasl.pasword (flag --kafka-set)"],
    );
    check_refused(&[("fetch.size", "1")], &["fetch.size (flag --kafka-set)"]);
    check_refused(
        &[("security.protocol", "TLS")],
        &["security.protocol (flag --kafka-set)", "TLS"],
    );
    check_refused(&[("message.max.bytes", "many")], &["message.max.bytes"]);
    check_refused(&[("bootstrap.servers", " ")], &["no Kafka broker is named"]);
}

#[test]
fn logins_that_cannot_be_are_refused() {
    check_refused(&LOGIN[..1], &["sasl.mechanism is missing", "SCRAM-SHA-512"]);
    check_refused(&LOGIN[..2], &["sasl.username is missing"]);
    check_refused(&LOGIN[..3], &["sasl.password is missing"]);
    for mechanism in ["GSSAPI", "OAUTHBEARER", "EXTERNAL"] {
        check_refused(
            &[
                ("security.protocol", "SASL_SSL"),
                ("sasl.mechanism", mechanism),
            ],
            &[
                mechanism,
                "is not supported",
                "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
            ],
        );
    }
    check_refused(
        &[(
            "sasl.jaas.config",
            "PlainLoginModule required password=\"secret\";",
        )],
        &["sasl.jaas.config (flag --kafka-set): it has no username"],
    );
}

#[test]
fn secrets_are_never_shown() {
    let mut all = vec![("bootstrap.servers", "h:1")];
    all.extend(LOGIN);
    let settings = Settings::of(given(&all))
        .unwrap_or_else(|error| panic!("{error}"))
        .0;
    let shown = format!("{settings:?}");
    assert!(
        shown.contains("h:1") && shown.contains("sasl.password"),
        "{shown}"
    );
    assert!(
        !shown.contains("secret") && !shown.contains("alice"),
        "{shown}"
    );
}
