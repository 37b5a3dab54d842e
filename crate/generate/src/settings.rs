//! What a made-up stream is like.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::Stream;

/// Features that a row may have.
pub const DIMS: RangeInclusive<usize> = 2..=8;
/// Clusters that rows may come from.
pub const CLUSTERS: RangeInclusive<usize> = 1..=8;
/// Changes that a stream may have.
pub const ROWS_MOST: u64 = 1_000_000;
/// Changes in a second of event time.
pub const RATE_PER_S: RangeInclusive<f64> = 0.01..=1_000.0;
/// How far the truth may go in 1,000 rows.
const DRIFT: RangeInclusive<f64> = 0.0..=1_000.0;

/// What a made-up stream is like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What moves.
    pub kind: Kind,
    /// The tables are NAME_train and NAME_test; letters, digits and `_`.
    pub name: String,
    /// The same seed gives the same rows.
    pub seed: u64,
    /// Changes in all: of every 50, 40 are to train and 10 to test.
    pub rows: u64,
    /// Changes in a second of event time.
    pub rate_per_s: f64,
    /// Features of a row: x1, x2 ..
    pub dims: usize,
    /// Clusters that rows come from; no meaning for a plane.
    pub clusters: usize,
    /// Share of rows that come from nowhere: anywhere in the box, without a label; of a plane, with any target.
    pub noise: f64,
    /// Share of labels that are another cluster's; 0 for a plane.
    pub label_noise: f64,
    /// How far the truth goes in 1,000 rows: of clusters, in standard deviations; of a plane, the length that its
    /// coefficients change by.
    pub drift: f64,
    /// Share of changes that are updates of a row that is there.
    pub updates: f64,
    /// Share of changes that are deletes.
    pub deletes: f64,
    /// The form of events.
    pub form: Form,
}

/// What moves in a made-up stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Clusters, each on a way of its own.
    #[default]
    Blobs,
    /// Clusters on a circle that turns.
    Rotating,
    /// Clusters of which there are more and more: two at first.
    Growing,
    /// The coefficients of a plane, for a regression.
    Plane,
}

/// The form of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Debezium's own, with before and after.
    #[default]
    Envelope,
    /// The row alone, as behind Debezium's unwrap step; a delete is a tombstone.
    Unwrapped,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 4] = [Kind::Blobs, Kind::Rotating, Kind::Growing, Kind::Plane];

    /// Its name on the command line and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Blobs => "blobs",
            Kind::Rotating => "rotating",
            Kind::Growing => "growing",
            Kind::Plane => "plane",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether its rows have a target in place of a label.
    pub fn is_regression(self) -> bool {
        self == Kind::Plane
    }
}

impl Settings {
    /// A stream of this kind that is good to look at: 1,000 rows, three clusters in two dimensions.
    pub fn of(kind: Kind) -> Settings {
        Settings {
            kind,
            name: kind.name().to_owned(),
            seed: 7,
            rows: 1_000,
            rate_per_s: 20.0,
            dims: 2,
            clusters: match kind {
                Kind::Growing => 5,
                _ => 3,
            },
            noise: 0.0,
            label_noise: 0.0,
            drift: match kind {
                Kind::Blobs => 25.0,
                Kind::Rotating => 30.0,
                Kind::Growing => 4.0,
                Kind::Plane => 4.0,
            },
            updates: 0.0,
            deletes: 0.0,
            form: Form::Envelope,
        }
    }
}

/// What is wrong with a made-up stream's settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct SettingsError {
    /// The field's name, as in [`Settings`].
    pub field: &'static str,
    /// What is, then what to do.
    pub reason: String,
}

impl Stream {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`SettingsError`] names the field, and what it may be.
    pub fn new(settings: Settings) -> Result<Stream, SettingsError> {
        let refuse = |field, reason: String| Err(SettingsError { field, reason });
        let it = &settings;
        let begins = it.name.starts_with(|c: char| c.is_ascii_alphabetic());
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !begins || !it.name.chars().all(letters) || it.name.len() > 40 {
            let reason = format!(
                "is {:?}; give a letter, then letters, digits and _, 40 at most",
                it.name
            );
            return refuse("name", reason);
        }
        let whole = [
            ("rows", it.rows, 1..=ROWS_MOST),
            (
                "dims",
                it.dims as u64,
                *DIMS.start() as u64..=*DIMS.end() as u64,
            ),
            (
                "clusters",
                it.clusters as u64,
                *CLUSTERS.start() as u64..=*CLUSTERS.end() as u64,
            ),
        ];
        if let Some((field, given, of)) = whole.iter().find(|(_, given, of)| !of.contains(given)) {
            let reason = format!("is {given}; give {} to {}", of.start(), of.end());
            return refuse(field, reason);
        }
        let shares = 0.0..=1.0;
        let numbers = [
            ("rate_per_s", it.rate_per_s, &RATE_PER_S),
            ("noise", it.noise, &shares),
            ("label_noise", it.label_noise, &shares),
            ("drift", it.drift, &DRIFT),
            ("updates", it.updates, &shares),
            ("deletes", it.deletes, &shares),
        ];
        if let Some((field, given, of)) = numbers.iter().find(|(_, given, of)| !of.contains(given))
        {
            let reason = format!("is {given}; give {} to {}", of.start(), of.end());
            return refuse(field, reason);
        }
        if it.updates + it.deletes > 1.0 {
            let reason = "and updates are more than all changes; give less of one".to_owned();
            return refuse("deletes", reason);
        }
        if it.kind.is_regression() && it.label_noise > 0.0 {
            let reason = "is for labels, and a plane has none; leave it 0".to_owned();
            return refuse("label_noise", reason);
        }
        if it.kind == Kind::Growing && it.clusters < 2 {
            let reason = "is 1, which cannot grow from 2; give 2 or more".to_owned();
            return refuse("clusters", reason);
        }
        Ok(Stream(settings))
    }

    /// What was asked for.
    pub fn settings(&self) -> &Settings {
        &self.0
    }

    /// The tables: of rows to train, of rows to test.
    pub fn tables(&self) -> [String; 2] {
        ["train", "test"].map(|part| format!("{}_{part}", self.0.name))
    }

    /// Columns with the features.
    pub fn features(&self) -> Vec<String> {
        (1..=self.0.dims).map(|i| format!("x{i}")).collect()
    }

    /// Column with the label, or with the target.
    pub fn truth(&self) -> &'static str {
        match self.0.kind.is_regression() {
            true => "y",
            false => "cluster",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_named() {
        let check = |change: fn(&mut Settings), says: &str| {
            let mut settings = Settings::of(Kind::Blobs);
            change(&mut settings);
            let error = Stream::new(settings).expect_err(says).to_string();
            assert_eq!(error, says);
        };
        check(|it| it.noise = 1.5, "noise: is 1.5; give 0 to 1");
        check(|it| it.drift = f64::NAN, "drift: is NaN; give 0 to 1000");
        check(|it| it.dims = 1, "dims: is 1; give 2 to 8");
        check(|it| it.rows = 0, "rows: is 0; give 1 to 1000000");
        check(
            |it| (it.kind, it.label_noise) = (Kind::Plane, 0.1),
            "label_noise: is for labels, and a plane has none; leave it 0",
        );
        check(
            |it| (it.updates, it.deletes) = (0.6, 0.5),
            "deletes: and updates are more than all changes; give less of one",
        );
        check(
            |it| it.name = "a b".to_owned(),
            "name: is \"a b\"; give a letter, then letters, digits and _, 40 at most",
        );
        for kind in Kind::ALL {
            assert!(Stream::new(Settings::of(kind)).is_ok());
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
    }
}
