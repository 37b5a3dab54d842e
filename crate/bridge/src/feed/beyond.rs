//! A tail that was lost while it was followed.

use tokio::time::Instant;
use wire::Hello;

use crate::Position;
use crate::feed::{Feed, Truncated};
use crate::follow::{BEAT, ENDS_AGE};

/// A position beyond the ends that were told.
pub(super) struct Beyond {
    position: Position,
    since: Instant,
    /// When it was last compared: while no ends are told, nothing is known of them.
    seen: Instant,
}

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
            let known = self
                .beyond
                .iter()
                .position(|known| is_same(&known.position, position));
            let now = Instant::now();
            let began = Beyond {
                position: position.clone(),
                since: now,
                seen: now,
            };
            match known {
                None if position.offset <= ends.end => {}
                None => self.beyond.push(began),
                Some(known) if position.offset <= ends.end => {
                    self.beyond.swap_remove(known);
                }
                Some(known) => {
                    let known = &mut self.beyond[known];
                    let unseen = now - std::mem::replace(&mut known.seen, now);
                    if known.position.offset <= ends.end || unseen > 2 * BEAT {
                        // The ends go on; they are only late, or were not told for a while.
                        *known = began;
                    } else if known.since.elapsed() > 2 * ENDS_AGE {
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
            self.beyond
                .retain(|other| !is_same(&other.position, position));
            self.left_out
                .push((position.topic.clone(), position.partition));
        }
        truncated
    }
}

fn is_same(one: &Position, other: &Position) -> bool {
    one.partition == other.partition && one.topic == other.topic
}
