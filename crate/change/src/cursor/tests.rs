use super::*;

/// `Ok` where the text is one JSON value; else where it stops being one.
fn check(text: &str, wanted: Result<Form, usize>) {
    let mut cursor = Cursor::new(text.as_bytes());
    let found = cursor.only_value().map(|raw| raw.form);
    let found = found.map_err(|Stop| cursor.fault.map_or(usize::MAX, |fault| fault.at));
    assert_eq!(found, wanted, "{text}");
}

#[test]
fn values() {
    for (text, wanted) in [
        ("null", Ok(Form::Null)),
        ("\t true ", Ok(Form::True)),
        ("false\r\n", Ok(Form::False)),
        ("0", Ok(Form::Number)),
        ("-0.0", Ok(Form::Number)),
        ("1.0E-300", Ok(Form::Number)),
        ("12e+5", Ok(Form::Number)),
        ("9007199254740993", Ok(Form::Number)),
        ("\"\"", Ok(Form::Text)),
        ("\"größe\"", Ok(Form::Text)),
        (r#""\"""#, Ok(Form::Escaped)),
        ("[]", Ok(Form::Array)),
        ("[ ]", Ok(Form::Array)),
        ("[1, [ ], {} ,\"x\"]", Ok(Form::Array)),
        ("{ }", Ok(Form::Object)),
        (r#"{"a":{"b":[{"c":null}]},"d":1}"#, Ok(Form::Object)),
        (r#"{ "a" : 1 , "b" : [ 2 ] }"#, Ok(Form::Object)),
    ] {
        check(text, wanted);
    }
}

#[test]
fn what_is_no_json_says_where() {
    for (text, at) in [
        ("", 0),
        (" ", 1),
        ("01", 1),
        ("-", 1),
        ("+1", 0),
        (".5", 0),
        ("1.", 2),
        ("1.e5", 2),
        ("1e", 2),
        ("1e+", 3),
        ("1x", 1),
        ("NaN", 0),
        ("Infinity", 0),
        ("nulL", 3),
        ("nullx", 4),
        ("[1,]", 3),
        ("[,1]", 1),
        ("[1 2]", 3),
        ("[1}", 2),
        ("[", 1),
        ("]", 0),
        ("{\"a\":1]", 6),
        ("{,}", 1),
        ("{\"a\":1,}", 7),
        ("{\"a\"}", 4),
        ("{\"a\":}", 5),
        ("{\"a\":1 \"b\":2}", 7),
        ("{a:1}", 1),
        ("{'a':1}", 1),
        ("{\"a\":1", 6),
        ("{\"a\":[", 6),
        ("[1]]", 3),
        ("\0", 0),
        ("1\0", 1),
        ("\u{feff}1", 0),
        ("// x", 0),
    ] {
        check(text, Err(at));
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    check(&nested(128), Ok(Form::Array));
    check(&nested(129), Err(128));
    check(&"[".repeat(1_000_000), Err(128));
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    check(&objects(128), Ok(Form::Object));
    check(&objects(129), Err(128 * 5));
    // A mismatched end at full depth.
    check(&format!("{}}}", "[".repeat(128)), Err(128));
}
