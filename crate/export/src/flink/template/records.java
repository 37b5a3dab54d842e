
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
#if scaled
            putNumbers(record.putArray("mean"), MEAN);
            putNumbers(record.putArray("std"), STD);
#end
            if (version.cut != null) {
                record.putObject("batch").put("rows", BATCH_ROWS);
                ArrayNode offsets = record.putArray("offsets");
                for (Range range : version.cut.ranges) {
                    ObjectNode part = offsets.addObject();
                    part.put("topic", range.topic).put("partition", range.partition);
                    part.put("from", range.from).put("to", range.to);
                }
            }
            record.putObject("engine").put("name", "flink").put("version", {{flink_version}}).put("ml", {{ml_version}});
            return new ProducerRecord<>(MODEL_TOPIC, LANE.getBytes(UTF_8), bytes(record));
        }
#if kmeans

        private static void putModel(Version version, ObjectNode record) {
            ArrayNode centroids = record.putArray("centroids");
            for (double[] centroid : version.centroids) {
                putNumbers(centroids.addArray(), {{record_centroid}});
            }
            putNumbers(record.putArray("weights"), version.weights);
        }
#if scaled

        private static double[] inColumns(double[] centroid) {
            double[] there = new double[centroid.length];
            for (int i = 0; i < centroid.length; i++) {
                there[i] = FACTOR[i] == 0 ? MEAN[i] : centroid[i] / FACTOR[i] + CENTRE[i];
            }
            return there;
        }
#end
#end
#if logistic

        private static void putModel(Version version, ObjectNode record) {
#if not scaled
            putNumbers(record.putArray("coefficients"), version.coefficients);
            record.put("intercept", 0.0);
#end
#if scaled
            double[] coefficients = new double[version.coefficients.length];
            double intercept = 0;
            for (int i = 0; i < version.coefficients.length; i++) {
                coefficients[i] = version.coefficients[i] * FACTOR[i];
                intercept -= coefficients[i] * CENTRE[i];
            }
            putNumbers(record.putArray("coefficients"), coefficients);
            putNumber(intercept, number -> record.put("intercept", number), text -> record.put("intercept", text));
#end
        }
#end
    }
#if classifies

    /** Predictions as messages, under their rows' keys. */
    static final class PredictionRecords implements KafkaRecordSerializationSchema<Prediction> {
        private static final long serialVersionUID = 1;

        @Override
        public ProducerRecord<byte[], byte[]> serialize(
                Prediction prediction, KafkaSinkContext context, Long timestamp) {
            Event event = prediction.event;
#if text
            byte[] value =
                    (Arrays.toString(event.features) + " is classified as " + prediction.answer).getBytes(UTF_8);
#end
#if json
            ObjectNode answer = JSON.createObjectNode();
            answer.put("event", "prediction").put("lane", LANE).put("version", prediction.version);
            answer.put("topic", event.topic).put("partition", event.partition).put("offset", event.offset);
            putNumbers(answer.putArray("features"), event.features);
            answer.put("prediction", prediction.answer);
#if logistic
            answer.put("probability", prediction.probability);
#end
            byte[] value = bytes(answer);
#end
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(PREDICTION_TOPIC, event.key, value);
            String place = event.topic + "/" + event.partition + "/" + event.offset;
            record.headers().add("eddy.lane", LANE.getBytes(UTF_8));
            record.headers().add("eddy.version", Long.toString(prediction.version).getBytes(UTF_8));
            record.headers().add("eddy.source", place.getBytes(UTF_8));
            return record;
        }
    }
#end

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
