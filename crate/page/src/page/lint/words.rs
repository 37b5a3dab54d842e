//! The chip's words, and the list's.

use lab::lint::{Finding, Severity};

use crate::page::numbers;

/// The chip: how it looks, its words, and how many more there are.
#[derive(Clone, Debug, PartialEq)]
pub struct Chip {
    /// Of the first finding.
    pub severity: Severity,
    /// "Decay 0 forgets every earlier batch"
    pub says: String,
    /// "+2", or nothing.
    pub more: String,
    /// All of it, for those who do not see it.
    pub label: String,
}

/// The chip of these findings: the first that is no note, else how many notes there are; None where there is nothing.
pub fn chip(found: &[&Finding]) -> Option<Chip> {
    let first = found.first()?;
    let of = |severity| {
        let all = found.iter().filter(|finding| finding.severity == severity);
        all.count() as u64
    };
    let notes = of(Severity::Note);
    if first.severity == Severity::Note {
        let says = numbers::counted(notes, "note");
        return Some(Chip {
            severity: Severity::Note,
            label: format!("{says} of the linter"),
            says,
            more: String::new(),
        });
    }
    let says = first.headline();
    let more = match of(Severity::Error) + of(Severity::Warning) - 1 {
        0 => String::new(),
        more => format!("+{more}"),
    };
    let counts = counts(found);
    Some(Chip {
        severity: first.severity,
        label: format!("{says}. {counts}: show the list"),
        says,
        more,
    })
}

/// "2 warnings, 1 note"
pub fn counts(found: &[&Finding]) -> String {
    let of = |(severity, what): (Severity, &str)| {
        let all = found.iter().filter(|finding| finding.severity == severity);
        let count = all.count() as u64;
        (count > 0).then(|| numbers::counted(count, what))
    };
    let kinds = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Note, "note"),
    ];
    let counts: Vec<String> = kinds.into_iter().filter_map(of).collect();
    counts.join(", ")
}

/// How a finding of this severity looks: class and icon.
pub fn look(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("err", "#i-error"),
        Severity::Warning => ("warn", "#i-warn"),
        Severity::Note => ("info", "#i-info"),
    }
}

/// How a sentence goes on behind its title, with its full stop.
pub fn rest(finding: &Finding) -> String {
    format!(" {}. ", finding.says)
}

#[cfg(test)]
mod tests {
    use lab::LabFile;

    use super::*;

    #[test]
    fn the_chip_says_the_first_and_how_many_more() {
        let lab = include_str!("../../../../../www/lab.json");
        let found = lab::Lab::new(LabFile::parse(lab).unwrap()).unwrap().lint();
        let of = |lane: &str| {
            found
                .iter()
                .filter(|f| f.concerns(lane))
                .collect::<Vec<_>>()
        };
        let flink = of("Flink");
        let chip_of = chip(&flink).unwrap();
        assert_eq!(chip_of.says, "Decay 0 forgets every earlier batch");
        assert_eq!(
            (chip_of.more.as_str(), counts(&flink)),
            ("", "1 warning, 1 note".to_owned())
        );
        let twice = [flink[0], flink[0], flink[0], flink[1]];
        assert_eq!(chip(&twice).unwrap().more, "+2");
        assert_eq!(chip(&flink[1..]).unwrap().says, "1 note");
        assert_eq!(chip(&[]), None);
    }
}
