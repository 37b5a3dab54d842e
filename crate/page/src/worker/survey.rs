//! A look at the bridge's topics, and at the first records of some: for a reader who has not said yet what is to be learned.
//!
//! It has connections of its own, one for each topic: what the lab reads is not disturbed, and the bridge needs nothing new, for
//! its Hello names all topics that may be read.

use std::collections::{BTreeMap, VecDeque};

use gloo::timers::callback::Timeout;
use lab::propose;
use wire::{
    ClientFrame, From, Hello, RecordsDecoder, ServerFrame, Subscription, decode_server_frame,
    encode_client_frame, write_record,
};

use super::link::{Link, LinkEvent};
use super::run::{Worker, with};
use crate::protocol::{Surveyed, SurveyedTopic};

/// A look ends after that, with what it has seen, ms.
const LONGEST_MS: u32 = 5_000;

/// Bytes that a topic may send: its first records, and most often many more.
const CREDIT_BYTES: u64 = 1 << 20;

/// Topics that are looked into at once.
const TOPICS_MOST: usize = 8;

/// A look under way.
#[derive(Default)]
pub(super) struct Survey {
    /// The connection to the topic that is looked into.
    link: Option<Link>,
    decoder: RecordsDecoder,
    /// Topics that are to be looked into, this one first.
    wanted: VecDeque<String>,
    /// Records of this topic.
    taken: usize,
    found: Surveyed,
    timer: Option<Timeout>,
    /// What is to be told.
    done: Option<Surveyed>,
    /// What was asked for meanwhile: the newest counts.
    next: Option<Vec<String>>,
}

impl Survey {
    /// What was seen, once.
    pub(super) fn take_done(&mut self) -> Option<Surveyed> {
        self.done.take()
    }

    fn finish(&mut self) {
        (self.link, self.timer) = (None, None);
        self.wanted.clear();
        self.done = Some(std::mem::take(&mut self.found));
    }

    fn fail(&mut self, why: String) {
        self.found.failed = why;
        self.finish();
    }

    fn hello(&mut self, hello: Hello) {
        let mut topics: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for ends in &hello.topics {
            let (partitions, records) = topics.entry(&ends.topic).or_default();
            *partitions += 1;
            *records += u64::try_from(ends.end - ends.start).unwrap_or(0);
        }
        let topics = topics
            .into_iter()
            .map(|(name, (partitions, records))| SurveyedTopic {
                name: name.to_owned(),
                partitions,
                records,
            });
        self.found.topics = topics.collect();
        // What is not there has nothing to show.
        let there = &self.found.topics;
        self.wanted.retain(|wanted| {
            there
                .iter()
                .any(|topic| topic.name == *wanted && topic.records > 0)
        });
        let Some(topic) = self.wanted.front() else {
            return self.finish();
        };
        let subscribe = ClientFrame::Subscribe {
            log_id: hello.log_id,
            topic_ids: BTreeMap::new(),
            streams: vec![Subscription {
                topic: topic.clone(),
                from: From::Earliest,
            }],
            credit_bytes: CREDIT_BYTES,
        };
        if let Some(link) = &self.link {
            link.send(&encode_client_frame(&subscribe));
        }
    }
}

impl Worker {
    /// Looks at the bridge's topics, and into these.
    pub(super) fn survey(&mut self, topics: Vec<String>) {
        let survey = &mut self.survey;
        if survey.link.is_some() {
            return survey.next = Some(topics);
        }
        survey.found = Surveyed {
            of: topics.clone(),
            ..Surveyed::default()
        };
        survey.wanted = topics.into_iter().take(TOPICS_MOST).collect();
        if self.url.is_none() {
            return self.survey.fail("Nothing is connected. Connect a bridge, or drop a file of change events on the page.".to_owned());
        }
        self.survey.timer = Some(Timeout::new(LONGEST_MS, || {
            with(|worker| {
                worker.survey.finish();
                worker.look_again();
            });
        }));
        self.look_on();
    }

    /// Begins the look that was asked for meanwhile, if this one is over.
    fn look_again(&mut self) {
        if self.survey.link.is_none()
            && let Some(topics) = self.survey.next.take()
        {
            self.survey(topics);
        }
    }

    /// Connects, for the list of topics or for the next of them.
    fn look_on(&mut self) {
        let Some(url) = self.url.clone() else { return };
        let survey = &mut self.survey;
        (survey.decoder, survey.taken) = (RecordsDecoder::new(), 0);
        match Link::open(&url, |event| with(|worker| worker.surveyed(event))) {
            Ok(link) => survey.link = Some(link),
            Err(_) => survey.fail(format!("{url} is not an address of a bridge.")),
        }
    }

    fn surveyed(&mut self, event: LinkEvent) {
        self.look(event);
        self.look_again();
    }

    fn look(&mut self, event: LinkEvent) {
        let bytes = match event {
            LinkEvent::Open => return,
            LinkEvent::Closed => {
                let why = "The bridge has ended the connection. Try again.".to_owned();
                return self.survey.fail(why);
            }
            LinkEvent::Frame(bytes) => bytes,
        };
        let survey = &mut self.survey;
        let is_over = match decode_server_frame(&bytes) {
            Ok(ServerFrame::Hello(hello)) => {
                survey.hello(hello);
                false
            }
            Ok(ServerFrame::Records(records)) => {
                let (taken, lines) = (&mut survey.taken, &mut survey.found.lines);
                let decoded = survey.decoder.decode(records, |record| {
                    if *taken < propose::ROWS_MOST {
                        *taken += 1;
                        write_record(lines, record);
                        lines.push('\n');
                    }
                });
                decoded.is_err() || survey.taken >= propose::ROWS_MOST
            }
            // Everything up to the log's end was sent.
            Ok(ServerFrame::Tick { .. }) => true,
            Ok(ServerFrame::Error { message, .. }) => return survey.fail(message),
            Ok(_) => false,
            Err(error) => return survey.fail(error.to_string()),
        };
        if is_over {
            survey.wanted.pop_front();
            match survey.wanted.is_empty() {
                true => survey.finish(),
                false => self.look_on(),
            }
        }
    }
}
