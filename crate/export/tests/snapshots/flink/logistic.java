package eddy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.restartstrategy.RestartStrategies;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.utils.ParameterTool;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.Counter;
import org.apache.flink.ml.classification.logisticregression.LogisticRegressionModelData;
import org.apache.flink.ml.classification.logisticregression.LogisticRegressionModelDataUtil;
import org.apache.flink.ml.classification.logisticregression.OnlineLogisticRegression;
import org.apache.flink.ml.linalg.BLAS;
import org.apache.flink.ml.linalg.Vectors;
import org.apache.flink.ml.linalg.typeinfo.DenseVectorTypeInfo;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.co.CoProcessFunction;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lane "Logistic" as a Flink job, from version 1 on. Written by Eddy.
 *
 * <p>What it does not do as the lane does:
 *
 * <ul>
 *   <li>The lane counts events that Debezium sends again once. The job has no memory of events: after a crash of the
 *       connector, what is sent again is learned again.
 *   <li>The lane publishes each prediction as its replay line. The job's JSON has the lane, the version, the place, the
 *       features and the answer; what only the lab knows (the runner-up, the label) is not in it.
 *   <li>The lane goes on after a restart. OnlineLogisticRegression does not read FTRL's sums back from a checkpoint. The
 *       job refuses to go on from one; started anew, it reads from the same offsets again and writes its versions again.
 *   <li>The lane answers as Flink ML does, with the coefficients of its first prediction (FLINK-36653). The job answers
 *       with the newest version's: it does not go through the transform that has the defect.
 *   <li>The lane publishes each prediction once. After a restart the job may send predictions again; they have the same
 *       header eddy.source. It answers for each row from its start on, not only for new ones.
 * </ul>
 *
 * <p>It cannot go on from a checkpoint: OnlineLogisticRegression 2.3.0 writes FTRL's sums into one and never reads them back.
 * After a kill or a failure start it anew: it reads from the same offsets and writes its versions again.
 */
public final class LaneJob {

    private static final Logger LOG = LoggerFactory.getLogger(LaneJob.class);

    // The lane, as the lab file has it.

    private static final String LANE = "Logistic";
    private static final List<String> TRAINING_TOPICS = Arrays.asList("flink.public.iris_train");
    private static final List<String> CLASSIFIED_TOPICS = Arrays.asList("flink.public.iris_test");
    private static final String MODEL_TOPIC = "Logistic_models";
    private static final String PREDICTION_TOPIC = "answers";

    private static final String[] FEATURES = {"sepal_length", "petal_width"};
    private static final String TARGET = "is_virginica";
    private static final int BATCH_ROWS = 32;
    private static final int PARALLELISM = 1;
    private static final double ALPHA = 0.2;
    private static final double BETA = 0.1;
    private static final double REG = 0.01;
    private static final double ELASTIC_NET = 0.5;

    // The version that the job starts from.

    private static final long START_VERSION = 1;
    private static final double[] START_COEFFICIENTS = {0.0, 0.0};

    /** The first record of each partition that the start version does not know. */
    private static Map<TopicPartition, Long> startOffsets() {
        Map<TopicPartition, Long> next = new HashMap<>();
        return next;
    }

    public static void main(String[] args) throws Exception {
        ParameterTool parameters = ParameterTool.fromArgs(args);
        // Other arguments are settings of Flink, as --state.checkpoints.dir.
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(parameters.getConfiguration());
        env.setParallelism(PARALLELISM);
        // The next batch is learned with the model that this one makes. At Flink's default each would wait up to 100 ms for
        // the network buffer that holds it to be sent: with batches of 32 that was 224 rows/s in place of 100,000.
        env.setBufferTimeout(0);
        // What it would go on with is not the model that it had; see above.
        env.setRestartStrategy(RestartStrategies.noRestart());
        build(env, kafka(parameters));
        env.execute("Eddy: " + LANE);
    }

    private static void build(StreamExecutionEnvironment env, Properties kafka) {
        // One subtask reads and counts, so that the order of rows that it counts is the order that the model learns.
        SingleOutputStreamOperator<Row> rows =
                env.fromSource(source(kafka, TRAINING_TOPICS, true), WatermarkStrategy.noWatermarks(), "training topics")
                        .setParallelism(1)
                        .process(new CutBatches())
                        .returns(ROW)
                        .setParallelism(1)
                        .name("cut batches");
        DataStream<Version> versions =
                learn(env, rows)
                        .connect(rows.getSideOutput(CUTS))
                        .process(new NumberVersions())
                        .setParallelism(1)
                        .name("number versions");
        versions.sinkTo(sink(kafka, new ModelRecords())).setParallelism(1).name("model records");

        env.fromSource(source(kafka, CLASSIFIED_TOPICS, false), WatermarkStrategy.noWatermarks(), "topics to classify")
                .setParallelism(1)
                .connect(versions)
                .process(new Classify())
                .setParallelism(1)
                .name("classify")
                .sinkTo(sink(kafka, new PredictionRecords()))
                .setParallelism(1)
                .name("predictions");
    }

    private static DataStream<Version> learn(StreamExecutionEnvironment env, DataStream<Row> rows) {
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        LogisticRegressionModelData start =
                new LogisticRegressionModelData(Vectors.dense(START_COEFFICIENTS), START_VERSION);
        Table models =
                new OnlineLogisticRegression()
                        .setFeaturesCol("features")
                        .setLabelCol("label")
                        .setAlpha(ALPHA)
                        .setBeta(BETA)
                        .setReg(REG)
                        .setElasticNet(ELASTIC_NET)
                        .setGlobalBatchSize(BATCH_ROWS)
                        .setInitialModelData(tables.fromDataStream(env.fromElements(start)))
                        .fit(tables.fromDataStream(rows))
                        .getModelData()[0];
        // Flink ML does not tell the model that it starts from.
        Version first = version(start);
        first.version = START_VERSION;
        return LogisticRegressionModelDataUtil.getModelDataStream(models)
                .map(LaneJob::version)
                .setParallelism(1)
                .union(env.fromElements(first));
    }

    private static Version version(LogisticRegressionModelData model) {
        Version version = new Version();
        version.coefficients = model.coefficient.values;
        return version;
    }

    // Kafka.

    /** Kafka's settings: those of a properties file (security.protocol and the like), and the brokers. */
    private static Properties kafka(ParameterTool parameters) throws IOException {
        Properties kafka = new Properties();
        if (parameters.has("kafka-properties")) {
            kafka.putAll(ParameterTool.fromPropertiesFile(parameters.get("kafka-properties")).toMap());
        }
        if (parameters.has("bootstrap-servers") || !kafka.containsKey("bootstrap.servers")) {
            kafka.setProperty("bootstrap.servers", parameters.get("bootstrap-servers", "localhost:9092"));
        }
        return kafka;
    }

    private static KafkaSource<Event> source(Properties kafka, List<String> topics, boolean learned) {
        return KafkaSource.<Event>builder()
                .setProperties(kafka)
                .setTopics(topics)
                .setStartingOffsets(new StartOffsets())
                .setProperty("isolation.level", "read_committed")
                .setDeserializer(new ReadEvents(learned))
                .build();
    }

    private static <T> KafkaSink<T> sink(Properties kafka, KafkaRecordSerializationSchema<T> records) {
        return KafkaSink.<T>builder()
                .setBootstrapServers(kafka.getProperty("bootstrap.servers"))
                .setKafkaProducerConfig(kafka)
                .setRecordSerializer(records)
                // EXACTLY_ONCE would hold every record back until the next checkpoint.
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .build();
    }

    /** Exactly the offsets behind the start version; other partitions from where the lab file says. */
    static final class StartOffsets implements OffsetsInitializer {
        private static final long serialVersionUID = 1;

        @Override
        public Map<TopicPartition, Long> getPartitionOffsets(
                Collection<TopicPartition> partitions, PartitionOffsetsRetriever retriever) {
            Map<TopicPartition, Long> known = startOffsets();
            Map<TopicPartition, Long> offsets = new HashMap<>();
            for (TopicPartition partition : partitions) {
                Long next = known.get(partition);
                offsets.put(partition, next != null ? next : otherwise(partition, retriever));
            }
            return offsets;
        }

        private static long otherwise(TopicPartition partition, PartitionOffsetsRetriever retriever) {
            switch (partition.topic()) {
                case "flink.public.iris_train":
                    return offsetAt(partition, 1795239078909L, retriever);
                case "flink.public.iris_test":
                    return endOf(partition, retriever);
                default:
                    return KafkaPartitionSplit.EARLIEST_OFFSET;
            }
        }

        private static long endOf(TopicPartition partition, PartitionOffsetsRetriever retriever) {
            return retriever.endOffsets(Collections.singleton(partition)).get(partition);
        }

        private static long offsetAt(TopicPartition partition, long time, PartitionOffsetsRetriever retriever) {
            OffsetAndTimestamp found =
                    retriever.offsetsForTimes(Collections.singletonMap(partition, time)).get(partition);
            return found != null ? found.offset() : endOf(partition, retriever);
        }

        /** Records that are no longer there end the job: what it would learn in their place is not the lane's model. */
        @Override
        public OffsetResetStrategy getAutoOffsetResetStrategy() {
            return OffsetResetStrategy.NONE;
        }
    }

    // Events.

    /** A record, and the numbers of its row: null where it has no row to learn or classify. */
    public static final class Event {
        public String topic;
        public int partition;
        public long offset;
        public byte[] key;
        public double[] features;
        public double label;
    }

    /** Why a record gives no row. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String reason) {
            super(reason);
        }
    }

    /** Reads change events: envelopes or unwrapped rows, with or without a schema. */
    static final class ReadEvents implements KafkaRecordDeserializationSchema<Event> {
        private static final long serialVersionUID = 1;

        private final boolean learned;
        private transient ObjectMapper json;
        private transient Counter rejected;

        ReadEvents(boolean learned) {
            this.learned = learned;
        }

        @Override
        public void open(DeserializationSchema.InitializationContext context) {
            json = new ObjectMapper();
            rejected = context.getMetricGroup().counter("rejected");
        }

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Event> out) {
            Event event = new Event();
            event.topic = record.topic();
            event.partition = record.partition();
            event.offset = record.offset();
            event.key = record.key();
            try {
                read(record.value(), event);
            } catch (IOException | Unreadable why) {
                event.features = null;
                rejected.inc();
                LOG.warn("{}/{}/{} is rejected: {}", event.topic, event.partition, event.offset, why.getMessage());
            }
            out.collect(event);
        }

        private void read(byte[] value, Event event) throws IOException, Unreadable {
            if (value == null) {
                return; // A tombstone.
            }
            JsonNode whole = json.readTree(value);
            if (isWrapped(whole)) {
                read(whole.get("payload"), whole.get("schema"), event);
            } else {
                read(whole, NullNode.getInstance(), event);
            }
        }

        private void read(JsonNode change, JsonNode schema, Event event) throws Unreadable {
            JsonNode row = newRow(change);
            if (row == null) {
                return;
            }
            Columns columns = new Columns(row, schema);
            double[] features = new double[FEATURES.length];
            for (int i = 0; i < features.length; i++) {
                features[i] = columns.number(FEATURES[i]);
            }
            if (learned) {
                event.label = columns.number(TARGET);
            }
            event.features = features;
        }

        /** The converter writes a schema and a payload, and nothing else. */
        private static boolean isWrapped(JsonNode whole) {
            JsonNode payload = whole.get("payload");
            return whole.size() == 2
                    && whole.has("schema")
                    && payload != null
                    && (payload.isObject() || payload.isNull())
                    && (whole.get("schema").isObject() || whole.get("schema").isNull());
        }

        /** The row after the change; null where there is none, or nothing is learned from it. */
        private static JsonNode newRow(JsonNode change) throws Unreadable {
            if (change.isNull()) {
                return null;
            }
            if (!change.isObject()) {
                throw new Unreadable("the value is no JSON object");
            }
            boolean isEnvelope = change.path("source").isObject() && change.path("op").isTextual();
            String op = change.path(isEnvelope ? "op" : "__op").asText("c");
            switch (op) {
                case "c":
                case "r":
                    break;
                case "u":
                    return null; // The lane learns inserts only.
                default:
                    return null; // Deletes, truncates, messages.
            }
            if (!isEnvelope) {
                return change.path("__deleted").asText().equals("true") ? null : change;
            }
            JsonNode after = change.path("after");
            if (!after.isObject()) {
                throw new Unreadable("has op " + op + " but no row in `after`");
            }
            return after;
        }

        @Override
        public TypeInformation<Event> getProducedType() {
            return TypeInformation.of(Event.class);
        }
    }

    /** A row's columns as numbers. */
    static final class Columns {
        private final JsonNode row;
        private final JsonNode schema;

        Columns(JsonNode row, JsonNode schema) {
            this.row = row;
            this.schema = schema;
        }


        /** A column's number: by the event's own schema, or as JSON has it. */
        double number(String column) throws Unreadable {
            JsonNode type = type(column);
            JsonNode value = value(column);
            switch (type.path("name").asText()) {
                case "org.apache.kafka.connect.data.Decimal":
                    return finite(column, decimal(column, value, type.path("parameters").path("scale").asInt()));
                case "io.debezium.data.VariableScaleDecimal":
                    return finite(column, decimal(column, value, 0));
                case "io.debezium.time.Timestamp":
                case "org.apache.kafka.connect.data.Timestamp":
                case "io.debezium.time.Time":
                case "org.apache.kafka.connect.data.Time":
                    return time(column, value, 1000, 1);
                case "io.debezium.time.MicroTimestamp":
                    return time(column, value, 1, 1);
                case "io.debezium.time.NanoTimestamp":
                case "io.debezium.time.NanoTime":
                    return time(column, value, 1, 1000);
                case "io.debezium.time.Date":
                case "org.apache.kafka.connect.data.Date":
                    return days(column, value);
                case "io.debezium.data.Bits":
                    return bits(column, value);
                default:
                    break;
            }
            String written = type.path("type").asText();
            if (value.isTextual() && (written.equals("double") || written.equals("float"))) {
                return finite(column, digits(column, value.textValue()));
            }
            return plain(column, value);
        }

        private static double plain(String column, JsonNode value) throws Unreadable {
            if (!value.isNumber()) {
                throw new Unreadable(column + " is " + value + ", not a number");
            }
            return finite(column, value.doubleValue());
        }

        /** Microseconds, of so many to a unit or units to one. */
        private static double time(String column, JsonNode value, long times, long units) throws Unreadable {
            if (!value.isIntegralNumber()) {
                throw new Unreadable(column + " is " + value + ", not a time as a number");
            }
            long number = value.longValue();
            if (units > 1 && (number == Long.MAX_VALUE || number == Long.MIN_VALUE)) {
                return finite(column, number * Double.POSITIVE_INFINITY);
            }
            long time = Math.floorDiv(number * times, units);
            // What PostgreSQL's infinite ones become on their way.
            if (time == 9_223_372_036_825_200_000L || time == -9_223_372_036_832_400_000L) {
                return finite(column, time * Double.POSITIVE_INFINITY);
            }
            return time;
        }

        /** Days since 1970. */
        private static double days(String column, JsonNode value) throws Unreadable {
            double days = plain(column, value);
            if (days == -2_147_472_692 || days == -2_147_472_691) {
                return finite(column, days == -2_147_472_692 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY);
            }
            return days;
        }

        /** The number that bits write, the lowest byte first. */
        private static double bits(String column, JsonNode value) throws Unreadable {
            try {
                byte[] bytes = Base64.getDecoder().decode(value.asText());
                BigInteger number = BigInteger.ZERO;
                for (int i = bytes.length - 1; i >= 0; i--) {
                    number = number.shiftLeft(8).or(BigInteger.valueOf(bytes[i] & 0xff));
                }
                return number.doubleValue();
            } catch (IllegalArgumentException notBase64) {
                throw new Unreadable(column + " is " + value + ", not bits");
            }
        }

        private static double decimal(String column, JsonNode value, int scale) throws Unreadable {
            if (value.isNumber()) {
                return value.doubleValue();
            }
            JsonNode digits = value.isObject() ? value.path("value") : value;
            int places = value.isObject() ? value.path("scale").asInt() : scale;
            try {
                byte[] integer = Base64.getDecoder().decode(digits.asText());
                return new BigDecimal(new BigInteger(integer), places).doubleValue();
            } catch (IllegalArgumentException notBase64) {
                throw new Unreadable(column + " is " + value + ", not a decimal");
            }
        }

        private static double digits(String column, String text) throws Unreadable {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException noNumber) {
                throw new Unreadable(column + " is \"" + text + "\", not a number");
            }
        }

        private static double finite(String column, double number) throws Unreadable {
            if (Double.isNaN(number) || Double.isInfinite(number)) {
                throw new Unreadable(column + " is " + number + ", not a finite number");
            }
            return number;
        }

        private JsonNode value(String column) throws Unreadable {
            JsonNode value = row.get(written(column));
            if (value == null || value.isNull()) {
                throw new Unreadable(column + (value == null ? " is not there" : " is null"));
            }
            return value;
        }

        /** What a column is called in the row. */
        private String written(String column) {
            return column;
        }

        /** What the event's schema says of a column; nothing where it has none. */
        private JsonNode type(String column) {
            String written = written(column);
            JsonNode fields = schema.path("fields");
            for (JsonNode field : fields) {
                if (field.path("field").asText().equals("after") && field.path("type").asText().equals("struct")) {
                    fields = field.path("fields");
                    break;
                }
            }
            for (JsonNode field : fields) {
                if (field.path("field").asText().equals(written)) {
                    return field;
                }
            }
            return MissingNode.getInstance();
        }
    }

    // Batches and versions.

    private static final TypeInformation<Row> ROW =
            Types.ROW_NAMED(new String[] {"features", "label"}, DenseVectorTypeInfo.INSTANCE, Types.DOUBLE);
    private static final OutputTag<Cut> CUTS = new OutputTag<>("cuts", TypeInformation.of(Cut.class));

    /** Offsets of a partition, both ends inclusive. */
    public static final class Range {
        public String topic;
        public int partition;
        public long from;
        public long to;
    }

    /** Where the rows of a batch came from. */
    public static final class Cut {
        public Range[] ranges;
    }

    /** A model. */
    public static final class Version {
        /** Its number; 0 where it has none yet. */
        public long version;
        public double[] coefficients;
        /** The batch that made it; null of the version that the job starts from. */
        public Cut cut;
    }

    /** Counts rows as Flink ML will, and tells where each full batch came from. */
    static final class CutBatches extends ProcessFunction<Event, Row> implements CheckpointedFunction {
        private static final long serialVersionUID = 1;

        private transient TreeMap<String, Range> ranges;
        private transient int rows;
        private transient ListState<Range> rangeState;
        private transient ListState<Integer> rowState;

        @Override
        public void processElement(Event event, Context context, Collector<Row> out) {
            String place = event.topic + "/" + event.partition;
            ranges.computeIfAbsent(place, unknown -> begin(event)).to = event.offset;
            if (event.features == null) {
                return;
            }
            out.collect(Row.of(Vectors.dense(event.features), event.label));
            rows += 1;
            if (rows == BATCH_ROWS) {
                context.output(CUTS, cut());
                rows = 0;
            }
        }

        private static Range begin(Event first) {
            Range range = new Range();
            range.topic = first.topic;
            range.partition = first.partition;
            Long start = startOffsets().get(new TopicPartition(first.topic, first.partition));
            range.from = start != null ? start : first.offset;
            return range;
        }

        /** Where the batch that is full came from; the next one begins right behind. */
        private Cut cut() {
            List<Range> read = new ArrayList<>();
            for (Range range : ranges.values()) {
                if (range.to >= range.from) {
                    Range part = new Range();
                    part.topic = range.topic;
                    part.partition = range.partition;
                    part.from = range.from;
                    part.to = range.to;
                    read.add(part);
                    range.from = range.to + 1;
                }
            }
            Cut cut = new Cut();
            cut.ranges = read.toArray(new Range[0]);
            return cut;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            OperatorStateStore store = context.getOperatorStateStore();
            rangeState = store.getListState(new ListStateDescriptor<>("ranges", Range.class));
            rowState = store.getListState(new ListStateDescriptor<>("rows", Types.INT));
            ranges = new TreeMap<>();
            for (Range range : rangeState.get()) {
                ranges.put(range.topic + "/" + range.partition, range);
            }
            for (int count : rowState.get()) {
                rows = count;
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            rangeState.update(new ArrayList<>(ranges.values()));
            rowState.update(Collections.singletonList(rows));
        }
    }

    /** Gives the n-th model its number and the n-th cut. */
    static final class NumberVersions extends CoProcessFunction<Version, Cut, Version> implements CheckpointedFunction {
        private static final long serialVersionUID = 1;

        private transient ArrayDeque<Version> models;
        private transient ArrayDeque<Cut> cuts;
        private transient long next;
        private transient boolean started;
        private transient ListState<Version> modelState;
        private transient ListState<Cut> cutState;
        private transient ListState<Long> nextState;

        @Override
        public void processElement1(Version model, Context context, Collector<Version> out) {
            if (model.version == START_VERSION) {
                models.addFirst(model);
                started = true;
            } else {
                models.add(model);
            }
            match(out);
        }

        @Override
        public void processElement2(Cut cut, Context context, Collector<Version> out) {
            cuts.add(cut);
            match(out);
        }

        private void match(Collector<Version> out) {
            // No batch of this job made the version that it starts from.
            while (started && !models.isEmpty() && (next == START_VERSION || !cuts.isEmpty())) {
                Version version = models.remove();
                version.cut = next == START_VERSION ? null : cuts.remove();
                version.version = next;
                next += 1;
                out.collect(version);
            }
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            if (context.isRestored()) {
                throw new IllegalStateException("this job cannot go on from a checkpoint: start it anew, without one");
            }
            OperatorStateStore store = context.getOperatorStateStore();
            modelState = store.getListState(new ListStateDescriptor<>("models", Version.class));
            cutState = store.getListState(new ListStateDescriptor<>("cuts", Cut.class));
            nextState = store.getListState(new ListStateDescriptor<>("next", Types.LONG));
            models = new ArrayDeque<>();
            cuts = new ArrayDeque<>();
            modelState.get().forEach(models::add);
            cutState.get().forEach(cuts::add);
            next = START_VERSION;
            for (long version : nextState.get()) {
                next = version;
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            modelState.update(new ArrayList<>(models));
            cutState.update(new ArrayList<>(cuts));
            nextState.update(Collections.singletonList(next));
        }
    }

    // Predictions.

    /** A row's answer. */
    public static final class Prediction {
        public Event event;
        public long version;
        public int answer;
        public double probability;
    }

    /**
     * Answers with the newest version.
     *
     * <p>As OnlineLogisticRegressionModel.transform is meant to: that of 2.3.0 answers with the coefficients of its first
     * prediction for ever (FLINK-36653).
     */
    static final class Classify extends CoProcessFunction<Event, Version, Prediction> implements CheckpointedFunction {
        private static final long serialVersionUID = 1;

        private transient Version newest;
        private transient ArrayDeque<Event> waiting;
        private transient ListState<Version> newestState;
        private transient ListState<Event> waitingState;

        @Override
        public void processElement1(Event event, Context context, Collector<Prediction> out) {
            if (event.features == null) {
                return;
            }
            if (newest == null) {
                waiting.add(event);
            } else {
                out.collect(predict(event));
            }
        }

        @Override
        public void processElement2(Version version, Context context, Collector<Prediction> out) {
            if (version.cut == null) {
                return; // Flink ML answers from its first batch on.
            }
            use(version);
            while (!waiting.isEmpty()) {
                out.collect(predict(waiting.remove()));
            }
        }

        private Prediction predict(Event event) {
            Prediction prediction = new Prediction();
            prediction.event = event;
            prediction.version = newest.version;
            double margin = BLAS.dot(Vectors.dense(event.features), Vectors.dense(newest.coefficients));
            prediction.answer = margin >= 0 ? 1 : 0;
            prediction.probability = 1 - 1 / (1 + Math.exp(margin));
            return prediction;
        }

        private void use(Version version) {
            newest = version;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            OperatorStateStore store = context.getOperatorStateStore();
            newestState = store.getListState(new ListStateDescriptor<>("newest", Version.class));
            waitingState = store.getListState(new ListStateDescriptor<>("waiting", Event.class));
            waiting = new ArrayDeque<>();
            waitingState.get().forEach(waiting::add);
            for (Version version : newestState.get()) {
                use(version);
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            newestState.update(newest == null ? Collections.emptyList() : Collections.singletonList(newest));
            waitingState.update(new ArrayList<>(waiting));
        }
    }

    // Records.

    /** Writes doubles with the fewest digits that read back the same. */
    private static final JsonMapper JSON =
            new JsonMapper(JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build());

    /** Versions as model records, all under one key: so one partition keeps their order. */
    static final class ModelRecords implements KafkaRecordSerializationSchema<Version> {
        private static final long serialVersionUID = 1;

        @Override
        public ProducerRecord<byte[], byte[]> serialize(Version version, KafkaSinkContext context, Long timestamp) {
            ObjectNode record = JSON.createObjectNode();
            record.put("event", "version").put("lane", LANE).put("version", version.version);
            putModel(version, record);
            if (version.cut != null) {
                record.putObject("batch").put("rows", BATCH_ROWS);
                ArrayNode offsets = record.putArray("offsets");
                for (Range range : version.cut.ranges) {
                    ObjectNode part = offsets.addObject();
                    part.put("topic", range.topic).put("partition", range.partition);
                    part.put("from", range.from).put("to", range.to);
                }
            }
            record.putObject("engine").put("name", "flink").put("version", "1.17.2").put("ml", "2.3.0");
            return new ProducerRecord<>(MODEL_TOPIC, LANE.getBytes(UTF_8), bytes(record));
        }

        private static void putModel(Version version, ObjectNode record) {
            putNumbers(record.putArray("coefficients"), version.coefficients);
            record.put("intercept", 0.0);
        }
    }

    /** Predictions as messages, under their rows' keys. */
    static final class PredictionRecords implements KafkaRecordSerializationSchema<Prediction> {
        private static final long serialVersionUID = 1;

        @Override
        public ProducerRecord<byte[], byte[]> serialize(
                Prediction prediction, KafkaSinkContext context, Long timestamp) {
            Event event = prediction.event;
            ObjectNode answer = JSON.createObjectNode();
            answer.put("event", "prediction").put("lane", LANE).put("version", prediction.version);
            answer.put("topic", event.topic).put("partition", event.partition).put("offset", event.offset);
            putNumbers(answer.putArray("features"), event.features);
            answer.put("prediction", prediction.answer);
            answer.put("probability", prediction.probability);
            byte[] value = bytes(answer);
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(PREDICTION_TOPIC, event.key, value);
            String place = event.topic + "/" + event.partition + "/" + event.offset;
            record.headers().add("eddy.lane", LANE.getBytes(UTF_8));
            record.headers().add("eddy.version", Long.toString(prediction.version).getBytes(UTF_8));
            record.headers().add("eddy.source", place.getBytes(UTF_8));
            return record;
        }
    }

    /** Numbers as JSON has them; what is not finite is a text. */
    private static void putNumbers(ArrayNode array, double[] numbers) {
        for (double number : numbers) {
            putNumber(number, array::add, array::add);
        }
    }

    private static void putNumber(double number, DoubleConsumer finite, Consumer<String> text) {
        if (Double.isNaN(number)) {
            text.accept("NaN");
        } else if (Double.isInfinite(number)) {
            text.accept(number > 0 ? "inf" : "-inf");
        } else {
            finite.accept(number);
        }
    }

    private static byte[] bytes(ObjectNode record) {
        try {
            return JSON.writeValueAsBytes(record);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
