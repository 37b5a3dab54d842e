//! The WebSocket to the bridge: one connection.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, MessageEvent, WebSocket};

/// What happens on a connection.
pub enum LinkEvent {
    /// It is open.
    Open,
    /// A frame arrived.
    Frame(Vec<u8>),
    /// It is closed, or never opened.
    Closed,
}

/// One connection; dropping it closes it, and nothing more is heard of it.
pub struct Link {
    socket: WebSocket,
    _open: Closure<dyn FnMut()>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _close: Closure<dyn FnMut()>,
}

impl Link {
    /// Begins to connect.
    ///
    /// # Errors
    /// The address is not one for a WebSocket.
    pub fn open(url: &str, on: impl Fn(LinkEvent) + Clone + 'static) -> Result<Link, JsValue> {
        let socket = WebSocket::new_with_str(url, "eddy.v1")?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let open = Closure::new({
            let on = on.clone();
            move || on(LinkEvent::Open)
        });
        let message = Closure::new({
            let on = on.clone();
            move |event: MessageEvent| {
                if let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>() {
                    on(LinkEvent::Frame(Uint8Array::new(&buffer).to_vec()));
                }
            }
        });
        let close = Closure::new(move || on(LinkEvent::Closed));
        let link = Link {
            socket,
            _open: open,
            _message: message,
            _close: close,
        };
        link.socket
            .set_onopen(Some(link._open.as_ref().unchecked_ref()));
        link.socket
            .set_onmessage(Some(link._message.as_ref().unchecked_ref()));
        link.socket
            .set_onclose(Some(link._close.as_ref().unchecked_ref()));
        Ok(link)
    }

    /// Sends a frame; a connection that is going down drops it, and is heard of by its close.
    pub fn send(&self, frame: &[u8]) {
        if self.socket.ready_state() == WebSocket::OPEN {
            let _ = self.socket.send_with_u8_array(frame);
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}
