//! What a chosen or dropped file is: a lab file, a checkpoint, or a recording; compressed or not.

use js_sys::Uint8Array;
use serde_json::Value;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::ShareMsg;
use crate::page::app::Sender;
use crate::page::gzip;
use crate::page::kept::{KeptMsg, Work};
use crate::page::msg::Msg;

/// Larger files than this are for `eddy replay`.
const BYTES_MOST: f64 = 256e6;

/// Compressed ones hold some ten times as much.
const PACKED_BYTES_MOST: f64 = 32e6;

/// Where a file was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// Dropped anywhere on the page, or chosen on the first card.
    Page,
    /// Chosen in the dialog.
    Dialog,
}

/// Reads a file, and says what happens with it.
pub fn read(file: File, to: Where, sender: &Sender) {
    let sender = sender.clone();
    let name = file.name();
    if file.size() > BYTES_MOST {
        let why = format!("{name} is larger than 256 MB. Read it with `eddy replay`.");
        return sender.send(failed(to, why));
    }
    wasm_bindgen_futures::spawn_local(async move {
        match text(&file, &name).await {
            Ok(text) => messages(name, text, to)
                .into_iter()
                .for_each(|msg| sender.send(msg)),
            Err(why) => sender.send(failed(to, why)),
        }
    });
}

async fn text(file: &File, name: &str) -> Result<String, String> {
    let unread = |_| format!("{name} cannot be read. Choose it again.");
    let start = file.slice_with_i32_and_i32(0, 2).map_err(unread)?;
    let start = JsFuture::from(start.array_buffer()).await.map_err(unread)?;
    if !gzip::is_packed(&Uint8Array::new(&start).to_vec()) {
        let text = JsFuture::from(file.text()).await.map_err(unread)?;
        return text.as_string().ok_or_else(|| unread(text));
    }
    if file.size() > PACKED_BYTES_MOST {
        return Err(format!(
            "{name} is larger than 32 MB, compressed. Read it with `eddy replay`."
        ));
    }
    let bytes = JsFuture::from(file.array_buffer()).await.map_err(unread)?;
    let text = gzip::unpack(&Uint8Array::new(&bytes).to_vec()).await;
    text.map_err(|_| format!("{name} is damaged: it does not unpack. Copy it again."))
}

/// What is done with the text of a file.
fn messages(name: String, text: String, to: Where) -> Vec<Msg> {
    match kind(&text) {
        Kind::Lab => vec![Msg::Share(ShareMsg::OpenLab {
            name,
            text,
            dropped: to == Where::Page,
        })],
        Kind::Checkpoint => vec![
            Msg::Close,
            Msg::Kept(KeptMsg::Open),
            Msg::Kept(KeptMsg::Do(Work::Load { name, text })),
        ],
        Kind::Recording => vec![
            Msg::Close,
            // Its name, without how it was packed.
            Msg::Recording {
                name: name.trim_end_matches(".gz").to_owned(),
                text,
            },
        ],
    }
}

fn failed(to: Where, why: String) -> Msg {
    Msg::Share(match to {
        Where::Page => ShareMsg::Unread(why),
        Where::Dialog => ShareMsg::Said(Err(why)),
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Lab,
    Checkpoint,
    Recording,
}

/// A lab file and a checkpoint are one object each, with a field that says so.
fn kind(text: &str) -> Kind {
    let begins = text.trim_start_matches('\u{feff}').trim_start();
    // A recording has such an object on each line: it is not parsed as a whole.
    if !begins.starts_with('{') || begins.lines().next().is_some_and(is_record) {
        return Kind::Recording;
    }
    match serde_json::from_str::<Value>(begins) {
        Ok(value) if value.get("eddy_checkpoint").is_some() => Kind::Checkpoint,
        Ok(value) if value.get("eddy").is_some() || value.get("lanes").is_some() => Kind::Lab,
        _ => Kind::Recording,
    }
}

fn is_record(line: &str) -> bool {
    let value = serde_json::from_str::<Value>(line);
    value.is_ok_and(|value| value.get("topic").is_some() || value.get("tick_ms").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_itself_what_it_is() {
        let lab = include_str!("../../../../../www/lab.json");
        let demo = include_str!("../../../../../www/demo.ndjson");
        let one_line: Value = serde_json::from_str(lab).unwrap();
        for (text, wanted) in [
            (lab, Kind::Lab),
            (&one_line.to_string(), Kind::Lab),
            (demo, Kind::Recording),
            (demo.lines().next().unwrap(), Kind::Recording),
            ("{\"eddy_checkpoint\":1}", Kind::Checkpoint),
            ("{\"x\":1}\n{\"x\":2}\n", Kind::Recording),
            ("{\"x\":1}", Kind::Recording),
            ("", Kind::Recording),
        ] {
            assert_eq!(kind(text), wanted, "{text:.60}");
        }
    }
}
