//! Prometheus's text format, version 0.0.4.

use std::fmt::{Display, Write};

/// The content type of this format.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What may happen to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It only grows; its name ends in `_total`.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// A report that is being written.
#[derive(Default)]
pub(super) struct Text {
    out: String,
    name: &'static str,
}

impl Text {
    /// Begins a metric; its samples follow.
    pub(super) fn metric(&mut self, kind: Kind, name: &'static str, help: &str) -> &mut Self {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        let help = help.replace('\\', r"\\").replace('\n', r"\n");
        self.name = name;
        self.put(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
        self
    }

    /// Adds a sample of the metric that was begun last.
    pub(super) fn sample(
        &mut self,
        labels: &[(&str, &dyn Display)],
        value: impl Display,
    ) -> &mut Self {
        self.out.push_str(self.name);
        for (index, (label, text)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let text = escaped(&text.to_string());
            self.put(format_args!("{before}{label}=\"{text}\""));
        }
        let after = if labels.is_empty() { "" } else { "}" };
        self.put(format_args!("{after} {value}\n"));
        self
    }

    pub(super) fn end(self) -> String {
        self.out
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // A string takes whatever is written to it.
        let _ = self.out.write_fmt(text);
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\")
        .replace('"', "\\\"")
        .replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_line_is_escaped() {
        let mut text = Text::default();
        text.metric(
            Kind::Counter,
            "eddy_things_total",
            "Things,\nall \\ of them.",
        )
        .sample(&[], 3)
        .sample(&[("topic", &"a\"b\\c\nd"), ("partition", &0)], 1.5);
        let expected = concat!(
            "# HELP eddy_things_total Things,\\nall \\\\ of them.\n",
            "# TYPE eddy_things_total counter\n",
            "eddy_things_total 3\n",
            "eddy_things_total{topic=\"a\\\"b\\\\c\\nd\",partition=\"0\"} 1.5\n",
        );
        assert_eq!(text.end(), expected);
    }
}
