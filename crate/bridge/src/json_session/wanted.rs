//! What the address of a session asks for.

use wire::{From, Hello, Subscription};

/// The streams that the query names, from where it says.
///
/// `topic=T`, repeated; `from=earliest`, `latest` or an offset, for all of them; `from=T:PARTITION:OFFSET`, repeated,
/// for single partitions.
pub(super) fn streams(
    query: &[(String, String)],
    hello: &Hello,
) -> Result<Vec<Subscription>, String> {
    let mut topics: Vec<&str> = Vec::new();
    let mut all = All::Earliest;
    let mut places = Vec::new();
    for (name, value) in query {
        match name.as_str() {
            "topic" => topics.push(value),
            "from" => match place(value) {
                Some(place) => places.push(place),
                None => all = All::parse(value)?,
            },
            "token" => {}
            name => return Err(format!("{name} is none of topic, from, and token")),
        }
    }
    if topics.is_empty() {
        return Err(format!(
            "name a topic: /ws?topic=T&from=earliest; there are: {}",
            names(hello).join(", ")
        ));
    }
    for (topic, partition, _) in &places {
        let there = hello
            .topics
            .iter()
            .any(|ends| ends.topic == *topic && ends.partition == *partition);
        if !there || !topics.contains(topic) {
            return Err(format!(
                "from={topic}:{partition}:.. is no partition of a topic that is asked for (topic={topic})"
            ));
        }
    }
    let streams = topics.into_iter().map(|topic| Subscription {
        topic: topic.to_owned(),
        from: from(topic, hello, all, &places),
    });
    Ok(streams.collect())
}

/// Where partitions start that are not named.
#[derive(Clone, Copy)]
enum All {
    Earliest,
    Latest,
    Offset(i64),
}

impl All {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "earliest" => Ok(All::Earliest),
            "latest" => Ok(All::Latest),
            offset => offset.parse().map(All::Offset).map_err(|_| {
                format!(
                    "from={offset} is none of earliest, latest, an offset such as 12, and TOPIC:PARTITION:OFFSET"
                )
            }),
        }
    }
}

/// Topic, partition and offset; a topic's name may hold colons itself.
fn place(text: &str) -> Option<(&str, i32, i64)> {
    let (rest, offset) = text.rsplit_once(':')?;
    let (topic, partition) = rest.rsplit_once(':')?;
    Some((topic, partition.parse().ok()?, offset.parse().ok()?))
}

fn from(topic: &str, hello: &Hello, all: All, places: &[(&str, i32, i64)]) -> From {
    let named = places.iter().any(|(named, _, _)| *named == topic);
    match all {
        All::Earliest if !named => return From::Earliest,
        All::Latest if !named => return From::Latest,
        _ => {}
    }
    let partitions = hello.topics.iter().filter(|ends| ends.topic == topic);
    let offsets = partitions.map(|ends| {
        let place = places
            .iter()
            .rfind(|(named, partition, _)| *named == topic && *partition == ends.partition);
        let offset = match (place, all) {
            (Some((_, _, offset)), _) => *offset,
            (None, All::Earliest) => ends.start,
            (None, All::Latest) => ends.end,
            (None, All::Offset(offset)) => offset,
        };
        (ends.partition, offset)
    });
    From::Offsets(offsets.collect())
}

fn names(hello: &Hello) -> Vec<&str> {
    let mut names: Vec<&str> = hello
        .topics
        .iter()
        .map(|ends| ends.topic.as_str())
        .collect();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use wire::TopicEnds;

    use super::*;

    fn ask(query: &[(&str, &str)]) -> Result<Vec<(String, From)>, String> {
        let ends = |topic: &str, partition, end| TopicEnds {
            topic: topic.to_owned(),
            partition,
            start: 2,
            end,
        };
        let hello = Hello {
            log_id: "log".to_owned(),
            topics: vec![ends("a", 0, 10), ends("a", 1, 20), ends("b:c", 0, 30)],
            ..Hello::default()
        };
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let streams = streams(&query, &hello)?;
        Ok(streams
            .into_iter()
            .map(|stream| (stream.topic, stream.from))
            .collect())
    }

    #[test]
    fn one_place_for_all_or_one_for_each() {
        let check = |query: &[(&str, &str)], expected: &[(&str, From)]| {
            let expected = expected
                .iter()
                .map(|(topic, from)| ((*topic).to_owned(), from.clone()));
            assert_eq!(ask(query), Ok(expected.collect()), "{query:?}");
        };
        let (a, b) = (("topic", "a"), ("topic", "b:c"));
        check(&[a], &[("a", From::Earliest)]);
        check(&[a, ("from", "latest")], &[("a", From::Latest)]);
        check(
            &[a, b, ("from", "5")],
            &[
                ("a", From::Offsets(vec![(0, 5), (1, 5)])),
                ("b:c", From::Offsets(vec![(0, 5)])),
            ],
        );
        check(
            &[a, b, ("from", "a:1:7"), ("from", "b:c:0:8"), ("token", "t")],
            &[
                ("a", From::Offsets(vec![(0, 2), (1, 7)])),
                ("b:c", From::Offsets(vec![(0, 8)])),
            ],
        );
        check(
            &[a, b, ("from", "a:1:7"), ("from", "latest")],
            &[
                ("a", From::Offsets(vec![(0, 10), (1, 7)])),
                ("b:c", From::Latest),
            ],
        );
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        let check = |query: &[(&str, &str)], complaint: &str| {
            let error = ask(query).expect_err("refused");
            assert!(error.contains(complaint), "{error}");
        };
        check(
            &[],
            "name a topic: /ws?topic=T&from=earliest; there are: a, b:c",
        );
        check(
            &[("topic", "a"), ("from", "soon")],
            "from=soon is none of earliest, latest",
        );
        check(
            &[("topic", "a"), ("from", "a:1:x")],
            "from=a:1:x is none of",
        );
        check(
            &[("topic", "a"), ("from", "a:2:0")],
            "from=a:2:.. is no partition",
        );
        check(
            &[("topic", "a"), ("from", "b:c:0:0")],
            "is no partition of a topic that is asked for",
        );
        check(
            &[("topic", "a"), ("form", "x")],
            "form is none of topic, from",
        );
    }
}
