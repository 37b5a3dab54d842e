//! Files that gzip wrote, packed and unpacked by the browser, off this thread.

use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableWritablePair, Response};

/// What they begin with.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Whether gzip wrote this.
pub fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// The text of a file that gzip wrote.
///
/// # Errors
/// The file is damaged.
pub async fn unpack(bytes: &[u8]) -> Result<String, JsValue> {
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)))?;
    let text = JsFuture::from(through("DecompressionStream", &blob)?.text()?).await?;
    text.as_string().ok_or(text)
}

/// A text as gzip writes it.
///
/// # Errors
/// The browser does not pack.
pub async fn pack(text: &str) -> Result<Uint8Array, JsValue> {
    let blob = Blob::new_with_str_sequence(&Array::of1(&text.into()))?;
    let packed = JsFuture::from(through("CompressionStream", &blob)?.array_buffer()?).await?;
    Ok(Uint8Array::new(&packed))
}

/// What comes out of one of the browser's streams, by its name: web-sys has them among what may still change.
fn through(class: &str, blob: &Blob) -> Result<Response, JsValue> {
    let class = Reflect::get(&js_sys::global(), &class.into())?;
    let stream = Reflect::construct(&class.dyn_into::<Function>()?, &Array::of1(&"gzip".into()))?;
    let pair: ReadableWritablePair = stream.unchecked_into();
    Response::new_with_opt_readable_stream(Some(&blob.stream().pipe_through(&pair)))
}
