//! Recording from a bridge, over `eddy.json`.

use std::fmt::Write;

use anyhow::{Context, Result, bail, ensure};
use futures_util::StreamExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use wire::{Hello, Line, LineReader, TopicEnds};

use crate::progress::Progress;
use crate::query::encode;
use crate::recording::Recording;

/// What to record.
pub(crate) struct Stream<'a> {
    /// The bridge's address.
    pub(crate) url: &'a str,
    /// The topics; all where there are none.
    pub(crate) topics: &'a [String],
    /// The bridge's token.
    pub(crate) token: Option<&'a str>,
    /// Whether to go on when the log's end has been reached.
    pub(crate) follow: bool,
}

/// Records until the log's end is reached, or for good.
pub(crate) async fn record(
    stream: &Stream<'_>,
    recording: &mut Recording,
    progress: &mut Progress,
) -> Result<()> {
    let topics = match stream.topics {
        [] => all_topics(stream).await?,
        topics => topics.to_vec(),
    };
    let mut session = connect(stream, &topics, recording).await?;
    let Some(Line::Hello(hello)) = session.next().await? else {
        bail!("{} does not say hello; is it a bridge of Eddy?", stream.url);
    };
    for topic in &topics {
        let there: Vec<&str> = hello
            .topics
            .iter()
            .map(|ends| ends.topic.as_str())
            .collect();
        ensure!(
            there.contains(&topic.as_str()),
            "there is no topic {topic}; there are {}",
            there.join(", ")
        );
    }
    let wanted: Vec<TopicEnds> = hello
        .topics
        .into_iter()
        .filter(|ends| topics.contains(&ends.topic))
        .collect();
    loop {
        if !stream.follow && wanted.iter().all(|ends| recording.reaches(ends)) {
            return Ok(());
        }
        match session.next().await? {
            Some(Line::Record(record)) => recording.record(&record)?,
            Some(Line::Tick { tick_ms }) => {
                recording.tick(tick_ms)?;
                recording.flush()?;
                // The bridge sends its clock only to those who have caught up.
                if !stream.follow {
                    return Ok(());
                }
            }
            Some(Line::Gap { gap }) => recording.gap(&gap)?,
            Some(Line::Error { error }) => {
                eprintln!("eddy: the bridge says: {error}");
                session.trouble = Some(error);
            }
            Some(Line::Hello(_)) => {
                bail!(
                    "the log was made anew while it was recorded; record the new one to another file"
                )
            }
            Some(Line::Ends { .. } | Line::Close { .. }) => {}
            None => match session.trouble {
                Some(trouble) => bail!("the bridge ended the session: {trouble}"),
                None => bail!(
                    "the bridge ended the session; start it, then run this command again to go on"
                ),
            },
        }
        progress.at(recording.written);
    }
}

/// Asks for nothing, to hear what there is.
async fn all_topics(stream: &Stream<'_>) -> Result<Vec<String>> {
    let mut session = open(stream, "").await?;
    let Some(Line::Hello(Hello { topics, .. })) = session.next().await? else {
        bail!("{} does not say hello; is it a bridge of Eddy?", stream.url);
    };
    ensure!(
        !topics.is_empty(),
        "the bridge has no topics yet; insert a row first"
    );
    let mut names: Vec<String> = topics.into_iter().map(|ends| ends.topic).collect();
    names.dedup();
    Ok(names)
}

/// Begins with each partition's last record, which is compared with what the recording holds.
async fn connect(stream: &Stream<'_>, topics: &[String], recording: &Recording) -> Result<Session> {
    let mut query = String::from("from=earliest");
    for topic in topics {
        // Writing into a string cannot fail.
        let _ = write!(query, "&topic={}", encode(topic));
    }
    for (topic, partition, offset) in recording.places() {
        if topics.iter().any(|named| named == topic) {
            let _ = write!(query, "&from={}:{partition}:{offset}", encode(topic));
        }
    }
    open(stream, &query).await
}

/// An open connection.
struct Session {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    reader: LineReader,
    lines: u64,
    trouble: Option<String>,
}

async fn open(stream: &Stream<'_>, query: &str) -> Result<Session> {
    let address = address(stream, query)?;
    let uri = address
        .parse()
        .with_context(|| format!("{address} is no address; write ws://HOST:PORT/ws"))?;
    let request = ClientRequestBuilder::new(uri).with_sub_protocol("eddy.json");
    let (socket, _) = connect_async(request).await.map_err(|error| match error {
        tokio_tungstenite::tungstenite::Error::Http(answer) => {
            let body = answer.body().as_deref().unwrap_or_default();
            anyhow::anyhow!(
                "the bridge refuses: {} {}",
                answer.status(),
                String::from_utf8_lossy(body).trim()
            )
        }
        error => anyhow::Error::new(error).context(format!(
            "cannot connect to {}; is `eddy serve` running there?",
            stream.url
        )),
    })?;
    Ok(Session {
        socket,
        reader: LineReader::new(),
        lines: 0,
        trouble: None,
    })
}

fn address(stream: &Stream<'_>, query: &str) -> Result<String> {
    let Some((scheme, rest)) = stream.url.split_once("://") else {
        bail!("{} is no address; write ws://HOST:PORT/ws", stream.url);
    };
    ensure!(
        matches!(scheme, "ws" | "http"),
        "{scheme}:// is not supported; use ws:// on this machine or through a tunnel"
    );
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    ensure!(
        rest[host.len()..].trim_matches('/').is_empty()
            || rest[host.len()..].trim_end_matches('/') == "/ws",
        "{} is not where a bridge listens; write ws://{host}/ws, and topics and token as options",
        stream.url
    );
    let token = stream
        .token
        .map_or(String::new(), |token| format!("token={}&", encode(token)));
    Ok(format!("ws://{host}/ws?{token}{query}"))
}

impl Session {
    /// The next line; `None` at the end.
    async fn next(&mut self) -> Result<Option<Line>> {
        loop {
            let text = match self.socket.next().await {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
                Some(Ok(_)) => continue,
            };
            self.lines += 1;
            let line = self.reader.read(self.lines, &text);
            if let Some(line) = line.context("the bridge sent what cannot be read")? {
                return Ok(Some(line));
            }
        }
    }
}
