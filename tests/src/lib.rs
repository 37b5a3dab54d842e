//! End-to-end tests of Eddy.
