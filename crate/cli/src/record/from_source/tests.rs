use std::path::Path;

use bridge::file::{FileSource, Speed};

use super::*;

/// A log of two partitions and another topic, as far as it goes.
fn log(folder: &Path, lines: &[(&str, i32, i64)]) -> Arc<dyn Source> {
    let path = folder.join("log.ndjson");
    let text: String = lines
        .iter()
        .map(|(topic, partition, offset)| {
            format!(
                "{{\"topic\":\"{topic}\",\"partition\":{partition},\"offset\":{offset},\"timestamp_ms\":1,\"headers\":[],\"key\":null,\"value\":\"v\"}}\n"
            )
        })
        .collect();
    std::fs::write(&path, text).expect("written");
    Arc::new(FileSource::open(&path, Speed::Max).expect("opened"))
}

fn run(source: &Arc<dyn Source>, topics: &[&str], out: &Path) -> Result<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let topics: Vec<String> = topics.iter().map(|topic| (*topic).to_owned()).collect();
    runtime.block_on(async {
        let mut recording = Recording::open(out)?;
        let mut progress = Progress::new("records");
        record(source, &topics, false, &mut recording, &mut progress).await?;
        recording.end()?;
        Ok(recording.written)
    })
}

#[test]
fn every_partition_is_gone_on_with_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = [
        ("a", 0, 0),
        ("a", 1, 10),
        ("a", 0, 1),
        ("b", 0, 5),
        ("a", 0, 2),
        ("a", 1, 12),
        ("b", 0, 6),
    ];
    let source = |lines| log(folder.path(), lines);
    for name in ["r.ndjson", "r.ndjson.gz"] {
        let out = folder.path().join(name);
        assert_eq!(run(&source(&all[..1]), &[], &out).expect("recorded"), 1);
        assert_eq!(run(&source(&all[..1]), &[], &out).expect("recorded"), 0);
        assert_eq!(run(&source(&all[..4]), &["a"], &out).expect("recorded"), 2);
        assert_eq!(run(&source(&all), &[], &out).expect("recorded"), 4);
        // The recording is a log of the same partitions, each record once.
        let recorded = FileSource::open(&out, Speed::Max).expect("opened");
        assert_eq!(recorded.report().records, 7);
        let mut ends = recorded.hello().expect("hello").topics;
        let mut expected = source(&all).hello().expect("hello").topics;
        let order = |ends: &TopicEnds| (ends.topic.clone(), ends.partition);
        ends.sort_by_key(order);
        expected.sort_by_key(order);
        assert_eq!(ends, expected);
    }
}

#[test]
fn another_log_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("r.ndjson");
    let source = log(folder.path(), &[("a", 0, 7)]);
    assert_eq!(run(&source, &[], &out).expect("recorded"), 1);
    let source = log(folder.path(), &[("a", 0, 1)]);
    let error = run(&source, &[], &out).expect_err("another log");
    assert!(error.to_string().contains("it was made anew"), "{error}");
    let error = run(&source, &["c"], &out).expect_err("no such topic");
    assert!(
        error
            .to_string()
            .contains("there is no topic c; there are a"),
        "{error}"
    );
}
