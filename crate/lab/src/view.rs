//! Makes the picture of the lab at the playhead.
//!
//! Everything is read from what lab and lanes keep; nothing here changes them.

use learn::kmeans::{self, Model};

use crate::config::{Cut, Role};
use crate::lab::Lab;
use crate::lane::{Lane, Prediction};
use crate::rows::Verdict;
use crate::snapshot::{
    Density, EventRow, LaneHead, LedgerRow, OpenBatch, Playhead, PredictionRow, Round, Snapshot,
    Stage, View,
};
use crate::timeline::Entry;

/// At most this many cells of the open batch are shown.
const BATCH_CELLS: usize = 512;

/// Cells of the older rows' density, across and down.
const GRID: (usize, usize) = (48, 32);

/// At most so many older rows are counted.
const SAMPLE: u64 = 4_096;

/// Longer texts in the place of a number are cut.
const TEXT_CHARS: usize = 24;

/// What a view sees: the lane, and the place on its timeline.
struct Place<'a> {
    lab: &'a Lab,
    lane: &'a Lane,
    /// Records applied at the playhead.
    record: u64,
    /// Index into the lane's timeline.
    entry: usize,
    live: bool,
}

impl Lab {
    /// The picture at the playhead.
    pub fn snapshot(&self, view: &View) -> Snapshot {
        let lane_index = view.lane.min(self.lanes.len() - 1);
        let place = self.place(lane_index, view.at);
        let labels = self.labels();
        let (predictions, predictions_total) = predictions(&place, &labels, view.rows);
        Snapshot {
            lanes: self.lanes.iter().map(|lane| self.head(lane)).collect(),
            lane: lane_index,
            axes: axes(place.lane, view),
            features: place.lane.config.feature_names.clone(),
            labels: labels.iter().map(|label| self.label_name(label)).collect(),
            cluster_labels: cluster_labels(place.lane, &labels),
            judged: place.lane.config.label.is_some() && place.lane.config.cluster_labels.is_some(),
            records: self.rows.end(),
            record: place.record,
            live: place.live,
            version: place.entry().last,
            versions: place.lane.timeline.versions(),
            lab_time_ms: self.time_ms,
            stage: stage(&place, view, &labels),
            batch: open_batch(&place),
            ledger: place.lane.timeline.entries()[..=place.entry]
                .iter()
                .rev()
                .take(view.rows)
                .map(ledger_row)
                .collect(),
            bars: bars(place.lane, view.bars),
            predictions,
            predictions_total,
            rounds: self.rounds(place.lane, view.bars),
            events: self.events(&place, view.rows),
            rejected: self.rejected,
            marks: self.marks.clone(),
            let_go: self.rows.first(),
        }
    }

    fn place(&self, lane: usize, at: Playhead) -> Place<'_> {
        let lane = &self.lanes[lane];
        let end = self.rows.end();
        let (record, entry) = match at {
            Playhead::Live => (end, lane.timeline.entries().len() - 1),
            Playhead::Version(version) => {
                let entry = lane.timeline.of_version(version);
                (lane.timeline.entries()[entry].to_record, entry)
            }
            Playhead::Record(record) => (record.min(end), lane.timeline.of_record(record.min(end))),
        };
        Place {
            lab: self,
            lane,
            record,
            entry,
            live: at == Playhead::Live,
        }
    }

    fn head(&self, lane: &Lane) -> LaneHead {
        let params = &lane.config.params;
        let interval = matches!(lane.config.cut, Cut::Interval(_));
        let (engine, algorithm) = match params.engine() {
            kmeans::Engine::Flink => ("Flink", "OnlineKMeans"),
            kmeans::Engine::Spark => ("Spark", "StreamingKMeans"),
        };
        LaneHead {
            name: lane.config.name.clone(),
            engine: engine.to_owned(),
            algorithm: algorithm.to_owned(),
            parameters: parameters(lane),
            versions: lane.timeline.versions(),
            ready: lane.held() == 0 && (!interval || lane.batch_rows() == 0),
            window_end_ms: lane.window_end_ms(),
            waiting: lane.batch_rows() as u64,
            rounds: (0..self.rounds.spans.len())
                .map(|i| lane.scores.get(i).copied().unwrap_or_default())
                .collect(),
        }
    }

    /// The labels in colour order: as named, then as pinned.
    fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = self.config.file.label_names.keys().cloned().collect();
        for lane in &self.config.lanes {
            for label in lane.cluster_labels.iter().flatten() {
                if !labels.contains(label) {
                    labels.push(label.clone());
                }
            }
        }
        labels
    }

    fn label_name(&self, label: &str) -> String {
        self.config
            .file
            .label_names
            .get(label)
            .cloned()
            .unwrap_or_else(|| label.to_owned())
    }

    fn rounds(&self, lane: &Lane, most: usize) -> Vec<Round> {
        let spans = &self.rounds.spans;
        let from = spans.len().saturating_sub(most);
        let round = |(i, span): (usize, &(u64, u64))| {
            let (right, of) = lane.scores.get(from + i).copied().unwrap_or_default();
            Round {
                first: span.0,
                last: span.1,
                right,
                of,
            }
        };
        spans[from..].iter().enumerate().map(round).collect()
    }

    fn events(&self, place: &Place<'_>, most: usize) -> Vec<EventRow> {
        let oldest = self
            .rows
            .first()
            .max(place.record.saturating_sub(most as u64));
        (oldest..place.record)
            .rev()
            .filter_map(|record| self.event(place.lane, record))
            .collect()
    }

    fn event(&self, lane: &Lane, record: u64) -> Option<EventRow> {
        let meta = self.rows.meta(record)?;
        let values = match meta.verdict {
            Verdict::Shown => Vec::new(),
            Verdict::Row | Verdict::Rejected => self.features(lane, record),
        };
        let texts = texts(&values, |i| {
            self.rows.label(record, lane.config.features[i])
        });
        Some(EventRow {
            record: Some(record),
            topic: self.topic(meta.stream as usize).to_string(),
            partition: meta.partition,
            offset: meta.offset,
            op: meta.op,
            role: role_number(self.role(meta.stream as usize)),
            values,
            texts,
            note: self.rows.note(record).to_owned(),
        })
    }

    pub(crate) fn features(&self, lane: &Lane, record: u64) -> Vec<f64> {
        lane.config
            .features
            .iter()
            .map(|column| self.rows.number(record, *column))
            .collect()
    }
}

impl Place<'_> {
    fn entry(&self) -> &Entry {
        &self.lane.timeline.entries()[self.entry]
    }

    /// The model at the playhead; where it was let go, the oldest one kept.
    fn model(&self) -> Option<&Model> {
        self.lane.timeline.entries()[self.entry..]
            .iter()
            .find_map(|entry| entry.model.as_ref())
    }

    /// Whether a retained record is a row of this lane, and its stream's role.
    fn row(&self, record: u64) -> Option<Role> {
        let meta = self.lab.rows.meta(record)?;
        let role = self.lab.role(meta.stream as usize);
        (meta.verdict == Verdict::Row && role != Role::Ignore).then_some(role)
    }
}

/// What stands in the place of each value that is no number, at most so long; nothing where all are numbers.
pub(crate) fn texts(values: &[f64], text: impl Fn(usize) -> Option<String>) -> Vec<String> {
    if values.iter().all(|value| value.is_finite()) {
        return Vec::new();
    }
    let shown = |(i, value): (usize, &f64)| {
        let text = text(i).filter(|_| !value.is_finite()).unwrap_or_default();
        match text.char_indices().nth(TEXT_CHARS) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    };
    values.iter().enumerate().map(shown).collect()
}

/// 0 train, 1 classify, 2 both, 3 ignore.
pub fn role_number(role: Role) -> u8 {
    match role {
        Role::Train => 0,
        Role::Classify => 1,
        Role::Both => 2,
        Role::Ignore => 3,
    }
}

fn parameters(lane: &Lane) -> String {
    let params = &lane.config.params;
    let mut parts = vec![
        format!("k {}", params.k()),
        format!("decay {}", params.decay_factor()),
    ];
    parts.push(match lane.config.cut {
        Cut::Count(rows) => format!("batch {rows}"),
        Cut::Interval(ms) if ms % 1000 == 0 => format!("every {} s", ms / 1000),
        Cut::Interval(ms) => format!("every {ms} ms"),
        Cut::Hand => "batch by hand".to_owned(),
    });
    parts.push(distance_name(params.distance()).to_owned());
    if params.parallelism() > 1 {
        parts.push(format!("parallelism {}", params.parallelism()));
    }
    parts.join(" · ")
}

fn distance_name(distance: kmeans::Distance) -> &'static str {
    match distance {
        kmeans::Distance::Euclidean => "euclidean",
        kmeans::Distance::Manhattan => "manhattan",
        kmeans::Distance::Cosine => "cosine",
    }
}

fn cluster_labels(lane: &Lane, labels: &[String]) -> Vec<usize> {
    let pinned = lane.config.cluster_labels.as_deref();
    (0..lane.config.params.k())
        .map(|cluster| {
            let label = pinned.and_then(|pinned| pinned.get(cluster));
            label
                .and_then(|label| labels.iter().position(|known| known == label))
                .unwrap_or(cluster)
        })
        .collect()
}

/// The view's features, as far as the lane has them; only a lane of one feature has it on both axes.
fn axes(lane: &Lane, view: &View) -> (usize, usize) {
    let last = lane.config.params.dim() - 1;
    if view.x <= last && view.y <= last {
        (view.x, view.y)
    } else {
        (last.saturating_sub(1), last)
    }
}

fn stage(place: &Place<'_>, view: &View, labels: &[String]) -> Stage {
    let (lane, lab) = (place.lane, place.lab);
    let (x, y) = axes(lane, view);
    let mut stage = Stage {
        x_range: range(place, x),
        y_range: range(place, y),
        slice: slice(place),
        distance: distance_name(lane.config.params.distance()).to_owned(),
        ..Stage::default()
    };
    let Some(model) = place.model() else {
        return stage;
    };
    stage.centroids = model.centroids.clone();
    stage.weights = model.weights.clone();
    stage.paths = paths(place, x, y, view.bars);
    let points = newest_rows(place, view.points);
    if points.len() == view.points {
        stage.older = older(place, (x, y), &stage, points.last().copied().unwrap_or(0));
    }
    for record in points.into_iter().rev() {
        let test = place.row(record) == Some(Role::Classify);
        let features = lab.features(lane, record);
        // A test row keeps what it was given; one that still waits has what it would be given.
        let given = if test {
            prediction_of(lane, record)
        } else {
            None
        };
        let cluster = match given {
            Some(prediction) => prediction.nearest.cluster,
            None => kmeans::nearest(&lane.config.params, model, &features).cluster,
        };
        stage.point_x.push(features[x] as f32);
        stage.point_y.push(features[y] as f32);
        stage.point_cluster.push(cluster.min(254) as u8);
        stage
            .point_label
            .push(label_index(place, record, labels).map_or(255, |label| label.min(254) as u8));
        stage.point_test.push(u8::from(test));
        stage.point_record.push(record as u32);
    }
    stage
}

/// The newest rows up to the playhead, newest first; of the test rows only those of the newest round.
fn newest_rows(place: &Place<'_>, most: usize) -> Vec<u64> {
    let spans = &place.lab.rounds.spans;
    let round_from = spans[..spans.partition_point(|span| span.0 < place.record)]
        .last()
        .map_or(0, |span| span.0);
    let records = (place.lab.rows.first()..place.record).rev();
    let drawn = |record: &u64| match place.row(*record) {
        Some(Role::Classify) => *record >= round_from,
        Some(_) => true,
        None => false,
    };
    records.filter(drawn).take(most).collect()
}

/// Where the training rows before a record lie. At most [`SAMPLE`] of them are looked at, spread evenly
/// and always the same ones, so that the picture is still while rows come in.
fn older(place: &Place<'_>, axes: (usize, usize), stage: &Stage, before: u64) -> Density {
    let first = place.lab.rows.first();
    let step = before
        .saturating_sub(first)
        .div_ceil(SAMPLE)
        .next_power_of_two();
    // A row of each stretch, not always the same one: streams may take turns.
    let sampled = (first / step..before.div_ceil(step))
        .map(|stretch| stretch * step + (stretch.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) % step);
    let (across, down) = GRID;
    let cell = |value: f64, (least, largest): (f64, f64), cells: usize| {
        let share = (value - least) / (largest - least);
        // Not a number where all values are the same: the first cell.
        ((share * cells as f64) as usize).min(cells - 1)
    };
    let mut counts = vec![0; across * down];
    let mut any = false;
    for record in sampled.filter(|record| (first..before).contains(record)) {
        if matches!(place.row(record), Some(Role::Train | Role::Both)) {
            let value = |axis: usize| {
                let column = place.lane.config.features[axis];
                place.lab.rows.number(record, column)
            };
            let column = cell(value(axes.0), stage.x_range, across);
            let row = cell(value(axes.1), stage.y_range, down);
            counts[row * across + column] += step as u32;
            any = true;
        }
    }
    if any {
        Density { size: GRID, counts }
    } else {
        Density::default()
    }
}

fn range(place: &Place<'_>, feature: usize) -> (f64, f64) {
    let rows = place.lab.ranges[place.lane.config.features[feature]];
    // Every lane's centroids count, so that a switch of lanes does not rescale.
    let mut range = rows;
    for lane in &place.lab.lanes {
        let column = place.lane.config.features[feature];
        if let Some(i) = lane
            .config
            .features
            .iter()
            .position(|other| *other == column)
        {
            range = (range.0.min(lane.ranges[i].0), range.1.max(lane.ranges[i].1));
        }
    }
    if range.0 <= range.1 {
        range
    } else {
        (0.0, 1.0)
    }
}

fn slice(place: &Place<'_>) -> Vec<f64> {
    let lane = place.lane;
    let mean = |(i, column): (usize, &usize)| {
        let (sum, count) = place.lab.sums[*column];
        if count > 0 {
            return sum / count as f64;
        }
        let dim = lane.config.params.dim();
        let initial = &lane.config.initial.centroids;
        initial.iter().skip(i).step_by(dim).sum::<f64>() / lane.config.params.k() as f64
    };
    lane.config.features.iter().enumerate().map(mean).collect()
}

fn paths(place: &Place<'_>, x: usize, y: usize, most: usize) -> Vec<Vec<(f64, f64)>> {
    let dim = place.lane.config.params.dim();
    let k = place.lane.config.params.k();
    let entries = &place.lane.timeline.entries()[..=place.entry];
    let models: Vec<&Model> = entries
        .iter()
        .filter_map(|entry| entry.model.as_ref())
        .collect();
    let step = models.len().div_ceil(most.max(1)).max(1);
    // Every step-th one, counted from the newest, so that the path ends where the centroid is.
    let kept: Vec<&Model> = models.iter().rev().step_by(step).rev().copied().collect();
    (0..k)
        .map(|i| {
            kept.iter()
                .map(|model| (model.centroids[i * dim + x], model.centroids[i * dim + y]))
                .collect()
        })
        .collect()
}

fn open_batch(place: &Place<'_>) -> OpenBatch {
    let lane = place.lane;
    let dim = lane.config.params.dim();
    let entry = place.entry();
    let rows: Vec<f64> = if place.live {
        lane.batch().to_vec()
    } else {
        let trained = |record: &u64| matches!(place.row(*record), Some(Role::Train | Role::Both));
        let records = (entry.to_record.max(place.lab.rows.first())..place.record).filter(trained);
        records
            .flat_map(|record| place.lab.features(lane, record))
            .collect()
    };
    let count = rows.len() / dim;
    let shown = &rows[count.saturating_sub(BATCH_CELLS) * dim..];
    let clusters = match place.model() {
        Some(model) => shown
            .chunks(dim)
            .map(|row| {
                kmeans::nearest(&lane.config.params, model, row)
                    .cluster
                    .min(255) as u8
            })
            .collect(),
        None => Vec::new(),
    };
    OpenBatch {
        number: entry.last,
        rows: count as u64,
        size: if let Cut::Count(size) = lane.config.cut {
            Some(size as u64)
        } else {
            None
        },
        window_ms: match (lane.config.cut, lane.window_end_ms()) {
            (Cut::Interval(ms), Some(end)) if place.live => Some((end - ms, end)),
            _ => None,
        },
        clusters,
        held: if place.live { lane.held() as u64 } else { 0 },
    }
}

fn ledger_row(entry: &Entry) -> LedgerRow {
    LedgerRow {
        first: entry.first,
        last: entry.last,
        rows: entry.rows,
        counts: entry.counts.clone(),
        shift: entry.shift,
        shifts: entry.shifts.clone(),
        inertia_before: entry.inertia_before,
        inertia_after: entry.inertia_after,
        from_record: entry.from_record,
        to_record: entry.to_record,
        offsets: offsets(entry),
        note: note(entry),
    }
}

fn offsets(entry: &Entry) -> String {
    let short = |topic: &str| topic.rsplit('.').next().unwrap_or(topic).to_owned();
    match &entry.span {
        None => String::new(),
        Some((first, last)) if first.topic == last.topic && first.partition == last.partition => {
            format!("{} {}–{}", short(&first.topic), first.offset, last.offset)
        }
        Some((first, last)) => {
            let place = |source: &crate::event::Source| {
                format!(
                    "{}/{}/{}",
                    short(&source.topic),
                    source.partition,
                    source.offset
                )
            };
            format!("{} – {}", place(first), place(last))
        }
    }
}

fn note(entry: &Entry) -> String {
    if entry.first == 1 {
        return "the initial model: it already answers test rows".to_owned();
    }
    let split = entry
        .split
        .map(|(heavy, dying)| format!("cluster {heavy} was split, {dying} laid beside it"));
    if entry.rows == 0 {
        return match split {
            Some(split) => format!("empty batch: {split}"),
            None if entry.last > entry.first => {
                format!("{} empty batches", entry.last - entry.first + 1)
            }
            None => "empty batch".to_owned(),
        };
    }
    if let Some(split) = split {
        return split;
    }
    let silent: Vec<String> = entry
        .counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count == 0)
        .map(|(i, _)| i.to_string())
        .collect();
    match silent.len() {
        0 => String::new(),
        1 => format!("cluster {} got no rows", silent[0]),
        _ => format!("clusters {} got no rows", silent.join(", ")),
    }
}

/// The whole timeline, neighbours merged until at most `most` are left; each keeps its largest shift.
fn bars(lane: &Lane, most: usize) -> Vec<LedgerRow> {
    let entries = lane.timeline.entries();
    let width = entries.len().div_ceil(most.max(1)).max(1);
    entries
        .chunks(width)
        .map(|entries| {
            entries
                .iter()
                .map(ledger_row)
                .reduce(merge)
                .unwrap_or_default()
        })
        .collect()
}

fn merge(mut a: LedgerRow, b: LedgerRow) -> LedgerRow {
    a.last = b.last;
    a.rows += b.rows;
    for (a, b) in a.counts.iter_mut().zip(&b.counts) {
        *a += b;
    }
    for (a, b) in a.shifts.iter_mut().zip(&b.shifts) {
        *a = a.max(*b);
    }
    a.shift = a.shift.max(b.shift);
    a.inertia_after = if b.rows > 0 {
        b.inertia_after
    } else {
        a.inertia_after
    };
    a.to_record = b.to_record;
    a
}

fn predictions(place: &Place<'_>, labels: &[String], most: usize) -> (Vec<PredictionRow>, u64) {
    let lane = place.lane;
    // In the order in which they were made; held ones were made when their window closed.
    let made = |prediction: &&Prediction| {
        prediction.record < place.record && prediction.version <= place.entry().last
    };
    let total = if place.live {
        lane.predictions.len()
    } else {
        lane.predictions.iter().filter(made).count()
    };
    let rows = lane
        .predictions
        .iter()
        .rev()
        .filter(made)
        .take(most)
        .map(|prediction| prediction_row(place, prediction, labels));
    (rows.collect(), lane.predictions_let_go + total as u64)
}

fn prediction_row(place: &Place<'_>, prediction: &Prediction, labels: &[String]) -> PredictionRow {
    let lab = place.lab;
    let record = prediction.record;
    let meta = lab.rows.meta(record);
    let label = place
        .lane
        .config
        .label
        .and_then(|column| lab.rows.label(record, column));
    PredictionRow {
        record,
        topic: meta.map_or_else(String::new, |meta| {
            lab.topic(meta.stream as usize).to_string()
        }),
        partition: meta.map_or(0, |meta| meta.partition),
        offset: meta.map_or(-1, |meta| meta.offset),
        features: lab.features(place.lane, record),
        cluster: prediction.nearest.cluster,
        distance: prediction.nearest.distance,
        runner_up: prediction.nearest.runner_up,
        runner_up_distance: prediction.nearest.runner_up_distance,
        label_index: label
            .as_ref()
            .and_then(|label| labels.iter().position(|known| known == label)),
        label: label.map(|label| lab.label_name(&label)),
        right: prediction.right,
        version: prediction.version,
        round: lab.rounds.of(record).map_or(0, |round| round as u32 + 1),
    }
}

fn prediction_of(lane: &Lane, record: u64) -> Option<&Prediction> {
    let at = lane
        .predictions
        .partition_point(|prediction| prediction.record < record);
    lane.predictions
        .get(at)
        .filter(|prediction| prediction.record == record)
}

fn label_index(place: &Place<'_>, record: u64, labels: &[String]) -> Option<usize> {
    let label = place.lab.rows.label(record, place.lane.config.label?)?;
    labels.iter().position(|known| *known == label)
}
