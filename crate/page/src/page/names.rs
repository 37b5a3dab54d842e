//! Short forms of long names.

/// What all these tables' names begin with, up to an underscore: "iris_" of "iris_train" and "iris_test".
pub fn common_prefix(tables: &[&str]) -> String {
    let Some(first) = tables.first().filter(|_| tables.len() > 1) else {
        return String::new();
    };
    let end = first.rfind('_').map_or(0, |at| at + 1);
    let prefix = &first[..end];
    let shared = tables
        .iter()
        .all(|table| table.starts_with(prefix) && table.len() > prefix.len());
    if shared {
        prefix.to_owned()
    } else {
        String::new()
    }
}

/// A topic's table: "iris_train" of "flink.public.iris_train".
pub fn table(topic: &str) -> &str {
    topic.rsplit('.').next().unwrap_or(topic)
}

/// A topic in few letters: "train" of "flink.public.iris_train".
pub fn short_topic<'a>(topic: &'a str, prefix: &str) -> &'a str {
    let table = table(topic);
    table.strip_prefix(prefix).unwrap_or(table)
}

/// A column in few letters: "s len" of "sepal_length".
pub fn short_feature(name: &str) -> String {
    let parts: Vec<&str> = name
        .split(['_', ' ', '.'])
        .filter(|part| !part.is_empty())
        .collect();
    let Some((last, first)) = parts.split_last() else {
        return name.to_owned();
    };
    if first.is_empty() {
        return cut(last, 6);
    }
    let initials: String = first
        .iter()
        .filter_map(|part| part.chars().next())
        .take(2)
        .collect();
    format!("{initials} {}", cut(last, 3))
}

/// A model's kind in words.
pub fn model(kind: &str) -> String {
    match kind {
        "" | "kmeans" => "k-means".to_owned(),
        other => other.replace('_', " "),
    }
}

/// "Iris k-means" for tables that begin with "iris_".
pub fn scenario(prefix: &str, model: &str) -> String {
    let word = prefix.trim_end_matches('_');
    let mut letters = word.chars();
    match letters.next() {
        None => model.to_owned(),
        Some(first) => format!("{}{} {model}", first.to_uppercase(), letters.as_str()),
    }
}

/// A name in so many letters: "Spark with ha…".
pub fn at_most(name: &str, letters: usize) -> String {
    match name.chars().count() > letters {
        true => format!("{}…", cut(name, letters.saturating_sub(1)).trim_end()),
        false => name.to_owned(),
    }
}

fn cut(text: &str, letters: usize) -> String {
    text.chars().take(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_and_says_so() {
        assert_eq!(at_most("Flink", 14), "Flink");
        assert_eq!(at_most("Spark with half-life", 14), "Spark with ha…");
        assert_eq!(at_most("Spark with half-life", 7), "Spark…");
    }

    #[test]
    fn topics_lose_what_they_share() {
        let prefix = common_prefix(&["iris_train", "iris_test"]);
        assert_eq!(prefix, "iris_");
        assert_eq!(short_topic("flink.public.iris_train", &prefix), "train");
        assert_eq!(short_topic("flink.public.orders", &prefix), "orders");
        assert_eq!(common_prefix(&["a_x", "b_x"]), "");
        assert_eq!(common_prefix(&["iris_train"]), "");
        assert_eq!(common_prefix(&["iris_", "iris_test"]), "");
        assert_eq!(scenario("iris_", &model("kmeans")), "Iris k-means");
        assert_eq!(
            scenario("", &model("linear_regression")),
            "linear regression"
        );
    }

    #[test]
    fn features_get_few_letters() {
        assert_eq!(short_feature("sepal_length"), "s len");
        assert_eq!(short_feature("petal_width"), "p wid");
        assert_eq!(short_feature("income"), "income");
        assert_eq!(short_feature("größen_änderung"), "g änd");
        assert_eq!(short_feature("_"), "_");
    }
}
