//! What the stage's axes show: two features, or both principal components.

use lab::snapshot::{Axis, Snapshot};

use crate::page::msg::Effect;
use crate::page::numbers;
use crate::protocol::Command;

/// The axes that were chosen; the next picture has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axes {
    /// On the horizontal one.
    pub x: Axis,
    /// On the vertical one.
    pub y: Axis,
    /// The features that were shown last: they come back beside a feature that is chosen in a component's place.
    features: (usize, usize),
}

impl Default for Axes {
    fn default() -> Self {
        Axes {
            x: Axis::Feature(2),
            y: Axis::Feature(3),
            features: (2, 3),
        }
    }
}

impl Axes {
    /// Puts something on the horizontal axis.
    pub fn choose_x(&mut self, x: Axis) -> Effect {
        match x {
            Axis::Component(one) => (self.x, self.y) = (x, Axis::Component(1 - one.min(1))),
            Axis::Feature(x) => self.show(x, self.features.1),
        }
        self.wanted()
    }

    /// Puts something on the vertical axis.
    pub fn choose_y(&mut self, y: Axis) -> Effect {
        match y {
            Axis::Component(one) => (self.x, self.y) = (Axis::Component(1 - one.min(1)), y),
            Axis::Feature(y) => self.show(self.features.0, y),
        }
        self.wanted()
    }

    /// Takes the picture's own axes where it cannot have the chosen ones, and asks for them from now on.
    pub fn keep_to(&mut self, snapshot: &Snapshot) -> Option<Effect> {
        let is_there = |axis: Axis| match axis {
            Axis::Feature(feature) => feature < snapshot.features.len(),
            Axis::Component(_) => has_components(snapshot),
        };
        // A picture without a lane has no axes of its own.
        if snapshot.features.is_empty() || is_there(self.x) && is_there(self.y) {
            return None;
        }
        (self.x, self.y) = snapshot.axes;
        if let (Axis::Feature(x), Axis::Feature(y)) = snapshot.axes {
            self.features = (x, y);
        }
        Some(self.wanted())
    }

    fn show(&mut self, x: usize, y: usize) {
        // The same feature twice would be a line: they change places.
        self.features = match x == y {
            true => (self.features.1, self.features.0),
            false => (x, y),
        };
        (self.x, self.y) = (
            Axis::Feature(self.features.0),
            Axis::Feature(self.features.1),
        );
    }

    fn wanted(&self) -> Effect {
        Effect::Send(Command::Axes {
            x: self.x,
            y: self.y,
        })
    }
}

/// Whether rows of the shown lane can be looked at along principal components.
pub fn has_components(snapshot: &Snapshot) -> bool {
    lab::view::components::suit(snapshot.features.len(), snapshot.task)
}

/// The feature on the horizontal axis of a regression, which has no components.
pub fn feature(snapshot: &Snapshot) -> usize {
    snapshot.axes.0.feature().unwrap_or(0)
}

/// "petal_length", "principal component 1".
pub fn name(snapshot: &Snapshot, axis: Axis) -> String {
    match axis {
        Axis::Feature(feature) => snapshot.features.get(feature).cloned().unwrap_or_default(),
        Axis::Component(component) => format!("principal component {}", component + 1),
    }
}

/// The same with what share of the variance lies along a component: "principal component 1 · 92% of variance".
pub fn title(snapshot: &Snapshot, axis: Axis, short: bool) -> String {
    let name = match axis {
        Axis::Component(component) if short => format!("PC {}", component + 1),
        _ => name(snapshot, axis),
    };
    let of = if short { "" } else { " of variance" };
    match share(snapshot, axis) {
        Some(share) => format!("{name} · {share}{of}"),
        None => name,
    }
}

/// "92%"; None of a feature, and while the components are not known.
fn share(snapshot: &Snapshot, axis: Axis) -> Option<String> {
    let components = snapshot.stage.components.as_ref()?;
    let share = components.share.get(axis.component()?)?;
    (!share.is_nan()).then(|| percent(*share))
}

/// A share in percent, with a decimal where it would else be all or nothing.
fn percent(share: f64) -> String {
    let decimals = usize::from((share < 0.01 && share > 0.0) || (share > 0.99 && share < 1.0));
    format!("{}%", numbers::fixed(share * 100.0, decimals))
}

/// What the components are of, in words; None where they are no axes.
pub fn says(snapshot: &Snapshot) -> Option<String> {
    let components = snapshot.stage.components.as_ref()?;
    let rows = numbers::counted(components.rows, "training row");
    let both = components.share[0] + components.share[1];
    Some(match both.is_nan() {
        true => {
            format!("No components yet: {rows}. Until two differ, the first two features are shown")
        }
        false => format!(
            "Plane through the mean of {rows}, in the columns’ units: {} of the variance",
            percent(both.min(1.0))
        ),
    })
}

/// What stands for an axis in a menu's option.
pub fn value(axis: Axis) -> String {
    match axis {
        Axis::Feature(feature) => feature.to_string(),
        Axis::Component(component) => format!("pc{}", component + 1),
    }
}

/// The axis that an option stands for.
pub fn of_value(value: &str) -> Option<Axis> {
    match value.strip_prefix("pc") {
        Some(number) => {
            let component = number.parse::<usize>().ok()?.checked_sub(1)?;
            (component < 2).then_some(Axis::Component(component))
        }
        None => value.parse().ok().map(Axis::Feature),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(effect: Effect) -> (Axis, Axis) {
        match effect {
            Effect::Send(Command::Axes { x, y }) => (x, y),
            other => panic!("{other:?}"),
        }
    }

    fn features(x: usize, y: usize) -> (Axis, Axis) {
        (Axis::Feature(x), Axis::Feature(y))
    }

    #[test]
    fn features_change_places_where_they_would_be_the_same() {
        let mut axes = Axes::default();
        assert_eq!(sent(axes.choose_x(Axis::Feature(0))), features(0, 3));
        assert_eq!(sent(axes.choose_y(Axis::Feature(0))), features(3, 0));
    }

    #[test]
    fn components_come_and_go_in_pairs() {
        let mut axes = Axes::default();
        let (first, second) = (Axis::Component(0), Axis::Component(1));
        assert_eq!(sent(axes.choose_x(first)), (first, second));
        assert_eq!(sent(axes.choose_y(first)), (second, first));
        // The other feature is the one that was there before.
        assert_eq!(sent(axes.choose_y(Axis::Feature(1))), features(2, 1));
        assert_eq!(sent(axes.choose_y(second)), (first, second));
        assert_eq!(sent(axes.choose_x(Axis::Feature(1))), features(1, 2));
    }

    #[test]
    fn a_picture_without_components_shows_its_own_features() {
        let mut axes = Axes::default();
        let snapshot = Snapshot {
            features: vec!["a".to_owned(), "b".to_owned()],
            axes: features(0, 1),
            ..Snapshot::default()
        };
        axes.choose_x(Axis::Component(0));
        assert_eq!(axes.keep_to(&snapshot).map(sent), Some(features(0, 1)));
        assert_eq!(axes.keep_to(&snapshot), None);
        assert_eq!(sent(axes.choose_x(Axis::Feature(1))), features(1, 0));
    }

    #[test]
    fn options_stand_for_axes() {
        for axis in [Axis::Feature(0), Axis::Feature(63), Axis::Component(1)] {
            assert_eq!(of_value(&value(axis)), Some(axis));
        }
        assert_eq!(of_value("pc3"), None);
        assert_eq!(of_value(""), None);
    }

    #[test]
    fn shares_are_whole_percents_but_near_all_and_nothing() {
        let rows = [
            (0.9246, "92%"),
            (0.0531, "5%"),
            (0.004, "0.4%"),
            (0.996, "99.6%"),
            (1.0, "100%"),
        ];
        for (share, text) in rows {
            assert_eq!(percent(share), text);
        }
    }
}
