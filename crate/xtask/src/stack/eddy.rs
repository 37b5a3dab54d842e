//! Eddy on the stack.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::folder::Stack;
use super::http;
use super::kafka::PREDICTIONS;
use super::launch::launch;
use super::part::Part;
use super::server;

/// The topics of the three connectors, and those of exported jobs' models.
pub(crate) const TOPICS: &str = r"(flink|spark|envelope)\.public\..*|.*_models";
/// The walk-through's lab file.
const LAB: &str = include_str!("../../../../www/lab.json");
const LIMIT: Duration = Duration::from_secs(30);

/// Starts Eddy on Kafka.
pub(crate) fn start(stack: &Stack, program: &Path) -> Result<()> {
    let kafka = format!("127.0.0.1:{}", stack.port(Part::Kafka)?);
    serve(
        stack,
        Part::Eddy,
        program,
        &[
            "--kafka",
            &kafka,
            "--topic-pattern",
            TOPICS,
            "--scenario",
            "iris",
            "--scenario",
            "ecommerce",
        ],
    )
}

/// Starts Eddy as the receiver of Debezium Server.
pub(crate) fn start_receiver(stack: &Stack, program: &Path) -> Result<()> {
    let folder = stack.folder(Part::Receiver);
    fs::create_dir_all(&folder)?;
    let lab = folder.join("lab.json");
    fs::write(&lab, receiver_lab()).with_context(|| lab.display().to_string())?;
    let db = folder.join("server.db").display().to_string();
    let lab = lab.display().to_string();
    serve(
        stack,
        Part::Receiver,
        program,
        &[
            "--debezium-server",
            "--db",
            &db,
            "--lab",
            &lab,
            "--allow-publish",
            PREDICTIONS[0],
        ],
    )
}

/// The walk-through's lab, on the topics that Debezium Server's events belong to.
fn receiver_lab() -> String {
    LAB.replace("\"flink.public.", &format!("\"{}.public.", server::PREFIX))
}

fn serve(stack: &Stack, part: Part, program: &Path, args: &[&str]) -> Result<()> {
    let port = stack.port(part)?;
    let prepare = || {
        let mut serve = Command::new(program);
        serve
            .arg("serve")
            .args(args)
            .args(["--port", &port.to_string()])
            // A start that fails says why; the way there would push that out of sight.
            .env("RUST_BACKTRACE", "0")
            .current_dir(stack.folder(part));
        Ok(serve)
    };
    launch(stack, part, LIMIT, prepare, || {
        // Whatever it says of its sources: that it answers is enough to open the page, which tells the rest.
        Ok(http::request("GET", port, "/health").is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::receiver_lab;

    #[test]
    fn the_receivers_lab_reads_what_debezium_server_posts() -> anyhow::Result<()> {
        let lab: serde_json::Value = serde_json::from_str(&receiver_lab())?;
        let streams = lab["streams"].as_array().expect("streams");
        let topics: Vec<_> = streams.iter().map(|stream| &stream["topic"]).collect();
        assert_eq!(
            topics,
            ["server.public.iris_train", "server.public.iris_test"]
        );
        Ok(())
    }
}
