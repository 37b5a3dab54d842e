//! `eddy inspect`.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::Folder;

const ROW: &str = r#"{"topic":"a.public.t","partition":1,"offset":12,"timestamp_ms":5,"headers":[],"key":"{\"id\":1}","value":"{\"before\":null,\"after\":{\"id\":1,\"price\":\"Mw==\",\"body\":\"AP8q\"},\"source\":{\"lsn\":254356744,\"txId\":1982,\"ts_ms\":1795242448172,\"snapshot\":\"false\"},\"op\":\"u\"}"}"#;

#[test]
fn a_line_for_each_record() {
    let folder = Folder::new();
    folder.write("events.ndjson", &format!("{ROW}\n{{\"tick_ms\":7}}\n"));
    folder.write(
        "lab.json",
        r#"{"columns":{"price":{"as":"decimal","scale":1}}}"#,
    );
    let line = |price: &str, body: &str| {
        format!(
            concat!(
                r#"{{"topic":"a.public.t","partition":1,"offset":12,"kind":"row","shape":"envelope","op":"u","#,
                r#""key":{{"id":1}},"before":null,"after":{{"id":1,"price":{},"body":{}}},"lsn":254356744,"#,
                r#""tx_id":1982,"source_ts_ms":1795242448172,"snapshot":false}}"#,
                "\n"
            ),
            price, body
        )
    };
    let found = folder.good(&["inspect", "events.ndjson"]);
    assert_eq!(found, line("\"Mw==\"", "\"AP8q\""));
    let found = folder.good(&["inspect", "events.ndjson", "--lab", "lab.json"]);
    assert_eq!(found, line(r#"{"decimal":"5.1"}"#, "\"AP8q\""));
    let found = folder.good(&["inspect", "events.ndjson", "--placeholder", "hex:00FF2A"]);
    assert_eq!(found, line("\"Mw==\"", r#"{"unavailable":true}"#));
}

#[test]
fn unreadable_records_are_lines_too() {
    let folder = Folder::new();
    folder.write(
        "lab.json",
        r#"{"columns":{"x":{"as":"decimal","scale":1}}}"#,
    );
    let mut child = folder
        .command(&["inspect", "-", "--lab", "lab.json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(b"[1]\n{\"x\":\"n/a\"}\n").expect("written");
    drop(input);
    let output = child.wait_with_output().expect("ended");
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 2);
    for (line, reason, column) in [
        (
            &lines[0],
            "is an array, not a change event or a row",
            Value::Null,
        ),
        (&lines[1], "is \"n/a\", not a decimal", "x".into()),
    ] {
        assert_eq!(line["kind"], "unreadable");
        assert_eq!(line["reason"], reason);
        assert_eq!(line["column"], column);
        assert_eq!(line["topic"], "lines");
    }
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(said.contains("holds bare values"), "{said}");
}

#[test]
fn what_cannot_be_used_is_named() {
    let folder = Folder::new();
    folder.write("events.ndjson", ROW);
    folder.write("lab.json", r#"{"columns":{"x":{"as":"money"}}}"#);
    for (arguments, wanted) in [
        (
            &["inspect", "nothing.ndjson"][..],
            "cannot open nothing.ndjson",
        ),
        (
            &["inspect", "events.ndjson", "--lab", "none.json"],
            "cannot open none.json",
        ),
        (
            &["inspect", "events.ndjson", "--lab", "lab.json"],
            "cannot use lab.json: columns.x: unknown variant `money`",
        ),
    ] {
        let said = folder.bad(arguments);
        assert!(said.contains(wanted), "{said}");
    }
}
