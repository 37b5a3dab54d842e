//! The file as plain lines.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

/// What files that gzip wrote begin with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file of plain lines.
pub(super) struct Plain {
    pub(super) file: File,
    /// Whether what was compressed ended too early; what came before is there.
    pub(super) cut: bool,
}

/// Opens a file; what gzip has compressed is unpacked into a temporary one that goes with the program.
pub(super) fn open(path: &Path) -> io::Result<Plain> {
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    (&file).take(2).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    if start != GZIP {
        return Ok(Plain { file, cut: false });
    }
    let mut packed = MultiGzDecoder::new(BufReader::with_capacity(1 << 16, file));
    let mut plain = tempfile::tempfile()?;
    let mut bytes = vec![0; 1 << 16];
    let cut = loop {
        match packed.read(&mut bytes) {
            Ok(0) => break false,
            Ok(length) => plain.write_all(&bytes[..length])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Its writer was killed: all that was flushed is there.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break true,
            Err(error) => return Err(error),
        }
    };
    plain.seek(SeekFrom::Start(0))?;
    Ok(Plain { file: plain, cut })
}
