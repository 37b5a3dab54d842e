//! Java's literals and comments, and which classes are imported.

/// Columns of a line of comment.
const WIDTH: usize = 118;

/// A string.
pub(super) fn string(text: &str) -> String {
    // JSON's strings are Java's: the same escapes.
    serde_json::Value::from(text).to_string()
}

/// Strings, with commas between.
pub(super) fn strings<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| string(text.as_ref())).collect();
    texts.join(", ")
}

/// A double that reads back the same.
pub(super) fn double(number: f64) -> String {
    match number {
        number if number.is_nan() => "Double.NaN".to_owned(),
        f64::INFINITY => "Double.POSITIVE_INFINITY".to_owned(),
        f64::NEG_INFINITY => "Double.NEGATIVE_INFINITY".to_owned(),
        number => format!("{number:?}"),
    }
}

/// Doubles, with commas between.
pub(super) fn doubles(numbers: &[f64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|number| double(*number)).collect();
    numbers.join(", ")
}

/// A text that ends no comment, begins no escape and has no end of a line.
pub(super) fn one_line(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    text.replace("*/", "* /").replace("\\u", "\\ u")
}

/// Words as lines, each begun like this, the first line like that.
pub(super) fn wrapped(text: &str, first: &str, begin: &str) -> String {
    let mut lines: Vec<String> = vec![first.to_owned()];
    let mut is_empty = true;
    for word in one_line(text).split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if !is_empty && line + 1 + word.chars().count() > WIDTH {
            lines.push(begin.to_owned());
            is_empty = true;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if is_empty { "" } else { " " });
            line.push_str(word);
        }
        is_empty = false;
    }
    lines.join("\n")
}

/// A comment of lines that begin with `//`.
pub(super) fn comment(text: &str, indentation: usize) -> String {
    // What the template indents counts too.
    let shorter = " ".repeat(indentation);
    let lines = wrapped(text, &format!("{shorter}// "), &format!("{shorter}// "));
    let lines: Vec<&str> = lines.lines().map(|line| &line[indentation..]).collect();
    lines.join("\n")
}

/// The imports of those classes that a class names.
pub(super) fn imports(class: &str) -> String {
    let mut words: Vec<&str> = class
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect();
    words.sort_unstable();
    words.dedup();
    let named = |import: &&&str| {
        let simple = import.rsplit('.').next().unwrap_or_default();
        words.binary_search(&simple).is_ok()
    };
    let line = |import: &&str| match import.ends_with(".UTF_8") {
        true => format!("import static {import};\n"),
        false => format!("import {import};"),
    };
    let lines: Vec<String> = IMPORTS.iter().filter(named).map(line).collect();
    lines.join("\n")
}

/// Every class that a job may name.
const IMPORTS: &[&str] = &[
    "java.nio.charset.StandardCharsets.UTF_8",
    "com.fasterxml.jackson.core.JsonFactory",
    "com.fasterxml.jackson.core.JsonProcessingException",
    "com.fasterxml.jackson.core.StreamWriteFeature",
    "com.fasterxml.jackson.databind.JsonNode",
    "com.fasterxml.jackson.databind.ObjectMapper",
    "com.fasterxml.jackson.databind.json.JsonMapper",
    "com.fasterxml.jackson.databind.node.ArrayNode",
    "com.fasterxml.jackson.databind.node.MissingNode",
    "com.fasterxml.jackson.databind.node.NullNode",
    "com.fasterxml.jackson.databind.node.ObjectNode",
    "java.io.IOException",
    "java.math.BigDecimal",
    "java.math.BigInteger",
    "java.util.ArrayDeque",
    "java.util.ArrayList",
    "java.util.Arrays",
    "java.util.Base64",
    "java.util.Collection",
    "java.util.Collections",
    "java.util.HashMap",
    "java.util.List",
    "java.util.Map",
    "java.util.Properties",
    "java.util.TreeMap",
    "java.util.function.Consumer",
    "java.util.function.DoubleConsumer",
    "java.util.stream.Stream",
    "org.apache.flink.api.common.eventtime.WatermarkStrategy",
    "org.apache.flink.api.common.restartstrategy.RestartStrategies",
    "org.apache.flink.api.common.serialization.DeserializationSchema",
    "org.apache.flink.api.common.state.ListState",
    "org.apache.flink.api.common.state.ListStateDescriptor",
    "org.apache.flink.api.common.state.OperatorStateStore",
    "org.apache.flink.api.common.typeinfo.TypeInformation",
    "org.apache.flink.api.common.typeinfo.Types",
    "org.apache.flink.api.dag.Transformation",
    "org.apache.flink.api.java.utils.ParameterTool",
    "org.apache.flink.connector.base.DeliveryGuarantee",
    "org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema",
    "org.apache.flink.connector.kafka.sink.KafkaSink",
    "org.apache.flink.connector.kafka.source.KafkaSource",
    "org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer",
    "org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema",
    "org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit",
    "org.apache.flink.metrics.Counter",
    "org.apache.flink.ml.classification.logisticregression.LogisticRegressionModelData",
    "org.apache.flink.ml.classification.logisticregression.LogisticRegressionModelDataUtil",
    "org.apache.flink.ml.classification.logisticregression.OnlineLogisticRegression",
    "org.apache.flink.ml.clustering.kmeans.KMeansModelData",
    "org.apache.flink.ml.clustering.kmeans.OnlineKMeans",
    "org.apache.flink.ml.common.distance.DistanceMeasure",
    "org.apache.flink.ml.linalg.BLAS",
    "org.apache.flink.ml.linalg.DenseVector",
    "org.apache.flink.ml.linalg.Vector",
    "org.apache.flink.ml.linalg.VectorWithNorm",
    "org.apache.flink.ml.linalg.Vectors",
    "org.apache.flink.ml.linalg.typeinfo.DenseVectorTypeInfo",
    "org.apache.flink.runtime.state.FunctionInitializationContext",
    "org.apache.flink.runtime.state.FunctionSnapshotContext",
    "org.apache.flink.streaming.api.CheckpointingMode",
    "org.apache.flink.streaming.api.checkpoint.CheckpointedFunction",
    "org.apache.flink.streaming.api.datastream.DataStream",
    "org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator",
    "org.apache.flink.streaming.api.environment.CheckpointConfig.ExternalizedCheckpointCleanup",
    "org.apache.flink.streaming.api.environment.StreamExecutionEnvironment",
    "org.apache.flink.streaming.api.functions.ProcessFunction",
    "org.apache.flink.streaming.api.functions.co.CoProcessFunction",
    "org.apache.flink.table.api.Table",
    "org.apache.flink.table.api.bridge.java.StreamTableEnvironment",
    "org.apache.flink.types.Row",
    "org.apache.flink.util.Collector",
    "org.apache.flink.util.OutputTag",
    "org.apache.kafka.clients.consumer.ConsumerRecord",
    "org.apache.kafka.clients.consumer.OffsetAndTimestamp",
    "org.apache.kafka.clients.consumer.OffsetResetStrategy",
    "org.apache.kafka.clients.producer.ProducerRecord",
    "org.apache.kafka.common.TopicPartition",
    "org.slf4j.Logger",
    "org.slf4j.LoggerFactory",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_comments_are_safe() {
        assert_eq!(string("a\"b\\u0041"), r#""a\"b\\u0041""#);
        assert_eq!(doubles(&[6.0, 1e-5, -0.1]), "6.0, 1e-5, -0.1");
        assert_eq!(double(f64::NEG_INFINITY), "Double.NEGATIVE_INFINITY");
        assert_eq!(one_line("x */ \\u000a\ny"), "x * / \\ u000a y");
        let lines = comment(&"word ".repeat(60), 4);
        assert!(
            lines
                .lines()
                .all(|line| line.starts_with("// word") && line.len() <= WIDTH - 4)
        );
    }

    #[test]
    fn only_named_classes_are_imported() {
        assert_eq!(
            imports("Map<String> x = UTF_8; // Tables"),
            "import static java.nio.charset.StandardCharsets.UTF_8;\n\nimport java.util.Map;"
        );
    }
}
