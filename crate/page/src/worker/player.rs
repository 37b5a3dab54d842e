//! The pace of a recording.

use wire::{Line, LineReader};

use super::desk::Item;

/// Records a second at speed 1: the published demo's 310 take some 40 s.
const RECORDS_PER_S: f64 = 8.0;

/// How often the player looks at the clock, ms.
pub const BEAT_MS: u32 = 25;

/// Records in one beat at the highest speed.
const MOST_A_BEAT: u64 = 2_000;

/// A recording being played.
#[derive(Clone, Debug, Default)]
pub struct Player {
    /// Its name.
    pub name: String,
    /// Its records.
    pub of: u64,
    /// Records played.
    pub row: u64,
    /// Records a second at speed 1.
    pub records_per_s: f64,
    /// Records owed by the pace, with their fraction.
    owed: f64,
}

impl Player {
    /// Begins at the first of so many records.
    pub fn new(name: String, of: u64) -> Player {
        Player {
            name,
            of,
            records_per_s: RECORDS_PER_S,
            ..Player::default()
        }
    }

    /// Whether every record was played.
    pub fn has_ended(&self) -> bool {
        self.row >= self.of
    }

    /// Records to apply in this beat at this speed; speed 0 is as fast as possible.
    pub fn beat(&mut self, speed: f64) -> u64 {
        if speed <= 0.0 {
            return MOST_A_BEAT;
        }
        self.owed += self.records_per_s * speed * f64::from(BEAT_MS) / 1000.0;
        let due = self.owed.floor();
        self.owed -= due;
        due as u64
    }
}

/// A recording that was read.
#[derive(Debug, Default)]
pub struct Recording {
    /// What to apply, in order.
    pub items: Vec<Item>,
    /// Records among it.
    pub records: u64,
    /// Lines that could not be read, and why; the rest is there.
    pub broken: Vec<String>,
}

/// Reads a recording: record lines, `kcat -J`, or bare values.
pub fn read(text: &str) -> Recording {
    let mut reader = LineReader::new();
    let mut recording = Recording::default();
    for (i, line) in text.lines().enumerate() {
        match reader.read(i as u64 + 1, line) {
            Ok(line) => {
                let item = line.and_then(item);
                recording.records += u64::from(matches!(item, Some(Item::Record(_))));
                recording.items.extend(item);
            }
            Err(error) => recording.broken.push(error.to_string()),
        }
    }
    recording
}

/// What a line has to apply.
pub fn item(line: Line) -> Option<Item> {
    Some(match line {
        Line::Record(record) => Item::Record(record),
        Line::Tick { tick_ms } => Item::Tick(tick_ms),
        Line::Close { close } => Item::Close(close),
        Line::Gap { gap } => Item::Gap(gap),
        // What a bridge says of itself is no input.
        Line::Hello(_) | Line::Ends { .. } | Line::Error { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_holds_over_time() {
        let mut player = Player::new(String::new(), 80);
        let records: u64 = (0..1000 / BEAT_MS * 10).map(|_| player.beat(1.0)).sum();
        assert_eq!(records, 80);
    }

    #[test]
    fn a_broken_line_is_named_and_the_rest_is_read() {
        let recording = read("{\"tick_ms\":1}\n{\"topic\":\n{\"tick_ms\":2}\n");
        assert_eq!(recording.items, [Item::Tick(1), Item::Tick(2)]);
        assert!(recording.broken[0].contains('2'), "{:?}", recording.broken);
    }
}
