//! A lane that leaves the one that it was up to here.

use learn::online::Online;

use super::Lane;
use crate::config::{Cut, Then};
use crate::timeline::Version;

impl Lane {
    /// Goes its own way where it has reached the version for it.
    pub(super) fn leave_parent_if_due(&mut self) {
        let versions = self.timeline.versions();
        while let Some(then) = self
            .config
            .then
            .take_if(|then| then.version <= versions && versions > 0)
        {
            self.leave_parent(*then);
        }
    }

    /// Goes on from a version of the job that it has followed.
    pub(super) fn leave_parent_at(&mut self, version: Version) {
        // What the job has refused it goes on from as it was.
        let _ = self.model.start_from(&version.numbers);
        self.initial = self.model.clone();
        self.leave_parent_if_due();
        self.start_scaler();
        if self.now_ms.is_some() {
            self.open_window_at(self.now_ms.unwrap_or(0));
        }
    }

    /// Goes on from the numbers as they are, under another configuration.
    fn leave_parent(&mut self, Then { config, .. }: Then) {
        self.window = match (config.cut, self.config.cut, self.window) {
            (Cut::Interval(ms), Cut::Interval(old_ms), Some(window)) => {
                Some(window.saturating_mul(old_ms).div_euclid(ms))
            }
            (Cut::Interval(ms), _, _) => self.now_ms.map(|now_ms| now_ms.div_euclid(ms)),
            _ => None,
        };
        self.model = go_on(&*self.model, config.model.boxed());
        self.initial = go_on(&*self.initial, config.model.boxed());
        self.config = config;
        self.still = false;
        self.start_correcting();
    }

    /// When the window ends at which it goes its own way, ms of lab time, if only time is needed for that.
    pub(crate) fn leaves_at_ms(&self) -> Option<i64> {
        let then = self.config.then.as_ref()?;
        let Cut::Interval(ms) = self.config.cut else {
            return None;
        };
        let more = then.version.checked_sub(self.timeline.versions() + 1)?;
        let end_ms = self.window_end_ms()?;
        end_ms.checked_add(ms.checked_mul(i64::try_from(more).ok()?)?)
    }
}

/// A model with these parameters that goes on from another's: from all that it has learned where they are alike, else from
/// its numbers.
fn go_on(from: &dyn Online, mut model: Box<dyn Online>) -> Box<dyn Online> {
    let is_alike = model.about().algorithm == from.about().algorithm;
    if is_alike && model.set_state(from.state()).is_ok() {
        return model;
    }
    match model.start_from(&from.numbers()) {
        Ok(()) => model,
        // Kind and size were compared when the lab file was read; a model that refuses the numbers still stays what it was.
        Err(_) => from.boxed(),
    }
}
