//! Canvases that plotters draws on.
//!
//! - [`backend`]: plotters' marks on a 2-D canvas, crisp at every pixel ratio
//! - [`tape`]: marks, and what is noted down of them; [`picture`]: a picture that leaves the page
//! - [`surface`]: a canvas that keeps to its size on the page
//! - [`pen`]: lines, circles, rectangles, polygons and text in page pixels
//! - [`scale`]: numbers to pixels, and ticks
//! - [`palette`]: the colours of style.css

pub mod backend;
pub mod palette;
pub mod pen;
pub mod picture;
pub mod scale;
pub mod surface;
pub mod tape;
