//! Finds a place on the timeline by what names it: a version, a row, an offset, a position in the database's log.

use crate::lab::Lab;
use crate::snapshot::Playhead;

/// Why there is no such place.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoPlace {
    /// The text names nothing that is known.
    #[error(
        "{0:?} is no place. Type a version (v5), a row (161), an offset (iris_train/0/204) or an LSN (lsn 34837072)."
    )]
    Unknown(String),
    /// No such version.
    #[error("{lane} has v1 to v{newest}, no v{version}.")]
    Version {
        /// Name of the lane.
        lane: String,
        /// What was asked for.
        version: u64,
        /// Its newest version.
        newest: u64,
    },
    /// No such row.
    #[error("{records} rows were read so far: there is no row {row}.")]
    Row {
        /// What was asked for.
        row: u64,
        /// Records applied.
        records: u64,
    },
    /// No such topic.
    #[error("No stream is called {topic:?}. There are {known}.")]
    Topic {
        /// What was asked for.
        topic: String,
        /// The streams.
        known: String,
    },
    /// No record with this offset is retained.
    #[error("No retained record is {place}: {kept}.")]
    Offset {
        /// Topic, partition, offset.
        place: String,
        /// Which offsets there are.
        kept: String,
    },
    /// No record with this position is retained.
    #[error("No retained record has LSN {lsn}: {kept}.")]
    Lsn {
        /// What was asked for.
        lsn: i64,
        /// Which positions there are.
        kept: String,
    },
}

impl Lab {
    /// The place that a text names: "v5" of the lane, "row 161", "iris_train/0/204", "lsn 34837072" (or "lsn 0/21394D0").
    ///
    /// # Errors
    /// There is none; the error says what there is.
    pub fn find(&self, lane: usize, text: &str) -> Result<Playhead, NoPlace> {
        let text = text.trim();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or(("", text));
        let rest = rest.trim();
        match word.to_ascii_lowercase().as_str() {
            "row" | "record" => return self.find_row(rest, text),
            "version" => return self.find_version(lane, rest, text),
            "lsn" => return self.find_lsn(rest, text),
            "" => {}
            _ => return Err(NoPlace::Unknown(text.to_owned())),
        }
        if let Some(version) = rest.strip_prefix(['v', 'V']) {
            // A fork's versions are written with a prime.
            let version = version.trim_end_matches(['\'', '′']);
            if version.bytes().all(|byte| byte.is_ascii_digit()) {
                return self.find_version(lane, version, text);
            }
        }
        match rest.contains('/') {
            true => self.find_offset(rest),
            false => self.find_row(rest, text),
        }
    }

    fn find_row(&self, row: &str, text: &str) -> Result<Playhead, NoPlace> {
        let row: u64 = number(row, text)?;
        let records = self.rows.end();
        match row <= records {
            true => Ok(Playhead::Record(row)),
            false => Err(NoPlace::Row { row, records }),
        }
    }

    fn find_version(&self, lane: usize, version: &str, text: &str) -> Result<Playhead, NoPlace> {
        let version: u64 = number(version, text)?;
        let lane = &self.lanes[lane.min(self.lanes.len() - 1)];
        let newest = lane.timeline.versions();
        match (1..=newest).contains(&version) {
            true => Ok(Playhead::Version(version)),
            false => Err(NoPlace::Version {
                lane: lane.config.name.clone(),
                version,
                newest,
            }),
        }
    }

    fn find_offset(&self, text: &str) -> Result<Playhead, NoPlace> {
        let unknown = || NoPlace::Unknown(text.to_owned());
        let (rest, offset) = text.rsplit_once('/').ok_or_else(unknown)?;
        let offset: i64 = offset.parse().map_err(|_| unknown())?;
        let (topic, partition) = match rest.rsplit_once('/') {
            Some((topic, partition)) => (
                topic,
                Some(partition.parse::<i32>().map_err(|_| unknown())?),
            ),
            None => (rest, None),
        };
        let is_called = |full: &str| full == topic || full.rsplit('.').next() == Some(topic);
        let streams = &self.config.streams;
        let Some(stream) = streams.iter().position(|stream| is_called(&stream.topic)) else {
            let known: Vec<&str> = streams
                .iter()
                .map(|stream| stream.topic.rsplit('.').next().unwrap_or(&stream.topic))
                .collect();
            return Err(NoPlace::Topic {
                topic: topic.to_owned(),
                known: known.join(", "),
            });
        };
        let mut range = None;
        for record in self.rows.first()..self.rows.end() {
            let Some(meta) = self.rows.meta(record) else {
                continue;
            };
            if meta.stream as usize != stream || partition.is_some_and(|at| at != meta.partition) {
                continue;
            }
            if meta.offset == offset {
                return Ok(Playhead::Record(record + 1));
            }
            range = widened(range, meta.offset);
        }
        Err(NoPlace::Offset {
            place: text.to_owned(),
            kept: kept("offsets", range),
        })
    }

    fn find_lsn(&self, lsn: &str, text: &str) -> Result<Playhead, NoPlace> {
        let lsn = match lsn.split_once('/') {
            // As PostgreSQL writes it: the upper and the lower half, in hexadecimal digits.
            Some((high, low)) => {
                let half = |text: &str| u32::from_str_radix(text, 16).map(i64::from);
                let (Ok(high), Ok(low)) = (half(high), half(low)) else {
                    return Err(NoPlace::Unknown(text.to_owned()));
                };
                high << 32 | low
            }
            None => number(lsn, text)?,
        };
        let mut range = None;
        for record in self.rows.first()..self.rows.end() {
            match self.rows.lsn(record) {
                Some(found) if found == lsn => return Ok(Playhead::Record(record + 1)),
                Some(found) => range = widened(range, found),
                None => {}
            }
        }
        Err(NoPlace::Lsn {
            lsn,
            kept: kept("LSNs", range),
        })
    }
}

fn number<T: std::str::FromStr>(digits: &str, text: &str) -> Result<T, NoPlace> {
    let digits = digits.replace(',', "");
    let unknown = |_| NoPlace::Unknown(text.to_owned());
    digits.parse().map_err(unknown)
}

fn widened(range: Option<(i64, i64)>, number: i64) -> Option<(i64, i64)> {
    let (least, most) = range.unwrap_or((number, number));
    Some((least.min(number), most.max(number)))
}

/// "offsets 0 to 276 are there", "there are no LSNs"
fn kept(what: &str, range: Option<(i64, i64)>) -> String {
    match range {
        Some((least, most)) => format!("{what} {least} to {most} are there"),
        None => format!("there are no {what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabFile;
    use wire::Record;

    fn lab() -> Lab {
        let file = LabFile::parse(include_str!("../../../www/lab.json")).unwrap();
        let mut lab = Lab::new(file).unwrap();
        let row = r#""sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2"#;
        for i in 0..40 {
            let value = format!(
                r#"{{"before":null,"after":{{{row}}},"source":{{"lsn":{}}},"op":"c"}}"#,
                4_294_967_296 + i
            );
            let record = Record {
                topic: "flink.public.iris_train".into(),
                partition: 0,
                offset: 100 + i,
                timestamp_ms: i,
                headers: Vec::new(),
                key: None,
                value: Some(value.into_bytes()),
            };
            lab.apply(record.as_ref());
        }
        lab
    }

    #[test]
    fn places_are_found_by_version_row_offset_and_lsn() {
        let lab = lab();
        for (text, place) in [
            ("v2", Playhead::Version(2)),
            (" version 1 ", Playhead::Version(1)),
            ("v2'", Playhead::Version(2)),
            ("row 16", Playhead::Record(16)),
            ("40", Playhead::Record(40)),
            ("iris_train/0/104", Playhead::Record(5)),
            ("flink.public.iris_train/0/104", Playhead::Record(5)),
            ("iris_train/104", Playhead::Record(5)),
            ("lsn 4294967300", Playhead::Record(5)),
            ("LSN 1/4", Playhead::Record(5)),
        ] {
            assert_eq!(lab.find(0, text), Ok(place), "{text}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is() {
        let lab = lab();
        for (text, says) in [
            ("v3", "Flink has v1 to v2, no v3."),
            ("row 41", "40 rows were read so far: there is no row 41."),
            (
                "iris_train/0/9",
                "No retained record is iris_train/0/9: offsets 100 to 139 are there.",
            ),
            (
                "iris_test/0/9",
                "No retained record is iris_test/0/9: there are no offsets.",
            ),
            (
                "x/0/9",
                "No stream is called \"x\". There are iris_train, iris_test.",
            ),
            (
                "lsn 5",
                "No retained record has LSN 5: LSNs 4294967296 to 4294967335 are there.",
            ),
        ] {
            assert_eq!(lab.find(0, text).unwrap_err().to_string(), says);
        }
        for text in ["", "there", "v", "row x", "a/b/c"] {
            assert!(
                matches!(lab.find(0, text), Err(NoPlace::Unknown(_))),
                "{text}"
            );
        }
    }
}
