//! Canvases that plotters draws on.
//!
//! - [`backend`]: plotters' marks on a 2-D canvas, crisp at every pixel ratio
//! - [`surface`]: a canvas that keeps to its size on the page
//! - [`pen`]: lines, circles, rectangles, polygons and text in page pixels
//! - [`scale`]: numbers to pixels, and ticks
//! - [`palette`]: the colours of style.css

pub mod backend;
pub mod palette;
pub mod pen;
pub mod scale;
pub mod surface;
