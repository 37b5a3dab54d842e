//! Topics of a Kafka cluster as a source.
//!
//! Partitions are assigned, no group is joined, and no offset is ever committed: nobody else notices that Eddy reads.
//!
//! - `selection`: which topics; `catalog`: which of them there are, and their ends
//! - `follow`, `tail`: what is new, as it arrives; `progress`: how far that is
//! - `pool`, `reader`, `slot`: what is old, for each session, by the time of the records
//! - `places`: finding what is known of a partition

mod catalog;
mod follow;
mod places;
mod pool;
mod progress;
mod reader;
mod selection;
mod slot;
mod tail;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wire::{Hello, TopicEnds};

use self::catalog::{Catalog, Looked};
use self::pool::Pool;
use self::progress::Progress;
use self::reader::Reader;
use super::{KafkaConfig, KafkaError};
use crate::{Chunk, News, Position, Source, SourceError};

/// How old the ends may be that are told: they are asked for five times a second by everybody.
const FRESH: Duration = Duration::from_millis(150);

/// How often readers that nobody came back for are let go.
const TIDY: Duration = Duration::from_secs(1);

/// Topics of a Kafka cluster.
pub struct Kafka {
    shared: Arc<Shared>,
}

/// What the threads of one source share.
struct Shared {
    config: KafkaConfig,
    catalog: Catalog,
    progress: Progress,
    pool: Pool,
    note: Mutex<Option<String>>,
}

impl Kafka {
    /// A source of the cluster's topics; it connects when it is used.
    ///
    /// # Errors
    ///
    /// Where a pattern or a setting is refused.
    pub fn open(config: KafkaConfig) -> Result<Self, KafkaError> {
        let catalog = Catalog::new(&config)?;
        let shared = Arc::new(Shared {
            config,
            catalog,
            progress: Progress::default(),
            pool: Pool::default(),
            note: Mutex::default(),
        });
        let tidied = Arc::downgrade(&shared);
        std::thread::Builder::new()
            .name("kafka-tidy".to_owned())
            .spawn(move || {
                while let Some(shared) = tidied.upgrade() {
                    shared.pool.let_go();
                    drop(shared);
                    std::thread::sleep(TIDY);
                }
            })
            .map_err(|error| {
                KafkaError::passing(
                    format!("no thread can be started for Kafka: {error}"),
                    "raise the limit of processes (ulimit -u)",
                )
            })?;
        Ok(Kafka { shared })
    }

    /// Sees whether the topics that are named can be read.
    ///
    /// A topic that is not there yet is no error: it is listed when it appears.
    ///
    /// # Errors
    ///
    /// Where no broker answers within some five seconds, or a topic may not be read.
    pub fn check(&self) -> Result<(), KafkaError> {
        self.shared.catalog.check()
    }
}

impl Shared {
    fn set_note(&self, note: Option<String>) {
        let mut known = self.note.lock().unwrap_or_else(PoisonError::into_inner);
        if *known == note {
            return;
        }
        match &note {
            Some(note) => tracing::warn!("{note}"),
            None => tracing::info!("no open transaction holds back records any more"),
        }
        *known = note;
    }

    /// The topics and their ends, if the cluster is the one that is meant.
    fn look(&self, log_id: &str) -> Result<Arc<Looked>, SourceError> {
        let looked = self.catalog.look(FRESH)?;
        match looked.log_id == log_id {
            true => Ok(looked),
            false => Err(SourceError::MadeAnew {
                log_id: looked.log_id.clone(),
            }),
        }
    }
}

impl Source for Kafka {
    fn kind(&self) -> &'static str {
        "kafka"
    }

    fn hello(&self) -> Result<Hello, SourceError> {
        let looked = self.shared.catalog.look(FRESH)?;
        let mut topics = Vec::new();
        let mut topic_ids = BTreeMap::new();
        for (name, topic) in &looked.topics {
            for (partition, ends) in &topic.partitions {
                topics.push(TopicEnds {
                    topic: name.to_string(),
                    partition: *partition,
                    start: ends.start,
                    end: self.shared.progress.end(name, *partition, *ends),
                });
            }
            if let Some(id) = &topic.id {
                topic_ids.insert(name.to_string(), id.clone());
            }
        }
        Ok(Hello {
            log_id: looked.log_id.clone(),
            topics,
            topic_ids,
        })
    }

    fn read(
        &self,
        log_id: &str,
        from: &[Position],
        max_bytes: usize,
    ) -> Result<Chunk, SourceError> {
        let looked = self.shared.look(log_id)?;
        let mut reader = match self.shared.pool.take(from) {
            Some(reader) => reader,
            None if reader::is_at_end(&looked, from)? => {
                return Ok(Chunk {
                    next: from.to_vec(),
                    ..Chunk::default()
                });
            }
            None => Reader::begin(&self.shared.config, from)?,
        };
        match reader.read(&self.shared.catalog, &looked, max_bytes) {
            Ok(chunk) => {
                self.shared.pool.keep(reader);
                Ok(chunk)
            }
            Err(error) => {
                pool::dispose(reader);
                Err(error.into())
            }
        }
    }

    /// What holds records back although nothing is wrong with the cluster, such as an open transaction.
    fn note(&self) -> Option<String> {
        let note = self.shared.note.lock();
        note.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn offset_at(
        &self,
        log_id: &str,
        topic: &str,
        timestamp_ms: i64,
    ) -> Result<Vec<(i32, i64)>, SourceError> {
        self.shared.look(log_id)?;
        Ok(self.shared.catalog.offset_at(topic, timestamp_ms)?)
    }

    fn tail(
        &self,
        now_ms: &dyn Fn() -> i64,
        deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        follow::follow(&self.shared, now_ms, deliver)
    }
}
