//! Proposals from real events: Debezium's own, with and without schemas, and the walk-throughs'.

use wire::{Line, LineReader};

use super::*;
use crate::Lab;

fn records(text: &str) -> Vec<Record> {
    let mut reader = LineReader::new();
    let lines = (1..).zip(text.lines());
    let lines = lines.filter_map(|(number, line)| reader.read(number, line).expect("a line"));
    lines
        .filter_map(|line| match line {
            Line::Record(record) => Some(record),
            _ => None,
        })
        .collect()
}

/// Of all topics in a recording.
fn of(text: &str) -> Proposal {
    let records = records(text);
    let mut topics: Vec<String> = Vec::new();
    for record in &records {
        if !topics.contains(&record.topic.to_string()) {
            topics.push(record.topic.to_string());
        }
    }
    propose(&topics, &records)
}

fn golden(name: &str) -> String {
    let path = format!(
        "{}/../../tests/golden/debezium/{name}.ndjson",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(path).expect(name)
}

fn reason<'a>(proposal: &'a Proposal, column: &str) -> &'a str {
    let seen = proposal.columns.iter().find(|seen| seen.name == column);
    &seen.expect(column).reason
}

#[test]
fn the_published_demo_is_found_again() {
    let proposal = of(include_str!("../../../../www/demo.ndjson"));
    assert_eq!(
        proposal.features,
        ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    );
    assert_eq!(proposal.label.as_deref(), Some("iris_class"));
    assert_eq!((proposal.k, proposal.scale), (3, false));
    assert_eq!(proposal.k_reason, "iris_class has 3 different values");
    assert_eq!(reason(&proposal, "id"), "the key, left out");
    assert_eq!(
        reason(&proposal, "iris_class"),
        "3 different values: the label"
    );
    let roles: Vec<(&str, Role)> = proposal
        .topics
        .iter()
        .map(|topic| (topic.name.as_str(), topic.role))
        .collect();
    assert_eq!(
        roles,
        [
            ("flink.public.iris_train", Role::Train),
            ("flink.public.iris_test", Role::Classify)
        ]
    );
    let file = proposal.lab().expect("a lab file");
    assert_eq!(file.lanes.len(), 2);
    Lab::new(file).expect("a lab");
}

#[test]
fn a_lab_of_the_proposal_learns() {
    let text = include_str!("../../../../www/demo.ndjson");
    let file = of(text).lab().expect("a lab file");
    let mut lab = Lab::new(file).expect("a lab");
    for record in records(text) {
        crate::replay::apply(&mut lab, Line::Record(record)).expect("applied");
    }
    lab.finish();
    let versions: Vec<u64> = lab
        .lanes
        .iter()
        .map(|lane| lane.timeline.versions())
        .collect();
    assert!(
        versions.iter().all(|versions| *versions >= 4),
        "{versions:?}"
    );
    assert_eq!(lab.rejected, 0);
}

#[test]
fn decimals_are_what_the_schema_says() {
    let proposal = of(&golden("decimals_precise_schema"));
    assert!(
        reason(&proposal, "n31").starts_with("decimal, 1 digit"),
        "{}",
        reason(&proposal, "n31")
    );
    assert!(reason(&proposal, "n102").starts_with("decimal, 2 digits"));
    assert_eq!(reason(&proposal, "id"), "the key, left out");
    // Without the schema their bytes are texts, and no one can know better.
    let plain = of(&golden("decimals_precise_plain"));
    assert!(
        reason(&plain, "n31").starts_with("text, "),
        "{}",
        reason(&plain, "n31")
    );
    // As texts with digits they are numbers, once the lab file says so.
    let texts = of(&golden("decimals_string_schema"));
    let n31 = texts
        .columns
        .iter()
        .find(|seen| seen.name == "n31")
        .expect("n31");
    assert!(n31.is_number, "{n31:?}");
}

#[test]
fn what_is_no_number_is_said() {
    let column = |values: [&str; 6]| {
        let rows = values.iter().zip(1..).map(|(value, i)| {
            format!("{{\"topic\":\"t\",\"partition\":0,\"offset\":{i},\"timestamp_ms\":0,\"key\":null,\"value\":{:?}}}\n", format!("{{\"c\":{value},\"x\":{i}}}"))
        });
        let proposal = of(&rows.collect::<String>());
        let seen = proposal
            .columns
            .into_iter()
            .find(|seen| seen.name == "c")
            .expect("c");
        (seen.reason, seen.declared)
    };
    let reason = |values| column(values).0;
    let with = |value: &'static str| [value; 6];
    assert_eq!(reason(with("null")), "no value yet, left out");
    assert_eq!(
        reason(with("[1,2]")),
        "an array; name one of its elements, c[0], left out"
    );
    assert_eq!(reason(with("\"2024-05-01T10:00:00Z\"")), "a time, left out");
    assert_eq!(
        reason(with("1795239078909")),
        "a time, by its size, left out"
    );
    assert_eq!(reason(with("5")), "whole number; always 5, left out");
    assert_eq!(
        reason(with("{\"a\":1}")),
        "values of several forms, left out"
    );
    assert_eq!(
        reason(["1", "null", "null", "2", "3", "4"]),
        "whole number, 1 to 4; null in 2 of 6 rows, left out"
    );
    assert_eq!(
        column(["\"1.50\"", "\"2.5\"", "\"3\"", "\"4\"", "\"5\"", "\"6\""]),
        (
            "number in a text, 1.5 to 6".to_owned(),
            Some(Column::Number {})
        )
    );
    assert_eq!(
        column(["true", "false", "true", "true", "true", "false"]),
        (
            "2 different values: the label".to_owned(),
            Some(Column::Boolean {})
        )
    );
}

#[test]
fn times_of_the_schema_are_left_out() {
    let mut times = 0;
    for entry in std::fs::read_dir(format!(
        "{}/../../tests/golden/debezium",
        env!("CARGO_MANIFEST_DIR")
    ))
    .expect("a folder")
    {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|end| end != "ndjson") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("read");
        let proposal = of(&text);
        // Whatever is proposed makes a lab, if anything is proposed.
        if !proposal.features.is_empty() && proposal.training > 0 {
            Lab::new(proposal.lab().expect("a lab file")).expect("a lab");
        }
        times += proposal
            .columns
            .iter()
            .filter(|seen| seen.reason == "a time, left out")
            .count();
        assert!(
            !proposal.features.iter().any(|name| name == "id"),
            "{path:?}"
        );
    }
    assert!(times > 3, "{times}");
}

#[test]
fn ranges_far_apart_are_scaled() {
    let shop = |i: u64| {
        format!(
            "{{\"age\":{},\"income\":{},\"region\":\"{}\"}}",
            20 + i % 40,
            20_000 + 977 * (i % 90),
            ["n", "s"][(i % 2) as usize]
        )
    };
    let lines: String = (0..60).map(|i| format!("{{\"topic\":\"shop\",\"partition\":0,\"offset\":{i},\"timestamp_ms\":0,\"key\":null,\"value\":{:?}}}\n", shop(i))).collect();
    let mut proposal = of(&lines);
    assert!(proposal.scale);
    assert!(
        proposal.scale_reason.starts_with("income spans "),
        "{}",
        proposal.scale_reason
    );
    assert_eq!(proposal.label.as_deref(), Some("region"));
    assert_eq!(proposal.topics[0].role, Role::Both);
    let file = proposal.lab().expect("a lab file");
    assert!(file.lanes.iter().all(|lane| lane.scaler.is_some()));
    // What the reader chooses counts.
    proposal.target = Some("income".to_owned());
    proposal.features = vec!["age".to_owned()];
    proposal.engines = Engines::Flink;
    let file = proposal.lab().expect("a lab file");
    assert_eq!(file.lanes[0].name, "RLS");
    Lab::new(file).expect("a lab");
    proposal.features.clear();
    let error = proposal.lab().expect_err("no features").to_string();
    assert_eq!(error, "lab file: features: are none; choose one or more");
}

#[test]
fn clusters_are_counted_where_there_is_no_label() {
    // Four places, and a little beside each.
    let place = |i: u64| [(0, 0), (9, 0), (0, 9), (9, 9)][(i % 4) as usize];
    let line = |i: u64| {
        let (x, y) = place(i);
        let (dx, dy) = (i * 7 % 11, i * 5 % 13);
        let row = format!("{{\"x\":{x}.{dx:02},\"y\":{y}.{dy:02}}}");
        format!(
            "{{\"topic\":\"t\",\"partition\":0,\"offset\":{i},\"timestamp_ms\":0,\"key\":null,\"value\":{row:?}}}\n"
        )
    };
    let proposal = of(&(0..100).map(line).collect::<String>());
    assert_eq!(proposal.k, 4, "{}", proposal.k_reason);
    assert!(
        proposal
            .k_reason
            .starts_with("best silhouette of 2 to 6 over 100 rows, 0.9"),
        "{}",
        proposal.k_reason
    );
    let few = of(&(0..5).map(line).collect::<String>());
    assert_eq!(
        (few.k, few.k_reason.as_str()),
        (3, "5 rows say nothing; 3 is a guess")
    );
}

#[test]
fn only_test_rows_are_learned_from_all_the_same() {
    let line = "{\"topic\":\"shop_test\",\"partition\":0,\"offset\":0,\"timestamp_ms\":0,\"key\":null,\"value\":\"{\\\"x\\\":1}\"}\n";
    let proposal = of(line);
    assert_eq!(proposal.topics[0].role, Role::Train);
    // "latest" is no test.
    let lines = line.replace("shop_test", "latest") + &line.replace("shop_test", "a.eval");
    let roles: Vec<Role> = of(&lines).topics.iter().map(|topic| topic.role).collect();
    assert_eq!(roles, [Role::Train, Role::Classify]);
}
