//! What of a recording lies before a checkpoint.

use std::collections::HashMap;

use wire::Line;

use super::Checkpoint;

/// Passes over the lines of a recording that a checkpoint has behind it.
///
/// Records are told by their offsets. What else stands before the last such record has been applied too; of what follows
/// it, as many closed batches and gaps as the checkpoint has counted. Ticks may be applied twice.
#[derive(Clone, Debug)]
pub struct Past {
    offsets: HashMap<(String, i32), i64>,
    /// Closed batches and gaps behind the last record that were applied.
    others: u64,
    /// What is no record, since the last one that was passed over.
    waiting: Vec<Line>,
    /// Whether the checkpoint's last record can have been met.
    is_behind: bool,
    /// Records that were passed over.
    pub passed: u64,
}

impl Past {
    /// The past of a checkpoint.
    pub fn of(checkpoint: &Checkpoint) -> Past {
        let places = checkpoint.offsets.iter();
        Past {
            offsets: places
                .map(|place| ((place.topic.clone(), place.partition), place.offset))
                .collect(),
            others: checkpoint.others,
            waiting: Vec::new(),
            is_behind: checkpoint.records() == 0,
            passed: 0,
        }
    }

    /// Takes the next line of a recording, and gives those that are to be applied now.
    pub fn take(&mut self, line: Line) -> Vec<Line> {
        let Line::Record(record) = &line else {
            match (&line, self.waiting.last_mut()) {
                // Of ticks in a row the last one counts.
                (Line::Tick { tick_ms }, Some(Line::Tick { tick_ms: last })) => {
                    *last = *tick_ms.max(last);
                }
                _ => self.waiting.push(line),
            }
            return Vec::new();
        };
        let place = (record.topic.to_string(), record.partition);
        let last = self.offsets.get(&place);
        if last.is_some_and(|last| record.offset <= *last) {
            self.waiting.clear();
            self.is_behind = true;
            self.passed += 1;
            return Vec::new();
        }
        let mut lines = self.end();
        lines.push(line);
        lines
    }

    /// Gives the lines that wait to be applied, at the end of a recording.
    pub fn end(&mut self) -> Vec<Line> {
        let mut lines = std::mem::take(&mut self.waiting);
        if std::mem::take(&mut self.is_behind) {
            let applied = &mut self.others;
            lines.retain(|line| {
                let other = matches!(line, Line::Close { .. } | Line::Gap { .. });
                let was = other && *applied > 0;
                *applied -= u64::from(was);
                !was
            });
        }
        lines
    }
}
