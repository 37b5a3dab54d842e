//! Fills a template: sections that only some jobs have, and values.
//!
//! A section stands between lines `<<if NAME>>` and `<<end>>`, which may be comments of the template's language; sections nest.
//! A value stands as `${NAME}`.

use std::fmt::Write;

/// What a template is filled with.
#[derive(Clone, Debug, Default)]
pub(super) struct Filling {
    sections: Vec<&'static str>,
    values: Vec<(&'static str, String)>,
}

impl Filling {
    /// Has a section, where `is` holds.
    pub(super) fn section(&mut self, name: &'static str, is: bool) -> &mut Self {
        if is {
            self.sections.push(name);
        }
        self
    }

    /// Has one of two sections.
    pub(super) fn either(
        &mut self,
        is: bool,
        name: &'static str,
        other: &'static str,
    ) -> &mut Self {
        self.section(name, is).section(other, !is)
    }

    /// Has a value.
    pub(super) fn value(&mut self, name: &'static str, value: impl Into<String>) -> &mut Self {
        self.values.push((name, value.into()));
        self
    }

    /// The text of a template.
    pub(super) fn fill(&self, template: &str) -> String {
        let mut out = String::new();
        // Whether each section that is open is there.
        let mut open: Vec<bool> = Vec::new();
        for line in template.lines() {
            match mark(line) {
                Some("end") => {
                    open.pop();
                }
                Some(name) => open.push(self.sections.contains(&name)),
                None if open.iter().all(|is| *is) => {
                    self.write(line, &mut out);
                    out.push('\n');
                }
                None => {}
            }
        }
        out
    }

    fn write(&self, line: &str, out: &mut String) {
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let value = self.values.iter().find(|(known, _)| *known == name);
            match value {
                Some((_, value)) => out.push_str(value),
                // Seen by the tests, which look for it in every job.
                None => {
                    let _ = write!(out, "${{{name}}}");
                }
            }
            rest = after;
        }
        out.push_str(rest);
    }
}

/// `end`, or the name of the section that begins with this line.
fn mark(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(['#', ' ']);
    let inner = line.strip_prefix("<<")?.strip_suffix(">>")?;
    Some(inner.strip_prefix("if ").unwrap_or(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_values() {
        let mut filling = Filling::default();
        filling
            .section("a", true)
            .either(false, "b", "c")
            .value("X", "1")
            .value("Y", "two\nlines");
        let template = "x = ${X}${X}\n# <<if a>>\na\n<<if b>>\nb\n<<end>>\n# <<if c>>\nc ${Y}\n# <<end>>\n# <<end>>\n\
                        <<if b>>\nb\n<<if a>>\na\n<<end>>\n<<end>>\n${Z}\n";
        assert_eq!(filling.fill(template), "x = 11\na\nc two\nlines\n${Z}\n");
    }
}
