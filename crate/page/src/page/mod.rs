//! The page thread.
