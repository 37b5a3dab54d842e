//! Removing the oldest changes.

use rusqlite::Connection;

use super::error::{During, EmbeddedError};

/// How many changes go in one transaction, so that writers never wait long.
const STEP: i64 = 10_000;

/// Removes the oldest changes beyond `keep`, once an eighth too many are there.
pub(super) fn trim(connection: &Connection, keep: Option<u64>) -> Result<(), EmbeddedError> {
    let Some(keep) = keep.and_then(|keep| i64::try_from(keep).ok()) else {
        return Ok(());
    };
    trim_to(connection, keep).during(|| "cannot remove the oldest changes".to_owned())
}

fn trim_to(connection: &Connection, keep: i64) -> rusqlite::Result<()> {
    // Numbers of changes have no holes: what is rolled back takes its number along.
    let (oldest, newest): (i64, i64) = connection
        .prepare_cached(
            "SELECT coalesce((SELECT min(seq) FROM _eddy_change), 1),
                    coalesce((SELECT max(seq) FROM _eddy_change), 0)",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if newest - oldest < keep.saturating_add(keep / 8) {
        return Ok(());
    }
    let last_to_go = newest - keep;
    let mut reached = oldest - 1;
    while reached < last_to_go {
        reached = last_to_go.min(reached + STEP);
        connection
            .prepare_cached("DELETE FROM _eddy_change WHERE seq <= ?1")?
            .execute([reached])?;
    }
    Ok(())
}
