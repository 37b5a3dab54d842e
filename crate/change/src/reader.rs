//! `read` with a memory, for streams of records alike.

use crate::cells::Cells;
use crate::change::Change;
use crate::error::Unreadable;
use crate::members::Memory;
use crate::read::read_with;
use crate::row::Row;

/// Reads the records of a stream, one after the other.
///
/// It reads each exactly as [`read`](crate::read()) does. But it remembers how the last one was
/// written (the schema, the names and their order), and takes what is written alike for what it was: so
/// most of a record costs a comparison. One for each topic is best; the memory is bounded.
#[derive(Debug, Clone)]
pub struct Reader {
    key: Memory,
    value: Memory,
}

impl Reader {
    /// A reader that has not read anything yet.
    pub fn new() -> Self {
        Self {
            key: Memory::new(),
            value: Memory::new(),
        }
    }

    /// Reads one record; see [`read`](crate::read()).
    ///
    /// # Errors
    ///
    /// As [`read`](crate::read()).
    pub fn read<'a>(
        &mut self,
        topic: &str,
        key: Option<&'a [u8]>,
        value: Option<&'a [u8]>,
    ) -> Result<Change<'a>, Unreadable> {
        read_with(&mut self.key, &mut self.value, topic, key, value)
    }

    /// The columns of a row of the last record.
    ///
    /// They have been found while it was read; those of another row are found now.
    pub fn cells<'a>(&mut self, row: Row<'a>) -> Cells<'_, 'a> {
        self.value.cells(row)
    }

    /// A number that stays the same as long as the records' schema does.
    ///
    /// It is about the last record's [`Change::schema`]; `None` where that one's place is not kept track
    /// of: then its bytes tell.
    pub fn schema_version(&self) -> Option<u64> {
        self.value.schema_version()
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}
