//! Where the session is kept: the view in the tab's own storage, so that tabs do not share it; recordings, which are too large
//! for that, in a database of the browser.

use std::convert::Infallible;

use gloo::storage::{SessionStorage, Storage};
use indexed_db::{Database, Error, Factory};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

use super::{Session, Work};
use crate::page::msg::Msg;
use crate::page::share::address;
use crate::page::{app::Sender, dom, gzip};

use super::SessionMsg;

/// The view's key.
const KEY: &str = "eddy.session";
/// The database, and its one store: from keys to recordings, packed.
const DATABASE: &str = "eddy";
const STORE: &str = "recordings";

/// Larger recordings are not kept: so many bytes packed, and so many of text to pack.
const PACKED_BYTES_MOST: u32 = 32 << 20;
const TEXT_BYTES_MOST: usize = 256 << 20;

/// Recordings of so many tabs are kept; the oldest go first.
const RECORDINGS_MOST: usize = 4;

type Result<T> = std::result::Result<T, Error<Infallible>>;

/// The session of this tab.
pub fn read() -> Option<Session> {
    SessionStorage::get(KEY).ok()
}

/// Forgets the session of this tab, and its recording.
pub fn forget() {
    let recording = read().and_then(|session| session.recording);
    SessionStorage::delete(KEY);
    if let Some(key) = recording.and_then(|recording| recording.key) {
        wasm_bindgen_futures::spawn_local(async move {
            // Where it stays, it goes as the oldest one day.
            let _ = remove(&key).await;
        });
    }
}

/// Does something with it.
pub fn perform(work: Work, sender: &Sender) {
    match work {
        Work::Keep(session) => {
            // Without storage a page that is loaded anew begins as new.
            let _ = SessionStorage::set(KEY, &*session);
        }
        Work::Recording { text, recording } => {
            let (sender, last) = (sender.clone(), read().and_then(|session| session.recording));
            wasm_bindgen_futures::spawn_local(async move {
                if let Some(key) = last.and_then(|last| last.key) {
                    let _ = remove(&key).await;
                }
                if let Some(key) = keep(&text).await {
                    sender.send(Msg::Session(SessionMsg::Kept { key, recording }));
                }
            });
        }
        Work::Fresh => {
            forget();
            let anew = || address::replace(None).and_then(|()| dom::window()?.location().reload());
            if let Err(error) = anew() {
                gloo::console::error!(error);
            }
        }
    }
}

/// The recording of this key; None where it is gone.
pub async fn recording(key: &str) -> Option<String> {
    let key = JsValue::from_str(key);
    let database = database().await.ok()?;
    let reading = database
        .transaction(&[STORE])
        .run(|transaction| async move {
            let store = transaction.object_store(STORE)?;
            store.get(&key).await
        });
    let packed: Uint8Array = reading.await.ok()??.dyn_into().ok()?;
    gzip::unpack(&packed.to_vec()).await.ok()
}

/// Keeps a recording; answers its key, or None where it is too large or there is no room.
async fn keep(text: &str) -> Option<String> {
    if text.len() > TEXT_BYTES_MOST {
        return None;
    }
    let packed = gzip::pack(text).await.ok()?;
    if packed.length() > PACKED_BYTES_MOST {
        return None;
    }
    // Keys are in the order of time.
    let key = format!(
        "{:015.0}-{:08x}",
        js_sys::Date::now(),
        (js_sys::Math::random() * 4e9) as u32
    );
    let new = JsValue::from_str(&key);
    let writing = database()
        .await
        .ok()?
        .transaction(&[STORE])
        .rw()
        .run(|transaction| async move {
            let store = transaction.object_store(STORE)?;
            let old = store.get_all_keys(None).await?;
            for key in old
                .iter()
                .take((old.len() + 1).saturating_sub(RECORDINGS_MOST))
            {
                store.delete(key).await?;
            }
            store.put_kv(&new, &packed).await
        });
    writing.await.ok().map(|_| key)
}

async fn remove(key: &str) -> Result<()> {
    let key = JsValue::from_str(key);
    let removing = database()
        .await?
        .transaction(&[STORE])
        .rw()
        .run(|transaction| async move { transaction.object_store(STORE)?.delete(&key).await });
    removing.await
}

async fn database() -> Result<Database<Infallible>> {
    let factory = Factory::get()?;
    factory
        .open(DATABASE, 1, |event| async move {
            event.database().build_object_store(STORE).create()?;
            Ok(())
        })
        .await
}
