//! The ledger as CSV: each version, with the batch that made it.

use learn::online::Task;

use super::{write_cell, write_text};
use crate::event::Source;
use crate::lab::Lab;
use crate::lane::Lane;
use crate::snapshot::TestedRow;
use crate::timeline::Entry;

/// All versions of all lanes, lane by lane, oldest first; runs of empty ones share a line.
///
/// Lists (rows by cluster, moves) are numbers with spaces between them.
pub fn ledger(lab: &Lab) -> String {
    let is_tested = |lane: &Lane| lane.config.model.task() != Task::Clustering;
    let has_tests = lab.lanes.iter().any(is_tested);
    let mut out = String::from(
        "lane,first_version,last_version,rows,counts,shift,shifts,loss,loss_before,loss_after",
    );
    if has_tests {
        out.push_str(",test_rows,test_mse,test_mae,test_r2,test_accuracy,test_log_loss");
    }
    out.push_str(
        ",records,first_topic,first_partition,first_offset,last_topic,last_partition,last_offset,note\r\n",
    );
    for lane in &lab.lanes {
        // Before the first version there is an entry without one.
        let versions = lane
            .timeline
            .entries()
            .iter()
            .filter(|entry| entry.last > 0);
        versions.for_each(|entry| write(lane, entry, has_tests, &mut out));
    }
    out
}

fn write(lane: &Lane, entry: &Entry, has_tests: bool, out: &mut String) {
    write_text(out, &lane.config.name);
    out.push_str(&format!(",{},{},{},", entry.first, entry.last, entry.rows));
    let counts: Vec<String> = entry.counts.iter().map(u64::to_string).collect();
    out.push_str(&counts.join(" "));
    write_cell(out, Some(entry.shift));
    out.push(',');
    let shifts: Vec<String> = entry.shifts.iter().map(|shift| cell(*shift)).collect();
    out.push_str(&shifts.join(" "));
    out.push_str(match lane.config.model.task() {
        Task::Clustering => ",inertia",
        Task::Regression => ",mse",
        Task::Classification => ",log_loss",
    });
    let of_rows = |loss| (entry.rows > 0).then_some(loss);
    write_cell(out, of_rows(entry.loss_before));
    write_cell(out, of_rows(entry.loss_after));
    let row = crate::view::ledger_row(lane, entry);
    if has_tests {
        write_tested(row.tested, out);
    }
    out.push_str(&format!(",{}", entry.to_record));
    let (first, last) = entry
        .span
        .as_ref()
        .map(|(first, last)| (first, last))
        .unzip();
    for source in [first, last] {
        write_source(source, out);
    }
    out.push(',');
    write_text(out, &row.note);
    out.push_str("\r\n");
}

fn write_tested(tested: Option<TestedRow>, out: &mut String) {
    let Some(tested) = tested else {
        return out.push_str(",,,,,,");
    };
    out.push_str(&format!(",{}", tested.rows));
    for measure in [
        tested.mse,
        tested.mae,
        tested.r2,
        tested.accuracy,
        tested.log_loss,
    ] {
        write_cell(out, Some(measure).filter(|measure| !measure.is_nan()));
    }
}

fn write_source(source: Option<&Source>, out: &mut String) {
    let Some(source) = source else {
        return out.push_str(",,,");
    };
    out.push(',');
    write_text(out, &source.topic);
    out.push_str(&format!(",{},{}", source.partition, source.offset));
}

fn cell(value: f64) -> String {
    let mut out = String::new();
    write_cell(&mut out, Some(value));
    out.split_off(1)
}

#[cfg(test)]
mod tests {
    use crate::{Lab, LabFile};

    fn applied(model: &str, target: &str) -> String {
        let lab = format!(
            r#"{{"eddy":1,"streams":[{{"topic":"a,b","role":"train"}}],"features":["x"]{target},"lanes":[{{"name":"A",
                "model":{model},"batch":{{"by":"count","rows":2}}}}]}}"#
        );
        let mut lab = Lab::new(LabFile::parse(&lab).unwrap()).unwrap();
        for (offset, x) in [1.0, 3.0, 8.0].into_iter().enumerate() {
            let value = format!("{{\"x\":{x},\"y\":{x}}}");
            let record = wire::Record {
                topic: "a,b".into(),
                partition: 0,
                offset: offset as i64,
                timestamp_ms: 1,
                headers: Vec::new(),
                key: None,
                value: Some(value.into_bytes()),
            };
            lab.apply(record.as_ref());
        }
        super::ledger(&lab)
    }

    #[test]
    fn each_version_is_a_line_with_its_batch() {
        let model = r#"{"kind":"kmeans","engine":"flink","k":2,"initial":{"centroids":[[0],[9]]}}"#;
        let text = applied(model, "");
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(
            lines[0],
            "lane,first_version,last_version,rows,counts,shift,shifts,loss,loss_before,loss_after,records,first_topic,\
             first_partition,first_offset,last_topic,last_partition,last_offset,note"
        );
        assert_eq!(
            lines[1],
            "A,1,1,0,0 0,0,0 0,inertia,,,0,,,,,,,the initial model: it already answers test rows"
        );
        assert!(
            lines[2].starts_with("A,2,2,2,2 0,2,2 0,inertia,5,1,2,\"a,b\",0,0,\"a,b\",0,1,"),
            "{}",
            lines[2]
        );
        assert_eq!(lines.len(), 4);
        let columns = |line: &str| line.replace("\"a,b\"", "t").split(',').count();
        assert_eq!(columns(lines[2]), columns(lines[0]));
    }

    #[test]
    fn tests_have_columns_where_a_lane_has_them() {
        let model = r#"{"kind":"linear_regression","solver":"rls"}"#;
        let text = applied(model, r#","target":"y""#);
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines[0].contains(",test_rows,test_mse,"), "{}", lines[0]);
        let columns = |line: &str| line.replace("\"a,b\"", "t").split(',').count();
        assert_eq!(columns(lines[1]), columns(lines[0]));
        assert_eq!(columns(lines[2]), columns(lines[0]));
    }
}
