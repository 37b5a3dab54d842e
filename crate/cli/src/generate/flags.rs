//! What a made-up stream is like, on the command line.

use anyhow::{Result, anyhow};
use generate::{Form, Kind, Settings, Stream};

/// What moves in a made-up stream
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum KindFlag {
    /// Clusters, each on a way of its own
    Blobs,
    /// Clusters on a circle that turns
    Rotating,
    /// Clusters of which there are more and more, two at first
    Growing,
    /// The coefficients of a plane, for a regression
    Plane,
}

// clap would name the group of the flags `Flags`, which `eddy insert` has none of.
#[derive(Clone, Debug, Default, PartialEq, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "A made-up stream")]
pub(crate) struct Flags {
    /// The same seed gives the same rows; 7 where this is left out
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Changes in all, up to 1,000,000; 1000 where this is left out
    #[arg(long, value_name = "N")]
    rows: Option<u64>,
    /// Changes a second: of event time, 20 where this is left out; into a database, where they go all at once otherwise
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<f64>,
    /// Features of a row, x1, x2 .., 2 to 8; 2 where this is left out
    #[arg(long, value_name = "N")]
    dims: Option<usize>,
    /// Clusters, 1 to 8; 3, growing to 5, where this is left out
    #[arg(long, value_name = "N")]
    clusters: Option<usize>,
    /// Share of rows that come from no cluster, or have any target, 0 to 1
    #[arg(long, value_name = "SHARE")]
    noise: Option<f64>,
    /// Share of labels that are another cluster's, 0 to 1
    #[arg(long, value_name = "SHARE")]
    label_noise: Option<f64>,
    /// How far the truth goes in 1,000 rows: clusters, in standard deviations; of a plane, the length that its coefficients
    /// change by
    #[arg(long, value_name = "N")]
    drift: Option<f64>,
    /// Share of changes that are updates, 0 to 1
    #[arg(long, value_name = "SHARE")]
    updates: Option<f64>,
    /// Share of changes that are deletes, 0 to 1
    #[arg(long, value_name = "SHARE")]
    deletes: Option<f64>,
    /// The tables are NAME_train and NAME_test; the kind where this is left out
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

impl Flags {
    /// The stream that they ask for.
    pub(crate) fn stream(&self, kind: KindFlag, unwrapped: bool) -> Result<Stream> {
        let of = Settings::of(match kind {
            KindFlag::Blobs => Kind::Blobs,
            KindFlag::Rotating => Kind::Rotating,
            KindFlag::Growing => Kind::Growing,
            KindFlag::Plane => Kind::Plane,
        });
        let settings = Settings {
            kind: of.kind,
            name: self.name.clone().unwrap_or(of.name),
            seed: self.seed.unwrap_or(of.seed),
            rows: self.rows.unwrap_or(of.rows),
            rate_per_s: self.rate.unwrap_or(of.rate_per_s),
            dims: self.dims.unwrap_or(of.dims),
            clusters: self.clusters.unwrap_or(of.clusters),
            noise: self.noise.unwrap_or(of.noise),
            label_noise: self.label_noise.unwrap_or(of.label_noise),
            drift: self.drift.unwrap_or(of.drift),
            updates: self.updates.unwrap_or(of.updates),
            deletes: self.deletes.unwrap_or(of.deletes),
            form: match unwrapped {
                true => Form::Unwrapped,
                false => Form::Envelope,
            },
        };
        Stream::new(settings).map_err(|error| {
            let flag = match error.field {
                "rate_per_s" => "rate".to_owned(),
                field => field.replace('_', "-"),
            };
            anyhow!("--{flag} {}", error.reason)
        })
    }
}
