//! Names of settings: whose they are, and which mean the same.

/// Other names of a setting, and the one that is used here.
const SAME: [(&str, &str); 8] = [
    ("metadata.broker.list", "bootstrap.servers"),
    ("sasl.mechanisms", "sasl.mechanism"),
    ("compression.codec", "compression.type"),
    ("send.buffer.bytes", "socket.send.buffer.bytes"),
    ("receive.buffer.bytes", "socket.receive.buffer.bytes"),
    ("max.request.size", "message.max.bytes"),
    ("ssl.truststore.certificates", "ssl.ca.pem"),
    ("ssl.keystore.certificate.chain", "ssl.certificate.pem"),
];

/// Settings that Eddy decides: how it reads and writes is part of what it promises.
const DECIDED: [&str; 71] = [
    // What is read, from where on, and that nothing is committed for anybody.
    "group.id",
    "group.instance.id",
    "group.protocol",
    "group.protocol.type",
    "group.remote.assignor",
    "partition.assignment.strategy",
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "max.poll.interval.ms",
    "max.poll.records",
    "enable.auto.commit",
    "auto.commit.enable",
    "auto.commit.interval.ms",
    "enable.auto.offset.store",
    "auto.offset.reset",
    "isolation.level",
    "allow.auto.create.topics",
    "exclude.internal.topics",
    "enable.partition.eof",
    "key.deserializer",
    "value.deserializer",
    // How much is fetched at once.
    "fetch.min.bytes",
    "fetch.max.bytes",
    "fetch.max.wait.ms",
    "fetch.wait.max.ms",
    "fetch.message.max.bytes",
    "max.partition.fetch.bytes",
    "fetch.queue.backoff.ms",
    "fetch.error.backoff.ms",
    "queued.min.messages",
    "queued.max.messages.kbytes",
    // How predictions are written.
    "key.serializer",
    "value.serializer",
    "acks",
    "request.required.acks",
    "enable.idempotence",
    "enable.gapless.guarantee",
    "linger.ms",
    "queue.buffering.max.ms",
    "queue.buffering.max.messages",
    "queue.buffering.max.kbytes",
    "buffer.memory",
    "max.block.ms",
    "max.in.flight",
    "max.in.flight.requests.per.connection",
    "retries",
    "message.send.max.retries",
    "delivery.timeout.ms",
    "message.timeout.ms",
    "request.timeout.ms",
    "default.api.timeout.ms",
    "delivery.report.only.error",
    "partitioner",
    "partitioner.class",
    "partitioner.ignore.keys",
    "partitioner.adaptive.partitioning.enable",
    "partitioner.availability.timeout.ms",
    "sticky.partitioning.linger.ms",
    "transactional.id",
    "transaction.timeout.ms",
    // What only a Java program has.
    "interceptor.classes",
    "metric.reporters",
    "auto.include.jmx.reporter",
    "security.providers",
    "metadata.max.idle.ms",
    "socket.connection.setup.timeout.max.ms",
    "ssl.protocol",
    "ssl.enabled.protocols",
    "ssl.provider",
    "ssl.engine.factory.class",
    "application.id",
];

/// Beginnings of names that only a Java program, or a client of another service, has.
const ELSEWHERE: [&str; 9] = [
    "metrics.",
    "schema.registry.",
    "basic.auth.",
    "config.providers",
    "sasl.login.",
    "sasl.client.callback.",
    "ssl.trustmanager.",
    "ssl.keymanager.",
    "ssl.secure.random.",
];

/// The name under which a setting is kept.
pub(super) fn canonical(name: &str) -> &str {
    SAME.iter()
        .find(|(other, _)| *other == name)
        .map_or(name, |(_, one)| one)
}

/// Whether the setting is none that people decide here.
pub(super) fn is_decided(name: &str) -> bool {
    DECIDED.contains(&name) || ELSEWHERE.iter().any(|start| name.starts_with(start))
}

/// Whether the value must not be repeated in messages.
pub(super) fn is_secret(name: &str) -> bool {
    name.ends_with("password")
        || name.ends_with(".pem")
        || name.ends_with(".secret")
        || name == "sasl.jaas.config"
        || name == "ssl.keystore.key"
}
