//! The page's own address: the experiment stands in it, and is read from it.

use lab::config::LabFile;
use lab::snapshot::Axis;
use wasm_bindgen::JsValue;
use web_sys::UrlSearchParams;

use super::link;
use crate::page::dom;
use crate::page::state::State;

/// How an address names principal components: as no column is called.
const COMPONENTS: [&str; 2] = ["*1", "*2"];

/// What stands in an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Linked {
    /// The lab file.
    pub file: LabFile,
    /// Index of the lane that is to be shown.
    pub lane: usize,
    /// What the axes are to show of it.
    pub axes: Option<(Axis, Axis)>,
}

/// What stands in the page's address; None where there is no experiment in it.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn read() -> Option<Result<Linked, String>> {
    let hash = dom::window().ok()?.location().hash().ok()?;
    let fields = UrlSearchParams::new_with_str(hash.trim_start_matches('#')).ok()?;
    let packed = fields.get("lab")?;
    Some(link::unpack(&packed).map(|file| {
        let lane = fields.get("lane");
        let lane = file
            .lanes
            .iter()
            .position(|it| Some(&it.name) == lane.as_ref());
        let lane = lane.unwrap_or(0);
        let features = file.lanes[lane].features.as_ref().unwrap_or(&file.features);
        let axis = |name: &str| {
            let wanted = fields.get(name)?;
            let component = COMPONENTS.iter().position(|name| *name == wanted);
            let feature = || features.iter().position(|feature| *feature == wanted);
            component
                .map(Axis::Component)
                .or_else(|| feature().map(Axis::Feature))
        };
        Linked {
            axes: axis("x").zip(axis("y")).filter(|(x, y)| x != y),
            lane,
            file,
        }
    }))
}

/// Puts this behind the page's address, in place of what is there.
///
/// # Errors
/// The browser refuses.
pub fn replace(fragment: Option<&str>) -> Result<(), JsValue> {
    let window = dom::window()?;
    let location = window.location();
    let mut address = format!("{}{}", location.pathname()?, location.search()?);
    if let Some(fragment) = fragment {
        address = format!("{address}#{fragment}");
    }
    let history = window.history()?;
    history.replace_state_with_url(&JsValue::NULL, "", Some(&address))
}

/// A link to the experiment as it is shown: lab file, lane and axes.
///
/// # Errors
/// It does not fit into a link.
pub fn share(state: &State) -> Result<String, String> {
    let file = state.file().map_err(|error| error.to_string())?;
    let packed = link::pack(&file)?;
    let snapshot = &state.update.snapshot;
    let here = || -> Result<String, JsValue> {
        let location = dom::window()?.location();
        let fields = UrlSearchParams::new()?;
        fields.append("lab", &packed);
        if let Some(lane) = file.lanes.get(snapshot.lane) {
            fields.append("lane", &lane.name);
        }
        let name = |axis: Axis| match axis {
            Axis::Feature(feature) => snapshot.features.get(feature).map(String::as_str),
            Axis::Component(component) => COMPONENTS.get(component).copied(),
        };
        if let (Some(x), Some(y)) = (name(snapshot.axes.0), name(snapshot.axes.1)) {
            fields.append("x", x);
            fields.append("y", y);
        }
        // Of the query only what names the scenario: a token is nobody else's.
        let query = UrlSearchParams::new_with_str(&location.search()?)?;
        let scenario = UrlSearchParams::new()?;
        if let Some(name) = query.get("scenario") {
            scenario.append("scenario", &name);
        }
        let query = match String::from(scenario.to_string()) {
            query if query.is_empty() => query,
            query => format!("?{query}"),
        };
        let fields = String::from(fields.to_string());
        Ok(format!(
            "{}{}{query}#{fields}",
            location.origin()?,
            location.pathname()?
        ))
    };
    here().map_err(|_| "This browser does not tell the page's address.".to_owned())
}
