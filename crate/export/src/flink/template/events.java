
    // Events.

    /** A record, and the numbers of its row: null where it has no row to learn or classify. */
    public static final class Event {
        public String topic;
        public int partition;
        public long offset;
        public byte[] key;
        public double[] features;
#if logistic
        public double label;
#end
    }

    /** Why a record gives no row. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String reason) {
            super(reason);
        }
    }

    {{remarks_events}}
    /** Reads change events: envelopes or unwrapped rows, with or without a schema. */
    static final class ReadEvents implements KafkaRecordDeserializationSchema<Event> {
        private static final long serialVersionUID = 1;

#if logistic
        private final boolean learned;
#end
        private transient ObjectMapper json;
        private transient Counter rejected;
#if logistic

        ReadEvents(boolean learned) {
            this.learned = learned;
        }
#end

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
#if logistic
            if (learned) {
                event.label = columns.number(TARGET);
            }
#end
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
                {{remarks_updates}}
                case "u":
#if ignores_updates
                    return null; // The lane learns inserts only.
#end
#if not ignores_updates
                    break; // One more row, beside what it was before.
#end
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
