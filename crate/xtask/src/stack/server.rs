//! Debezium Server, which posts events to Eddy without Kafka.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::folder::Stack;
use super::http;
use super::kafka::QUICK;
use super::launch::launch;
use super::part::Part;

/// What the names of its topics begin with.
pub(crate) const PREFIX: &str = "server";
const LIMIT: Duration = Duration::from_secs(120);

/// Debezium Server's folder and the Java that runs it.
pub(crate) struct Server {
    pub(crate) java: PathBuf,
    pub(crate) dist: PathBuf,
}

/// Starts Debezium Server and waits until it says that it is ready.
pub(crate) fn start(stack: &Stack, server: &Server) -> Result<()> {
    let port = stack.port(Part::Server)?;
    let folder = stack.folder(Part::Server);
    let prepare = || {
        // Read from where it is started.
        let config = folder.join("config");
        fs::create_dir_all(&config)?;
        let settings = properties(
            port,
            stack.port(Part::Postgres)?,
            stack.port(Part::Receiver)?,
            &folder.join("offsets"),
        );
        fs::write(config.join("application.properties"), settings)?;
        let dist = server.dist.display();
        let mut java = Command::new(&server.java);
        java.args(["-Xmx512m", "--add-opens=java.base/java.lang=ALL-UNNAMED"])
            .args(QUICK)
            .arg("-cp")
            .arg(format!("{dist}/*:{dist}/lib/*"))
            .arg("io.debezium.server.Main")
            .current_dir(&folder);
        Ok(java)
    };
    launch(stack, Part::Server, LIMIT, prepare, || {
        let answer = http::request("GET", port, "/q/health/ready");
        Ok(answer.is_ok_and(|(status, _)| status == 200))
    })
}

fn properties(port: u16, postgres_port: u16, receiver_port: u16, offsets: &Path) -> String {
    let offsets = offsets.display().to_string().replace('\\', "\\\\");
    format!(
        "quarkus.http.host=127.0.0.1\n\
         quarkus.http.port={port}\n\
         quarkus.log.console.json=false\n\
         debezium.sink.type=http\n\
         debezium.sink.http.url=http://127.0.0.1:{receiver_port}/debezium\n\
         debezium.format.value=json\n\
         debezium.format.value.schemas.enable=true\n\
         debezium.source.connector.class=io.debezium.connector.postgresql.PostgresConnector\n\
         debezium.source.plugin.name=pgoutput\n\
         debezium.source.database.hostname=127.0.0.1\n\
         debezium.source.database.port={postgres_port}\n\
         debezium.source.database.user=postgres\n\
         debezium.source.database.password=postgres\n\
         debezium.source.database.dbname=postgres\n\
         debezium.source.topic.prefix={PREFIX}\n\
         debezium.source.table.include.list=public.iris_.*,public.ecommerce_.*\n\
         debezium.source.slot.name=eddy_server\n\
         debezium.source.publication.name=eddy_server\n\
         debezium.source.poll.interval.ms=5\n\
         debezium.source.offset.storage.file.filename={offsets}\n\
         debezium.source.offset.flush.interval.ms=0\n"
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::properties;

    #[test]
    fn everything_that_has_no_default_is_set() {
        let text = properties(1, 2, 3, Path::new("/d/offsets"));
        let names: Vec<&str> = text
            .lines()
            .filter_map(|line| Some(line.split_once('=')?.0))
            .collect();
        for name in [
            "debezium.sink.type",
            "debezium.format.value",
            "debezium.source.connector.class",
            "debezium.source.topic.prefix",
            "debezium.source.offset.storage.file.filename",
        ] {
            assert!(names.contains(&name), "{name}");
        }
        assert!(
            text.contains("debezium.sink.http.url=http://127.0.0.1:3/debezium\n"),
            "{text}"
        );
    }
}
