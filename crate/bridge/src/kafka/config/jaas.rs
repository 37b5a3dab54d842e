//! `sasl.jaas.config`: a login as Java's clients are given it.

use std::iter::Peekable;
use std::str::Chars;

/// User and password of a login.
///
/// Not `Debug`: one of them is secret.
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: String,
}

/// Reads `..PlainLoginModule required username="alice" password="secret";`.
///
/// Fails with what is missing or not supported; never with a part of the text.
pub(super) fn parse(text: &str) -> Result<Login, &'static str> {
    let mut words = words(text)?.into_iter();
    let module = words.next().unwrap_or_default();
    if !module.ends_with("PlainLoginModule") && !module.ends_with("ScramLoginModule") {
        return Err("its login module is neither PlainLoginModule nor ScramLoginModule");
    }
    let (mut username, mut password) = (None, None);
    // A flag such as `required` stands between module and options.
    while let Some(word) = words.next() {
        match word.as_str() {
            "username" => username = value(&mut words),
            "password" => password = value(&mut words),
            _ => {}
        }
    }
    Ok(Login {
        username: username.ok_or("it has no username=\"..\"")?,
        password: password.ok_or("it has no password=\"..\"")?,
    })
}

fn value(words: &mut impl Iterator<Item = String>) -> Option<String> {
    (words.next()? == "=").then(|| words.next())?
}

/// Words, quoted words without their quotes, and equals signs; up to the semicolon.
fn words(text: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => {}
            ';' => break,
            '=' => words.push("=".to_owned()),
            '"' | '\'' => words.push(quoted(&mut chars, c)?),
            c => {
                let mut word = String::from(c);
                let goes_on = |c: &char| !c.is_whitespace() && !matches!(c, '=' | ';');
                while let Some(c) = chars.next_if(goes_on) {
                    word.push(c);
                }
                words.push(word);
            }
        }
    }
    Ok(words)
}

fn quoted(chars: &mut Peekable<Chars<'_>>, quote: char) -> Result<String, &'static str> {
    let mut word = String::new();
    while let Some(c) = chars.next() {
        match c {
            c if c == quote => return Ok(word),
            '\\' => match chars.next() {
                Some('n') => word.push('\n'),
                Some('r') => word.push('\r'),
                Some('t') => word.push('\t'),
                Some(c) => word.push(c),
                None => break,
            },
            c => word.push(c),
        }
    }
    Err("a quotation mark is not closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(&str, &str), &str>) {
        let found = parse(text).map(|login| (login.username, login.password));
        let found = found
            .as_ref()
            .map(|(username, password)| (username.as_str(), password.as_str()))
            .map_err(|problem| *problem);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn logins_of_java_clients() {
        const PLAIN: &str = "org.apache.kafka.common.security.plain.PlainLoginModule";
        const SCRAM: &str = "org.apache.kafka.common.security.scram.ScramLoginModule";
        let alice = Ok(("alice", "secret"));
        check(
            &format!("{PLAIN} required username=\"alice\" password=\"secret\";"),
            alice,
        );
        check(
            &format!("{SCRAM} required\n  username = 'alice'\n  password = 'secret' ;"),
            alice,
        );
        check(
            &format!("{SCRAM} required username=alice password=secret;"),
            alice,
        );
        check(
            &format!("{SCRAM} required tokenauth=true password=\"secret\" username=\"alice\"; "),
            alice,
        );
        check(
            &format!("{PLAIN} required username=\"a;b\" password=\"x\\\"=\\\\ y\";"),
            Ok(("a;b", "x\"=\\ y")),
        );
    }

    #[test]
    fn what_is_missing_is_said() {
        let none = "its login module is neither PlainLoginModule nor ScramLoginModule";
        check("", Err(none));
        check(
            "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true;",
            Err(none),
        );
        check(
            "PlainLoginModule required;",
            Err("it has no username=\"..\""),
        );
        check(
            "PlainLoginModule required username=\"a\" password;",
            Err("it has no password=\"..\""),
        );
        check(
            "PlainLoginModule required username=\"a\" password=\"secret;",
            Err("a quotation mark is not closed"),
        );
    }
}
