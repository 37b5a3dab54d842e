//! Trust stores and key stores, as Java's clients name them, in what librdkafka takes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use openssl::pkcs12::Pkcs12;

use super::given::{Given, Place};
use super::pem;
use crate::kafka::KafkaError;

/// The settings, by name.
type Named = BTreeMap<String, Given>;

/// What a store's file is, by what stands in it: Java's own `type` is wrong more often than not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Pem,
    Pkcs12,
    Jks,
}

/// Puts what librdkafka takes in the place of Java's stores.
pub(super) fn translate(named: &mut Named) -> Result<(), KafkaError> {
    named.remove("ssl.truststore.type");
    named.remove("ssl.keystore.type");
    trust(named)?;
    key(named)?;
    for name in ["ssl.ca.pem", "ssl.certificate.pem", "ssl.key.pem"] {
        if let Some(given) = named.get_mut(name) {
            given.value = pem::normal(&given.value).ok_or_else(|| {
                KafkaError::setting(
                    format!("Kafka setting {name} ({}) is no PEM", given.place),
                    "give all of it, from -----BEGIN to the last -----END",
                )
            })?;
        }
    }
    Ok(())
}

/// The authorities that brokers' certificates are checked with.
fn trust(named: &mut Named) -> Result<(), KafkaError> {
    let password = named.remove("ssl.truststore.password");
    let Some(store) = named.remove("ssl.truststore.location") else {
        return Ok(());
    };
    let (kind, bytes) = open(&store)?;
    let (name, value) = match kind {
        Kind::Jks => return Err(is_jks(&store)),
        Kind::Pem => ("ssl.ca.location", store.value.clone()),
        Kind::Pkcs12 => {
            let password = password.map_or(String::new(), |given| given.value);
            ("ssl.ca.pem", authorities(&store, &bytes, &password)?)
        }
    };
    let place = store.place;
    put(named, name, value, place);
    Ok(())
}

/// The certificate that Eddy shows to brokers.
fn key(named: &mut Named) -> Result<(), KafkaError> {
    if let Some(key) = named.remove("ssl.keystore.key") {
        put(named, "ssl.key.pem", key.value, key.place);
    }
    let Some(store) = named.get("ssl.keystore.location").cloned() else {
        return Ok(());
    };
    match open(&store)?.0 {
        Kind::Jks => Err(is_jks(&store)),
        // librdkafka opens it by itself.
        Kind::Pkcs12 => Ok(()),
        Kind::Pem => {
            named.remove("ssl.keystore.location");
            named.remove("ssl.keystore.password");
            for name in ["ssl.certificate.location", "ssl.key.location"] {
                put(named, name, store.value.clone(), store.place.clone());
            }
            Ok(())
        }
    }
}

fn put(named: &mut Named, name: &str, value: String, place: Place) {
    let given = Given {
        name: name.to_owned(),
        value,
        place,
    };
    named.insert(name.to_owned(), given);
}

fn open(store: &Given) -> Result<(Kind, Vec<u8>), KafkaError> {
    let Given { name, value, place } = store;
    let bytes = fs::read(Path::new(value)).map_err(|error| {
        KafkaError::setting(
            format!("Kafka setting {name} ({place}): cannot read {value}: {error}"),
            "correct the path",
        )
    })?;
    let kind = match bytes.as_slice() {
        [0xfe, 0xed, 0xfe, 0xed, ..] | [0xce, 0xce, 0xce, 0xce, ..] => Kind::Jks,
        [0x30, ..] => Kind::Pkcs12,
        _ if contains(&bytes, b"-----BEGIN ") => Kind::Pem,
        _ => {
            return Err(KafkaError::setting(
                format!("Kafka setting {name} ({place}): {value} is neither PEM nor PKCS12"),
                "name the store that your Java client uses, or a PEM file",
            ));
        }
    };
    Ok((kind, bytes))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The certificates of a PKCS12 store, as PEM.
fn authorities(store: &Given, bytes: &[u8], password: &str) -> Result<String, KafkaError> {
    let Given { name, value, place } = store;
    let here = || format!("Kafka setting {name} ({place}): {value}");
    let opened = Pkcs12::from_der(bytes)
        .and_then(|store| store.parse2(password))
        .map_err(|_| {
            KafkaError::setting(
                format!("{} cannot be opened with ssl.truststore.password", here()),
                format!(
                    "correct the password; where it is right, the store is of an old kind, and \
                     `keytool -importkeystore -srckeystore {value} -destkeystore new.p12 -deststoretype PKCS12` \
                     makes a new one"
                ),
            )
        })?;
    let certificates = opened.ca.into_iter().flatten().chain(opened.cert);
    let pem: Result<Vec<_>, _> = certificates.map(|found| found.to_pem()).collect();
    let pem = pem.map(|found| String::from_utf8_lossy(&found.concat()).into_owned());
    match pem {
        Ok(pem) if !pem.is_empty() => Ok(pem),
        _ => Err(KafkaError::setting(
            format!("{} holds no certificate", here()),
            "name the store with the certificates of those who signed the brokers'",
        )),
    }
}

/// Java's own old format, which nothing but Java reads.
fn is_jks(store: &Given) -> KafkaError {
    let Given { name, value, place } = store;
    KafkaError::setting(
        format!("Kafka setting {name} ({place}): {value} is in Java's own format, JKS"),
        format!(
            "make a PKCS12 store of it (`keytool -importkeystore -srckeystore {value} -destkeystore new.p12 \
             -deststoretype PKCS12`) and name that one"
        ),
    )
}

#[cfg(test)]
mod tests;
