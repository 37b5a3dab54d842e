//! What a page asks the bridge to publish.

use crate::Header;

/// One message to publish, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// What makes it this one and no other (`eddy.id`): a second one with this id is not published again.
    pub id: String,
    /// The topic to publish to.
    pub topic: String,
    /// The message's key, or null.
    pub key: Option<Vec<u8>>,
    /// The message's value.
    pub value: Vec<u8>,
    /// The message's headers, in their order.
    pub headers: Vec<Header>,
}
