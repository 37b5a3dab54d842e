//! `--config FILE`, through the program's own parser.

use crate::support::{Folder, Served};

const SETTINGS: &str = "\
# What a bridge may be started with.
port = 0
db = \"shop.db\"
table = [\"order*\"]
token = \"of the file\"
";

fn serve(folder: &Folder, arguments: &[&str], environment: &[(&str, &str)]) -> Served {
    let mut command = folder.command(&["serve"]);
    command.args(arguments).envs(environment.iter().copied());
    folder.start(command)
}

#[test]
fn the_file_goes_before_defaults_and_behind_everything_else() {
    let folder = Folder::new();
    folder.write("eddy.toml", SETTINGS);
    let config = ["--config", "eddy.toml"];
    let served = serve(&folder, &config, &[]);
    assert!(
        served.address.ends_with("/?token=of%20the%20file"),
        "{}",
        served.address
    );
    assert!(folder.path("shop.db").exists());
    assert!(!served.get("/health").contains("iris"), "a table is named");

    let by_variable = [("EDDY_CONFIG", "eddy.toml"), ("EDDY_TOKEN", "variable")];
    let served = serve(&folder, &[], &by_variable);
    assert!(
        served.address.ends_with("/?token=variable"),
        "{}",
        served.address
    );

    let over = ["--config=eddy.toml", "--token", "flag", "--db", "other.db"];
    let served = serve(&folder, &over, &by_variable);
    assert!(
        served.address.ends_with("/?token=flag"),
        "{}",
        served.address
    );
    assert!(folder.path("other.db").exists());
}

#[test]
fn a_list_on_the_command_line_replaces_the_files() {
    let folder = Folder::new();
    rusqlite::Connection::open(folder.path("shop.db"))
        .and_then(|db| db.execute_batch("CREATE TABLE orders(id INTEGER PRIMARY KEY); CREATE TABLE carts(id INTEGER PRIMARY KEY);"))
        .expect("tables");
    folder.write("eddy.toml", SETTINGS);
    let health = serve(&folder, &["--config", "eddy.toml"], &[]).get("/health");
    assert!(
        health.contains("public.orders") && !health.contains("public.carts"),
        "{health}"
    );
    let arguments = ["--config", "eddy.toml", "--table", "carts"];
    let health = serve(&folder, &arguments, &[]).get("/health");
    assert!(
        health.contains("public.carts") && !health.contains("public.orders"),
        "{health}"
    );
}

#[test]
fn what_is_wrong_in_the_file_is_found_there() {
    let folder = Folder::new();
    let rows = [
        (
            "prot = 1",
            1,
            "eddy.toml, line 1: eddy serve has no setting \"prot\"; did you mean \"port\"?",
        ),
        (
            "port = [1]",
            1,
            "eddy.toml, line 1: port takes one value (PORT), not a list",
        ),
        (
            "\nport = 70000",
            2,
            "eddy.toml, line 2: this is where --port is set",
        ),
        (
            "window = \"2s\"\nlab = \"x\"",
            2,
            "eddy.toml, line 2: this is where --lab is set",
        ),
        (
            "log = \"inof\"",
            2,
            "eddy.toml, line 1: this is where --log is set",
        ),
    ];
    for (text, status, expected) in rows {
        folder.write("eddy.toml", text);
        let output = folder.run(&["serve", "--config", "eddy.toml"]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{text}: {error}");
        assert!(error.contains(expected), "{text}: {error}");
    }
    let error = folder.bad(&["serve", "--config", "gone.toml"]);
    assert!(error.contains("gone.toml"), "{error}");
    assert!(!folder.path("eddy.db").exists(), "nothing is written");
}

#[test]
fn one_file_serves_all_commands_that_read_one() {
    let folder = Folder::new();
    // A port is nothing to a recording; the file of the database is.
    folder.write("eddy.toml", "port = 0\ndb = \"mine.db\"\n");
    let served = serve(&folder, &["--config", "eddy.toml"], &[]);
    folder.good(&[
        "insert",
        "--db",
        "mine.db",
        "iris_train",
        "sepal_length=5.1",
    ]);
    drop(served);
    folder.good(&["record", "--config", "eddy.toml", "--out", "all.ndjson"]);
    assert_eq!(folder.read("all.ndjson").lines().count(), 1);
}
