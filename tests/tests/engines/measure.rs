//! How fast: both engines' jobs and a page on the same topic of a million rows, in one run. `cargo xtask test --engines --measure`.

use anyhow::Result;
use serde_json::{Value, json};

use crate::support::{Engines, made_lab, made_rows};
use crate::{flink, page, spark};

const ROWS: u64 = 1_000_000;

#[tokio::test]
#[ignore = "measures"]
async fn rows_per_second_on_a_million_rows() -> Result<()> {
    let Some(engines) = Engines::start()? else {
        return Ok(());
    };
    engines.topic("made", 4, made_rows(ROWS as usize))?;
    println!("k-means, k 3, 4 features, {ROWS} rows on 4 partitions, behind the start:");
    for batch_rows in [32, 1_024] {
        let batch = json!({"by": "count", "rows": batch_rows});
        let (lane, lab) = lab(&engines, &format!("By{batch_rows}"), "flink", &batch)?;
        let rate = page::rows_per_second(&engines, lab.as_ref(), ROWS).await?;
        println!("page, batches of {batch_rows}: {rate:.0} rows/s");
        let rate = flink::rows_per_second(&engines, &lab, &lane, (batch_rows, ROWS))?;
        println!("Flink, batches of {batch_rows}: {rate:.0} rows/s");
    }
    let batch = json!({"by": "interval", "ms": 1000});
    let (lane, lab) = lab(&engines, "BySecond", "spark", &batch)?;
    let rate = page::rows_per_second(&engines, lab.as_ref(), ROWS).await?;
    println!("page, intervals of 1 s: {rate:.0} rows/s");
    let rate = spark::rows_per_second(&engines, &lab, &lane, ROWS)?;
    println!("Spark, micro-batches of up to 250,000: {rate:.0} rows/s");
    Ok(())
}

/// A lab file whose one lane is called so: name and path.
fn lab(engines: &Engines, lane: &str, engine: &str, batch: &Value) -> Result<(String, String)> {
    let lab = made_lab("made", engine, batch).replace("\"Made\"", &format!("\"{lane}\""));
    Ok((
        lane.to_owned(),
        engines.file(&format!("{lane}.json"), &lab)?,
    ))
}
