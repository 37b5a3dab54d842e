//! The file behind a recording: what stands in it, and its end, which grows.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::ensure;
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

const BUFFER_BYTES: usize = 1 << 16;

/// What files that gzip wrote begin with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What the lines that a recorder writes begin with.
const BEGINNINGS: [&str; 3] = ["{\"topic\":", "{\"tick_ms\":", "{\"gap\":"];

/// The end of the file.
pub(super) enum Out {
    Plain(BufWriter<File>),
    /// Each run of the program adds a member of its own, as `cat a.gz b.gz` would.
    Packed {
        file: File,
        /// None as long as there was nothing to write: an empty member is no empty file.
        member: Option<GzEncoder<BufWriter<File>>>,
    },
}

impl Out {
    /// Opens a file to go on with it, and hands out the lines that stand there.
    ///
    /// A line that was being written when the last recorder was killed is not there any more; what is compressed is for
    /// that written anew, beside the file, which then takes its place.
    pub(super) fn open(
        path: &Path,
        mut each: impl FnMut(&[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<Out> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        if path.extension().is_none_or(|end| end != "gz") {
            let whole_bytes = lines(BufReader::new(&file), &mut each)?.whole_bytes;
            file.set_len(whole_bytes)?;
            file.seek(SeekFrom::End(0))?;
            return Ok(Out::Plain(BufWriter::with_capacity(BUFFER_BYTES, file)));
        }
        let mut start = Vec::new();
        (&file).take(2).read_to_end(&mut start)?;
        file.seek(SeekFrom::Start(0))?;
        ensure!(GZIP.starts_with(&start), "gzip has not written it");
        if !start.is_empty() {
            let read = lines(unpacked(&file), &mut each)?;
            if read.cut {
                file = mend(path, &mut file, read.whole_bytes)?;
            }
        }
        file.seek(SeekFrom::End(0))?;
        Ok(Out::Packed { file, member: None })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Out::Plain(out) => out.write_all(bytes),
            Out::Packed { file, member } => {
                let member = match member {
                    Some(member) => member,
                    None => member.insert(packer(file.try_clone()?)),
                };
                member.write_all(bytes)
            }
        }
    }

    /// Hands everything to the system, so that it is there even if this process is killed.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::Plain(out) => out.flush(),
            Out::Packed { member, .. } => member.as_mut().map_or(Ok(()), GzEncoder::flush),
        }
    }

    /// Ends it; what is written after that begins a new member.
    pub(super) fn end(&mut self) -> io::Result<()> {
        match self {
            Out::Plain(out) => out.flush(),
            Out::Packed { member, .. } => match member.take() {
                Some(member) => member.finish()?.flush(),
                None => Ok(()),
            },
        }
    }
}

/// What reading all lines has met.
struct Read {
    /// How long the whole lines are together, unpacked.
    whole_bytes: u64,
    /// Whether something follows them that is no whole line.
    cut: bool,
}

fn lines(
    mut input: impl BufRead,
    each: &mut impl FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<Read> {
    let mut whole_bytes = 0;
    let mut line = Vec::new();
    loop {
        line.clear();
        match input.read_until(b'\n', &mut line) {
            Ok(0) => {
                let cut = false;
                return Ok(Read { whole_bytes, cut });
            }
            Ok(length) if line.ends_with(b"\n") => {
                each(&line)?;
                whole_bytes += length as u64;
            }
            Ok(_) => {
                ensure!(
                    is_begun(&line),
                    "its end is no line that a recorder would have been writing"
                );
                let cut = true;
                return Ok(Read { whole_bytes, cut });
            }
            // The end of what was compressed is missing.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let cut = true;
                return Ok(Read { whole_bytes, cut });
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether this is the beginning of a line that a recorder writes; what is none is not ours to cut off.
fn is_begun(line: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| {
        let length = beginning.len().min(line.len());
        line[..length] == beginning.as_bytes()[..length]
    })
}

/// Replaces the file by one with its whole lines alone.
fn mend(path: &Path, file: &mut File, whole_bytes: u64) -> io::Result<File> {
    let part = path.with_extension("gz.part");
    file.seek(SeekFrom::Start(0))?;
    let mut member = packer(File::create(&part)?);
    io::copy(&mut unpacked(file).take(whole_bytes), &mut member)?;
    let mended = member.finish()?.into_inner()?;
    mended.sync_all()?;
    std::fs::rename(&part, path)?;
    OpenOptions::new().read(true).write(true).open(path)
}

fn packer(file: File) -> GzEncoder<BufWriter<File>> {
    GzEncoder::new(
        BufWriter::with_capacity(BUFFER_BYTES, file),
        Compression::default(),
    )
}

fn unpacked(file: &File) -> BufReader<MultiGzDecoder<BufReader<&File>>> {
    BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(BufReader::new(file)))
}
