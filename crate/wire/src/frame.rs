//! The frames of `eddy.v1`.

/// A frame that cannot be read; nothing of it is to be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the frame is broken at byte {at}: {fault}; close the connection and connect again")]
pub struct FrameError {
    /// The byte of the frame at which reading stopped.
    pub at: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What can be wrong with a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The frame ends before what it announces.
    #[error("it ends before what it announces")]
    Short,
    /// Bytes are left over after the frame's end.
    #[error("bytes are left over after its end")]
    Long,
    /// A varint does not fit in 64 bits.
    #[error("a number does not fit in 64 bits")]
    Varint,
    /// A number is outside its range.
    #[error("a number is outside its range")]
    Range,
    /// A name is not UTF-8.
    #[error("a name is not UTF-8")]
    Utf8,
    /// The tag is not one that this version knows.
    #[error("unknown tag {0}; are page and bridge of one version?")]
    Tag(u8),
    /// A topic number was used before it was announced.
    #[error("topic number {0} was not announced")]
    Topic(u64),
    /// A shared prefix is longer than what came before it.
    #[error("a shared prefix is longer than the record before it")]
    Prefix,
    /// The frame, or what it unfolds to, is larger than [`crate::MAX_FRAME_BYTES`].
    #[error("it is larger than {} bytes", crate::MAX_FRAME_BYTES)]
    TooLarge,
}
