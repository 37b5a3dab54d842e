//! What librdkafka offers and its safe wrapper does not.
//!
//! - [`poll`]: the wrapper tells that a partition's end was reached, or is out of range, but not of which topic; and it
//!   panics at a header whose name is not UTF-8
//! - [`describe`]: topics with their ids
//! - [`high_watermark`]: a partition's end, open transactions and all
//!
//! All the unsafe code of Eddy is in this file.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;
use std::time::Duration;

use rdkafka::ClientContext as _;
use rdkafka::bindings as sys;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError as NativeError, RDKafkaErrorCode as Code};
use wire::Header;

use super::client::Consumer;

/// What a consumer is told, one at a time.
pub(super) enum Event<'a> {
    /// A record.
    Message(Message<'a>),
    /// Something about one partition: its end was reached ([`Code::PartitionEOF`]), or it cannot be read.
    Partition {
        topic: &'a str,
        partition: i32,
        /// Where it was read when that happened.
        offset: i64,
        code: Code,
    },
    /// Something about the client as a whole; the client's context has been told.
    Client,
}

/// A record, borrowed from librdkafka.
pub(super) struct Message<'a> {
    pub(super) topic: &'a str,
    pub(super) partition: i32,
    pub(super) offset: i64,
    /// 0 where it has none.
    pub(super) timestamp_ms: i64,
    pub(super) headers: Vec<Header>,
    pub(super) key: Option<&'a [u8]>,
    pub(super) value: Option<&'a [u8]>,
}

/// A topic as the cluster describes it.
#[derive(Debug)]
pub(super) struct Description {
    pub(super) name: String,
    /// None where the broker is too old to give topics ids.
    pub(super) id: Option<String>,
    pub(super) internal: bool,
    /// Partitions, and whether each has a leader that can be asked.
    pub(super) partitions: Vec<(i32, bool)>,
    pub(super) error: Option<Code>,
}

/// Hands out what a consumer is told: waits for the first event, then takes what is there until `take` says false.
///
/// Answers whether anything was there.
pub(super) fn poll(
    consumer: &Consumer,
    timeout: Duration,
    take: &mut dyn FnMut(Event<'_>) -> bool,
) -> bool {
    // SAFETY: the client lives as long as `consumer` is borrowed.
    let queue = unsafe { sys::rd_kafka_queue_get_consumer(consumer.client().native_ptr()) };
    if queue.is_null() {
        return false;
    }
    let mut timeout_ms = milliseconds(timeout);
    let mut any = false;
    loop {
        // SAFETY: the queue is ours until it is destroyed below.
        let event = unsafe { sys::rd_kafka_queue_poll(queue, timeout_ms) };
        if event.is_null() {
            break;
        }
        any = true;
        timeout_ms = 0;
        // SAFETY: the event is ours until it is destroyed, which is after everything borrowed from it has gone.
        let more = unsafe {
            let more = dispatch(consumer, event, take);
            sys::rd_kafka_event_destroy(event);
            more
        };
        if !more {
            break;
        }
    }
    // SAFETY: `rd_kafka_queue_get_consumer` gave us a reference, which is given back once.
    unsafe { sys::rd_kafka_queue_destroy(queue) };
    any
}

/// Tells `take` what an event holds.
///
/// # Safety
///
/// `event` must be an event that has not been destroyed.
unsafe fn dispatch(
    consumer: &Consumer,
    event: *mut sys::rd_kafka_event_t,
    take: &mut dyn FnMut(Event<'_>) -> bool,
) -> bool {
    let mut more = true;
    // SAFETY: the event is valid, and everything that is borrowed here is borrowed for this call only.
    unsafe {
        match sys::rd_kafka_event_type(event) {
            sys::RD_KAFKA_EVENT_FETCH => loop {
                let message = sys::rd_kafka_event_message_next(event);
                let Some(message) = message.as_ref() else {
                    return more;
                };
                more &= take(Event::Message(borrow(message)));
            },
            sys::RD_KAFKA_EVENT_ERROR => {
                let code = Code::from(sys::rd_kafka_event_error(event));
                let place = sys::rd_kafka_event_topic_partition(event);
                if let Some(known) = place.as_ref() {
                    more = take(Event::Partition {
                        topic: text(known.topic),
                        partition: known.partition,
                        offset: known.offset,
                        code,
                    });
                    sys::rd_kafka_topic_partition_destroy(place);
                } else {
                    let reason = text(sys::rd_kafka_event_error_string(event));
                    consumer.context().error(NativeError::Global(code), reason);
                    more = take(Event::Client);
                }
            }
            sys::RD_KAFKA_EVENT_LOG => {
                let (mut name, mut words, mut level) = (ptr::null(), ptr::null(), 0);
                if sys::rd_kafka_event_log(event, &mut name, &mut words, &mut level) == 0 {
                    consumer
                        .context()
                        .log(RDKafkaLogLevel::Debug, text(name), text(words));
                }
            }
            // Statistics, rebalancing, commits: nothing that was asked for.
            _ => {}
        }
    }
    more
}

/// Borrows a message's parts.
///
/// # Safety
///
/// The message must be one of a fetch event, and the answer must not outlive that event.
unsafe fn borrow(message: &sys::rd_kafka_message_t) -> Message<'_> {
    // SAFETY: librdkafka keeps what these pointers lead to for as long as the event lives.
    unsafe {
        Message {
            topic: text(sys::rd_kafka_topic_name(message.rkt)),
            partition: message.partition,
            offset: message.offset,
            timestamp_ms: sys::rd_kafka_message_timestamp(message, ptr::null_mut()).max(0),
            headers: headers(message),
            key: bytes(message.key.cast(), message.key_len),
            value: bytes(message.payload.cast(), message.len),
        }
    }
}

/// Copies a message's headers.
///
/// # Safety
///
/// As for [`borrow`].
unsafe fn headers(message: &sys::rd_kafka_message_t) -> Vec<Header> {
    let mut native = ptr::null_mut();
    let mut headers = Vec::new();
    // SAFETY: the message is valid; the headers belong to it, and are copied before it goes.
    unsafe {
        let answer = sys::rd_kafka_message_headers(message, &mut native);
        if Code::from(answer) != Code::NoError {
            return headers;
        }
        loop {
            let (mut name, mut value, mut size) = (ptr::null(), ptr::null(), 0);
            let answer = sys::rd_kafka_header_get_all(
                native,
                headers.len(),
                &mut name,
                &mut value,
                &mut size,
            );
            if Code::from(answer) != Code::NoError {
                return headers;
            }
            headers.push(Header {
                name: CStr::from_ptr(name).to_string_lossy().into_owned(),
                value: bytes(value.cast(), size).map(<[u8]>::to_vec),
            });
        }
    }
}

/// Bytes; None for null.
///
/// # Safety
///
/// `data` must be null, or lead to `size` bytes that live as long as the answer.
unsafe fn bytes<'a>(data: *const u8, size: usize) -> Option<&'a [u8]> {
    // SAFETY: as the caller promises.
    (!data.is_null()).then(|| unsafe { std::slice::from_raw_parts(data, size) })
}

/// A name; empty where there is none or it is not UTF-8 (Kafka's topic names are ASCII).
///
/// # Safety
///
/// `name` must be null, or a C string that lives as long as the answer.
unsafe fn text<'a>(name: *const c_char) -> &'a str {
    if name.is_null() {
        return "";
    }
    // SAFETY: as the caller promises.
    unsafe { CStr::from_ptr(name) }.to_str().unwrap_or("")
}

/// Describes topics; one that is not there is described by its error.
pub(super) fn describe(
    client: &Consumer,
    topics: &[String],
    timeout: Duration,
) -> Result<Vec<Description>, NativeError> {
    let names: Vec<CString> = topics
        .iter()
        .filter_map(|name| CString::new(name.as_str()).ok())
        .collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut pointers: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
    let rk = client.client().native_ptr();
    // SAFETY: everything that is made here is destroyed here, in the reverse order, and the client lives longer; the
    // names are copied by the call that takes them.
    unsafe {
        let queue = sys::rd_kafka_queue_new(rk);
        let options = sys::rd_kafka_AdminOptions_new(
            rk,
            sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS,
        );
        let timeout_ms = milliseconds(timeout);
        sys::rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, ptr::null_mut(), 0);
        let wanted =
            sys::rd_kafka_TopicCollection_of_topic_names(pointers.as_mut_ptr(), pointers.len());
        sys::rd_kafka_DescribeTopics(rk, wanted, options, queue);
        let event = sys::rd_kafka_queue_poll(queue, timeout_ms.saturating_add(100));
        let described = read_descriptions(event);
        if !event.is_null() {
            sys::rd_kafka_event_destroy(event);
        }
        sys::rd_kafka_TopicCollection_destroy(wanted);
        sys::rd_kafka_AdminOptions_destroy(options);
        sys::rd_kafka_queue_destroy(queue);
        described
    }
}

/// Copies the descriptions that an event holds.
///
/// # Safety
///
/// `event` must be null, or an event that has not been destroyed.
unsafe fn read_descriptions(
    event: *mut sys::rd_kafka_event_t,
) -> Result<Vec<Description>, NativeError> {
    if event.is_null() {
        return Err(NativeError::AdminOp(Code::OperationTimedOut));
    }
    // SAFETY: the event is valid, and what it holds is copied before it goes.
    unsafe {
        let code = Code::from(sys::rd_kafka_event_error(event));
        if code != Code::NoError {
            return Err(NativeError::AdminOp(code));
        }
        let result = sys::rd_kafka_event_DescribeTopics_result(event);
        if result.is_null() {
            return Err(NativeError::AdminOp(Code::Fail));
        }
        let mut count = 0;
        let topics = sys::rd_kafka_DescribeTopics_result_topics(result, &mut count);
        let describe = |index| read_description(*topics.add(index));
        Ok((0..count).map(describe).collect())
    }
}

/// Copies one description.
///
/// # Safety
///
/// `topic` must be a description of an event that has not been destroyed.
unsafe fn read_description(topic: *const sys::rd_kafka_TopicDescription_t) -> Description {
    // SAFETY: as the caller promises; every pointer that is followed belongs to the description.
    unsafe {
        let mut count = 0;
        let partitions = sys::rd_kafka_TopicDescription_partitions(topic, &mut count);
        let partition = |index| {
            let partition = *partitions.add(index);
            let led = !sys::rd_kafka_TopicPartitionInfo_leader(partition).is_null();
            (sys::rd_kafka_TopicPartitionInfo_partition(partition), led)
        };
        let error = sys::rd_kafka_error_code(sys::rd_kafka_TopicDescription_error(topic));
        let id = sys::rd_kafka_TopicDescription_topic_id(topic);
        let has_id = !id.is_null()
            && (sys::rd_kafka_Uuid_most_significant_bits(id) != 0
                || sys::rd_kafka_Uuid_least_significant_bits(id) != 0);
        Description {
            name: text(sys::rd_kafka_TopicDescription_name(topic)).to_owned(),
            id: has_id.then(|| text(sys::rd_kafka_Uuid_base64str(id)).to_owned()),
            internal: sys::rd_kafka_TopicDescription_is_internal(topic) != 0,
            partitions: (0..count).map(partition).collect(),
            error: Some(Code::from(error)).filter(|code| *code != Code::NoError),
        }
    }
}

/// The end of a partition as the last answer to the consumer told it, with the records of open transactions.
pub(super) fn high_watermark(consumer: &Consumer, topic: &str, partition: i32) -> Option<i64> {
    let topic = CString::new(topic).ok()?;
    let (mut low, mut high) = (0, 0);
    // SAFETY: the name lives during the call, and the client as long as `consumer` is borrowed.
    let answer = unsafe {
        sys::rd_kafka_get_watermark_offsets(
            consumer.client().native_ptr(),
            topic.as_ptr(),
            partition,
            &mut low,
            &mut high,
        )
    };
    (Code::from(answer) == Code::NoError && high >= 0).then_some(high)
}

fn milliseconds(timeout: Duration) -> c_int {
    c_int::try_from(timeout.as_millis()).unwrap_or(c_int::MAX)
}
