//! `cargo xtask stack start`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use anyhow::{Result, anyhow, ensure};

use super::args::Args;
use super::folder::Stack;
use super::kafka::Kafka;
use super::part::{PARTS, Part};
use super::server::Server;
use super::{cache, connect, eddy, java, kafka, ports, postgres, server};
use crate::page::Quality;
use crate::programs::Sources;
use crate::repo::Repo;
use crate::{kafka_client, page};

/// What the parts are started from.
#[derive(Default)]
struct Programs {
    postgres: Option<PathBuf>,
    kafka: Option<Kafka>,
    debezium: Option<PathBuf>,
    server: Option<Server>,
    eddy: Option<PathBuf>,
}

/// Starts what does not run, and says where everything is.
pub(super) fn run(repo: &Repo, stack: &Stack, args: &Args) -> Result<ExitCode> {
    let parts = args.parts();
    check_needs(stack, &parts)?;
    ports::assign(stack, &assigned(&parts), &args.ports, args.dir.is_none())?;
    let programs = find(repo, &parts)?;
    both(
        || match &programs.postgres {
            Some(folder) => postgres::start(stack, folder),
            None => Ok(()),
        },
        || match &programs.kafka {
            Some(kafka) if parts.contains(&Part::Kafka) => kafka::start(stack, kafka),
            _ => Ok(()),
        },
    )?;
    both(
        || match (&programs.kafka, &programs.debezium) {
            (Some(kafka), Some(debezium)) => connect::start(stack, kafka, debezium),
            _ => Ok(()),
        },
        || match &programs.kafka {
            Some(kafka) if parts.contains(&Part::Kafka) => kafka::make_topics(stack, kafka),
            _ => Ok(()),
        },
    )?;
    if let Some(program) = &programs.eddy {
        if parts.contains(&Part::Eddy) {
            eddy::start(stack, program)?;
        }
        if parts.contains(&Part::Receiver) {
            eddy::start_receiver(stack, program)?;
        }
    }
    if let Some(program) = &programs.server {
        server::start(stack, program)?;
    }
    say(stack, args, &programs)?;
    Ok(ExitCode::SUCCESS)
}

/// Installs and downloads what the tests' stacks are started from.
pub(super) fn install(repo: &Repo) -> Result<()> {
    find(repo, &[Part::Postgres, Part::Kafka, Part::Connect]).map(|_| ())
}

/// Those that get ports: Debezium Server is told its receiver's, even where that is none of ours.
fn assigned(parts: &[Part]) -> Vec<Part> {
    let posts = parts.contains(&Part::Server);
    PARTS
        .into_iter()
        .filter(|part| parts.contains(part) || (*part == Part::Receiver && posts))
        .collect()
}

fn check_needs(stack: &Stack, parts: &[Part]) -> Result<()> {
    for part in parts {
        for needed in part.needs() {
            ensure!(
                parts.contains(needed) || stack.runs(*needed),
                "{} needs {}, which does not run: add it, as in --only {},{}",
                part.title(),
                needed.title(),
                needed.name(),
                part.name()
            );
        }
    }
    Ok(())
}

/// Finds, installs, downloads and builds what these parts are started from.
fn find(repo: &Repo, parts: &[Part]) -> Result<Programs> {
    let has = |part| parts.contains(&part);
    let mut programs = Programs::default();
    if has(Part::Postgres) {
        programs.postgres = Some(postgres::find_or_install()?);
    }
    if has(Part::Kafka) || has(Part::Connect) {
        programs.kafka = Some(Kafka {
            java: java::find_or_install(java::KAFKA)?,
            jars: cache::kafka()?,
        });
    }
    if has(Part::Connect) {
        programs.debezium = Some(cache::debezium()?);
    }
    if has(Part::Server) {
        programs.server = Some(Server {
            java: java::find_or_install(java::SERVER)?,
            dist: cache::server()?,
        });
    }
    if has(Part::Eddy) || has(Part::Receiver) {
        programs.eddy = Some(build(repo)?);
    }
    Ok(programs)
}

/// Builds the page, and the program with its Kafka client.
fn build(repo: &Repo) -> Result<PathBuf> {
    kafka_client::find_or_install()?;
    eprintln!("building the page and the program (the first time takes some minutes) …");
    Ok(page::build(repo, Quality::Quick, Sources::WithKafka)?.eddy)
}

/// Runs two things at once.
fn both(
    one: impl FnOnce() -> Result<()> + Send,
    other: impl FnOnce() -> Result<()> + Send,
) -> Result<()> {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        one.join()
            .unwrap_or_else(|_| Err(anyhow!("a start panicked")))?;
        other
    })
}

/// Says where everything is and what to try.
fn say(stack: &Stack, args: &Args, programs: &Programs) -> Result<()> {
    let runs = |part| stack.runs(part).then(|| stack.port(part)).transpose();
    for part in PARTS {
        if let Some(port) = runs(part)? {
            println!("{:<26}127.0.0.1:{port}", part.title());
        }
    }
    if let Some(port) = runs(Part::Postgres)? {
        let psql = postgres::psql_line(port);
        println!("\nInsert a row:");
        println!(
            "  {psql} -c \"INSERT INTO iris_test(sepal_length, sepal_width, petal_length, petal_width) VALUES (5.4, 3.7, 1.5, 0.2)\""
        );
    }
    if let (Some(port), Some(kafka)) = (runs(Part::Kafka)?, &programs.kafka) {
        println!("\nRead the predictions:");
        println!("  {}", kafka::consumer_line(kafka, port));
    }
    let dir = match &args.dir {
        Some(dir) => format!(" --dir {}", dir.display()),
        None => String::new(),
    };
    println!("\nStop it, and go on later with the same data: cargo xtask stack stop{dir}");
    for part in [Part::Eddy, Part::Receiver] {
        if let Some(port) = runs(part)? {
            println!("\n{}: http://127.0.0.1:{port}/", part.title());
        }
    }
    Ok(())
}
