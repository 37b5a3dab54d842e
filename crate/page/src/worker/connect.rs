//! The connection as the reader sees it: connecting, lost, trying again, and what the bridge has to say.

use gloo::timers::callback::Timeout;
use wire::{ClientFrame, encode_client_frame};

use super::link::{Link, LinkEvent};
use super::run::{Worker, with};
use super::session::Notice;
use super::{banners, retry};
use crate::protocol::{Banner, Connection};

/// More records than this behind, and the page says so.
const BEHIND: u64 = 500;

/// The countdown to the next try moves in steps of this, ms.
const COUNTDOWN_MS: u32 = 500;

impl Worker {
    pub(super) fn connect_to(&mut self, url: String) {
        let was_playing = self.player.take().is_some();
        self.beat = None;
        if was_playing || self.desk.lab.rows.end() > 0 {
            self.desk.start_over();
            self.session.start_over();
        }
        self.desk.set_flowing(!self.paused);
        self.opened_once = self.opened_once && self.url.as_ref() == Some(&url);
        self.url = Some(url);
        self.attempt = 0;
        self.connect();
    }

    pub(super) fn connect(&mut self) {
        let Some(url) = self.url.clone() else { return };
        (self.open, self.timer, self.failed) = (false, None, None);
        self.attempt += 1;
        match Link::open(&url, |event| with(|worker| worker.link_event(event))) {
            Ok(link) => self.link = Some(link),
            Err(_) => {
                let reason = format!(
                    "{url} is not an address of a bridge. It looks like ws://127.0.0.1:8080/ws"
                );
                (self.link, self.failed) = (None, Some(reason));
            }
        }
    }

    fn link_event(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Open => {
                (self.open, self.opened_once, self.attempt) = (true, true, 0);
                self.session.connected();
                self.banners.retain(|banner| banner.id != banners::LOST);
                if self.paused {
                    self.send(&ClientFrame::Paused(true));
                }
            }
            LinkEvent::Closed => self.lost(),
            LinkEvent::Frame(bytes) => match self.session.frame(&mut self.desk, &bytes) {
                Ok((answers, notices)) => {
                    answers.iter().for_each(|answer| self.send(answer));
                    notices.into_iter().for_each(|notice| self.notice(notice));
                    self.wait_for_sink();
                }
                Err(error) => {
                    self.show(banners::begun_again(error.to_string()));
                    self.lost();
                }
            },
        }
    }

    fn lost(&mut self) {
        (self.link, self.open) = (None, false);
        if self.failed.is_some() {
            return;
        }
        let address = address(self.url.as_deref());
        let (version, records) = (self.desk.versions(), self.desk.lab.rows.end());
        self.show(banners::lost(&address, version, records));
        self.wait_to_retry(retry::wait_ms(self.attempt + 1));
    }

    fn wait_to_retry(&mut self, left_ms: u32) {
        self.retry_in_ms = left_ms;
        let step_ms = left_ms.min(COUNTDOWN_MS);
        self.timer = Some(Timeout::new(step_ms, move || {
            with(|worker| match left_ms - step_ms {
                0 => worker.connect(),
                left_ms => worker.wait_to_retry(left_ms),
            });
        }));
    }

    fn notice(&mut self, notice: Notice) {
        if let Notice::Ended(reason) = &notice {
            (self.link, self.open) = (None, false);
            self.failed = Some(reason.clone());
        }
        match &notice {
            Notice::SinkBack => return self.mended(banners::SINK),
            Notice::TroubleOver => return self.mended(banners::REFUSED),
            Notice::Missing { topics, .. } if topics.is_empty() => {
                return self.mended(banners::TOPIC);
            }
            Notice::NotPublished { message, .. } if self.refusal != *message => {
                self.refusal.clone_from(message);
                self.closed.retain(|id| *id != banners::NOT_PUBLISHED);
            }
            _ => {}
        }
        let gap = match &notice {
            Notice::Gone(gap) => Some(self.gap_number(&gap.topic, gap.partition)),
            _ => None,
        };
        if let Some(mut banner) = banners::of_notice(notice) {
            banner.id += gap.unwrap_or(0);
            self.show(banner);
        }
    }

    /// Counts the partitions of which records are gone: none takes another's banner.
    fn gap_number(&mut self, topic: &str, partition: i32) -> u32 {
        let mut gaps = self.gaps.iter();
        let known = gaps.position(|(of, at)| of == topic && *at == partition);
        let number = known.unwrap_or(self.gaps.len()).min(banners::GAPS_MOST - 1);
        if known.is_none() && self.gaps.len() < banners::GAPS_MOST {
            self.gaps.push((topic.to_owned(), partition));
        }
        number as u32
    }

    /// What the banner says is no more.
    fn mended(&mut self, id: u32) {
        self.banners.retain(|banner| banner.id != id);
        self.closed.retain(|closed| *closed != id);
    }

    pub(super) fn show(&mut self, banner: Banner) {
        if self.closed.contains(&banner.id) {
            return;
        }
        if let Some(shown) = self.banners.iter_mut().find(|other| other.id == banner.id) {
            // It stays where it is.
            return *shown = banner;
        }
        self.banners.push(banner);
    }

    /// Sends what there is to say after things were applied.
    pub(super) fn answer(&mut self) {
        for answer in self.session.after_apply(&mut self.desk) {
            self.send(&answer);
        }
        self.wait_for_sink();
    }

    /// Begins the wait before the sink is tried again, if it is time to.
    fn wait_for_sink(&mut self) {
        if let Some(wait_ms) = self.session.outbox.take_wait_ms() {
            self.sink_timer = Some(Timeout::new(wait_ms, || {
                with(|worker| {
                    if let Some(publish) = worker.session.outbox.try_again() {
                        worker.send(&publish);
                    }
                });
            }));
        }
    }

    pub(super) fn send(&self, frame: &ClientFrame) {
        if let (Some(link), true) = (&self.link, self.open) {
            link.send(&encode_client_frame(frame));
        }
    }

    pub(super) fn connection(&self) -> Connection {
        if let Some(reason) = &self.failed {
            return Connection::Failed {
                reason: reason.clone(),
            };
        }
        if let Some(player) = &self.player {
            return Connection::Replaying {
                row: player.row,
                of: player.of,
                name: player.name.clone(),
            };
        }
        let Some(url) = &self.url else {
            return Connection::NoBridge;
        };
        let address = address(Some(url));
        if !self.open {
            let under_way = self.link.is_some();
            return match (under_way, self.attempt) {
                (true, 1) if !self.opened_once => Connection::Connecting { address },
                (true, attempt) => Connection::Reconnecting {
                    address,
                    attempt,
                    next_ms: 0,
                },
                (false, attempt) => Connection::Reconnecting {
                    address,
                    attempt: attempt + 1,
                    next_ms: self.retry_in_ms,
                },
            };
        }
        let records = self.desk.progress.behind();
        if !self.paused && (records > BEHIND || !self.session.caught_up && records > 0) {
            return Connection::Behind { address, records };
        }
        Connection::Live {
            address,
            topics: self.session.topics,
        }
    }
}

/// Host and port of an address.
fn address(url: Option<&str>) -> String {
    let rest = url
        .unwrap_or_default()
        .split_once("://")
        .map_or("", |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default().to_owned()
}
