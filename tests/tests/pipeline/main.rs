//! psql → PostgreSQL → Debezium → Kafka → bridge → Chromium, all of them real; `cargo xtask test` starts what it needs.

mod restarts;
mod support;
mod walkthrough;
