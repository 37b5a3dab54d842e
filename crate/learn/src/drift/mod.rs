//! Drift: whether a stream of errors has changed.
//!
//! Layout:
//!
//! - [`adwin`]: a window that shrinks where its halves differ
//! - [`page_hinkley`]: sums of differences from the mean
//!
//! Both take one number after the other, such as a batch's error or 0 and 1 for right and wrong, and say after each
//! whether there is a drift; both then start over. They give what River 0.26 gives. A number that is not finite is passed
//! over.
//!
//! ```
//! use eddy_learn::drift::adwin::{Adwin, Spec};
//!
//! let mut detector = Adwin::new(Spec::default())?;
//! let errors = (0..200).map(|i| if i < 100 { 0.0 } else { 1.0 });
//! let drifts: Vec<usize> = errors.enumerate().filter(|&(_, error)| detector.update(error)).map(|(i, _)| i).collect();
//! assert_eq!(drifts, [127]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod adwin;
pub mod page_hinkley;
