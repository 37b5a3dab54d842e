//! `eddy serve`.

use crate::support::Folder;

#[cfg(unix)]
#[test]
fn signals_end_it_cleanly() {
    let folder = Folder::new();
    for signal in ["-INT", "-TERM"] {
        let mut served = folder.serve(&[]);
        assert_eq!(served.end(signal), (Some(0), String::new()), "{signal}");
    }
}

#[test]
fn a_taken_port_is_named() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let (_, port) = served.host().split_once(':').expect("a port");
    let error = folder.bad(&["serve", "--db", "other.db", "--port", port]);
    assert!(
        error.contains(&format!("port {port} of 127.0.0.1 is taken")),
        "{error}"
    );
    assert!(error.contains("--port "), "{error}");
    assert!(!folder.path("other.db").exists(), "nothing is written");
}

#[test]
fn the_scenario_is_set_up() {
    let folder = Folder::new();
    let served = folder.serve(&["--window", "2s"]);
    let lab = served.get("/lab.json");
    assert!(lab.starts_with("HTTP/1.1 200"), "{lab}");
    assert!(lab.contains("\"ms\": 2000"), "{lab}");
    let health = served.get("/health");
    for topic in ["flink.public.iris_train", "flink.public.iris_test"] {
        assert!(health.contains(topic), "{health}");
    }
    assert!(!health.contains("iris_predictions"), "{health}");
    assert_eq!(folder.count("SELECT count(*) FROM iris_predictions"), 0);
}

#[test]
fn several_scenarios_are_served_at_once() {
    let folder = Folder::new();
    let scenarios = ["--scenario", "ecommerce", "--scenario", "iris"];
    let served = folder.serve(&[&scenarios[..], &["--window", "3s"]].concat());
    let first = served.get("/lab.json");
    assert!(
        first.contains("ecommerce_train") && first.contains("\"ms\": 3000"),
        "{first}"
    );
    assert!(served.get("/iris.lab.json").contains("iris_train"));
    let list = served.get("/scenarios.json");
    for (file, is_there) in [("ecommerce", true), ("iris", true), ("virginica", false)] {
        assert_eq!(
            list.contains(&format!("\"lab\":\"{file}.lab.json\"")),
            is_there,
            "{list}"
        );
    }
    let health = served.get("/health");
    for topic in [
        "iris_train",
        "iris_test",
        "ecommerce_train",
        "ecommerce_test",
    ] {
        assert!(
            health.contains(&format!("flink.public.{topic}")),
            "{health}"
        );
    }
    assert_eq!(
        folder.count("SELECT count(*) FROM ecommerce_predictions"),
        0
    );
}

#[test]
fn own_tables_and_lab_files_are_served() {
    let folder = Folder::new();
    rusqlite::Connection::open(folder.path("eddy.db"))
        .and_then(|db| {
            db.execute_batch(
                "CREATE TABLE orders(id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (1);",
            )
        })
        .expect("a table");
    folder.write(
        "lab.json",
        &include_str!("../../../../www/lab.json").replace("\"Spark\"", "\"Mine\""),
    );
    let served = folder.serve(&["--table", "order*", "--lab", "lab.json", "--token", "a b"]);
    assert!(
        served.address.ends_with("/?token=a%20b"),
        "{}",
        served.address
    );
    assert!(served.get("/lab.json").contains("\"Mine\""));
    assert!(
        !served.get("/scenarios.json").contains(".lab.json"),
        "no menu"
    );
    let health = served.get("/health");
    assert!(
        health.contains("flink.public.orders") && !health.contains("iris"),
        "{health}"
    );
    folder.write("lab.json", "{\"eddy\": 1, \"stream\": []}");
    let error = folder.bad(&["serve", "--port", "0", "--lab", "lab.json"]);
    assert!(
        error.contains("lab.json") && error.contains("stream"),
        "{error}"
    );
}
