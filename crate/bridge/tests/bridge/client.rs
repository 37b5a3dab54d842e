//! A page of `eddy.v1`, without the page.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use wire::{
    ClientFrame, From, Gap, Hello, Record, RecordsDecoder, ServerFrame, Subscription, TopicEnds,
    decode_server_frame, encode_client_frame,
};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Connects, or answers the status and the body of the refusal.
pub(crate) async fn connect(
    address: SocketAddr,
    query: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, (u16, String)> {
    let mut request = format!("ws://{address}/ws{query}")
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => {
            let body = answer.body().clone().unwrap_or_default();
            Err((answer.status().as_u16(), String::from_utf8(body).unwrap()))
        }
        Err(error) => panic!("{error}"),
    }
}

pub(crate) struct Page {
    socket: Socket,
    decoder: RecordsDecoder,
    pub(crate) log_id: String,
    pub(crate) hello: Hello,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Hello(Hello),
    /// The records, and the frame's length.
    Records(Vec<Record>, u64),
    Tick(i64),
    Ends(Vec<TopicEnds>),
    Gap(Gap),
    Published(Vec<String>),
    Refused(Vec<String>, String),
    Unpublished(Vec<String>, String),
    /// Topic, partition and end.
    Truncated(String, i32, i64),
    Error(String, bool),
    /// The close frame's code and reason.
    Closed(u16, String),
}

impl Page {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let socket = connect(address, "", &[("sec-websocket-protocol", "eddy.v1")]).await;
        let mut page = Page {
            socket: socket.unwrap(),
            decoder: RecordsDecoder::new(),
            log_id: String::new(),
            hello: Hello::default(),
        };
        let Heard::Hello(hello) = page.hear().await else {
            panic!("the first frame is not hello")
        };
        page.log_id.clone_from(&hello.log_id);
        page.hello = hello;
        page
    }

    pub(crate) async fn say(&mut self, frame: &ClientFrame) {
        self.say_bytes(encode_client_frame(frame)).await;
    }

    pub(crate) async fn say_bytes(&mut self, bytes: Vec<u8>) {
        self.socket.send(Message::binary(bytes)).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, streams: &[(&str, From)], credit_bytes: u64) {
        let log_id = self.log_id.clone();
        self.subscribe_to(&log_id, streams, credit_bytes).await;
    }

    pub(crate) async fn subscribe_to(
        &mut self,
        log_id: &str,
        streams: &[(&str, From)],
        credit_bytes: u64,
    ) {
        let streams = streams.iter().map(|(topic, from)| Subscription {
            topic: (*topic).to_owned(),
            from: from.clone(),
        });
        self.say(&ClientFrame::Subscribe {
            log_id: log_id.to_owned(),
            topic_ids: self.hello.topic_ids.clone(),
            streams: streams.collect(),
            credit_bytes,
        })
        .await;
    }

    /// The next thing that the bridge says.
    pub(crate) async fn hear(&mut self) -> Heard {
        let next = tokio::time::timeout(PATIENCE, self.socket.next());
        let message = match next.await.expect("nothing was said") {
            Some(Ok(Message::Binary(bytes))) => bytes,
            Some(Ok(Message::Close(Some(frame)))) => {
                return Heard::Closed(frame.code.into(), frame.reason.to_string());
            }
            other => panic!("{other:?}"),
        };
        match decode_server_frame(&message).unwrap() {
            ServerFrame::Hello(hello) => Heard::Hello(hello),
            ServerFrame::Records(body) => {
                let mut records = Vec::new();
                let each = |record: wire::RecordRef<'_>| records.push(record.to_owned());
                self.decoder.decode(body, each).unwrap();
                Heard::Records(records, message.len() as u64)
            }
            ServerFrame::Tick { now_ms } => Heard::Tick(now_ms),
            ServerFrame::Ends(ends) => Heard::Ends(ends),
            ServerFrame::Gap(gap) => Heard::Gap(gap),
            ServerFrame::Published { ids } => Heard::Published(ids),
            ServerFrame::Refused { ids, message } => Heard::Refused(ids, message),
            ServerFrame::Unpublished { ids, message } => Heard::Unpublished(ids, message),
            ServerFrame::Truncated {
                topic,
                partition,
                end,
            } => Heard::Truncated(topic, partition, end),
            ServerFrame::Error { message, fatal } => Heard::Error(message, fatal),
        }
    }

    /// The next thing beside ticks and ends.
    pub(crate) async fn hear_news(&mut self) -> Heard {
        loop {
            match self.hear().await {
                Heard::Tick(_) | Heard::Ends(_) => {}
                heard => return heard,
            }
        }
    }

    /// The next Hello; records on their way there are passed over.
    pub(crate) async fn hello(&mut self) -> Hello {
        loop {
            match self.hear_news().await {
                Heard::Hello(hello) => return hello,
                Heard::Records(..) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Records until there are so many; gives back the credit that they took.
    pub(crate) async fn records(&mut self, count: usize) -> Vec<Record> {
        let mut all = Vec::new();
        while all.len() < count {
            match self.hear_news().await {
                Heard::Records(records, bytes) => {
                    all.extend(records);
                    self.say(&ClientFrame::Credit { bytes }).await;
                }
                other => panic!("after {} records: {other:?}", all.len()),
            }
        }
        all
    }

    /// Everything that is said within this time.
    pub(crate) async fn listen(&mut self, time: Duration) -> Vec<Heard> {
        let until = Instant::now() + time;
        let mut heard = Vec::new();
        while let Ok(next) =
            tokio::time::timeout(until.saturating_duration_since(Instant::now()), self.hear()).await
        {
            heard.push(next);
        }
        heard
    }
}

/// Topic and offset of each record.
pub(crate) fn places(records: &[Record]) -> Vec<(&str, i64)> {
    records
        .iter()
        .map(|record| (&*record.topic, record.offset))
        .collect()
}

/// So many offsets of one topic.
pub(crate) fn run(topic: &str, offsets: std::ops::Range<i64>) -> Vec<(&str, i64)> {
    offsets.map(|offset| (topic, offset)).collect()
}
