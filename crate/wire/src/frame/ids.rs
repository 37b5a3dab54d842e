//! Topics with their identities, in frames of both directions.

use std::collections::BTreeMap;

use crate::frame::FrameError;
use crate::varint::{Reader, put_bytes, put_u64};

pub(super) fn put_ids(out: &mut Vec<u8>, ids: &BTreeMap<String, String>) {
    put_u64(out, ids.len() as u64);
    for (topic, id) in ids {
        put_bytes(out, topic.as_bytes());
        put_bytes(out, id.as_bytes());
    }
}

pub(super) fn ids(reader: &mut Reader<'_>) -> Result<BTreeMap<String, String>, FrameError> {
    let ids = reader.list(|reader| Ok((reader.str()?.to_owned(), reader.str()?.to_owned())))?;
    Ok(ids.into_iter().collect())
}
