//! Calibration.
pub mod evidence;
pub mod method;
mod population;
mod smoother;
