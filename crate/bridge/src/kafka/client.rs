//! Clients of a cluster, each set up for its use.
//!
//! - [`reach()`]: whether the cluster answers

mod reach;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, FromClientConfigAndContext, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::KafkaError as NativeError;
use rdkafka::types::RDKafkaErrorCode;

use super::config::Settings;
use super::error::{KafkaError, Nature, explain};

pub use reach::reach;

/// What a client is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Following the ends of topics: quick, and with room for a burst.
    Tail,
    /// Reading a session's old records: small, as there may be many sessions.
    CatchUp,
    /// Questions only: metadata, watermarks, offsets for times.
    ///
    /// On a client of its own, because a question waits behind an idle long poll, up to 500 ms.
    LookUp,
    /// As [`Use::LookUp`], but a topic's end is behind open transactions, not before them.
    LookUpAll,
    /// Reading the newest records of a topic that is published to.
    Remember,
    /// Publishing.
    Produce,
}

/// A consumer that no group knows of: it is told what to read by `assign`, and commits nothing.
pub(crate) type Consumer = BaseConsumer<ClientLog>;

/// Makes a consumer; it connects by itself when it is used.
pub(crate) fn consumer(settings: &Settings, purpose: Use) -> Result<Consumer, KafkaError> {
    create(settings, purpose, ClientLog::default())
}

/// Makes a client of any kind; it connects by itself when it is used.
pub(crate) fn create<C, T>(settings: &Settings, purpose: Use, context: C) -> Result<T, KafkaError>
where
    C: ClientContext,
    T: FromClientConfigAndContext<C>,
{
    let mut config = ClientConfig::new();
    for (name, value) in always().iter().chain(of(purpose)) {
        config.set(*name, *value);
    }
    for (name, value) in settings.native() {
        config.set(name, value);
    }
    // Broker connections that are closed are told at this level only.
    config.set_log_level(RDKafkaLogLevel::Info);
    config
        .create_with_context(context)
        .map_err(|error| explain::creation(&error))
}

/// What holds for every client, unless the settings say otherwise.
fn always() -> &'static [(&'static str, &'static str)] {
    &[
        ("client.id", "eddy"),
        // A broker that comes back is found within a second, not ten.
        ("reconnect.backoff.max.ms", "1000"),
        // New topics and partitions are seen within five seconds.
        ("topic.metadata.refresh.interval.ms", "5000"),
    ]
}

fn of(purpose: Use) -> &'static [(&'static str, &'static str)] {
    match purpose {
        Use::Tail => &[
            // librdkafka wants a name although no group is joined.
            ("group.id", "eddy"),
            ("enable.auto.commit", "false"),
            // A subscription to a topic that is not there must not make one.
            ("allow.auto.create.topics", "false"),
            // What retention has removed is a gap to report, not a place to jump from.
            ("auto.offset.reset", "error"),
            // Records of an aborted transaction never reach a page.
            ("isolation.level", "read_committed"),
            // How long a broker may hold an answer back: bounds how long a change of what is read takes.
            ("fetch.wait.max.ms", "100"),
            ("max.partition.fetch.bytes", "1048576"),
            ("queued.max.messages.kbytes", "32768"),
            // A full queue is asked to be refilled at once: the default is a second.
            ("fetch.queue.backoff.ms", "2"),
            ("fetch.error.backoff.ms", "10"),
        ],
        Use::CatchUp => &[
            ("group.id", "eddy"),
            ("enable.auto.commit", "false"),
            ("allow.auto.create.topics", "false"),
            ("auto.offset.reset", "error"),
            ("isolation.level", "read_committed"),
            ("fetch.wait.max.ms", "100"),
            // Some 3.5 MB for a session, in place of 29, at about the same rate.
            ("max.partition.fetch.bytes", "262144"),
            ("queued.min.messages", "2000"),
            ("queued.max.messages.kbytes", "2048"),
            ("fetch.queue.backoff.ms", "2"),
            ("fetch.error.backoff.ms", "10"),
            // The end of a partition is told, so that a reader knows that it has caught up.
            ("enable.partition.eof", "true"),
        ],
        // Without a group: nothing is consumed, so that no coordinator is looked for.
        Use::LookUp => &[
            ("allow.auto.create.topics", "false"),
            ("isolation.level", "read_committed"),
        ],
        Use::LookUpAll => &[
            ("allow.auto.create.topics", "false"),
            ("isolation.level", "read_uncommitted"),
        ],
        Use::Remember => &[
            ("group.id", "eddy"),
            ("enable.auto.commit", "false"),
            ("allow.auto.create.topics", "false"),
            // Whatever retention has removed need not be known.
            ("auto.offset.reset", "earliest"),
            // Somebody else's open transaction must not hide what stands behind it.
            ("isolation.level", "read_uncommitted"),
            ("fetch.wait.max.ms", "100"),
            ("queued.max.messages.kbytes", "8192"),
            ("fetch.queue.backoff.ms", "2"),
            ("fetch.error.backoff.ms", "10"),
            ("enable.partition.eof", "true"),
        ],
        Use::Produce => &[
            // A repeat after a lost answer is recognised by the broker; order holds within a partition.
            ("enable.idempotence", "true"),
            ("acks", "all"),
            // A batch forms without anybody noticing the delay.
            ("linger.ms", "5"),
            // A message that may be in the topic already is never given up: only so is it known not to be there twice.
            ("message.timeout.ms", "0"),
            ("queue.buffering.max.messages", "100000"),
            ("queue.buffering.max.kbytes", "65536"),
            // Keys go to the partitions that a Java producer would put them into.
            ("partitioner", "murmur2_random"),
        ],
    }
}

/// What a failed question means; `doing` completes "cannot ..".
///
/// For clients that consume nothing: what librdkafka has to tell is fetched here, and records would be lost.
pub(crate) fn look_up_failed(client: &Consumer, error: &NativeError, doing: &str) -> KafkaError {
    while client.poll(Duration::ZERO).is_some() {}
    explain::answer(error, doing, client.context().trouble())
}

/// What librdkafka tells beside its answers: most errors of a connection come this way only.
#[derive(Debug, Default)]
pub(crate) struct ClientLog {
    trouble: Mutex<Option<KafkaError>>,
    /// Whether the cluster has answered: then the settings are right, whatever is wrong now.
    answered: AtomicBool,
}

impl ClientLog {
    /// What is wrong with the connection; None where nothing was said since the last [`ClientLog::forget`].
    pub(crate) fn trouble(&self) -> Option<KafkaError> {
        self.lock().clone()
    }

    /// To be called after an answer: what was wrong is over.
    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }

    /// To be called after the first answer at the latest.
    pub(crate) fn answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    fn note(&self, code: RDKafkaErrorCode, told: &str) {
        let Some(found) = explain::connection(code, told, self.answered.load(Ordering::Relaxed))
        else {
            return;
        };
        let mut trouble = self.lock();
        // The same failure comes as a line of the log and as an error; the one that says what to change is kept.
        let says_more = found.nature == Nature::Setting;
        if says_more
            || !trouble
                .as_ref()
                .is_some_and(|known| known.nature == Nature::Setting)
        {
            *trouble = Some(found);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<KafkaError>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for ClientLog {
    fn log(&self, level: RDKafkaLogLevel, fac: &str, log_message: &str) {
        tracing::debug!(target: "librdkafka", ?level, fac, "{log_message}");
        // Some failures of a connection are told here only; `[thrd:..]: ` comes before what an error would say.
        if fac == "FAIL"
            && let Some((_, told)) = log_message.split_once("]: ")
        {
            self.note(RDKafkaErrorCode::BrokerTransportFailure, told);
        }
    }

    fn error(&self, error: NativeError, reason: &str) {
        tracing::debug!(target: "librdkafka", %error, "{reason}");
        let Some(code) = error.rdkafka_error_code() else {
            return;
        };
        // That all brokers are down follows from what was said of the last of them.
        if code != RDKafkaErrorCode::AllBrokersDown {
            self.note(code, reason);
        }
    }
}

impl ConsumerContext for ClientLog {}
