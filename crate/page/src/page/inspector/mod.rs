//! The inspector: an event as it arrived beside how it was read and what became of it; a centroid's life; the filter.
//!
//! - [`filter`]: which events the list shows, in words; [`bar`] where that is chosen
//! - [`panel`]: the inspector over the right rail; in it [`mod@arrived`], [`taken`], [`became`] (made of [`parts`]), [`life`]
//! - [`when`]: times as the reader's clock shows them

pub mod arrived;
pub mod bar;
pub mod became;
pub mod filter;
pub mod life;
pub mod panel;
pub mod parts;
pub mod taken;
#[cfg(test)]
mod tests;
pub mod when;

use lab::config::Policy;
use lab::filter::Filter;
use lab::inspect::EventView;
use lab::snapshot::{EventRow, Life, Why};

use self::filter::{Chip, Mode};
use super::experiment;
use super::msg::Effect;
use super::state::State;
use crate::protocol::{Closer, Command, Form, Look};

/// What is known of what is looked at closer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspector {
    /// What the inspector shows.
    pub shows: Shows,
    /// The event.
    pub event: Option<Box<EventView>>,
    /// What became of it.
    pub why: Option<Box<Why>>,
    /// Other events of the same row, newest first.
    pub forms: Vec<Form>,
    /// The centroid's life.
    pub life: Option<Box<Life>>,
    /// Whether the schema's lines are shown.
    pub schema_open: bool,
    /// Counts up whenever any of that is another.
    pub edition: u64,
    /// Which events are listed.
    pub filter: Filter,
    /// What is typed there.
    pub typed: String,
    /// And what that means.
    pub mode: Mode,
    /// Whether the field for it is shown.
    pub field_open: bool,
    /// Why nothing was opened.
    pub missing: String,
    /// Whether the drawer was open before the inspector took its room.
    pub drawer_was_open: bool,
    /// Whether a tab of the left rail was chosen since the inspector was opened.
    pub left_chosen: bool,
}

/// What the inspector shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shows {
    /// It is closed.
    #[default]
    Nothing,
    /// An event.
    Event,
    /// A centroid's life.
    Life,
}

/// Something happened to it.
#[derive(Clone, Debug, PartialEq)]
pub enum InspectMsg {
    /// Something is to be looked at.
    Look(Look),
    /// An event of the list is to be looked at, with the drawer's room for it.
    Event(Look),
    /// The inspector is to be closed.
    Close,
    /// The next event of the list is to be opened: the one below, or the one above.
    Next {
        /// The one below.
        older: bool,
    },
    /// The schema is to be folded or unfolded.
    Fold,
    /// The field for a filter is to be shown.
    OpenField,
    /// Or hidden; what was typed there no longer counts.
    CloseField,
    /// A chip was chosen.
    Chip(Chip),
    /// What is typed means this.
    Mode(Mode),
    /// This was typed.
    Typed(String),
    /// What was typed is to be opened; the time that it is, ms, if it is one.
    Submit(Option<i64>),
    /// The shown lane's updates and deletes are to be treated like this.
    Policy(Policy),
}

impl Inspector {
    /// Whether the list of events stands alone in the left rail.
    pub fn is_alone(&self) -> bool {
        self.shows == Shows::Event && !self.left_chosen
    }

    /// The event's place, if one is shown.
    pub fn place(&self) -> Option<(&str, i32, i64)> {
        let event = self.event.as_ref().filter(|_| self.shows == Shows::Event)?;
        Some((&event.topic, event.partition, event.offset))
    }

    /// The number of the record that is shown, once it was applied.
    pub fn record(&self) -> Option<u64> {
        let event = self.event.as_ref().filter(|_| self.shows == Shows::Event)?;
        event.record
    }
}

/// One step: something happened to the inspector or the filter.
pub fn update(state: &mut State, msg: InspectMsg, out: &mut Vec<Effect>) {
    match msg {
        InspectMsg::Look(look) => {
            state.inspector.missing.clear();
            out.push(Effect::Send(Command::Look(look)));
        }
        InspectMsg::Event(look) => {
            if state.inspector.shows == Shows::Nothing && !state.is_narrow() {
                state.inspector.drawer_was_open = std::mem::take(&mut state.drawer_open);
            }
            update(state, InspectMsg::Look(look), out);
        }
        InspectMsg::Close => close(state, out),
        InspectMsg::Next { older } => {
            let next = neighbour(state, older);
            out.extend(next.map(|look| Effect::Send(Command::Look(look))));
        }
        InspectMsg::Fold => {
            state.inspector.schema_open = !state.inspector.schema_open;
            state.inspector.edition += 1;
        }
        InspectMsg::OpenField => {
            state.inspector.field_open = true;
            super::update::open_left(state);
            out.push(Effect::Focus("filter-text"));
        }
        InspectMsg::CloseField => {
            state.inspector.field_open = false;
            out.push(Effect::Focus("events-title"));
            typed(state, String::new(), out);
        }
        InspectMsg::Chip(chip) => {
            filter::choose(&mut state.inspector.filter, &chip);
            send_filter(state, out);
        }
        InspectMsg::Mode(mode) => {
            state.inspector.mode = mode;
            let text = state.inspector.typed.clone();
            typed(state, text, out);
        }
        InspectMsg::Typed(text) => typed(state, text, out),
        InspectMsg::Submit(ms) => submit(state, ms, out),
        InspectMsg::Policy(policy) => out.extend(choose_policy(state, policy)),
    }
}

/// The worker has news of what is looked at.
pub fn arrived(state: &mut State, closer: &mut Closer) {
    let inspector = &mut state.inspector;
    if let Some(event) = closer.event.take() {
        let was = inspector.place();
        let is_other = was != Some((&event.topic, event.partition, event.offset));
        if is_other || event.record.is_none() {
            inspector.why = None;
            inspector.forms.clear();
        }
        (inspector.shows, inspector.life) = (Shows::Event, None);
        inspector.event = Some(event);
        inspector.edition += 1;
    }
    if let Some(why) = closer.why.take() {
        inspector.why = Some(why);
        inspector.edition += 1;
    }
    if let Some(forms) = closer.forms.take()
        && forms != inspector.forms
    {
        inspector.forms = forms;
        inspector.edition += 1;
    }
    if let Some(life) = closer.life.take() {
        (inspector.shows, inspector.event, inspector.why) = (Shows::Life, None, None);
        inspector.life = Some(life);
        inspector.edition += 1;
    }
    if let Some(missing) = closer.missing.take() {
        inspector.missing = missing;
    }
}

/// Closes the inspector, if it is open.
pub fn close(state: &mut State, out: &mut Vec<Effect>) {
    let inspector = &mut state.inspector;
    if inspector.shows == Shows::Nothing {
        return;
    }
    inspector.shows = Shows::Nothing;
    (inspector.event, inspector.why, inspector.life) = (None, None, None);
    inspector.forms.clear();
    inspector.left_chosen = false;
    inspector.edition += 1;
    state.drawer_open |= std::mem::take(&mut inspector.drawer_was_open);
    out.push(Effect::Send(Command::Look(Look::Nothing)));
}

/// The events that the list shows, in its order.
pub fn listed(state: &State) -> Vec<&EventRow> {
    let update = &state.update;
    match &update.closer.found {
        Some(found) if !state.inspector.filter.is_empty() => found.rows.iter().collect(),
        _ => {
            let waiting = update.waiting.iter().rev();
            waiting.chain(&update.snapshot.events).collect()
        }
    }
}

/// What the list depends on besides the picture of the lab: the event that is open, and what a filter has found.
pub type Listing = (Option<(String, i64)>, Option<(String, usize, u64)>);

/// What the list depends on now.
pub fn listing(state: &State) -> Listing {
    let open = state.inspector.place();
    let open = open.map(|(topic, partition, offset)| (format!("{topic}/{partition}"), offset));
    let found = state.update.closer.found.as_ref().map(|found| {
        let newest = found.rows.first().and_then(|row| row.record).unwrap_or(0);
        let filters = format!("{:?} {:?}", state.inspector.filter, found.filter);
        (filters, found.rows.len(), newest)
    });
    (open, found)
}

/// The event above or below the one that is shown.
fn neighbour(state: &State, older: bool) -> Option<Look> {
    let place = state.inspector.place()?;
    let rows = listed(state);
    let at = rows
        .iter()
        .position(|row| (row.topic.as_str(), row.partition, row.offset) == place);
    let next = at.and_then(|at| {
        if older {
            Some(at + 1)
        } else {
            at.checked_sub(1)
        }
    });
    if let Some(row) = next.and_then(|next| rows.get(next)) {
        return Some(look_at(row));
    }
    // Older than the list, or not in it: by number, where all are listed.
    let number = state.inspector.record()?;
    if !state.inspector.filter.is_empty() || (at.is_some() && !older) {
        return None;
    }
    let record = if older {
        number.checked_sub(1)?
    } else {
        number + 1
    };
    (record < state.update.snapshot.record).then_some(Look::Record { record })
}

/// To look at an event of the list.
pub fn look_at(row: &EventRow) -> Look {
    Look::Event {
        topic: row.topic.clone(),
        partition: row.partition,
        offset: row.offset,
    }
}

/// To look at the event at a place: "topic/0/277".
pub fn look_of(place: &str) -> Option<Look> {
    let (place, offset) = place.rsplit_once('/')?;
    let (topic, partition) = place.rsplit_once('/')?;
    Some(Look::Event {
        topic: topic.to_owned(),
        partition: partition.parse().ok()?,
        offset: offset.parse().ok()?,
    })
}

fn typed(state: &mut State, text: String, out: &mut Vec<Effect>) {
    let inspector = &mut state.inspector;
    inspector.typed = text;
    inspector.missing.clear();
    let topics: Vec<&str> = state.scenario.topics.iter().map(String::as_str).collect();
    filter::read(
        &mut inspector.filter,
        inspector.mode,
        &inspector.typed,
        &topics,
    );
    send_filter(state, out);
}

fn send_filter(state: &State, out: &mut Vec<Effect>) {
    let shown = state
        .update
        .closer
        .found
        .as_ref()
        .map(|found| &found.filter);
    let wanted = Some(&state.inspector.filter).filter(|filter| !filter.is_empty());
    if shown != wanted {
        out.push(Effect::Send(Command::Filter(
            state.inspector.filter.clone(),
        )));
    }
}

fn submit(state: &mut State, ms: Option<i64>, out: &mut Vec<Effect>) {
    let inspector = &mut state.inspector;
    let look = match inspector.mode {
        Mode::Offset => filter::offset(&inspector.typed, &inspector.filter.topic),
        Mode::Time => ms.map(|ms| Look::Time { ms }),
        _ => listed(state).first().map(|row| look_at(row)),
    };
    let inspector = &mut state.inspector;
    match look {
        Some(look) => update(state, InspectMsg::Look(look), out),
        None => inspector.missing = filter::help(inspector.mode).to_owned(),
    }
}

/// The experiment with another policy of the shown lane.
fn choose_policy(state: &mut State, policy: Policy) -> Option<Effect> {
    let lane = state.update.snapshot.lane;
    experiment::changed(state, |file| {
        if let Some(lane) = file.lanes.get_mut(lane) {
            policy.put(&mut lane.changes);
        }
    })
}
