//! Press or drag to go to a record; click a bar to go to its version, of whichever lane.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use lab::snapshot::{LedgerRow, Mark, Snapshot};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, PointerEvent};

use super::Layout;
use super::lanes::{Lane, bar_at, own_bars, version_name};
use crate::page::app::Sender;
use crate::page::chart::scale::Scale;
use crate::page::dom;
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::protocol::Command;

/// Pixels from a mark at which a pointer is told of it.
const NEAR: f64 = 6.0;
/// Pixels that a click may move.
const STILL: f64 = 3.0;

/// What pointers are read with.
#[derive(Clone, Debug)]
pub struct Ground {
    scale: Scale,
    bars: Vec<(Lane, Vec<LedgerRow>)>,
    /// By track, as `bars`: the names of its versions.
    names: Vec<Vec<String>>,
    marks: Vec<Mark>,
}

/// A pointer that is down.
#[derive(Clone, Copy, Debug)]
struct Held {
    from: f64,
    /// The bar that it went down on, as long as it is still there.
    bar: Option<(usize, u64)>,
    record: Option<u64>,
}

impl Default for Ground {
    fn default() -> Self {
        Ground {
            scale: Scale {
                domain: (0.0, 1.0),
                pixels: (0.0, 1.0),
            },
            bars: Vec::new(),
            names: Vec::new(),
            marks: Vec::new(),
        }
    }
}

impl Ground {
    /// What lies where.
    pub fn of(layout: &Layout, snapshot: &Snapshot) -> Ground {
        let bars = |lane: &Lane| -> (Lane, Vec<LedgerRow>) {
            let own = own_bars(&snapshot.tracks[lane.lane]);
            (lane.clone(), own.cloned().collect())
        };
        let bars: Vec<_> = layout.lanes.iter().map(bars).collect();
        let names = bars.iter().map(|(lane, bars)| {
            let track = &snapshot.tracks[lane.lane];
            bars.iter()
                .map(|bar| version_name(track, bar.last))
                .collect()
        });
        Ground {
            scale: layout.x,
            names: names.collect(),
            bars,
            marks: snapshot.marks.clone(),
        }
    }

    fn bar(&self, event: &PointerEvent) -> Option<(usize, u64)> {
        bar_at(&self.bars, self.scale, place(event))
    }

    fn record(&self, event: &PointerEvent) -> u64 {
        self.scale.back(place(event).0).round().max(0.0) as u64
    }

    /// What is under a pointer, in words.
    fn title(&self, event: &PointerEvent) -> String {
        let marks = marks_near(&self.marks, self.scale, place(event).0);
        match self.bar(event) {
            Some(bar) if marks.is_empty() => self.of_bar(bar).unwrap_or_default(),
            _ => marks,
        }
    }

    /// "v5: 32 rows, shift 0.473"
    fn of_bar(&self, (lane, version): (usize, u64)) -> Option<String> {
        let at = self.bars.iter().position(|(known, _)| known.lane == lane)?;
        let bars = &self.bars[at].1;
        let i = bars.iter().position(|bar| bar.last == version)?;
        let (name, rows) = (
            self.names[at].get(i)?,
            numbers::counted(bars[i].rows, "row"),
        );
        Some(format!(
            "{name}: {rows}, shift {}",
            numbers::shift(bars[i].shift)
        ))
    }
}

/// Press or drag to go to a record, at most one step a record; click a bar to go to its version.
pub fn listen(
    track: &Element,
    ground: &Rc<RefCell<Ground>>,
    sender: &Sender,
) -> Vec<EventListener> {
    let held = Rc::new(Cell::new(None::<Held>));
    let pointer = |event: &Event| event.dyn_ref::<PointerEvent>().cloned();
    let seek = {
        let (ground, sender, held) = (ground.clone(), sender.clone(), held.clone());
        move |event: &PointerEvent| {
            let record = ground.borrow().record(event);
            let Some(mut now) = held.get() else { return };
            if now.record != Some(record) {
                (now.record, now.bar) = (Some(record), None);
                held.set(Some(now));
                sender.send(Msg::Send(Command::Seek { record }));
            }
        }
    };
    let (down, target, began, lying) = (seek.clone(), track.clone(), held.clone(), ground.clone());
    let (moved, titled, known) = (held.clone(), track.clone(), ground.clone());
    let (ended, sender) = (held.clone(), sender.clone());
    let options = EventListenerOptions::enable_prevent_default();
    vec![
        EventListener::new_with_options(track, "pointerdown", options, move |event| {
            let Some(event) = pointer(event) else { return };
            // Drags go on outside of the track; where they cannot, they end at its edge.
            let _ = target.set_pointer_capture(event.pointer_id());
            let bar = lying.borrow().bar(&event);
            began.set(Some(Held {
                from: place(&event).0,
                bar,
                record: None,
            }));
            if bar.is_none() {
                down(&event);
            }
        }),
        EventListener::new(track, "pointermove", move |event| {
            let Some(event) = pointer(event) else { return };
            if let Some(now) = moved.get() {
                let is_still = (place(&event).0 - now.from).abs() <= STILL;
                if now.bar.is_none() || !is_still {
                    seek(&event);
                }
            }
            let words = known.borrow().title(&event);
            dom::set_attribute(&titled, "title", &words);
        }),
        EventListener::new(track, "pointerup", move |_| {
            if let Some(Held {
                bar: Some((lane, version)),
                ..
            }) = ended.get()
            {
                sender.send(Msg::Send(Command::ShowVersion { lane, version }));
            }
        }),
        EventListener::new(track, "lostpointercapture", move |_| held.set(None)),
    ]
}

fn place(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

/// What the marks near a pointer say, each a line.
fn marks_near(marks: &[Mark], scale: Scale, x: f64) -> String {
    let near = |mark: &&Mark| (scale.at(mark.record as f64) - x).abs() <= NEAR;
    let texts: Vec<&str> = marks
        .iter()
        .filter(near)
        .map(|mark| mark.text.as_str())
        .collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_told_of_the_marks_near_it() {
        let mark = |record, text: &str| Mark {
            record,
            text: text.to_owned(),
            ..Mark::default()
        };
        let marks = [mark(10, "a"), mark(12, "b"), mark(90, "c")];
        let scale = Scale {
            domain: (0.0, 100.0),
            pixels: (0.0, 200.0),
        };
        assert_eq!(marks_near(&marks, scale, 21.0), "a\nb");
        assert_eq!(marks_near(&marks, scale, 100.0), "");
    }
}
