//! How a session ends.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};

use crate::shared::Shared;

/// How long to wait for the other side to take leave.
const FAREWELL: Duration = Duration::from_millis(500);

/// How long a step that is under way when the bridge shuts down may take to end: a message that is being published is to
/// be there and confirmed, or neither.
const LAST_STEP: Duration = Duration::from_millis(1200);

/// How many bytes a close frame's reason may have (RFC 6455, 5.5).
const REASON_BYTES: usize = 123;

/// Why a session ends.
#[derive(Debug)]
pub(crate) enum End {
    /// The other side left, or cannot be reached.
    Left,
    /// The bridge shuts down.
    Stopping,
    /// The other side broke the protocol.
    Broken(String),
    /// The bridge cannot serve the session.
    Failed(String),
}

/// What a step of a session comes to.
pub(crate) type Step = Result<(), End>;

/// Sends a message; a failure means that the other side is gone.
pub(crate) async fn send(socket: &mut WebSocket, message: Message) -> Step {
    socket.send(message).await.map_err(|_| End::Left)
}

impl End {
    /// A word for it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            End::Left => "left",
            End::Stopping => "stopping",
            End::Broken(_) => "broken",
            End::Failed(_) => "failed",
        }
    }

    /// What the other side is to be told of it, if anything went wrong.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            End::Left | End::Stopping => None,
            End::Broken(reason) | End::Failed(reason) => Some(reason),
        }
    }
}

/// Resolves when the bridge shuts down and a session's last step has had its time.
pub(crate) async fn too_long(shared: &Shared) {
    shared.stopped().await;
    tokio::time::sleep(LAST_STEP).await;
}

/// Says the last message and farewell, and waits a little for the answer: a socket that is dropped with unread bytes is reset, and a reset
/// may overtake what was said last.
pub(crate) async fn close(mut socket: WebSocket, end: &End, last: Option<Message>) {
    let (code, reason) = match end {
        End::Left => (close_code::NORMAL, ""),
        End::Stopping => (close_code::AWAY, "the bridge shuts down"),
        End::Broken(reason) => (close_code::POLICY, reason.as_str()),
        End::Failed(reason) => (close_code::ERROR, reason.as_str()),
    };
    let farewell = async {
        if let Some(last) = last {
            // The end is the same if the other side cannot hear of it.
            let _ = socket.send(last).await;
        }
        if !matches!(end, End::Left) {
            let frame = CloseFrame {
                code,
                reason: shortened(reason).into(),
            };
            // A socket that cannot take it needs no farewell.
            let _ = socket.send(Message::Close(Some(frame))).await;
        }
        while let Some(Ok(_)) = socket.recv().await {}
    };
    // The other side may never answer; then the socket is dropped all the same.
    let _ = tokio::time::timeout(FAREWELL, farewell).await;
}

fn shortened(reason: &str) -> &str {
    let mut end = reason.len().min(REASON_BYTES);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    &reason[..end]
}
