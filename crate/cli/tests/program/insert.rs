//! `eddy insert`, with the files of `eddy dataset`.

use std::process::{Command, Stdio};

use crate::support::Folder;

#[test]
fn rows_go_in_from_everywhere() {
    let folder = Folder::new();
    let _served = folder.serve(&[]);
    folder.good(&["dataset", "iris", "--out", "iris"]);
    folder.good(&["insert", "--file", "iris/iris_train1.sql"]);
    folder.good(&["insert", "--file", "iris/iris_train2.sql"]);
    folder.good(&["insert", "--file", "iris/iris_train2.sql"]);
    folder.write("iris_test.csv", "sepal_length, iris_class\n5.5,1\n,NULL\n");
    folder.good(&["insert", "--file", "iris_test.csv"]);
    folder.good(&[
        "insert",
        "IRIS_test",
        "Sepal_length=0.30000000000000004",
        "iris_class=NULL",
    ]);
    assert_eq!(
        folder.count("SELECT count(*) FROM iris_train WHERE id BETWEEN 1 AND 277"),
        277
    );
    assert_eq!(
        folder.count("SELECT count(*) FROM iris_test WHERE iris_class IS NULL"),
        2
    );
    assert_eq!(
        folder.count("SELECT sepal_length = 0.1 + 0.2 FROM iris_test WHERE id = 3"),
        1
    );
}

#[test]
fn the_other_scenarios_rows_fit_their_tables() {
    let folder = Folder::new();
    let _served = folder.serve(&["--scenario", "ecommerce", "--scenario", "virginica"]);
    folder.good(&["dataset", "ecommerce", "--out", "shop"]);
    folder.good(&["dataset", "virginica", "--out", "flowers"]);
    for file in [
        "shop/ecommerce_train.sql",
        "shop/ecommerce_test.sql",
        "flowers/virginica_train1.sql",
        "flowers/virginica_train2.sql",
        "flowers/virginica_test.sql",
    ] {
        folder.good(&["insert", "--file", file]);
    }
    for (count, sql) in [
        (800, "SELECT max(id) FROM ecommerce_train"),
        (200, "SELECT count(price) FROM ecommerce_test"),
        (80, "SELECT max(id) FROM virginica_train"),
        (20, "SELECT count(is_virginica) FROM virginica_test"),
        (1_100, "SELECT count(*) FROM _eddy_change WHERE op = 'c'"),
        (
            0,
            "SELECT count(*) FROM sqlite_master WHERE name LIKE 'iris%'",
        ),
    ] {
        assert_eq!(folder.count(sql), count, "{sql}");
    }
}

#[test]
fn what_cannot_go_in_says_why_and_leaves_nothing() {
    let folder = Folder::new();
    assert!(
        folder
            .bad(&["insert", "t", "a=1"])
            .contains("there is no eddy.db; start `eddy serve`")
    );
    let _served = folder.serve(&[]);
    folder.write(
        "bad.sql",
        "INSERT INTO iris_train DEFAULT VALUES;\nINSERT INTO nope VALUES (1);",
    );
    folder.write("bad.csv", "sepal_length,iris_class\n1,1\n1,2,3\n");
    folder.write("id.csv", "id\n1\n1\n");
    folder.write(
        "rollback.sql",
        "INSERT INTO iris_train DEFAULT VALUES; ROLLBACK;",
    );
    folder.write("file.txt", "");
    for (arguments, complaint) in [
        (
            &["insert", "iris_train", "sepal=1"][..],
            "no column \"sepal\"; its columns are id, sepal_length,",
        ),
        (
            &["insert", "iris", "a=1"],
            "there is no table \"iris\"; there are iris_predictions, iris_test, iris_train",
        ),
        (
            &["insert", "iris_train"],
            "name at least one value of table iris_train: sepal_length=..",
        ),
        (
            &["insert", "iris_train", "x"],
            "\"x\" has no =; write COLUMN=VALUE",
        ),
        (&["insert", "iris_train", "id=1.5"], "datatype mismatch"),
        (&["insert"], "name a table and its values"),
        (
            &["insert", "--file", "bad.sql"],
            "bad.sql, statement 2; nothing was inserted: no such table: nope",
        ),
        (&["insert", "--file", "bad.csv", "iris_train"], "line: 3"),
        (
            &["insert", "--file", "id.csv", "iris_train"],
            "line 3 was not taken: UNIQUE constraint failed",
        ),
        (
            &["insert", "--file", "rollback.sql"],
            "statement 2; nothing was inserted: ROLLBACK makes no sense here; remove it",
        ),
        (
            &["insert", "--file", "bad.sql", "iris_train"],
            "leave iris_train out",
        ),
        (&["insert", "--file", "file.txt"], "neither .sql nor .csv"),
        (
            &["insert", "--file", "none.csv", "iris_train"],
            "cannot read none.csv; check the name",
        ),
    ] {
        let error = folder.bad(arguments);
        assert!(error.contains(complaint), "{arguments:?}: {error}");
    }
    assert_eq!(folder.count("SELECT count(*) FROM iris_train"), 0);
    assert_eq!(folder.count("SELECT count(*) FROM _eddy_change"), 0);
}

#[test]
fn the_sqlite3_shell_takes_the_files() {
    if Command::new("sqlite3").arg("--version").output().is_err() {
        eprintln!("sqlite3 is not installed: its part of the test is left out");
        return;
    }
    let folder = Folder::new();
    folder.good(&["dataset", "iris", "--out", "iris", "--shuffle", "1489"]);
    let feed = |db: &str, file: &str| {
        let input = std::fs::File::open(folder.path(file)).expect("the file");
        let output = Command::new("sqlite3")
            .args(["-bail"])
            .arg(folder.path(db))
            .stdin(Stdio::from(input))
            .output()
            .expect("sqlite3 runs");
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{output:?}"
        );
    };
    // A file of its own, and one that is being served.
    feed("plain.db", "iris/iris_train1.sql");
    let _served = folder.serve(&[]);
    for part in ["train1", "test", "train2", "test"] {
        feed("eddy.db", &format!("iris/iris_{part}.sql"));
    }
    assert_eq!(folder.count("SELECT max(id) FROM iris_train"), 139);
    assert_eq!(folder.count("SELECT max(id) FROM iris_test"), 22);
    assert_eq!(
        folder.count("SELECT count(*) FROM _eddy_change WHERE op = 'c'"),
        161
    );
    assert_eq!(
        folder.count("SELECT sepal_length = 6.1 AND iris_class = 2 FROM iris_train WHERE id = 1"),
        1
    );
}
