//! Retained records, as columns: every scalar column of each row, not only today's features.
//!
//! A lane with other features can be built later from what is kept here. Records are numbered from 0 in
//! the order in which they were applied. What is beyond the bound is let go, oldest first, in chunks.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::tally::Tally;

/// Records in a chunk; letting go happens by chunks.
const CHUNK: usize = 4096;

/// Columns that are kept; those that come later are not.
pub const COLUMNS_MAX: usize = 1024;

/// Different texts of a column that are kept: one with more holds no categories but prose, keys or times.
const TEXTS_MAX: u32 = 4096;

/// Stands where a record has no position in its database's log.
const NO_LSN: i64 = i64::MIN;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its columns are there to learn from or to classify.
    Row,
    /// It is shown and changes nothing: a tombstone, a delete, a heartbeat.
    Shown,
    /// It could not be read, or no lane's features are all numbers.
    Rejected,
}

/// What a checkpoint keeps of the records: how many there were, and what their columns and texts are numbered by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptRows {
    /// Records ever applied.
    pub(crate) end: u64,
    /// Names of the columns, by index.
    columns: Vec<String>,
    /// Texts, by code, from 1.
    dictionary: Vec<Arc<str>>,
    /// By column: the different texts that it brought.
    texts: Vec<u32>,
}

/// Where a record came from and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Index into the lab's streams.
    pub stream: u32,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
    /// Record timestamp, ms since the epoch.
    pub timestamp_ms: i64,
    /// 'c', 'u', 'd', 'r', 't', 'm', 'h' for a heartbeat, 'x' for a transaction's begin or end, 'v' for a version
    /// of a job's model, '0' for a tombstone, '!' for not read.
    pub op: char,
    /// What became of it.
    pub verdict: Verdict,
    /// Whether the same event has come before: then only lanes that count repeats again took it.
    pub again: bool,
}

#[derive(Clone, Debug, Default)]
struct Chunk {
    /// Of the records before it, also of those that were let go.
    before: Tally,
    meta: Vec<Meta>,
    /// Positions in the database's log; ends early where there are none: [`NO_LSN`] from there on.
    lsn: Vec<i64>,
    /// By column, then by row; a column may end early: NaN from there on.
    numbers: Vec<Vec<f64>>,
    /// The same with codes into the dictionary; 0 where there is no text.
    codes: Vec<Vec<u32>>,
}

/// The retained records.
#[derive(Clone, Debug)]
pub struct Rows {
    chunks: VecDeque<Chunk>,
    /// Number of the oldest retained record.
    first: u64,
    /// Number of the next record.
    end: u64,
    columns: Vec<String>,
    /// Texts, by code.
    dictionary: Vec<Arc<str>>,
    codes: HashMap<Arc<str>, u32>,
    /// By column: the different texts that it brought into the dictionary.
    texts: Vec<u32>,
    /// By column: whether it has held a number.
    numeric: Vec<bool>,
    /// Why a record is not a row, or what else there is to say of it, by record number, oldest first.
    notes: VecDeque<(u64, String)>,
    /// Records that were rejected, in all lanes or in one, oldest first.
    refused: VecDeque<u64>,
    /// Such records that were let go.
    refused_let_go: u64,
    rows_max: usize,
}

impl Rows {
    /// Starts with these columns, in this order, and keeps at least `rows_max` records.
    pub fn new(columns: &[String], rows_max: usize) -> Rows {
        Rows {
            chunks: VecDeque::new(),
            first: 0,
            end: 0,
            columns: columns.to_vec(),
            dictionary: vec!["".into()],
            codes: HashMap::new(),
            texts: Vec::new(),
            numeric: Vec::new(),
            notes: VecDeque::new(),
            refused: VecDeque::new(),
            refused_let_go: 0,
            rows_max,
        }
    }

    pub(crate) fn to_kept(&self) -> KeptRows {
        let Rows {
            // The records themselves are only drawn.
            chunks: _,
            first: _,
            end,
            columns,
            dictionary,
            codes: _,
            texts,
            // Said again by the next row.
            numeric: _,
            notes: _,
            refused: _,
            refused_let_go: _,
            rows_max: _,
        } = self;
        KeptRows {
            end: *end,
            columns: columns.clone(),
            dictionary: dictionary[1..].to_vec(),
            texts: texts.clone(),
        }
    }

    /// Goes on behind records that are not there; `wanted` are the columns that the lab starts with.
    pub(crate) fn from_kept(
        kept: KeptRows,
        wanted: &[String],
        rows_max: usize,
    ) -> Result<Rows, String> {
        let KeptRows {
            end,
            columns,
            dictionary,
            texts,
        } = kept;
        if !columns.starts_with(wanted) {
            return Err(format!("columns: do not begin with {}", wanted.join(", ")));
        }
        let dictionary: Vec<Arc<str>> = std::iter::once("".into()).chain(dictionary).collect();
        let codes = dictionary.iter().cloned().zip(0..).skip(1).collect();
        Ok(Rows {
            first: end,
            end,
            columns,
            dictionary,
            codes,
            texts,
            ..Rows::new(&[], rows_max)
        })
    }

    /// Goes on behind so many records that are not there; nothing was pushed before.
    pub(crate) fn begin_at(&mut self, records: u64) {
        (self.first, self.end) = (records, records);
    }

    /// Number of the oldest retained record: so many were let go.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Number of records ever pushed.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Names of the columns, by index.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Adds a record and returns its number.
    pub fn push(&mut self, meta: Meta) -> u64 {
        if self
            .chunks
            .back()
            .is_none_or(|chunk| chunk.meta.len() == CHUNK)
        {
            self.chunks.push_back(Chunk {
                before: self.tally(self.end),
                ..Chunk::default()
            });
            self.let_go();
        }
        if let Some(chunk) = self.chunks.back_mut() {
            chunk.meta.push(meta);
        }
        self.end += 1;
        self.end - 1
    }

    /// The column of this name, new if it was not seen before.
    ///
    /// None where it would be one too many ([`COLUMNS_MAX`]).
    pub fn column(&mut self, name: &str) -> Option<usize> {
        let known = self.columns.iter().position(|column| column == name);
        if known.is_none() && self.columns.len() < COLUMNS_MAX {
            self.columns.push(name.to_owned());
            return Some(self.columns.len() - 1);
        }
        known
    }

    /// Whether a column has held a number.
    pub fn holds_numbers(&self, column: usize) -> bool {
        self.numeric.get(column).copied().unwrap_or(false)
    }

    /// Sets the position of the newest record in the database's log.
    pub fn set_lsn(&mut self, lsn: i64) {
        if let Some(chunk) = self.chunks.back_mut() {
            chunk.lsn.resize(chunk.meta.len().max(1) - 1, NO_LSN);
            chunk.lsn.push(lsn);
        }
    }

    /// The position of a record in the database's log; None where it has none, or was let go.
    pub fn lsn(&self, record: u64) -> Option<i64> {
        let (chunk, row) = self.place(record)?;
        chunk.lsn.get(row).copied().filter(|lsn| *lsn != NO_LSN)
    }

    /// Sets a number of the newest record.
    pub fn set_number(&mut self, column: usize, value: f64) {
        if self.numeric.len() <= column {
            self.numeric.resize(column + 1, false);
        }
        self.numeric[column] |= value.is_finite();
        if let Some(chunk) = self.chunks.back_mut() {
            set(
                &mut chunk.numbers,
                column,
                chunk.meta.len(),
                value,
                f64::NAN,
            );
        }
    }

    /// Sets a text of the newest record; of a column with more than 4,096 different texts only the first are kept.
    pub fn set_text(&mut self, column: usize, text: &str) {
        let known = self.codes.get(text).copied();
        let Some(code) = known.or_else(|| self.new_code(column, text)) else {
            return;
        };
        if let Some(chunk) = self.chunks.back_mut() {
            set(&mut chunk.codes, column, chunk.meta.len(), code, 0);
        }
    }

    fn new_code(&mut self, column: usize, text: &str) -> Option<u32> {
        if self.texts.len() <= column {
            self.texts.resize(column + 1, 0);
        }
        let texts = &mut self.texts[column];
        if *texts == TEXTS_MAX {
            return None;
        }
        *texts += 1;
        let code = u32::try_from(self.dictionary.len()).ok()?;
        let text: Arc<str> = text.into();
        self.dictionary.push(text.clone());
        self.codes.insert(text, code);
        Some(code)
    }

    /// Sets the letter of the newest record's operation.
    pub fn set_op(&mut self, op: char) {
        if let Some(meta) = self
            .chunks
            .back_mut()
            .and_then(|chunk| chunk.meta.last_mut())
        {
            meta.op = op;
        }
    }

    /// Says of the newest record that it has come before.
    pub fn set_again(&mut self) {
        if let Some(meta) = self
            .chunks
            .back_mut()
            .and_then(|chunk| chunk.meta.last_mut())
        {
            meta.again = true;
        }
    }

    /// Says what became of the newest record.
    pub fn mark(&mut self, verdict: Verdict, op: char, note: String) {
        if let Some(meta) = self
            .chunks
            .back_mut()
            .and_then(|chunk| chunk.meta.last_mut())
        {
            meta.verdict = verdict;
            meta.op = op;
        }
        if verdict == Verdict::Rejected {
            self.refuse(self.end.saturating_sub(1));
        }
        self.note_on(note);
    }

    /// Counts a record as one that was rejected, in all lanes or in one.
    pub(crate) fn refuse(&mut self, record: u64) {
        if record >= self.first
            && let Err(i) = self.refused.binary_search(&record)
        {
            self.refused.insert(i, record);
        }
    }

    /// The retained records that were rejected, in all lanes or in one, oldest first.
    pub fn refused(&self) -> &VecDeque<u64> {
        &self.refused
    }

    /// How many of each kind there were among so many first records.
    pub fn tally(&self, records: u64) -> Tally {
        let at = records.saturating_sub(self.first) as usize;
        // A record behind a full last chunk has none yet.
        let chunk = (at / CHUNK).min(self.chunks.len().saturating_sub(1));
        let rows = at - chunk * CHUNK;
        let Some(chunk) = self.chunks.get(chunk) else {
            return Tally::default();
        };
        let mut tally = chunk.before.clone();
        chunk
            .meta
            .iter()
            .take(rows)
            .for_each(|meta| tally.count(meta));
        let refused = self.refused.partition_point(|refused| *refused < records);
        tally.rejected = self.refused_let_go + refused as u64;
        tally
    }

    /// Adds what else there is to say of the newest record.
    pub fn note_on(&mut self, note: String) {
        self.note_of(self.end.saturating_sub(1), note);
    }

    /// Adds what else there is to say of a record, if it is still kept.
    pub fn note_of(&mut self, record: u64, note: String) {
        if record < self.first {
            return;
        }
        match self
            .notes
            .binary_search_by_key(&record, |(number, _)| *number)
        {
            Ok(i) => {
                let said = &mut self.notes[i].1;
                said.push_str("; ");
                said.push_str(&note);
            }
            Err(i) => self.notes.insert(i, (record, note)),
        }
    }

    /// Says something else of the newest record than was said.
    pub fn say_of_newest(&mut self, note: String) {
        let newest = self.end.saturating_sub(1);
        if self
            .notes
            .back()
            .is_some_and(|(record, _)| *record == newest)
        {
            self.notes.pop_back();
        }
        self.notes.push_back((newest, note));
    }

    /// Where a record came from; None once it was let go.
    pub fn meta(&self, record: u64) -> Option<&Meta> {
        let (chunk, row) = self.place(record)?;
        chunk.meta.get(row)
    }

    /// Why a record is not a row, or what else there is to say of it.
    pub fn note(&self, record: u64) -> &str {
        match self
            .notes
            .binary_search_by_key(&record, |(number, _)| *number)
        {
            Ok(i) => &self.notes[i].1,
            Err(_) => "",
        }
    }

    /// A number; NaN where the column has none.
    pub fn number(&self, record: u64, column: usize) -> f64 {
        let cell = self
            .place(record)
            .and_then(|(chunk, row)| chunk.numbers.get(column)?.get(row).copied());
        cell.unwrap_or(f64::NAN)
    }

    /// The text of a label column: its text, or its number in the shortest form; None where it is null.
    pub fn label(&self, record: u64, column: usize) -> Option<String> {
        let (chunk, row) = self.place(record)?;
        let code = chunk
            .codes
            .get(column)
            .and_then(|codes| codes.get(row))
            .copied()
            .unwrap_or(0);
        if code != 0 {
            return self
                .dictionary
                .get(code as usize)
                .map(|text| text.to_string());
        }
        let number = chunk
            .numbers
            .get(column)?
            .get(row)
            .copied()
            .filter(|number| !number.is_nan())?;
        let mut text = String::new();
        crate::number::write(&mut text, number);
        Some(text)
    }

    fn place(&self, record: u64) -> Option<(&Chunk, usize)> {
        let at = usize::try_from(record.checked_sub(self.first)?).ok()?;
        Some((self.chunks.get(at / CHUNK)?, at % CHUNK))
    }

    fn let_go(&mut self) {
        while self.chunks.len() > 1 && (self.chunks.len() - 2) * CHUNK >= self.rows_max {
            self.chunks.pop_front();
            self.first += CHUNK as u64;
            while self
                .notes
                .front()
                .is_some_and(|(record, _)| *record < self.first)
            {
                self.notes.pop_front();
            }
            while self
                .refused
                .front()
                .is_some_and(|record| *record < self.first)
            {
                self.refused.pop_front();
                self.refused_let_go += 1;
            }
        }
    }
}

fn set<T: Copy>(columns: &mut Vec<Vec<T>>, column: usize, rows: usize, value: T, absent: T) {
    if columns.len() <= column {
        columns.resize_with(column + 1, Vec::new);
    }
    let cells = &mut columns[column];
    cells.resize(rows.max(1), absent);
    if let Some(cell) = cells.last_mut() {
        *cell = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(offset: i64) -> Meta {
        Meta {
            stream: 0,
            partition: 0,
            offset,
            timestamp_ms: 0,
            op: 'c',
            verdict: Verdict::Row,
            again: false,
        }
    }

    #[test]
    fn cells_are_found_again_and_absent_ones_are_absent() {
        let mut rows = Rows::new(&["a".to_owned()], 10);
        rows.push(meta(0));
        rows.set_number(0, 1.5);
        rows.push(meta(1));
        let b = rows.column("b").unwrap();
        rows.set_text(b, "x");
        rows.push(meta(2));
        rows.set_number(0, 2.0);
        rows.mark(Verdict::Rejected, '!', "why".to_owned());
        assert_eq!(rows.number(0, 0), 1.5);
        assert!(rows.number(1, 0).is_nan());
        assert_eq!(rows.label(1, b), Some("x".to_owned()));
        assert_eq!(rows.label(0, b), None);
        assert_eq!(rows.label(2, 0), Some("2".to_owned()));
        assert_eq!(rows.note(2), "why");
        rows.refuse(1);
        rows.refuse(1);
        assert_eq!(rows.refused(), &[1, 2]);
        assert_eq!((rows.tally(2).rejected, rows.tally(3).rejected), (1, 2));
        assert_eq!(
            rows.meta(2).map(|meta| meta.verdict),
            Some(Verdict::Rejected)
        );
    }

    #[test]
    fn texts_and_columns_without_end_are_not_kept_without_end() {
        let mut rows = Rows::new(&["class".to_owned(), "id".to_owned()], 10);
        for record in 0..20_000 {
            rows.push(meta(record));
            rows.set_text(0, ["x", "y"][record as usize % 2]);
            rows.set_text(1, &format!("id {record}"));
            rows.column(&format!("column {record}"));
        }
        assert_eq!(rows.dictionary.len(), 1 + 2 + TEXTS_MAX as usize);
        assert_eq!(rows.label(19_999, 0), Some("y".to_owned()));
        assert_eq!(rows.label(19_999, 1), None);
        assert_eq!(rows.columns().len(), COLUMNS_MAX);
        assert_eq!(rows.column("id"), Some(1));
    }

    #[test]
    fn what_is_beyond_the_bound_is_let_go_and_said() {
        let mut rows = Rows::new(&["a".to_owned()], CHUNK);
        for offset in 0..(4 * CHUNK as i64) {
            rows.push(meta(offset));
            rows.set_number(0, offset as f64);
        }
        let tally = |records: u64| rows.tally(records);
        assert_eq!(tally(rows.end()).by_stream, [4 * CHUNK as u64]);
        assert_eq!(
            tally(3 * CHUNK as u64 + 5).by_stream,
            [3 * CHUNK as u64 + 5]
        );
        assert_eq!(tally(2 * CHUNK as u64).by_stream, [2 * CHUNK as u64]);
        assert_eq!(rows.first(), 2 * CHUNK as u64);
        assert_eq!(rows.meta(0), None);
        assert_eq!(rows.number(rows.first(), 0), (2 * CHUNK) as f64);
        assert_eq!(rows.end(), 4 * CHUNK as u64);
    }
}
