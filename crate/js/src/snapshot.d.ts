/** What an axis of the stage shows. */
export type Axis = { Feature: number } | { Component: number };

/** The rows of a class. */
export interface ClassRow {
  /** The label, by name. */
  name: string;
  /** Its colour index; null where no cluster can stand for it. */
  label: number | null;
  /** Rows by cluster (engine id), or by predicted class; sums of weights where the past fades. */
  counts: number[];
}

/** The coefficients of a version. */
export interface Coefficients {
  /** The version. */
  version: number;
  /** Records applied when it was made. */
  record: number;
  /** In the features' order. */
  coefficients: number[];
  /** What a row of zeros gives. */
  intercept: number;
}

export interface Components {
  rows: number;
  mean: number[];
  axes: [number[], number[]];
  share: [number, number];
}

/** Which rows went where. */
export interface ConfusionView {
  /** The classes, in the order of the clusters that stand for them; then the others. */
  classes: ClassRow[];
  /** Whether there are more classes or clusters than are shown. */
  left_out: boolean;
}

/** How many rows lie where, on a grid over the stage's ranges. */
export interface Density {
  /** Cells across and down; 0 where there are no older rows. */
  size: [number, number];
  /**
   * Rows in each cell, line by line from the smallest y, each from the smallest x. Of many rows
   * only a sample is counted, and stands for the others.
   */
  counts: number[];
}

/** One change event as it was read. */
export interface EventRow {
  /** The record's number, counted from 0; null while it waits. */
  record: number | null;
  /** Topic. */
  topic: string;
  /** Partition. */
  partition: number;
  /** Offset. */
  offset: number;
  /**
   * 'c', 'u', 'd', 'r', 't', 'm', 'h' for a heartbeat, 'x' for a transaction's begin or end, 'v' for a version
   * of a job's model, '0' for a tombstone, '!' for not read.
   */
  op: string;
  /** Whether the same event has come before. */
  again: boolean;
  /** 0 train, 1 classify, 2 both, 3 ignored topic. */
  role: number;
  /** The features as they arrived, NaN where one is no number; empty where there are none. */
  values: number[];
  /** For each feature that is no number what arrived instead, cut short; empty where all are numbers. */
  texts: string[];
  /**
   * What there is to say of it: "tombstone: ignored", "deleted: not unlearned", "came again: counted once
   * (offset 5 first)", or why it was rejected.
   */
  note: string;
}

/** How far a lane's own rules are from a version of the job that it follows. */
export interface FollowedRow {
  /** The largest relative difference; NaN where it was not compared. */
  difference: number;
  /** Whether that is 1e-12 or less, or there is nothing to compare, and nothing is remarked. */
  same: boolean;
  /** Where the difference is, why there is none, and what else was found. */
  says: string;
}

/** What there is to say of the job that a lane follows. */
export interface FollowsView {
  /** The model topic. */
  topic: string;
  /** The lane that the job's records name. */
  lane: string;
  /** The newest version of the job that is known; 0 without any. */
  newest: number;
  /** Versions of these that wait for their rows. */
  waiting: number;
  /** Rows that no version has learned. */
  unlearned: number;
  /** Versions that were compared. */
  compared: number;
  /** The largest relative difference of these; 0 without any. */
  largest: number;
  /** Versions that are not the same, could not be compared, or of which something is remarked. */
  apart: number;
  /** The first of these; 0 without any. */
  first_apart: number;
  /** What there is to say of that one. */
  says: string;
}

/** Where a lane leaves another. */
export interface ForkMark {
  /** Index of the other lane; the lane's own where that is no longer there. */
  of: number;
  /** The version that both have. */
  version: number;
  /** Records applied when it was made; null while it is not. */
  record: number | null;
}

/** The head of a lane. */
export interface LaneHead {
  /** Name, as in the lab file. */
  name: string;
  /** "Flink", "Spark", or nothing. */
  engine: string;
  /** The engine's class, as "OnlineKMeans", or the method's name, as "recursive least squares". */
  algorithm: string;
  /** What the model answers with. */
  task: Task;
  /** Whether the engine answers before its first batch. */
  answers_at_once: boolean;
  /** The engine's defects that show in the lane, each a sentence. */
  defects: string[];
  /** "k 3 · decay 0 · batch 32 · euclidean". */
  parameters: string;
  /** What the lane's scaler does: "standard", "standard, frozen after 100 rows"; empty without one. */
  scaler: string;
  /** The job that it follows; null where it learns by itself. */
  follows: FollowsView | null;
  /** Newest version. */
  versions: number;
  /**
   * Whether nothing waits in the lane: no classify row is held for a window, and no training row sits
   * in an open interval window. Count lanes are always ready.
   */
  ready: boolean;
  /** When the open window ends, ms of lab time; null for lanes that do not cut by interval. */
  window_end_ms: number | null;
  /** Training rows in the open batch. */
  waiting: number;
  /** Test rounds: (right, of) each, oldest first. */
  rounds: [number, number][];
  /** Rows that corrections took out of their batches again. */
  corrected: number;
  /** Corrections that were refused. */
  corrections_refused: number;
}

/** A version, or a run of them, with the batch that made it. */
export interface LedgerRow {
  /** First version of the entry; equal to `last` unless empty batches made a run or bars were merged. */
  first: number;
  /** Last version of the entry. */
  last: number;
  /** Training rows of the batch; 0 for version 1 and empty batches. */
  rows: number;
  /** Rows per cluster, or per class; empty for a regression. */
  counts: number[];
  /** Largest move of a centroid, or that of the coefficients, in the model's units (behind the scaler). */
  shift: number;
  /** Move of each centroid, or of each coefficient and then the intercept. */
  shifts: number[];
  /** Mean loss per row before (squared distance, squared error, log-loss); NaN without rows. */
  loss_before: number;
  /** Mean loss per row after; NaN without rows. */
  loss_after: number;
  /** How the version does on the newest test rows; null where there are none with a target. */
  tested: TestedRow | null;
  /** Records applied when the batch was opened (the version before it was made). */
  from_record: number;
  /** Records applied when the version was made. */
  to_record: number;
  /** How often corrections have rewritten the version. */
  revision: number;
  /** Of a job's version: how far the lane's own rules are from it. */
  followed: FollowedRow | null;
  /** "iris_train 96–127", empty without rows. */
  offsets: string;
  /** What else there is to say: "cluster 1 got no rows and stayed", "empty: cluster 2 was split". */
  note: string;
}

/**
 * What the panels of a linear model are drawn from, in the columns' units.
 *
 * All points are rows with a known target, oldest first, at most `View::points`.
 */
export interface LinearView {
  /** Coefficients at the playhead, in the features' order. */
  coefficients: number[];
  /** Intercept at the playhead. */
  intercept: number;
  /** Coefficients of the versions up to the playhead, oldest first, at most `View::bars`. */
  history: Coefficients[];
  /** Points: the record's number, counted from 0. */
  record: number[];
  /** Points: the feature on the horizontal axis. */
  x: number[];
  /** Points: the target. */
  actual: number[];
  /**
   * Points: the target, less what the shown version makes of the other features' distances from `Stage::slice`.
   *
   * So the points lie about the line that the shown version draws over x with the other features at their means.
   */
  adjusted: number[];
  /**
   * Points: what was predicted when the row came, for rows that were; else what the shown version predicts. For
   * logistic models the probability of class 1.
   */
  predicted: number[];
  /** Points: whether `predicted` was given when the row came (1), or is the shown version's (0). */
  given: number[];
  /** Least and largest target of the retained rows that were used (grows only). */
  target_range: [number, number];
  /** The same for each feature. */
  feature_ranges: [number, number][];
}

/** A mark on the timeline. */
export interface Mark {
  /** Records applied when it was met. */
  record: number;
  /** What it marks. */
  kind: MarkKind;
  /** "140 records are gone from flink.public.iris_train: offsets 1204–1343". */
  text: string;
}

/** What a mark on the timeline marks. */
export type MarkKind = "Gap" | "Drift" | "Labels";

/** What the measures were at one time. */
export interface MeasurePoint {
  /** Records applied. */
  record: number;
  /** The newest version. */
  version: number;
  /** Predictions that were counted. */
  rows: number;
  /** In the order of `MeasuresView::list`. */
  values: number[];
}

/** One measure and its value. */
export interface MeasureRow {
  /** "adjusted_rand" */
  name: string;
  /** "Adjusted Rand index" */
  title: string;
  /** Empty where there is none. */
  unit: string;
  /** What it is, with its source. */
  definition: string;
  /** NaN where there is nothing to measure. */
  value: number;
}

/** What predictions are worth at the playhead, each counted when it was made. */
export interface MeasuresView {
  /** Over which rows: "all test rows", "last 200 test rows", "fading 0.99". */
  span: string;
  /** Predictions with a label or target that were counted. */
  rows: number;
  /** The measures of the shown lane's kind of model, always in the same order. */
  list: MeasureRow[];
  /** Labels by clusters, or classes by predicted ones; null before the first row, and of a regression. */
  confusion: ConfusionView | null;
  /**
   * The measures over the whole timeline, oldest first, at most `View::bars`: as they were at versions and ends of
   * test rounds. Silhouettes are not among the values.
   */
  history: MeasurePoint[];
  /** What there is to say where nothing is measured: "after the first labelled test row"; else empty. */
  note: string;
}

/** The batch that is being collected at the playhead. */
export interface OpenBatch {
  /** Its number: batch n makes version n + 1. */
  number: number;
  /** Rows in it. */
  rows: number;
  /** Count lanes: rows that make it full. */
  size: number | null;
  /** Interval lanes: start and end of the window, ms of lab time. */
  window_ms: [number, number] | null;
  /** The cluster that the shown version would give to each of its newest rows (at most 512), oldest first. */
  clusters: number[];
  /** Rows to classify that wait for the window's end. */
  held: number;
  /** Time of its newest row, ms since the epoch; null without rows, and where the playhead looks back. */
  newest_ms: number | null;
}

/** One prediction with its provenance. */
export interface PredictionRow {
  /** The record's number, counted from 0. */
  record: number;
  /** Topic, partition, offset. */
  topic: string;
  /** Partition. */
  partition: number;
  /** Offset. */
  offset: number;
  /** Features as numbers. */
  features: number[];
  /** Given cluster (engine id), or class; 0 for a regression. */
  cluster: number;
  /** Distance to the cluster; NaN for other models. */
  distance: number;
  /** Runner-up (engine id). */
  runner_up: number;
  /** Distance to the runner-up; NaN when k is 1, and for other models. */
  runner_up_distance: number;
  /** The predicted number of a regression, or the probability of class 1; NaN for other models. */
  value: number;
  /** What was to be predicted; NaN where that is not known. */
  target: number;
  /** The row's label, by name; null without. */
  label: string | null;
  /** Colour index of the label; null where no cluster stands for it. */
  label_index: number | null;
  /** Whether the given cluster stands for the label; null without labels. */
  right: boolean | null;
  /** Version that gave it. */
  version: number;
  /** Test round, counted from 1. */
  round: number;
}

/** An update or a delete whose old row could not be taken out of its batch. */
export interface RefusedRow {
  /** Topic of the event. */
  topic: string;
  /** Its partition. */
  partition: number;
  /** Its offset. */
  offset: number;
  /** Why, and what to do. */
  reason: string;
}

/** A longest run of classified records with no training record between them. */
export interface Round {
  /** First record's number. */
  first: number;
  /** Last record's number. */
  last: number;
  /** Right predictions so far. */
  right: number;
  /** Predictions so far (rows that are still held do not count). */
  of: number;
  /** Mean squared error of a regression; NaN elsewhere. */
  mse: number;
  /** Mean absolute error of a regression; NaN elsewhere. */
  mae: number;
  /** Coefficient of determination of a regression; NaN elsewhere. */
  r2: number;
}

/** One picture of the lab at the playhead. */
export interface Snapshot {
  /** All lanes, for the switch and the heads. */
  lanes: LaneHead[];
  /** Index of the shown lane. */
  lane: number;
  /**
   * What the stage was made for: horizontal, vertical. They are those of the view, or the last two features where
   * the lane has no such ones.
   */
  axes: [Axis, Axis];
  /** Names of the shown lane's features. */
  features: string[];
  /** What the shown lane's model answers with. */
  task: Task;
  /** Name of the column that the shown lane's model learns to predict; empty where there is none. */
  target: string;
  /** Names of the labels, in colour order; empty without a label column. */
  labels: string[];
  /** For each engine id the colour and label index (without labels: the id itself). */
  cluster_labels: number[];
  /**
   * Whether test rows of the shown lane can be right or wrong: it has a label, and its clusters
   * stand for labels. Elsewhere the rounds' `right` says nothing.
   */
  judged: boolean;
  /** Records applied in all. */
  records: number;
  /** Records applied at the playhead. */
  record: number;
  /** Whether the playhead is at the newest record. */
  live: boolean;
  /** The version at the playhead, counted from 1. */
  version: number;
  /** The newest version of the shown lane. */
  versions: number;
  /** Lab time at the newest record or tick, ms since the epoch; null before the first. */
  lab_time_ms: number | null;
  /** The scatter plot. */
  stage: Stage;
  /** What the panels of a linear model are drawn from; null where the shown lane has another. */
  linear: LinearView | null;
  /** What the shown lane's predictions are worth at the playhead. */
  measures: MeasuresView;
  /** The batch that is open at the playhead. */
  batch: OpenBatch;
  /** Versions up to the playhead, newest first, bounded. */
  ledger: LedgerRow[];
  /** The whole timeline (also behind the playhead), oldest first, merged to at most `View::bars`. */
  bars: LedgerRow[];
  /** Predictions up to the playhead, newest first, bounded. */
  predictions: PredictionRow[];
  /** How many predictions there are up to the playhead. */
  predictions_total: number;
  /** All test rounds of the shown lane, oldest first (those with `first > record` lie behind the playhead). */
  rounds: Round[];
  /** Applied change events up to the playhead, newest first, bounded. */
  events: EventRow[];
  /** Applied events that were rejected (skipped, nothing learned), in all. */
  rejected: number;
  /** Events that came again (shown, and counted as the lanes' policies say), in all. */
  redelivered: number;
  /** The shown lane's refused corrections, newest first, bounded; the lane's head counts all. */
  refused: RefusedRow[];
  /** What there is to say of the streams as a whole, oldest first. */
  notes: StreamNote[];
  /** Gaps and other marks on the timeline. */
  marks: Mark[];
  /** Rows by record that were let go because of the retention bound. */
  let_go: number;
  /** What the timeline shows of each lane, in the order of `lanes`; empty in pictures beside others. */
  tracks: Track[];
  /** The version that [`View::lit`] asks for, and those of the points that made it, by record number, ascending. */
  lit: [number, number[]] | null;
}

/** The scatter plot at the playhead: all coordinates in the axes' units, which are the features'. */
export interface Stage {
  /**
   * Smallest and largest x over all retained rows and centroids ever shown (grows only). Along a component: over what
   * was drawn of them since it is an axis.
   */
  x_range: [number, number];
  /** The same for y. */
  y_range: [number, number];
  /**
   * The plane that the regions are cut with: for each feature the mean of the rows up to the
   * playhead (initial centroids before the first row); x and y entries are unused.
   */
  slice: number[];
  /** The principal components, where they are axes: the regions are cut with their plane. */
  components: Components | null;
  /** The newest points' features, dim numbers each, oldest first, as the points are; at most [`super::View::values`]. */
  values: number[];
  /** By feature: smallest and largest value of retained rows and centroids (grows only); empty without `values`. */
  value_ranges: [number, number][];
  /** Points, oldest first: x. */
  point_x: number[];
  /** Points: y. */
  point_y: number[];
  /**
   * Points: the cluster, or class, that the shown version gives (training rows) or gave (test rows, by the version
   * that classified it).
   */
  point_cluster: number[];
  /** Points: label index, 255 where unknown. */
  point_label: number[];
  /** Points: 0 training row, 1 test row. */
  point_test: number[];
  /** Points: the record's number, counted from 0. */
  point_record: number[];
  /** Training rows older than the points. */
  older: Density;
  /** k x dim, row-major. */
  centroids: number[];
  /** Weight of each centroid. */
  weights: number[];
  /** For each centroid its places (x, y) from the initial model to the shown version, oldest first, merged where longer than `View::bars`. */
  paths: [number, number][][];
  /** "euclidean", "manhattan", "cosine": what the regions are cut by. */
  distance: string;
  /** Behind a scaler: what is taken from each feature before distances are measured; empty without one. */
  centre: number[];
  /** Behind a scaler: what is left is multiplied with this; empty without one. */
  factor: number[];
  /** Behind a scaler: the mean of each feature, or its least number; empty without one. */
  scaler_mean: number[];
  /** Behind a scaler: the standard deviation of each feature, or its range; empty without one. */
  scaler_std: number[];
}

/** What holds for a stream as a whole, and how to mend it. */
export interface StreamNote {
  /** Topic. */
  topic: string;
  /** Partition of the record at which it was first seen. */
  partition: number;
  /** Offset of that record. */
  offset: number;
  /** "Rows carry no LSN, so one that comes again is learned again …" */
  text: string;
}

/** What a model answers with. */
export type Task = "clustering" | "regression" | "classification";

/** How a version does on the newest test rows. */
export interface TestedRow {
  /** Test rows with a target. */
  rows: number;
  /** Mean squared error; NaN of a classification. */
  mse: number;
  /** Mean absolute error; NaN of a classification. */
  mae: number;
  /** Coefficient of determination; NaN of a classification. */
  r2: number;
  /** Share of right answers; NaN of a regression. */
  accuracy: number;
  /** Mean log-loss; NaN of a regression. */
  log_loss: number;
}

/** A lane on the timeline. */
export interface Track {
  /** All of its versions, oldest first, merged to at most `View::bars`. */
  bars: LedgerRow[];
  /** Its version at the playhead. */
  version: number;
  /** Its newest version. */
  versions: number;
  /** Its open batch at the playhead. */
  batch: OpenBatch;
  /** Where it leaves another lane; null for a lane of its own. */
  fork: ForkMark | null;
}
