//! The change events as they arrive.

use lab::snapshot::{EventRow, Snapshot, Task};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::app::Sender;
use super::dom::{self, Shown, Slot};
use super::inspector::{self, InspectMsg};
use super::msg::Msg;
use super::row_keys::{OPENS, RowKeys};
use super::rows::{RowNode, Rows};
use super::view::{Cx, Stamp};
use super::{names, numbers};

/// More columns than this do not fit.
const COLUMNS_MOST: usize = 4;
/// A table's name and an offset have room for this many characters.
const PLACE_CHARS: usize = 9;
/// And beside a target's column for so many.
const PLACE_CHARS_BESIDE_TARGET: usize = 6;
/// So many rows are shown.
const ROWS_MOST: usize = 120;
/// Keys of rows that wait lie above those of applied ones.
const WAITING_KEY: u64 = 1 << 62;

/// The list.
#[derive(Debug)]
pub struct Events {
    head: Element,
    count: Slot,
    empty: Element,
    table: Rows<EventNode>,
    columns: Shown<Vec<String>>,
    widths: Shown<Vec<String>>,
    stamp: Shown<(Stamp, u64, inspector::Listing)>,
    _keys: RowKeys,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq)]
enum Line {
    Event {
        class: &'static str,
        /// Whether the inspector shows it.
        open: bool,
        op: char,
        place: String,
        title: String,
        says: Says,
    },
    /// "read up to here"
    Here,
}

#[derive(Clone, Debug, PartialEq)]
enum Says {
    Values {
        values: Vec<String>,
        /// Which of them is no number.
        bad: Vec<bool>,
        /// What else there is to say.
        note: String,
    },
    Note(String),
}

#[derive(Debug)]
struct EventNode {
    row: Element,
    shown: Shown<Line>,
    columns: usize,
}

impl Events {
    /// The list of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Events, JsValue> {
        Ok(Events {
            _keys: keys(sender)?,
            head: dom::by_id("events-head")?,
            count: Slot::by_id("events-count")?,
            empty: dom::by_id("events-empty")?,
            table: Rows::new(dom::by_id("events-body")?),
            columns: Shown::default(),
            widths: Shown::default(),
            stamp: Shown::default(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let update = &cx.state.update;
        let snapshot = &update.snapshot;
        let closer = inspector::listing(cx.state);
        if !self
            .stamp
            .change((cx.stamp(), update.waiting.len() as u64, closer))
        {
            return Ok(());
        }
        let target = target_of(snapshot);
        let features = match target {
            Some(_) => COLUMNS_MOST - 1,
            None => COLUMNS_MOST,
        };
        let features = snapshot.features.len().min(features);
        let heads: Vec<&str> = (snapshot.features.iter().take(features))
            .map(String::as_str)
            .chain(target)
            .collect();
        self.draw_head(&heads, target.is_some())?;
        let waiting = if update.waiting_total > 0 {
            format!(", {} waiting", numbers::count(update.waiting_total))
        } else {
            String::new()
        };
        let again = match snapshot.redelivered {
            0 => String::new(),
            n => format!(", {} came again", numbers::count(n)),
        };
        let read = if waiting.is_empty() && again.is_empty() {
            ""
        } else {
            " read"
        };
        self.count.set(&format!(
            "{}{read}{again}{waiting}",
            numbers::count(snapshot.record)
        ));
        let listed = inspector::listed(cx.state);
        let all = || listed.iter().copied().take(ROWS_MOST);
        let features: Vec<usize> = (0..features)
            .map(|i| decimals(all().filter_map(move |event| event.values.get(i).copied())))
            .collect();
        let targets = target.map(|_| {
            let shown = decimals(all().filter_map(|event| target_value(snapshot, event)));
            move |event: &EventRow| {
                target_value(snapshot, event)
                    .map_or_else(|| numbers::NONE.to_owned(), |it| numbers::fixed(it, shown))
            }
        });
        let prefix = &cx.state.scenario.prefix;
        let line = |event: &EventRow| {
            let target = targets.as_ref().map(|of| of(event));
            let place = Some((event.topic.as_str(), event.partition, event.offset));
            line(
                event,
                prefix,
                &features,
                target,
                cx.state.inspector.place() == place,
            )
        };
        let mut lines = Vec::new();
        let mut applied = 0;
        for event in &listed {
            let key = event.record.unwrap_or_else(|| waiting_key(event));
            if event.record.is_some() && applied == 0 && !lines.is_empty() {
                lines.push((u64::MAX, Line::Here));
            }
            applied += usize::from(event.record.is_some());
            if applied > ROWS_MOST {
                break;
            }
            lines.push((key, line(event)));
        }
        dom::show(
            &self.empty,
            lines.is_empty() && cx.state.inspector.filter.is_empty(),
        );
        if target.is_some() {
            self.fit_columns(&heads, &lines);
        }
        self.table.show(heads.len(), &lines)
    }

    /// Gives each column the width of its longest number: an income and an age are not as wide.
    fn fit_columns(&mut self, heads: &[&str], lines: &[(u64, Line)]) {
        let of_column = |i: usize| {
            let values = lines.iter().filter_map(|(_, line)| match line {
                Line::Event {
                    says: Says::Values { values, .. },
                    ..
                } => values.get(i).map(String::as_str),
                _ => None,
            });
            let head = 0.9 * names::short_feature(heads[i]).chars().count() as f64;
            values.map(digits).fold(head, f64::max)
        };
        let widths: Vec<String> = (0..heads.len())
            .map(|i| format!("--digits: {:.1}", of_column(i)))
            .collect();
        if self.widths.change(widths.clone()) {
            // After the heads of operation and offset.
            let mut cell = self.head.query_selector("th:nth-child(3)").ok().flatten();
            for width in &widths {
                let Some(head) = cell else { break };
                dom::set_attribute(&head, "style", width);
                cell = head.next_element_sibling();
            }
        }
    }

    fn draw_head(&mut self, heads: &[&str], has_target: bool) -> Result<(), JsValue> {
        let names = heads.iter().map(|name| (*name).to_owned()).collect();
        if !self.columns.change(names) {
            return Ok(());
        }
        self.widths = Shown::default();
        self.head
            .set_class_name(if has_target { "has-target" } else { "" });
        self.table.clear();
        self.head.set_text_content(None);
        let operation = dom::child(&self.head, "th", "", "")?;
        dom::child(&operation, "span", "sr", "operation")?;
        dom::child(&self.head, "th", "", "offset")?;
        for name in heads {
            let head = dom::child(&self.head, "th", "num", &names::short_feature(name))?;
            dom::set_attribute(&head, "title", name);
        }
        Ok(())
    }
}

/// Rows open the inspector; while it is open, arrows take it along.
fn keys(sender: &Sender) -> Result<RowKeys, JsValue> {
    let (app, sender) = (dom::by_id::<Element>("app")?, sender.clone());
    let follows = move || app.get_attribute("data-inspector").as_deref() == Some("event");
    Ok(RowKeys::new(
        &dom::by_id("events")?,
        follows,
        move |place| {
            if let Some(look) = inspector::look_of(place) {
                sender.send(Msg::Inspect(InspectMsg::Event(look)));
            }
        },
    ))
}

/// What a regression learns to predict: it has a column of its own.
fn target_of(snapshot: &Snapshot) -> Option<&str> {
    (snapshot.task == Task::Regression).then_some(snapshot.target.as_str())
}

/// The target of an event's row, where it is known: rows that are plotted have their record's number.
fn target_value(snapshot: &Snapshot, event: &EventRow) -> Option<f64> {
    let linear = snapshot.linear.as_ref()?;
    let record = u32::try_from(event.record?).ok()?;
    let at = linear.record.binary_search(&record).ok()?;
    linear.actual.get(at).copied()
}

/// How wide a number is, in digits: marks between them are about half as wide.
fn digits(number: &str) -> f64 {
    let width = |letter: char| {
        if matches!(letter, ',' | '.') {
            0.5
        } else {
            1.0
        }
    };
    number.chars().map(width).sum()
}

/// A key of its own for a row that waits: FNV-1a of where its record stands, apart from the numbers of applied ones.
fn waiting_key(event: &EventRow) -> u64 {
    let bytes = event
        .topic
        .bytes()
        .chain(event.partition.to_le_bytes())
        .chain(event.offset.to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    WAITING_KEY | (hash >> 2)
}

fn line(
    event: &EventRow,
    prefix: &str,
    decimals: &[usize],
    target: Option<String>,
    open: bool,
) -> Line {
    let class = match (event.op, event.role, event.record) {
        ('!', ..) => "bad",
        (_, _, None) => "waits",
        _ if event.again => "again",
        (_, 1, _) => "test",
        _ => "",
    };
    let room = match target {
        Some(_) => PLACE_CHARS_BESIDE_TARGET,
        None => PLACE_CHARS,
    };
    let short = names::short_topic(&event.topic, prefix);
    let title = format!("{}/{}/{}", event.topic, event.partition, event.offset);
    let nothing = event.values.iter().all(|value| !value.is_finite())
        && event.texts.iter().all(String::is_empty);
    let says = if nothing {
        Says::Note(event.note.clone())
    } else {
        values(event, decimals, target)
    };
    Line::Event {
        class,
        open,
        op: if event.op == '0' { '∅' } else { event.op },
        place: place(short, event.offset, room),
        title,
        says,
    }
}

/// The values, as far as there are columns for them; what is no number stands there as it arrived.
fn values(event: &EventRow, decimals: &[usize], target: Option<String>) -> Says {
    let bad = |i: usize| event.values.get(i).is_some_and(|value| !value.is_finite());
    let shown = |(i, decimals): (usize, &usize)| match event.texts.get(i) {
        Some(text) if bad(i) && !text.is_empty() => text.clone(),
        _ if bad(i) => numbers::NONE.to_owned(),
        _ => numbers::fixed(event.values.get(i).copied().unwrap_or(f64::NAN), *decimals),
    };
    Says::Values {
        bad: ((0..decimals.len()).map(bad))
            .chain(target.iter().map(|_| false))
            .collect(),
        values: (decimals.iter().enumerate().map(shown))
            .chain(target)
            .collect(),
        note: event.note.clone(),
    }
}

/// A table's name and an offset: the name is cut, so that the offset stays in sight.
fn place(name: &str, offset: i64, chars: usize) -> String {
    let offset = offset.to_string();
    let room = chars.saturating_sub(offset.len() + 1);
    match name.chars().count() {
        count if count <= room => format!("{name} {offset}"),
        _ if room < 4 => offset,
        _ => {
            let start: String = name.chars().take(room - 1).collect();
            format!("{start}… {offset}")
        }
    }
}

/// Decimals of a column: all that its numbers have, as far as they fit.
fn decimals(values: impl Iterator<Item = f64> + Clone) -> usize {
    let largest = values
        .clone()
        .filter(|value| value.is_finite())
        .fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let fits = match largest {
        0.0..0.1 => 4,
        0.1..10.0 => 3,
        10.0..100.0 => 2,
        100.0..1000.0 => 1,
        _ => 0,
    };
    let negative = usize::from(values.clone().any(|value| value < 0.0));
    numbers::decimals(values).min(fits - negative.min(fits))
}

/// What an operation's letter means.
fn operation(op: char) -> &'static str {
    match op {
        'c' => "insert",
        'u' => "update",
        'd' => "delete",
        'r' => "snapshot",
        't' => "truncate",
        'h' => "heartbeat",
        'x' => "transaction",
        'm' => "message",
        'v' => "version of a job",
        '0' => "tombstone",
        _ => "not read",
    }
}

impl RowNode for EventNode {
    type Item = Line;

    fn new(columns: usize) -> Result<Self, JsValue> {
        Ok(EventNode {
            row: dom::element("tr", "")?,
            shown: Shown::default(),
            columns,
        })
    }

    fn node(&self) -> &Element {
        &self.row
    }

    fn set(&mut self, item: &Line) {
        if self.shown.change(item.clone()) {
            // Elements of plain names: they can be made.
            let _ = self.fill(item);
        }
    }
}

impl EventNode {
    fn fill(&self, line: &Line) -> Result<(), JsValue> {
        self.row.set_text_content(None);
        let _ = self.row.remove_attribute("title");
        let wide = |cell: &Element, columns: usize| {
            dom::set_attribute(cell, "colspan", &columns.to_string())
        };
        match line {
            Line::Here => {
                self.row.set_class_name("mark");
                let _ = self.row.remove_attribute(OPENS);
                let cell = dom::child(&self.row, "td", "", "")?;
                wide(&cell, self.columns + 2);
                dom::child(&cell, "span", "", "read up to here")?;
            }
            Line::Event {
                class,
                open,
                op,
                place,
                title,
                says,
            } => {
                self.row.set_class_name(class);
                dom::set_attribute(&self.row, OPENS, title);
                dom::set_attribute(
                    &self.row,
                    "aria-current",
                    if *open { "true" } else { "false" },
                );
                let cell = dom::child(&self.row, "td", "", "")?;
                let badge = dom::child(&cell, "span", "op", &op.to_string())?;
                dom::set_attribute(&badge, "data-op", &op.to_string());
                dom::set_attribute(&badge, "title", operation(*op));
                let cell = dom::child(&self.row, "td", "", place)?;
                dom::set_attribute(&cell, "title", title);
                match says {
                    Says::Values { values, bad, note } => {
                        for (value, bad) in values.iter().zip(bad) {
                            let class = if *bad { "num bad" } else { "num" };
                            dom::child(&self.row, "td", class, value)?;
                        }
                        if !note.is_empty() {
                            dom::set_attribute(&self.row, "title", note);
                            dom::child(&cell, "span", "sr", note)?;
                        }
                    }
                    Says::Note(note) => {
                        let cell = dom::child(&self.row, "td", "says", note)?;
                        wide(&cell, self.columns);
                        dom::set_attribute(&cell, "title", note);
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{PLACE_CHARS, PLACE_CHARS_BESIDE_TARGET, place};

    #[test]
    fn the_offset_stays_in_sight_beside_a_long_name() {
        for (name, offset, text) in [
            ("train", 204, "train 204"),
            ("train", 12_345, "12345"),
            ("measurements", 7, "measur… 7"),
            ("measurements", 1_234, "mea… 1234"),
        ] {
            assert_eq!(place(name, offset, PLACE_CHARS), text);
        }
        let beside = |offset| place("train", offset, PLACE_CHARS_BESIDE_TARGET);
        assert_eq!(
            (beside(6), beside(226)),
            ("tra… 6".to_owned(), "226".to_owned())
        );
    }
}
