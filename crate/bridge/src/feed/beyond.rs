//! A tail that was lost while it was followed.

use tokio::time::Instant;
use wire::Hello;

use crate::feed::{ENDS_AGE, Feed, Truncated};

impl Feed {
    /// Leaves out partitions that end before what was sent of them, and names them.
    ///
    /// Ends may be older than what was sent a moment ago, so a partition must have stayed behind for a while.
    pub(crate) fn truncated(&mut self, hello: &Hello) -> Vec<Truncated> {
        let mut truncated = Vec::new();
        for position in &self.positions {
            let ends = hello.topics.iter().find(|ends| {
                ends.partition == position.partition && *ends.topic == *position.topic
            });
            let Some(ends) = ends else { continue };
            let known = self.beyond.iter().position(|(known, _)| {
                known.partition == position.partition && known.topic == position.topic
            });
            match known {
                None if position.offset <= ends.end => {}
                None => self.beyond.push((position.clone(), Instant::now())),
                Some(known) if position.offset <= ends.end => {
                    self.beyond.swap_remove(known);
                }
                Some(known) => {
                    let (then, since) = &mut self.beyond[known];
                    if then.offset <= ends.end {
                        // The ends go on; they are only late.
                        (*then, *since) = (position.clone(), Instant::now());
                    } else if since.elapsed() > 2 * ENDS_AGE {
                        truncated.push(Truncated {
                            position: position.clone(),
                            end: ends.end,
                        });
                    }
                }
            }
        }
        for Truncated { position, .. } in &truncated {
            self.positions.retain(|other| other != position);
            self.beyond.retain(|(other, _)| {
                (&other.topic, other.partition) != (&position.topic, position.partition)
            });
            self.left_out
                .push((position.topic.clone(), position.partition));
        }
        truncated
    }
}
