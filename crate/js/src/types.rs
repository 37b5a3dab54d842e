//! The types for TypeScript, which stand before the class in `eddy_lab.d.ts`.
//!
//! `tests/types.rs` holds both to the types of Rust: the first are written by hand, those of a snapshot are made there.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

#[wasm_bindgen(typescript_custom_section)]
const SNAPSHOT: &str = include_str!("snapshot.d.ts");
