//! The program `eddy`, run as people run it.

mod insert;
mod inspect;
mod record;
mod serve;
mod support;
