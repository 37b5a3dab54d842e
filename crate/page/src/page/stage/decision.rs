//! Where a logistic model changes its answer in the drawn plane: a line, and a half-plane on each side.

use lab::snapshot::Plane;

use super::plot::Plot;
use super::regions::{Place, Region, cut};
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{Align, Pen, Type};
use crate::page::view::Cx;

/// Probabilities whose lines are drawn beside that of one half.
const BESIDE: [f64; 2] = [0.25, 0.75];

/// Where on a line its name stands, from its lower end.
const NAME_AT: f64 = 0.14;

/// The model's score over the plane: `x * of_x + y * of_y + rest`; class 1 is given where it is above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    of_x: f64,
    of_y: f64,
    rest: f64,
}

/// Whether there is a line to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// There is.
    Line,
    /// All coefficients are 0: the same probability everywhere.
    Nothing,
    /// The line is not in the frame: this class is given in all of it.
    Outside(usize),
}

impl Decision {
    /// A model in a plane; of one feature, which is on both axes, its threshold is a vertical line.
    pub fn new(coefficients: &[f64], intercept: f64, plane: &Plane) -> Decision {
        let along = |direction: &[f64], from: f64| {
            let parts = coefficients.iter().zip(direction);
            parts.fold(from, |sum, (of, part)| sum + of * part)
        };
        Decision {
            of_x: along(&plane.across, 0.0),
            of_y: along(&plane.up, 0.0),
            rest: along(&plane.origin, intercept),
        }
    }

    /// The score of a place: the logarithm of the odds of class 1.
    pub fn score(&self, (x, y): Place) -> f64 {
        x * self.of_x + y * self.of_y + self.rest
    }

    /// The probability of class 1 at a place.
    pub fn probability(&self, place: Place) -> f64 {
        1.0 / (1.0 + libm::exp(-self.score(place)))
    }

    /// Whether there is a line to see in this rectangle.
    pub fn shows(&self, from: Place, to: Place) -> Shows {
        if self.of_x == 0.0 && self.of_y == 0.0 && self.rest == 0.0 {
            return Shows::Nothing;
        }
        match self.line(0.5, from, to) {
            Some(_) => Shows::Line,
            None => {
                let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
                Shows::Outside(usize::from(self.score(middle) > 0.0))
            }
        }
    }

    /// The line of this probability within a rectangle of the plane.
    pub fn line(&self, probability: f64, from: Place, to: Place) -> Option<(Place, Place)> {
        // The same probability everywhere: the frame's own sides would do for a line.
        if self.of_x == 0.0 && self.of_y == 0.0 {
            return None;
        }
        let bound = libm::log(probability / (1.0 - probability));
        let below = cut(&rectangle(from, to), |place| self.score(place) - bound);
        let on = |place: &Place| {
            let scale = (place.0 * self.of_x).abs() + (place.1 * self.of_y).abs() + self.rest.abs();
            (self.score(*place) - bound).abs() <= 1e-9 * (scale + bound.abs())
        };
        let mut ends = below.into_iter().filter(on);
        let first = ends.next()?;
        let second = ends.find(|end| *end != first)?;
        Some((first, second))
    }

    /// The half-planes of class 0 and 1 within a rectangle; none where the score says nothing.
    pub fn halves(&self, from: Place, to: Place) -> Vec<Region> {
        if self.shows(from, to) == Shows::Nothing || !self.score(from).is_finite() {
            return Vec::new();
        }
        let corners = rectangle(from, to);
        let halves = [
            cut(&corners, |place| self.score(place)),
            cut(&corners, |place| -self.score(place)),
        ];
        halves
            .into_iter()
            .enumerate()
            .filter(|(_, corners)| corners.len() > 2)
            .map(|(cluster, corners)| Region { cluster, corners })
            .collect()
    }
}

fn rectangle(from: Place, to: Place) -> [Place; 4] {
    [from, (to.0, from.1), to, (from.0, to.1)]
}

/// Draws the lines, and the probabilities beside them.
pub fn draw(pen: &Pen, plot: &Plot, decision: &Decision, cx: &Cx<'_>) {
    let (low, high) = plot.corners();
    let lines = |probability: f64| {
        let (from, to) = decision.line(probability, low, high)?;
        Some((plot.at(from.0, from.1), plot.at(to.0, to.1)))
    };
    for probability in BESIDE {
        if let Some((from, to)) = lines(probability) {
            let color = faded(cx.palette.text_2, 0.7);
            pen.dashes(from, to, (2.0, 4.0), 1.0, color);
        }
    }
    if let Some((from, to)) = lines(0.5) {
        pen.line(from, to, 2.5, cx.palette.text);
    }
    for probability in [BESIDE[0], 0.5, BESIDE[1]] {
        if let Some((from, to)) = lines(probability) {
            let (low, high) = if from.1 > to.1 {
                (from, to)
            } else {
                (to, from)
            };
            let at = |a: f64, b: f64| a + (b - a) * NAME_AT;
            let at = (at(low.0, high.0), at(low.1, high.1));
            draw_name(pen, plot, probability, at, cx);
        }
    }
}

/// "p 0.5" on the line.
fn draw_name(pen: &Pen, plot: &Plot, probability: f64, (x, y): (f64, f64), cx: &Cx<'_>) {
    let text = format!("p {probability}");
    let style = Type::tick(cx.palette.text_2, Align::Center);
    let half = pen.width_of(&text, style) / 2.0 + 3.0;
    let x = x.clamp(
        plot.from.0 + half,
        (plot.to.0 - half).max(plot.from.0 + half),
    );
    let y = y.min(plot.to.1 - 10.0);
    pen.rect(
        (x - half, y - 8.0),
        (x + half, y + 8.0),
        faded(cx.palette.stage, 0.86),
    );
    pen.text(&text, (x, y), style);
}

#[cfg(test)]
mod tests {
    use lab::snapshot::Axis;

    use super::*;

    fn of(coefficients: &[f64], intercept: f64, slice: &[f64], (x, y): (usize, usize)) -> Decision {
        let axes = (Axis::Feature(x), Axis::Feature(y));
        Decision::new(coefficients, intercept, &Plane::new(axes, slice, None))
    }

    const FRAME: (Place, Place) = ((0.0, 0.0), (4.0, 2.0));

    fn line(decision: Decision, probability: f64) -> Option<(Place, Place)> {
        decision.line(probability, FRAME.0, FRAME.1)
    }

    #[test]
    fn the_line_is_clipped_to_the_frame() {
        // x + y + z = 3 with z at 1: x + y = 2.
        let decision = of(&[1.0, 1.0, 1.0], -3.0, &[9.0, 9.0, 1.0], (0, 1));
        let (a, b) = line(decision, 0.5).unwrap();
        let mut ends = [a, b];
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert_eq!(ends, [(0.0, 2.0), (2.0, 0.0)]);
        let halves = decision.halves(FRAME.0, FRAME.1);
        assert_eq!(halves.len(), 2);
        assert_eq!(halves[0].cluster, 0);
        assert!(halves[0].corners.contains(&(0.0, 0.0)));
        assert!(halves[1].corners.contains(&(4.0, 2.0)));
        assert!((decision.probability((1.0, 1.0)) - 0.5).abs() < 1e-15);
        let odds = 1.0 + libm::log(3.0);
        let (a, b) = line(decision, 0.75).unwrap();
        for (x, y) in [a, b] {
            assert!((x + y - 1.0 - odds).abs() < 1e-12, "{x} {y}");
        }
    }

    #[test]
    fn a_line_outside_says_which_class_is_given_everywhere() {
        let decision = of(&[1.0, 0.0], -50.0, &[0.0, 0.0], (0, 1));
        assert_eq!(line(decision, 0.5), None);
        assert_eq!(decision.shows(FRAME.0, FRAME.1), Shows::Outside(0));
        let halves = decision.halves(FRAME.0, FRAME.1);
        assert_eq!((halves.len(), halves[0].cluster), (1, 0));
        let constant = of(&[0.0, 0.0], 1.0, &[0.0, 0.0], (0, 1));
        assert_eq!(constant.shows(FRAME.0, FRAME.1), Shows::Outside(1));
    }

    #[test]
    fn a_model_of_zeros_has_no_line_and_no_tints() {
        let decision = of(&[0.0, 0.0], 0.0, &[1.0, 1.0], (0, 1));
        assert_eq!(decision.shows(FRAME.0, FRAME.1), Shows::Nothing);
        assert_eq!(line(decision, 0.5), None);
        assert!(decision.halves(FRAME.0, FRAME.1).is_empty());
        let broken = of(&[f64::NAN, 1.0], 0.0, &[1.0, 1.0], (0, 1));
        assert!(broken.halves(FRAME.0, FRAME.1).is_empty());
    }

    #[test]
    fn one_feature_has_a_threshold() {
        let decision = of(&[2.0], -3.0, &[7.0], (0, 0));
        let (a, b) = line(decision, 0.5).unwrap();
        assert_eq!((a.0, b.0), (1.5, 1.5));
        assert_eq!((a.1 - b.1).abs(), 2.0);
    }
}
