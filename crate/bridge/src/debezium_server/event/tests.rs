use super::*;

fn topic(value: &str, headers: &[(&str, &str)]) -> String {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    read(value.as_bytes(), &headers).topic
}

const CONTEXT: (&str, &str) = ("__debezium.context.connectorLogicalName", "\"shop\"");

#[test]
fn topics_are_named_as_debezium_names_them() {
    let check = |value: &str, headers: &[(&str, &str)], expected: &str| {
        assert_eq!(topic(value, headers), expected, "{value}");
        let with_schema = format!(r#"{{"schema":{{"name":"x"}},"payload":{value}}}"#);
        assert_eq!(topic(&with_schema, headers), expected, "{with_schema}");
    };
    let source = r#""source":{"name":"shop","schema":"public","table":"orders"}"#;
    for op in ["c", "u", "d", "r", "t"] {
        check(
            &format!(r#"{{"op":"{op}",{source}}}"#),
            &[],
            "shop.public.orders",
        );
    }
    check(&format!(r#"{{"op":"m",{source}}}"#), &[], "shop.message");
    // MySQL and MongoDB.
    check(
        r#"{"op":"c","source":{"name":"shop","db":"main","table":"orders"}}"#,
        &[],
        "shop.main.orders",
    );
    check(
        r#"{"op":"c","source":{"name":"shop","db":"main","collection":"orders"}}"#,
        &[],
        "shop.main.orders",
    );
    check(
        r#"{"op":"c","source":{"name":"shop","schema":"public","table":"Iris Größe 🌸"}}"#,
        &[],
        "shop.public.Iris_Gr__e___",
    );
    check(
        r#"{"status":"BEGIN","id":"1:2","event_count":null,"data_collections":null,"ts_ms":1}"#,
        &[CONTEXT],
        "shop.transaction",
    );
    check(r#"{"ts_ms":1}"#, &[CONTEXT], "__debezium-heartbeat.shop");
    check(
        r#"{"ts_ms":1}"#,
        &[],
        "__debezium-heartbeat.debezium-server",
    );
}

#[test]
fn rows_without_an_envelope_are_placed_by_what_they_bring() {
    let check = |value: &str, headers: &[(&str, &str)], expected: &str| {
        assert_eq!(topic(value, headers), expected, "{value}");
    };
    check(r#"{"id":1}"#, &[], "debezium-server.rows");
    check(r#"{"id":1}"#, &[CONTEXT], "shop.rows");
    check("null", &[CONTEXT], "shop.rows");
    check(r#"{"id":1,"__table":"orders"}"#, &[CONTEXT], "shop.orders");
    check(
        r#"{"id":1,"__table":"orders","__schema":"public","__name":"shop"}"#,
        &[],
        "shop.public.orders",
    );
    check(
        r#"{"id":1}"#,
        &[
            CONTEXT,
            ("__table", "\"orders\""),
            ("__source_schema", "\"public\""),
        ],
        "shop.public.orders",
    );
    check(
        r#"{"schema":{"name":"shop.public.orders.Value"},"payload":{"id":1}}"#,
        &[],
        "shop.public.orders",
    );
    check(
        r#"{"schema":{"name":"shop.public.orders.Value"},"payload":null}"#,
        &[],
        "shop.public.orders",
    );
    // Columns of such names do not make an envelope.
    check(
        r#"{"op":"c","source":"web","id":1}"#,
        &[CONTEXT],
        "shop.rows",
    );
    check(r#"{"op":"x","source":{},"id":1}"#, &[CONTEXT], "shop.rows");
    check(r#"{"schema":"s","payload":"p"}"#, &[CONTEXT], "shop.rows");
    check(r#"{"ts_ms":1,"id":1}"#, &[CONTEXT], "shop.rows");
}

#[test]
fn what_cannot_be_read_is_said() {
    let check = |value: &[u8], reason: &str| {
        let event = read(value, &Headers::new());
        assert_eq!(event.topic, "debezium-server.unreadable");
        assert!(event.identity.is_none());
        let said = event.unreadable.expect("a reason");
        assert!(said.contains(reason), "{said}");
    };
    check(b"", "not JSON");
    check(b"{", "not JSON");
    check(b"{}}", "not JSON");
    check(b"12", "is a JSON object");
    check(b"\"x\"", "is a JSON object");
    check(&[0, 0, 0, 0, 1, 0xff], "not UTF-8 at byte 5");
    check(
        br#"{"schema":null,"payload":3}"#,
        "payload is no JSON object",
    );
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let nested = [br#"{"op":"c","source":"#.as_slice(), &deep, b"}"].concat();
    assert_eq!(read(&nested, &Headers::new()).topic, "debezium-server.rows");
}

#[test]
fn the_same_change_is_known_by_its_place_and_images() {
    let event = |lsn: u32, id: u32, sequence: &str, ts_ms: u32| {
        let value = format!(
            r#"{{"before":null,"after":{{"id":{id}}},"source":{{"name":"s","schema":"p","table":"t","sequence":"{sequence}","lsn":{lsn}}},"op":"c","ts_ms":{ts_ms},"ts_ns":{ts_ms}000000}}"#
        );
        read(value.as_bytes(), &Headers::new())
            .identity
            .expect("an identity")
    };
    let one = event(1, 1, "a", 7);
    assert_eq!(event(1, 1, "a", 7), one);
    let again = event(1, 1, "b", 8);
    assert_eq!(again.change, one.change);
    assert_ne!(again.exact, one.exact);
    assert_eq!((one.made_ms, again.made_ms), (Some(7), Some(8)));
    // Without the nanosecond, the time of its arrival has to do.
    let old = br#"{"source":{"name":"s"},"op":"c","ts_ms":7}"#;
    let old = read(old, &Headers::new()).identity.expect("an identity");
    assert_eq!((old.exact, old.made_ms), (None, None));
    assert_ne!(event(2, 1, "a", 7).change, one.change);
    assert_ne!(event(1, 2, "a", 7).change, one.change);
    // Without its place, nothing tells a row from another one with the same values.
    assert!(read(br#"{"id":1}"#, &Headers::new()).identity.is_none());
    assert!(
        read(br#"{"id":1,"__op":"c","__lsn":5}"#, &Headers::new())
            .identity
            .is_some()
    );
}
