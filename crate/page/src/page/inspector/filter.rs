//! Which events the list shows, and what is typed to say so.

use lab::filter::Filter;

use crate::page::{names, numbers};
use crate::protocol::{Closer, Look};

/// What is typed means this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// A text, anywhere in an event.
    #[default]
    Text,
    /// A part of the key.
    Key,
    /// Operations.
    Op,
    /// A topic.
    Topic,
    /// An offset to go to.
    Offset,
    /// A time to go to.
    Time,
}

/// A chip above the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chip {
    /// All events.
    All,
    /// Those of a topic.
    Topic(String),
    /// Updates and deletes.
    Changed,
    /// What was rejected.
    Rejected,
}

impl Mode {
    /// All of them, in the order of the menu.
    pub const ALL: [Mode; 6] = [
        Mode::Text,
        Mode::Key,
        Mode::Op,
        Mode::Topic,
        Mode::Offset,
        Mode::Time,
    ];

    /// What the menu says.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Text => "Text",
            Mode::Key => "Key",
            Mode::Op => "Operation",
            Mode::Topic => "Topic",
            Mode::Offset => "Go to offset",
            Mode::Time => "Go to time",
        }
    }

    /// What the empty field shows.
    pub fn example(self) -> &'static str {
        match self {
            Mode::Text => "anywhere in the event",
            Mode::Key => "in the key",
            Mode::Op => "c, u, d, r, t …",
            Mode::Topic => "in the topic’s name",
            Mode::Offset => "277, or test 28",
            Mode::Time => "14:05:30",
        }
    }
}

/// Topics that have chips of their own; the others are typed.
const TOPICS_MOST: usize = 4;

/// The chips: what each says, and whether it is chosen.
pub fn chips(
    closer: &Closer,
    filter: &Filter,
    topics: &[String],
    prefix: &str,
) -> Vec<(Chip, String, bool)> {
    let tally = &closer.tally;
    let mut chips = vec![(
        Chip::All,
        "all".to_owned(),
        filter.topic.is_empty() && filter.ops.is_empty() && !filter.rejected,
    )];
    let counted = topics
        .iter()
        .zip(tally.by_stream.iter().chain(std::iter::repeat(&0)));
    for (topic, count) in counted.filter(|(_, count)| **count > 0).take(TOPICS_MOST) {
        let text = format!(
            "{} {}",
            names::short_topic(topic, prefix),
            numbers::count(*count)
        );
        chips.push((Chip::Topic(topic.clone()), text, filter.topic == *topic));
    }
    if tally.changed > 0 || filter.ops == CHANGED {
        let text = format!("u, d {}", numbers::count(tally.changed));
        chips.push((Chip::Changed, text, filter.ops == CHANGED));
    }
    if tally.rejected > 0 || filter.rejected {
        let text = format!("rejected {}", numbers::count(tally.rejected));
        chips.push((Chip::Rejected, text, filter.rejected));
    }
    chips
}

/// Updates and deletes.
const CHANGED: &str = "ud";

/// Lists what a chip says; what is typed stays.
pub fn choose(filter: &mut Filter, chip: &Chip) {
    (filter.topic, filter.ops, filter.rejected) = (String::new(), String::new(), false);
    match chip {
        Chip::All => {}
        Chip::Topic(topic) => filter.topic.clone_from(topic),
        Chip::Changed => filter.ops = CHANGED.to_owned(),
        Chip::Rejected => filter.rejected = true,
    }
}

/// Lists what is typed; what a chip says stays, unless both speak of the same.
pub fn read(filter: &mut Filter, mode: Mode, typed: &str, topics: &[&str]) {
    let typed = typed.trim();
    (filter.text, filter.key) = (String::new(), String::new());
    match mode {
        Mode::Text => filter.text = typed.to_owned(),
        Mode::Key => filter.key = typed.to_owned(),
        Mode::Op => filter.ops = operations(typed),
        Mode::Topic => {
            let named = topics.iter().find(|topic| topic.contains(typed));
            filter.topic = match typed {
                "" => String::new(),
                typed => named.unwrap_or(&typed).to_string(),
            };
        }
        Mode::Offset | Mode::Time => {}
    }
}

/// Letters of operations; whole words count as well.
fn operations(typed: &str) -> String {
    let words = [
        ("insert", "c"),
        ("create", "c"),
        ("update", "u"),
        ("delete", "d"),
        ("snapshot", "r"),
        ("read", "r"),
        ("truncate", "t"),
        ("tombstone", "0"),
        ("heartbeat", "h"),
        ("message", "m"),
        ("transaction", "x"),
    ];
    let parts = typed.split([',', ' ']).filter(|part| !part.is_empty());
    let letters = parts.map(|part| {
        let word = words
            .iter()
            .find(|(word, _)| part.len() > 2 && word.starts_with(part));
        word.map_or(part, |(_, letter)| letter)
    });
    letters.collect()
}

/// "277", "test 28", "flink.public.iris_test/0/28": where to go.
pub fn offset(typed: &str, topic: &str) -> Option<Look> {
    let parts: Vec<&str> = typed
        .trim()
        .split(['/', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let (topic, partition, offset) = match parts.as_slice() {
        [offset] => (topic, None, offset),
        [topic, offset] => (*topic, None, offset),
        [topic, partition, offset] => (*topic, Some(partition.parse().ok()?), offset),
        _ => return None,
    };
    Some(Look::Offset {
        topic: topic.to_owned(),
        partition,
        offset: offset.replace(',', "").parse().ok()?,
    })
}

/// What to type, where that could not be opened.
pub fn help(mode: Mode) -> &'static str {
    match mode {
        Mode::Offset => "Type an offset: 277, or test 28, or topic/partition/offset.",
        Mode::Time => "Type a time: 14:05:30, or 2026-11-21 14:05.",
        _ => "No event is listed.",
    }
}

/// What was found, and how far was looked; empty where that is all of it.
pub fn says(closer: &Closer, filter: &Filter) -> String {
    let Some(found) = closer.found.as_ref().filter(|_| !filter.is_empty()) else {
        return String::new();
    };
    let rows = found.rows.len() as u64;
    let listed = match rows {
        0 => "Nothing found".to_owned(),
        rows => format!("{} found", numbers::count(rows)),
    };
    if !found.done {
        let (searched, of) = (numbers::count(found.searched), numbers::count(found.of));
        return format!("{listed}, searching: {searched} of {of}");
    }
    if found.searched >= found.of {
        return listed;
    }
    let newest = numbers::count(found.searched);
    if found.bytes_let_go {
        return format!(
            "{listed} in the newest {newest}: the bytes of older ones are no longer kept here"
        );
    }
    format!("{listed} in the newest {newest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Found;

    #[test]
    fn chips_count_and_say_which_is_chosen() {
        let mut closer = Closer::default();
        closer.tally.by_stream = vec![280, 33];
        closer.tally.changed = 2;
        let topics = ["flink.public.iris_train", "flink.public.iris_test"].map(str::to_owned);
        let told = |closer: &Closer, filter: &Filter| -> Vec<String> {
            let chips = chips(closer, filter, &topics, "iris_");
            let told = chips
                .iter()
                .map(|(_, text, on)| format!("{text}{}", if *on { " *" } else { "" }));
            told.collect()
        };
        let mut filter = Filter::default();
        assert_eq!(
            told(&closer, &filter),
            ["all *", "train 280", "test 33", "u, d 2"]
        );
        closer.tally.rejected = 1;
        choose(&mut filter, &Chip::Rejected);
        assert_eq!(told(&closer, &filter)[4], "rejected 1 *");
        choose(&mut filter, &Chip::Topic(topics[1].clone()));
        assert_eq!(told(&closer, &filter)[2], "test 33 *");
    }

    #[test]
    fn what_is_typed_is_read_by_its_mode() {
        let mut filter = Filter::default();
        choose(&mut filter, &Chip::Changed);
        read(&mut filter, Mode::Key, " 7 ", &[]);
        assert_eq!((filter.key.as_str(), filter.ops.as_str()), ("7", "ud"));
        read(&mut filter, Mode::Op, "update, d 0", &[]);
        assert_eq!((filter.key.as_str(), filter.ops.as_str()), ("", "ud0"));
        read(&mut filter, Mode::Topic, "test", &["a.train", "a.test"]);
        assert_eq!(filter.topic, "a.test");
        read(&mut filter, Mode::Topic, "none", &["a.train"]);
        assert_eq!(filter.topic, "none");
    }

    #[test]
    fn an_offset_may_have_its_topic_and_partition() {
        let look = |topic: &str, partition, offset| {
            let topic = topic.to_owned();
            Some(Look::Offset {
                topic,
                partition,
                offset,
            })
        };
        assert_eq!(offset("1,277", "a"), look("a", None, 1277));
        assert_eq!(offset(" test 28", "a"), look("test", None, 28));
        assert_eq!(offset("x.test/3/28", "a"), look("x.test", Some(3), 28));
        assert_eq!((offset("test", "a"), offset("", "")), (None, None));
    }

    #[test]
    fn how_far_was_searched_is_said() {
        let filter = Filter {
            text: "x".to_owned(),
            ..Filter::default()
        };
        let mut closer = Closer::default();
        assert_eq!(says(&closer, &filter), "");
        let found = |searched, done, bytes_let_go| Found {
            searched,
            of: 9_000,
            done,
            bytes_let_go,
            ..Found::default()
        };
        for (found, text) in [
            (
                found(40, false, false),
                "Nothing found, searching: 40 of 9,000",
            ),
            (found(9_000, true, false), "Nothing found"),
            (found(500, true, false), "Nothing found in the newest 500"),
            (
                found(500, true, true),
                "Nothing found in the newest 500: the bytes of older ones are no longer kept here",
            ),
        ] {
            closer.found = Some(found);
            assert_eq!(says(&closer, &filter), text);
        }
    }
}
