//! Record lines from a file or from standard input, compressed or not.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, stdin};
use std::path::Path;

use anyhow::{Context, Result};
use flate2::bufread::MultiGzDecoder;
use wire::{Line, LineReader};

/// What files that gzip wrote begin with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Opens a file, or standard input where it is called `-`; what gzip has compressed is unpacked.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    let input: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(stdin().lock()),
        false => Box::new(
            File::open(path)
                .with_context(|| format!("cannot open {}; check the name", path.display()))?,
        ),
    };
    let mut input = BufReader::with_capacity(1 << 16, input);
    let start = input
        .fill_buf()
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(match start.starts_with(&GZIP) {
        true => Box::new(BufReader::with_capacity(
            1 << 16,
            MultiGzDecoder::new(input),
        )),
        false => Box::new(input),
    })
}

/// What reading all lines has met.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Lines that could not be read.
    pub(crate) broken: u64,
    /// Whether topic and offsets were made up.
    pub(crate) made_up: bool,
}

/// Hands out what each line says; a broken one is told on standard error and passed over.
pub(crate) fn read(
    path: &Path,
    mut input: Box<dyn BufRead>,
    mut each: impl FnMut(u64, Line) -> Result<()>,
) -> Result<Outcome> {
    let mut reader = LineReader::new();
    let mut read = Outcome::default();
    let mut bytes = Vec::new();
    let mut number = 0;
    loop {
        bytes.clear();
        let length = input
            .read_until(b'\n', &mut bytes)
            .with_context(|| format!("cannot read {} after line {number}", path.display()))?;
        if length == 0 {
            read.made_up = reader.made_up();
            return Ok(read);
        }
        number += 1;
        match reader.read_bytes(number, &bytes) {
            Ok(Some(line)) => each(number, line)?,
            Ok(None) => {}
            Err(error) => {
                read.broken += 1;
                eprintln!("eddy: {}, {error}", path.display());
            }
        }
    }
}
