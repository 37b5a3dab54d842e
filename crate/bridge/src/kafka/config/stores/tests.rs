use std::path::PathBuf;

use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::stack::Stack;
use openssl::x509::{X509, X509NameBuilder};
use tempfile::TempDir;

use super::*;

/// A certificate that signs itself, and its key.
fn certificate(name: &str) -> (X509, PKey<Private>) {
    let key = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)
        .and_then(|curve| EcKey::generate(&curve))
        .and_then(PKey::from_ec_key)
        .expect("a key");
    let mut subject = X509NameBuilder::new().expect("a name");
    subject.append_entry_by_text("CN", name).expect("a name");
    let subject = subject.build();
    let mut builder = X509::builder().expect("a certificate");
    let (from, to) = (Asn1Time::days_from_now(0), Asn1Time::days_from_now(1));
    builder
        .set_subject_name(&subject)
        .and_then(|()| builder.set_issuer_name(&subject))
        .and_then(|()| builder.set_pubkey(&key))
        .and_then(|()| builder.set_not_before(&from.expect("a time")))
        .and_then(|()| builder.set_not_after(&to.expect("a time")))
        .and_then(|()| builder.sign(&key, MessageDigest::sha256()))
        .expect("a certificate");
    (builder.build(), key)
}

fn written(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

/// What librdkafka is told.
fn translated(settings: &[(&str, &str)]) -> Result<Vec<(String, String)>, String> {
    let mut named: Named = settings
        .iter()
        .map(|(name, value)| {
            let given = Given {
                name: (*name).to_owned(),
                value: (*value).to_owned(),
                place: Place::Flag("--kafka-set"),
            };
            (given.name.clone(), given)
        })
        .collect();
    translate(&mut named).map_err(|error| error.to_string())?;
    Ok(named
        .into_iter()
        .map(|(name, given)| (name, given.value))
        .collect())
}

#[test]
fn a_pkcs12_trust_store_becomes_pem() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (certificate("one").0, certificate("two").0);
    let mut authorities = Stack::new().expect("a stack");
    for authority in [&one, &two] {
        authorities.push(authority.clone()).expect("a stack");
    }
    let store = Pkcs12::builder()
        .ca(authorities)
        .build2("secret")
        .and_then(|store| store.to_der())
        .expect("a store");
    let store = written(&folder, "trust.p12", &store);
    let path = store.to_str().expect("UTF-8");
    let found = translated(&[
        ("ssl.truststore.location", path),
        ("ssl.truststore.password", "secret"),
        // Java's own default, although it is none.
        ("ssl.truststore.type", "JKS"),
    ])
    .expect("settings");
    let [(name, pem)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(name, "ssl.ca.pem");
    let mut found = X509::stack_from_pem(pem.as_bytes()).expect("certificates");
    let digest = |certificate: &X509| certificate.to_der().expect("bytes");
    found.sort_by_key(digest);
    let mut expected = vec![one, two];
    expected.sort_by_key(digest);
    assert_eq!(found, expected);

    let error = translated(&[
        ("ssl.truststore.location", path),
        ("ssl.truststore.password", "wrong secret"),
    ])
    .expect_err("a refusal");
    assert!(
        error.contains("ssl.truststore.password") && error.contains(path),
        "{error}"
    );
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn pem_stores_are_named_to_librdkafka() {
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = certificate("me");
    let mut pem = certificate.to_pem().expect("PEM");
    pem.extend(key.private_key_to_pem_pkcs8().expect("PEM"));
    let path = written(&folder, "all.pem", &pem);
    let path = path.to_str().expect("UTF-8");
    let found = translated(&[
        ("ssl.truststore.location", path),
        ("ssl.keystore.location", path),
        ("ssl.keystore.type", "PEM"),
        ("ssl.key.password", "secret"),
    ]);
    let expected = [
        ("ssl.ca.location", path),
        ("ssl.certificate.location", path),
        ("ssl.key.location", path),
        ("ssl.key.password", "secret"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(found, Ok(expected.to_vec()));
}

#[test]
fn pem_may_stand_in_the_settings_themselves() {
    let one_line = "-----BEGIN PRIVATE KEY----- AAAA -----END PRIVATE KEY-----";
    let found = translated(&[("ssl.keystore.key", one_line)]);
    let expected = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assert_eq!(
        found,
        Ok(vec![("ssl.key.pem".to_owned(), expected.to_owned())])
    );
    let error = translated(&[("ssl.keystore.key", "secret")]).expect_err("a refusal");
    assert!(
        error.contains("ssl.key.pem") && !error.contains("secret"),
        "{error}"
    );
}

#[test]
fn a_pkcs12_key_store_is_left_to_librdkafka() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(&folder, "key.p12", &[0x30, 0x82]);
    let settings = [
        ("ssl.keystore.location", path.to_str().expect("UTF-8")),
        ("ssl.keystore.password", "secret"),
    ];
    let expected = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(translated(&settings), Ok(expected.to_vec()));
}

#[test]
fn what_cannot_be_used_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let jks = written(&folder, "store.jks", &[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]);
    let text = written(&folder, "notes.txt", b"no store");
    let none = folder.path().join("none");
    for name in ["ssl.truststore.location", "ssl.keystore.location"] {
        for (path, words) in [
            (&jks, "keytool -importkeystore"),
            (&text, "neither PEM nor PKCS12"),
            (&none, "cannot read"),
        ] {
            let path = path.to_str().expect("UTF-8");
            let error = translated(&[(name, path)]).expect_err("a refusal");
            assert!(error.contains(name) && error.contains(words), "{error}");
        }
    }
}
