package eddy;

{{imports}}

/**
 * Lane {{lane_comment}} as a Flink job, from version {{start_version}} on. Written by Eddy.
 *
 * {{header}}
 *
#if kmeans
 * <p>After a kill or a failure, start it from its newest checkpoint (README.md): no row is then lost or learned twice. A
 * version that was written after that checkpoint is written again; the later record counts.
#end
#if logistic
 * <p>It cannot go on from a checkpoint: OnlineLogisticRegression 2.3.0 writes FTRL's sums into one and never reads them back.
 * After a kill or a failure start it anew: it reads from the same offsets and writes its versions again.
#end
 */
public final class LaneJob {

    private static final Logger LOG = LoggerFactory.getLogger(LaneJob.class);

    // The lane, as the lab file has it.

    private static final String LANE = {{lane}};
    private static final List<String> TRAINING_TOPICS = Arrays.asList({{training_topics}});
#if classifies
    private static final List<String> CLASSIFIED_TOPICS = Arrays.asList({{classified_topics}});
#end
    private static final String MODEL_TOPIC = {{model_topic}};
#if classifies
    private static final String PREDICTION_TOPIC = {{prediction_topic}};
#end

    {{remarks_features}}
    private static final String[] FEATURES = {{{features}}};
#if logistic
    private static final String TARGET = {{target}};
#end
#if declared_enum
    private static final Map<String, Map<String, Double>> CODES =
            Map.ofEntries(
                    {{codes}});
#end
    {{remarks_batch}}
    private static final int BATCH_ROWS = {{batch_rows}};
    {{remarks_parallelism}}
    private static final int PARALLELISM = {{parallelism}};
    {{settings}}

    // The version that the job starts from{{start_units}}.

    private static final long START_VERSION = {{start_version}};
    {{remarks_start}}
    {{start_numbers}}
#if scaled

    // How that version scales a feature: (x - CENTRE) * FACTOR. Where FACTOR is 0 the feature tells nothing.

    private static final double[] CENTRE = {{{centre}}};
    private static final double[] FACTOR = {{{factor}}};
    private static final double[] MEAN = {{{mean}}};
    private static final double[] STD = {{{std}}};
#end

    /** The first record of each partition that the start version does not know. */
    private static Map<TopicPartition, Long> startOffsets() {
        Map<TopicPartition, Long> next = new HashMap<>();
        {{start_offsets}}
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
#if kmeans
        env.enableCheckpointing(parameters.getLong("checkpoint-ms", 10_000), CheckpointingMode.EXACTLY_ONCE);
        env.getCheckpointConfig().setExternalizedCheckpointCleanup(ExternalizedCheckpointCleanup.RETAIN_ON_CANCELLATION);
#end
#if logistic
        // What it would go on with is not the model that it had; see above.
        env.setRestartStrategy(RestartStrategies.noRestart());
#end
        build(env, kafka(parameters));
        env.execute("Eddy: " + LANE);
    }

    private static void build(StreamExecutionEnvironment env, Properties kafka) {
        // One subtask reads and counts, so that the order of rows that it counts is the order that the model learns.
        SingleOutputStreamOperator<Row> rows =
                env.fromSource(source(kafka, TRAINING_TOPICS{{learned}}), WatermarkStrategy.noWatermarks(), "training topics")
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
#if classifies

        env.fromSource(source(kafka, CLASSIFIED_TOPICS{{not_learned}}), WatermarkStrategy.noWatermarks(), "topics to classify")
                .setParallelism(1)
                .connect(versions)
                .process(new Classify())
                .setParallelism(1)
                .name("classify")
                .sinkTo(sink(kafka, new PredictionRecords()))
                .setParallelism(1)
                .name("predictions");
#end
    }

#if kmeans
    private static DataStream<Version> learn(StreamExecutionEnvironment env, DataStream<Row> rows) {
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        DenseVector[] centroids = Arrays.stream(START_CENTROIDS).map(Vectors::dense).toArray(DenseVector[]::new);
        KMeansModelData start = new KMeansModelData(centroids, Vectors.dense(START_WEIGHTS));
#if parallel
        // All rows go through the first subtask, or batches would take them in any order. What is parallel is the search for
        // the nearest centroid: OnlineKMeans gives each subtask its part of a full batch.
        DataStream<Row> ordered =
                rows.partitionCustom((Integer key, int subtasks) -> 0, (Row row) -> 0)
                        .map(row -> row)
                        .returns(ROW)
                        .setParallelism(PARALLELISM)
                        .name("in order");
        Table training = tables.fromDataStream(ordered);
#end
#if not parallel
        Table training = tables.fromDataStream(rows);
#end
        Table models =
                new OnlineKMeans()
                        .setFeaturesCol("features")
                        {{remarks_k}}
                        .setK(K)
                        .setDistanceMeasure(DISTANCE)
                        {{remarks_decay}}
                        .setDecayFactor(DECAY_FACTOR)
                        .setGlobalBatchSize(BATCH_ROWS)
                        .setInitialModelData(tables.fromDataStream(env.fromElements(start)))
                        .fit(training)
                        .getModelData()[0];
        DataStream<Row> learned = tables.toDataStream(models);
#if parallel
        keepBatchesInOrder(learned);
#end
        return learned.map(LaneJob::version).setParallelism(1);
    }
#if parallel

    /** Flink ML deals full batches out from as many subtasks as learn, and one batch may overtake another: one is enough. */
    private static void keepBatchesInOrder(DataStream<Row> learned) {
        for (Transformation<?> step : learned.getTransformation().getTransitivePredecessors()) {
            if (step.getName().equals("Flat Map")) {
                step.setParallelism(1);
            }
        }
    }
#end

    private static Version version(Row model) {
        Vector[] centroids = model.getFieldAs("centroids");
        Vector weights = model.getFieldAs("weights");
        Version version = new Version();
        version.centroids = Arrays.stream(centroids).map(Vector::toArray).toArray(double[][]::new);
        version.weights = weights.toArray();
        return version;
    }
#end
#if logistic
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
#end
