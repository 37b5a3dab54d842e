//! The table that says why lanes differ.

use lab::snapshot::{
    BatchEnd, Comparison, DecayFacts, EmptyCluster, LaneFacts, LaneHead, Snapshot,
};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::{follow, shown};
use crate::page::dom::{self, Shown};
use crate::page::numbers;
use crate::page::view::Cx;

/// The table.
#[derive(Debug)]
pub struct Why {
    head: Element,
    body: Element,
    shown: Shown<(Vec<String>, Vec<Line>)>,
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    name: &'static str,
    cells: Vec<String>,
    /// Whether it is a cause, which stands out where lanes differ in it; else it comes of one.
    is_cause: bool,
}

impl Why {
    /// The table of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new() -> Result<Why, JsValue> {
        Ok(Why {
            head: dom::by_id("why-head")?,
            body: dom::by_id("why-body")?,
            shown: Shown::default(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let Some(comparison) = &cx.state.update.comparison else {
            return Ok(());
        };
        let lanes = shown(cx.state);
        let names: Vec<String> = lanes.iter().map(|lane| name(lane)).collect();
        let lines = lines(comparison, &lanes);
        if !self.shown.change((names.clone(), lines.clone())) {
            return Ok(());
        }
        self.head.set_text_content(None);
        self.body.set_text_content(None);
        let corner = dom::child(&self.head, "th", "", "")?;
        dom::set_attribute(&corner, "scope", "col");
        dom::child(&corner, "span", "sr", "What differs")?;
        for name in &names {
            let head = dom::child(&self.head, "th", "", name)?;
            dom::set_attribute(&head, "scope", "col");
        }
        for line in &lines {
            let row = dom::child(&self.body, "tr", "", "")?;
            let head = dom::child(&row, "th", "", line.name)?;
            dom::set_attribute(&head, "scope", "row");
            let differ = line.is_cause && line.cells.windows(2).any(|pair| pair[0] != pair[1]);
            for text in &line.cells {
                let cell = dom::child(&row, "td", "", "")?;
                dom::child(&cell, if differ { "b" } else { "span" }, "", text)?;
                dom::set_attribute(&cell, "title", text);
            }
        }
        Ok(())
    }
}

fn name(lane: &Snapshot) -> String {
    let head = lane.lanes.get(lane.lane);
    head.map(|head| head.name.clone()).unwrap_or_default()
}

/// The lines that the shown lanes have something to say on.
fn lines(comparison: &Comparison, lanes: &[&Snapshot]) -> Vec<Line> {
    let facts: Vec<&LaneFacts> = lanes
        .iter()
        .filter_map(|lane| comparison.lanes.get(lane.lane))
        .collect();
    let line = |name, is_cause, cell: &dyn Fn(&LaneFacts) -> String| Line {
        name,
        cells: facts.iter().map(|facts| cell(facts)).collect(),
        is_cause,
    };
    let mut lines = vec![
        line("Method", true, &|facts| facts.algorithm.clone()),
        line("Parameters", true, &|facts| facts.parameters.join(", ")),
        line("A batch ends", true, &|facts| batch_end(facts.batch_end)),
        line("Rows left over", true, &left_over),
        line("Decay", true, &|facts| {
            facts.decay.map_or_else(String::new, decay)
        }),
        line("Scaled", true, &|facts| facts.scaler.clone()),
        line("Weights now", false, &|facts| whole(&facts.weights)),
        line("Coefficients now", false, &|facts| {
            some(&facts.coefficients)
        }),
        line("Empty cluster", true, &|facts| match facts.empty_cluster {
            Some(EmptyCluster::Stays) => "stays".to_owned(),
            Some(EmptyCluster::Splits) => "splits the largest".to_owned(),
            None => String::new(),
        }),
        line("Versions", false, &versions),
    ];
    let heads = lanes.iter().filter_map(|lane| lane.lanes.get(lane.lane));
    let against = |head: &LaneHead| {
        head.follows
            .as_ref()
            .map_or_else(String::new, follow::verdict)
    };
    lines.push(Line {
        name: "Job and its rules here",
        cells: heads.map(against).collect(),
        is_cause: false,
    });
    // A line that no lane has something to say on is none; nor is a method that all share.
    lines.retain(|line| {
        let same = line.cells.windows(2).all(|pair| pair[0] == pair[1]);
        let is_kmeans = facts.iter().all(|facts| facts.decay.is_some());
        let needless = line.name == "Method" && (same || is_kmeans);
        !needless && line.cells.iter().any(|cell| !cell.is_empty())
    });
    for cell in lines.iter_mut().flat_map(|line| &mut line.cells) {
        if cell.is_empty() {
            numbers::NONE.clone_into(cell);
        }
    }
    lines
}

fn batch_end(end: BatchEnd) -> String {
    match end {
        BatchEnd::Rows(rows) => format!("at {}", numbers::counted(rows, "row")),
        BatchEnd::Ms(ms) if ms % 1_000 == 0 => {
            format!("every {} s", numbers::count((ms / 1_000).unsigned_abs()))
        }
        BatchEnd::Ms(ms) => format!("every {} ms", numbers::count(ms.unsigned_abs())),
        BatchEnd::Transaction => "with a transaction".to_owned(),
        BatchEnd::Hand => "by hand".to_owned(),
        BatchEnd::Job => "as the job ends it".to_owned(),
    }
}

fn left_over(facts: &LaneFacts) -> String {
    let rows = numbers::count(facts.left_over);
    match (facts.left_over, facts.batch_end) {
        (0, _) => "none".to_owned(),
        (_, BatchEnd::Ms(_)) => format!("{rows}, until it ends"),
        _ => format!("{rows} kept"),
    }
}

fn decay(decay: DecayFacts) -> String {
    let factor = numbers::significant(decay.factor, 3);
    let unit = if decay.per_point { " per row" } else { "" };
    match decay.factor {
        0.0 => "0: forgets".to_owned(),
        1.0 => "1: keeps all".to_owned(),
        _ => format!("{factor}{unit}"),
    }
}

fn versions(facts: &LaneFacts) -> String {
    let all = numbers::count(facts.versions);
    match facts.empty_versions {
        0 => all,
        1 => format!("{all}, one empty"),
        empty => format!("{all}, {} empty", numbers::count(empty)),
    }
}

/// "9, 17, 6": to rows, where there are many.
fn whole(weights: &[f64]) -> String {
    let many = weights.iter().any(|weight| *weight >= 10.0);
    let decimals = match many {
        true => 0,
        false => numbers::decimals(weights.iter().copied()).min(1),
    };
    let text = |weight: &f64| numbers::fixed(*weight, decimals);
    weights.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn some(coefficients: &[f64]) -> String {
    let text = |value: &f64| numbers::significant(*value, 3);
    coefficients.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes() -> Vec<Snapshot> {
        let lane = |lane| Snapshot {
            lane,
            ..Snapshot::default()
        };
        vec![lane(0), lane(1)]
    }

    fn rows(facts: Vec<LaneFacts>) -> Vec<(&'static str, Vec<String>)> {
        let comparison = Comparison {
            lanes: facts,
            ..Comparison::default()
        };
        let lanes = lanes();
        let lines = lines(&comparison, &lanes.iter().collect::<Vec<_>>());
        let row = |line: Line| (line.name, line.cells);
        lines.into_iter().map(row).collect()
    }

    #[test]
    fn the_demos_lanes_differ_as_the_engines_do() {
        let flink = LaneFacts {
            batch_end: BatchEnd::Rows(32),
            left_over: 21,
            algorithm: "OnlineKMeans".to_owned(),
            decay: Some(DecayFacts::default()),
            empty_cluster: Some(EmptyCluster::Stays),
            weights: vec![9.0, 17.0, 6.0],
            versions: 9,
            ..LaneFacts::default()
        };
        let spark = LaneFacts {
            batch_end: BatchEnd::Ms(10_000),
            left_over: 0,
            algorithm: "StreamingKMeans".to_owned(),
            decay: Some(DecayFacts {
                factor: 1.0,
                per_point: false,
            }),
            empty_cluster: Some(EmptyCluster::Splits),
            weights: vec![26.0, 162.0, 89.0],
            versions: 5,
            empty_versions: 1,
            ..LaneFacts::default()
        };
        let two = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        assert_eq!(
            rows(vec![flink, spark]),
            [
                ("A batch ends", two("at 32 rows", "every 10 s")),
                ("Rows left over", two("21 kept", "none")),
                ("Decay", two("0: forgets", "1: keeps all")),
                ("Weights now", two("9, 17, 6", "26, 162, 89")),
                ("Empty cluster", two("stays", "splits the largest")),
                ("Versions", two("9", "5, one empty")),
            ]
        );
    }

    #[test]
    fn regressions_differ_in_method_and_parameters() {
        let facts = |algorithm: &str, parameter: &str, scaler: &str| LaneFacts {
            algorithm: algorithm.to_owned(),
            parameters: vec![parameter.to_owned()],
            coefficients: vec![0.5, -2.0],
            scaler: scaler.to_owned(),
            versions: 3,
            ..LaneFacts::default()
        };
        let rows = rows(vec![
            facts("recursive least squares", "ridge 0", ""),
            facts("gradient descent", "step 0.01", "standard"),
        ]);
        let names: Vec<_> = rows.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            [
                "Method",
                "Parameters",
                "A batch ends",
                "Rows left over",
                "Scaled",
                "Coefficients now",
                "Versions"
            ]
        );
        assert_eq!(rows[4].1, ["–", "standard"]);
        assert_eq!(rows[5].1[0], "0.500, −2.00");
    }
}
