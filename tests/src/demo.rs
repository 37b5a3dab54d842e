//! The published demo as a second process plays it: rows inserted into the file that `eddy serve` watches.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::program::eddy;

/// The six steps: the data set's file, and its rows.
pub const STEPS: [(&str, u64); 6] = [
    ("iris_train1", 1),
    ("iris_test", 11),
    ("iris_train2", 138),
    ("iris_test", 11),
    ("iris_train2", 138),
    ("iris_test", 11),
];

/// What the published demo gave, from `tests/golden/seeds/tables.json`.
pub struct Tables {
    /// Flink's predictions, round by round.
    pub flink: Vec<Vec<i64>>,
    /// Spark's, with the engine's own ids.
    pub spark: Vec<Vec<i64>>,
}

impl Tables {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// If the file is not what it was.
    pub fn read() -> Result<Tables> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/seeds/tables.json");
        let tables: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
        let read = |name: &str| -> Result<Vec<Vec<i64>>> {
            serde_json::from_value(tables[name].clone()).with_context(|| format!("{path}: {name}"))
        };
        Ok(Tables {
            flink: read("flink_after_train1_train2_train2")?,
            spark: read("spark_README_after_train1_train2_train2")?,
        })
    }
}

/// A database and the data set's files.
pub struct Demo {
    folder: tempfile::TempDir,
    window: Duration,
}

impl Demo {
    /// Writes the data set in this order; windows are `window_ms` long.
    ///
    /// # Errors
    ///
    /// If `eddy dataset` fails.
    pub fn new(seed: u32, window_ms: u64) -> Result<Demo> {
        let folder = tempfile::tempdir()?;
        let out = folder.path().display().to_string();
        eddy(&[
            "dataset",
            "iris",
            "--out",
            &out,
            "--shuffle",
            &seed.to_string(),
        ])?;
        Ok(Demo {
            folder,
            window: Duration::from_millis(window_ms),
        })
    }

    /// A file in the demo's folder.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> String {
        self.file("eddy.db").display().to_string()
    }

    /// What `eddy serve` is told for it.
    #[must_use]
    pub fn serve_args(&self) -> Vec<String> {
        let window = format!("{}ms", self.window.as_millis());
        [
            "--scenario",
            "iris",
            "--db",
            &self.db(),
            "--window",
            &window,
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// Inserts a step's rows, early in a window of its own, as another process.
    ///
    /// # Errors
    ///
    /// If `eddy insert` fails.
    pub fn insert(&self, step: usize) -> Result<()> {
        self.next_window();
        self.insert_file(&self.file(&format!("{}.sql", STEPS[step].0)))
    }

    /// Inserts a file's rows as another process.
    ///
    /// # Errors
    ///
    /// If `eddy insert` fails.
    pub fn insert_file(&self, file: &Path) -> Result<()> {
        eddy(&[
            "insert",
            "--db",
            &self.db(),
            "--file",
            &file.display().to_string(),
        ])?;
        Ok(())
    }

    /// Waits until a new window has just begun (windows are aligned to the epoch).
    pub fn next_window(&self) {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let into = Duration::from_nanos((now.as_nanos() % self.window.as_nanos()) as u64);
        std::thread::sleep(self.window - into + Duration::from_millis(20));
    }
}

/// The predictions of a lane in replay lines, in rounds of 11.
///
/// # Errors
///
/// If a line is not JSON.
pub fn predictions(lines: &str, lane: &str) -> Result<Vec<Vec<i64>>> {
    let mut given = Vec::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line)?;
        if line["event"] == "prediction" && line["lane"] == lane {
            given.push(
                line["prediction"]
                    .as_i64()
                    .context("a prediction is a number")?,
            );
        }
    }
    Ok(given.chunks(11).map(<[i64]>::to_vec).collect())
}

/// The versions of a lane in replay lines: number, rows of the batch, centroids.
///
/// # Errors
///
/// If a line is not JSON.
pub fn trained_versions(lines: &str, lane: &str) -> Result<Vec<(u64, u64, String)>> {
    let mut versions = Vec::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line)?;
        let rows = line["batch"]["rows"].as_u64().unwrap_or(0);
        if line["event"] == "version" && line["lane"] == lane && rows > 0 {
            versions.push((
                line["version"].as_u64().unwrap_or(0),
                rows,
                line["centroids"].to_string(),
            ));
        }
    }
    Ok(versions)
}
