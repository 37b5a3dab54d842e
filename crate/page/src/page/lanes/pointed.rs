//! What is pointed at in all lanes at once: a row, or just a place.

use lab::snapshot::{Comparison, DifferenceRow, Plane, Snapshot, Task};

use crate::page::numbers;
use crate::page::predictions;
use crate::page::stage::marks::Pointed;

/// What the reader points at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// A row that lanes were asked about.
    Record(u64),
    /// A place of the plane.
    Place((f64, f64)),
}

/// What a lane's plot shows of it; None where it is not to be seen there.
pub fn in_lane(
    target: Target,
    panel: &Snapshot,
    comparison: Option<&Comparison>,
    shown: &Snapshot,
) -> Option<Pointed> {
    let record = match target {
        Target::Place(place) => {
            let says = String::new();
            return Some(Pointed { place, says });
        }
        Target::Record(record) => record,
    };
    let own = panel.predictions.iter().find(|row| row.record == record);
    let of_rows = || {
        let rows = &comparison?.differences.rows;
        let row = rows.iter().find(|row| row.record == record)?;
        features_of(row, shown, panel)
    };
    let features = match own {
        Some(row) => row.features.clone(),
        None => of_rows()?,
    };
    let stage = &panel.stage;
    let plane = Plane::new(panel.axes, &stage.slice, stage.components.as_ref());
    let given = || {
        let rows = &comparison?.differences.rows;
        let row = rows.iter().find(|row| row.record == record)?;
        let given = (*row.given.get(panel.lane)?)?;
        Some((given.cluster, given.value, given.right))
    };
    let says = own
        .map(|row| (row.cluster, row.value, row.right))
        .or_else(given);
    Some(Pointed {
        place: plane.place(&features),
        says: says.map_or_else(String::new, |(cluster, value, right)| {
            says_of(panel, cluster, value, right)
        }),
    })
}

/// A row's features as this lane has them; they are listed as the shown lane has them.
fn features_of(row: &DifferenceRow, shown: &Snapshot, panel: &Snapshot) -> Option<Vec<f64>> {
    let value = |name: &String| {
        let at = shown.features.iter().position(|other| other == name)?;
        row.features.get(at).copied()
    };
    panel.features.iter().map(value).collect()
}

/// "2 virginica: wrong"
pub fn says_of(panel: &Snapshot, cluster: u32, value: f64, right: Option<bool>) -> String {
    if panel.task == Task::Regression {
        return numbers::significant(value, 4);
    }
    let (_, name) = predictions::cluster(panel, cluster);
    let verdict = match right {
        Some(true) => ": right",
        Some(false) => ": wrong",
        None => "",
    };
    match panel.task {
        Task::Clustering if !panel.labels.is_empty() => format!("{cluster} {name}{verdict}"),
        _ => format!("{name}{verdict}"),
    }
}

#[cfg(test)]
mod tests {
    use lab::snapshot::{Axis, GivenRow, PredictionRow};

    use super::*;

    fn panel(lane: usize) -> Snapshot {
        let mut panel = Snapshot {
            lane,
            axes: (Axis::Feature(0), Axis::Feature(1)),
            features: vec!["a".to_owned(), "b".to_owned()],
            labels: vec!["x".to_owned(), "y".to_owned()],
            cluster_labels: vec![1, 0],
            ..Snapshot::default()
        };
        panel.stage.slice = vec![0.0; 2];
        panel
    }

    #[test]
    fn a_row_is_where_it_lies_with_what_the_lane_gave() {
        let mut own = panel(0);
        own.predictions = vec![PredictionRow {
            record: 7,
            features: vec![1.0, 2.0],
            cluster: 1,
            right: Some(false),
            ..PredictionRow::default()
        }];
        let found = in_lane(Target::Record(7), &own, None, &own).unwrap();
        assert_eq!(
            (found.place, found.says.as_str()),
            ((1.0, 2.0), "1 x: wrong")
        );
        assert_eq!(in_lane(Target::Record(8), &own, None, &own), None);
    }

    #[test]
    fn a_row_of_a_lane_with_other_features_is_found_by_their_names() {
        let mut other = panel(1);
        other.features = vec!["b".to_owned(), "a".to_owned()];
        let mut comparison = Comparison::default();
        comparison.differences.rows = vec![DifferenceRow {
            record: 7,
            features: vec![1.0, 2.0],
            given: vec![
                None,
                Some(GivenRow {
                    cluster: 0,
                    right: Some(true),
                    ..GivenRow::default()
                }),
            ],
            ..DifferenceRow::default()
        }];
        let found = in_lane(Target::Record(7), &other, Some(&comparison), &panel(0)).unwrap();
        assert_eq!(
            (found.place, found.says.as_str()),
            ((2.0, 1.0), "0 y: right")
        );
    }
}
