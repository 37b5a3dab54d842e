//! Where the members of an object stand.

use super::{Name, SourceName};
use crate::cells::Spot;
use crate::raw::{Form, Raw};

/// Where the members of an object stand; of a name that stands twice, the last.
#[derive(Debug, Clone)]
pub(crate) struct Found<const NAMES: usize> {
    /// One bit a name that was there.
    seen: u32,
    spans: [Span; NAMES],
}

/// Members of an event, a payload or an unwrapped row, by [`Name`].
pub(crate) type Members = Found<{ Name::Other as usize }>;

/// Members of a `source`, by [`SourceName`].
pub(crate) type SourceMembers = Found<{ SourceName::Other as usize }>;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) form: Form,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Span {
    pub(super) fn of(spot: &Spot) -> Self {
        Self {
            form: spot.form,
            from: spot.from,
            to: spot.to,
        }
    }
}

impl SourceMembers {
    /// The value of a name, where it is there.
    pub(crate) fn get<'a>(&self, name: SourceName, bytes: &'a [u8]) -> Option<Raw<'a>> {
        self.raw(name as usize, bytes)
    }
}

impl Members {
    /// The value of a name, where it is there.
    pub(crate) fn get<'a>(&self, name: Name, bytes: &'a [u8]) -> Option<Raw<'a>> {
        self.raw(name as usize, bytes)
    }

    /// What the value of a name is, where it is there.
    pub(crate) fn form(&self, name: Name) -> Option<Form> {
        self.span(name as usize).map(|span| span.form)
    }

    /// Whether these names, and no others, are there.
    pub(crate) fn are(&self, names: &[Name]) -> bool {
        self.seen == bits(names)
    }

    /// Whether any of these names is there.
    pub(crate) fn any(&self, names: &[Name]) -> bool {
        self.seen & bits(names) != 0
    }
}

fn bits(names: &[Name]) -> u32 {
    names.iter().fold(0, |bits, name| bits | 1 << *name as u32)
}

impl<const NAMES: usize> Found<NAMES> {
    /// Forgets the object before.
    pub(super) fn clear(&mut self) {
        self.seen = 0;
    }

    /// The name after the last stands for all others: it is noted, its values are not.
    pub(super) fn set(&mut self, name: usize, span: Span) {
        self.seen |= 1 << name;
        if let Some(place) = self.spans.get_mut(name) {
            *place = span;
        }
    }

    fn span(&self, name: usize) -> Option<Span> {
        if self.seen & 1 << name == 0 {
            None
        } else {
            self.spans.get(name).copied()
        }
    }

    fn raw<'a>(&self, name: usize, bytes: &'a [u8]) -> Option<Raw<'a>> {
        let span = self.span(name)?;
        Some(Raw {
            form: span.form,
            bytes: bytes.get(span.from..span.to)?,
        })
    }
}

impl<const NAMES: usize> Default for Found<NAMES> {
    fn default() -> Self {
        Self {
            seen: 0,
            spans: [Span::default(); NAMES],
        }
    }
}
