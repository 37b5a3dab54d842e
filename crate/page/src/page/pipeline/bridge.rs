//! What the bridge says of itself, at /health and /metrics.

use std::collections::VecDeque;

use serde_json::Value;

use crate::protocol::Flow;

/// Rates are over this long, ms.
const OVER_MS: f64 = 5_000.0;

/// Whether the bridge was asked, and what it said.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Asked {
    /// No answer yet.
    #[default]
    Waiting,
    /// No bridge served the page.
    NotServed,
    /// It did not answer, or is another one.
    Silent(String),
    /// It answered.
    Said(Box<Bridge>),
}

/// A bridge's numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bridge {
    /// The program's version.
    pub version: String,
    /// "embedded", "kafka", "debezium-server", "file".
    pub source: String,
    /// What is wrong with the source, and what to do; empty where nothing is.
    pub source_error: String,
    /// What is worth knowing of the source.
    pub source_note: String,
    /// What is wrong with the bridge itself.
    pub error: String,
    /// Whether predictions can be published, and what is wrong with that; None where there is no sink.
    pub sink_error: Option<String>,
    /// Records that the source told of as new.
    pub records: u64,
    /// Failures of the source.
    pub failures: u64,
    /// Records that were removed before they could be relayed.
    pub gone: u64,
    /// Records that were sent to sessions.
    pub sent: u64,
    /// Sessions that are open, and how many there may be.
    pub sessions: (u64, u64),
    /// Records that the session furthest behind has not been sent.
    pub lag: u64,
    /// Bytes of recent records that are kept, and how many may be.
    pub ring_bytes: (u64, u64),
    /// Messages that were published for pages.
    pub published: u64,
    /// Messages that were not.
    pub rejected: u64,
    /// What Debezium Server posted: kept, unreadable, repeats; None with other sources.
    pub posted: Option<[u64; 3]>,
}

impl Bridge {
    /// Reads both answers.
    ///
    /// # Errors
    /// What answered is no bridge.
    pub fn read(health: &str, metrics: &str) -> Result<Bridge, String> {
        let said: Value = serde_json::from_str(health).unwrap_or_default();
        let Some(source) = said["source"]["kind"].as_str() else {
            return Err("What answers at /health is no bridge of Eddy’s.".to_owned());
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let sum = |name: &str| sum(metrics, name);
        let posted = [
            "eddy_debezium_kept_total",
            "eddy_debezium_unreadable_total",
            "eddy_debezium_repeats_total",
        ];
        Ok(Bridge {
            version: text(&said["bridge"]["version"]),
            source: source.to_owned(),
            source_error: text(&said["source"]["error"]),
            source_note: text(&said["source"]["note"]),
            error: text(&said["bridge"]["error"]),
            sink_error: (said["sink"].is_object()).then(|| text(&said["sink"]["error"])),
            records: sum("eddy_source_records_total"),
            failures: sum("eddy_source_errors_total"),
            gone: sum("eddy_source_gap_records_total"),
            sent: sum("eddy_session_records_total"),
            sessions: (sum("eddy_sessions"), sum("eddy_sessions_limit")),
            lag: sum("eddy_session_lag_records"),
            ring_bytes: (sum("eddy_ring_bytes"), sum("eddy_ring_limit_bytes")),
            published: sum("eddy_published_total"),
            rejected: sum("eddy_publish_rejected_total"),
            posted: (samples(metrics, posted[0]).next().is_some()).then(|| posted.map(sum)),
        })
    }
}

/// The sum of all samples of a metric.
fn sum(metrics: &str, name: &str) -> u64 {
    samples(metrics, name).sum()
}

/// The samples of a metric in Prometheus's text format.
fn samples<'a>(metrics: &'a str, name: &'a str) -> impl Iterator<Item = u64> + 'a {
    metrics.lines().filter_map(move |line| {
        let rest = line.strip_prefix(name)?;
        if !rest.starts_with(['{', ' ']) {
            return None;
        }
        let (_, value) = rest.rsplit_once(' ')?;
        let value: f64 = value.parse().ok()?;
        Some(value.max(0.0) as u64)
    })
}

/// How fast the bridge's counts grow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Growth {
    /// When, and records told, records sent, messages published; oldest first.
    samples: VecDeque<(f64, [u64; 3])>,
}

impl Growth {
    /// Takes what the bridge said at this time.
    pub fn take(&mut self, now_ms: f64, bridge: &Bridge) {
        let counts = [bridge.records, bridge.sent, bridge.published];
        let before = self.samples.back();
        if before.is_some_and(|(_, before)| before.iter().zip(&counts).any(|(a, b)| a > b)) {
            // A bridge that was started again.
            self.samples.clear();
        }
        self.samples.push_back((now_ms, counts));
        while self.samples.len() > 2 && self.samples[1].0 <= now_ms - OVER_MS {
            self.samples.pop_front();
        }
    }

    /// Records that the source told of.
    pub fn records(&self) -> Flow {
        self.flow(0)
    }

    /// Records that were sent to sessions.
    pub fn sent(&self) -> Flow {
        self.flow(1)
    }

    /// Messages that were published.
    pub fn published(&self) -> Flow {
        self.flow(2)
    }

    fn flow(&self, i: usize) -> Flow {
        let (Some((from_ms, first)), Some((to_ms, last))) =
            (self.samples.front(), self.samples.back())
        else {
            return Flow::default();
        };
        let over_ms = to_ms - from_ms;
        let more = (last[i] - first[i]) as f64;
        Flow {
            total: last[i],
            per_s: if over_ms > 0.0 {
                more / over_ms * 1_000.0
            } else {
                0.0
            },
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const HEALTH: &str = r#"{"status":"degraded","bridge":{"ok":true,"version":"0.1.0","uptime_ms":5},
        "source":{"kind":"embedded","ok":true,"note":"kept for 7 days"},
        "sink":{"ok":false,"error":"the database is locked"},"topics":[]}"#;

    const METRICS: &str = "# HELP eddy_sessions Sessions that are open, by protocol.
# TYPE eddy_sessions gauge
eddy_sessions{protocol=\"eddy.v1\"} 2
eddy_sessions{protocol=\"eddy.json\"} 1
eddy_sessions_limit 64
eddy_session_records_total{protocol=\"eddy.v1\"} 620
eddy_session_records_total{protocol=\"eddy.json\"} 0
eddy_session_lag_records{protocol=\"eddy.v1\"} 7
eddy_source_records_total 310
eddy_source_errors_total{kind=\"unreadable\"} 1
eddy_source_errors_total{kind=\"read\"} 2
eddy_ring_bytes 1048576
eddy_ring_limit_bytes 67108864
eddy_published_total 33
eddy_publish_rejected_total{reason=\"sink\"} 4
";

    /// A bridge that says something.
    pub(in crate::page::pipeline) fn bridge() -> Bridge {
        Bridge::read(HEALTH, METRICS).unwrap()
    }

    #[test]
    fn both_answers_are_read() {
        let bridge = bridge();
        assert_eq!((bridge.source.as_str(), bridge.records), ("embedded", 310));
        assert_eq!(bridge.source_note, "kept for 7 days");
        assert_eq!(bridge.sink_error.as_deref(), Some("the database is locked"));
        assert_eq!((bridge.sessions, bridge.sent), ((3, 64), 620));
        assert_eq!((bridge.lag, bridge.failures, bridge.rejected), (7, 3, 4));
        assert_eq!(bridge.ring_bytes, (1 << 20, 64 << 20));
        assert_eq!(bridge.posted, None);
        let posted = "eddy_debezium_kept_total 9\neddy_debezium_repeats_total 2\n";
        let bridge = Bridge::read(HEALTH, posted).unwrap();
        assert_eq!(bridge.posted, Some([9, 0, 2]));
    }

    #[test]
    fn what_is_no_bridge_is_said() {
        for health in ["", "<html>", "{}"] {
            assert!(Bridge::read(health, METRICS).is_err(), "{health}");
        }
    }

    #[test]
    fn counts_that_fall_are_another_bridges() {
        let mut growth = Growth::default();
        let at = |records| Bridge {
            records,
            ..Bridge::default()
        };
        growth.take(0.0, &at(100));
        growth.take(1_000.0, &at(150));
        assert_eq!(growth.records().per_s, 50.0);
        growth.take(2_000.0, &at(3));
        assert_eq!((growth.records().total, growth.records().per_s), (3, 0.0));
    }
}
