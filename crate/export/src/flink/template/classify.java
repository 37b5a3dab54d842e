
    // Predictions.

    /** A row's answer. */
    public static final class Prediction {
        public Event event;
        public long version;
        public int answer;
#if logistic
        public double probability;
#end
    }

    {{remarks_predict}}
    /**
     * Answers with the newest version.
     *
#if kmeans
     * <p>As OnlineKMeansModel.transform does, which tells no version, and after a restart would let rows wait for the next one.
#end
#if logistic
     * <p>As OnlineLogisticRegressionModel.transform is meant to: that of 2.3.0 answers with the coefficients of its first
     * prediction for ever (FLINK-36653).
#end
     */
    static final class Classify extends CoProcessFunction<Event, Version, Prediction> implements CheckpointedFunction {
        private static final long serialVersionUID = 1;

        private transient Version newest;
        private transient ArrayDeque<Event> waiting;
#if kmeans
        private transient VectorWithNorm[] centroids;
#end
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
#if waits
            if (version.cut == null) {
                return; // Flink ML answers from its first batch on.
            }
#end
            use(version);
            while (!waiting.isEmpty()) {
                out.collect(predict(waiting.remove()));
            }
        }

#if kmeans
        private Prediction predict(Event event) {
            Prediction prediction = new Prediction();
            prediction.event = event;
            prediction.version = newest.version;
            VectorWithNorm row = new VectorWithNorm(Vectors.dense({{row_features}}));
            prediction.answer = DistanceMeasure.getInstance(DISTANCE).findClosest(centroids, row);
            return prediction;
        }

        private void use(Version version) {
            newest = version;
            Stream<DenseVector> vectors = Arrays.stream(version.centroids).map(Vectors::dense);
            centroids = vectors.map(VectorWithNorm::new).toArray(VectorWithNorm[]::new);
        }
#end
#if logistic
        private Prediction predict(Event event) {
            Prediction prediction = new Prediction();
            prediction.event = event;
            prediction.version = newest.version;
            double margin = BLAS.dot(Vectors.dense({{row_features}}), Vectors.dense(newest.coefficients));
            prediction.answer = margin >= 0 ? 1 : 0;
            prediction.probability = 1 - 1 / (1 + Math.exp(margin));
            return prediction;
        }

        private void use(Version version) {
            newest = version;
        }
#end

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
