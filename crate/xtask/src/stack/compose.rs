//! Tests: `compose.yaml` is what the compose specification allows, and starts what `cargo xtask stack` starts.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::cache::{DEBEZIUM_VERSION, KAFKA_VERSION};
use super::connect::CONNECTORS;
use super::eddy::TOPICS;
use super::kafka::PREDICTIONS;
use super::part::Part;
use super::postgres::REPLICATION;

const SCHEMA: &str = include_str!("../../../../tests/data/compose-spec.json");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text() -> String {
    fs::read_to_string(root().join("compose.yaml")).expect("compose.yaml")
}

fn compose() -> Value {
    serde_saphyr::from_str(&text()).expect("YAML")
}

/// The texts of a list.
fn texts(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|item| item.as_str().expect("a text"))
        .collect()
}

#[test]
fn it_is_what_the_specification_allows() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors = |value: &Value| {
        validator
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect::<Vec<String>>()
    };
    assert_eq!(errors(&compose()), [""; 0]);
    for (service, key, value) in [
        ("kafka", "port", json!(["1:1"])),
        ("kafka", "ports", json!("1:1")),
        (
            "connect",
            "depends_on",
            json!({"kafka": {"condition": "ready"}}),
        ),
    ] {
        let mut broken = compose();
        broken["services"][service][key] = value;
        assert_ne!(errors(&broken), [""; 0], "{service}: {key}");
    }
}

#[test]
fn its_ports_are_the_documented_ones() {
    let compose = compose();
    for (part, inside) in [
        (Part::Postgres, 5432),
        (Part::Kafka, Part::Kafka.default_port()),
        (Part::Connect, 8083),
    ] {
        let ports = texts(&compose["services"][part.name()]["ports"]);
        let expected = format!("127.0.0.1:{}:{inside}", part.default_port());
        assert_eq!(ports, [expected]);
    }
    let listeners = &compose["services"]["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"];
    let host = format!("HOST://127.0.0.1:{}", Part::Kafka.default_port());
    assert!(
        listeners.as_str().is_some_and(|all| all.ends_with(&host)),
        "{listeners}"
    );
}

#[test]
fn its_images_are_the_tested_versions() {
    let compose = compose();
    let services = compose["services"].as_object().expect("services");
    for (name, service) in services {
        let image = service["image"].as_str().expect("an image");
        let (image, tag) = image.rsplit_once(':').expect("a tag");
        match image {
            "apache/kafka" => assert_eq!(tag, KAFKA_VERSION, "{name}"),
            "quay.io/debezium/connect" => assert_eq!(tag, DEBEZIUM_VERSION, "{name}"),
            "postgres" => assert!(tag.contains('.'), "{name}: {tag} moves"),
            other => panic!("{name}: {other} is not known here"),
        }
    }
}

#[test]
fn it_has_the_files_and_settings_of_the_stack() {
    let compose = compose();
    let services = compose["services"].as_object().expect("services");
    let mut mounted = Vec::new();
    for service in services.values() {
        let Some(volumes) = service.get("volumes") else {
            continue;
        };
        for volume in texts(volumes) {
            if let Some(("./crate/xtask/stack", file)) = volume
                .split(':')
                .next()
                .and_then(|path| path.rsplit_once('/'))
            {
                assert!(
                    root().join("crate/xtask/stack").join(file).exists(),
                    "{file}"
                );
                mounted.push(file.to_owned());
            }
        }
    }
    mounted.sort();
    assert_eq!(
        mounted,
        [
            "connectors",
            "ecommerce.sql",
            "iris.sql",
            "kafka.properties"
        ]
    );

    let expected: Vec<&str> = REPLICATION.iter().flat_map(|one| ["-c", one]).collect();
    assert_eq!(texts(&services["postgres"]["command"])[1..], expected);
    let script = texts(&services["topics"]["command"])[0];
    let names = PREDICTIONS.join(" ");
    assert!(
        script.starts_with(&format!("for topic in {names}; do\n")),
        "{script}"
    );
}

#[test]
fn its_connectors_are_the_stacks() {
    let compose = compose();
    let services = &compose["services"];
    let script = texts(&services["connectors"]["command"])[0];
    let names = CONNECTORS.map(|(name, _)| name).join(" ");
    assert!(
        script.starts_with(&format!("for name in {names}; do\n")),
        "{script}"
    );
    let environment = services["connect"]["environment"]
        .as_object()
        .expect("an environment");
    for (name, text) in CONNECTORS {
        let file = root().join(format!("crate/xtask/stack/connectors/{name}.json"));
        assert_eq!(fs::read_to_string(file).ok().as_deref(), Some(text));
        let variables = text.split("${env:").skip(1);
        for variable in variables.filter_map(|rest| rest.split('}').next()) {
            assert!(environment.contains_key(variable), "{name}: {variable}");
        }
    }
}

#[test]
fn the_command_in_its_comment_is_right() {
    let text = text();
    let kafka = format!("--kafka 127.0.0.1:{}", Part::Kafka.default_port());
    for words in [&kafka, TOPICS, "--scenario iris", "--scenario ecommerce"] {
        assert!(text.contains(words), "{words}");
    }
}
