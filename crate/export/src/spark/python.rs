//! Literals of Python, and texts in its comments.

/// A text.
pub(super) fn text(text: &str) -> String {
    // What JSON escapes, Python reads in the same way.
    serde_json::Value::from(text).to_string()
}

/// A double, with the fewest digits that read back the same.
pub(super) fn number(number: f64) -> String {
    match number.is_finite() {
        true => format!("{number:?}"),
        false => format!("float(\"{number}\")"),
    }
}

/// True or False.
pub(super) fn boolean(is: bool) -> &'static str {
    if is { "True" } else { "False" }
}

/// A list in one line.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    format!("[{}]", items.join(", "))
}

/// A list of doubles.
pub(super) fn numbers(numbers: &[f64]) -> String {
    list(numbers.iter().map(|x| number(*x)))
}

/// A list of texts.
pub(super) fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    list(texts.into_iter().map(text))
}

/// A dictionary, with one entry a line, inside a statement that is not indented.
pub(super) fn dictionary(entries: &[(String, String)]) -> String {
    if entries.is_empty() {
        return "{}".to_owned();
    }
    let lines = entries
        .iter()
        .map(|(key, value)| format!("    {key}: {value},\n"));
    format!("{{\n{}}}", lines.collect::<String>())
}

/// Items as a list in text, in lines of at most 120 letters.
pub(super) fn bullets(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| wrapped(item)).collect();
    items.join("\n")
}

/// [`bullets`] where no text may end a docstring or begin an escape.
pub(super) fn in_docstring(items: &[String]) -> String {
    bullets(items).replace('\\', "\\\\").replace('"', "'")
}

fn wrapped(item: &str) -> String {
    const WIDTH: usize = 120;
    let mut lines = vec!["-".to_owned()];
    for word in item.split_whitespace() {
        let line = lines.last_mut();
        match line {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals() {
        assert_eq!(text("a \"b\" \\ é"), r#""a \"b\" \\ é""#);
        assert_eq!(numbers(&[3.0, -1e-7, 1e300]), "[3.0, -1e-7, 1e300]");
        assert_eq!(number(f64::NEG_INFINITY), "float(\"-inf\")");
        assert_eq!(dictionary(&[]), "{}");
        assert_eq!(
            dictionary(&[(text("a"), "1".into())]),
            "{\n    \"a\": 1,\n}"
        );
    }

    #[test]
    fn no_text_ends_the_docstring() {
        let items = ["x \"\"\" \\".to_owned(), "word ".repeat(40)];
        let text = in_docstring(&items);
        assert!(!text.contains('"') && text.starts_with("- x ''' \\\\\n- word"));
        assert!(text.lines().all(|line| line.len() <= 120), "{text}");
    }
}
