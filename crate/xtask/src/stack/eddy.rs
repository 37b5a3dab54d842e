//! Eddy on the stack.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::folder::Stack;
use super::http;
use super::kafka::PREDICTIONS;
use super::launch::launch;
use super::part::Part;

/// The topics of the three connectors.
pub(crate) const TOPICS: &str = r"(flink|spark|envelope)\.public\..*";
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
            "--allow-publish",
            PREDICTIONS,
        ],
    )
}

/// Starts Eddy as the receiver of Debezium Server.
pub(crate) fn start_receiver(stack: &Stack, program: &Path) -> Result<()> {
    let db = stack.folder(Part::Receiver).join("server.db");
    let db = db.display().to_string();
    serve(
        stack,
        Part::Receiver,
        program,
        &["--debezium-server", "--db", &db, "--scenario", "iris"],
    )
}

fn serve(stack: &Stack, part: Part, program: &Path, args: &[&str]) -> Result<()> {
    let port = stack.port(part)?;
    let prepare = || {
        let mut serve = Command::new(program);
        serve
            .arg("serve")
            .args(args)
            .args(["--port", &port.to_string()])
            .current_dir(stack.folder(part));
        Ok(serve)
    };
    launch(stack, part, LIMIT, prepare, || {
        // Whatever it says of its sources: that it answers is enough to open the page, which tells the rest.
        Ok(http::request("GET", port, "/health").is_ok())
    })
}
