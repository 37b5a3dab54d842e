"""Streaming k-means on change events.

Lane "Flink" of an Eddy lab, from its version 1 on, on Spark Structured Streaming. Written by
`eddy export`; README.md beside it says how to run it, change_events.py how a record becomes a row of numbers.

Each micro-batch makes one version of the model, which goes to the model topic as one JSON record with the offsets that it was
learned from: `eddy verify` learns the same cut anew and compares. Restart it with the same checkpoint, after a crash too: every
batch starts from the version before it, which is kept there, and a batch that runs again gives the same version again.

Not carried over from the lane:
- The lane counts events that Debezium sends again once. The job has no memory of events: after a crash of the
  connector, what is sent again is learned again.
- The lane updates centroids by Flink ML's rules. MLlib's are the same but for one: where a weight falls below 1e-8 of
  the largest one, the largest cluster is split in two.
- The lane ends a batch after 32 rows. Spark ends one at its trigger: the job takes 32 records at most at a time, of all
  topics and partitions together, as soon as the batch before is done. A micro-batch takes a good part of a second
  however small it is; MAX_OFFSETS_PER_TRIGGER and TRIGGER make larger ones.
- The lane publishes each prediction once, by its eddy.id. The job's batches are cut otherwise, so its predictions are
  not the lane's and have no such id. After a crash a batch's predictions may come twice; the headers eddy.version and
  eddy.source tell that.
"""

import argparse
import json
import logging
import os
from decimal import Decimal

from py4j.protocol import Py4JJavaError
from pyspark.mllib.clustering import StreamingKMeansModel
from pyspark.sql import SparkSession
from pyspark.sql import functions as f

import change_events

# The lab: where rows come from, and where what is learned goes to.
LANE = "Flink"
TRAIN = ["flink.public.iris_train"]
CLASSIFY = ["flink.public.iris_test"]
PREDICTIONS_TOPIC = "iris_predictions"
MODELS_TOPIC = "Flink_models"

# Where reading begins: the next record of each partition behind version 1. Partitions that are not named here begin
# at START_ELSE: -2 is their oldest record, -1 their next one.
START_OFFSETS = {}
START_ELSE = {
    "flink.public.iris_train": -2,
    "flink.public.iris_test": -2,
}

# When a micro-batch begins, and how many records it holds at most, of all topics together.
TRIGGER = "0 seconds"
MAX_OFFSETS_PER_TRIGGER = 32

# The model: version 1, and how it learns.
START_VERSION = 1
START_MODEL = {
    "centroids": [
        [6.0, 3.0, 1.0, 0.0],
        [6.0, 3.0, 2.0, 1.0],
        [6.0, 3.0, 3.0, 2.0],
    ],
    "weights": [0.0, 0.0, 0.0],
}
DECAY_FACTOR = 0.0
TIME_UNIT = "batches"

# Versions that are kept under the checkpoint: as many batches as Spark itself can go back.
VERSIONS_KEPT = 100
# Of a batch, so many records that cannot be read are named in the log; all are counted.
UNREAD_NAMED = 20

log = logging.getLogger(LANE)


def main():
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("py4j").setLevel(logging.WARNING)
    args = arguments()
    spark = (
        SparkSession.builder.appName(f"Eddy: {LANE}")
        # A batch is summed up over a few partitions; Spark's 200 tasks for that would take seconds.
        .config("spark.sql.shuffle.partitions", "4")
        .getOrCreate()
    )
    # Spark warns of every consumer of Kafka that a Python function reads from, which would bury the rest.
    spark.sparkContext.setLogLevel("ERROR")
    job = Job(spark, args)
    records = job.records()
    job.begin()
    trigger = {"availableNow": True} if args.once else {"processingTime": args.trigger}
    query = (
        records.writeStream.queryName(LANE)
        .option("checkpointLocation", args.checkpoint)
        .trigger(**trigger)
        .foreachBatch(job.batch)
        .start()
    )
    query.awaitTermination()


class Job:
    """The topics, the versions so far, and what is done with a micro-batch."""

    def __init__(self, spark, args):
        self.spark = spark
        self.args = args
        self.kafka = {"bootstrap.servers": args.bootstrap_servers, **properties(args.kafka_properties)}
        self.versions = Versions(spark, os.path.join(args.checkpoint, "versions"))

    def begin(self):
        """Tells the version that the job starts from, once: whoever follows knows by it where the chain begins."""
        if self.versions.read(START_VERSION) is None:
            record = version_record(self.spark, START_VERSION, START_MODEL)
            self.publish_model(record)
            self.versions.write(START_VERSION, START_MODEL, record)
        log.info("version %d and later ones go to topic %s", START_VERSION, self.args.models_topic)

    def records(self):
        """The topics' records as a stream."""
        topics = sorted(START_ELSE)
        return (
            self.spark.readStream.format("kafka")
            .options(**kafka_options(self.kafka))
            # Rows of transactions that were rolled back are never read.
            .option("kafka.isolation.level", "read_committed")
            .option("subscribe", ",".join(topics))
            # Only a new checkpoint begins here, another goes on where it was.
            .option("startingOffsets", json.dumps(starting_offsets(partitions(self.spark, topics, self.kafka))))
            .option("maxOffsetsPerTrigger", self.args.max_offsets)
            .option("failOnDataLoss", str(not self.args.allow_data_loss).lower())
            .load()
        )

    def batch(self, records, batch_id):
        """Makes the next version of a micro-batch, then classifies its rows."""
        version = START_VERSION + 1 + batch_id
        events = read(records).persist()
        try:
            before = self.versions.read(version - 1)
            if before is None:
                raise RuntimeError(
                    f"{self.args.checkpoint} does not hold version {version - 1}, which batch {batch_id} starts from: it is "
                    "another job's checkpoint, or was changed by hand; give a new folder with --checkpoint"
                )
            # A batch that runs again after a crash may have made its version already.
            after = self.versions.read(version) or self.learn(events, version, before["model"])
            self.publish_model(after["record"])
            to_classify = events.where(f.col("topic").isin(CLASSIFY))
            self.publish_predictions(to_classify, after["model"], version)
        finally:
            events.unpersist()

    def learn(self, events, version, model):
        """Learns a batch's rows, and keeps the version before anybody hears of it."""
        cut = cut_of(events)
        log_unread(events, sum(part.unread for part in cut))
        trained = [part for part in cut if part.topic in TRAIN]
        rows = sum(part.rows for part in trained)
        model = trained_model(model, training_rows(events), rows)
        record = version_record(self.spark, version, model, rows, trained)
        log.info("version %d: %d rows", version, rows)
        return self.versions.write(version, model, record)

    def publish_model(self, record):
        """Sends a version to the model topic; its key keeps a lane's versions in one partition, and so in order."""
        message = self.spark.range(0, 1, 1, 1).select(
            f.lit(LANE).alias("key"), f.lit(json.dumps(record)).alias("value")
        )
        self.publish(message, self.args.models_topic)

    def publish_predictions(self, events, model, version):
        """Classifies rows and sends what comes out under the rows' own keys."""
        place = f.concat_ws("/", "topic", "partition", "offset")
        messages = events.where(f.col("features").isNotNull()).select(
            "key",
            f.udf(told_by(model))("features").alias("value"),
            f.array(
                header("eddy.lane", f.lit(LANE)),
                header("eddy.version", f.lit(str(version))),
                header("eddy.source", place),
            ).alias("headers"),
        )
        self.publish(messages, self.args.predictions_topic)

    def publish(self, messages, topic):
        messages.write.format("kafka").options(**kafka_options(self.kafka)).option("topic", topic).save()


def read(records):
    """Reads records: a row has features; what is no row has none; what cannot be read says why."""
    value = f.col("value").cast("string")
    as_row = f.udf(change_events.read, "features array<double>, why string")
    return records.select("topic", "partition", "offset", "key", as_row(value).alias("read")).select(
        "topic", "partition", "offset", "key", "read.features", "read.why"
    )


def cut_of(events):
    """Of each partition: its first and last offset in this batch, its rows to learn, and records that cannot be read."""
    return (
        events.groupBy("topic", "partition")
        .agg(
            f.min("offset").alias("first"),
            f.max("offset").alias("last"),
            f.count("features").alias("rows"),
            f.count("why").alias("unread"),
        )
        .orderBy("topic", "partition")
        .collect()
    )


def log_unread(events, unread):
    if unread == 0:
        return
    for event in events.where(f.col("why").isNotNull()).limit(UNREAD_NAMED).collect():
        log.warning("not learned: %s/%d/%d: %s", event.topic, event.partition, event.offset, event.why)
    log.warning("%d records of this batch could not be read", unread)


def training_rows(events):
    """The rows to learn, as MLlib takes them."""
    rows = events.where(f.col("topic").isin(TRAIN) & f.col("features").isNotNull())
    return rows.select("features").rdd.map(lambda row: row.features)


def trained_model(model, points, rows):
    """What StreamingKMeans makes of a batch; of an empty one too, which lets the weights decay."""
    learned = StreamingKMeansModel(model["centroids"], model["weights"]).update(points, DECAY_FACTOR, TIME_UNIT)
    return {
        "centroids": [[float(x) for x in center] for center in learned.centers],
        "weights": [float(weight) for weight in learned.clusterWeights],
    }


def version_record(spark, version, model, rows=None, cut=None):
    """A version as the model topic has it; the one that the job starts from has no batch."""
    record = {"event": "version", "lane": LANE, "version": version, **model}
    if cut is not None:
        record["batch"] = {"rows": rows}
        record["offsets"] = [
            {"topic": part.topic, "partition": part.partition, "from": part.first, "to": part.last} for part in cut
        ]
    record["engine"] = {"name": "spark", "version": spark.version}
    return record


def told_by(model):
    """A function from a row to what is told of it: [5.4, 3.7, 1.5, 0.2] is classified as 0."""
    model = StreamingKMeansModel(model["centroids"], model["weights"])

    def told(features):
        shown = ", ".join(java(x) for x in features)
        return f"[{shown}] is classified as {int(model.predict(features))}"

    return told


def java(number):
    """A double as Java prints it: 3.0, 1.0E-5, 1.234E7."""
    number = float(number)
    if number != number or number in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(number)]
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        return repr(number)
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    digits = "".join(map(str, digits))
    return f"{'-' * sign}{digits[0]}.{digits[1:] or '0'}E{exponent + len(digits) - 1}"


def header(name, value):
    return f.struct(f.lit(name).alias("key"), value.cast("binary").alias("value"))


def kafka_options(kafka):
    return {f"kafka.{name}": value for name, value in kafka.items()}


def properties(file):
    """Kafka's settings in a properties file: security.protocol=SASL_SSL and the like."""
    if file is None:
        return {}
    with open(file, encoding="utf-8") as lines:
        pairs = [line.strip().split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith(("#", "!"))]
    return {name.strip(): value.strip() for name, value in pairs}


def partitions(spark, topics, kafka):
    """How many partitions each topic has."""
    settings = spark._jvm.java.util.Properties()
    for name, value in kafka.items():
        settings.setProperty(name, value)
    admin = spark._jvm.org.apache.kafka.clients.admin.AdminClient.create(settings)
    try:
        described = admin.describeTopics(topics).allTopicNames().get()
        return {topic: described.get(topic).partitions().size() for topic in topics}
    except Py4JJavaError as error:
        brokers = kafka["bootstrap.servers"]
        raise SystemExit(f"{', '.join(topics)} cannot be looked up at {brokers}: {error.java_exception}") from None
    finally:
        admin.close()


def starting_offsets(counts):
    """Where reading begins in every partition that there is: Spark wants each of them named."""
    for topic, known in START_OFFSETS.items():
        gone = [partition for partition in known if int(partition) >= counts[topic]]
        if gone:
            raise RuntimeError(f"{topic} has no partition {gone[0]} any more: it was made anew; export from its new records")
    return {
        topic: {str(i): START_OFFSETS.get(topic, {}).get(str(i), START_ELSE[topic]) for i in range(count)}
        for topic, count in counts.items()
    }


class Versions:
    """The versions under the checkpoint, on any file system that Hadoop knows: HDFS, S3, a local folder."""

    def __init__(self, spark, folder):
        self.jvm = spark._jvm
        self.folder = folder
        self.files = self.path("").getFileSystem(spark._jsc.hadoopConfiguration())

    def path(self, name):
        return self.jvm.org.apache.hadoop.fs.Path(os.path.join(self.folder, name) if name else self.folder)

    def read(self, version):
        """A version's model and record; None where it is not there."""
        path = self.path(f"{version}.json")
        if not self.files.exists(path):
            return None
        stream = self.files.open(path)
        try:
            return json.loads(self.jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()

    def write(self, version, model, record):
        """Keeps a version: there as a whole, or not at all."""
        kept = {"model": model, "record": record}
        part = self.path(f"{version}.json.part")
        stream = self.files.create(part, True)
        stream.write(bytearray(json.dumps(kept), "utf-8"))
        stream.close()
        if not self.files.rename(part, self.path(f"{version}.json")):
            raise RuntimeError(f"{part} cannot be renamed")
        self.files.delete(self.path(f"{version - VERSIONS_KEPT}.json"), False)
        return kept


def arguments():
    parser = argparse.ArgumentParser(description=f"Lane {LANE} from version {START_VERSION} on.")

    def flag(name, default, metavar, says, **more):
        parser.add_argument(name, default=default, metavar=metavar, help=f"{says} [default: {default}]", **more)

    of = os.environ.get
    flag("--bootstrap-servers", of("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"), "HOST:PORT,..", "Kafka's brokers")
    flag("--kafka-properties", of("KAFKA_PROPERTIES"), "FILE", "Kafka's own settings, as for security")
    flag("--checkpoint", of("CHECKPOINT", "flink-checkpoint"), "FOLDER", "what a restart goes on from: local, hdfs:, s3a:, ..")
    flag("--predictions-topic", PREDICTIONS_TOPIC, "TOPIC", "where predictions go")
    flag("--models-topic", MODELS_TOPIC, "TOPIC", "where versions of the model go")
    flag("--trigger", TRIGGER, "INTERVAL", "when a micro-batch begins, as Spark writes it")
    flag("--max-offsets", MAX_OFFSETS_PER_TRIGGER, "N", "records of a micro-batch at most", type=int)
    parser.add_argument("--allow-data-loss", action="store_true", help="go on where records are gone that were not read yet")
    parser.add_argument("--once", action="store_true", help="read what is there, in as many micro-batches as that takes, and end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
