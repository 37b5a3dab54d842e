//! A recording, played as if it happened now.
//!
//! A file of record lines, of what `kcat -J` prints or of bare values ([`wire::LineReader`]), plain or compressed by
//! gzip, becomes a log: topics, partitions and offsets are those of the file, and the order of its lines is kept across
//! topics. Nothing is held in memory but where each record stands; what is compressed is unpacked into a temporary file.
//!
//! - [`FileSource`]: the source; [`Speed`]: how fast it plays
//! - `index`: where each record stands, what is wrong with the file
//! - `lines`: reading one of them; `unpack`: the file as plain lines
//! - `play`: how far it has been played
//!
//! # Time
//!
//! Lab time comes from the recording alone. Its clock begins at the time of its first line and runs at the speed that was
//! asked for; a record is there once the clock has reached its time, or that of a line before it if that is later (ticks
//! count). At [`Speed::Max`] all records are there at once. Ticks are those of this clock, not of the bridge's, so that
//! time never jumps from the recording's to ours. When the last line has been played the clock goes on from there (at
//! `Max` from the first moment, as fast as ours): windows that are open get closed, as in the stream that was recorded.
//!
//! # What else a recording holds
//!
//! - `{"tick_ms":n}` moves the clock's plan on, as a record of that time would; the tick itself is not sent: the clock's
//!   own are.
//! - `{"gap":{..}}` is a gap here, too.
//! - `{"close":"LANE"}` cannot be repeated: batches are closed in the page, not here. They are counted, and it is said
//!   that `eddy replay` honours them.
//! - Hellos, ends and errors (of a session of `eddy.json` that was kept) are passed over.
//! - A broken line is named and passed over. Offsets that do not ascend within a partition are refused: they could not be
//!   asked for.
//!
//! # Identity
//!
//! At `Max` the log's identity is that of the content: a page goes on where it was, even after the bridge was started
//! again. Played at a pace it is another log each time that the bridge starts, because then it begins from the beginning.

mod index;
mod lines;
mod play;
mod source;
mod unpack;

pub use index::Report;
pub use play::Speed;
pub use source::{FileError, FileSource};
