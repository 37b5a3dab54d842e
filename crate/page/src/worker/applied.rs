//! Everything that was applied, kept small, for recordings.
//!
//! Records are kept as frames of the wire's own form, in which what a record shares with the one before it
//! is not stored again. Each frame stands for itself, so that the oldest can be let go.

use std::collections::VecDeque;

use lab::Lab;
use wire::{
    Line, RecordRef, RecordsDecoder, RecordsEncoder, ServerFrame, decode_server_frame, write_line,
    write_record,
};

use super::desk::Item;

/// At most this many bytes are kept; the oldest go first.
const BYTES_MAX: usize = 64 << 20;

enum Piece {
    Frame(Vec<u8>),
    Tick(i64),
    Close(String),
    Gap(wire::Gap),
}

/// What was applied, in order.
#[derive(Default)]
pub struct Applied {
    pieces: VecDeque<Piece>,
    encoder: RecordsEncoder,
    bytes: usize,
    /// Pieces that were let go.
    pieces_let_go: u64,
    /// Records that were let go.
    pub records_let_go: u64,
    /// Whether the oldest were let go.
    pub let_go: bool,
}

impl Applied {
    /// Keeps a record.
    pub fn record(&mut self, record: RecordRef<'_>) {
        // A record that came in a frame fits in one.
        let _ = self.encoder.push(record);
        if self.encoder.is_full() {
            self.end_frame();
        }
    }

    /// Keeps what is not a record; of ticks in a row only the latest counts.
    pub fn other(&mut self, item: &Item) {
        self.end_frame();
        match (item, self.pieces.back_mut()) {
            (Item::Tick(ms), Some(Piece::Tick(last))) => *last = *ms.max(last),
            (Item::Tick(ms), _) => self.pieces.push_back(Piece::Tick(*ms)),
            (Item::Close(lane), _) => self.pieces.push_back(Piece::Close(lane.clone())),
            (Item::Gap(gap), _) => self.pieces.push_back(Piece::Gap(gap.clone())),
            (Item::Record(record), _) => self.record(record.as_ref()),
        }
    }

    /// Number of the oldest piece that is kept, and of the one behind the newest.
    pub fn pieces(&mut self) -> std::ops::Range<u64> {
        self.end_frame();
        self.pieces_let_go..self.pieces_let_go + self.pieces.len() as u64
    }

    /// Applies a piece to a lab; answers its records.
    pub fn apply_to(&self, lab: &mut Lab, piece: u64) -> u64 {
        let index = piece.checked_sub(self.pieces_let_go);
        let piece = index.and_then(|index| self.pieces.get(usize::try_from(index).ok()?));
        match piece {
            None => {}
            Some(Piece::Frame(frame)) => {
                return each_record(frame, |record| {
                    lab.apply(record);
                });
            }
            Some(Piece::Tick(ms)) => lab.tick(*ms),
            // A lane that was removed or renamed since has nothing to close.
            Some(Piece::Close(lane)) => drop(lab.close(lane)),
            Some(Piece::Gap(gap)) => lab.gap(gap.clone()),
        }
        0
    }

    /// The recording as record lines.
    pub fn ndjson(&mut self) -> String {
        self.end_frame();
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Frame(frame) => write_frame(frame, &mut out),
                Piece::Tick(tick_ms) => push_line(&Line::Tick { tick_ms: *tick_ms }, &mut out),
                Piece::Close(lane) => push_line(
                    &Line::Close {
                        close: lane.clone(),
                    },
                    &mut out,
                ),
                Piece::Gap(gap) => push_line(&Line::Gap { gap: gap.clone() }, &mut out),
            }
        }
        out
    }

    fn end_frame(&mut self) {
        if self.encoder.is_empty() {
            return;
        }
        let frame = self.encoder.finish();
        self.encoder = RecordsEncoder::new();
        self.bytes += frame.len();
        self.pieces.push_back(Piece::Frame(frame));
        while self.bytes > BYTES_MAX
            && let Some(piece) = self.pieces.pop_front()
        {
            self.let_go = true;
            self.pieces_let_go += 1;
            if let Piece::Frame(frame) = piece {
                self.bytes -= frame.len();
                self.records_let_go += each_record(&frame, |_| {});
            }
        }
    }
}

fn write_frame(frame: &[u8], out: &mut String) {
    each_record(frame, |record| {
        write_record(out, record);
        out.push('\n');
    });
}

/// Hands out a frame's records; answers how many there are.
fn each_record(frame: &[u8], mut take: impl FnMut(RecordRef<'_>)) -> u64 {
    let mut records = 0;
    if let Ok(ServerFrame::Records(frame)) = decode_server_frame(frame) {
        // Written by this program a moment ago: it decodes.
        let _ = RecordsDecoder::new().decode(frame, |record| {
            records += 1;
            take(record);
        });
    }
    records
}

fn push_line(line: &Line, out: &mut String) {
    write_line(out, line);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_gives_back_what_was_applied() {
        let mut applied = Applied::default();
        let text = concat!(
            "{\"topic\":\"t\",\"partition\":0,\"offset\":0,\"timestamp_ms\":7,\"headers\":[],\"key\":null,\"value\":\"{\\\"a\\\":1}\"}\n",
            "{\"tick_ms\":9}\n",
            "{\"topic\":\"t\",\"partition\":0,\"offset\":1,\"timestamp_ms\":8,\"headers\":[],\"key\":\"k\",\"value\":null}\n",
            "{\"close\":\"Flink\"}\n",
        );
        let mut reader = wire::LineReader::new();
        for (i, line) in text.lines().enumerate() {
            match reader.read(i as u64 + 1, line).unwrap().unwrap() {
                Line::Record(record) => applied.record(record.as_ref()),
                Line::Tick { tick_ms } => {
                    applied.other(&Item::Tick(tick_ms - 1));
                    applied.other(&Item::Tick(tick_ms));
                }
                Line::Close { close } => applied.other(&Item::Close(close)),
                line => panic!("{line:?}"),
            }
        }
        assert_eq!(applied.ndjson(), text);
        assert_eq!(applied.ndjson(), text);
    }
}
