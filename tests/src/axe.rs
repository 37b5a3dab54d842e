//! What axe-core finds in a page that keeps people out of it.

use std::env;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::page::Page;

/// SHA-256 of axe-core 4.14.1's axe.min.js.
const SHA_256: &str = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";

/// Finds violations of axe-core's rules in pages.
#[derive(Debug)]
pub struct Axe {
    script: String,
}

impl Axe {
    /// The script that `EDDY_AXE` names; None where it names none and no browser is required either.
    ///
    /// # Errors
    ///
    /// If it is missing, or is another script than the tests know.
    pub fn for_tests() -> Result<Option<Axe>> {
        let Some(path) = env::var_os("EDDY_AXE") else {
            ensure!(
                env::var_os("EDDY_REQUIRE_BROWSER").is_none(),
                "EDDY_AXE does not say where axe-core's axe.min.js is; cargo xtask test --only browser downloads it"
            );
            return Ok(None);
        };
        let script = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
        let found: String = Sha256::digest(&script)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        ensure!(
            found == SHA_256,
            "{} is not axe-core 4.14.1: its SHA-256 is {found}",
            path.display()
        );
        Ok(Some(Axe { script }))
    }

    /// All violations in the page as it is: the rule, what it asks for, and the elements.
    ///
    /// # Errors
    ///
    /// If it does not run.
    pub async fn violations(&self, page: &Page) -> Result<Vec<String>> {
        if page.js("return typeof axe").await? == "undefined" {
            page.client.execute(&self.script, vec![]).await?;
        }
        let found = page
            .js("const found = await axe.run(document, {resultTypes: ['violations']});\
                 return found.violations.map(one => `${one.id}: ${one.help}: ` + one.nodes.map(node => \
                 `${node.target.join(' ')} (${node.failureSummary.split('\\n').slice(1).map(line => line.trim()).join('; ')})`).join(' | '))")
            .await?;
        let found: Vec<Value> = serde_json::from_value(found)?;
        found
            .iter()
            .map(|one| Ok(one.as_str().context("a violation in words")?.to_owned()))
            .collect()
    }
}
