//! A broker that wants TLS and logins, with keys of its own.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use eddy_bridge::kafka::{Settings, reach};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use tempfile::TempDir;

/// A broker that is killed with this value.
pub(crate) struct Secured {
    broker: Child,
    folder: TempDir,
    /// Where nothing is wanted, and everything allowed.
    pub(crate) plaintext: u16,
    /// TLS with client certificates.
    pub(crate) ssl: u16,
    /// TLS and a login: PLAIN (alice, and bob, who may do nothing) and SCRAM (carol).
    pub(crate) sasl_ssl: u16,
    /// A login by SCRAM-SHA-512 without TLS.
    pub(crate) sasl_plaintext: u16,
}

/// Who may be what: a certificate and its key.
type Identity = (X509, PKey<Private>);

impl Secured {
    /// Starts a broker; None, with a notice, where Kafka is not in the cache that `cargo xtask stack` fills.
    pub(crate) fn start() -> Option<Self> {
        let Some(jars) = jars() else {
            let required = std::env::var("EDDY_REQUIRE_STACK").is_ok_and(|value| value == "1");
            assert!(
                !required,
                "EDDY_REQUIRE_STACK=1, but there is no Kafka in the cache"
            );
            eprintln!("skipped: no Kafka in the cache; `cargo xtask stack` puts it there");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        keys(&folder);
        let [plaintext, ssl, sasl_ssl, sasl_plaintext, controller] = free_ports();
        let listeners = format!(
            "PLAINTEXT://localhost:{plaintext},SSL://localhost:{ssl},SASL_SSL://localhost:{sasl_ssl},\
             SASL_PLAINTEXT://localhost:{sasl_plaintext}"
        );
        let properties = PROPERTIES
            .replace("FOLDER", folder.path().to_str().expect("UTF-8"))
            .replace("LISTENERS", &listeners)
            .replace("CONTROLLER_PORT", &controller.to_string());
        fs::write(folder.path().join("server.properties"), properties).expect("a file");
        format_storage(&jars, folder.path());
        let log = File::create(folder.path().join("log")).expect("a file");
        let broker = java(&jars, folder.path())
            .args(["-Xmx400m", "kafka.Kafka", "server.properties"])
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .spawn()
            .expect("java runs");
        let secured = Secured {
            broker,
            folder,
            plaintext,
            ssl,
            sasl_ssl,
            sasl_plaintext,
        };
        let reached = reach(
            &Settings::plaintext(&format!("localhost:{plaintext}")),
            Duration::from_secs(120),
        );
        if let Err(error) = reached {
            panic!("{error}\n{}", secured.text("log"));
        }
        Some(secured)
    }

    /// Makes a topic.
    pub(crate) fn create(&self, topic: &str) {
        let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
            .set("bootstrap.servers", format!("localhost:{}", self.plaintext))
            .create()
            .expect("an admin client");
        let topics = [&NewTopic::new(topic, 1, TopicReplication::Fixed(1))];
        let made = admin.create_topics(topics, &AdminOptions::new());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let made = runtime.block_on(made).expect("an answer");
        made[0].as_ref().expect("the topic is made");
    }

    /// The path of one of its files.
    pub(crate) fn path(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        path.to_str().expect("UTF-8").to_owned()
    }

    /// What one of its files holds.
    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }
}

impl Drop for Secured {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.broker.kill();
        let _ = self.broker.wait();
    }
}

const PROPERTIES: &str = "\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:CONTROLLER_PORT
listeners=LISTENERS,CONTROLLER://localhost:CONTROLLER_PORT
advertised.listeners=LISTENERS
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=FOLDER/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
auto.create.topics.enable=false
ssl.keystore.type=PEM
ssl.keystore.location=FOLDER/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=FOLDER/ca.pem
listener.name.ssl.ssl.client.auth=required
listener.name.sasl_ssl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
user_alice=\"alice-secret\" user_bob=\"bob-secret\";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_plaintext.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:alice;User:carol;User:CN=client
";

/// Kafka's jars, where `cargo xtask stack` keeps them.
fn jars() -> Option<PathBuf> {
    let cache = match std::env::var_os("EDDY_CACHE").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => std::env::home_dir()?.join(".cache/eddy"),
    };
    let folders = fs::read_dir(cache).ok()?.flatten();
    folders
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("kafka-")
        })
}

fn java(jars: &Path, folder: &Path) -> Command {
    let mut java = Command::new("java");
    java.current_dir(folder)
        .arg("-cp")
        .arg(jars.join("*"))
        .stdin(Stdio::null());
    java
}

/// Prepares the broker's data, with carol in it.
fn format_storage(jars: &Path, folder: &Path) {
    let carol = |mechanism: &str| format!("{mechanism}=[name=carol,password=carol-secret]");
    let output = java(jars, folder)
        .args(["kafka.tools.StorageTool", "format", "-t"])
        .args(["AAAAAAAAQACAAAAAAAAAAQ", "-c", "server.properties"])
        .args(["--add-scram", &carol("SCRAM-SHA-256")])
        .args(["--add-scram", &carol("SCRAM-SHA-512")])
        .output()
        .expect("java runs");
    assert!(output.status.success(), "{output:?}");
}

/// Ports that were free a moment ago.
fn free_ports() -> [u16; 5] {
    let taken = [(); 5].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    taken
        .each_ref()
        .map(|port| port.local_addr().expect("a port").port())
}

/// Writes the keys of the broker (for localhost), of a client, and of an authority that signed neither.
fn keys(folder: &TempDir) {
    let write = |name: &str, parts: &[&[u8]]| {
        fs::write(folder.path().join(name), parts.concat()).expect("a file");
    };
    let (ca, other) = (identity("ca", None), identity("other", None));
    let (broker, client) = (
        identity("localhost", Some(&ca)),
        identity("client", Some(&ca)),
    );
    let pem = |(certificate, key): &Identity| {
        let certificate = certificate.to_pem().expect("PEM");
        (certificate, key.private_key_to_pem_pkcs8().expect("PEM"))
    };
    write("ca.pem", &[&pem(&ca).0]);
    write("other.pem", &[&pem(&other).0]);
    let (certificate, key) = pem(&broker);
    write("broker.pem", &[&key, &certificate]);
    let (certificate, key) = pem(&client);
    write("client.pem", &[&key, &certificate]);
    write("client.crt", &[&certificate]);
    write("client.key", &[&key]);
    let store = Pkcs12::builder()
        .cert(&client.0)
        .pkey(&client.1)
        .build2("client-secret")
        .and_then(|store| store.to_der())
        .expect("a store");
    write("client.p12", &[&store]);
    // As people make theirs.
    let keytool = Command::new("keytool")
        .current_dir(folder.path())
        .args([
            "-importcert",
            "-noprompt",
            "-alias",
            "ca",
            "-file",
            "ca.pem",
        ])
        .args(["-keystore", "trust.p12", "-storepass", "trust-secret"])
        .output()
        .expect("keytool runs");
    assert!(keytool.status.success(), "{keytool:?}");
}

/// A certificate that this authority signs, or that signs itself, and its key.
fn identity(name: &str, authority: Option<&Identity>) -> Identity {
    let key = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)
        .and_then(|curve| EcKey::generate(&curve))
        .and_then(PKey::from_ec_key)
        .expect("a key");
    let certificate = signed(name, &key, authority).expect("a certificate");
    (certificate, key)
}

fn signed(
    name: &str,
    key: &PKey<Private>,
    authority: Option<&Identity>,
) -> Result<X509, openssl::error::ErrorStack> {
    let mut subject = X509NameBuilder::new()?;
    subject.append_entry_by_text("CN", name)?;
    let subject = subject.build();
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_subject_name(&subject)?;
    builder.set_pubkey(key)?;
    let mut serial = BigNum::new()?;
    serial.rand(64, openssl::bn::MsbOption::MAYBE_ZERO, false)?;
    let serial = serial.to_asn1_integer()?;
    builder.set_serial_number(&serial)?;
    builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(1)?)?;
    match authority {
        Some((certificate, _)) => {
            let name = SubjectAlternativeName::new()
                .dns(name)
                .build(&builder.x509v3_context(Some(certificate), None))?;
            builder.append_extension(name)?;
            builder.set_issuer_name(certificate.subject_name())?;
        }
        None => {
            builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
            builder.set_issuer_name(&subject)?;
        }
    }
    builder.sign(
        authority.map_or(key, |(_, key)| key),
        MessageDigest::sha256(),
    )?;
    Ok(builder.build())
}
