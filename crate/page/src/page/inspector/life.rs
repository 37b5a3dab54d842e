//! A centroid's life: a table of its versions, and a curve of its moves.

use lab::snapshot::{Life, Snapshot};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::parts::Go;
use crate::page::predictions::cluster;
use crate::page::rows::Badge;
use crate::page::{dom, names, numbers};

/// Size of the curve, pixels.
const CURVE: (f64, f64) = (632.0, 56.0);

/// Writes it.
///
/// # Errors
/// The browser refused an element.
pub fn draw(into: &Element, life: &Life, snapshot: &Snapshot) -> Result<(), JsValue> {
    into.set_text_content(None);
    let head = dom::child(into, "p", "life-head", "")?;
    let (color, name) = cluster(snapshot, life.cluster);
    Badge::new(&head)?.set(life.cluster, color, &name);
    dom::child(&head, "span", "quiet", &summary(life))?;
    if life.curve.len() > 1 {
        draw_curve(into, life, color)?;
    }
    let table = dom::child(into, "table", "life", "")?;
    let row = dom::child(&dom::child(&table, "thead", "", "")?, "tr", "", "")?;
    let features = snapshot
        .features
        .iter()
        .map(|name| names::short_feature(name));
    let ends = ["weight", "rows", "shift", ""].map(str::to_owned);
    for (i, name) in ["version".to_owned()]
        .into_iter()
        .chain(features)
        .chain(ends)
        .enumerate()
    {
        let class = if i == 0 || name.is_empty() { "" } else { "num" };
        let head = dom::child(&row, "th", class, &name)?;
        dom::set_attribute(&head, "scope", "col");
    }
    let body = dom::child(&table, "tbody", "", "")?;
    for life_row in &life.rows {
        let row = dom::child(&body, "tr", "", "")?;
        let words = match life_row.last > life_row.first {
            true => format!("v{}–v{}", life_row.first, life_row.last),
            false => format!("v{}", life_row.first),
        };
        let link = dom::child(&dom::child(&row, "td", "", "")?, "button", "link", &words)?;
        dom::set_attribute(&link, "type", "button");
        dom::set_attribute(&link, "data-go", &Go::Seek(life_row.to_record).word());
        for i in 0..snapshot.features.len() {
            let place = life_row.place.get(i).map(|value| numbers::fixed(*value, 2));
            dom::child(
                &row,
                "td",
                "num",
                &place.unwrap_or_else(|| numbers::NONE.to_owned()),
            )?;
        }
        let weight = match life_row.weight.is_nan() {
            true => numbers::NONE.to_owned(),
            false => numbers::fixed(life_row.weight, 2),
        };
        let rows = match life_row.counts {
            (_, 0) => String::new(),
            (own, of) => format!("{} of {}", numbers::count(own), numbers::count(of)),
        };
        let moved = life_row.counts.1 > 0 || life_row.shift > 0.0;
        let shift = match moved {
            true => numbers::fixed(life_row.shift, 3),
            false => String::new(),
        };
        for text in [weight, rows, shift] {
            dom::child(&row, "td", "num", &text)?;
        }
        dom::child(&row, "td", "quiet", &life_row.note)?;
    }
    let more = life.entries.saturating_sub(life.rows.len() as u64);
    if more > 0 {
        let words = format!("{} earlier ones are not listed", numbers::count(more));
        dom::child(into, "p", "note", &words)?;
    }
    Ok(())
}

/// "9 versions in Flink, in 2 of them without rows"
fn summary(life: &Life) -> String {
    let versions = numbers::counted(life.entries, "version");
    let empty = match life.empty {
        0 => String::new(),
        n => format!(", {} without rows of it", numbers::count(n)),
    };
    format!("{versions} in {}{empty}", life.lane)
}

fn draw_curve(into: &Element, life: &Life, color: usize) -> Result<(), JsValue> {
    const SVG: Option<&str> = Some("http://www.w3.org/2000/svg");
    let (width, height) = CURVE;
    let largest = life
        .curve
        .iter()
        .map(|(_, shift)| *shift)
        .fold(0.0, f64::max);
    let last = life.curve.last().map_or(1, |(record, _)| *record).max(1);
    let svg = dom::document()?.create_element_ns(SVG, "svg")?;
    svg.set_attribute("viewBox", &format!("0 0 {width} {height}"))?;
    svg.set_attribute("class", &format!("life-curve c{}", color % 8))?;
    svg.set_attribute("role", "img")?;
    let words = format!("Shift over records, at most {}", numbers::fixed(largest, 3));
    svg.set_attribute("aria-label", &words)?;
    let line = dom::document()?.create_element_ns(SVG, "polyline")?;
    line.set_attribute("points", &points(&life.curve, last, largest))?;
    svg.append_child(&line)?;
    into.append_child(&svg)?;
    let caption = dom::child(into, "p", "quiet life-caption", "")?;
    dom::child(&caption, "span", "", "shift over records")?;
    dom::child(
        &caption,
        "span",
        "",
        &format!("at most {}", numbers::fixed(largest, 3)),
    )?;
    Ok(())
}

fn points(curve: &[(u64, f64)], last: u64, largest: f64) -> String {
    let (width, height) = CURVE;
    let point = |(record, shift): &(u64, f64)| {
        let x = *record as f64 / last as f64 * (width - 4.0) + 2.0;
        let share = if largest > 0.0 { shift / largest } else { 0.0 };
        format!("{x:.1},{:.1}", height - 2.0 - share * (height - 4.0))
    };
    curve.iter().map(point).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_reaches_from_edge_to_edge() {
        let curve = [(0, 0.0), (50, 2.0), (100, 1.0)];
        assert_eq!(points(&curve, 100, 2.0), "2.0,54.0 316.0,2.0 630.0,28.0");
        assert_eq!(points(&[(0, 0.0)], 1, 0.0), "2.0,54.0");
    }

    #[test]
    fn empty_versions_are_counted_in_words() {
        let life = Life {
            lane: "Flink".to_owned(),
            entries: 9,
            empty: 2,
            ..Life::default()
        };
        assert_eq!(summary(&life), "9 versions in Flink, 2 without rows of it");
    }
}
