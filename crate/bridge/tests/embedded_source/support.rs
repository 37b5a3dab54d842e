//! A database of one's own, and what is read from it.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use eddy_bridge::embedded::{Embedded, EmbeddedConfig};
use eddy_bridge::{News, Position, Source};
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;
use wire::Record;

/// A database file in a folder that goes with it.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Place {
            folder: TempDir::new().expect("a folder"),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    /// Somebody else's connection, as old versions of SQLite behave.
    pub(crate) fn other(&self) -> Connection {
        let connection = Connection::open(self.path()).expect("another connection");
        connection
            .busy_timeout(Duration::from_secs(10))
            .expect("a time-out");
        connection
    }

    /// Runs SQL as somebody else.
    pub(crate) fn sql(&self, sql: &str) {
        self.other().execute_batch(sql).expect(sql);
    }

    /// The source, watching every table.
    pub(crate) fn open(&self) -> Arc<Embedded> {
        self.open_with(|_| {})
    }

    pub(crate) fn open_with(&self, adjust: impl FnOnce(&mut EmbeddedConfig)) -> Arc<Embedded> {
        let mut config = EmbeddedConfig::new(self.path());
        config.tables = vec!["*".to_owned()];
        adjust(&mut config);
        Arc::new(Embedded::open(config).expect("the source opens"))
    }
}

/// Everything that the log holds, from its beginning.
pub(crate) fn everything(source: &Embedded) -> Vec<Record> {
    let hello = source.hello().expect("hello");
    let from: Vec<Position> = hello
        .topics
        .iter()
        .map(|ends| position(&ends.topic, ends.start))
        .collect();
    let chunk = source
        .read(&hello.log_id, &from, usize::MAX)
        .expect("a chunk");
    for (next, ends) in chunk.next.iter().zip(&hello.topics) {
        assert_eq!(next.offset, ends.end, "{}", ends.topic);
    }
    chunk.records
}

pub(crate) fn position(topic: &str, offset: i64) -> Position {
    Position {
        topic: topic.into(),
        partition: 0,
        offset,
    }
}

/// The key's JSON.
pub(crate) fn key(record: &Record) -> Value {
    json(record.key.as_deref())
}

/// The value's JSON.
pub(crate) fn value(record: &Record) -> Value {
    json(record.value.as_deref())
}

fn json(bytes: Option<&[u8]>) -> Value {
    bytes.map_or(Value::Null, |bytes| {
        serde_json::from_slice(bytes).expect("JSON")
    })
}

/// The value as text.
pub(crate) fn text(record: &Record) -> String {
    String::from_utf8(record.value.clone().expect("a value")).expect("UTF-8")
}

/// Topic, offset, op (`0` for a tombstone) and the key's id of each record.
pub(crate) fn outline(records: &[Record]) -> String {
    let lines: Vec<String> = records
        .iter()
        .map(|record| {
            let op = match &record.value {
                Some(_) => value(record)["op"].as_str().expect("op").to_owned(),
                None => "0".to_owned(),
            };
            let table = record.topic.rsplit('.').next().expect("a table");
            format!("{table}@{} {op} {}", record.offset, key(record)["id"])
        })
        .collect();
    lines.join(", ")
}

/// A source that is being followed.
pub(crate) struct Followed {
    news: Receiver<(Instant, News)>,
    /// What came first.
    pub(crate) log_id: String,
}

/// Follows the source on a thread that ends with the receiver.
pub(crate) fn follow(source: &Arc<Embedded>) -> Followed {
    let (sender, news) = channel();
    let source = Arc::clone(source);
    std::thread::spawn(move || {
        let mut deliver = |item| match sender.send((Instant::now(), item)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        source
            .tail(&now_ms, &mut deliver)
            .expect("the source can be followed");
    });
    let mut followed = Followed {
        news,
        log_id: String::new(),
    };
    match followed.next() {
        News::Start { log_id, .. } => followed.log_id = log_id,
        other => panic!("starts with {other:?}"),
    }
    followed
}

impl Followed {
    /// What comes next, looks without news aside.
    pub(crate) fn next(&mut self) -> News {
        self.next_at().1
    }

    pub(crate) fn next_at(&mut self) -> (Instant, News) {
        loop {
            let (at, news) = self
                .news
                .recv_timeout(Duration::from_secs(20))
                .expect("news within 20 s");
            if !matches!(news, News::Idle { .. }) {
                return (at, news);
            }
        }
    }

    /// What comes next, looks without news included.
    pub(crate) fn next_of_all(&mut self) -> News {
        self.news
            .recv_timeout(Duration::from_secs(20))
            .expect("news within 20 s")
            .1
    }

    /// The next records, as many as these.
    pub(crate) fn records(&mut self, count: usize) -> Vec<Record> {
        let mut records = Vec::new();
        while records.len() < count {
            if let News::Records(some) = self.next() {
                records.extend(some);
            }
        }
        assert_eq!(records.len(), count);
        records
    }
}

pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    i64::try_from(since.as_millis()).expect("not that far")
}

/// Whether the `sqlite3` shell is installed.
pub(crate) fn shell_exists() -> bool {
    static EXISTS: OnceLock<bool> = OnceLock::new();
    *EXISTS.get_or_init(|| {
        let found = std::process::Command::new("sqlite3")
            .arg("--version")
            .output()
            .is_ok();
        if !found {
            eprintln!("sqlite3 is not installed: its part of the test is left out");
        }
        found
    })
}
