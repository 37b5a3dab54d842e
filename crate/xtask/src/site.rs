//! Folders that are kept equal to what was built.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Makes `to` hold exactly the files of these folders, each under its prefix, and those in `keep`.
///
/// A file that has not changed is not touched, so that what embeds it is not rebuilt.
pub(crate) fn mirror(to: &Path, folders: &[(&Path, &str)], keep: &[&str]) -> Result<()> {
    let mut wanted: BTreeSet<PathBuf> = keep.iter().map(PathBuf::from).collect();
    for (from, prefix) in folders {
        for file in files(from).with_context(|| from.display().to_string())? {
            let name = Path::new(prefix).join(&file);
            copy(&from.join(&file), &to.join(&name))?;
            wanted.insert(name);
        }
    }
    for file in files(to)? {
        if !wanted.contains(&file) {
            fs::remove_file(to.join(file))?;
        }
    }
    Ok(())
}

/// The names of all files below a folder, one a line, in order.
pub(crate) fn names(folder: &Path) -> Result<String> {
    let names: BTreeSet<PathBuf> = files(folder)?.into_iter().collect();
    Ok(names
        .iter()
        .map(|name| format!("{}\n", name.display()))
        .collect())
}

/// All files below a folder, relative to it.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(folder.join(&inner))? {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let new = fs::read(from)?;
    if fs::read(to).is_ok_and(|old| old == new) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, new).with_context(|| format!("{} cannot be written", to.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{mirror, names};

    #[test]
    fn a_mirror_takes_new_files_and_loses_stale_ones() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let [www, pkg, site] = ["www", "pkg", "site"].map(|name| folder.path().join(name));
        fs::create_dir_all(www.join("img"))?;
        fs::create_dir_all(&pkg)?;
        for (file, text) in [
            ("www/index.html", "new"),
            ("www/img/a.svg", "a"),
            ("pkg/eddy.js", "js"),
        ] {
            fs::write(folder.path().join(file), text)?;
        }
        fs::create_dir_all(site.join("old"))?;
        for file in ["index.html", "old/stale.js", "kept.json"] {
            fs::write(site.join(file), "old")?;
        }
        let written = || fs::metadata(site.join("pkg/eddy.js"))?.modified();

        mirror(&site, &[(&www, ""), (&pkg, "pkg")], &["kept.json"])?;
        assert_eq!(
            names(&site)?,
            "img/a.svg\nindex.html\nkept.json\npkg/eddy.js\n"
        );
        assert_eq!(fs::read_to_string(site.join("index.html"))?, "new");
        assert_eq!(fs::read_to_string(site.join("kept.json"))?, "old");

        let before = written()?;
        mirror(&site, &[(&www, ""), (&pkg, "pkg")], &["kept.json"])?;
        assert_eq!(written()?, before);
        Ok(())
    }
}
