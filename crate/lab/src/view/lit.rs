//! The points that made a version.

use super::Place;
use crate::snapshot::{Stage, View};

/// The version that is asked for, and its rows among the points.
pub(super) fn lit(place: &Place<'_>, view: &View, stage: &Stage) -> Option<(u64, Vec<u32>)> {
    let version = view.lit?;
    let timeline = &place.lane.timeline;
    let entry = &timeline.entries()[timeline.of_version(version)];
    let records = timeline.rows_of(version);
    let made = |record: u64| match records {
        Some(records) => records.contains(record),
        // Which rows it was is not known any more, only between which versions they came.
        None => (entry.from_record..entry.to_record).contains(&record),
    };
    let is_trained = |(point, record): &(usize, &u32)| {
        stage.point_test[*point] == 0 && made(u64::from(**record))
    };
    let points = stage.point_record.iter().enumerate();
    let found = points.filter(is_trained).map(|(_, record)| *record);
    Some((version, found.collect()))
}

#[cfg(test)]
mod tests {
    use wire::Record;

    use crate::snapshot::{Playhead, View};
    use crate::{Lab, LabFile};

    #[test]
    fn the_points_that_made_a_version_are_found() {
        let file = LabFile::parse(include_str!("../../../../www/lab.json")).unwrap();
        let mut lab = Lab::new(file).unwrap();
        let row = r#"{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}"#;
        for i in 0..70 {
            // Each tenth row is to be classified.
            let topic =
                ["flink.public.iris_train", "flink.public.iris_test"][usize::from(i % 10 == 9)];
            let record = Record {
                topic: topic.into(),
                partition: 0,
                offset: i,
                timestamp_ms: 0,
                headers: Vec::new(),
                key: None,
                value: Some(row.as_bytes().to_vec()),
            };
            assert!(lab.apply(record.as_ref()));
        }
        let view = View {
            lit: Some(2),
            ..View::default()
        };
        let (version, records) = lab.snapshot(&view).lit.unwrap();
        assert_eq!((version, records.len()), (2, 32));
        assert!(
            records
                .iter()
                .all(|record| record % 10 != 9 && *record < 36)
        );
        let back = View {
            at: Playhead::Record(20),
            ..view.clone()
        };
        // Those behind the playhead are not drawn.
        assert_eq!(lab.snapshot(&back).lit.unwrap().1.len(), 18);
        assert_eq!(lab.snapshot(&View::default()).lit, None);
    }
}
