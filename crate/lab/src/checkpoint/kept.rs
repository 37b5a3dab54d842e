//! A lab to a checkpoint, and back.

use learn::number::Number;

use super::{Checkpoint, CheckpointError, FORM, KeptStream, Place, Seen, compare};
use crate::config::LabFile;
use crate::event::Outbox;
use crate::lab::{Bounds, Lab, Stream};
use crate::lane::{KeptLane, Lane};
use crate::redelivery::Repeats;
use crate::rows::Rows;
use crate::{codes, config::Config};

impl Lab {
    /// All that is needed to go on from here; what happened so far is to be drained by the one who keeps it.
    pub fn checkpoint(&self) -> Checkpoint {
        match self.lanes.iter().any(Lane::is_dirty) {
            false => self.settled_checkpoint(),
            true => {
                let mut settled = self.clone();
                settled.settle();
                settled.settled_checkpoint()
            }
        }
    }

    fn settled_checkpoint(&self) -> Checkpoint {
        let Lab {
            config,
            lanes,
            rows,
            rounds,
            time_ms,
            rejected,
            marks,
            ranges,
            sums,
            redelivered,
            bounds: _,
            out,
            streams,
            notes,
            codes,
            seen: Seen { offsets, others },
            takes: _,
        } = self;
        let places = offsets.iter().map(|((stream, partition), offset)| Place {
            topic: streams[*stream].topic.to_string(),
            partition: *partition,
            offset: *offset,
        });
        Checkpoint {
            eddy_checkpoint: FORM,
            lab_hash: compare::hash(&config.file),
            time_ms: *time_ms,
            offsets: places.collect(),
            others: *others,
            lanes: lanes.iter().map(Lane::to_kept).collect(),
            rounds: rounds.clone(),
            rejected: *rejected,
            redelivered: *redelivered,
            held_back: out.held_back().to_vec(),
            codes: codes::to_kept(codes),
            rows: rows.to_kept(),
            streams: streams.iter().map(Stream::to_kept).collect(),
            notes: notes.clone(),
            marks: marks.clone(),
            ranges: ranges.clone(),
            sums: sums.iter().map(|(sum, of)| (Number(*sum), *of)).collect(),
            lab: config.file.clone(),
        }
    }

    /// Goes on from a checkpoint, with the default bounds.
    ///
    /// # Errors
    /// It is of another lab file, or damaged; or the lab file cannot be used.
    pub fn resume(file: LabFile, checkpoint: Checkpoint) -> Result<Lab, CheckpointError> {
        Lab::resume_with(file, Bounds::default(), checkpoint)
    }

    /// Goes on from a checkpoint as if it had never stopped, if the bounds are the same.
    ///
    /// # Errors
    /// It is of another lab file, or damaged; or the lab file cannot be used.
    pub fn resume_with(
        file: LabFile,
        bounds: Bounds,
        checkpoint: Checkpoint,
    ) -> Result<Lab, CheckpointError> {
        let new = Lab::with_bounds(file, bounds)?;
        if compare::hash(&new.config.file) != checkpoint.lab_hash {
            let differ = compare::differences(&checkpoint.lab, &new.config.file);
            return Err(CheckpointError::OtherLab(differ));
        }
        check(&new, &checkpoint).map_err(CheckpointError::Damaged)?;
        go_on(new, checkpoint).map_err(CheckpointError::Damaged)
    }
}

fn go_on(new: Lab, kept: Checkpoint) -> Result<Lab, String> {
    let Checkpoint {
        eddy_checkpoint: _,
        lab_hash: _,
        lab: _,
        time_ms,
        offsets,
        others,
        lanes,
        rounds,
        rejected,
        redelivered,
        held_back,
        codes,
        rows,
        streams,
        notes,
        marks,
        ranges,
        sums,
    } = kept;
    let stream_of = |place: &Place| {
        let mut streams = new.streams.iter();
        streams.position(|stream| *stream.topic == *place.topic)
    };
    let offset = |place: Place| match stream_of(&place) {
        Some(stream) => Ok(((stream, place.partition), place.offset)),
        None => Err(format!("offsets: {} is no stream of its lab", place.topic)),
    };
    let bounds = new.bounds;
    Ok(Lab {
        lanes: lanes_of(&new.config, &bounds, lanes)?,
        rows: Rows::from_kept(rows, &new.config.columns, bounds.rows)?,
        rounds,
        time_ms,
        rejected,
        marks,
        ranges,
        sums: sums
            .into_iter()
            .map(|(Number(sum), of)| (sum, of))
            .collect(),
        redelivered,
        out: Outbox::holding_back(held_back),
        notes,
        codes: codes::from_kept(codes),
        takes: Vec::new(),
        seen: Seen {
            others,
            offsets: offsets.into_iter().map(offset).collect::<Result<_, _>>()?,
        },
        streams: new
            .streams
            .into_iter()
            .zip(&streams)
            .map(|(new, kept)| Stream::from_kept(new, kept, &bounds))
            .collect::<Result<_, _>>()?,
        bounds,
        config: new.config,
    })
}

fn lanes_of(config: &Config, bounds: &Bounds, kept: Vec<KeptLane>) -> Result<Vec<Lane>, String> {
    let lanes = config.lanes.iter().zip(kept).enumerate();
    lanes
        .map(|(i, (config, kept))| {
            Lane::from_kept(i, config.clone(), bounds, kept)
                .map_err(|reason| format!("lanes[{i}].{reason}"))
        })
        .collect()
}

/// Lists that are as long as others, on which others rely.
fn check(lab: &Lab, kept: &Checkpoint) -> Result<(), String> {
    let columns = lab.config.columns.len();
    let lane_names = kept.lanes.iter().map(|lane| lane.name.as_str());
    let topics = kept.streams.iter().map(|stream| stream.topic.as_str());
    let rules = [
        (
            lane_names.eq(lab.lanes.iter().map(|lane| &*lane.config.name)),
            "lanes",
        ),
        (
            topics.eq(lab.streams.iter().map(|stream| &*stream.topic)),
            "streams",
        ),
        (kept.held_back.len() == lab.lanes.len(), "held_back"),
        (
            kept.ranges.len() == columns && kept.sums.len() == columns,
            "ranges and sums",
        ),
        (
            kept.lanes.iter().all(|lane| lane.has_rounds(&kept.rounds)),
            "lanes[].scores",
        ),
    ];
    match rules.iter().find(|(holds, _)| !holds) {
        Some((_, field)) => Err(format!("{field}: is not of its lab")),
        None => Ok(()),
    }
}

impl Stream {
    fn to_kept(&self) -> KeptStream {
        let Stream {
            topic,
            // Its memory saves time and changes nothing.
            reading: _,
            repeats,
            // Of the lab file.
            end_is_told: _,
            repeats_remarked,
        } = self;
        KeptStream {
            topic: topic.to_string(),
            repeats: repeats.to_kept(),
            repeats_remarked: *repeats_remarked,
        }
    }

    fn from_kept(new: Stream, kept: &KeptStream, bounds: &Bounds) -> Result<Stream, String> {
        let KeptStream {
            topic,
            repeats,
            repeats_remarked,
        } = kept;
        let repeats = Repeats::from_kept(repeats, bounds.events);
        Ok(Stream {
            repeats: repeats.map_err(|reason| format!("streams, {topic}: {reason}"))?,
            repeats_remarked: *repeats_remarked,
            ..new
        })
    }
}
