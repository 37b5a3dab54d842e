//! Everything that was applied, kept small, for recordings.
//!
//! Records are kept as frames of the wire's own form, in which what a record shares with the one before it
//! is not stored again. Each frame stands for itself, so that the oldest can be let go. Of each it is known which
//! offsets it spans, so that one record is found without unfolding the others.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use lab::Lab;
use wire::{
    Line, Record, RecordRef, RecordsDecoder, RecordsEncoder, ServerFrame, decode_server_frame,
    write_line, write_record,
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

/// The offsets of a partition in a frame.
struct Span {
    topic: Arc<str>,
    partition: i32,
    least: i64,
    largest: i64,
}

/// What was applied, in order.
#[derive(Default)]
pub struct Applied {
    pieces: VecDeque<Piece>,
    encoder: RecordsEncoder,
    /// What each frame spans, oldest first; the last is that of the open one.
    spans: VecDeque<Vec<Span>>,
    /// Frames that were let go.
    frames_let_go: u64,
    bytes: usize,
    /// Pieces that were let go.
    pieces_let_go: u64,
    /// Whether the oldest were let go.
    pub let_go: bool,
}

impl Applied {
    /// Keeps a record.
    pub fn record(&mut self, record: RecordRef<'_>) {
        let is_first = self.encoder.is_empty();
        // A record that came in a frame fits in one.
        if self.encoder.push(record).is_ok() {
            if is_first {
                self.spans.push_back(Vec::new());
            }
            self.span(record);
        }
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

    /// How many of the records that are kept are of a lab's streams.
    pub fn records_of(&self, lab: &Lab) -> u64 {
        let mut records = 0;
        for piece in &self.pieces {
            if let Piece::Frame(frame) = piece {
                each_record(frame, |record| records += u64::from(lab.reads(record)));
            }
        }
        records
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

    /// Numbers of the frames that are kept, oldest first.
    pub fn frames(&self) -> Range<u64> {
        self.frames_let_go..self.frames_let_go + self.spans.len() as u64
    }

    /// Hands out the records of a frame, in order.
    pub fn each_of(&self, frame: u64, each: impl FnMut(RecordRef<'_>)) {
        let at = frame.checked_sub(self.frames_let_go);
        let ended = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Frame(frame) => Some(frame.as_slice()),
            _ => None,
        });
        let mut all = ended.chain([self.encoder.so_far()]);
        let frame = at.and_then(|at| all.nth(usize::try_from(at).ok()?));
        if let Some(Ok(ServerFrame::Records(records))) = frame.map(decode_server_frame) {
            // Written by this program a moment ago: it decodes.
            let _ = RecordsDecoder::new().decode(records, each);
        }
    }

    /// The newest record at this place; None where it was let go, or never applied.
    pub fn find(&self, topic: &str, partition: i32, offset: i64) -> Option<Record> {
        let holds = |span: &Span| {
            (&*span.topic, span.partition) == (topic, partition)
                && (span.least..=span.largest).contains(&offset)
        };
        let frames = self.frames().rev().zip(self.spans.iter().rev());
        let near = frames.filter(|(_, spans)| spans.iter().any(holds));
        let mut found = None;
        for (frame, _) in near {
            self.each_of(frame, |record| {
                if (record.topic, record.partition, record.offset) == (topic, partition, offset) {
                    found = Some(record.to_owned());
                }
            });
            if found.is_some() {
                break;
            }
        }
        found
    }

    fn span(&mut self, record: RecordRef<'_>) {
        let Some(spans) = self.spans.back_mut() else {
            return;
        };
        let known = spans
            .iter_mut()
            .find(|span| (&*span.topic, span.partition) == (record.topic, record.partition));
        match known {
            Some(span) => {
                span.least = span.least.min(record.offset);
                span.largest = span.largest.max(record.offset);
            }
            None => spans.push(Span {
                topic: record.topic.into(),
                partition: record.partition,
                least: record.offset,
                largest: record.offset,
            }),
        }
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
                self.spans.pop_front();
                self.frames_let_go += 1;
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
        // In an ended frame and in the open one.
        assert_eq!(applied.frames(), 0..2);
        assert_eq!(applied.find("t", 0, 0).unwrap().timestamp_ms, 7);
        applied.record(applied.find("t", 0, 1).unwrap().as_ref());
        let again = applied.find("t", 0, 1).unwrap();
        assert_eq!((again.key.as_deref(), again.value), (Some(&b"k"[..]), None));
        assert_eq!(applied.find("t", 0, 2), None);
        assert_eq!(applied.find("t", 1, 0), None);
        let mut offsets = Vec::new();
        let frames = applied.frames();
        assert_eq!(frames, 0..3);
        frames.for_each(|frame| applied.each_of(frame, |record| offsets.push(record.offset)));
        assert_eq!(offsets, [0, 1, 1]);
        applied.each_of(3, |_| panic!("there is no such frame"));
    }
}
