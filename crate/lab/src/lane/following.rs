//! A lane that follows a job: its versions are model records, and its own rules learn the same rows again beside them.
//!
//! Training rows wait until a record says which version learned them; a record waits until the rows of its cut have come.
//! Rows are classified by the newest version that was let in.

use std::collections::VecDeque;
use std::sync::Arc;

use learn::online::{Fitted, Numbers, Online};
use serde::{Deserialize, Serialize};

use super::waiting::Arrival;
use super::{Lane, Row, Told};
use crate::config::Role;
use crate::event::{LabEvent, Outbox};
use crate::follow::difference::Difference;
use crate::follow::record::{Cut, Form, ModelRecord, Span};
use crate::follow::told::{Compared, Followed, Remark};
use crate::follow::{Chain, KeptChain, Learned, Pool, fit_on, in_model_units};
use crate::lab::Bounds;
use crate::timeline::{Entry, Records, Timeline, Version};

/// What a lane has of the job that it follows.
#[derive(Clone, Debug)]
pub(super) struct Following {
    pool: Pool,
    /// Records whose rows have not come.
    waiting: VecDeque<Waits>,
    /// So many wait at most.
    most: usize,
    chain: Option<Chain>,
}

/// A model record that waits for the rows of its cut.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waits {
    record: ModelRecord,
    /// Its own number among all records.
    number: u64,
    /// Whether it took the place of one with other numbers or offsets.
    others: bool,
}

/// What a checkpoint keeps of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptFollowing {
    pool: Pool,
    waiting: VecDeque<Waits>,
    chain: Option<KeptChain>,
}

/// Whether the rows of a cut are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Come {
    /// All that come have come.
    All,
    /// Some are still to come: this partition was read up to an offset, or not at all.
    NotYet(Span, Option<i64>),
    /// They will not come.
    Never(String),
}

impl Following {
    fn new(bounds: &Bounds) -> Following {
        Following {
            pool: Pool::new(bounds.unlearned),
            waiting: VecDeque::new(),
            most: bounds.models.max(1),
            chain: None,
        }
    }

    pub(super) fn to_kept(&self) -> KeptFollowing {
        let Following {
            pool,
            waiting,
            // A bound.
            most: _,
            chain,
        } = self;
        KeptFollowing {
            pool: pool.clone(),
            waiting: waiting.clone(),
            chain: chain.as_ref().map(Chain::to_kept),
        }
    }

    /// Rows of the job that no version has learned yet.
    pub(super) fn unlearned(&self) -> usize {
        self.pool.unlearned()
    }
}

impl Lane {
    /// Starts to follow, where the lane does.
    pub(super) fn start_following(&mut self, bounds: &Bounds) {
        let follows = self.config.follows.is_some();
        self.following = follows.then(|| Box::new(Following::new(bounds)));
    }

    pub(super) fn go_on_following(
        &mut self,
        kept: KeptFollowing,
        bounds: &Bounds,
    ) -> Result<(), String> {
        let KeptFollowing {
            pool,
            waiting,
            chain,
        } = kept;
        let dim = self.config.dim();
        if !pool.fits(dim, self.config.target.is_some()) {
            return Err(format!("pool: is not of a lane with {dim} features"));
        }
        let like = self.config.model.numbers().len();
        if waiting
            .iter()
            .any(|waits| waits.record.numbers.len() != like)
        {
            return Err("waiting: is not of a lane with this model".to_owned());
        }
        let chain = chain.map(|chain| Chain::from_kept(&*self.config.model, chain));
        self.following = Some(Box::new(Following {
            pool: pool.going_on(bounds.unlearned),
            waiting,
            most: bounds.models.max(1),
            chain: chain
                .transpose()
                .map_err(|reason| format!("chain: {reason}"))?,
        }));
        Ok(())
    }

    /// Whether its versions come from a job.
    pub fn is_following(&self) -> bool {
        self.following.is_some()
    }

    /// Model records that wait for rows.
    pub fn models_waiting(&self) -> usize {
        let following = self.following.as_ref();
        following.map_or(0, |following| following.waiting.len())
    }

    /// The newest version of the job that is known, let in or not; 0 where there is none.
    pub fn followed_to(&self) -> u64 {
        let waiting = self
            .following
            .iter()
            .flat_map(|following| &following.waiting);
        let newest = waiting.map(|waits| waits.record.version).max();
        newest.unwrap_or(0).max(self.timeline.versions())
    }

    /// The version that a lane that follows a job answers by; None where it learns by itself.
    pub(super) fn followed_version(&self) -> Option<Version> {
        self.following.as_ref()?;
        let newest = self.timeline.newest().model.clone();
        Some(newest.unwrap_or_else(|| Version {
            numbers: self.model.numbers(),
            scale: None,
        }))
    }

    /// A model that has the numbers of the job's newest version, in the columns' units, as an initial one; None where the lane
    /// learns by itself.
    pub(super) fn followed_model(&self) -> Option<Box<dyn Online>> {
        let version = self.followed_version()?;
        let mut model = self.model.clone();
        // Numbers that no model starts from are kept as the version that they are.
        let _ = model.start_from(&version.in_columns());
        Some(model)
    }

    /// Takes a row: what the job learns waits for the record of its version, what is to be classified for the first version.
    pub(super) fn take_followed(&mut self, row: Row, role: Role, learns: bool, out: &mut Outbox) {
        let target = row.target.filter(|_| learns);
        if let Err(reason) = self.config.model.check_row(&row.features, target) {
            return self.refuse(row.record, row.source, reason);
        }
        if learns && let Some(following) = &mut self.following {
            self.rows_trained += 1;
            let target = row.target.filter(|_| self.config.target.is_some());
            following
                .pool
                .push(&row.source, row.record, &row.features, target);
        }
        match role {
            Role::Classify | Role::Both if self.is_started() => self.predict(row, out),
            Role::Classify | Role::Both => self.wait_to_classify(row),
            Role::Train | Role::Ignore => self.spare = row.features,
        }
    }

    /// Takes a model record of the job: it waits until [`Lane::let_model_in`] finds that its rows have come.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn take_model(
        &mut self,
        value: serde_json::Value,
        number: u64,
    ) -> Result<String, String> {
        let numbers = self.config.model.numbers();
        let form = Form {
            like: &numbers,
            dim: self.config.dim(),
        };
        let record = form.read(value)?;
        let said = format!("version {} of {}", record.version, self.name);
        let Some(following) = &mut self.following else {
            return Ok(said);
        };
        let waits = Waits {
            record,
            number,
            others: false,
        };
        // Most often it is the next one.
        let newest = following.waiting.back();
        let is_next = newest.is_none_or(|newest| newest.record.version < waits.record.version);
        let mut others = following.waiting.iter_mut().filter(|_| !is_next);
        match others.find(|other| other.record.version == waits.record.version) {
            // The later one counts.
            Some(other) => {
                let same = same_cut(&other.record, &waits.record.cut)
                    && Difference::between(
                        &other.record.numbers,
                        &waits.record.numbers,
                        &self.config.feature_names,
                    )
                    .is_same();
                let others = other.others || !same;
                *other = Waits { others, ..waits };
                return Ok(match same {
                    true => format!("{said}, the same again"),
                    false => {
                        format!(
                            "{said}, again, with other numbers or offsets: the later one counts"
                        )
                    }
                });
            }
            None => following.waiting.push_back(waits),
        }
        Ok(said)
    }

    /// Lets the oldest model record in that waits, if the rows of its cut have come, or if too many wait; whether it was.
    ///
    /// With `is_last` nothing more comes.
    pub(crate) fn let_model_in(
        &mut self,
        has_come: impl Fn(&Span) -> Come,
        is_last: bool,
        records: u64,
        out: &mut Outbox,
    ) -> bool {
        let Some(following) = &mut self.following else {
            return false;
        };
        let Some(front) = following.waiting.front() else {
            return false;
        };
        let offsets = front.record.cut.iter().flat_map(|cut| &cut.offsets);
        let missing = offsets.map(has_come).find(|come| *come != Come::All);
        let reason = match missing {
            None => None,
            Some(Come::NotYet(..)) if !is_last && following.waiting.len() <= following.most => {
                return false;
            }
            Some(Come::NotYet(span, to)) => Some(not_come(&span, to)),
            Some(Come::Never(reason)) => Some(reason),
            Some(Come::All) => None,
        };
        if let Some(waits) = following.waiting.pop_front() {
            self.follow(waits, reason, records, out);
        }
        true
    }

    /// Makes a version of a model record; `missing` says why its rows are not all there.
    fn follow(
        &mut self,
        Waits {
            record,
            number,
            others,
        }: Waits,
        missing: Option<String>,
        records: u64,
        out: &mut Outbox,
    ) {
        let again = record.version <= self.timeline.versions() && self.is_started();
        let Ok(replaces) = self.replaces(&record, number, again) else {
            return self.learn_known(&record);
        };
        let Some(mut following) = self.following.take() else {
            return;
        };
        let rules = self.config.model.boxed();
        let offsets = record.cut.as_ref().map_or(&[][..], |cut| &cut.offsets);
        let leads = following
            .chain
            .as_ref()
            .map(|chain| chain.leads_to(&record));
        let mut remarks = Vec::new();
        let follows = matches!(leads, Some(Ok(())));
        let learned = following.pool.learn(offsets, follows, &mut remarks);
        if replaces || others {
            remarks.push(Remark::Again);
        }
        let missing = missing.or_else(|| learned.gone.as_ref().map(gone));
        let said = record.cut.as_ref().and_then(|cut| cut.rows);
        if let Some(said) = said.filter(|said| missing.is_none() && *said != learned.rows()) {
            let found = learned.rows();
            remarks.push(Remark::Rows { said, found });
        }
        let is_whole = missing.is_none() && record.cut.is_some();
        let (compared, fitted) = match (leads, missing) {
            _ if record.cut.is_none() => (Compared::Begins, None),
            (None, _) => (Compared::Begins, None),
            (Some(Err(reason)), _) | (Some(Ok(())), Some(reason)) => {
                (Compared::Not { reason }, None)
            }
            (Some(Ok(())), None) => self.compare(&mut following, &record, &learned),
        };
        let compared = match compared {
            Compared::By { .. } => compared,
            compared => self.begin_chain(&mut following, &record, compared, &*rules),
        };
        let version = self.followed(&record);
        let fitted = fitted.or_else(|| {
            let before = self.timeline.newest().model.as_ref().filter(|_| is_whole)?;
            fit_on(&*rules, before, &learned, self.config.dim())
        });
        let followed = Followed {
            offsets: offsets.to_vec(),
            compared,
            remarks,
        };
        self.following = Some(following);
        self.add_followed(
            &record,
            version,
            (&learned, fitted),
            followed,
            (replaces, records),
            out,
        );
    }

    /// Whether a record takes an earlier one's place; an error where it is passed over.
    fn replaces(&mut self, record: &ModelRecord, number: u64, again: bool) -> Result<bool, ()> {
        if !again {
            return Ok(false);
        }
        let version = self.followed(record);
        let offsets = record.cut.as_ref().map_or(&[][..], |cut| &cut.offsets);
        let entry = &self.timeline.entries()[self.timeline.of_version(record.version)];
        let text = if entry.first != record.version {
            format!("version {} came too late: passed over", record.version)
        } else {
            let same_cut = entry
                .followed
                .as_ref()
                .is_some_and(|followed| followed.offsets == offsets);
            let same = |model: &Version| {
                let difference = Difference::between(
                    &model.numbers,
                    &version.numbers,
                    &self.config.feature_names,
                );
                difference.is_same()
            };
            if !(same_cut && entry.model.as_ref().is_none_or(same)) {
                return Ok(true);
            }
            format!("version {} is known already", record.version)
        };
        self.told.push(Told::Note {
            record: number,
            text,
        });
        Err(())
    }

    /// Lets the chain go on over a version that is known, where the job was restarted before it.
    fn learn_known(&mut self, record: &ModelRecord) {
        let dim = self.config.dim();
        let (Some(following), Some(cut)) = (&mut self.following, &record.cut) else {
            return;
        };
        let Some(mut chain) = following
            .chain
            .take_if(|chain| chain.leads_to(record).is_ok())
        else {
            return;
        };
        let learned = following.pool.learn(&cut.offsets, false, &mut Vec::new());
        if learned.gone.is_none() {
            chain.learn(&learned, dim);
            following.chain = Some(chain);
        }
    }

    /// Learns a cut again, and says how far the record is from what came out.
    fn compare(
        &self,
        following: &mut Following,
        record: &ModelRecord,
        learned: &Learned,
    ) -> (Compared, Option<Fitted>) {
        let dim = self.config.dim();
        let Some(chain) = &mut following.chain else {
            return (Compared::Begins, None);
        };
        let fitted = chain.learn(learned, dim);
        let names = &self.config.feature_names;
        let found = Difference::between(&chain.in_columns(), &record.numbers, names);
        let fitted = fitted.filter(|_| found.is_same());
        let compared = Compared::By {
            difference: found.largest,
            place: found.place,
        };
        (compared, fitted)
    }

    /// Begins the chain at a record that was not compared; where nobody can, that is the reason that counts.
    fn begin_chain(
        &self,
        following: &mut Following,
        record: &ModelRecord,
        compared: Compared,
        rules: &dyn Online,
    ) -> Compared {
        let Some(follows) = &self.config.follows else {
            return compared;
        };
        match Chain::begin(rules, record, &follows.scaler) {
            Ok(chain) => {
                following.chain = Some(chain);
                compared
            }
            Err(reason) => {
                following.chain = None;
                match compared {
                    Compared::Begins => Compared::Not { reason },
                    compared => compared,
                }
            }
        }
    }

    fn followed(&self, record: &ModelRecord) -> Version {
        match &self.config.follows {
            Some(follows) => in_model_units(record, &follows.scaler),
            None => self.version(),
        }
    }

    /// Adds a job's version to the timeline, and tells it.
    fn add_followed(
        &mut self,
        record: &ModelRecord,
        version: Version,
        (learned, fitted): (&Learned, Option<Fitted>),
        followed: Followed,
        (replaces, records): (bool, u64),
        out: &mut Outbox,
    ) {
        let is_first = !self.is_started();
        let entry = self.followed_entry(record, version, (learned, fitted), followed, records);
        let loss_before = entry.loss_before;
        let rows = learned.rows();
        if rows > 0 {
            self.measuring
                .sample
                .see(&learned.features, self.config.dim());
        }
        if !is_first {
            self.measuring.keep_point(records, self.timeline.versions());
        }
        let mut revision = 0;
        if is_first {
            let parts = self.timeline.parts();
            if let Some(model) = entry.model.clone() {
                self.timeline = Timeline::going_on(entry, &model, parts, self.model_bytes);
            }
        } else if replaces {
            if let Some(old) = self.timeline.since_version_mut(record.version).first_mut() {
                revision = old.revision + 1;
                *old = Entry { revision, ..entry };
            }
        } else {
            self.timeline.push(entry);
        }
        self.measuring.told = None;
        self.tell_followed(record, revision, out);
        self.batch_from = records;
        self.grow_ranges();
        if rows > 0 && loss_before.is_finite() && !replaces {
            self.look_for_drift(loss_before, records, out);
        }
        if is_first {
            for row in self.rows_to_classify() {
                self.predict(row, out);
            }
        }
        self.stop_following_if_due(out);
    }

    fn followed_entry(
        &self,
        record: &ModelRecord,
        version: Version,
        (learned, fitted): (&Learned, Option<Fitted>),
        followed: Followed,
        records: u64,
    ) -> Entry {
        let parts = self.timeline.parts();
        let newest = self.timeline.newest();
        let moves = |before: &Version| before.numbers.moves(&version.numbers, self.config.dim());
        let shifts = newest.model.as_ref().map(moves);
        let shifts = shifts.unwrap_or_else(|| vec![0.0; parts.moves]);
        let shift = match (&newest.model, &version.numbers) {
            (Some(before), Numbers::Linear(_)) => length(&shifts, before),
            _ => shifts.iter().copied().fold(0.0, f64::max),
        };
        let said = record.cut.as_ref().and_then(|cut| cut.rows);
        let is_known = fitted.is_some();
        // What the lane's own rules come to is the job's version where it is the same; else it is looked at itself.
        let loss_after = match &fitted {
            Some(fitted) if followed.is_same() => fitted.loss_after,
            Some(_) => fit_on(&*self.config.model, &version, learned, self.config.dim())
                .map_or(f64::NAN, |fitted| fitted.loss_before),
            None => f64::NAN,
        };
        let fitted = fitted.as_ref();
        Entry {
            first: record.version,
            last: record.version,
            rows: if is_known {
                learned.rows()
            } else {
                said.unwrap_or(0)
            },
            counts: fitted.map_or_else(|| vec![0; parts.counts], |fitted| fitted.counts.clone()),
            shift,
            shifts,
            loss_before: fitted.map_or(f64::NAN, |fitted| fitted.loss_before),
            loss_after,
            tested: self.tested_by(&version),
            from_record: if self.is_started() {
                self.batch_from
            } else {
                0
            },
            to_record: records,
            span: learned.span.clone(),
            records: match is_known || record.cut.is_none() {
                true => Some(learned.records()),
                false => None::<Records>,
            },
            split: fitted.and_then(|fitted| fitted.split),
            restarted: None,
            revision: 0,
            followed: Some(Arc::new(followed)),
            model: Some(version),
        }
    }

    fn tell_followed(&mut self, record: &ModelRecord, revision: u64, out: &mut Outbox) {
        let entry = &self.timeline.entries()[self.timeline.of_version(record.version)];
        let batch = record.cut.is_some().then(|| self.batch_event(entry));
        let followed = entry.followed.clone();
        let scale = entry.model.as_ref().and_then(|model| model.scale.clone());
        let mut event = self.version_event(record.version, record.version, batch);
        // As the record has them: on the way through the scaler's units a digit may get lost.
        event.numbers = record.numbers.clone();
        (event.scale, event.followed, event.revision) = (scale, followed, revision);
        out.push(LabEvent::Version(event));
    }

    /// Goes its own way, if it has reached the version for it: with the rows that no version has learned.
    fn stop_following_if_due(&mut self, out: &mut Outbox) {
        let version = self.version();
        let then = self.config.then.as_ref();
        if then.is_none_or(|then| then.version > self.timeline.versions()) {
            return;
        }
        let Some(following) = self.following.take() else {
            return;
        };
        self.leave_parent_at(version);
        for row in following.pool.into_unlearned(self.config.dim()) {
            // They were counted when they came.
            self.rows_trained -= 1;
            let row = Row {
                record: row.record,
                source: row.source,
                key: None,
                label: None,
                target: row.target,
                features: row.features,
                scaled: None,
                round: 0,
                transaction: None,
            };
            self.enter(
                Arrival {
                    row,
                    role: Role::Train,
                    learns: true,
                },
                out,
            );
        }
    }
}

/// Whether a record's batch is of the same offsets.
fn same_cut(record: &ModelRecord, cut: &Option<Cut>) -> bool {
    let offsets = |cut: &Option<Cut>| cut.as_ref().map(|cut| cut.offsets.clone());
    offsets(&record.cut) == offsets(cut)
}

/// How far coefficients and intercept have moved as one vector; NaN where they were of another model.
fn length(moves: &[f64], before: &Version) -> f64 {
    match before.numbers {
        Numbers::Linear(_) => moves
            .iter()
            .fold(0.0, |sum, moved| sum + moved * moved)
            .sqrt(),
        Numbers::Clusters(_) => f64::NAN,
    }
}

fn not_come(span: &Span, to: Option<i64>) -> String {
    let Span {
        topic,
        partition,
        to: last,
        ..
    } = span;
    match to {
        Some(to) => format!(
            "its rows have not come: {topic}/{partition} was read up to offset {to}, and its batch goes to {last}"
        ),
        None => format!("its rows have not come: nothing of {topic}/{partition} was read"),
    }
}

fn gone(span: &Span) -> String {
    format!("its rows are no longer kept: {span}")
}
