//! A broker for tests: one that is named, or one that is started and stopped here.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

/// A broker that runs as long as this value lives, unless it was there before.
pub(crate) struct Broker {
    /// Where it listens.
    pub(crate) address: String,
    started: Option<Started>,
}

struct Started {
    xtask: PathBuf,
    dir: TempDir,
}

/// The broker that tests share; None, with a notice, where none can be had.
pub(crate) fn shared() -> Option<Arc<Broker>> {
    static SHARED: Mutex<Weak<Broker>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(broker) = shared.upgrade() {
        return Some(broker);
    }
    let broker = match std::env::var("EDDY_KAFKA_TEST") {
        Ok(address) => Arc::new(Broker {
            address,
            started: None,
        }),
        Err(_) => Arc::new(own()?),
    };
    *shared = Arc::downgrade(&broker);
    Some(broker)
}

/// A broker of the test's own, which may be killed.
pub(crate) fn own() -> Option<Broker> {
    let Some(xtask) = std::env::var_os("EDDY_XTASK") else {
        let required = std::env::var("EDDY_REQUIRE_STACK").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "EDDY_REQUIRE_STACK=1, but EDDY_XTASK names no program"
        );
        eprintln!("skipped: no Kafka here; set EDDY_XTASK (or EDDY_KAFKA_TEST=HOST:PORT)");
        return None;
    };
    let started = Started {
        xtask: xtask.into(),
        dir: tempfile::tempdir().expect("a folder"),
    };
    started.stack(&["stack"]);
    let (port, _) = started.port_and_pid();
    Some(Broker {
        address: format!("127.0.0.1:{port}"),
        started: Some(started),
    })
}

impl Broker {
    /// Kills the broker as a power cut would.
    pub(crate) fn kill(&self) {
        let started = self.started.as_ref().expect("a broker of the test's own");
        let (_, pid) = started.port_and_pid();
        let status = Command::new("kill")
            .args(["-9", &pid.to_string()])
            .status()
            .expect("kill runs");
        assert!(status.success(), "kill -9 {pid}");
    }

    /// Starts it again, on the same port and data.
    pub(crate) fn restart(&self) {
        let started = self.started.as_ref().expect("a broker of the test's own");
        started.stack(&["stack"]);
        let (port, _) = started.port_and_pid();
        assert_eq!(self.address, format!("127.0.0.1:{port}"), "the same port");
    }
}

impl Started {
    fn stack(&self, command: &[&str]) {
        let mut program = Command::new(&self.xtask);
        program.args(command).arg("--dir").arg(self.dir.path());
        if command == ["stack"] {
            program.args(["--only", "kafka", "--no-eddy"]);
        }
        let output = program.output().expect("xtask runs");
        assert!(
            output.status.success(),
            "xtask {command:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn port_and_pid(&self) -> (u64, u64) {
        let stack = read(&self.dir.path().join("stack.json"));
        let number = |name: &str| stack["kafka"][name].as_u64().expect("a number");
        (number("port"), number("pid"))
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stack(&["stack", "stop"]);
            return;
        }
        // A failed stop must not hide why the test failed.
        let mut stop = Command::new(&self.xtask);
        let _ = stop
            .args(["stack", "stop", "--dir"])
            .arg(self.dir.path())
            .output();
    }
}

fn read(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).expect("stack.json");
    serde_json::from_str(&text).expect("JSON")
}
