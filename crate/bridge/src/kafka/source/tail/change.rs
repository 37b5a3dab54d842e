//! What a look at the cluster means for following it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;

use super::super::super::error::explain;
use super::super::super::{KafkaError, native};
use super::super::catalog::{Ends, Looked};
use super::super::places::one;
use super::{Followed, Tail};

/// A new partition with more records than this is no new one: it was there before, and could not be seen.
const NEW_RECORDS: i64 = 10_000;

/// How long a transaction may be open before it is told of.
const OPEN: Duration = Duration::from_secs(5);

/// Whether following goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kafka::source) enum Change {
    /// It is the log that it was, perhaps with more partitions.
    Continues,
    /// Following has to begin anew.
    Anew,
}

impl Tail<'_> {
    /// Takes in what a look at the cluster found.
    pub(in crate::kafka::source) fn take(&mut self, looked: &Looked) -> Result<Change, KafkaError> {
        if looked.log_id != self.log_id {
            return Ok(Change::Anew);
        }
        for (name, topic) in &looked.topics {
            match self.ids.get(name) {
                Some(id) if *id != topic.id => {
                    tracing::info!("topic {name} was made anew; following from its end on");
                    return Ok(Change::Anew);
                }
                Some(_) => {}
                None => {
                    self.ids.insert(name.clone(), topic.id.clone());
                }
            }
            for (partition, ends) in &topic.partitions {
                let change = match self.places.find(name, *partition) {
                    Some(number) => self.keep(number, *ends)?,
                    None => self.take_up(name, *partition, *ends)?,
                };
                if change == Change::Anew {
                    return Ok(change);
                }
            }
        }
        self.leave_what_is_gone(looked)?;
        self.note_open_transactions();
        Ok(Change::Continues)
    }

    /// A partition that is followed already.
    fn keep(&mut self, number: usize, ends: Ends) -> Result<Change, KafkaError> {
        let followed = &mut self.partitions[number];
        if ends.end != followed.ends.end {
            followed.end_since = Instant::now();
        }
        followed.ends = ends;
        if !followed.assigned {
            // It was away for a moment, and is the same.
            followed.assigned = true;
            let partition = one(&followed.topic, followed.partition, followed.reached)?;
            self.assign(&partition)?;
        }
        Ok(Change::Continues)
    }

    /// A partition that was not there when following began: all of its records are new.
    fn take_up(
        &mut self,
        topic: &Arc<str>,
        partition: i32,
        ends: Ends,
    ) -> Result<Change, KafkaError> {
        if ends.start > 0 || ends.end > NEW_RECORDS {
            return Ok(Change::Anew);
        }
        tracing::info!("topic {topic}, partition {partition} is new");
        self.add(topic.clone(), partition, ends, 0);
        self.assign(&one(topic, partition, 0)?)?;
        Ok(Change::Continues)
    }

    /// Stops to follow partitions that are not there any more.
    fn leave_what_is_gone(&mut self, looked: &Looked) -> Result<(), KafkaError> {
        for followed in &mut self.partitions {
            let topic = looked.topics.get(&followed.topic);
            let there =
                topic.is_some_and(|topic| topic.partitions.contains_key(&followed.partition));
            if followed.assigned && !there {
                tracing::warn!(
                    "topic {}, partition {} is gone",
                    followed.topic,
                    followed.partition
                );
                followed.assigned = false;
                let partition = one(&followed.topic, followed.partition, followed.reached)?;
                self.consumer
                    .incremental_unassign(&partition)
                    .map_err(|error| explain::answer(&error, "leave a partition", None))?;
            }
        }
        Ok(())
    }

    /// Says which transactions hold records back.
    fn note_open_transactions(&self) {
        let held_back = |followed: &&Followed| {
            followed.assigned
                && followed.reached >= followed.ends.end
                && followed.end_since.elapsed() >= OPEN
                && native::high_watermark(&self.consumer, &followed.topic, followed.partition)
                    .is_some_and(|high| high > followed.ends.end)
        };
        let note = self.partitions.iter().find(held_back).map(|followed| {
            format!(
                "an open transaction holds back topic {}, partition {} from offset {} on; it is read when its \
                 producer commits or aborts it",
                followed.topic, followed.partition, followed.ends.end
            )
        });
        self.shared.set_note(note);
    }
}
