//! Templates: names in double braces are replaced, and lines between `#if` and `#end` stand only where their flag does.
//!
//! A name that has a line of its own is replaced by lines with that line's indentation; where there are none, the line goes.

use std::collections::{BTreeMap, BTreeSet};

/// What is put into a template.
#[derive(Clone, Debug, Default)]
pub(super) struct Filling {
    flags: BTreeSet<&'static str>,
    texts: BTreeMap<&'static str, String>,
}

impl Filling {
    /// Sets a flag.
    pub(super) fn flag(&mut self, name: &'static str, is_set: bool) {
        if is_set {
            self.flags.insert(name);
        }
    }

    /// Whether a flag is set.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.flags.contains(name)
    }

    /// Sets the text of a name; it may be lines.
    pub(super) fn put(&mut self, name: &'static str, text: impl Into<String>) {
        self.texts.insert(name, text.into());
    }

    fn holds(&self, condition: &str) -> bool {
        match condition.strip_prefix("not ") {
            Some(name) => !self.flags.contains(name),
            None => self.flags.contains(condition),
        }
    }

    fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }
}

/// Fills a template.
pub(super) fn fill(template: &str, filling: &Filling) -> String {
    let mut out = String::new();
    // Whether the lines of each block that is open stand.
    let mut open: Vec<bool> = Vec::new();
    for line in template.lines() {
        if let Some(condition) = line.strip_prefix("#if ") {
            open.push(filling.holds(condition));
        } else if line == "#end" {
            open.pop();
        } else if !open.contains(&false) {
            fill_line(line, filling, &mut out);
        }
    }
    out
}

fn fill_line(line: &str, filling: &Filling, out: &mut String) {
    let before = line.find("{{").map_or("", |at| &line[..at]);
    let alone = line[before.len()..]
        .strip_prefix("{{")
        .and_then(|rest| rest.strip_suffix("}}"))
        .filter(|name| is_name(name) && !before.contains(|c: char| c.is_alphanumeric()));
    if let Some(name) = alone {
        for text in filling.text(name).lines() {
            out.push_str(format!("{before}{text}").trim_end());
            out.push('\n');
        }
        return;
    }
    let mut rest = line;
    while let Some(at) = rest.find("{{") {
        let (text, from) = rest.split_at(at);
        out.push_str(text);
        let name = from[2..].split("}}").next().unwrap_or_default();
        match is_name(name) {
            true => {
                out.push_str(filling.text(name));
                rest = &from[name.len() + 4..];
            }
            // A brace of the language.
            false => {
                out.push('{');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    out.push('\n');
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_and_blocks_stand_by_their_flags() {
        let mut filling = Filling::default();
        filling.flag("a", true);
        filling.put("lines", "one\ntwo");
        filling.put("x", "1");
        let template = "#if a\n  {{lines}}\n#if b\nno\n#end\n#end\n#if not b\nx = {{{x}}};\n#end\n  {{none}}\n// {{lines}}\n";
        assert_eq!(
            fill(template, &filling),
            "  one\n  two\nx = {1};\n// one\n// two\n"
        );
    }
}
