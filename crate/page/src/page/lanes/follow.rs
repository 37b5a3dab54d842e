//! A lane that follows a job, in words; and how one is added.

use lab::config::{Follow, LabFile, LaneFile};
use lab::snapshot::{FollowedRow, FollowsView};

use super::edit;
use crate::page::numbers;

/// The same, to within rounding.
const SAME: f64 = 1e-12;

/// "the same", "3.1e-9", "not compared": of one version.
pub fn difference(row: &FollowedRow) -> String {
    match row.difference {
        difference if difference <= SAME => "the same".to_owned(),
        difference if difference.is_nan() && row.same => "begins".to_owned(),
        difference if difference.is_nan() => "not compared".to_owned(),
        difference => short(difference),
    }
}

/// "the same", "differs at v41": of all versions.
pub fn verdict(follows: &FollowsView) -> String {
    match (follows.apart, follows.compared) {
        (0, 0) => "nothing compared yet".to_owned(),
        (0, _) => "the same".to_owned(),
        _ => format!("differs at v{}", numbers::count(follows.first_apart)),
    }
}

/// What the lane's head says of its job, in sentences.
pub fn says(follows: &FollowsView, versions: u64) -> Vec<String> {
    let FollowsView { topic, lane, .. } = follows;
    let mut says = vec![format!(
        "The versions come from a job: it writes them to {topic}, for lane {lane}."
    )];
    says.push(match (follows.newest, versions) {
        (0, _) => "No version has come yet. Test rows wait for the first.".to_owned(),
        (newest, _) if follows.waiting > 0 => format!(
            "Its newest version is {}: {} for rows that have not come here.",
            numbers::count(newest),
            match follows.waiting {
                1 => "1 version waits".to_owned(),
                waiting => format!("{} versions wait", numbers::count(waiting)),
            }
        ),
        (newest, _) => format!("Its newest version is {}.", numbers::count(newest)),
    });
    if follows.unlearned > 0 {
        says.push(format!(
            "It is {} behind: no version has learned them yet.",
            numbers::counted(follows.unlearned, "row")
        ));
    }
    if follows.compared > 0 {
        says.push(format!(
            "The lane’s own rules learned the same offsets again, {}. The largest relative difference is {}{}.",
            numbers::counted(follows.compared, "version"),
            short(follows.largest),
            if follows.largest <= SAME { ": the same" } else { "" }
        ));
    }
    if follows.apart > 0 {
        let rest = match follows.apart {
            1 => String::new(),
            apart => format!(" It is the first of {}.", numbers::count(apart)),
        };
        says.push(format!(
            "Version {} is not the same: {}.{rest}",
            numbers::count(follows.first_apart),
            follows.says
        ));
    }
    says
}

/// Adds a lane that follows a job of this one; `topic` is as it was typed.
///
/// # Errors
/// Why it cannot be.
pub fn add(file: &mut LabFile, lane: usize, topic: &str) -> Result<(), String> {
    let topic = topic.trim();
    if topic.is_empty() {
        return Err("Name the topic that the job writes its models to.".to_owned());
    }
    let Some(of) = file.lanes.get(lane) else {
        return Err("There is no such lane any more.".to_owned());
    };
    let follow = Follow {
        topic: topic.to_owned(),
        lane: Some(of.name.clone()),
    };
    let followed = LaneFile {
        name: edit::free_name(file, &format!("{} job", of.name)),
        ..of.following(follow)
    };
    let mut more = file.clone();
    more.lanes.push(followed);
    match lab::config::Config::check(more.clone()) {
        Ok(_) => {
            *file = more;
            Ok(())
        }
        Err(error) => Err(format!("{error}.")),
    }
}

/// "3.1e-9", "0"
fn short(difference: f64) -> String {
    match difference == 0.0 || !difference.is_finite() {
        true => difference.to_string(),
        false => format!("{difference:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(difference: f64, same: bool) -> FollowedRow {
        FollowedRow {
            difference,
            same,
            says: String::new(),
        }
    }

    #[test]
    fn a_version_is_the_same_or_says_how_far_it_is() {
        let said = [
            row(0.0, true),
            row(1e-12, true),
            row(3.14e-9, false),
            row(f64::NAN, true),
            row(f64::NAN, false),
        ];
        assert_eq!(
            said.map(|row| difference(&row)),
            ["the same", "the same", "3.1e-9", "begins", "not compared"]
        );
    }

    #[test]
    fn a_head_says_where_the_job_is() {
        let mut follows = FollowsView {
            topic: "models".to_owned(),
            lane: "Spark".to_owned(),
            ..FollowsView::default()
        };
        assert_eq!(verdict(&follows), "nothing compared yet");
        assert!(says(&follows, 0)[1].starts_with("No version has come yet"));
        (follows.newest, follows.waiting, follows.compared) = (41, 2, 38);
        follows.unlearned = 64;
        assert_eq!(verdict(&follows), "the same");
        let said = says(&follows, 39);
        assert_eq!(
            said[1],
            "Its newest version is 41: 2 versions wait for rows that have not come here."
        );
        assert_eq!(
            said[2],
            "It is 64 rows behind: no version has learned them yet."
        );
        assert!(said[3].ends_with("The largest relative difference is 0: the same."));
        (follows.apart, follows.first_apart) = (2, 7);
        follows.says = "largest in weight of cluster 0".to_owned();
        assert_eq!(verdict(&follows), "differs at v7");
        assert_eq!(
            says(&follows, 39)[4],
            "Version 7 is not the same: largest in weight of cluster 0. It is the first of 2."
        );
    }

    #[test]
    fn a_job_of_a_lane_is_followed_beside_it() {
        let mut file = LabFile::parse(include_str!("../../../../../www/lab.json")).unwrap();
        assert!(
            add(&mut file, 0, " ")
                .unwrap_err()
                .contains("Name the topic")
        );
        let train = file.streams[0].topic.clone();
        assert!(
            add(&mut file, 0, &train)
                .unwrap_err()
                .contains("whose rows are used")
        );
        add(&mut file, 0, "iris_models").unwrap();
        let lane = &file.lanes[2];
        let follow = lane.follow.as_ref().unwrap();
        assert_eq!(
            (lane.name.as_str(), follow.lane.as_deref()),
            ("Flink job", Some("Flink"))
        );
        assert_eq!((&lane.batch, &lane.publish), (&None, &None));
        let own = lane.on_its_own();
        assert_eq!(own.follow, None);
        file.lanes[2] = own;
        lab::Lab::new(file).unwrap();
    }
}
