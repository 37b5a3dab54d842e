/** A number in a text format: what JSON has no number for is a string. */
export type Numeric = number | "NaN" | "inf" | "-inf";

/** One experiment: which streams, how they are read, which lanes learn. FORMATS.md says what each field means. */
export interface LabFile {
  /** Version of the form. */
  eddy: 1;
  /** The topics that are read, and what their rows do. */
  streams: Stream[];
  /** Columns that the models learn from, in this order. */
  features: string[];
  /** Column that holds a row's true label; never learned from. */
  label?: string;
  /** Column that regressions learn to predict: a number. */
  target?: string;
  /** What to call each label. */
  label_names?: Record<string, string>;
  /** What the values of columns mean, where no schema says it. */
  columns?: Record<string, Column>;
  /** Columns that are read as others. */
  rename?: Record<string, string>;
  /** The models that learn, side by side on the same streams. */
  lanes: Lane[];
}

/** A topic and what its rows do. */
export interface Stream {
  /** Name of the topic, as Debezium names it. */
  topic: string;
  /** What its rows do; "both" are classified first, then trained. */
  role: "train" | "classify" | "both" | "ignore";
  /** Where reading starts; default "earliest". */
  from?: "earliest" | "latest" | { offset: number } | { timestamp_ms: number };
}

/** The form of a column's values. */
export type Column =
  | { as: "decimal"; scale?: number }
  | { as: "timestamp" | "time"; unit?: TimeUnit; utc?: boolean }
  | { as: "interval"; unit?: TimeUnit }
  | { as: "bytes"; encoding?: "base64" | "hex" }
  | { as: "enum"; codes?: string[] | Record<string, number> }
  | { as: "date_days" | "bits" | "json" | "hstore" | "vector" | "sparse" | "point" | "number" | "boolean" };

/** The unit of a time. */
export type TimeUnit = "ms" | "us" | "ns";

/** One model under one configuration. */
export interface Lane {
  /** Name, unique. */
  name: string;
  /** The model. */
  model: Model;
  /** Another lane that this one is up to a version, and goes on from with its own parameters. */
  fork?: { of: string; version: number };
  /** The model topic of a job that its versions come from; `lane`, left out the lane's own name, is the one that the job names. */
  follow?: { topic: string; lane?: string };
  /** When a batch ends; left out: as the engine does. */
  batch?: Batch;
  /** Columns of this lane, in place of the lab's. */
  features?: string[];
  /** Label column of this lane, in place of the lab's. */
  label?: string;
  /** Target column of this lane, in place of the lab's. */
  target?: string;
  /** How features are scaled before the model sees them; left out: not at all. */
  scaler?: Scaler;
  /** Whether known defects of the engine are shown as they are; default true. */
  engine_defects?: boolean;
  /** What becomes of a row with a number that is not finite; default "reject". */
  not_finite?: "reject" | "as_engine";
  /** The label that each engine id stands for, in id order. */
  cluster_labels?: (string | number)[];
  /** What updates, deletes, truncates and repeats do. */
  changes?: Changes;
  /** Where predictions go. */
  publish?: { topic: string; form?: "text" | "json" };
  /** Over which predictions measures are taken; where it stands, events have them. */
  metrics?: { window?: number; fading?: number };
  /** What looks for drift in the batches' error. */
  drift?: { adwin: Adwin } | { page_hinkley: PageHinkley };
}

/** When a batch ends. */
export type Batch =
  | { by: "count"; rows: number }
  | { by: "interval"; ms: number }
  | { by: "transaction" }
  | { by: "hand" };

/** What changes other than inserts do. */
export interface Changes {
  update?: "as_row" | "ignore" | "correct";
  delete?: "ignore" | "correct";
  truncate?: "ignore" | "restart";
  redelivered?: "once" | "again";
}

/** How features are scaled. */
export interface Scaler {
  kind: "standard" | "min_max" | "fixed";
  /** Training rows that it learns from; left out: all. */
  freeze_after?: number;
  /** Of "fixed". */
  mean?: number[];
  /** Of "fixed". */
  std?: number[];
  /** Flink ML's OnlineStandardScaler, with windows of its own. */
  engine?: "flink";
  with_mean?: boolean;
  with_std?: boolean;
  batch?: Batch;
}

/** ADWIN's settings; what is left out is River's default. */
export interface Adwin {
  delta?: number;
  clock?: number;
  max_buckets?: number;
  min_window_length?: number;
  grace_period?: number;
}

/** Page-Hinkley's settings; what is left out is River's default. */
export interface PageHinkley {
  min_instances?: number;
  delta?: number;
  threshold?: number;
  alpha?: number;
  mode?: "up" | "down" | "both";
}

/** A model and its settings; what is left out is the engine's own default. */
export type Model = Kmeans | Rls | Sgd | SparkLinear | SparkLogistic | FlinkLogistic;

/** Flink ML's OnlineKMeans or Spark's StreamingKMeans. */
export interface Kmeans {
  kind: "kmeans";
  engine: "flink" | "spark";
  k?: number;
  decay_factor?: number;
  /** Spark: in place of `decay_factor`. */
  half_life?: number;
  /** Spark. */
  time_unit?: "batches" | "points";
  /** Flink. */
  distance?: "euclidean" | "manhattan" | "cosine";
  /** Flink. */
  parallelism?: number;
  initial:
    | { centroids: number[][]; weights?: number[] }
    | { random: { seed: number; rows?: number; weight?: number; restarts?: number } }
    | { "kmeans++": { seed: number; rows: number; weight?: number; restarts?: number } }
    | { checkpoint: unknown };
}

/** What a linear model starts from; left out: zeros. */
export interface LinearInitial {
  coefficients?: number[];
  intercept?: number;
  checkpoint?: unknown;
}

/** Linear regression by recursive least squares. */
export interface Rls {
  kind: "linear_regression";
  solver: "rls";
  forgetting?: number;
  ridge?: number;
  initial?: LinearInitial;
}

/** Linear regression by plain stochastic gradient descent. */
export interface Sgd {
  kind: "linear_regression";
  solver: "sgd";
  step_size?: number;
  reg_param?: number;
  initial?: LinearInitial;
}

/** Settings of Spark's streaming regressions. */
export interface SparkSgd {
  engine: "spark";
  step_size?: number;
  iterations?: number;
  reg_param?: number;
  mini_batch_fraction?: number;
  convergence_tol?: number;
  intercept?: boolean;
  initial?: LinearInitial;
}

/** Spark's StreamingLinearRegressionWithSGD. */
export interface SparkLinear extends SparkSgd {
  kind: "linear_regression";
}

/** Spark's StreamingLogisticRegressionWithSGD. */
export interface SparkLogistic extends SparkSgd {
  kind: "logistic_regression";
}

/** Flink ML's OnlineLogisticRegression. */
export interface FlinkLogistic {
  kind: "logistic_regression";
  engine: "flink";
  alpha?: number;
  beta?: number;
  reg?: number;
  elastic_net?: number;
  initial?: LinearInitial;
}

/** An entry of a recording: a record, or what else a lab is told. */
export type RecordingEntry = ChangeRecord | { tick_ms: number } | { close: string } | { gap: Gap };

/** A Kafka-shaped record that holds a change event. */
export interface ChangeRecord {
  topic: string;
  partition: number;
  offset: number;
  /** Ms since the epoch. */
  timestamp_ms: number;
  headers?: [string, Bytes][];
  /** Null where there is none. */
  key: Bytes;
  /** The change event, as the text that it arrived as; null is a tombstone. */
  value: Bytes;
}

/** Bytes: a text where they are UTF-8. */
export type Bytes = string | { base64: string } | null;

/** Records that are gone from a topic, both ends inclusive. */
export interface Gap {
  topic: string;
  partition: number;
  from: number;
  to: number;
}

/** Something that happened: a line of `eddy replay`, as an object. */
export type LabEvent =
  | VersionEvent
  | PredictionEvent
  | RoundEvent
  | DriftEvent
  | RejectedEvent
  | RefusedEvent
  | GapEvent
  | SummaryEvent;

/** Where a record stands. */
export interface Source {
  topic: string;
  partition: number;
  offset: number;
}

/** A lane has a new version: 1 is its initial model. Or corrections have rewritten one. */
export interface VersionEvent {
  event: "version" | "revised";
  lane: string;
  /** Of a rewritten version: how often it was. */
  revision?: number;
  /** Its number; of a long run of empty versions, `versions` stands in its place. */
  version?: number;
  /** First and last of a run of empty versions. */
  versions?: [number, number];
  /** The engine's own number, where it counts otherwise. */
  engine_version?: number;
  /** Of k-means, in the columns' units. */
  centroids?: Numeric[][];
  weights?: Numeric[];
  /** Of regressions and classifications, in the columns' units. */
  coefficients?: Numeric[];
  intercept?: Numeric;
  /** What the scaler does, where there is one that has learned something. */
  mean?: Numeric[];
  std?: Numeric[];
  scaler_version?: number;
  /** The batch that made it; not there for an initial model. */
  batch?: BatchSummary;
  /** The truncate because of which the lane started again. */
  restarted?: Source;
  /** Measures, where the lane has `metrics`. */
  metrics?: Measures;
}

/** The batch that made a version. */
export interface BatchSummary {
  rows: number;
  /** Rows by cluster of the model before, or by class. */
  counts?: number[];
  /** The largest move of a centroid, or that of the coefficients. */
  shift: Numeric;
  /** Mean loss per row, before and after; null without rows. Which of them stand there is the model's kind. */
  inertia_before?: Numeric | null;
  inertia_after?: Numeric | null;
  mse_before?: Numeric | null;
  mse_after?: Numeric | null;
  log_loss_before?: Numeric | null;
  log_loss_after?: Numeric | null;
  first: Source | null;
  last: Source | null;
  /** How the version does on the newest test rows with a target. */
  test?: Measures;
}

/** How good predictions are; which measures stand there is the model's kind. */
export interface Measures {
  rows: number;
  accuracy?: Numeric;
  accuracy_aligned?: Numeric;
  adjusted_rand?: Numeric;
  nmi?: Numeric;
  purity?: Numeric;
  silhouette?: Numeric;
  silhouette_simplified?: Numeric;
  mse?: Numeric;
  rmse?: Numeric;
  mae?: Numeric;
  r2?: Numeric;
  log_loss?: Numeric;
  auc?: Numeric;
}

/** What a model says of a row. */
export interface Prediction {
  /** A cluster's id, a class (0 or 1), or a number. */
  prediction: Numeric;
  /** Of a cluster. */
  distance?: Numeric;
  /** Of a cluster: the next one's id; null where there is one cluster only. */
  runner_up?: number | null;
  /** Of a class: of being 1. */
  probability?: Numeric;
}

/** What a lane says of a row that is in no stream. */
export interface Answer extends Prediction {
  version: number;
}

/** A row was classified, or its target predicted. */
export interface PredictionEvent extends Source, Prediction {
  event: "prediction";
  lane: string;
  /** The version that gave it. */
  version: number;
  scaler_version?: number;
  features: Numeric[];
  /** What was to be predicted; null where that is not known. */
  target?: Numeric | null;
  /** Of a number: target less prediction. */
  error?: Numeric | null;
  label: string | null;
}

/** A test round of a lane is over. */
export interface RoundEvent extends Measures {
  event: "round";
  lane: string;
  round: number;
  first: Source;
  last: Source;
}

/** The error of a lane's batches has changed. */
export interface DriftEvent {
  event: "drift";
  lane: string;
  version: number;
  detector: "adwin" | "page_hinkley";
  error: Numeric;
}

/** A record was skipped; nothing was learned from it. */
export interface RejectedEvent extends Source {
  event: "rejected";
  /** Null where it is no column's fault. */
  column: string | null;
  reason: string;
  /** Where it is one lane's alone. */
  lane?: string;
}

/** The old row of an update or a delete could not be taken out of its batch. */
export interface RefusedEvent extends Source {
  event: "refused";
  lane: string;
  reason: string;
}

/** Records are gone. */
export interface GapEvent extends Gap {
  event: "gap";
}

/** How a lane stands at the end. */
export interface SummaryEvent {
  event: "summary";
  lane: string;
  versions: number;
  /** Training rows that it was given. */
  rows: number;
  /** Those that no version has learned. */
  waiting: number;
  /** Rows that came again and were left out. */
  redelivered?: number;
  /** Rows that corrections took out again. */
  corrected?: number;
  /** Corrections that were refused. */
  refused?: number;
}

/** What a snapshot is to show. */
export interface View {
  /** Name of the lane; default the first. */
  lane?: string;
  /** Where on the timeline: at the newest record (default), just after a version, or after so many records. */
  at?: "live" | { version: number } | { record: number };
  /** Feature on the horizontal axis; default the last but one. */
  x?: string;
  /** Feature on the vertical axis; default the last. */
  y?: string;
  /** At most this many points; default 2000. */
  points?: number;
  /** At most this many rows of each list; default 200. */
  rows?: number;
  /** At most this many bars of the timeline; default 400. */
  bars?: number;
}
