
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

#if kmeans
    private static KafkaSource<Event> source(Properties kafka, List<String> topics) {
#end
#if logistic
    private static KafkaSource<Event> source(Properties kafka, List<String> topics, boolean learned) {
#end
        return KafkaSource.<Event>builder()
                .setProperties(kafka)
                .setTopics(topics)
                .setStartingOffsets(new StartOffsets())
                .setProperty("isolation.level", "read_committed")
#if kmeans
                .setDeserializer(new ReadEvents())
#end
#if logistic
                .setDeserializer(new ReadEvents(learned))
#end
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
#if elsewhere
            switch (partition.topic()) {
                {{otherwise}}
                default:
                    return KafkaPartitionSplit.EARLIEST_OFFSET;
            }
#end
#if not elsewhere
            return KafkaPartitionSplit.EARLIEST_OFFSET;
#end
        }
#if from_end

        private static long endOf(TopicPartition partition, PartitionOffsetsRetriever retriever) {
            return retriever.endOffsets(Collections.singleton(partition)).get(partition);
        }
#end
#if from_time

        private static long offsetAt(TopicPartition partition, long time, PartitionOffsetsRetriever retriever) {
            OffsetAndTimestamp found =
                    retriever.offsetsForTimes(Collections.singletonMap(partition, time)).get(partition);
            return found != null ? found.offset() : endOf(partition, retriever);
        }
#end

        /** Records that are no longer there end the job: what it would learn in their place is not the lane's model. */
        @Override
        public OffsetResetStrategy getAutoOffsetResetStrategy() {
            return OffsetResetStrategy.NONE;
        }
    }
