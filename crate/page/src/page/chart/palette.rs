//! The colours of style.css.

use plotters::style::{Color, RGBAColor, RGBColor};
use wasm_bindgen::JsValue;

use crate::page::dom;

/// Colours for canvases; style.css holds them.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    /// The rails' ground.
    pub app: RGBAColor,
    /// The stage's ground.
    pub stage: RGBAColor,
    /// Bands of test rounds.
    pub band: RGBAColor,
    /// Hairlines.
    pub line: RGBAColor,
    /// Stronger lines.
    pub line_2: RGBAColor,
    /// Dashes.
    pub line_3: RGBAColor,
    /// Text.
    pub text: RGBAColor,
    /// Quieter text.
    pub text_2: RGBAColor,
    /// Ticks.
    pub text_3: RGBAColor,
    /// The playhead.
    pub accent: RGBAColor,
    /// Warnings.
    pub warn: RGBAColor,
    /// Bars of versions.
    pub bar: RGBAColor,
    /// Bars behind the playhead.
    pub bar_late: RGBAColor,
    /// Clusters.
    pub clusters: Vec<RGBAColor>,
    /// Tints.
    pub tints: Vec<RGBAColor>,
}

impl Palette {
    /// Reads the colours of the theme that holds now.
    ///
    /// # Errors
    /// The browser computes no styles.
    pub fn read() -> Result<Palette, JsValue> {
        let root = dom::document()?
            .document_element()
            .ok_or_else(|| JsValue::from_str("an empty document"))?;
        let style = dom::window()?
            .get_computed_style(&root)?
            .ok_or_else(|| JsValue::from_str("no styles"))?;
        let color = |name: &str| parse(&style.get_property_value(name).unwrap_or_default());
        Ok(Palette {
            app: color("--app"),
            stage: color("--stage"),
            band: color("--band"),
            line: color("--line"),
            line_2: color("--line-2"),
            line_3: color("--line-3"),
            text: color("--text"),
            text_2: color("--text-2"),
            text_3: color("--text-3"),
            accent: color("--accent"),
            warn: color("--warn"),
            bar: color("--bar"),
            bar_late: color("--bar-late"),
            clusters: (0..8).map(|i| color(&format!("--c{i}"))).collect(),
            tints: (0..8).map(|i| color(&format!("--t{i}"))).collect(),
        })
    }

    /// A label's colour; after eight they come again.
    pub fn cluster(&self, index: usize) -> RGBAColor {
        self.clusters[index % self.clusters.len()]
    }

    /// A label's tint.
    pub fn tint(&self, index: usize) -> RGBAColor {
        self.tints[index % self.tints.len()]
    }
}

/// A colour with this share of its own opacity.
pub fn faded(color: RGBAColor, share: f64) -> RGBAColor {
    color.mix(share)
}

/// A colour on the way from one to another.
pub fn between(from: RGBAColor, to: RGBAColor, share: f64) -> RGBAColor {
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    RGBAColor(
        mix(from.0, to.0),
        mix(from.1, to.1),
        mix(from.2, to.2),
        from.3 + (to.3 - from.3) * share,
    )
}

/// "#RRGGBB"; anything else is a grey that shows up.
fn parse(text: &str) -> RGBAColor {
    let hex = text.trim().trim_start_matches('#');
    let channel = |at: usize| {
        hex.get(at..at + 2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .unwrap_or(128)
    };
    RGBColor(channel(0), channel(2), channel(4)).mix(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_mixed() {
        assert_eq!(parse(" #0B7371"), RGBAColor(0x0B, 0x73, 0x71, 1.0));
        assert_eq!(parse(""), RGBAColor(128, 128, 128, 1.0));
        assert_eq!(
            between(parse("#000000"), parse("#FF8000"), 0.5),
            RGBAColor(128, 64, 0, 1.0)
        );
    }
}
