//! What the lane menu does to the lab file.

use lab::config::{Batch, LabFile, LaneFile, Settings};
use serde_json::{Value, json};

use crate::page::experiment::LANES_MAX;

/// Longer names do not fit a lane's head.
pub const NAME_MAX: usize = 40;

/// A lane that can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Flink ML's `OnlineKMeans`.
    FlinkKmeans,
    /// Spark's `StreamingKMeans`.
    SparkKmeans,
    /// Least squares, row by row.
    LeastSquares,
    /// Gradient descent.
    GradientDescent,
    /// Spark's `StreamingLinearRegressionWithSGD`.
    SparkLinear,
    /// Flink ML's `OnlineLogisticRegression`.
    FlinkLogistic,
    /// Spark's `StreamingLogisticRegressionWithSGD`.
    SparkLogistic,
}

impl Preset {
    /// What the menu calls it.
    pub fn title(self) -> &'static str {
        match self {
            Preset::FlinkKmeans => "Flink OnlineKMeans",
            Preset::SparkKmeans => "Spark StreamingKMeans",
            Preset::LeastSquares => "Recursive least squares",
            Preset::GradientDescent => "Gradient descent",
            Preset::SparkLinear => "Spark linear regression",
            Preset::FlinkLogistic => "Flink logistic regression",
            Preset::SparkLogistic => "Spark logistic regression",
        }
    }

    /// What its lane is called, where no lane is called so yet.
    fn name(self) -> &'static str {
        match self {
            Preset::FlinkKmeans | Preset::FlinkLogistic => "Flink",
            Preset::SparkKmeans | Preset::SparkLinear | Preset::SparkLogistic => "Spark",
            Preset::LeastSquares => "RLS",
            Preset::GradientDescent => "SGD",
        }
    }
}

/// The lanes that can be added beside one: of its own kind.
pub fn presets(beside: &LaneFile) -> &'static [Preset] {
    match beside.model {
        Settings::Kmeans(_) => &[Preset::FlinkKmeans, Preset::SparkKmeans],
        Settings::Rls(_) | Settings::Sgd(_) | Settings::SparkLinear(_) => &[
            Preset::LeastSquares,
            Preset::GradientDescent,
            Preset::SparkLinear,
        ],
        Settings::SparkLogistic(_) | Settings::FlinkLogistic(_) => {
            &[Preset::FlinkLogistic, Preset::SparkLogistic]
        }
    }
}

/// Why no lane can be added; None where one can.
pub fn no_room(file: &LabFile) -> Option<String> {
    let lanes = file.lanes.len();
    (lanes >= LANES_MAX).then(|| format!("{LANES_MAX} lanes at most"))
}

/// Why a lane cannot be removed; None where it can.
pub fn stays(file: &LabFile, lane: usize) -> Option<String> {
    let name = &file.lanes.get(lane)?.name;
    if file.lanes.len() == 1 {
        return Some("the only lane".to_owned());
    }
    let forks = file.lanes.iter().filter_map(|other| {
        let fork = other.fork.as_ref()?;
        (fork.of == *name).then(|| format!("{} leaves it at version {}", other.name, fork.version))
    });
    let forks: Vec<String> = forks.collect();
    (!forks.is_empty()).then(|| forks.join(", "))
}

/// Whether predictions are published by this lane and by no other.
pub fn alone_publishes(file: &LabFile, lane: usize) -> bool {
    let mut publishing = (0..file.lanes.len()).filter(|i| file.lanes[*i].publish.is_some());
    publishing.next() == Some(lane) && publishing.next().is_none()
}

/// Adds a lane beside another one, with that one's columns, scaler and policies.
pub fn add(file: &mut LabFile, beside: usize, preset: Preset) {
    let Some(other) = file.lanes.get(beside).cloned() else {
        return;
    };
    let Some(model) = model(&other, preset) else {
        return;
    };
    let by_hand = matches!(other.batch, Some(Batch::Transaction {} | Batch::Hand {}));
    file.lanes.push(LaneFile {
        name: free_name(file, preset.name()),
        fork: None,
        follow: None,
        model,
        // As the engine does, where the other lane does not go by transactions or by hand.
        batch: other.batch.filter(|_| by_hand),
        cluster_labels: None,
        publish: None,
        ..other
    });
}

/// Copies a lane; predictions are published by the first of the two alone.
pub fn copy(file: &mut LabFile, lane: usize) {
    let Some(other) = file.lanes.get(lane).cloned() else {
        return;
    };
    file.lanes.push(LaneFile {
        name: free_name(file, &other.name),
        publish: None,
        ..other
    });
}

/// Removes a lane that nothing depends on.
pub fn remove(file: &mut LabFile, lane: usize) {
    if lane < file.lanes.len() && stays(file, lane).is_none() {
        file.lanes.remove(lane);
    }
}

/// Puts a lane back that was removed, where there is room.
pub fn put_back(file: &mut LabFile, place: usize, mut lane: LaneFile) {
    if no_room(file).is_none() {
        lane.name = free_name(file, &lane.name);
        file.lanes.insert(place.min(file.lanes.len()), lane);
    }
}

/// Whether a lane can be called so: the name as it will be.
///
/// # Errors
/// Why not, and what to do.
pub fn checked_name(file: &LabFile, lane: usize, typed: &str) -> Result<String, String> {
    let name = typed.trim();
    let others = file.lanes.iter().enumerate().filter(|(i, _)| *i != lane);
    if name.is_empty() {
        return Err("A lane needs a name.".to_owned());
    }
    if name.chars().count() > NAME_MAX {
        return Err(format!("A name has {NAME_MAX} letters at most."));
    }
    if others.into_iter().any(|(_, other)| other.name == name) {
        return Err(format!(
            "There is a lane {name} already: give another name."
        ));
    }
    Ok(name.to_owned())
}

/// Renames a lane; forks of it stay forks of it.
pub fn rename(file: &mut LabFile, lane: usize, name: &str) {
    let Some(renamed) = file.lanes.get_mut(lane) else {
        return;
    };
    let old = std::mem::replace(&mut renamed.name, name.to_owned());
    let forks = file.lanes.iter_mut().filter_map(|lane| lane.fork.as_mut());
    for fork in forks.filter(|fork| fork.of == old) {
        name.clone_into(&mut fork.of);
    }
}

/// "Flink", or "Flink 2" where that is taken.
pub fn free_name(file: &LabFile, name: &str) -> String {
    let taken = |name: &str| file.lanes.iter().any(|lane| lane.name == name);
    // "Flink 2" is copied to "Flink 3".
    let (stem, number) = match name.rsplit_once(' ') {
        Some((stem, number)) if number.parse::<u32>().is_ok() => (stem, true),
        _ => (name, false),
    };
    if !number && !taken(name) {
        return name.to_owned();
    }
    let stem: String = stem.chars().take(NAME_MAX - 3).collect();
    let mut numbered = (2..).map(|n: u32| format!("{stem} {n}"));
    let free = numbered.find(|name| !taken(name));
    free.unwrap_or(stem)
}

/// The model of a preset, as the engine's defaults have it; k-means begins as the lane beside it does.
fn model(beside: &LaneFile, preset: Preset) -> Option<Settings> {
    let kmeans = |engine: &str| match &beside.model {
        Settings::Kmeans(other) => {
            json!({"kind": "kmeans", "engine": engine, "k": other.k, "initial": other.initial})
        }
        _ => Value::Null,
    };
    let model = match preset {
        Preset::FlinkKmeans => kmeans("flink"),
        Preset::SparkKmeans => kmeans("spark"),
        Preset::LeastSquares => json!({"kind": "linear_regression", "solver": "rls"}),
        Preset::GradientDescent => json!({"kind": "linear_regression", "solver": "sgd"}),
        Preset::SparkLinear => {
            json!({"kind": "linear_regression", "engine": "spark", "intercept": true})
        }
        Preset::FlinkLogistic => json!({"kind": "logistic_regression", "engine": "flink"}),
        Preset::SparkLogistic => {
            json!({"kind": "logistic_regression", "engine": "spark", "intercept": true})
        }
    };
    serde_json::from_value(model).ok()
}

#[cfg(test)]
mod tests {
    use lab::Lab;
    use lab::config::Fork;

    use super::*;

    fn file(text: &str) -> LabFile {
        LabFile::parse(text).unwrap()
    }

    fn iris() -> LabFile {
        file(include_str!("../../../../../www/lab.json"))
    }

    fn names(file: &LabFile) -> Vec<&str> {
        file.lanes.iter().map(|lane| lane.name.as_str()).collect()
    }

    #[test]
    fn every_preset_of_every_scenario_makes_a_lab() {
        for text in [
            include_str!("../../../../../www/lab.json"),
            include_str!("../../../../../www/ecommerce.lab.json"),
            include_str!("../../../../../www/virginica.lab.json"),
        ] {
            let file = file(text);
            for preset in presets(&file.lanes[0]) {
                let mut more = file.clone();
                add(&mut more, 0, *preset);
                assert_eq!(more.lanes.len(), file.lanes.len() + 1, "{preset:?}");
                if let Err(error) = Lab::new(more) {
                    panic!("{preset:?}: {error}");
                }
            }
        }
    }

    #[test]
    fn a_copy_has_a_name_of_its_own_and_does_not_publish() {
        let mut file = iris();
        copy(&mut file, 0);
        copy(&mut file, 2);
        assert_eq!(names(&file), ["Flink", "Spark", "Flink 2", "Flink 3"]);
        assert_eq!(file.lanes[2].publish, None);
        assert_eq!(file.lanes[2].model, file.lanes[0].model);
        assert!(no_room(&file).is_some());
        assert!(no_room(&iris()).is_none());
    }

    #[test]
    fn a_name_is_its_lanes_alone() {
        let file = iris();
        let name = |typed: &str| checked_name(&file, 0, typed);
        assert_eq!(name(" Kafka "), Ok("Kafka".to_owned()));
        assert_eq!(name("Flink"), Ok("Flink".to_owned()));
        assert!(name("  ").is_err());
        assert!(name("Spark").unwrap_err().contains("Spark already"));
        assert!(name(&"x".repeat(41)).is_err());
    }

    #[test]
    fn forks_follow_a_new_name_and_hold_their_parent() {
        let mut file = iris();
        copy(&mut file, 0);
        file.lanes[2].fork = Some(Fork {
            of: "Flink".to_owned(),
            version: 3,
        });
        rename(&mut file, 0, "Batches of 32");
        assert_eq!(
            file.lanes[2].fork.as_ref().map(|fork| fork.of.as_str()),
            Some("Batches of 32")
        );
        assert_eq!(
            stays(&file, 0).as_deref(),
            Some("Flink 2 leaves it at version 3")
        );
        remove(&mut file, 0);
        assert_eq!(file.lanes.len(), 3);
        remove(&mut file, 2);
        remove(&mut file, 0);
        assert_eq!(names(&file), ["Spark"]);
        assert!(stays(&file, 0).is_some());
    }

    #[test]
    fn the_last_lane_that_publishes_is_known() {
        let mut file = iris();
        assert!(!alone_publishes(&file, 0));
        file.lanes[1].publish = None;
        assert!(alone_publishes(&file, 0) && !alone_publishes(&file, 1));
    }
}
