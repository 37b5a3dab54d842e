//! PySpark, and the jars by which it reads Kafka.

use std::process::Command;

use anyhow::Result;

use crate::python;
use crate::repo::Repo;
use crate::stack::{cache, java};

/// The version that exported jobs name in their requirements.
const PACKAGES: [&str; 2] = ["pyspark==3.5.9", "numpy"];
const POM: &str = include_str!("../../engines/spark.xml");
/// Spark 3.5 needs this; it runs on 17, too, which Kafka needs.
const JAVA: u32 = 17;

pub(super) fn install(repo: &Repo, tests: &mut Command) -> Result<()> {
    let java = java::find_or_install(JAVA)?;
    let python = python::with(repo, "python-spark", &PACKAGES, "import pyspark, numpy")?;
    let jars = cache::jars("spark-kafka-3.5.7", POM, "Spark's Kafka connector (6 MB)")?;
    tests
        .env("EDDY_JAVA", java)
        .env("EDDY_SPARK_PYTHON", python)
        .env("EDDY_SPARK_JARS", jars);
    Ok(())
}
