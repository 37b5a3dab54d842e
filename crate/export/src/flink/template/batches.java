
    // Batches and versions.

    private static final TypeInformation<Row> ROW =
#if kmeans
            Types.ROW_NAMED(new String[] {"features"}, DenseVectorTypeInfo.INSTANCE);
#end
#if logistic
            Types.ROW_NAMED(new String[] {"features", "label"}, DenseVectorTypeInfo.INSTANCE, Types.DOUBLE);
#end
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
#if kmeans
        public double[][] centroids;
        public double[] weights;
#end
#if logistic
        public double[] coefficients;
#end
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
#if kmeans
            out.collect(Row.of(Vectors.dense({{row_features}})));
#end
#if logistic
            out.collect(Row.of(Vectors.dense({{row_features}}), event.label));
#end
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
#if logistic
        private transient boolean started;
#end
        private transient ListState<Version> modelState;
        private transient ListState<Cut> cutState;
        private transient ListState<Long> nextState;

        @Override
        public void processElement1(Version model, Context context, Collector<Version> out) {
#if logistic
            if (model.version == START_VERSION) {
                models.addFirst(model);
                started = true;
            } else {
                models.add(model);
            }
#end
#if kmeans
            models.add(model);
#end
            match(out);
        }

        @Override
        public void processElement2(Cut cut, Context context, Collector<Version> out) {
            cuts.add(cut);
            match(out);
        }

        private void match(Collector<Version> out) {
            // No batch of this job made the version that it starts from.
#if kmeans
            while (!models.isEmpty() && (next == START_VERSION || !cuts.isEmpty())) {
#end
#if logistic
            while (started && !models.isEmpty() && (next == START_VERSION || !cuts.isEmpty())) {
#end
                Version version = models.remove();
                version.cut = next == START_VERSION ? null : cuts.remove();
                version.version = next;
                next += 1;
                out.collect(version);
            }
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
#if logistic
            if (context.isRestored()) {
                throw new IllegalStateException("this job cannot go on from a checkpoint: start it anew, without one");
            }
#end
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
#if scaled

    private static double[] scaled(double[] features) {
        double[] scaled = new double[features.length];
        for (int i = 0; i < features.length; i++) {
            scaled[i] = (features[i] - CENTRE[i]) * FACTOR[i];
        }
        return scaled;
    }
#end
