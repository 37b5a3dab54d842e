//! The small change of every frame: varints, lengths, strings.

use crate::frame::{Fault, FrameError};

/// Appends an unsigned LEB128 varint: seven bits a byte, lowest first, the top bit says that more follow.
pub(crate) fn put_u64(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed varint: zigzag (0, -1, 1, -2, .. become 0, 1, 2, 3, ..), then LEB128.
pub(crate) fn put_i64(out: &mut Vec<u8>, value: i64) {
    put_u64(out, ((value << 1) ^ (value >> 63)) as u64);
}

/// Appends a length and the bytes.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_u64(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends 0 for null, else the length plus one and the bytes.
pub(crate) fn put_nullable(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => out.push(0),
        Some(bytes) => {
            put_u64(out, bytes.len() as u64 + 1);
            out.extend_from_slice(bytes);
        }
    }
}

/// Reads a frame from front to back; every length is checked against what is left.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }

    pub(crate) fn fail(&self, fault: Fault) -> FrameError {
        FrameError { at: self.at, fault }
    }

    pub(crate) fn u8(&mut self) -> Result<u8, FrameError> {
        let byte = *self
            .bytes
            .get(self.at)
            .ok_or_else(|| self.fail(Fault::Short))?;
        self.at += 1;
        Ok(byte)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, FrameError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.fail(Fault::Varint))
    }

    pub(crate) fn i64(&mut self) -> Result<i64, FrameError> {
        let value = self.u64()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    pub(crate) fn i32(&mut self) -> Result<i32, FrameError> {
        i32::try_from(self.i64()?).map_err(|_| self.fail(Fault::Range))
    }

    /// How many of something that takes at least one byte each, so never more than what is left.
    pub(crate) fn count(&mut self) -> Result<usize, FrameError> {
        let count = self.u64()?;
        let left = (self.bytes.len() - self.at) as u64;
        if count > left {
            return Err(self.fail(Fault::Short));
        }
        Ok(count as usize)
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], FrameError> {
        let end = self
            .at
            .checked_add(len)
            .filter(|end| *end <= self.bytes.len())
            .ok_or_else(|| self.fail(Fault::Short))?;
        let bytes = &self.bytes[self.at..end];
        self.at = end;
        Ok(bytes)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], FrameError> {
        let len = self.count()?;
        self.take(len)
    }

    pub(crate) fn nullable(&mut self) -> Result<Option<&'a [u8]>, FrameError> {
        match self.u64()? {
            0 => Ok(None),
            len => {
                let len = usize::try_from(len - 1).map_err(|_| self.fail(Fault::Short))?;
                self.take(len).map(Some)
            }
        }
    }

    pub(crate) fn str(&mut self) -> Result<&'a str, FrameError> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).map_err(|_| self.fail(Fault::Utf8))
    }

    pub(crate) fn bool(&mut self) -> Result<bool, FrameError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.fail(Fault::Range)),
        }
    }

    /// A count, then as many items; the count is no reason to reserve memory.
    pub(crate) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, FrameError>,
    ) -> Result<Vec<T>, FrameError> {
        let count = self.count()?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Checks that nothing is left over.
    pub(crate) fn end(&self) -> Result<(), FrameError> {
        if self.is_empty() {
            return Ok(());
        }
        Err(self.fail(Fault::Long))
    }

    /// One header: its name, then its value or null.
    pub(crate) fn header(&mut self) -> Result<(&'a str, Option<&'a [u8]>), FrameError> {
        Ok((self.str()?, self.nullable()?))
    }
}
