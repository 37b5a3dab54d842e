//! Frames: what goes in comes out, and nothing that comes in makes a reader panic.

#![allow(clippy::unwrap_used)] // A test may panic.

use std::collections::BTreeMap;
use std::sync::Arc;

use eddy_wire::frame::Fault;
use eddy_wire::{
    ClientFrame, From, Gap, Header, Hello, Publication, Record, RecordRefused, RecordsDecoder,
    RecordsEncoder, ServerFrame, Subscription, TopicEnds, decode_client_frame, decode_server_frame,
    encode_client_frame, encode_server_frame,
};
use proptest::prelude::*;

fn record(topic: &str, partition: i32, offset: i64, value: &str) -> Record {
    Record {
        topic: Arc::from(topic),
        partition,
        offset,
        timestamp_ms: 1_795_239_078_909 + offset,
        headers: Vec::new(),
        key: Some(format!("{{\"id\":{offset}}}").into_bytes()),
        value: Some(value.as_bytes().to_vec()),
    }
}

fn decode(decoder: &mut RecordsDecoder, message: &[u8]) -> Vec<Record> {
    let ServerFrame::Records(records) = decode_server_frame(message).unwrap() else {
        panic!("not a records frame")
    };
    let mut decoded = Vec::new();
    let count = decoder
        .decode(records, |record| decoded.push(record.to_owned()))
        .unwrap();
    assert_eq!(count, decoded.len());
    decoded
}

#[test]
fn a_records_frame_has_the_documented_bytes() {
    let mut encoder = RecordsEncoder::new();
    let mut first = record("t", 0, 5, "abc");
    first.timestamp_ms = 1;
    first.key = None;
    first.headers = vec![Header {
        name: "h".to_owned(),
        value: None,
    }];
    let mut second = first.clone();
    second.offset = 6;
    second.timestamp_ms = 0;
    second.value = Some(b"abd".to_vec());
    encoder.push(first.as_ref()).unwrap();
    encoder.push(second.as_ref()).unwrap();
    #[rustfmt::skip]
    let expected = [
        0x82,
        0, 1, b't', 0, // stream 1 is topic t, partition 0
        1, 10, 2, /* headers */ 0, 3, 1, b'h', 0, /* key */ 0, /* value */ 1, 3, b'a', b'b', b'c',
        1, 0, 1, /* headers */ 3, 0, /* key */ 0, /* value */ 3, 1, b'd',
    ];
    assert_eq!(encoder.finish(), expected);
    assert!(encoder.is_empty());
}

#[test]
fn records_that_begin_alike_are_sent_without_what_they_share() {
    let schema = "x".repeat(3000);
    let mut encoder = RecordsEncoder::new();
    for offset in 0..100 {
        encoder
            .push(record("t", 0, offset, &format!("{schema}{offset}")).as_ref())
            .unwrap();
    }
    assert!(encoder.len() < 3000 + 100 * 20, "{}", encoder.len());
}

#[test]
fn a_new_connection_shares_nothing_with_the_old_one() {
    let records: Vec<_> = (0..3)
        .map(|offset| record("t", 0, offset, "same"))
        .collect();
    let message = |encoder: &mut RecordsEncoder, record: &Record| {
        encoder.push(record.as_ref()).unwrap();
        encoder.finish()
    };
    let (mut old, mut new) = (RecordsEncoder::new(), RecordsEncoder::new());
    let first = message(&mut old, &records[0]);
    let second = message(&mut old, &records[1]);
    let again = message(&mut new, &records[1]);

    let mut decoder = RecordsDecoder::new();
    assert_eq!(decode(&mut decoder, &first), records[..1]);
    assert_eq!(decode(&mut decoder, &second), records[1..2]);
    let mut decoder = RecordsDecoder::new();
    assert_eq!(decode(&mut decoder, &again), records[1..2]);

    // The old connection's second frame means nothing to a decoder that did not see the first.
    let ServerFrame::Records(second) = decode_server_frame(&second).unwrap() else {
        panic!("not a records frame")
    };
    let mut decoder = RecordsDecoder::new();
    let error = decoder
        .decode(second, |_| panic!("handed out"))
        .unwrap_err();
    assert_eq!(error.fault, Fault::Stream(1));
    // And it stays so, though the next frame is a good one.
    let ServerFrame::Records(again) = decode_server_frame(&again).unwrap() else {
        panic!("not a records frame")
    };
    assert_eq!(decoder.decode(again, |_| panic!("handed out")), Err(error));
}

#[test]
fn too_large_a_record_is_refused_by_name_and_changes_nothing() {
    let mut encoder = RecordsEncoder::new();
    let large = record("t", 2, 7, &"x".repeat(eddy_wire::MAX_RECORD_BYTES));
    let error = encoder.push(large.as_ref()).unwrap_err();
    assert!(matches!(
        error,
        RecordRefused::TooLarge {
            partition: 2,
            offset: 7,
            ..
        }
    ));
    assert!(
        error
            .to_string()
            .starts_with("topic t, partition 2, offset 7:"),
        "{error}"
    );
    assert!(encoder.is_empty());

    let largest = record("t", 2, 8, &"x".repeat(eddy_wire::MAX_RECORD_BYTES - 100));
    encoder.push(largest.as_ref()).unwrap();
    let message = encoder.finish();
    assert!(message.len() <= eddy_wire::MAX_FRAME_BYTES);
    assert_eq!(decode(&mut RecordsDecoder::new(), &message), [largest]);
}

#[test]
fn too_many_partitions_are_refused() {
    let mut encoder = RecordsEncoder::new();
    for partition in 0..eddy_wire::MAX_STREAMS as i32 {
        encoder
            .push(record("t", partition, 0, "").as_ref())
            .unwrap();
    }
    let message = encoder.finish();
    let error = encoder.push(record("u", 0, 0, "").as_ref()).unwrap_err();
    assert_eq!(error, RecordRefused::TooManyStreams);
    assert!(encoder.is_empty());
    assert_eq!(
        decode(&mut RecordsDecoder::new(), &message).len(),
        eddy_wire::MAX_STREAMS
    );
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        // Long and alike, so that prefixes are shared.
        (0usize..200, any::<u8>()).prop_map(|(len, last)| {
            let mut bytes = vec![b'{'; len];
            bytes.push(last);
            bytes
        }),
    ]
}

fn header() -> impl Strategy<Value = Header> {
    ("[a-z_\u{e4}]{0,6}", proptest::option::of(bytes()))
        .prop_map(|(name, value)| Header { name, value })
}

fn any_record() -> impl Strategy<Value = Record> {
    (
        ("[ab]", -1..3i32),
        prop_oneof![0..100i64, any::<i64>()],
        prop_oneof![0..100i64, any::<i64>()],
        proptest::collection::vec(header(), 0..3),
        proptest::option::of(bytes()),
        proptest::option::of(bytes()),
    )
        .prop_map(
            |((topic, partition), offset, timestamp_ms, headers, key, value)| Record {
                topic: Arc::from(topic),
                partition,
                offset,
                timestamp_ms,
                headers,
                key,
                value,
            },
        )
}

fn ends() -> impl Strategy<Value = TopicEnds> {
    ("[a-z.]{0,9}", any::<i32>(), any::<i64>(), any::<i64>()).prop_map(
        |(topic, partition, start, end)| TopicEnds {
            topic,
            partition,
            start,
            end,
        },
    )
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[a-z]{0,9}", 0..4)
}

fn topic_ids() -> impl Strategy<Value = BTreeMap<String, String>> {
    proptest::collection::btree_map("[a-z]{0,9}", "[a-z]{0,9}", 0..4)
}

fn server_frame() -> impl Strategy<Value = ServerFrame<'static>> {
    prop_oneof![
        (
            "[a-z]{0,9}",
            proptest::collection::vec(ends(), 0..4),
            topic_ids()
        )
            .prop_map(|(log_id, topics, topic_ids)| ServerFrame::Hello(Hello {
                log_id,
                topics,
                topic_ids
            })),
        any::<i64>().prop_map(|now_ms| ServerFrame::Tick { now_ms }),
        proptest::collection::vec(ends(), 0..4).prop_map(ServerFrame::Ends),
        ("[a-z]{0,9}", any::<i32>(), any::<i64>(), any::<i64>()).prop_map(
            |(topic, partition, from, to)| ServerFrame::Gap(Gap {
                topic,
                partition,
                from,
                to
            })
        ),
        texts().prop_map(|ids| ServerFrame::Published { ids }),
        (texts(), ".{0,20}").prop_map(|(ids, message)| ServerFrame::Refused { ids, message }),
        (texts(), ".{0,20}").prop_map(|(ids, message)| ServerFrame::Unpublished { ids, message }),
        ("[a-z]{0,9}", any::<i32>(), any::<i64>()).prop_map(|(topic, partition, end)| {
            ServerFrame::Truncated {
                topic,
                partition,
                end,
            }
        }),
        (".{0,20}", any::<bool>())
            .prop_map(|(message, fatal)| ServerFrame::Error { message, fatal }),
    ]
}

fn client_frame() -> impl Strategy<Value = ClientFrame> {
    let offsets = || proptest::collection::vec((any::<i32>(), any::<i64>()), 0..4);
    let from = prop_oneof![
        Just(From::Earliest),
        Just(From::Latest),
        offsets().prop_map(From::Offsets),
        any::<i64>().prop_map(From::TimestampMs),
        (offsets(), any::<i64>()).prop_map(|(offsets, timestamp_ms)| From::OffsetsOrTimestamp {
            offsets,
            timestamp_ms
        }),
    ];
    let stream = ("[a-z.]{0,9}", from).prop_map(|(topic, from)| Subscription { topic, from });
    let publication = (
        "[0-9a-f]{0,9}",
        "[a-z]{0,9}",
        proptest::option::of(bytes()),
        bytes(),
        proptest::collection::vec(header(), 0..3),
    )
        .prop_map(|(id, topic, key, value, headers)| Publication {
            id,
            topic,
            key,
            value,
            headers,
        });
    prop_oneof![
        (
            topic_ids(),
            proptest::collection::vec(stream, 0..4),
            any::<u64>()
        )
            .prop_map(
                |(topic_ids, streams, credit_bytes)| ClientFrame::Subscribe {
                    log_id: "log".to_owned(),
                    topic_ids,
                    streams,
                    credit_bytes
                }
            ),
        any::<u64>().prop_map(|bytes| ClientFrame::Credit { bytes }),
        any::<bool>().prop_map(ClientFrame::Paused),
        proptest::collection::vec(publication, 0..4).prop_map(ClientFrame::Publish),
    ]
}

/// Reads anything to its end, whatever it is.
fn read_all(decoder: &mut RecordsDecoder, bytes: &[u8]) {
    let _ = decode_client_frame(bytes);
    if let Ok(ServerFrame::Records(records)) = decode_server_frame(bytes) {
        let _ = decoder.decode(records, |record| {
            let _ = record.to_owned();
        });
    }
}

#[test]
fn a_topic_made_anew_is_told_by_its_identity() {
    let ids = |ids: &[(&str, &str)]| -> BTreeMap<String, String> {
        ids.iter()
            .map(|(topic, id)| ((*topic).to_owned(), (*id).to_owned()))
            .collect()
    };
    let hello = Hello {
        topic_ids: ids(&[("a", "1"), ("b", "2")]),
        ..Hello::default()
    };
    assert_eq!(hello.topic_made_anew(&ids(&[("a", "1"), ("b", "2")])), None);
    assert_eq!(hello.topic_made_anew(&ids(&[("b", "9")])), Some("b"));
    // It came, it is gone, or the log cannot tell: none of that is another identity.
    assert_eq!(hello.topic_made_anew(&ids(&[])), None);
    assert_eq!(hello.topic_made_anew(&ids(&[("c", "3")])), None);
    assert_eq!(Hello::default().topic_made_anew(&hello.topic_ids), None);
}

proptest! {
    #[test]
    fn records_come_out_as_they_went_in(
        records in proptest::collection::vec(any_record(), 0..40),
        per_frame in 1usize..10,
    ) {
        let (mut encoder, mut decoder) = (RecordsEncoder::new(), RecordsDecoder::new());
        let mut decoded = Vec::new();
        for chunk in records.chunks(per_frame) {
            for record in chunk {
                encoder.push(record.as_ref()).unwrap();
            }
            let message = encoder.finish();
            let ServerFrame::Records(body) = decode_server_frame(&message).unwrap() else {
                panic!("not a records frame")
            };
            prop_assert_eq!(&encode_server_frame(&ServerFrame::Records(body)), &message);
            decoded.extend(decode(&mut decoder, &message));
        }
        prop_assert_eq!(decoded, records);
    }

    #[test]
    fn server_frames_come_out_as_they_went_in(frame in server_frame()) {
        let message = encode_server_frame(&frame);
        prop_assert_eq!(decode_server_frame(&message).unwrap(), frame);
        let mut longer = message.clone();
        longer.push(0);
        prop_assert_eq!(decode_server_frame(&longer).unwrap_err().fault, Fault::Long);
    }

    #[test]
    fn client_frames_come_out_as_they_went_in(frame in client_frame()) {
        let message = encode_client_frame(&frame);
        prop_assert_eq!(decode_client_frame(&message).unwrap(), frame);
        for len in 0..message.len() {
            prop_assert!(decode_client_frame(&message[..len]).is_err());
        }
    }

    #[test]
    fn random_bytes_do_not_panic(tag in 0x80u8..0x88, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut decoder = RecordsDecoder::new();
        read_all(&mut decoder, &bytes);
        let tagged: Vec<u8> = std::iter::once(tag).chain(bytes).collect();
        read_all(&mut decoder, &tagged);
        let tagged: Vec<u8> = std::iter::once(tag & 7).chain(tagged).collect();
        read_all(&mut decoder, &tagged);
    }

    #[test]
    fn mutated_frames_do_not_panic(
        records in proptest::collection::vec(any_record(), 1..10),
        frame in client_frame(),
        mutations in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut encoder = RecordsEncoder::new();
        for record in &records {
            encoder.push(record.as_ref()).unwrap();
        }
        for mut message in [encoder.finish(), encode_client_frame(&frame)] {
            let mut decoder = RecordsDecoder::new();
            read_all(&mut decoder, &message[..cut.index(message.len())]);
            for (at, byte) in &mutations {
                let at = at.index(message.len());
                message[at] = *byte;
                read_all(&mut RecordsDecoder::new(), &message);
            }
        }
    }
}
