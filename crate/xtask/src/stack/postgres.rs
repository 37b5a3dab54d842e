//! PostgreSQL with logical replication.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::folder::Stack;
use super::launch::launch;
use super::part::Part;
use super::process::working_in;
use crate::{apt, run};

/// The demo's tables and first row.
const IRIS: &str = include_str!("../../stack/iris.sql");
/// The tables of the second published case.
const ECOMMERCE: &str = include_str!("../../stack/ecommerce.sql");
/// Logical replication, with room for connectors of the reader's own.
pub(crate) const REPLICATION: [&str; 3] = [
    "wal_level=logical",
    "max_wal_senders=20",
    "max_replication_slots=20",
];
/// For this machine only, and by TCP: the path of a socket must be short, which that of a stack may not be.
const PRIVATE: [&str; 2] = ["listen_addresses=127.0.0.1", "unix_socket_directories="];
const LIMIT: Duration = Duration::from_secs(60);
/// Where Debian keeps its versions.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder of PostgreSQL's programs, found or installed.
pub(crate) fn find_or_install() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install(&["postgresql"])
        .and_then(|()| find().context("the package brought no initdb"))
        .context("PostgreSQL is missing (Debian: postgresql; macOS: brew install postgresql)")
}

/// Starts PostgreSQL, and sets the demo's tables up in a new database.
pub(crate) fn start(stack: &Stack, programs: &Path) -> Result<()> {
    let port = stack.port(Part::Postgres)?;
    let folder = stack.folder(Part::Postgres);
    let prepare = || {
        let user = user()?;
        let data = data(&folder, programs, user)?;
        await_children(&data)?;
        let mut server = as_user(&programs.join("postgres"), user);
        server.arg("-D").arg(data).args(["-p", &port.to_string()]);
        for setting in PRIVATE.iter().chain(&REPLICATION) {
            server.args(["-c", setting]);
        }
        Ok(server)
    };
    let ready = || Ok(sql(programs, port, "SELECT 1").is_ok());
    launch(stack, Part::Postgres, LIMIT, prepare, ready)?;
    set_up(programs, port).context("the demo's tables cannot be made")
}

/// The command `psql`, for the reader to copy.
pub(crate) fn psql_line(port: u16) -> String {
    format!("psql -h 127.0.0.1 -p {port} -U postgres")
}

/// The highest of Debian's versions, else the one in the PATH.
fn find() -> Option<PathBuf> {
    let entries = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let versions = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let folder = |version: u32| Path::new(DEBIAN).join(version.to_string()).join("bin");
    let newest = versions
        .filter(|version| folder(*version).join("initdb").is_file())
        .max();
    newest.map(folder).or_else(|| {
        let initdb = run::which("initdb")?.canonicalize().ok()?;
        Some(initdb.parent()?.to_path_buf())
    })
}

/// Whom PostgreSQL runs as, where that is not this user: it refuses to run as root.
fn user() -> Result<Option<(u32, u32)>> {
    if !is_root()? {
        return Ok(None);
    }
    let ids = id(&["-u", "postgres"]).and_then(|user| Ok((user, id(&["-g", "postgres"])?)));
    ids.map(Some).context(
        "PostgreSQL refuses to run as root, and there is no user postgres: run this as another user",
    )
}

pub(super) fn is_root() -> Result<bool> {
    Ok(id(&["-u"])? == 0)
}

fn id(args: &[&str]) -> Result<u32> {
    let mut id = Command::new("id");
    id.args(args);
    Ok(run::text(id)?.parse()?)
}

fn as_user(program: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command
}

/// The folder of the data, made where it is missing.
fn data(folder: &Path, programs: &Path, user: Option<(u32, u32)>) -> Result<PathBuf> {
    if let Some((user, group)) = user {
        chown(folder, Some(user), Some(group))?;
        let mut test = as_user(Path::new("test"), Some((user, group)));
        test.arg("-w").arg(folder).current_dir("/");
        ensure!(
            run::text(test).is_ok(),
            "the user postgres, as whom PostgreSQL runs for root, cannot enter {}: choose a folder with --dir whose parents \
             all may enter, such as --dir /var/tmp/eddy-stack",
            folder.display()
        );
    }
    let data = folder.join("data");
    if data.exists() {
        return Ok(data);
    }
    // It gets its name when it is whole.
    let part = folder.join("data.part");
    if part.exists() {
        fs::remove_dir_all(&part)?;
    }
    let mut initdb = as_user(&programs.join("initdb"), user);
    initdb
        .args([
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C",
            "-D",
        ])
        .arg(&part)
        .current_dir(folder);
    run::text(initdb)?;
    fs::rename(&part, &data)?;
    Ok(data)
}

/// Waits for what a killed server has left running, then takes away its lock file.
///
/// The file names a process id, which another program may have by now; PostgreSQL would wait for that one.
fn await_children(data: &Path) -> Result<()> {
    let end = Instant::now() + LIMIT;
    let lock = data.join("postmaster.pid");
    if !lock.exists() || !Path::new("/proc/self").exists() {
        return Ok(());
    }
    loop {
        let left = working_in(data);
        if left.is_empty() {
            return fs::remove_file(&lock).with_context(|| lock.display().to_string());
        }
        ensure!(
            Instant::now() < end,
            "processes {left:?} still work in {}: end them first",
            data.display()
        );
        thread::sleep(Duration::from_millis(50));
    }
}

/// Makes the demos' tables in a database that has none, with the first row: of each all or nothing.
fn set_up(programs: &Path, port: u16) -> Result<()> {
    for (table, tables) in [("iris_train", IRIS), ("ecommerce_train", ECOMMERCE)] {
        let find = format!("SELECT to_regclass('public.{table}')");
        if sql(programs, port, &find)?.is_empty() {
            sql(programs, port, tables)?;
        }
    }
    Ok(())
}

/// Runs SQL in one transaction and returns what it gives, without headings.
fn sql(programs: &Path, port: u16, sql: &str) -> Result<String> {
    let mut psql = Command::new(programs.join("psql"));
    psql.args(["-h", "127.0.0.1", "-U", "postgres", "-d", "postgres", "-p"])
        .arg(port.to_string())
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
        .args(["--set=ON_ERROR_STOP=1", "--single-transaction", "-c", sql])
        // Of this program's caller, who may mean another server.
        .env_remove("PGOPTIONS")
        .env_remove("PGSERVICE");
    run::text(psql)
}

#[cfg(test)]
mod tests {
    use super::{ECOMMERCE, IRIS};

    #[test]
    fn the_second_case_has_the_datasets_columns() {
        let csv = include_str!("../../../cli/data/ecommerce.csv");
        for column in csv.lines().next().unwrap_or_default().split(',') {
            let kind = if column == "price" { "float" } else { "int" };
            let declarations = ECOMMERCE.matches(&format!("{column} {kind}")).count();
            assert_eq!(declarations, 2, "{column} in both tables");
        }
    }

    #[test]
    fn the_first_row_is_the_datasets() {
        let rows: Vec<&str> = include_str!("../../../cli/data/iris.csv").lines().collect();
        let order = include_str!("../../../cli/data/order_142923.csv");
        let first: usize = order
            .split(',')
            .next()
            .and_then(|index| index.parse().ok())
            .expect("an order");
        let columns = rows[0].replace(',', ", ");
        let values = rows[first + 1].replace(',', ", ");
        let insert = format!("INSERT INTO iris_train({columns}) VALUES({values});");
        assert!(IRIS.contains(&insert), "{insert}");
        for column in rows[0].split(',') {
            let declarations = IRIS.matches(&format!("{column} float")).count()
                + IRIS.matches(&format!("{column} int")).count();
            assert_eq!(declarations, 2, "{column} in both tables");
        }
    }
}
