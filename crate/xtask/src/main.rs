//! To be laid out.

fn main() {}
