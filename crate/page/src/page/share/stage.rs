//! The stage as a picture: what its canvases drew, the names of its axes, and a line that says what it is.

use plotters::style::RGBAColor;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, DomRect, Element, HtmlSelectElement};

use super::Format;
use crate::page::chart::backend::UNITS;
use crate::page::chart::palette::Palette;
use crate::page::chart::pen::{Align, At};
use crate::page::chart::picture::{Part, Picture};
use crate::page::chart::tape::{Layer, Mark, Text};
use crate::page::state::State;
use crate::page::{dom, numbers};

/// Room for the line above the plot, px.
const HEAD: f64 = 44.0;
/// Its distance from the edges, px.
const INSET: f64 = 16.0;

/// Texts of the stage that are no canvas': the names of axes, the heads of lanes side by side.
const TEXTS: &str = ".axis, .lane-name, .params";

/// Puts a picture together.
///
/// # Errors
/// index.html has no plot.
pub fn picture(layers: Vec<Layer>, state: &State, palette: &Palette) -> Result<Picture, JsValue> {
    let (panels, plot): (Element, Element) = (dom::by_id("panels")?, dom::by_id("plot")?);
    // Lanes side by side take the plot's place.
    let stage = match panels.get_bounding_client_rect().height() > 0.0 {
        true => panels,
        false => plot,
    };
    let frame = stage.get_bounding_client_rect();
    let size = (frame.width(), frame.height() + HEAD);
    let title = title(state);
    let mut parts = vec![Part {
        at: (0.0, 0.0),
        size: (size.0, HEAD),
        marks: head(&title, state, size.0, palette),
    }];
    for layer in layers {
        let place = layer.canvas.get_bounding_client_rect();
        // Of the stage's canvases, those that are to be seen.
        if stage.contains(Some(&layer.canvas)) && place.width() > 0.0 {
            parts.push(Part {
                at: (
                    place.left() - frame.left(),
                    place.top() - frame.top() + HEAD,
                ),
                size: layer.size,
                marks: layer.marks.take(),
            });
        }
    }
    parts.push(Part {
        at: (0.0, HEAD),
        size: (frame.width(), frame.height()),
        marks: texts(&stage, &frame, palette)?,
    });
    Ok(Picture {
        size,
        ground: palette.stage,
        title,
        parts,
    })
}

/// Lets the reader save a picture.
///
/// # Errors
/// The browser draws on no canvas, or saves no files.
pub fn save(picture: &Picture, format: Format) -> Result<(), JsValue> {
    match format {
        Format::Svg => dom::save("stage.svg", &picture.svg()),
        Format::Png => {
            let saved = Closure::once_into_js(|blob: Option<Blob>| {
                if let Some(blob) = blob
                    && let Err(error) = dom::save_blob("stage.png", &blob)
                {
                    gloo::console::error!(error);
                }
            });
            picture.canvas()?.to_blob(saved.unchecked_ref())
        }
    }
}

/// What the stage shows, and as of when.
fn title(state: &State) -> String {
    let snapshot = &state.update.snapshot;
    if !state.update.panels.is_empty() {
        let names: Vec<&str> = snapshot
            .lanes
            .iter()
            .map(|lane| lane.name.as_str())
            .collect();
        return names.join(", ");
    }
    let Some(lane) = snapshot.lanes.get(snapshot.lane) else {
        return String::new();
    };
    let words = [lane.engine.as_str(), lane.algorithm.as_str()];
    words.join(" ").trim().to_owned()
}

fn head(title: &str, state: &State, width: f64, palette: &Palette) -> Vec<Mark> {
    let snapshot = &state.update.snapshot;
    let when = format!(
        "version {}, record {} of {}",
        numbers::count(snapshot.version),
        numbers::count(snapshot.record),
        numbers::count(snapshot.records)
    );
    let lane = snapshot.lanes.get(snapshot.lane);
    let parameters = match state.update.panels.is_empty() {
        true => lane.map_or("", |lane| lane.parameters.as_str()),
        false => "",
    };
    vec![
        text(title, (INSET, 18.0), 13.0, true, palette.text, Align::Left),
        text(
            parameters,
            (INSET, 35.0),
            12.0,
            false,
            palette.text_2,
            Align::Left,
        ),
        text(
            &when,
            (width - INSET, 18.0),
            12.0,
            false,
            palette.text_2,
            Align::Right,
        ),
    ]
}

fn texts(stage: &Element, frame: &DomRect, palette: &Palette) -> Result<Vec<Mark>, JsValue> {
    let mut marks = Vec::new();
    let elements = stage.query_selector_all(TEXTS)?;
    for i in 0..elements.length() {
        let element = elements
            .get(i)
            .and_then(|node| node.dyn_into::<Element>().ok());
        let Some(element) = element else { continue };
        let place = element.get_bounding_client_rect();
        if place.width() == 0.0 {
            continue;
        }
        let at = (
            place.left() - frame.left(),
            (place.top() + place.bottom()) / 2.0 - frame.top() + 4.0,
        );
        let says = says(&element)?;
        marks.push(text(&says, at, 12.0, false, palette.text_2, Align::Left));
    }
    Ok(marks)
}

/// What an element says: where one chooses, what is chosen.
fn says(element: &Element) -> Result<String, JsValue> {
    let select = element.query_selector("select")?;
    let Some(select) = select.and_then(|select| select.dyn_into::<HtmlSelectElement>().ok()) else {
        return Ok(element.text_content().unwrap_or_default().trim().to_owned());
    };
    let chosen = u32::try_from(select.selected_index()).ok();
    let option = chosen.and_then(|chosen| select.item(chosen));
    Ok(option
        .and_then(|option| option.text_content())
        .unwrap_or_default())
}

fn text(text: &str, (x, y): At, size: f64, bold: bool, color: RGBAColor, align: Align) -> Mark {
    Mark::Text(Text {
        text: text.to_owned(),
        at: ((x * UNITS) as i32, (y * UNITS) as i32),
        size,
        bold,
        color,
        align,
    })
}
